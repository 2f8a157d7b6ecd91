// The configuration file itself, for what has no form.
import { el } from "../core/dom.js";
import { get } from "../core/api.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { history } from "./history.js";
import { restartWords, saveText, undo } from "./save.js";
import { said, t } from "../core/words.js";

export async function open(body) {
  const file = await get("/api/v1/configuration");
  const text = el("textarea.mono.editor", { value: file.text, spellcheck: false, wrap: "off", "aria-label": t("Configuration"), readOnly: !file.writable });
  // Tab leaves the field, as everywhere; spaces indent.
  const save = attempt(async () => { if (await saveText(text.value, file.revision)) window.dispatchEvent(new Event("hashchange")); });
  body.append(
    !file.writable ? el("p.note.warn", {}, t("This file can’t be changed here: {reason}. The forms show the text to paste into it instead.", { reason: file.reason ? said(file.reason) : t("it is read-only") })) : "",
    file.restart_needed ? el("p.note.warn", {}, restartWords(file.restart_sections)) : "",
    panel(file.path, el("div.stack", {}, text, el("div.buttons", {},
      el("button.button.primary", { type: "button", disabled: !file.writable, on: { click: save } }, t("Check and save")),
      el("button.button", { type: "button", disabled: !file.can_undo, on: { click: attempt(undo) } }, icon("undo"), t("Undo the last change")),
      el("span.soft.small", {}, t("Passwords are hidden. They stay as they are."))))));
  body.append(await history(file.writable));
}
