// What a camera's page draws over its picture besides tracks: what is not watched, silenced places, zones, the clicks of a draft.
import { labelPoint } from "../geometry/polygon.js";
import { colours, label, outline, placed } from "./layers.js";

const zoneColours = { floor: "#b9c4cc", walkway: "#ffd23f", storage: "#7cc4ff", rack: "#c9a0ff", ignore: "#8a949b" };
export const zoneColour = (kind) => zoneColours[kind] ?? zoneColours.floor;

/** Below the tracks. */
export function under(pen, { shade, silences, zones, showZones }) {
  if (shade) drawShade(pen, shade);
  drawSilences(pen, silences);
  if (showZones) drawZones(pen, zones);
}

/** Over them. */
export function over(pen, { draft, found }) {
  for (const object of found) if (!object.isChosen) drawFound(pen, object);
  if (draft) drawDraft(pen, draft);
}

/** Darkens a part and draws lines over it, so that it is told apart without its colour. */
function hatch(context, path, { x, y, width, height }, rule) {
  context.save();
  context.clip(path, rule);
  context.fillStyle = "rgb(8 11 13 / 45%)";
  context.fillRect(x, y, width, height);
  const lines = new Path2D();
  for (let at = -height; at < width; at += 11) { lines.moveTo(x + at, y + height); lines.lineTo(x + at + height, y); }
  context.lineWidth = 1;
  context.strokeStyle = "rgb(255 255 255 / 32%)";
  context.stroke(lines);
  context.restore();
}

/** What is not watched lies under a hatch; see `unwatched`. */
function drawShade(pen, { excluded, only }) {
  const { context, rectangle } = pen;
  const path = new Path2D();
  const add = (polygon) => {
    polygon.forEach(([u, v], index) => (index ? path.lineTo(pen.x(u), pen.y(v)) : path.moveTo(pen.x(u), pen.y(v))));
    path.closePath();
  };
  if (only) {
    const outside = new Path2D();
    outside.rect(rectangle.x, rectangle.y, rectangle.width, rectangle.height);
    for (const polygon of only) add(polygon);
    outside.addPath(path);
    hatch(context, outside, rectangle, "evenodd");
  }
  for (const polygon of excluded) {
    const part = new Path2D();
    polygon.forEach(([u, v], index) => (index ? part.lineTo(pen.x(u), pen.y(v)) : part.moveTo(pen.x(u), pen.y(v))));
    part.closePath();
    hatch(context, part, rectangle, "nonzero");
  }
}

/** Places where a rule is silent, with its name and its end: [{part, words}]. */
function drawSilences(pen, silences) {
  for (const { part, words: text } of silences) {
    const [x, y, width, height] = part ?? [0, 0, 1, 1];
    const path = new Path2D();
    path.rect(pen.x(x), pen.y(y), width * pen.rectangle.width, height * pen.rectangle.height);
    pen.context.fillStyle = "rgb(255 210 63 / 16%)";
    pen.context.fill(path);
    outline(pen.context, path, "#ffd23f", 1.5, [7, 4]);
    label(pen, text, pen.x(x), pen.y(y) + 20, "#ffd23f");
  }
}

function drawZones(pen, zones) {
  for (const zone of zones) {
    if (!zone.polygon?.length) continue;
    const path = new Path2D();
    zone.polygon.forEach(([u, v], index) => (index ? path.lineTo(pen.x(u), pen.y(v)) : path.moveTo(pen.x(u), pen.y(v))));
    path.closePath();
    pen.context.globalAlpha = 0.1;
    pen.context.fillStyle = zoneColour(zone.kind);
    pen.context.fill(path);
    pen.context.globalAlpha = 1;
    outline(pen.context, path, zoneColour(zone.kind), 1.25, zone.kind === "ignore" ? [3, 4] : []);
    const [u, v] = labelPoint(zone.polygon);
    label(pen, zone.name, pen.x(u), pen.y(v), zoneColour(zone.kind));
  }
}

/** An object that can be picked, with its number in the list. */
function drawFound(pen, { path, number, at: [u, v] }) {
  if (path) outline(pen.context, placed(pen, path), "#7cc4ff", 1.25);
  label(pen, String(number), pen.x(u), pen.y(v), "#7cc4ff");
}

/** The draft's mask and its clicks: plus and minus, told apart by shape too. */
function drawDraft(pen, { path, positive, negative, cursor }) {
  const { context } = pen;
  if (path) {
    const shape = placed(pen, path);
    context.globalAlpha = 0.4;
    context.fillStyle = colours.follow;
    context.fill(shape, "evenodd");
    context.globalAlpha = 1;
    outline(context, shape, colours.follow, 2, [6, 3]);
  }
  for (const [list, colour, isPlus] of [[positive, colours.plus, true], [negative, colours.minus, false]]) {
    for (const [u, v] of list) {
      const dot = new Path2D();
      dot.arc(pen.x(u), pen.y(v), 7, 0, 2 * Math.PI);
      context.fillStyle = "#0b0e10";
      context.fill(dot);
      outline(context, dot, colour, 2);
      context.fillStyle = colour;
      context.fillRect(pen.x(u) - 4, pen.y(v) - 1, 8, 2);
      if (isPlus) context.fillRect(pen.x(u) - 1, pen.y(v) - 4, 2, 8);
    }
  }
  if (cursor) {
    const cross = new Path2D();
    cross.moveTo(pen.x(cursor[0]) - 14, pen.y(cursor[1]));
    cross.lineTo(pen.x(cursor[0]) + 14, pen.y(cursor[1]));
    cross.moveTo(pen.x(cursor[0]), pen.y(cursor[1]) - 14);
    cross.lineTo(pen.x(cursor[0]), pen.y(cursor[1]) + 14);
    outline(context, cross, "#ffffff", 1.5);
  }
}
