// A part of a camera's picture, in words and drawn over it: where a rule is silent, or would be.
import { el, svg } from "../core/dom.js";
import { t } from "../core/words.js";

/** More of the picture than this is asked for again, in words. */
export const largePart = 0.3;

/** @typedef {[number, number, number, number]} Part left, top, width and height as fractions of the picture */

/** The incident's place as a part of its picture. @returns {Part} */
export const partOf = ({ region: [x, y, width, height], size: [across, down] }) => [x / across, y / down, width / across, height / down];

/** How much of the picture it is, 0 to 1. @param {Part|null} part null is the whole picture */
export function share(part) {
  if (!part) return 1;
  const [x, y, width, height] = part;
  const inside = (from, length) => Math.max(0, Math.min(1, from + length) - Math.max(0, from));
  return inside(x, width) * inside(y, height);
}

export const percent = (value) => (value < 0.01 ? t("less than 1 %") : t("{n} %", { n: Math.round(value * 100) }));

const thirds = [
  [t("upper left"), t("upper middle"), t("upper right")], [t("left, halfway up"), t("in the middle"), t("right, halfway up")],
  [t("lower left"), t("lower middle"), t("lower right")],
];

/** "upper right, 4 % of the picture". @param {Part|null} part */
export function placeWords(part) {
  const size = share(part);
  if (size > 0.9) return t("the whole picture");
  const [x, y, width, height] = part;
  const third = (value) => Math.min(2, Math.max(0, Math.floor(value * 3)));
  return t("{place}, {percent} of the picture", { place: thirds[third(y + height / 2)][third(x + width / 2)], percent: percent(size) });
}

/**
 * The picture with the part hatched over it, and what is said of it.
 * @param {string|null} source the picture's address @param {Part|null} part null is the whole picture
 * @param {{label?: string, size?: [number, number], alt: string}} options
 */
export function placePicture(source, part, { label = "", size = [16, 9], alt }) {
  const [x, y, width, height] = (part ?? [0, 0, 1, 1]).map((value) => value * 1000);
  const shape = (name) => svg(`rect.${name}`, { x, y, width, height });
  const picture = el("div.place-picture", { role: "img", "aria-label": alt, style: { aspectRatio: `${size[0]} / ${size[1]}` } },
    source && el("img", { src: source, alt: "", on: { error: (event) => event.target.remove() } }),
    svg("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" }, shape("under"), shape("over")),
    label && el("span", { "aria-hidden": "true", style: { left: `${Math.min(60, Math.max(0, x / 10))}%`, top: `${Math.min(86, Math.max(0, y / 10))}%` } }, label));
  return picture;
}
