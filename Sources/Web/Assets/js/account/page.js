// One's own account: password, theme, signing out.
import { el } from "../core/dom.js";
import { post } from "../core/api.js";
import { field, input, mark, segments } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { head, panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { words } from "../core/format.js";
import { current, roleWords } from "../core/session.js";
import * as themes from "../core/theme.js";

export async function open(main) {
  const { user, version } = current();
  head(main, user.name, { text: roleWords[user.role] ?? words(user.role) });
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { old, fresh, again } = event.target.elements;
    mark(event.target, "again", fresh.value === again.value ? "" : "The two new passwords are not the same.");
    if (fresh.value !== again.value) return;
    await post("/api/v1/session/password", { old: old.value, new: fresh.value });
    event.target.reset();
    toast("Your password has been changed. Your other sessions were signed out.");
  }) } }, el("input", { type: "text", name: "username", autocomplete: "username", value: user.name, hidden: true, readOnly: true }), field("Current password", input("old", { type: "password", autocomplete: "current-password", required: true })),
    field("New password", input("fresh", { type: "password", autocomplete: "new-password", minLength: 10, required: true }), { hint: "At least 10 characters" }),
    field("New password again", input("again", { type: "password", autocomplete: "new-password", required: true })), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, "Change the password")));
  const theme = segments("Theme", [["system", "Like the system"], ["light", "Light"], ["dark", "Dark"]], themes.theme(), themes.choose);
  const out = el("button.button", { type: "button", on: { click: () => window.dispatchEvent(new Event("aislewatch-sign-out")) } }, icon("out"), "Sign out");
  main.append(el("div.stack.wide.narrow", {}, panel("Appearance", theme), panel("Password", form), el("div.buttons", {}, out), version && el("p.soft.small", {}, `Aislewatch ${version}`)));
}
