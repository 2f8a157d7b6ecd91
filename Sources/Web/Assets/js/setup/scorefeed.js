// What the rules of a camera measure just now, as the server's own rules say.
import { Events } from "../core/events.js";

/** How fast a peak is forgotten, a round. */
const fading = 0.96;

/** One threshold of one rule; `name` where several rules share a key. */
export const keyOf = (rule, name, parameter) => [rule, name ?? "", parameter].join("\n");

/** Rounds of scores with what was highest lately. */
export class Scores {
  #peaks = new Map();

  take(scores) {
    return scores.map(({ rule, name, parameter, measured, threshold, met }) => {
      const key = keyOf(rule, name, parameter);
      const peak = Math.max(measured, (this.#peaks.get(key) ?? measured) * fading);
      this.#peaks.set(key, peak);
      return { key, now: measured, peak, limit: threshold, isMet: met };
    });
  }
}

/** Calls `onScore` with each threshold's {key, now, peak, limit, isMet} some times a second, until it is stopped. */
export class ScoreFeed {
  constructor(camera, onScore) {
    const scores = new Scores();
    this.events = new Events(`/api/v1/events?scores=true&camera=${encodeURIComponent(camera)}`, {
      scores: (event) => { if (event.camera === camera) for (const score of scores.take(event.scores)) onScore(score); },
    });
  }

  stop() { this.events.close(); }
}
