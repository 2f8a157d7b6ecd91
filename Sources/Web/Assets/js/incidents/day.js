// A day's report: what happened, what people made of it, who handled it. It can be printed.
import { el, replace, settle } from "../core/dom.js";
import { get } from "../core/api.js";
import { closer, empty, head, panel } from "../core/page.js";
import { icon } from "../core/icons.js";
import { input } from "../core/forms.js";
import { attempt } from "../core/toasts.js";
import { dayOfText, dayText, foreignZone, startOfDay } from "../core/calendar.js";
import { dayLong, duration, moment, textOf, timeSeconds, titleOf, who } from "../core/format.js";
import { go } from "../core/router.js";
import { keys } from "../core/shortcuts.js";
import * as feed from "../core/feed.js";
import { poster, reviewWords, severityTag } from "./row.js";
import { whyLine } from "./why.js";
import { quoted, t, tn } from "../core/words.js";

/** A camera that sees much tells of it often. */
const settleMs = 1000;

export const dayAddress = (day) => `/incidents/day/${day}`;

export async function open(main, { day: wanted }) {
  const close = closer();
  const start = dayOfText(wanted), day = dayText(start), today = dayText(new Date());
  const to = (days) => { const other = dayText(startOfDay(start, days)); if (other <= today) go(dayAddress(other)); };
  const turn = (sign, words, days) => el("button.button.icon", { type: "button", title: words, "aria-label": words, disabled: days > 0 && day >= today, on: { click: () => to(days) } }, icon(sign, 16));
  const chosen = input("day", { type: "date", value: day, max: today, "aria-label": t("Day"), on: { change: (event) => { if (event.target.value) go(dayAddress(event.target.value)); } } });
  const zone = foreignZone();
  head(main, t("Report of the day"), { text: [dayLong(start), zone && t("times of {zone}", { zone })].filter(Boolean).join(" · "), actions: [
    el("div.buttons.turn", {}, turn("back", t("The day before"), -1), chosen, turn("forward", t("The day after"), 1)),
    el("button.button", { type: "button", on: { click: () => window.print() } }, icon("save", 16), t("Print")), el("a.button.quiet", { href: `#/incidents${day === today ? "" : `?day=${day}`}` }, t("All incidents"))] });
  const body = el("div.stack.wide", {});
  main.append(body);
  const show = async () => {
    const { incidents, whole } = await get(`/api/v1/days/${day}`);
    if (!incidents.length) { replace(body, empty(t("Nothing happened"), t("No incident began on this day."))); return; }
    replace(body, panel(t("Overview"), el("div.stack", {}, el("p", {}, el("strong", {}, tn(incidents.length, "{n} incident", "{n} incidents")), ": ", kindsOf(incidents)), el("p.soft", {}, verdictsOf(incidents)),
      !whole && el("p.note.warn", {}, t("More happened on this day. Only its last {n} incidents are here.", { n: incidents.length })))),
    panel(t("What happened"), el("ul.report", {}, incidents.map(entry)), { flush: true }));
  };
  await show();
  const renew = settle(attempt(show), settleMs);
  close.add(feed.on("incident", ({ incident }) => { if (dayText(incident.start) === day) renew(); }), feed.on("again", renew),
    keys([["ArrowLeft", t("The day before"), () => to(-1)], ["ArrowRight", t("The day after"), () => to(1)]]));
  return close;
}

/** "2 × Falling object, 1 × Spill", what came most often first. */
function kindsOf(incidents) {
  const counts = new Map();
  for (const incident of incidents) counts.set(titleOf(incident), (counts.get(titleOf(incident)) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([name, count]) => `${count} × ${name}`).join(", ");
}

/** How many have which verdict, and how many nobody has handled. */
function verdictsOf(incidents) {
  const count = (isIt) => incidents.filter(isIt).length;
  const parts = Object.entries(reviewWords).map(([review, words]) => [words, count((incident) => incident.review === review)]);
  return [...parts, [t("Handled by nobody"), count((incident) => !incident.acknowledged_by)]].filter(([, number]) => number).map(([words, number]) => `${words}: ${number}`).join(" · ");
}

function entry(incident) {
  const seconds = (new Date(incident.end) - new Date(incident.start)) / 1000;
  const verdict = incident.review === "none" ? reviewWords.none
    : [t("{verdict} by {name}, {time}", { verdict: reviewWords[incident.review], name: who(incident.review_by), time: moment(incident.review_at) }), incident.review_note && quoted(incident.review_note)].filter(Boolean).join(": ");
  const handled = incident.acknowledged_by ? t("Handled by {name}, {time}", { name: who(incident.acknowledged_by), time: moment(incident.acknowledged_at) }) : t("Handled by nobody");
  return el("li", { data: { incident: incident.id } }, poster(incident), el("div.stack", {},
    el("div.row-title", {}, el("time", { dateTime: incident.start }, timeSeconds(incident.start)), el("a", { href: `#/incidents/${encodeURIComponent(incident.id)}` }, el("strong", {}, titleOf(incident))), severityTag(incident)),
    el("p", {}, textOf(incident)),
    el("p.soft.small", {}, [incident.camera_name, incident.zone, incident.phase === "ongoing" ? t("Ongoing") : duration(seconds)].filter(Boolean).join(" · ")),
    el("p.small", {}, verdict, " · ", handled), incident.why.length > 0 && el("p.soft.small", {}, incident.why.map(whyLine).join(" · "))));
}
