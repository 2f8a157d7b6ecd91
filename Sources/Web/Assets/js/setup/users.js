// Accounts: who may look, work with incidents, or change the set-up.
import { el } from "../core/dom.js";
import { get, patch, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { confirm, open as openDialog } from "../core/dialogs.js";
import { ago } from "../core/format.js";
import { current } from "../core/session.js";

export const roles = [["viewer", "Viewer: can look"], ["operator", "Operator: can also follow, review and share"], ["admin", "Administrator: can also change the set-up"]];

export async function open(body) {
  const { users } = await get("/api/v1/users");
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const me = current().user.name;
  const rows = users.map((user) => {
    const path = `/api/v1/users/${encodeURIComponent(user.name)}`;
    const role = select("role", roles, user.role, { "aria-label": `Role of “${user.name}”`, disabled: user.name === me, on: { change: attempt(async (event) => { await patch(path, { role: event.target.value }); toast("The role has been changed. The account has to sign in again."); }) } });
    const drop = attempt(async () => {
      if (!(await confirm(`Remove “${user.name}”?`, "The account can’t sign in any more.", { action: "Remove", danger: true }))) return;
      await remove(path);
      again();
    });
    return el("li.row.user-row", {}, icon("user"), el("span.row-text", {}, el("strong", {}, user.name, user.name === me ? " (you)" : ""), el("span.soft.small", {}, user.last_seen_at ? `Last seen ${ago(user.last_seen_at)}` : "Never signed in")), role,
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: attempt(() => setPassword(user.name, path)) } }, "Set password"),
        el("button.button.icon", { type: "button", "aria-label": `Remove “${user.name}”`, disabled: user.name === me, on: { click: drop } }, icon("trash"))));
  });
  const form = el("form.stack", { on: { submit: attempt(async (event) => { await post("/api/v1/users", values(event.target)); toast("The account has been added."); again(); }) } },
    el("div.columns", {}, field("Name", input("name", { required: true, autocomplete: "off", autocapitalize: "none", pattern: "[A-Za-z0-9][A-Za-z0-9._@\\-]{0,63}" })),
      field("Password", input("password", { type: "password", required: true, minLength: 10, autocomplete: "new-password" }), { hint: "At least 10 characters" }), field("Role", select("role", roles, "viewer"))),
    el("div.buttons", {}, el("button.button.primary", { type: "submit" }, icon("plus"), "Add the account")));
  body.append(panel("Accounts", el("ul.rows", {}, rows), { flush: true }), panel("Add an account", form));
}

async function setPassword(name, path) {
  const password = await openDialog((close) => {
    const control = input("password", { type: "password", minLength: 10, required: true, autocomplete: "new-password" });
    return el("form", { on: { submit: (event) => { event.preventDefault(); close(control.value); } } }, el("h2", {}, `New password for “${name}”`), field("Password", control, { hint: "At least 10 characters. The account is signed out everywhere." }),
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, "Cancel"), el("button.button.primary", { type: "submit" }, "Set password")));
  }, { label: "New password" });
  if (!password) return;
  await patch(path, { password });
  toast("The password has been changed.");
}
