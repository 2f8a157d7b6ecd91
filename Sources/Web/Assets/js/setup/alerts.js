// Alert channels: what there is, and a test message through each.
import { el, replace } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { icon } from "../core/icons.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";

export async function open(body) {
  const { channels } = await get("/api/v1/channels");
  const rows = channels.map((channel) => {
    const result = el("div.small", { role: "status" });
    const test = attempt(async () => {
      replace(result, el("span.soft", {}, "Sending…"));
      const answer = await post(`/api/v1/channels/${encodeURIComponent(channel.name)}/test`).catch((error) => ({ ok: false, message: error.message }));
      replace(result, el("span.state", { class: answer.ok ? "ok" : "alarm" }, icon(answer.ok ? "check" : "alarm", 14), answer.message));
    });
    return el("li.row", {}, icon("bell"), el("span.row-text", {}, el("strong", {}, channel.name), el("span.soft.small", {}, channel.type), result),
      el("button.button", { type: "button", on: { click: test } }, "Send a test"));
  });
  body.append(panel("Alert channels", channels.length ? el("ul.rows", {}, rows) : empty("No alert channel yet", "Without one nobody is told. Add a channel under “alerts” in the file: SMS, mail, a webhook, MQTT.", el("a.button.primary", { href: "#/setup/file" }, "To the file")), { flush: true }),
    el("p.soft.small", {}, "Channels and routes are added and changed under “alerts” in the ", el("a", { href: "#/setup/file" }, "file"), "."));
}
