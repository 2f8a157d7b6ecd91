// The outline of a run-length mask as closed lines, found from the runs alone: the work grows with the outline's length,
// not with the picture's area.
import { spans } from "./runs.js";

/** Closed outlines as lists of points [x0, y0, x1, y1, …] in the mask's pixels; holes go round the other way. */
export function contours(mask) {
  const { height, rows } = spans(mask);
  const next = new Map();
  const link = (x0, y0, x1, y1) => {
    const key = `${x0},${y0}`;
    const list = next.get(key);
    if (list) list.push(x1, y1); else next.set(key, [x1, y1]);
  };
  for (let y = 0; y <= height; y += 1) {
    const here = rows.get(y) ?? [], above = rows.get(y - 1) ?? [];
    // Between two rows there is an edge where exactly one of them is inside; inside lies at its right hand.
    for (const [from, to, isTop] of edges(here, above)) {
      if (isTop) link(from, y, to, y); else link(to, y, from, y);
    }
    for (let index = 0; index < here.length; index += 2) {
      link(here[index], y + 1, here[index], y);
      link(here[index + 1], y, here[index + 1], y + 1);
    }
  }
  return loops(next);
}

/** Where exactly one of two rows is inside: [from, to, whether it is the first]. */
function edges(here, above) {
  const cuts = [...new Set([...here, ...above])].sort((a, b) => a - b);
  const found = [];
  let h = 0, a = 0;
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const x = cuts[index];
    while (h < here.length && here[h + 1] <= x) h += 2;
    while (a < above.length && above[a + 1] <= x) a += 2;
    const inHere = h < here.length && here[h] <= x, inAbove = a < above.length && above[a] <= x;
    if (inHere !== inAbove) found.push([x, cuts[index + 1], inHere]);
  }
  return found;
}

function loops(next) {
  const found = [];
  for (const [key, list] of next) {
    while (list.length) {
      const [x0, y0] = key.split(",").map(Number);
      const line = [x0, y0];
      let y = list.pop(), x = list.pop();
      while (x !== x0 || y !== y0) {
        line.push(x, y);
        const onward = next.get(`${x},${y}`);
        if (!onward?.length) break;
        y = onward.pop();
        x = onward.pop();
      }
      found.push(line);
    }
  }
  return found;
}

/** Corner points that stand on a straight line are left out. */
export function straighten(line) {
  const kept = [];
  const count = line.length / 2;
  for (let index = 0; index < count; index += 1) {
    const before = (index + count - 1) % count, after = (index + 1) % count;
    const ax = line[2 * index] - line[2 * before], ay = line[2 * index + 1] - line[2 * before + 1];
    const bx = line[2 * after] - line[2 * index], by = line[2 * after + 1] - line[2 * index + 1];
    if (ax * by !== ay * bx) kept.push(line[2 * index], line[2 * index + 1]);
  }
  return kept;
}

/** The outlines as one path in fractions of the picture, rounded through the middles of the pixels' edges. */
export function pathOf(mask) {
  const { width, height } = spansSize(mask);
  const path = new Path2D();
  for (const line of contours(mask)) {
    const count = line.length / 2;
    const middle = (index) => {
      const a = index % count, b = (index + 1) % count;
      return [(line[2 * a] + line[2 * b]) / 2 / width, (line[2 * a + 1] + line[2 * b + 1]) / 2 / height];
    };
    path.moveTo(...middle(0));
    for (let index = 1; index <= count; index += 1) {
      const corner = index % count;
      path.quadraticCurveTo(line[2 * corner] / width, line[2 * corner + 1] / height, ...middle(index));
    }
    path.closePath();
  }
  return path;
}

function spansSize(mask) {
  return Array.isArray(mask.size) ? { width: mask.size[0], height: mask.size[1] } : mask.size;
}
