// What the list is narrowed to: kept in the address, so that it can be sent to somebody and survives a reload.
import { el } from "../core/dom.js";
import { field, input, select } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { settle } from "../core/dom.js";
import { kindWords } from "../core/format.js";
import { reviewWords } from "./row.js";

export const kinds = [
  "falling_object", "toppled_stack", "spill", "object_left", "object_removed", "marked_object_moved", "zone_entry", "line_crossing", "dwell",
  "near_miss", "person_down", "camera_tampered", "manual",
];
export const names = ["q", "camera", "kind", "zone", "review", "min_severity"];

/** @param {(values: object) => void} onChange gets all values, empty texts for what isn't narrowed */
export function filters(values, cameras, onChange) {
  const zones = [...new Set(cameras.flatMap((camera) => (camera.zones ?? []).map((zone) => zone.name)))].sort();
  const any = (list, all) => [["", all], ...list];
  const form = el(
    "form.filters", { role: "search", on: { submit: (event) => { event.preventDefault(); changed(); } } },
    el("div.search", {}, icon("search", 16), input("q", { type: "search", value: values.q ?? "", placeholder: "Search words", "aria-label": "Search words" })),
    el("details.filter-more", { open: window.matchMedia("(min-width: 52.01rem)").matches || names.slice(1).some((name) => values[name]) },
      el("summary", {}, "Filter"),
      el("div.filter-fields", {},
        field("Camera", select("camera", any(cameras.map((camera) => [camera.id, camera.name]), "All cameras"), values.camera ?? "")),
        field("Kind", select("kind", any([...new Set([...kinds, values.kind].filter(Boolean))].map((kind) => [kind, kindWords(kind)]), "All kinds"), values.kind ?? "")),
        field("Zone", select("zone", any(zones.map((zone) => [zone, zone]), "All zones"), values.zone ?? "")),
        field("Review", select("review", any(Object.entries(reviewWords), "All"), values.review ?? "")),
        field("Severity", select("min_severity", any([["medium", "Medium and high"], ["high", "High"]], "All"), values.min_severity ?? "")))));
  const changed = () => onChange(Object.fromEntries(names.map((name) => [name, form.elements.namedItem(name).value.trim()])));
  form.addEventListener("change", changed);
  form.elements.namedItem("q").addEventListener("input", settle(changed, 250));
  return form;
}
