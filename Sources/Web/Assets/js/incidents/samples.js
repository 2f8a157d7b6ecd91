// Tracks of a clip's sidecar, asked by the second of its video.

const reachSeconds = 0.6;
const maskSeconds = 0.5;

export class SampleTracks {
  constructor(tracks, size) {
    this.tracks = tracks;
    this.size = Array.isArray(size) ? size : [size?.width ?? 1, size?.height ?? 1];
  }

  /** As the overlay takes it: what was seen at or before this second, with masks carried on for a moment. */
  around(seconds) {
    const before = [], after = [];
    let part = 0;
    for (const track of this.tracks) {
      const index = lastAtOrBefore(track.samples, seconds);
      const sample = track.samples[index];
      if (!sample || seconds - sample.seconds > reachSeconds) continue;
      const next = track.samples[index + 1];
      const isNear = next && next.seconds - sample.seconds <= reachSeconds;
      if (isNear) part = (seconds - sample.seconds) / (next.seconds - sample.seconds);
      before.push(this.#item(track, sample, index));
      if (isNear) after.push({ id: track.id, centroid: point(next.centroid) });
    }
    return { before: { tracks: before, size: this.size }, after: after.length ? { tracks: after } : null, part };
  }

  #item(track, sample, index) {
    const item = { id: track.id, origin: track.origin, phase: "continued", region: sample.region, centroid: point(sample.centroid), mask: null };
    for (let back = index; back >= 0; back -= 1) {
      const earlier = track.samples[back];
      if (sample.seconds - earlier.seconds > maskSeconds) break;
      if (!earlier.mask) continue;
      const from = point(earlier.centroid);
      item.mask = earlier.mask;
      item.maskShift = [0, 1].map((axis) => (item.centroid[axis] - from[axis]) / this.size[axis]);
      break;
    }
    return item;
  }
}

const point = (value) => (Array.isArray(value) ? value : [value.x, value.y]);

/** The index of the last sample at or before `seconds`, by halving; -1 when there is none. */
export function lastAtOrBefore(samples, seconds) {
  let low = 0, high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle].seconds <= seconds + 1e-6) low = middle + 1; else high = middle;
  }
  return low - 1;
}
