// Questions in the browser's own modal dialog: focus stays inside, Escape closes.
import { el } from "./dom.js";
import { field, input } from "./forms.js";
import { t } from "./words.js";

/** Opens a dialog around `content`; resolves with the value given to `close`, or null. */
export function open(build, { wide = false, label } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const dialog = el("dialog", { class: wide && "wide", "aria-label": label });
    const close = (value = null) => { result = value; dialog.close(); };
    dialog.append(build(close));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(result); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks before something that can't be taken back. True when confirmed. */
export function confirm(title, text, { action = t("Continue"), danger = false } = {}) {
  return open((close) => el(
    "form", { method: "dialog", on: { submit: (event) => { event.preventDefault(); close(true); } } },
    el("h2", {}, title), el("p", {}, text),
    el("div.buttons", {},
      el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")),
      el("button.button", { type: "submit", class: danger ? "danger" : "primary" }, action))), { label: title });
}

/** Asks for a short text; null when it was given up. */
export function ask(title, label, { action = t("Continue"), placeholder = "", most = 40 } = {}) {
  return open((close) => {
    const control = input("text", { required: true, maxLength: most, placeholder });
    return el("form", { on: { submit: (event) => { event.preventDefault(); if (control.value.trim()) close(control.value.trim()); } } },
      el("h2", {}, title), field(label, control),
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), el("button.button.primary", { type: "submit" }, action)));
  }, { label: title });
}

/** Shows a value once, selected and ready to be copied. */
export function showOnce(title, text, value) {
  return open((close) => {
    const field = el("input.mono", { type: "text", readOnly: true, value, "aria-label": title, on: { focus: (e) => e.target.select() } });
    const copy = async (event) => {
      const button = event.currentTarget;
      field.select();
      try { await navigator.clipboard.writeText(value); button.textContent = t("Copied"); } catch { document.execCommand("copy"); }
    };
    return el("div.body", {}, el("h2", {}, title), el("p", {}, text), field, el("div.buttons", {},
      el("button.button", { type: "button", on: { click: copy } }, t("Copy")),
      el("button.button.primary", { type: "button", on: { click: () => close(true) } }, t("Done"))));
  }, { label: title });
}
