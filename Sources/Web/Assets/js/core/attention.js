// One strip on every page for whatever keeps people from being told: what somebody asked for, what is broken, who did it,
// until when, and a button that ends it where it can be ended.
import { el, replace, settle } from "./dom.js";
import { get, remove } from "./api.js";
import { icon } from "./icons.js";
import { ago, kindWords, moment, until, who, words } from "./format.js";
import { attempt, toast } from "./toasts.js";
import * as feed from "./feed.js";
import * as session from "./session.js";
import { quoted, said, t, tn } from "./words.js";

const everyMs = 15_000;
const ranks = { high: 2, medium: 1, low: 0 };

/** @typedef {{kind: string, severity: string, id?: string, camera?: string, camera_name?: string, rule?: string, zone?: string, mode?: string,
 *   reason?: string, by?: string, since?: string, until?: string, incident?: string, channel?: string, text?: string}} Cause */

const cameraOf = (cause) => cause.camera_name ?? cause.camera;

const sentences = {
  snooze: (cause) => {
    const camera = cameraOf(cause);
    const what = cause.mode === "maintenance"
      ? camera ? t("Maintenance: nothing is watched on “{camera}”", { camera }) : t("Maintenance: nothing is watched on all cameras")
      : camera ? t("Alerts are held back for “{camera}”", { camera }) : t("Alerts are held back for all cameras");
    return [what, cause.zone && t("in “{zone}”", { zone: cause.zone }), cause.rule && t("only “{rule}”", { rule: kindWords(cause.rule) })].filter(Boolean).join(", ");
  },
  suppression: (cause) => t("“{rule}” is silenced in a part of “{camera}”", { rule: kindWords(cause.rule), camera: cameraOf(cause) }),
  no_channel: () => t("Nobody is alerted: there is no alert channel yet"),
  no_device: () => t("Nobody is alerted: messages are turned on on no device"),
  nobody_on_shift: () => t("Nobody is alerted now: no recipient is on shift"),
  channel_failing: (cause) => t("Alerts through “{channel}” fail", { channel: cause.channel }),
  outbox_stuck: (cause) => t("Alerts through “{channel}” are not getting out", { channel: cause.channel }),
  camera_tampered: (cause) => t("“{camera}” is covered, turned away or out of focus", { camera: cameraOf(cause) }),
  camera_offline: (cause) => (cause.together ? tn(cause.together.length, "{n} camera sends no picture", "{n} cameras send no picture") : t("“{camera}” sends no picture", { camera: cameraOf(cause) })),
  picture_frozen: (cause) => (cause.together
    ? tn(cause.together.length, "{n} camera sends the same picture all the time", "{n} cameras send the same picture all the time") : t("“{camera}” sends the same picture all the time", { camera: cameraOf(cause) })),
  analysis_degraded: (cause) => (cause.together
    ? tn(cause.together.length, "The analysis of {n} camera can’t keep up: incidents may be missed", "The analysis of {n} cameras can’t keep up: incidents may be missed")
    : cameraOf(cause) ? t("The analysis of “{camera}” can’t keep up: incidents may be missed", { camera: cameraOf(cause) }) : t("The analysis can’t keep up: incidents may be missed")),
  disk_forecast: () => t("The disk for clips will be full soon"),
  disk_low: () => t("The disk for clips is full: old clips are deleted"),
  recording_stopped: (cause) => (cause.together
    ? tn(cause.together.length, "{n} camera records no clips: the disk is full", "{n} cameras record no clips: the disk is full") : t("“{camera}” records no clips: the disk is full", { camera: cameraOf(cause) })),
  storage_gone: () => t("Clips can’t be saved: their folder can’t be written"),
  storage_fallback: () => t("Clips are saved in the spare folder"),
};

/** What is the matter, in one sentence without a full stop. */
export const sentence = (cause) => sentences[cause.kind]?.(cause) ?? said(cause.text) ?? words(cause.kind);

/** Who did it and why, since when, until when. */
export function details(cause, now = new Date()) {
  const isAsked = cause.kind === "snooze" || cause.kind === "suppression";
  const adds = !isAsked && ["channel_failing", "other"].includes(cause.kind) && sentences[cause.kind];
  return [
    isAsked && until(cause.until, now), isAsked && cause.by && t("by {name}", { name: who(cause.by) }), cause.reason && quoted(cause.reason),
    cause.together?.map((one) => one.camera_name ?? one.camera).join(", "), !isAsked && cause.since && t("since {time} ({ago})", { time: moment(cause.since, now), ago: ago(cause.since, now) }), adds && said(cause.text),
  ].filter(Boolean).join(" · ");
}

/** Where it can be seen to, and by whom; null where nothing can be done about it on a page. */
function remedy(cause) {
  const camera = cause.camera && `#/camera/${encodeURIComponent(cause.camera)}`;
  switch (cause.kind) {
    case "no_channel": return [t("Add a channel"), "#/setup/alerts", "admin"];
    case "no_device": return [t("Turn on here"), "#/account", "viewer"];
    case "nobody_on_shift": case "channel_failing": case "outbox_stuck": return [t("Alerts"), "#/setup/alerts", "admin"];
    case "camera_tampered": return [t("Show"), `#/incidents/${encodeURIComponent(cause.incident)}`, "viewer"];
    case "analysis_degraded": case "disk_forecast": case "disk_low": case "recording_stopped": case "storage_gone": case "storage_fallback":
      return [t("Status"), "#/status", "viewer"];
    default: return camera ? [t("Show"), camera, "viewer"] : [t("Status"), "#/status", "viewer"];
  }
}

/** How a cause is ended: [words on the button, path, what is said then]. */
function ending(cause) {
  if (!cause.id || !session.may("operator")) return null;
  if (cause.kind === "snooze") return [t("End now"), `/api/v1/snoozes/${encodeURIComponent(cause.id)}`, t("Alerts are sent again.")];
  if (cause.kind === "suppression") return [t("End now"), `/api/v1/suppressions/${encodeURIComponent(cause.id)}`, t("The rule watches this place again.")];
  return null;
}

/** What several cameras may have together without anybody having asked for it. */
const shared = ["camera_offline", "picture_frozen", "analysis_degraded", "recording_stopped"];

/** One line for cameras that have the same, once there are three of them: since the first of them had it. */
function together(causes) {
  const groups = new Map(shared.map((kind) => [kind, causes.filter((cause) => cause.kind === kind)]).filter(([, list]) => list.length > 2));
  const one = (list) => ({ ...list[0], camera: undefined, together: list, since: list.map(({ since }) => since).filter(Boolean).sort()[0] });
  return [...causes.filter((cause) => !groups.has(cause.kind)), ...[...groups.values()].map(one)];
}

/** What concerns this reader, the gravest first; several cameras' silences stay apart, since each has its own end. */
export function sorted(causes, mayAdmin) {
  return together(causes).filter((cause) => cause.kind !== "no_channel" || mayAdmin)
    .sort((a, b) => ranks[b.severity] - ranks[a.severity] || Number(b.kind === "snooze") - Number(a.kind === "snooze"));
}

/** What was read last; other parts of the page count with it. */
let causes = [];
const listeners = new Set();

/** Calls `call` with the causes now and at each change; returns what ends it. */
export function onCauses(call) {
  listeners.add(call);
  call(causes);
  return () => listeners.delete(call);
}

let look = () => {};
/** After something was silenced or ended: read anew at once. */
export const refresh = () => look();

/** Keeps `strip` up to date until the result is called. */
export function watch(strip) {
  let isOpen = false, turn = 0;
  const show = () => {
    const list = sorted(causes, session.may("admin"));
    strip.hidden = !list.length;
    if (!list.length) { isOpen = false; replace(strip); return; }
    strip.classList.toggle("grave", list[0].severity === "high");
    const [first, ...rest] = list;
    const more = rest.length > 0 && el("button.button.quiet.more", {
      type: "button", "aria-expanded": String(isOpen), on: { click: () => { isOpen = !isOpen; show(); strip.querySelector(".more")?.focus(); } },
    }, isOpen ? t("Show less") : t("{n} more", { n: rest.length }));
    replace(strip, el("ul", {}, (isOpen ? list : [first]).map((cause, index) => line(cause, index === 0 && more))));
  };
  const take = (list) => {
    causes = list;
    // A person who is about to press a button keeps it under the pointer.
    const said = JSON.stringify(list);
    if (said === strip.dataset.said) return;
    strip.dataset.said = said;
    show();
    for (const call of listeners) call(causes);
  };
  look = async () => {
    const mine = ++turn;
    try {
      const { items } = await get("/api/v1/attention");
      if (mine === turn) take(items);
    } catch { /* a server that is not reached has its own banner */ }
  };
  const soon = settle(() => look(), 300);
  const timer = setInterval(() => { if (!document.hidden) look(); }, everyMs);
  const wake = () => { if (!document.hidden) look(); };
  document.addEventListener("visibilitychange", wake);
  const offs = ["warning", "camera", "configuration", "again"].map((name) => feed.on(name, soon));
  offs.push(feed.on("incident", ({ incident }) => { if (incident.kind === "camera_tampered") soon(); }));
  look();
  return () => {
    turn += 1;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", wake);
    for (const off of offs) off();
    causes = [];
    listeners.clear();
    look = () => {};
  };
}

function line(cause, more) {
  const end = ending(cause), help = remedy(cause);
  const stop = attempt(async () => {
    await remove(end[1]);
    toast(end[2]);
    await look();
  });
  return el("li", { class: cause.severity, data: { cause: cause.kind } }, icon(cause.severity === "low" ? "idle" : "warn", 16),
    el("p", {}, el("strong", {}, sentence(cause)), el("span", {}, ` ${details(cause)}`)),
    end ? el("button.button", { type: "button", on: { click: stop } }, end[0]) : help && session.may(help[2]) && el("a.button", { href: help[1] }, help[0]), more);
}

/** How many places of a camera are silenced, in words. */
export const silencedWords = (number) => tn(number, "{n} place silenced", "{n} places silenced");
