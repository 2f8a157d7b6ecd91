// One's own account: theme, password, second factor, sessions, signing out.
import { el } from "../core/dom.js";
import { post } from "../core/api.js";
import { field, input, mark, segments } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { head, panel, style } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { words } from "../core/format.js";
import { current, roleWords } from "../core/session.js";
import { languages } from "../core/languages.js";
import { t } from "../core/words.js";
import * as themes from "../core/theme.js";
import { factor } from "./factor.js";
import { devices } from "./devices.js";
import { sessions } from "./sessions.js";

export async function open(main) {
  await style("account");
  const { user, version } = current();
  head(main, user.name, { text: roleWords[user.role] ?? words(user.role) });
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { old, fresh, again } = event.target.elements;
    mark(event.target, "again", fresh.value === again.value ? "" : t("The two new passwords are not the same."));
    if (fresh.value !== again.value) return;
    await post("/api/v1/session/password", { old: old.value, new: fresh.value });
    event.target.reset();
    toast(t("Your password has been changed. Your other sessions were signed out."));
  }) } }, el("input", { type: "text", name: "username", autocomplete: "username", value: user.name, hidden: true, readOnly: true }), field(t("Current password"), input("old", { type: "password", autocomplete: "current-password", required: true })),
    field(t("New password"), input("fresh", { type: "password", autocomplete: "new-password", minLength: 10, required: true }), { hint: t("At least 10 characters") }),
    field(t("New password again"), input("again", { type: "password", autocomplete: "new-password", required: true })), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, t("Change the password"))));
  const theme = segments(t("Theme"), [["system", t("Like the system")], ["light", t("Light")], ["dark", t("Dark")]], themes.theme(), themes.choose);
  const out = el("button.button", { type: "button", on: { click: () => window.dispatchEvent(new Event("aislewatch-sign-out")) } }, icon("out"), t("Sign out"));
  main.append(el("div.stack.wide.narrow", {}, panel(t("Appearance"), el("div.stack", {}, theme, languages())), panel(t("Password"), form), factor(), devices(), sessions(), el("div.buttons", {}, out), version && el("p.soft.small", {}, `Aislewatch ${version}`)));
}
