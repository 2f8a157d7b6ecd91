// A range of time as a band, from a minute to a month: a line for each camera, a sign for each incident at its time, shaded
// where nothing was watched. Hours and days are those of the site's clocks, also on the days when these are set.
import { el } from "../core/dom.js";
import { dayNumber, secondsOfDay, startOfDay } from "../core/calendar.js";
import { dayName, dayShort, kindWords, moment, time, timeSeconds, titleOf } from "../core/format.js";
import { icon } from "../core/icons.js";
import { t } from "../core/words.js";

const minute = 60, hour = 3600, day = 86_400;
/** How much the band may show: words and seconds; a day is from midnight to midnight, a month of 31 days. */
export const spans = [["minute", t("1 min"), minute], ["ten", t("10 min"), 10 * minute], ["hour", t("1 h"), hour], ["six", t("6 h"), 6 * hour], ["day", t("Day"), day], ["week", t("Week"), 7 * day], ["month", t("Month"), 31 * day]];
const secondsOf = Object.fromEntries(spans.map(([key, , seconds]) => [key, seconds]));

/**
 * The range of a span around a moment. Days, and the week and the month that end with its day, begin at midnight by the site's
 * clocks, so a day may have 23 or 25 hours; shorter ones have the moment in the middle.
 * @returns {{start: Date, end: Date}}
 */
export function rangeOf(span, at) {
  const seconds = secondsOf[span] ?? day;
  if (seconds < day) { const start = new Date(at.getTime() - seconds * 500); return { start, end: new Date(start.getTime() + seconds * 1000) }; }
  return { start: startOfDay(at, 1 - Math.round(seconds / day)), end: startOfDay(at, 1) };
}

/** A moment in the range so many ranges later. */
export function shifted(span, at, by) {
  const seconds = secondsOf[span] ?? day;
  return seconds < day ? new Date(at.getTime() + by * seconds * 1000) : startOfDay(at, by * Math.round(seconds / day));
}

/** Where a moment lies in a range: 0 at its start, 1 at its end. */
export const partOf = (date, { start, end }) => (new Date(date) - start) / (end - start);

/** Steps between two words of the ruler, in seconds of the site's clocks. */
const steps = [10, 30, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute, hour, 3 * hour, 6 * hour, day, 7 * day];

/**
 * The ruler's words where they belong: the instants at which the site's clocks show a whole step.
 * @param {number} most how many there may be
 * @returns {{at: Date, words: string}[]}
 */
export function ticks(range, most = 10) {
  const seconds = (range.end - range.start) / 1000;
  const step = steps.find((candidate) => seconds / candidate <= most) ?? steps.at(-1);
  const found = [];
  if (step >= day) {
    for (let date = startOfDay(range.start); date <= range.end; date = startOfDay(date, 1)) {
      if (date >= range.start && dayNumber(date) % (step / day) === 0) found.push({ at: date, words: dayShort(date) });
    }
    return found;
  }
  // Clocks are set by whole quarters of an hour at most places, so whole steps are met by going in quarters or less.
  const stride = Math.min(step, 15 * minute) * 1000;
  for (let at = Math.ceil(range.start / stride) * stride; at <= range.end.getTime(); at += stride) {
    const date = new Date(at);
    const shown = Math.round(secondsOfDay(date));
    if (shown % step === 0) found.push({ at: date, words: step < minute ? timeSeconds(date) : time(date) });
  }
  // The end of the last day is the beginning of the next.
  const last = found.at(-1);
  if (last && last.at.getTime() === range.end.getTime() && secondsOfDay(range.end) === 0) last.words = "24:00";
  return found;
}

/**
 * Marks that would cover each other become one that says how many they are; what stands apart does not overlap.
 * @param {number[]} places from 0 to 1 in any order @param {(members: number) => number} widthOf a mark of so many, in the same unit
 * @returns {{place: number, members: number[]}[]} from left to right; `members` are indices into `places`
 */
export function group(places, widthOf) {
  const order = places.map((place, index) => ({ place, members: [index] })).sort((a, b) => a.place - b.place);
  const groups = [];
  for (let one of order) {
    // Joining moves a mark's middle, which may then meet the one before it.
    for (let last = groups.at(-1); last && one.place - last.place < (widthOf(one.members.length) + widthOf(last.members.length)) / 2; last = groups.at(-1)) {
      groups.pop();
      const members = [...last.members, ...one.members];
      one = { members, place: members.reduce((sum, index) => sum + places[index], 0) / members.length };
    }
    groups.push(one);
  }
  return groups;
}

/** In pixels, with what is left free around it. */
const markPixels = (members) => (members > 1 ? 34 + 8 * String(members).length : 24) + 3;

/**
 * @param {{start: Date, end: Date}} range @param {object[]} cameras @param {object[]} incidents within the range
 * @param {{camera: string|null, from: string, to: string|null, kind: string}[]} gaps times in which nothing was watched
 * @param {number} width of the band in pixels
 */
export function timeline(range, cameras, incidents, gaps, width, query = "") {
  const seen = new Set(incidents.map((incident) => incident.camera));
  const lines = cameras.length <= 8 ? cameras : cameras.filter((camera) => seen.has(camera.id) || gaps.some((gap) => gap.camera === camera.id));
  const now = partOf(new Date(), range);
  const ruler = el("div.ruler", { "aria-hidden": "true" }, ticks(range, Math.max(3, Math.floor(width / 64))).map(({ at, words }) =>
    el("span", { style: { left: `${partOf(at, range) * 100}%` }, data: { at: at.toISOString() } }, words)));
  const rows = lines.map((camera) => {
    const own = incidents.filter((incident) => incident.camera === camera.id);
    const groups = group(own.map((incident) => partOf(incident.start, range)), (members) => markPixels(members) / width);
    return el("li.time-row", {}, el("span.clip.small", {}, camera.name), el("div.time-band", {},
      gaps.filter((gap) => !gap.camera || gap.camera === camera.id).map((gap) => gapMark(gap, range)),
      now > 0 && now < 1 && el("i.now", { style: { left: `${now * 100}%` } }),
      groups.map(({ place, members }) => mark(place, members.map((index) => own[index]), camera, query))));
  });
  return el("div.timeline", {}, ruler, el("ul", { "aria-label": t("Incidents by camera") }, rows));
}

const gapWords = { camera_offline: t("no picture"), picture_frozen: t("the picture stood still"), analysis_degraded: t("the analysis could not keep up"), recording_stopped: t("no clips: the disk was full"), maintenance: t("not watched: maintenance") };

function gapMark(gap, range) {
  const from = Math.max(0, partOf(gap.from, range)), to = Math.min(1, gap.to ? partOf(gap.to, range) : partOf(new Date(), range));
  if (to <= 0 || from >= 1 || to <= from) return null;
  const words = t("{what}, {from} to {to}", { what: gapWords[gap.kind] ?? gap.kind, from: moment(gap.from), to: gap.to ? moment(gap.to) : t("now") });
  return el("span.time-gap", { style: { left: `${from * 100}%`, width: `${Math.max(0.2, (to - from) * 100)}%` }, title: words, role: "img", "aria-label": words });
}

const ranks = { high: 2, medium: 1, low: 0 };

/** One incident, or several that lie so close that they are one mark: it leads to the gravest of them. */
function mark(place, incidents, camera, query) {
  const weight = (incident) => (incident.review === "not_an_incident" ? -1 : ranks[incident.severity]);
  const gravest = incidents.reduce((best, incident) => (weight(incident) > weight(best) ? incident : best));
  const one = `${moment(gravest.start)}, ${titleOf(gravest)}`;
  const text = incidents.length > 1 ? t("{incident} and {n} more", { incident: one, n: incidents.length - 1 }) : one;
  return el("a.time-mark", {
    href: `#/incidents/${encodeURIComponent(gravest.id)}${query}`, class: [gravest.severity, gravest.review === "not_an_incident" && "dismissed", incidents.length > 1 && "several"],
    style: { left: `${place * 100}%` }, title: text, "aria-label": `${text}, ${camera.name}`,
  }, icon(gravest.kind, 14), incidents.length > 1 && el("b", {}, String(incidents.length)));
}

/** The signs that occur, with their words. */
export function legend(incidents, gaps) {
  const kinds = [...new Set(incidents.map((incident) => incident.kind))];
  return el("p.legend.small.soft", {}, kinds.map((kind) => el("span", {}, icon(kind, 14), ` ${kindWords(kind)}`)), gaps.length > 0 && el("span", {}, el("i.time-gap", {}), " ", t("not watched")));
}

/** "Today", "Sat 28 Nov", "09:30 to 09:40, today", "23 Nov to 29 Nov". */
export function rangeWords(span, range) {
  const seconds = secondsOf[span] ?? day;
  if (seconds < day) {
    const clock = seconds < hour ? timeSeconds : time;
    return t("{day}, {from} to {to}", { day: dayName(range.start), from: clock(range.start), to: clock(range.end) });
  }
  return seconds === day ? dayName(range.start) : t("{from} to {to}", { from: dayShort(range.start), to: dayShort(startOfDay(range.end, -1)) });
}
