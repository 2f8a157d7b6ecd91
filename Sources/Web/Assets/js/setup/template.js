// One camera's settings for several others.
import { el } from "../core/dom.js";
import { field, select } from "../core/forms.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { edits } from "./edits.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** What can be taken over, with the keys of the file. */
const parts = () => [
  ["login", t("User name and password"), ["username", "password"]], ["analysis", t("Frames analysed per second"), ["analysis_fps"]], ["sensitivity", t("Sensitivity"), ["sensitivity"]], ["zones", t("Zones"), ["zones"]],
  ["scale", t("Scale"), ["picture_height_metres", "calibration"]], ["aspect", t("Shape of the picture"), ["display_aspect"]], ["priority", t("What happens when the disk is full"), ["recording_priority"]],
];

const isHidden = (value) => typeof value === "string" && value.includes("<hidden>");

/** Edits that give the others what one camera has; keys that it lacks go. */
export function taken(source, others, keys) {
  return others.flatMap((camera) => keys.flatMap((key) => edits(["cameras", camera.id, key], camera[key], source[key], null)));
}

export function templatePanel(values, onSaved) {
  const cameras = values.cameras ?? [];
  if (cameras.length < 2) return null;
  const from = select("from", cameras.map(({ id, name }) => [id, name ?? id]), cameras[0].id, { on: { change: () => show() } });
  const boxes = (name, list) => list.map(([value, words]) => el("label.check", {}, el("input", { type: "checkbox", name, value }), el("span", {}, words)));
  const what = el("fieldset.group", {}, el("legend", {}, t("What")), el("div.boxes", {}, boxes("what", parts())));
  const to = el("fieldset.group", {}, el("legend", {}, t("For these cameras")), el("div.boxes", {}, boxes("to", cameras.map(({ id, name }) => [id, name ?? id]))));
  const show = () => { for (const box of to.querySelectorAll("input")) { box.disabled = box.value === from.value; if (box.disabled) box.checked = false; } };
  const chosen = (group) => [...group.querySelectorAll("input:checked")].map((box) => box.value);
  const apply = attempt(async () => {
    const source = cameras.find(({ id }) => id === from.value), keys = parts().filter(([key]) => chosen(what).includes(key)).flatMap(([, , own]) => own);
    const others = cameras.filter(({ id }) => chosen(to).includes(id));
    if (!keys.length || !others.length) throw new Error(t("Choose what is taken over, and for which cameras."));
    if (keys.some((key) => isHidden(source[key]))) throw new Error(t("The password of “{name}” stands in the file itself and can’t be read here. Type it once under “Connection”.", { name: source.name ?? source.id }));
    if (await saveEdits(taken(source, others, keys), { title: t("Take these settings over?") })) onSaved();
  });
  show();
  return panel(t("The same settings for several cameras"), el("div.stack", {}, el("div.narrow", {}, field(t("As in"), from)), what, to, el("div.buttons", {}, el("button.button.primary", { type: "button", on: { click: apply } }, t("Take over")))));
}
