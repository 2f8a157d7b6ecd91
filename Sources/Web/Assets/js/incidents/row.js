// An incident as a line of a list.
import { el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { dayName, duration, time, timeSeconds, words } from "../core/format.js";

export const reviewWords = { none: "Not reviewed", confirmed: "Confirmed", not_an_incident: "Not an incident", training_example: "Training example" };
const severityWords = { low: "Low", medium: "Medium", high: "High" };

const address = (incident) => `#/incidents/${encodeURIComponent(incident.id)}`;

export function poster(incident) {
  return el("div.poster", {}, incident.poster ? el("img", { src: incident.poster, alt: "", loading: "lazy", decoding: "async" }) : icon(incident.kind, 26));
}

/** Severity as a tag with its word. */
export const severityTag = (incident) =>
  el("span.tag", { class: { high: "alarm", medium: "warn" }[incident.severity] }, severityWords[incident.severity] ?? incident.severity);

export function reviewTag(incident) {
  if (incident.review === "none") return null;
  return el("span.tag", { class: incident.review === "confirmed" && "ok" }, icon(incident.review === "not_an_incident" ? "close" : "check", 12), reviewWords[incident.review]);
}

/** For the narrow list beside the live pictures. */
export function compactRow(incident) {
  return el("li", {}, el(
    "a.row.compact", { href: address(incident), class: incident.review === "not_an_incident" && "dismissed" },
    poster(incident),
    el("span.row-text", {},
      el("span.row-title", {}, el("strong.clip", {}, words(incident.kind)), el("time", { dateTime: incident.start }, time(incident.start))),
      el("span.soft.small.clip", {}, incident.camera_name, incident.zone && `, ${incident.zone}`),
      incident.phase === "ongoing" && el("span.state.alarm", {}, icon("alarm", 12), "Going on"))));
}

/** For the page of incidents. */
export function wideRow(incident) {
  const seconds = (new Date(incident.end) - new Date(incident.start)) / 1000;
  return el("li", {}, el(
    "a.row.wide", { href: address(incident), data: { incident: incident.id }, class: incident.review === "not_an_incident" && "dismissed" },
    poster(incident),
    el("span.row-text", {},
      el("span.row-title", {}, icon(incident.kind, 16), el("strong", {}, words(incident.kind)), severityTag(incident), incident.phase === "ongoing" && el("span.state.alarm", {}, icon("alarm", 12), "Going on")),
      el("span.row-words", {}, incident.text),
      el("span.row-facts.soft.small", {}, el("span", {}, incident.camera_name), incident.zone && el("span", {}, incident.zone),
        incident.phase === "ended" && seconds >= 0.1 && el("span", {}, duration(seconds)),
        reviewTag(incident), incident.protected && el("span.tag", {}, icon("lock", 12), "Protected"),
        incident.acknowledged_by && el("span.tag", {}, icon("check", 12), `Seen by ${incident.acknowledged_by}`))),
    el("span.row-when", {}, el("time", { dateTime: incident.start }, timeSeconds(incident.start)), el("span.soft.small", {}, dayName(incident.start)))));
}
