// One day as a band: a line for each camera, a sign for each incident at its time. What lies close is told apart by shape.
import { el } from "../core/dom.js";
import { startOfDay } from "../core/calendar.js";
import { time, words } from "../core/format.js";
import { icon } from "../core/icons.js";
import { group } from "./groups.js";

const hours = [0, 3, 6, 9, 12, 15, 18, 21, 24];

/** Where a moment lies in its day, 0 to 1; days of 23 and 25 hours too. */
export function partOfDay(date, start) {
  const next = startOfDay(start, 1);
  return (new Date(date) - start) / (next - start);
}

export function timeline(date, cameras, incidents) {
  const start = startOfDay(date);
  const seen = new Set(incidents.map((incident) => incident.camera));
  const lines = cameras.length <= 8 ? cameras : cameras.filter((camera) => seen.has(camera.id));
  const now = partOfDay(new Date(), start);
  const ruler = el("div.ruler", { "aria-hidden": "true" }, hours.map((hour) =>
    el("span", { style: { left: `${(hour / 24) * 100}%` } }, String(hour).padStart(2, "0"))));
  const rows = lines.map((camera) => {
    const own = incidents.filter((incident) => incident.camera === camera.id);
    const groups = group(own.map((incident) => partOfDay(incident.start, start)), window.matchMedia("(max-width: 52rem)").matches ? 0.08 : 0.03);
    return el("li.time-row", {}, el("span.clip.small", {}, camera.name), el("div.time-band", {},
      now > 0 && now < 1 && el("i.now", { style: { left: `${now * 100}%` } }),
      groups.map(({ place, members }) => mark(place, members.map((index) => own[index]), camera))));
  });
  return el("div.timeline", {}, ruler, el("ul", { "aria-label": "The day by camera" }, rows));
}

const ranks = { high: 2, medium: 1, low: 0 };

/** One incident, or several that lie so close that they are one mark: it leads to the gravest of them. */
function mark(place, incidents, camera) {
  const weight = (incident) => (incident.review === "not_an_incident" ? -1 : ranks[incident.severity]);
  const gravest = incidents.reduce((best, incident) => (weight(incident) > weight(best) ? incident : best));
  const text = `${time(gravest.start)} ${words(gravest.kind)}${incidents.length > 1 ? ` and ${incidents.length - 1} more` : ""}`;
  return el("a.time-mark", {
    href: `#/incidents/${encodeURIComponent(gravest.id)}`, class: [gravest.severity, gravest.review === "not_an_incident" && "dismissed", incidents.length > 1 && "several"],
    style: { left: `${place * 100}%` }, title: text, "aria-label": `${text}, ${camera.name}`,
  }, icon(gravest.kind, 14), incidents.length > 1 && el("b", {}, String(incidents.length)));
}

/** The signs that occur, with their words. */
export function legend(incidents) {
  const kinds = [...new Set(incidents.map((incident) => incident.kind))];
  return el("p.legend.small.soft", {}, kinds.map((kind) => el("span", {}, icon(kind, 14), ` ${words(kind)}`)));
}
