// Zones: polygons in fractions of the picture, from its top left corner.
import { t } from "../core/words.js";

const clamp = (value) => Math.min(1, Math.max(0, value));

/** A point inside the picture, to a ten-thousandth. */
export const tidy = ([x, y]) => [Math.round(clamp(x) * 1e4) / 1e4, Math.round(clamp(y) * 1e4) / 1e4];

export function contains(polygon, [x, y]) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [xi, yi] = polygon[i], [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function area(polygon) {
  let sum = 0;
  polygon.forEach(([x, y], index) => {
    const [nx, ny] = polygon[(index + 1) % polygon.length];
    sum += x * ny - nx * y;
  });
  return Math.abs(sum) / 2;
}

/** Where a name stands best: the middle of the corners, or of the polygon's box where that lies outside. */
export function labelPoint(polygon) {
  const mean = [0, 1].map((axis) => polygon.reduce((sum, point) => sum + point[axis], 0) / polygon.length);
  if (contains(polygon, mean)) return mean;
  return [0, 1].map((axis) => {
    const all = polygon.map((point) => point[axis]);
    return (Math.min(...all) + Math.max(...all)) / 2;
  });
}

function side(a, b, c) {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function cross(a, b, c, d) {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

/** Whether two of its sides cross each other. */
function crossesItself(polygon) {
  const count = polygon.length;
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 2; j < count; j += 1) {
      if (i === 0 && j === count - 1) continue;
      if (cross(polygon[i], polygon[(i + 1) % count], polygon[j], polygon[(j + 1) % count])) return true;
    }
  }
  return false;
}

/** What is wrong with a polygon, in words; empty when nothing is. */
export function problem(polygon) {
  if (polygon.length < 3) return t("A zone needs at least three corners.");
  if (crossesItself(polygon)) return t("Two sides cross each other. Move a corner.");
  if (area(polygon) < 0.0005) return t("The zone is too small.");
  return "";
}

/** The side nearest to a point: where a new corner goes. `aspect` is the picture's width over its height. */
export function nearestSide(polygon, [x, y], aspect = 1) {
  let best = { index: 0, distance: Infinity };
  polygon.forEach(([ax, ay], index) => {
    const [bx, by] = polygon[(index + 1) % polygon.length];
    const dx = (bx - ax) * aspect, dy = by - ay;
    const px = (x - ax) * aspect, py = y - ay;
    const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
    const distance = Math.hypot(px - along * dx, py - along * dy);
    if (distance < best.distance) best = { index, distance };
  });
  return best;
}
