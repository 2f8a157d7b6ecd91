// An incident as a line of a list.
import { el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { time, titleOf } from "../core/format.js";
import { t } from "../core/words.js";

export const reviewWords = { none: t("Not reviewed"), confirmed: t("Confirmed"), not_an_incident: t("Not an incident"), training_example: t("Training example") };
const severityWords = { low: t("Low"), medium: t("Medium"), high: t("High") };

export const address = (incident) => `#/incidents/${encodeURIComponent(incident.id)}`;

export function poster(incident) {
  return el("div.poster", {}, incident.poster ? el("img", { src: incident.poster, alt: "", loading: "lazy", decoding: "async" }) : icon(incident.kind, 26));
}

/** Severity as a tag with its word. */
export const severityTag = (incident) =>
  el("span.tag", { class: { high: "alarm", medium: "warn" }[incident.severity] }, severityWords[incident.severity] ?? incident.severity);

/** For the narrow list beside the live pictures. */
export function compactRow(incident) {
  return el("li", {}, el(
    "a.row.compact", { href: address(incident), class: incident.review === "not_an_incident" && "dismissed" },
    poster(incident),
    el("span.row-text", {},
      el("span.row-title", {}, el("strong.clip", {}, titleOf(incident)), el("time", { dateTime: incident.start }, time(incident.start))),
      el("span.soft.small.clip", {}, incident.camera_name, incident.zone && `, ${incident.zone}`),
      incident.phase === "ongoing" && el("span.state.alarm", {}, icon("alarm", 12), t("Ongoing")))));
}
