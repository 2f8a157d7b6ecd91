// The media time of what is on the screen. Server, masks and prompts speak of {epoch, pts90k}: an epoch is one connection
// to the camera, pts90k counts 90 000 to the second. The browser's player counts seconds from the stream's beginning.

export const unitsPerSecond = 90_000;

/** Ties the player's seconds to media time. */
export class TimeLine {
  /** @param {{epoch: number, pts90k: number}} origin the media time of the player's second `at` */
  constructor(origin, at = 0) {
    this.epoch = origin.epoch;
    this.pts90k = origin.pts90k - Math.round(at * unitsPerSecond);
  }

  /** @param {number} seconds of the player, as requestVideoFrameCallback gives them */
  mediaTime(seconds) {
    return { epoch: this.epoch, pts90k: this.pts90k + Math.round(seconds * unitsPerSecond) };
  }

  /** The player's seconds at a media time; null in another epoch. */
  seconds(time) {
    return time.epoch === this.epoch ? (time.pts90k - this.pts90k) / unitsPerSecond : null;
  }
}

/** Seconds from `b` to `a`; null when they lie in different epochs. */
export function secondsBetween(a, b) {
  return a.epoch === b.epoch ? (a.pts90k - b.pts90k) / unitsPerSecond : null;
}

/** Observations in the order of their media time, for a while back. */
export class Timeline {
  #items = [];

  constructor(keepSeconds = 45) { this.keepSeconds = keepSeconds; }

  add(item) {
    const last = this.#items.at(-1);
    if (last && last.time.epoch !== item.time.epoch) this.#items = [];
    let index = this.#items.length;
    while (index > 0 && this.#items[index - 1].time.pts90k > item.time.pts90k) index -= 1;
    const same = this.#items[index - 1]?.time.pts90k === item.time.pts90k;
    this.#items.splice(same ? index - 1 : index, same ? 1 : 0, item);
    const oldest = this.#items.at(-1).time.pts90k - this.keepSeconds * unitsPerSecond;
    while (this.#items.length && this.#items[0].time.pts90k < oldest) this.#items.shift();
  }

  /**
   * What was observed around a moment: `before` at or before it, `after` behind it, and how far between (0…1).
   * @param {number} reachSeconds what is farther away doesn't count
   */
  around(time, reachSeconds = 1) {
    const reach = reachSeconds * unitsPerSecond;
    let before = null, after = null;
    for (const item of this.#items) {
      if (item.time.epoch !== time.epoch) continue;
      if (item.time.pts90k <= time.pts90k) before = item;
      else { after = item; break; }
    }
    if (before && time.pts90k - before.time.pts90k > reach) before = null;
    if (after && after.time.pts90k - time.pts90k > reach) after = null;
    const gap = before && after ? after.time.pts90k - before.time.pts90k : 0;
    return { before, after, part: gap ? (time.pts90k - before.time.pts90k) / gap : 0 };
  }

  get latest() { return this.#items.at(-1) ?? null; }
  clear() { this.#items = []; }
}
