// A zone or a line is copied to other cameras: to the same place of their pictures, to be moved there.
import { el } from "../core/dom.js";
import { open } from "../core/dialogs.js";
import { freeName } from "./edits.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** Asks to which cameras, and saves. `rules` are the rules about the zone, by kind. */
export async function copyPlace({ kind, item, rules, camera, values }) {
  const others = (values.cameras ?? []).filter((other) => other.id !== camera.id);
  const chosen = await open((close) => el("form", { on: { submit: (event) => {
    event.preventDefault();
    const list = [...event.target.elements].filter((box) => box.name === "camera" && box.checked).map((box) => box.value);
    if (list.length) close(list);
  } } },
    el("h2", {}, t("Copy “{name}” to other cameras", { name: item.name })),
    el("p.soft", {}, t("It is put at the same place of their pictures. Move it there to where it belongs.")),
    el("div.boxes", {}, others.map(({ id, name }) => el("label.check", {}, el("input", { type: "checkbox", name: "camera", value: id }), el("span", {}, name ?? id)))),
    el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), el("button.button.primary", { type: "submit" }, t("Copy")))), { label: t("Copy to other cameras") });
  if (!chosen) return false;
  const list = kind === "zone" ? zoneEdits(item, rules, chosen, values) : lineEdits(item, chosen, values);
  return saveEdits(list, { title: t("Copy “{name}”?", { name: item.name }) });
}

function zoneEdits(zone, rules, chosen, values) {
  const list = chosen.map((id) => {
    const zones = values.cameras.find((camera) => camera.id === id).zones ?? [];
    const { name, kind, polygon } = zone;
    // A zone of that name is what was meant: it gets this shape.
    return zones.some((other) => other.name === name) ? { op: "set", path: ["cameras", id, "zones", name], value: { name, kind, polygon } } : { op: "set", path: ["cameras", id, "zones", "-"], value: { name, kind, polygon } };
  });
  for (const [kind, rule] of Object.entries(rules)) {
    const own = [rule?.cameras ?? []].flat();
    const isSaved = (values.rules?.[kind] ?? []).some((other) => other.name === rule?.name);
    if (rule && own.length && isSaved) list.push({ op: "set", path: ["rules", kind, rule.name, "cameras"], value: [...new Set([...own, ...chosen])] });
  }
  return list;
}

function lineEdits(rule, chosen, values) {
  const names = (values.rules?.line_crossing ?? []).map(({ name }) => name);
  return chosen.map((id) => {
    const name = freeName(`${rule.name} (${values.cameras.find((camera) => camera.id === id).name ?? id})`, names);
    names.push(name);
    return { op: "set", path: ["rules", "line_crossing", "-"], value: { ...rule, name, cameras: [id] } };
  });
}
