// Lines on the floor: where their arrows point, seen in the picture. Points are fractions of the picture.
import { t } from "../core/words.js";

/** The unit vector to the left of somebody who looks from the first end to the second, in picture heights. */
function leftOf([[ax, ay], [bx, by]], aspect) {
  const dx = (bx - ax) * aspect, dy = by - ay, length = Math.hypot(dx, dy) || 1;
  return [dy / length, -dx / length];
}

const middle = ([[ax, ay], [bx, by]]) => [(ax + bx) / 2, (ay + by) / 2];

/** The arrows that show in which direction a line counts: each a list of points to be joined. */
export function arrows(line, direction, aspect) {
  const [u, v] = middle(line), [left, up] = leftOf(line, aspect);
  const along = [-up, left];
  const one = (sign) => {
    const point = (ahead, aside) => [u + (sign * left * ahead + along[0] * aside) / aspect, v + sign * up * ahead + along[1] * aside];
    return [point(0, 0), point(0.075, 0), point(0.05, 0.02), point(0.075, 0), point(0.05, -0.02)];
  };
  return direction === "to_left" ? [one(1)] : direction === "to_right" ? [one(-1)] : [one(1), one(-1)];
}

const ways = [["→", t("to the right")], ["↘", t("down and to the right")], ["↓", t("downwards")], ["↙", t("down and to the left")], ["←", t("to the left")], ["↖", t("up and to the left")], ["↑", t("upwards")], ["↗", t("up and to the right")]];

/** The directions a line can have, with their keys, as they are seen in the picture. */
export function directions(line, aspect) {
  const [left, up] = leftOf(line, aspect);
  const way = (x, y) => ways[(Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8];
  const words = ([sign, text]) => `${sign} ${t("Only {way}", { way: text })}`;
  return [["any", t("Either way")], ["to_left", words(way(left, up))], ["to_right", words(way(-left, -up))]];
}

/** Whether a rule of which a site has several holds for a camera. */
export const holdsFor = (rule, camera) => ![rule.cameras ?? []].flat().length || [rule.cameras].flat().includes(camera);

/** What is wrong with a line, in words; empty when nothing is. */
export const lineProblem = ([[ax, ay], [bx, by]]) => (Math.hypot(bx - ax, by - ay) < 0.02 ? t("The line is too short.") : "");

/** How near a point is to the line, in picture heights. */
export function distanceTo([[ax, ay], [bx, by]], [u, v], aspect) {
  const dx = (bx - ax) * aspect, dy = by - ay, px = (u - ax) * aspect, py = v - ay;
  const part = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - part * dx, py - part * dy);
}
