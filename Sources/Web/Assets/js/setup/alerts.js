// Alert channels: what there is, a test message through each, adding and changing.
import { el, replace } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { confirm } from "../core/dialogs.js";
import { field, select } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { kindWords } from "../core/format.js";
import { kinds } from "./channelbook.js";
import { channelForm } from "./channelform.js";
import { saveEdits } from "./save.js";
import { quoted, said, t, tlist } from "../core/words.js";

export async function open(body) {
  const [{ channels }, values] = await Promise.all([get("/api/v1/channels"), get("/api/v1/configuration/values")]);
  const entries = values.alerts?.channels ?? [];
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const rows = channels.map((channel) => row(channel, entries.find((entry) => entry.name === channel.name), again));
  const form = el("div", {});
  const show = (type) => replace(form, channelForm({ type, names: channels.map((channel) => channel.name), onSaved: again }));
  const choice = field(t("Kind"), select("kind", Object.entries(kinds).map(([type, { words }]) => [type, words]), "mail", { on: { change: (event) => show(event.target.value) } }));
  show("mail");
  body.append(
    panel(t("Alert channels"), channels.length ? el("ul.rows", {}, rows) : empty(t("No alert channel yet"), t("Without one, nobody is alerted. Add the first one below.")), { flush: true }),
    panel(t("Add a channel"), el("div.stack", {}, el("div.narrow", {}, choice), form)),
    panel(t("Who is alerted about what"), routes(values.alerts ?? {}, channels.length)));
}

function row(channel, entry, again) {
  const result = el("div.small", { role: "status" });
  const details = el("div", { hidden: true });
  const test = attempt(async () => {
    replace(result, el("span.soft", {}, t("Sending…")));
    const answer = await post(`/api/v1/channels/${encodeURIComponent(channel.name)}/test`).catch((error) => ({ ok: false, message: error.message }));
    replace(result, el("span.state", { class: answer.ok ? "ok" : "alarm" }, icon(answer.ok ? "check" : "alarm", 14), said(answer.message)));
  });
  const edit = () => {
    details.hidden = !details.hidden;
    replace(details, details.hidden ? null : channelForm({ type: channel.type, entry, onSaved: again }));
  };
  const remove = attempt(async () => {
    if (!(await confirm(t("Remove “{name}”?", { name: channel.name }), t("Nothing is sent through it any more. If a route refers to it, change that route first, in the file."), { action: t("Remove"), danger: true }))) return;
    if (await saveEdits([{ op: "remove", path: ["alerts", "channels", channel.name] }], { title: t("Remove this channel?") })) again();
  });
  return el("li.channel", {}, el("div.row.channel-row", {}, icon("bell"), el("span.row-text", {}, el("strong", {}, channel.name), el("span.soft.small", {}, kinds[channel.type]?.words ?? channel.type), result),
    el("div.buttons", {}, el("button.button", { type: "button", on: { click: test } }, t("Send a test")),
      entry && el("button.button", { type: "button", on: { click: edit } }, t("Change")),
      entry && el("button.button.icon", { type: "button", "aria-label": t("Remove “{name}”", { name: channel.name }), title: t("Remove"), on: { click: remove } }, icon("trash")))), details);
}

function routes(alerts, channels) {
  const list = alerts.routes ?? [];
  const file = el("a", { href: "#/setup/file" }, t("file"));
  if (!list.length) return el("p.soft.small", {}, channels ? tlist("Every incident goes to every channel. Routes by camera, kind, zone, severity and shift are set in the {file}.", { file }) : tlist("Nobody yet. Routes are set in the {file}.", { file }));
  return el("div.stack", {}, el("ul.hints.small", {}, list.map((route) => el("li", {}, describe(route)))),
    el("p.soft.small", {}, tlist("Routes are changed in the {file}.", { file })));
}

const severityWords = { low: t("low"), medium: t("medium"), high: t("high") };

function describe({ channels = [], cameras, kinds: only, zones, min_severity: severity, shift, escalate }) {
  const parts = [
    [only].flat().filter(Boolean).map((kind) => quoted(kindWords(kind))).join(", ") || t("all incidents"), cameras && t("on {cameras}", { cameras: [cameras].flat().join(", ") }), zones && t("in {zones}", { zones: [zones].flat().join(", ") }),
    severity && t("from severity {severity}", { severity: severityWords[severity] ?? severity }), shift && t("during a shift"), escalate && t("with escalation"),
  ];
  return `${[channels].flat().join(", ")}: ${parts.filter(Boolean).join(" ")}`;
}
