// How the system is doing: cameras, model, disk, alerts waiting, and its last warnings in words.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { icon, stateMark } from "../core/icons.js";
import { closer, empty, head, panel } from "../core/page.js";
import { ago, bytes, count, duration, moment, trim } from "../core/format.js";
import * as feed from "../core/feed.js";

const everyMs = 5000;

export async function open(main) {
  head(main, "Status");
  const body = el("div.stack.wide", {});
  main.append(body);
  const abort = new AbortController();
  const look = async () => {
    const status = await get("/api/v1/status", { signal: abort.signal });
    replace(body, figures(status), cameras(status.cameras), warnings(status.warnings), el("p.soft.small", {}, `Aislewatch ${status.version}, running for ${duration(status.uptime_seconds)}`));
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
    figure("Cameras", `${online} of ${list.length}`, stateMark(online === list.length ? "ok" : "alarm", online === list.length ? "All online" : `${count(list.length - online, "camera")} offline`)),
    figure("Disk", `${bytes(disk.free_bytes)} free`, stateMark(used > 0.95 ? "alarm" : used > 0.85 ? "warn" : "ok", sentenceCase(disk.text) ?? (days ? `${Math.round(days)} days at this rate` : `${trim(used * 100, 0)} % used`)),
      el("div.gauge", { "aria-hidden": "true" }, el("i", { style: { width: `${used * 100}%` } }))),
    figure("Clips", bytes(disk.clips_bytes), el("span.soft.small", {}, [disk.clips !== undefined && count(disk.clips, "clip"), disk.bytes_per_day && `${bytes(disk.bytes_per_day)} a day`].filter(Boolean).join(" · "))),
    figure("Alerts waiting", String(outbox.pending), outbox.dead ? stateMark("alarm", `${outbox.dead} could not be delivered`)
      : outbox.oldest_pending_at ? stateMark("warn", `The oldest has waited for ${duration((Date.now() - new Date(outbox.oldest_pending_at)) / 1000)}`) : stateMark("ok", outbox.last_sent_at ? `Last sent ${ago(outbox.last_sent_at)}` : "None has failed")),
    model && figure("Model", model.latency_ms ? `${trim(model.latency_ms, 0)} ms` : "idle", el("span.soft.small", {}, [model.family, model.device, model.failures ? count(model.failures, "failure") : ""].filter(Boolean).join(" · "))));
}

/** What the server says begins in the middle of a sentence. */
const sentenceCase = (text) => text && text.charAt(0).toUpperCase() + text.slice(1);

const figure = (name, value, ...more) => el("div.figure", {}, el("span.soft.small", {}, name), el("strong", {}, value), more);

const levels = { online: "ok", connecting: "warn", offline: "alarm" };
const stateWords = { online: "Online", connecting: "Connecting", offline: "Offline" };

const rate = (value) => (value === null || value === undefined ? "–" : `${trim(value, 1)} fps`);

function cameras(list) {
  if (!list.length) return empty("No camera yet", "Add one in the set-up.");
  const cell = (label, value, isNumber = true) => el("td", { class: isNumber && "number", data: { label } }, value ?? "–");
  const rows = list.map((camera) => el("tr", {},
    el("td", {}, el("a", { href: `#/camera/${encodeURIComponent(camera.id)}` }, camera.name), el("div", {}, stateMark(levels[camera.state], stateWords[camera.state])), camera.state !== "online" && camera.state_text && el("div.small", {}, camera.state_text)),
    cell("Stream", [camera.size && `${camera.size[0]} × ${camera.size[1]}`, camera.bitrate_kbps && `${trim(camera.bitrate_kbps / 1000, 1)} Mbit/s`].filter(Boolean).join(", ") || "–", false),
    cell("Received", rate(camera.fps_in)), cell("Analysed", rate(camera.fps_analysed)),
    cell("Time per frame", camera.analysis_ms ? `${trim(camera.analysis_ms, 0)} ms` : "–"), cell("Skipped", String(camera.skipped_frames ?? "–")), cell("Damaged", String(camera.damaged_frames ?? "–")), cell("Reconnects", String(camera.reconnects ?? "–")),
    cell("Last key frame", camera.last_key_frame_at ? ago(camera.last_key_frame_at) : "–"), cell("In memory", camera.ring_seconds ? `${trim(camera.ring_seconds, 0)} s, ${bytes(camera.ring_bytes ?? 0)}` : "–"), cell("Viewers", String(camera.viewers ?? 0))));
  const names = ["Camera", "Stream", "Received", "Analysed", "Time per frame", "Skipped", "Damaged", "Reconnects", "Last key frame", "In memory", "Viewers"];
  return panel("Cameras", el("table.status-table.cameras-table", {}, el("thead", {}, el("tr", {}, names.map((name, index) => el("th", { class: index > 1 && "number" }, name)))), el("tbody", {}, rows)), { flush: true });
}

const warningLevels = { warning: "warn", error: "alarm", critical: "alarm" };

function warnings(list) {
  if (!list.length) return panel("Recent warnings", el("p", {}, stateMark("ok", "No warnings since the start")));
  return panel("Recent warnings", el("ul.rows.warnings", {}, list.map((warning) => el("li", {}, el("span.state", { class: warningLevels[warning.level] }, icon(warning.level === "warning" ? "warn" : "alarm", 14), el("span.visually-hidden", {}, warning.level)),
    el("p", {}, warning.message, warning.count > 1 && el("span.soft.small", {}, ` (${count(warning.count, "time")})`)), el("time", { dateTime: warning.at }, moment(warning.at))))), { flush: true });
}
