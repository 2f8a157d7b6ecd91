// The tracks of one camera as they are seen, kept by media time for the overlay.
import { Events } from "../core/events.js";
import { Timeline } from "./mediatime.js";

/** Listens to one camera's tracks; `stop` ends it. */
export class TrackFeed {
  constructor(camera, { onTracks = () => {} } = {}) {
    this.timeline = new Timeline();
    this.masks = new Map();
    this.events = new Events(`/api/v1/events?tracks=true&camera=${encodeURIComponent(camera)}`, {
      tracks: (event) => { if (event.camera === camera) { this.take(event); onTracks(event); } },
    });
  }

  take(event) { this.timeline.add(keepMasks(event, this.masks)); }
  around(time) { return this.timeline.around(time, 0.8); }
  stop() { this.events.close(); }
}

const keepSeconds = 0.5;

/** Masks come at the analysis rate; between, a track keeps its last one for half a second, moved along with it. */
export function keepMasks(event, masks) {
  const tracks = event.tracks.map((track) => {
    if (track.mask) {
      masks.set(track.id, { mask: track.mask, centroid: track.centroid, time: event.time });
      return track;
    }
    const kept = masks.get(track.id);
    const isFresh = kept && kept.time.epoch === event.time.epoch && event.time.pts90k - kept.time.pts90k <= keepSeconds * 90_000;
    if (!isFresh) masks.delete(track.id);
    return isFresh ? { ...track, mask: kept.mask, maskShift: [0, 1].map((axis) => (track.centroid[axis] - kept.centroid[axis]) / event.size[axis]) } : track;
  });
  return { ...event, tracks };
}
