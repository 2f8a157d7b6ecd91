// Keys of the page that is shown, and the list of them behind "?".
import { el } from "./dom.js";
import { t } from "./words.js";

/** What every page has. */
const everywhere = [["?", t("Show this list")]];
let own = [];

/** Whether somebody types, or a control has a use of its own for the key. */
const isTaken = ({ target, key }) => target.closest?.("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, dialog") || ([" ", "Enter"].includes(key) && target.closest?.("button, a, summary"));

/**
 * Takes keys until the result is called.
 * @param {[string, string, (event: KeyboardEvent) => void][]} list key, what it does in words, what is called
 */
export function keys(list) {
  own = [...own, ...list];
  return () => { own = own.filter((entry) => !list.includes(entry)); };
}

export function start() {
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); show(); return; }
    const found = own.find(([key]) => key.toLowerCase() === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found[2](event);
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}

const names = { " ": t("Space"), ArrowLeft: "←", ArrowRight: "→", ",": t(", (comma)"), ".": t(". (full stop)") };

/** The list, for those who look for it. */
export async function show() {
  const { open } = await import("./dialogs.js");
  return open((close) => el("div.body", {}, el("h2", {}, t("Keyboard shortcuts")),
    el("dl.facts.keys", {}, [...own, ...everywhere].flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, names[key] ?? key.toUpperCase())), el("dd", {}, words)])),
    el("div.buttons", {}, el("button.button.primary", { type: "button", on: { click: () => close() } }, t("Close")))), { label: t("Keyboard shortcuts") });
}
