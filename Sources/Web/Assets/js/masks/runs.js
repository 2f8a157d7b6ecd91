// Run-length masks as the server writes them: {size: [w, h], counts: [outside, inside, outside, …]} in reading order.

/** The mask's width and height, whichever way they are written. */
export function sizeOf(mask) {
  const size = mask.size;
  return Array.isArray(size) ? { width: size[0], height: size[1] } : size;
}

/**
 * The mask as spans by row: rows[y] is [start, end, start, end, …], ends not included; rows without pixels are missing.
 * @throws {RangeError} when the runs don't add up to the picture
 */
export function spans(mask) {
  const { width, height } = sizeOf(mask);
  const rows = new Map();
  let at = 0;
  mask.counts.forEach((count, index) => {
    if (index % 2 === 1 && count > 0) addRun(rows, at, at + count, width);
    at += count;
  });
  if (at !== width * height) throw new RangeError(`the mask’s runs cover ${at} of ${width * height} pixels`);
  return { width, height, rows };
}

// A run goes on in the next row where it passes the right edge.
function addRun(rows, start, end, width) {
  while (start < end) {
    const y = Math.floor(start / width);
    const stop = Math.min(end, (y + 1) * width);
    const row = rows.get(y) ?? [];
    row.push(start - y * width, stop - y * width);
    rows.set(y, row);
    start = stop;
  }
}

/** How many pixels are inside. */
export function area(mask) {
  let sum = 0;
  for (let index = 1; index < mask.counts.length; index += 2) sum += mask.counts[index];
  return sum;
}

/** The smallest rectangle around what is inside: [left, top, width, height] in pixels; null where nothing is. */
export function boundsOf(mask) {
  const { rows } = spans(mask);
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const [y, row] of rows) {
    left = Math.min(left, row[0]);
    right = Math.max(right, row.at(-1));
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return rows.size ? [left, top, right - left, bottom - top] : null;
}

/** Whether this pixel is inside. */
export function contains(mask, x, y) {
  const { width, height } = sizeOf(mask);
  if (x < 0 || y < 0 || x >= width || y >= height) return false;
  const wanted = Math.floor(y) * width + Math.floor(x);
  let at = 0;
  for (let index = 0; index < mask.counts.length; index += 1) {
    at += mask.counts[index];
    if (wanted < at) return index % 2 === 1;
  }
  return false;
}
