// What the list is narrowed to: kept in the address, so that it can be sent to somebody and survives a reload.
import { el } from "../core/dom.js";
import { field, input, select } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { settle } from "../core/dom.js";
import { kindWords } from "../core/format.js";
import { stateWords } from "./handling.js";
import { reviewWords } from "./row.js";
import { t } from "../core/words.js";

export const kinds = [
  "falling_object", "toppled_stack", "spill", "object_left", "object_removed", "marked_object_moved", "zone_entry", "line_crossing", "dwell",
  "near_miss", "person_down", "camera_tampered", "manual",
];
export const names = ["q", "camera", "kind", "zone", "review", "state", "min_severity"];

/** @param {(values: object) => void} onChange gets all values, empty texts for what isn't narrowed */
export function filters(values, cameras, onChange) {
  const zones = [...new Set(cameras.flatMap((camera) => (camera.zones ?? []).map((zone) => zone.name)))].sort();
  const any = (list, all) => [["", all], ...list];
  const form = el(
    "form.filters", { role: "search", on: { submit: (event) => { event.preventDefault(); changed(); } } },
    el("div.search", {}, icon("search", 16), input("q", { type: "search", value: values.q ?? "", placeholder: t("Search words"), "aria-label": t("Search words") })),
    el("details.filter-more", { open: window.matchMedia("(min-width: 52.01rem)").matches || names.slice(1).some((name) => values[name]) },
      el("summary", {}, t("Filter")),
      el("div.filter-fields", {},
        field(t("Camera"), select("camera", any(cameras.map((camera) => [camera.id, camera.name]), t("All cameras")), values.camera ?? "")),
        field(t("Kind"), select("kind", any([...new Set([...kinds, values.kind].filter(Boolean))].map((kind) => [kind, kindWords(kind)]), t("All kinds")), values.kind ?? "")),
        field(t("Zone"), select("zone", any(zones.map((zone) => [zone, zone]), t("All zones")), values.zone ?? "")),
        field(t("Review"), select("review", any(Object.entries(reviewWords), t("All")), values.review ?? "")),
        field(t("State"), select("state", any(Object.entries(stateWords), t("All")), values.state ?? "")),
        field(t("Severity"), select("min_severity", any([["medium", t("Medium and high")], ["high", t("High")]], t("All")), values.min_severity ?? "")))));
  const changed = () => onChange(Object.fromEntries(names.map((name) => [name, form.elements.namedItem(name).value.trim()])));
  form.addEventListener("change", changed);
  form.elements.namedItem("q").addEventListener("input", settle(changed, 250));
  return form;
}
