// Short messages at the bottom. Errors stay a little longer; the same one is not said twice.
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const shown = () => document.getElementById("toasts");

/** @param {{kind?: "info"|"alarm", action?: {words: string, call: Function}, seconds?: number}} options */
export function toast(text, { kind = "info", action, seconds = kind === "alarm" ? 20 : 6 } = {}) {
  const close = () => box.remove();
  const box = el(
    `div.toast.${kind}`, { role: kind === "alarm" ? "alert" : "status" }, el("p", {}, text),
    action && el("button.button", { type: "button", on: { click: () => { close(); action.call(); } } }, action.words),
    el("button.button.quiet.icon", { type: "button", "aria-label": t("Close this message"), on: { click: close } }, icon("close", 14)));
  for (const other of shown().children) if (other.querySelector("p").textContent === text) other.remove();
  shown().append(box);
  while (shown().children.length > 4) shown().firstElementChild.remove();
  if (seconds) setTimeout(close, seconds * 1000);
  return close;
}

/** Takes all of them away. */
export const clear = () => shown().replaceChildren();

/** Shows an error's words; a cancelled request is none. */
export function tell(error) {
  if (error?.name === "AbortError") return;
  if (!error?.status && error?.name !== "ApiError" && error?.status !== 0) console.error(error);
  toast(error?.message ?? String(error), { kind: "alarm" });
}

/** For listeners: runs `call`, holds the button back meanwhile and shows what went wrong. */
export const attempt = (call) => async (event) => {
  event?.preventDefault?.();
  const button = event?.submitter ?? (event?.currentTarget?.tagName === "BUTTON" ? event.currentTarget : null);
  if (button) button.disabled = true;
  try {
    return await call(event);
  } catch (error) {
    tell(error);
  } finally {
    if (button) button.disabled = false;
  }
};
