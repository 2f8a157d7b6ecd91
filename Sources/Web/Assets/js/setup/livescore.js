// What the rules would measure just now, from the tracks: shown beside the thresholds, so that one sees how near they are.

const windowSeconds = 1.5;
const unitsPerSecond = 90_000;

export class LiveScores {
  #history = new Map();

  /** @param {number|null} pictureHeightMetres the camera's scale */
  constructor(pictureHeightMetres = null) { this.scale = pictureHeightMetres; }

  /** Takes one tracks event; returns measured values by the configuration's `rule.parameter`. */
  take(event) {
    const [width, height] = event.size;
    let drop = 0, speed = 0, area = 0, ratio = null;
    const seen = new Set();
    for (const track of event.tracks) {
      if (track.phase === "ended" || track.phase === "lost") continue;
      seen.add(track.id);
      drop = Math.max(drop, this.#drop(track, event.time) / height);
      speed = Math.max(speed, track.speed ?? 0);
      const part = (track.area ?? 0) / (width * height);
      if (part > area) { area = part; ratio = track.region[3] / Math.max(1, track.region[2]); }
    }
    for (const id of this.#history.keys()) if (!seen.has(id)) this.#history.delete(id);
    const scores = {
      "falling_object.min_drop_picture_heights": drop, "falling_object.min_peak_speed_picture_heights": speed,
      "spill.min_area_fraction": area, "spill.max_area_fraction": area,
    };
    if (ratio !== null) scores["spill.max_height_to_width"] = ratio;
    if (this.scale) {
      scores["falling_object.min_drop_metres"] = drop * this.scale;
      scores["falling_object.min_peak_speed_metres"] = speed * this.scale;
    }
    return scores;
  }

  /** How many pixels a track has come down from its highest place in the last moments. */
  #drop(track, time) {
    const list = this.#history.get(track.id) ?? [];
    list.push({ y: track.centroid[1], time });
    while (list.length && (list[0].time.epoch !== time.epoch || time.pts90k - list[0].time.pts90k > windowSeconds * unitsPerSecond)) list.shift();
    this.#history.set(track.id, list);
    return Math.max(0, track.centroid[1] - Math.min(...list.map((item) => item.y)));
  }
}
