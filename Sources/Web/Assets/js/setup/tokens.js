// Tokens by which programs use the API.
import { el } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { confirm, showOnce } from "../core/dialogs.js";
import { ago, moment } from "../core/format.js";
import { roleWords } from "../core/session.js";
import { roles } from "./users.js";

export async function open(body) {
  const { tokens } = await get("/api/v1/tokens");
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const rows = tokens.map((token) => el("li.row", {}, icon("lock"), el("span.row-text", {}, el("strong", {}, token.name),
    el("span.soft.small", {}, [roleWords[token.role] ?? token.role, token.last_used_at ? `last used ${ago(token.last_used_at)}` : "not used yet", token.expires_at ? `until ${moment(token.expires_at)}` : "never expires"].join(" · "))),
    el("button.button", { type: "button", on: { click: attempt(async () => {
      if (!(await confirm(`Remove “${token.name}”?`, "Programs that use it no longer get in.", { action: "Remove", danger: true }))) return;
      await remove(`/api/v1/tokens/${encodeURIComponent(token.id)}`);
      again();
    }) } }, "Remove")));
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { name, role, days } = values(event.target);
    const made = await post("/api/v1/tokens", { name, role, ...(days && { days: Number(days) }) });
    await showOnce("The new token", "Copy it now: it is shown only this once. Programs send it in the header “Authorization: Bearer …”.", made.secret);
    again();
  }) } }, el("div.columns", {}, field("Purpose", input("name", { required: true, maxLength: 80, placeholder: "Dashboard in the office" })), field("Role", select("role", roles, "viewer")),
    field("Valid for", select("days", [["30", "30 days"], ["365", "1 year"], ["", "without end"]], "365"))), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, icon("plus"), "Make a token")));
  body.append(panel("API tokens", tokens.length ? el("ul.rows", {}, rows) : empty("No token yet", "Programs that read incidents or start recordings need one."), { flush: true }), panel("Make a token", form));
}
