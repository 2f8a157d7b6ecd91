// One strip on every page for whatever keeps people from being told: what somebody asked for, what is broken, who did it,
// until when, and a button that ends it where it can be ended.
import { el, replace, settle } from "./dom.js";
import { get, remove } from "./api.js";
import { icon } from "./icons.js";
import { ago, count, moment, until, words } from "./format.js";
import { attempt, toast } from "./toasts.js";
import * as feed from "./feed.js";
import * as session from "./session.js";

const everyMs = 15_000;
const ranks = { high: 2, medium: 1, low: 0 };

/** @typedef {{kind: string, severity: string, id?: string, camera?: string, camera_name?: string, rule?: string, zone?: string, mode?: string,
 *   reason?: string, by?: string, since?: string, until?: string, incident?: string, channel?: string, text?: string}} Cause */

const quoted = (name) => `“${name}”`;
const ofCamera = (cause) => (cause.together ? `${cause.together.length} cameras` : cause.camera ? quoted(cause.camera_name ?? cause.camera) : "all cameras");
/** Verbs of one camera and of several. */
const verb = (cause, one, several) => (cause.together ? several : one);

const sentences = {
  snooze: (cause) => {
    const what = cause.mode === "maintenance" ? `Maintenance: nothing is watched on ${ofCamera(cause)}` : `Alerts are held back for ${ofCamera(cause)}`;
    return [what, cause.zone && `in ${quoted(cause.zone)}`, cause.rule && `only “${words(cause.rule)}”`].filter(Boolean).join(", ");
  },
  suppression: (cause) => `“${words(cause.rule)}” is silenced in a part of ${ofCamera(cause)}`,
  no_channel: () => "Nobody is alerted: there is no alert channel yet",
  nobody_on_shift: () => "Nobody is alerted now: no recipient is on shift",
  channel_failing: (cause) => `Alerts through ${quoted(cause.channel)} fail`,
  outbox_stuck: (cause) => `Alerts through ${quoted(cause.channel)} are not getting out`,
  camera_tampered: (cause) => `${ofCamera(cause)} ${verb(cause, "is", "are")} covered, turned away or out of focus`,
  camera_offline: (cause) => `${ofCamera(cause)} ${verb(cause, "sends", "send")} no picture`,
  picture_frozen: (cause) => `${ofCamera(cause)} ${verb(cause, "sends", "send")} the same picture all the time`,
  analysis_degraded: (cause) => `The analysis of ${ofCamera(cause)} can’t keep up: incidents may be missed`,
  disk_forecast: () => "The disk for clips will be full soon",
  disk_low: () => "The disk for clips is full: old clips are deleted",
  recording_stopped: (cause) => `${ofCamera(cause)} ${verb(cause, "records", "record")} no clips: the disk is full`,
  storage_gone: () => "Clips can’t be saved: their folder can’t be written",
  storage_fallback: () => "Clips are saved in the spare folder",
};

/** What is the matter, in one sentence without a full stop. */
export const sentence = (cause) => sentences[cause.kind]?.(cause) ?? cause.text ?? words(cause.kind);

/** Who did it and why, since when, until when. */
export function details(cause, now = new Date()) {
  const isAsked = cause.kind === "snooze" || cause.kind === "suppression";
  const adds = !isAsked && ["channel_failing", "other"].includes(cause.kind) && sentences[cause.kind];
  return [
    isAsked && until(cause.until, now), isAsked && cause.by && `by ${cause.by}`, cause.reason && quoted(cause.reason),
    cause.together?.map((one) => one.camera_name ?? one.camera).join(", "), !isAsked && cause.since && `since ${moment(cause.since, now)} (${ago(cause.since, now)})`, adds && cause.text,
  ].filter(Boolean).join(" · ");
}

/** Where it can be seen to, and by whom; null where nothing can be done about it on a page. */
function remedy(cause) {
  const camera = cause.camera && `#/camera/${encodeURIComponent(cause.camera)}`;
  switch (cause.kind) {
    case "no_channel": return ["Add a channel", "#/setup/alerts", "admin"];
    case "nobody_on_shift": case "channel_failing": case "outbox_stuck": return ["Alerts", "#/setup/alerts", "admin"];
    case "camera_tampered": return ["Show", `#/incidents/${encodeURIComponent(cause.incident)}`, "viewer"];
    case "analysis_degraded": case "disk_forecast": case "disk_low": case "recording_stopped": case "storage_gone": case "storage_fallback":
      return ["Status", "#/status", "viewer"];
    default: return camera ? ["Show", camera, "viewer"] : ["Status", "#/status", "viewer"];
  }
}

/** How a cause is ended: [words on the button, path, what is said then]. */
function ending(cause) {
  if (!cause.id || !session.may("operator")) return null;
  if (cause.kind === "snooze") return ["End now", `/api/v1/snoozes/${encodeURIComponent(cause.id)}`, "Alerts are sent again."];
  if (cause.kind === "suppression") return ["End now", `/api/v1/suppressions/${encodeURIComponent(cause.id)}`, "The rule watches this place again."];
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
    }, isOpen ? "Show less" : `${rest.length} more`);
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
export const silencedWords = (number) => `${count(number, "place")} silenced`;
