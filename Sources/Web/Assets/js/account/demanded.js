// Before the pages, where the site demands a second factor and the account has none: setting it up, or signing out.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { languages } from "../core/languages.js";
import { attempt } from "../core/toasts.js";
import { t } from "../core/words.js";
import { setUp } from "./factor.js";

export function showDemanded(root, onDone) {
  const title = t("Set up a second factor");
  document.title = `${title} · Aislewatch`;
  const begin = attempt(async () => { if (await setUp()) onDone(); });
  replace(root, el("main.door", { id: "main" }, el(
    "div.box", {}, el("div.brand", {}, icon("mark", 24), el("span", {}, "Aislewatch")),
    el("h1", {}, title),
    el("p", {}, t("Here a code from an authenticator app on your telephone is needed besides the password. Set it up now: nothing else can be done before.")),
    el("div.buttons", {},
      el("button.button.primary", { type: "button", on: { click: begin } }, t("Set up")),
      el("button.button", { type: "button", on: { click: () => window.dispatchEvent(new Event("aislewatch-sign-out")) } }, t("Sign out"))),
    languages())));
}
