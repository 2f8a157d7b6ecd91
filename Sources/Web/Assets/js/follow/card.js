// A followed object in a list: cut out of the picture in which it was clicked, its name, how it is, what is told of it.
import { el, replace } from "../core/dom.js";
import { get, patch, query, remove } from "../core/api.js";
import { stateMark, icon } from "../core/icons.js";
import { ago } from "../core/format.js";
import { boundsOf, sizeOf } from "../masks/runs.js";
import { pathOf } from "../masks/contour.js";
import { lately } from "./lately.js";
import { may } from "../core/session.js";
import { attempt, toast } from "../core/toasts.js";
import { confirm } from "../core/dialogs.js";
import { check } from "../core/forms.js";
import { anyOf, quoted, t, tn } from "../core/words.js";

/** When somebody wants to hear of a followed object. */
const conditions = {
  moves: [t("It moves"), t("it moves")], leaves_zone: [t("It leaves its zone"), t("it leaves its zone")], falls: [t("It falls"), t("it falls")],
  disappears: [t("It can no longer be seen"), t("it can no longer be seen")],
};

/** Checkboxes for the conditions that can be met; `call` gets the chosen ones at each change. */
export function conditionChecks(chosen, call, { disabled = false, hasZones = true } = {}) {
  const held = new Set(chosen);
  return Object.entries(conditions).filter(([key]) => key !== "leaves_zone" || hasZones || held.has(key)).map(([key, [words]]) => check(key, words, {
    checked: held.has(key), disabled,
    on: { change: (event) => { if (event.target.checked) held.add(key); else held.delete(key); call([...held]); } },
  }));
}

/** "Alerts when it moves or falls"; said plainly when nothing is asked for. */
function conditionText(chosen) {
  if (!chosen.length) return t("Followed without alerts");
  return t("Alerts when {conditions}", { conditions: anyOf(chosen.map((key) => conditions[key]?.[1] ?? key)) });
}

const states = {
  waiting: ["idle", t("Waiting for the camera")], present: ["ok", t("In sight")], lost: ["warn", t("Out of sight")], removed: ["idle", t("No longer followed")],
};

/** So much of the object's size is shown around it. */
const margin = 0.35;
/** Outlines by object and picture: they change when somebody corrects it. */
const masks = new Map();

function maskOf(follow) {
  const key = `${follow.id} ${follow.picture}`;
  if (!masks.has(key)) masks.set(key, get(`/api/v1/follows/${encodeURIComponent(follow.id)}/mask`).then(({ mask }) => mask ?? null, () => null));
  return masks.get(key);
}

/** After a correction the object looks different. */
export const forgetMask = (follow) => masks.delete(`${follow.id} ${follow.picture}`);

/** The object as it was clicked: the picture around it is dimmed, its outline drawn. The whole picture where no outline is known. */
function cutOut(follow) {
  const box = el("div.cut-out", {}, icon("follow", 22));
  if (!follow.picture) return box;
  const image = new Image();
  image.alt = "";
  Promise.all([maskOf(follow), new Promise((resolve, reject) => { image.onload = resolve; image.onerror = reject; image.src = follow.picture; })]).then(([mask]) => {
    const bounds = mask && boundsOf(mask);
    if (!bounds) { replace(box, image); return; }
    const { width, height } = sizeOf(mask), [x, y, across, down] = bounds;
    // A square around it, held inside the picture.
    const pixels = { width: image.naturalWidth, height: image.naturalHeight };
    const side = Math.min(pixels.width, pixels.height, Math.max((across / width) * pixels.width, (down / height) * pixels.height, 24) * (1 + 2 * margin));
    const place = (middle, whole) => Math.min(whole - side, Math.max(0, middle * whole - side / 2));
    const left = place((x + across / 2) / width, pixels.width), top = place((y + down / 2) / height, pixels.height);
    const canvas = el("canvas", { width: 240, height: 240, role: "img", "aria-label": quoted(follow.name) });
    const pen = canvas.getContext("2d"), scale = canvas.width / side;
    const draw = () => pen.drawImage(image, left, top, side, side, 0, 0, canvas.width, canvas.height);
    draw();
    pen.fillStyle = "rgb(8 11 13 / 62%)";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const outline = new Path2D();
    outline.addPath(pathOf(mask), new DOMMatrix([pixels.width * scale, 0, 0, pixels.height * scale, -left * scale, -top * scale]));
    pen.save();
    pen.clip(outline, "evenodd");
    draw();
    pen.restore();
    pen.lineWidth = 3;
    pen.strokeStyle = "#35d6d0";
    pen.stroke(outline);
    replace(box, canvas);
  }).catch(() => { /* the sign stays */ });
  return box;
}

/** @param {{onGone: Function, extra?: Node, cameraName?: string, hasZones?: boolean}} options `hasZones`: whether there is a zone that it could leave */
export function followCard(follow, { onGone, extra, cameraName, hasZones = true } = {}) {
  const [level, words] = states[follow.state] ?? ["idle", follow.state];
  const path = `/api/v1/follows/${encodeURIComponent(follow.id)}`;
  const told = el("p.small.soft", {}, conditionText(follow.conditions));
  const setConditions = async (conditions) => {
    try {
      const now = await patch(path, { conditions });
      replace(told, conditionText(now.conditions));
    } catch (error) { await attempt(() => { throw error; })(); }
  };
  const rename = attempt(async (event) => {
    const name = event.target.value.trim();
    if (name && name !== follow.name) { await patch(path, { name }); follow.name = name; toast(t("Renamed")); }
  });
  const stop = attempt(async () => {
    if (!(await confirm(t("Stop following “{name}”?", { name: follow.name }), t("Nobody is alerted about it any more. Its incidents stay."), { action: t("Stop following"), danger: true }))) return;
    await remove(path);
    onGone?.(follow.id);
  });
  const editor = may("operator") && el(
    "details.more", {}, el("summary", {}, t("Change")),
    el("div.stack", {},
      el("label.field", {}, el("span", {}, t("Name")), el("input", { type: "text", value: follow.name, maxLength: 80, on: { change: rename } })),
      el("fieldset", {}, el("legend.small", {}, t("Alert when")), conditionChecks(follow.conditions, setConditions, { hasZones })),
      el("button.button.danger", { type: "button", on: { click: stop } }, icon("trash"), t("Stop following"))));
  return el(
    "li.follow-card", { data: { follow: follow.id } }, cutOut(follow),
    el("div.row-text", {},
      el("strong.clip", {}, follow.name), cameraName && el("a.small", { href: `#/camera/${encodeURIComponent(follow.camera)}` }, cameraName),
      stateMark(level, follow.last_seen_at && follow.state === "lost" ? `${words}, ${ago(follow.last_seen_at)}` : words), told,
      follow.name && el("a.small", { href: `#/incidents${query({ q: follow.name, camera: follow.camera, kind: "marked_object_moved" })}` }, t("Its incidents")), lately(follow), extra, editor));
}

export const following = (list) => (list.length ? tn(list.length, "{n} object followed", "{n} objects followed") : t("Nothing is followed"));
