// How the wall's cameras are laid out: so many to a screen, in this order, page by page. Kept in this browser.

const key = "aislewatch.wall";
/** How many cameras a screen may hold; "auto" takes as many as there are, up to the last. */
export const sizes = [1, 4, 9, 16, 25];
export const most = sizes.at(-1);

const usual = { size: "auto", order: [], tourSeconds: 0 };

/** A choice as it may be, whatever was kept. */
function checked(kept) {
  const size = sizes.includes(kept?.size) ? kept.size : "auto";
  const order = Array.isArray(kept?.order) ? kept.order.filter((id) => typeof id === "string") : [];
  return { size, order, tourSeconds: Number(kept?.tourSeconds) > 0 ? Number(kept.tourSeconds) : 0 };
}

/** What was chosen on this browser; `named` are choices that somebody kept under a name. */
export function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    const named = Object.entries(kept.named ?? {}).map(([name, choice]) => [name, checked(choice)]);
    return { ...checked(kept), named: Object.fromEntries(named) };
  } catch { return { ...usual, named: {} }; }
}

export function save(choice) {
  try { localStorage.setItem(key, JSON.stringify(choice)); } catch { /* a browser without storage keeps it for this page */ }
}

/** The ids as a person ordered them; cameras that were added since come last. */
export function ordered(ids, order) {
  const rank = new Map(order.map((id, index) => [id, index]));
  return ids.map((id, index) => ({ id, place: rank.get(id) ?? order.length + index })).sort((a, b) => a.place - b.place).map(({ id }) => id);
}

/** `id` put where `before` stands, or last where that is null. */
export function moved(ids, id, before) {
  const rest = ids.filter((other) => other !== id);
  const at = before === null ? rest.length : rest.indexOf(before);
  rest.splice(at < 0 ? rest.length : at, 0, id);
  return rest;
}

/** The pages of a size: lists of ids. */
export function pages(ids, size) {
  const each = size === "auto" ? Math.min(most, Math.max(1, ids.length)) : size;
  const result = [];
  for (let at = 0; at < ids.length; at += each) result.push(ids.slice(at, at + each));
  return result.length ? result : [[]];
}

/**
 * Columns and rows that show `cells` pictures largest in a box, both in the same unit.
 * @param {number} line height of the words below each picture
 */
export function grid(cells, box, { line = 36, gap = 8, aspect = 16 / 9 } = {}) {
  let best = { columns: 1, rows: cells, width: 0 };
  for (let columns = 1; columns <= cells; columns += 1) {
    const rows = Math.ceil(cells / columns);
    const across = (box.width - gap * (columns - 1)) / columns, down = (box.height - gap * (rows - 1)) / rows - line;
    const width = Math.min(across, down * aspect);
    if (width > best.width + 1e-6) best = { columns, rows, width };
  }
  return { columns: best.columns, rows: best.rows };
}

/**
 * Which tiles get one of the few connections for video: those with an incident, then those that move. What stands still is
 * shown by still pictures; what plays already keeps its place among equals.
 * @param {{id: string, isSeen: boolean, isAlarmed: boolean, isMoving: boolean, isPlaying: boolean}[]} tiles in their order
 * @param {number} slots how many may play @param {boolean} all whether tiles that stand still play too
 */
export function playing(tiles, slots, all) {
  const rank = (tile) => (tile.isAlarmed ? 4 : 0) + (tile.isMoving ? 2 : 0) + (tile.isPlaying ? 1 : 0);
  const wanted = tiles.filter((tile) => tile.isSeen && (all || tile.isAlarmed || tile.isMoving));
  return new Set(wanted.map((tile, index) => ({ tile, index })).sort((a, b) => rank(b.tile) - rank(a.tile) || a.index - b.index).slice(0, slots).map(({ tile }) => tile.id));
}
