// How the system is doing: cameras, model, disk, alerts waiting, and its last warnings in words.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { icon, stateMark } from "../core/icons.js";
import { closer, empty, head, panel } from "../core/page.js";
import { ago, bytes, duration, moment, trim } from "../core/format.js";
import * as feed from "../core/feed.js";
import { said, t, tn } from "../core/words.js";

const everyMs = 5000;

export async function open(main) {
  head(main, t("Status"));
  const body = el("div.stack.wide", {});
  main.append(body);
  const abort = new AbortController();
  const look = async () => {
    const status = await get("/api/v1/status", { signal: abort.signal });
    replace(body, figures(status), cameras(status.cameras), warnings(status.warnings), el("p.soft.small", {}, t("Aislewatch {version}, running for {duration}", { version: status.version, duration: duration(status.uptime_seconds) })));
  };
  await look();
  // A server that is not reached has its own banner.
  const timer = setInterval(() => { if (!document.hidden) look().catch(() => {}); }, everyMs);
  const close = closer();
  close.add(() => { clearInterval(timer); abort.abort(); }, feed.on("camera", () => look().catch(() => {})));
  return close;
}

function figures({ cameras: list, disk, outbox, model }) {
  const online = list.filter((camera) => camera.state === "online").length;
  const used = disk.total_bytes ? 1 - disk.free_bytes / disk.total_bytes : 0;
  const days = disk.days_left;
  return el("div.figures", {},
    figure(t("Cameras"), t("{n} of {all}", { n: online, all: list.length }), stateMark(!list.length ? "idle" : online === list.length ? "ok" : "alarm", !list.length ? t("No camera yet") : online === list.length ? t("All online") : tn(list.length - online, "{n} camera offline", "{n} cameras offline"))),
    figure(t("Disk"), t("{bytes} free", { bytes: bytes(disk.free_bytes) }), stateMark(used > 0.95 ? "alarm" : used > 0.85 ? "warn" : "ok", forecast(days) ?? sentenceCase(said(disk.text)) ?? t("{n} % used", { n: Math.round(used * 100) })),
      el("div.gauge", { "aria-hidden": "true" }, el("i", { style: { width: `${used * 100}%` } }))),
    figure(t("Clips"), bytes(disk.clips_bytes), el("span.soft.small", {}, [disk.clips !== undefined && tn(disk.clips, "{n} clip", "{n} clips"), disk.bytes_per_day && t("{bytes} a day", { bytes: bytes(disk.bytes_per_day) })].filter(Boolean).join(" · "))),
    figure(t("Alerts waiting"), String(outbox.pending), outbox.dead ? stateMark("alarm", tn(outbox.dead, "{n} could not be delivered", "{n} could not be delivered"))
      : outbox.oldest_pending_at ? stateMark("warn", t("The oldest has waited for {duration}", { duration: duration((Date.now() - new Date(outbox.oldest_pending_at)) / 1000) })) : stateMark("ok", outbox.last_sent_at ? t("Last sent {ago}", { ago: ago(outbox.last_sent_at) }) : t("None has failed"))),
    model && figure(t("Model"), model.latency_ms ? t("{n} ms", { n: Math.round(model.latency_ms) }) : t("idle"), model.share < 1 && stateMark("warn", t("Looks at {n} % of the set rate: the machine hardly keeps up", { n: Math.round(model.share * 100) })), el("span.soft.small", {}, [model.family, model.device, model.failures ? tn(model.failures, "{n} failure", "{n} failures") : ""].filter(Boolean).join(" · "))));
}

/** How long the disk will do; null where nobody knows. */
function forecast(days) {
  if (days === null || days === undefined) return null;
  if (days < 1) return t("{n} h at this rate", { n: Math.max(1, Math.floor(days * 24)) });
  return days > 3650 ? t("More than 10 years at this rate") : tn(Math.floor(days), "{n} day at this rate", "{n} days at this rate");
}

/** What the server says begins in the middle of a sentence. */
const sentenceCase = (text) => text && text.charAt(0).toUpperCase() + text.slice(1);

const figure = (name, value, ...more) => el("div.figure", {}, el("span.soft.small", {}, name), el("strong", {}, value), more);

const levels = { online: "ok", connecting: "warn", offline: "alarm" };
const stateWords = { online: t("Online"), connecting: t("Connecting"), offline: t("Offline") };

const rate = (value) => (value === null || value === undefined ? "–" : t("{n} fps", { n: trim(value, 1) }));

/** How the frames are chosen that are analysed, and why. */
const reasons = {
  configured: t("every frame, as set"), learning: t("every frame: learning the scene"), watched: t("every frame: somebody looks or follows"), activity: t("every frame: something happens"),
  key_frames_too_rare: t("every frame: key frames are too rare"), key_frames_only: t("every frame: all are key frames"), constant_sizes: t("every frame: all packets have one size"),
  sizes_say_little: t("every frame: sizes of packets say little"), key_frames_differ: t("every frame: key frames look different"),
};

function pace(camera) {
  const words = camera.analysis === "still" ? t("key frames only: nothing happens") : reasons[camera.analysis_reason];
  return words && el("div.small.soft", {}, words);
}

function cameras(list) {
  if (!list.length) return empty(t("No camera yet"), t("Add one in the set-up."));
  const cell = (label, value, isNumber = true, ...more) => el("td", { class: isNumber && "number", data: { label } }, value ?? "–", more);
  const rows = list.map((camera) => el("tr", {},
    el("td", {}, el("a", { href: `#/camera/${encodeURIComponent(camera.id)}` }, camera.name), el("div", {}, stateMark(levels[camera.state], stateWords[camera.state])), pace(camera), camera.state !== "online" && camera.state_text && el("div.small", {}, said(camera.state_text))),
    cell(t("Stream"), [camera.size && `${camera.size[0]} × ${camera.size[1]}`, camera.bitrate_kbps && `${trim(camera.bitrate_kbps / 1000, 1)} Mbit/s`].filter(Boolean).join(", ") || "–", false, camera.decoder && camera.decoder !== "software" && el("div.small.soft", {}, t("decoded by {device}", { device: camera.decoder }))),
    cell(t("Received"), rate(camera.fps_in)), cell(t("Analysed"), rate(camera.fps_analysed)),
    cell(t("Time per frame"), camera.analysis_ms ? t("{n} ms", { n: Math.round(camera.analysis_ms) }) : "–"), cell(t("Skipped"), camera.skipped_frames), cell(t("Damaged"), String(camera.damaged_frames ?? "–")), cell(t("Reconnects"), String(camera.reconnects ?? "–")),
    cell(t("Last key frame"), camera.last_key_frame_at ? ago(camera.last_key_frame_at) : "–"), cell(t("In memory"), camera.ring_seconds ? t("{n} s, {bytes}", { n: Math.round(camera.ring_seconds), bytes: bytes(camera.ring_bytes ?? 0) }) : "–"), cell(t("Viewers"), String(camera.viewers ?? 0))));
  const names = [t("Camera"), t("Stream"), t("Received"), t("Analysed"), t("Time per frame"), t("Skipped"), t("Damaged"), t("Reconnects"), t("Last key frame"), t("In memory"), t("Viewers")];
  return panel(t("Cameras"), el("table.status-table.cameras-table", {}, el("thead", {}, el("tr", {}, names.map((name, index) => el("th", { class: index > 1 && "number" }, name)))), el("tbody", {}, rows)), { flush: true });
}

const warningLevels = { warning: "warn", error: "alarm", critical: "alarm" };
const levelWords = { warning: t("Warning"), error: t("Error"), critical: t("Critical error") };

function warnings(list) {
  if (!list.length) return panel(t("Recent warnings"), el("p", {}, stateMark("ok", t("No warnings since the start"))));
  return panel(t("Recent warnings"), el("ul.rows.warnings", {}, list.map((warning) => el("li", {}, el("span.state", { class: warningLevels[warning.level] }, icon(warning.level === "warning" ? "warn" : "alarm", 14), el("span.visually-hidden", {}, levelWords[warning.level] ?? warning.level)),
    el("p", {}, warning.message, warning.count > 1 && el("span.soft.small", {}, " ", tn(warning.count, "({n} time)", "({n} times)"))), el("time", { dateTime: warning.at }, moment(warning.at))))), { flush: true });
}
