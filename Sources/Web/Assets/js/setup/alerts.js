// Alert channels: what there is, a test message through each, adding and changing.
import { el, replace } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { confirm } from "../core/dialogs.js";
import { field, select } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { kinds } from "./channelbook.js";
import { channelForm } from "./channelform.js";
import { panels } from "./routes.js";
import { saveEdits } from "./save.js";
import { said, t } from "../core/words.js";

export async function open(body) {
  const [{ channels }, values, { channels: declared }] = await Promise.all([get("/api/v1/channels"), get("/api/v1/configuration/values"), get("/api/v1/configuration/settings")]);
  const entries = values.alerts?.channels ?? [];
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const rows = channels.map((channel) => row(channel, entries, declared, again));
  const form = el("div", {});
  const show = (type) => replace(form, channelForm({ type, names: entries.map((entry) => entry.name), onSaved: again, declared }));
  const choice = field(t("Kind"), select("kind", Object.entries(kinds).map(([type, { words }]) => [type, words]), "mail", { on: { change: (event) => show(event.target.value) } }));
  show("mail");
  body.append(
    panel(t("Alert channels"), channels.length ? el("ul.rows", {}, rows) : empty(t("No alert channel yet"), t("Without one, nobody is alerted. Add the first one below.")), { flush: true }),
    panel(t("Add a channel"), el("div.stack", {}, el("div.narrow", {}, choice), form)),
    ...(await panels(values, channels.length, again)));
}

function row(channel, entries, declared, again) {
  const entry = entries.find(({ name }) => name === channel.name);
  const result = el("div.small", { role: "status" });
  const details = el("div", { hidden: true });
  const test = attempt(async () => {
    replace(result, el("span.soft", {}, t("Sending…")));
    const answer = await post(`/api/v1/channels/${encodeURIComponent(channel.name)}/test`).catch((error) => ({ ok: false, message: error.message }));
    replace(result, el("span.state", { class: answer.ok ? "ok" : "alarm" }, icon(answer.ok ? "check" : "alarm", 14), said(answer.message)));
  });
  const edit = () => {
    details.hidden = !details.hidden;
    replace(details, details.hidden ? null : channelForm({ type: channel.type, entry, names: entries.map(({ name }) => name), onSaved: again, declared }));
  };
  const remove = attempt(async () => {
    if (!(await confirm(t("Remove “{name}”?", { name: channel.name }), t("Nothing is sent through it any more. If a route refers to it, change that route first."), { action: t("Remove"), danger: true }))) return;
    if (await saveEdits([{ op: "remove", path: ["alerts", "channels", channel.name] }], { title: t("Remove this channel?") })) again();
  });
  return el("li.channel", {}, el("div.row.channel-row", {}, icon("bell"), el("span.row-text", {}, el("strong", {}, channel.name), el("span.soft.small", {}, kinds[channel.type]?.words ?? channel.type), result),
    el("div.buttons", {}, el("button.button", { type: "button", on: { click: test } }, t("Send a test")),
      entry && el("button.button", { type: "button", on: { click: edit } }, t("Change")),
      entry && el("button.button.icon", { type: "button", "aria-label": t("Remove “{name}”", { name: channel.name }), title: t("Remove"), on: { click: remove } }, icon("trash")))), details);
}
