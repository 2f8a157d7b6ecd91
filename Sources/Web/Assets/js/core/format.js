// Values in the words of the page. Times of day are the site's.
import { sameYear, startOfDay, writer } from "./calendar.js";
import { language, locale, t, tn } from "./words.js";

const day = writer({ weekday: "short", day: "numeric", month: "short" }, locale);
const dayWithYear = writer({ day: "numeric", month: "short", year: "numeric" }, locale);

/** "Saturday, 28 November 2026". */
export const dayLong = writer({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, locale);
/** "28 Nov". */
export const dayShort = writer({ day: "numeric", month: "short" }, locale);
export const time = writer({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, locale);
export const timeSeconds = writer({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, locale);

const daysBetween = (date, now) => Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
export const isToday = (date, now = new Date()) => daysBetween(date, now) === 0;

/** "Today", "Yesterday", "Tue 3 Mar". */
export function dayName(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days === 0) return t("Today");
  if (days === 1) return t("Yesterday");
  return sameYear(date, now) ? day(date) : dayWithYear(date);
}

/** "14:03:12", with the day before it when it isn't today. */
export function moment(date, now = new Date()) {
  return isToday(date, now) ? timeSeconds(date) : `${dayName(date, now)}, ${timeSeconds(date)}`;
}

/** "until 16:00", with the day when it is another one; what is meant to last says so. */
export function until(date, now = new Date()) {
  const end = new Date(date);
  if (!date || end - now > 20 * 365 * 86_400_000) return t("until somebody ends it");
  const days = daysBetween(now, end);
  if (days === 0) return t("until {time}", { time: time(end) });
  if (days === 1) return t("until tomorrow, {time}", { time: time(end) });
  return t("until {day}, {time}", { day: sameYear(end, now) ? day(end) : dayWithYear(end), time: time(end) });
}

/** "just now", "4 min ago", "3 h ago", "2 days ago". */
export function ago(date, now = new Date()) {
  const seconds = (now - new Date(date)) / 1000;
  if (seconds < 45) return t("just now");
  if (seconds < 3600) return t("{n} min ago", { n: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 86_400) return t("{n} h ago", { n: Math.round(seconds / 3600) });
  return tn(Math.round(seconds / 86_400), "{n} day ago", "{n} days ago");
}

/** "8 s", "3 min 20 s", "2 h 5 min", "11 days". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return t("unknown");
  if (seconds < 10) return t("{n} s", { n: trim(seconds, 1) });
  if (seconds < 60) return t("{n} s", { n: Math.round(seconds) });
  const join = (large, rest, small) => (rest ? `${large} ${small}` : large);
  const [minutes, restSeconds] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  if (seconds < 3600) return join(t("{n} min", { n: minutes }), restSeconds, t("{n} s", { n: restSeconds }));
  const [hours, restMinutes] = [Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60)];
  if (seconds < 172_800) return join(t("{n} h", { n: hours }), restMinutes, t("{n} min", { n: restMinutes }));
  return tn(Math.round(seconds / 86_400), "{n} day", "{n} days");
}

const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Position in a clip: "0:07.3". */
export function position(seconds) {
  const safe = Math.max(0, seconds || 0);
  const whole = Math.floor(safe / 60);
  const rest = Number((safe - 60 * whole).toFixed(1));
  return `${whole}:${rest < 10 ? "0" : ""}${tenths.format(rest)}`;
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count, unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${value < 10 && unit > 1 ? tenths.format(value) : Math.round(value)} ${units[unit]}`;
}

const formats = [];

/** A number with at most `digits` decimals and no trailing zeros. */
export function trim(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  formats[digits] ??= new Intl.NumberFormat(locale, { maximumFractionDigits: digits, useGrouping: false });
  return formats[digits].format(value);
}

/** `falling_object` as "Falling object", `minDropMetres` as "Min drop metres". */
export function words(name) {
  const text = String(name ?? "").replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const kindNames = {
  falling_object: t("Falling object"), toppled_stack: t("Toppled stack"), spill: t("Spill"), object_left: t("Object left"), object_removed: t("Object removed"),
  marked_object_moved: t("Marked object moved"), manual: t("Recorded by hand"), zone_entry: t("Zone entry"), line_crossing: t("Line crossing"), dwell: t("Dwell"),
  near_miss: t("Near miss"), person_down: t("Person down"), camera_tampered: t("Camera tampered"), combination: t("Combination"),
};

export const kindWords = (kind) => kindNames[kind] ?? words(kind);
/** What an incident is called: its kind, or that somebody recorded it by hand. */
export const titleOf = ({ kind }) => kindWords(kind);
/** Who did something: an account, or who had an alert's link or the command line. */
export const who = (name) => ({ link: t("somebody who got the alert"), cli: t("somebody at the command line") })[name] ?? name;
/** What happened, in a sentence or two. */
export const textOf = ({ text, texts }) => texts?.[language] ?? text;
