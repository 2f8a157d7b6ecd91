// How each thing over the picture looks. Pictures are dark and bright, so every line has a dark one under it.
import { kindWords, trim } from "../core/format.js";
import { t } from "../core/words.js";

export const colours = { follow: "#35d6d0", motion: "#f4f6f7", alarm: "#ff5a48", plus: "#35d6d0", minus: "#ff5a48" };

/** A line with a dark one under it. */
export function outline(context, path, colour, width = 2, dash = []) {
  context.setLineDash(dash);
  context.lineJoin = "round";
  context.lineWidth = width + 2;
  context.strokeStyle = "rgb(0 0 0 / 55%)";
  context.stroke(path);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke(path);
  context.setLineDash([]);
}

/** A path in fractions of the picture as one on the canvas. */
export function placed({ rectangle }, path, [dx, dy] = [0, 0]) {
  const result = new Path2D();
  result.addPath(path, new DOMMatrix([rectangle.width, 0, 0, rectangle.height, rectangle.x + dx * rectangle.width, rectangle.y + dy * rectangle.height]));
  return result;
}

export function label({ context, rectangle }, text, x, y, colour) {
  context.font = "600 12px system-ui, sans-serif";
  const width = context.measureText(text).width + 10;
  const left = Math.min(Math.max(x, rectangle.x), Math.max(rectangle.x, rectangle.x + rectangle.width - width));
  const top = Math.max(rectangle.y, y - 20);
  context.fillStyle = "rgb(8 11 13 / 82%)";
  context.fillRect(left, top, width, 18);
  context.fillStyle = colour;
  context.fillRect(left, top, 3, 18);
  context.fillStyle = "#ffffff";
  context.fillText(text, left + 7, top + 13);
}

/** "0.8 m/s", or in picture heights where the camera has no scale; nothing when it stands. */
function speedWords(track, camera) {
  if (!track.speed || track.speed < 0.03) return "";
  const metres = camera?.picture_height_metres;
  return metres ? t("{n} m/s", { n: trim(track.speed * metres, 1) }) : t("{n} picture heights/s", { n: trim(track.speed, 2) });
}

export const layers = {
  track(pen, track, size, shift, path, maskShift, { labels, camera, colour }) {
    const isFollowed = Boolean(track.follow) || track.origin === "prompt";
    const ink = colour ?? (isFollowed ? colours.follow : colours.motion);
    const { context } = pen;
    const isLost = track.phase === "lost";
    const [x, y, width, height] = track.region;
    if (path && !isLost) {
      const shape = placed(pen, path, maskShift);
      context.globalAlpha = isFollowed || colour ? 0.34 : 0.14;
      context.fillStyle = ink;
      context.fill(shape, "evenodd");
      context.globalAlpha = 1;
      outline(context, shape, ink, isFollowed || colour ? 2 : 1.25);
    } else {
      const box = new Path2D();
      box.rect(pen.x(x / size[0] + shift[0]), pen.y(y / size[1] + shift[1]), (width / size[0]) * pen.rectangle.width, (height / size[1]) * pen.rectangle.height);
      outline(context, box, ink, 1.25, isLost ? [4, 4] : []);
    }
    if (!labels) return;
    const text = [track.name ?? (isFollowed ? t("Followed") : ""), isLost ? t("lost") : speedWords(track, camera)].filter(Boolean).join(" · ");
    if (text) label(pen, text, pen.x(x / size[0] + shift[0]), pen.y(y / size[1] + shift[1]) - 4, ink);
  },

  /** Where an incident is: corners around its region, and its name. */
  place(pen, { region, size, kind }) {
    const [x, y, width, height] = region;
    const left = pen.x(x / size[0]) - 6, top = pen.y(y / size[1]) - 6;
    const right = pen.x((x + width) / size[0]) + 6, bottom = pen.y((y + height) / size[1]) + 6;
    const arm = Math.min(22, (right - left) / 3, (bottom - top) / 3);
    const path = new Path2D();
    for (const [cx, cy, sx, sy] of [[left, top, 1, 1], [right, top, -1, 1], [right, bottom, -1, -1], [left, bottom, 1, -1]]) {
      path.moveTo(cx + sx * arm, cy);
      path.lineTo(cx, cy);
      path.lineTo(cx, cy + sy * arm);
    }
    outline(pen.context, path, colours.alarm, 3);
    // Below it: names of tracks stand above theirs.
    label(pen, kindWords(kind), left, Math.min(bottom + 22, pen.rectangle.y + pen.rectangle.height), colours.alarm);
  },
};
