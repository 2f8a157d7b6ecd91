// The browsers on which one's own account is told (Web Push), and turning that on and off here.
import { el, replace } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { refresh } from "../core/attention.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { ago } from "../core/format.js";
import { may } from "../core/session.js";
import { t } from "../core/words.js";

const path = "/api/v1/session/devices";

/** This browser's subscription; null when there is none. */
async function subscription() {
  const registration = await navigator.serviceWorker?.getRegistration();
  return (await registration?.pushManager?.getSubscription()) ?? null;
}

/** What the server calls a subscription. */
async function name(endpoint) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(hash).slice(0, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Why this browser can't be told; null when it can. */
function obstacle() {
  if (!window.isSecureContext) return t("This needs https: these pages were opened without it.");
  if (/iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone) return t("On an iPhone or iPad, add this page to the home screen first (Share, Add to Home Screen), and open it from there.");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return t("This browser can’t show messages while the page is closed.");
  return Notification.permission === "denied" ? t("This browser refuses messages from this page. Allow them in its settings for this page.") : null;
}

/** The panel; it loads itself. */
export function devices() {
  const list = el("ul.rows"), here = el("div.inner.stack");
  const button = (text, call, look) => el("button.button", { type: "button", class: look, on: { click: attempt(async (event) => { await call(event); await show(); refresh(); }) } }, text);
  const show = attempt(async () => {
    const [{ available, public_key: key, devices: all }, own] = await Promise.all([get(path), subscription()]);
    const mine = own && (await name(own.endpoint)), told = all.some(({ id }) => id === mine), problem = obstacle();
    replace(list, all.map((one) => el("li.row", {}, icon("bell"), el("span.row-text", {},
      el("strong", {}, one.browser || t("Unknown browser"), one.id === mine && el("span.tag.ok", {}, t("this one"))),
      el("span.soft.small", {}, [t("turned on {time}", { time: ago(one.created_at) }), one.sent_at ? t("last message {time}", { time: ago(one.sent_at) }) : t("no message yet")].join(" · "))),
    one.id !== mine && button(t("End"), () => remove(`${path}/${one.id}`)))));
    replace(here,
      !told && el("p.soft", {}, t("Alerts come to this device as messages, also while this page is closed. Who sees only some cameras hears of those.")),
      !available && el("p.note.warn", {}, t("Nothing sends messages to devices here yet."), " ", may("admin") ? el("a", { href: "#/setup/alerts" }, t("Add an alert channel of the kind “Devices”.")) : t("An administrator adds an alert channel of the kind “Devices”.")),
      !told && problem && el("p.note.warn", {}, problem),
      el("div.buttons", {}, told
        ? [button(t("Send a test message"), () => test(mine)), button(t("Turn off here"), end)]
        : el("button.button.primary", { type: "button", disabled: Boolean(problem) || !available, on: { click: attempt(async () => { await begin(key); await show(); refresh(); }) } }, icon("bell"), t("Tell me on this device"))));
  });
  show();
  return panel(t("Messages on devices"), [list, here], { flush: true, id: "devices" });
}

async function begin(key) {
  // First of all: some browsers ask only while the click is fresh.
  if ((await Notification.requestPermission()) !== "granted") throw new Error(t("The browser does not allow messages from this page."));
  await navigator.serviceWorker.register("/service-worker.js");
  const registration = await navigator.serviceWorker.ready;
  // One for another key, of an earlier installation, can't be used.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const { endpoint, keys } = (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
  await post(path, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  toast(t("You are told on this device from now on."));
}

async function test(id) {
  const { ok, message } = await post(`${path}/${id}/test`, {});
  if (!ok) throw new Error(message);
  toast(t("The message is on its way."));
}

/** Nobody is told in this browser any more. */
export async function end() {
  const own = await subscription();
  if (!own) return;
  await remove(`${path}/${await name(own.endpoint)}`, { quiet: true }).catch(() => {});
  await own.unsubscribe();
}
