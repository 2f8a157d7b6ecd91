// Clicks on a picture become a mask. The first click holds the picture, so that all clicks speak of the same frame.
import { post } from "../core/api.js";
import { tell } from "../core/toasts.js";
import { toPicture } from "../geometry/picture.js";
import { pathFor } from "./overlay.js";

const longPressMs = 500;

export class Prompter {
  #abort = null;
  #press = null;

  /**
   * @param {HTMLElement} surface takes clicks, and keys when it has the focus
   * @param {Overlay} overlay draws the draft
   * @param {{camera: string, moment: () => object|null, hold: () => void, onEmpty?: () => void, onChange: () => void, isAllowed: () => boolean}} options
   *   `moment` is {time} or {clip, seconds} of the picture shown; `hold` stops the picture there, `onEmpty`
   *   lets it go on when the last click is gone
   */
  constructor(surface, overlay, options) {
    this.surface = surface;
    this.overlay = overlay;
    this.options = options;
    this.clear();
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", () => this.#cancelPress());
    surface.addEventListener("contextmenu", (event) => event.preventDefault());
    surface.addEventListener("keydown", (event) => this.#key(event));
    surface.addEventListener("blur", () => { this.cursor = null; this.#draw(); });
  }

  clear() {
    this.#abort?.abort();
    this.clicks = [];
    this.box = null;
    this.at = null;
    this.candidates = [];
    this.chosen = 0;
    this.cursor = null;
    this.isBusy = false;
    this.milliseconds = null;
    this.#draw();
  }

  get isEmpty() { return this.clicks.length === 0 && !this.box; }
  get mask() { return this.candidates[this.chosen]?.mask ?? null; }

  /** The clicks as the server takes them. */
  get click() {
    const of = (positive) => this.clicks.filter((click) => click.positive === positive).map((click) => click.point);
    return { ...this.at, positive: of(true), negative: of(false), ...(this.box && { box: this.box }) };
  }

  /** Goes on from the click or the box that leads to an object which was found without a person's click. */
  async adopt({ click, candidate }) {
    this.clear();
    this.at = click.time ? { time: click.time } : this.options.moment();
    this.clicks = click.positive.map((point) => ({ point, positive: true }));
    this.box = click.box ?? null;
    await this.#segment();
    if (this.candidates[candidate]) this.choose(candidate);
  }

  add(point, positive) {
    if (!this.options.isAllowed()) return;
    if (this.isEmpty) {
      if (!positive || this.options.pickAt?.(point)) return;
      this.at = this.options.moment();
      if (!this.at) return;
      this.options.hold();
    }
    this.clicks.push({ point: point.map((value) => Math.round(value * 1e5) / 1e5), positive });
    this.#segment();
  }

  undo() {
    if (!this.clicks.pop()) this.box = null;
    // What is not on the object says nothing without what is.
    if (!this.#saysWhat) this.#giveUp(); else this.#segment();
  }

  get #saysWhat() { return this.box !== null || this.clicks.some((click) => click.positive); }

  #giveUp() {
    this.clear();
    this.options.onEmpty?.();
    this.options.onChange();
  }

  choose(index) {
    this.chosen = index;
    this.#draw();
    this.options.onChange();
  }

  async #segment() {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.isBusy = true;
    this.#draw();
    this.options.onChange();
    const began = performance.now();
    try {
      const answer = await post(`/api/v1/cameras/${encodeURIComponent(this.options.camera)}/segment`, this.click, { signal: abort.signal });
      this.candidates = answer.candidates;
      this.chosen = 0;
      // Without a time of ours the server says which frame it took.
      if (!this.at.time && !this.at.clip) this.at = { time: answer.time };
      this.milliseconds = Math.round(performance.now() - began);
    } catch (error) {
      if (error.name === "AbortError") return;
      tell(error);
      if (!this.clicks.pop()) this.box = null;
      if (!this.#saysWhat) { this.#giveUp(); return; }
    }
    this.isBusy = false;
    this.#draw();
    this.options.onChange();
  }

  #draw() {
    const { overlay } = this;
    overlay.draft = this.isEmpty && !this.cursor ? null : {
      path: this.mask ? pathFor(this.candidates[this.chosen]) : null, cursor: this.cursor,
      positive: this.clicks.filter((click) => click.positive).map((click) => click.point),
      negative: this.clicks.filter((click) => !click.positive).map((click) => click.point),
    };
    overlay.draw();
  }

  #point(event) {
    const box = this.surface.getBoundingClientRect();
    return toPicture([event.clientX - box.left, event.clientY - box.top], this.overlay.rectangle);
  }

  #down(event) {
    if (event.button > 2 || !event.isPrimary) return;
    const start = [event.clientX, event.clientY];
    const timer = event.pointerType === "mouse" ? 0 : setTimeout(() => {
      const point = this.#point(event);
      this.#press = null;
      navigator.vibrate?.(20);
      if (point) this.add(point, false);
    }, longPressMs);
    this.#press = { start, timer };
  }

  #cancelPress() {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  }

  #up(event) {
    const press = this.#press;
    this.#cancelPress();
    // A finger that moved was scrolling.
    if (!press || Math.hypot(event.clientX - press.start[0], event.clientY - press.start[1]) > 12) return;
    const point = this.#point(event);
    const isNegative = event.button === 2 || event.altKey || event.shiftKey || event.ctrlKey || event.metaKey;
    if (point) this.add(point, !isNegative);
  }

  #key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      const step = event.shiftKey ? 0.05 : 0.01;
      const from = this.cursor ?? [0.5, 0.5];
      this.cursor = from.map((value, axis) => Math.min(0.999, Math.max(0, value + move[axis] * step)));
    } else if (event.key === "Enter" && this.cursor) this.add(this.cursor, !(event.shiftKey || event.altKey));
    else if (event.key === "Backspace" && !this.isEmpty) this.undo();
    else return;
    event.preventDefault();
    this.#draw();
  }
}
