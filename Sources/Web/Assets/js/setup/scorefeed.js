// What the rules of a camera measure just now, as the server's own rules say.
import { Events } from "../core/events.js";

/** How fast a peak is forgotten, a round. */
const fading = 0.96;

/** One threshold of one rule; `name` where several rules share a key. */
export const keyOf = (rule, name, parameter) => [rule, name ?? "", parameter].join("\n");

/** Rounds of scores with what came nearest to the threshold lately. */
export class Scores {
  #peaks = new Map();

  take(scores) {
    return scores.map(({ rule, name, parameter, measured, threshold, direction, met }) => {
      const key = keyOf(rule, name, parameter);
      const isBelow = direction === "at_most", before = this.#peaks.get(key) ?? measured;
      // A peak goes back to what is measured now, little by little.
      const faded = measured + (before - measured) * fading;
      const peak = isBelow ? Math.min(measured, faded) : Math.max(measured, faded);
      this.#peaks.set(key, peak);
      return { key, now: measured, peak, limit: threshold, isBelow, isMet: met };
    });
  }
}

/** Calls `onScore` with each threshold's {key, now, peak, limit, isBelow, isMet} some times a second, until it is stopped. */
export class ScoreFeed {
  constructor(camera, onScore) {
    const scores = new Scores();
    this.events = new Events(`/api/v1/events?scores=true&camera=${encodeURIComponent(camera)}`, {
      scores: (event) => { if (event.camera === camera) for (const score of scores.take(event.scores)) onScore(score); },
    });
  }

  stop() { this.events.close(); }
}
