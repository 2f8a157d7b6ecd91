// What is drawn over a picture: what is not watched, zones, masks and boxes of tracks, incidents' places, the clicks of a draft.
import { el } from "../core/dom.js";
import { fit } from "../geometry/picture.js";
import { pathOf } from "../masks/contour.js";
import { layers } from "./layers.js";

export class Overlay {
  #wanted = false;

  /**
   * @param {() => {width: number, height: number}} pictureSize of the picture below, in its own pixels
   * @param {{under: Function, over: Function}} more what is drawn besides tracks; the wall has none, so that it loads less
   */
  constructor(pictureSize, more = null) {
    this.pictureSize = pictureSize;
    this.more = more;
    this.canvas = el("canvas.overlay", { "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
    /** Tracks around the moment shown: {before, after, part} with `tracks` and `size` each; see `Timeline.around`. */
    this.moment = null;
    this.zones = [];
    /** What is not watched, and places that are silenced; see `layers`. */
    this.shade = null;
    this.silences = [];
    this.places = [];
    this.draft = null;
    /** Objects to pick from: {path, number, at, isChosen} each. */
    this.found = [];
    this.showLabels = true;
    this.showZones = false;
    this.camera = null;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  /** Where the picture lies in the canvas, in CSS pixels. */
  get rectangle() {
    return fit(this.pictureSize(), { width: this.canvas.clientWidth, height: this.canvas.clientHeight });
  }

  /** Draws at the next frame of the screen, however often it is asked for. */
  request() {
    if (this.#wanted) return;
    this.#wanted = true;
    requestAnimationFrame(() => { this.#wanted = false; this.draw(); });
  }

  draw() {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const rectangle = this.rectangle;
    const pen = { context, rectangle, x: (u) => rectangle.x + u * rectangle.width, y: (v) => rectangle.y + v * rectangle.height };
    this.more?.under(pen, this);
    for (const place of this.places) layers.place(pen, place);
    this.#drawTracks(pen);
    this.more?.over(pen, this);
  }

  #drawTracks(pen) {
    const { before, after, part } = this.moment ?? {};
    const base = before ?? after;
    if (!base) return;
    const later = before && after ? new Map(after.tracks.map((track) => [track.id, track])) : new Map();
    for (const track of base.tracks) {
      if (track.phase === "ended") continue;
      const next = later.get(track.id);
      // Between two looks the mask moves along with the object, so that it doesn't trail behind the picture.
      const shift = next ? [0, 1].map((axis) => ((next.centroid[axis] - track.centroid[axis]) * part) / base.size[axis]) : [0, 0];
      const moved = track.maskShift ? shift.map((value, axis) => value + track.maskShift[axis]) : shift;
      layers.track(pen, track, base.size, shift, pathFor(track), moved, { labels: this.showLabels, camera: this.camera, colour: this.colours?.(track) });
    }
  }

  close() { this.observer.disconnect(); }
}

const paths = new WeakMap();

/** The mask's outline, found once. */
export function pathFor(item) {
  if (!item.mask) return null;
  let path = paths.get(item.mask);
  if (path === undefined) {
    try { path = pathOf(item.mask); } catch { path = null; }
    paths.set(item.mask, path);
  }
  return path;
}
