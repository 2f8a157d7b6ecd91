// Values in the words of the page. Times of day are the site's.
import { sameYear, startOfDay, writer } from "./calendar.js";

const day = writer({ weekday: "short", day: "numeric", month: "short" });
const dayWithYear = writer({ day: "numeric", month: "short", year: "numeric" });

/** "28 Nov". */
export const dayShort = writer({ day: "numeric", month: "short" });
export const time = writer({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const timeSeconds = writer({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const isToday = (date, now = new Date()) => dayName(date, now) === "Today";

/** "Today", "Yesterday", "Tue 3 Mar". */
export function dayName(date, now = new Date()) {
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return sameYear(date, now) ? day(date) : dayWithYear(date);
}

/** "14:03:12", with the day before it when it isn't today. */
export function moment(date, now = new Date()) {
  const name = dayName(date, now);
  return name === "Today" ? timeSeconds(date) : `${name}, ${timeSeconds(date)}`;
}

/** "until 16:00", with the day when it is another one; what is meant to last says so. */
export function until(date, now = new Date()) {
  const end = new Date(date);
  if (!date || end - now > 20 * 365 * 86_400_000) return "until somebody ends it";
  const days = Math.round((startOfDay(end) - startOfDay(now)) / 86_400_000);
  if (days === 0) return `until ${time(end)}`;
  return days === 1 ? `until tomorrow, ${time(end)}` : `until ${sameYear(end, now) ? day(end) : dayWithYear(end)}, ${time(end)}`;
}

/** "just now", "4 min ago", "3 h ago", "2 days ago". */
export function ago(date, now = new Date()) {
  const seconds = (now - new Date(date)) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** "8 s", "3 min 20 s", "2 h 5 min", "11 days". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 10) return `${trim(seconds, 1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return join(Math.floor(seconds / 60), "min", Math.round(seconds % 60), "s");
  if (seconds < 172_800) return join(Math.floor(seconds / 3600), "h", Math.round((seconds % 3600) / 60), "min");
  return `${Math.round(seconds / 86_400)} days`;
}

const join = (large, largeUnit, small, smallUnit) =>
  small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;

/** Position in a clip: "0:07.3". */
export function position(seconds) {
  const safe = Math.max(0, seconds || 0);
  const whole = Math.floor(safe / 60);
  return `${whole}:${(safe - 60 * whole).toFixed(1).padStart(4, "0")}`;
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count, unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${value < 10 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A number with at most `digits` decimals and no trailing zeros. */
export function trim(value, digits = 2) {
  return Number.isFinite(value) ? String(Number(value.toFixed(digits))) : "–";
}

/** `falling_object` as "Falling object", `minDropMetres` as "Min drop metres". */
export function words(name) {
  const text = String(name ?? "").replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What an incident is called: its kind, or that somebody recorded it by hand. */
export const titleOf = ({ kind }) => kindWords(kind);
export const kindWords = (kind) => ({ manual: "Recorded by hand" })[kind] ?? words(kind);

/** One of `singular` or `plural` with its number. */
export const count = (number, singular, plural = `${singular}s`) => `${number} ${number === 1 ? singular : plural}`;
