// Objects that nobody has clicked: all of the picture, or those that words describe, to be picked and then followed.
import { el, replace } from "../core/dom.js";
import { post } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, input } from "../core/forms.js";
import { attempt, tell } from "../core/toasts.js";
import { trim } from "../core/format.js";
import { area, contains, sizeOf } from "../masks/runs.js";
import { pathFor } from "../live/overlay.js";
import { t, tn } from "../core/words.js";

export class ObjectSearch {
  #abort = null;

  /**
   * @param {Overlay} overlay draws the outlines with their numbers
   * @param {{moment: () => object|null, hold: () => void, release: () => void, pick: (object) => void}} options
   *   `hold` stops the picture that is looked at, `release` lets it go on; `pick` takes an object to the form that follows it
   */
  constructor(camera, overlay, options) {
    this.camera = camera;
    this.overlay = overlay;
    this.options = options;
    this.objects = [];
    this.chosen = null;
    this.words = el("p.small", { role: "status" });
    this.list = el("ul.found", {});
    this.text = input("text", { maxLength: 200, placeholder: t("the drum with the red lid") });
    this.all = el("button.button", { type: "button", on: { click: attempt(() => this.#search()) } }, icon("search"), t("Find every object"));
    this.find = el("button.button", { type: "submit" }, t("Find"));
    this.stop = el("button.button", { type: "button", hidden: true, on: { click: () => { this.clear(); this.options.release(); } } }, t("Cancel"));
    const form = el("form.stack", { on: { submit: attempt((event) => { event.preventDefault(); return this.#search(this.text.value.trim()); }) } },
      field(t("Describe an object"), this.text), el("div.buttons", {}, this.find, this.all, this.stop));
    this.element = el("section.panel", { "aria-label": t("Find objects") }, el("header", {}, el("h2", {}, t("Find objects"))), el("div.body.stack", {}, form, this.words), this.list);
    this.#show();
  }

  /** Forgets what was found. */
  clear() {
    this.#abort?.abort();
    this.#abort = null;
    this.objects = [];
    this.chosen = null;
    replace(this.words);
    this.#show();
  }

  async #search(text) {
    if (text === "") { this.text.focus(); return; }
    this.clear();
    const abort = new AbortController();
    this.#abort = abort;
    this.options.hold();
    replace(this.words, text ? t("Asking where that is…") : t("Looking everywhere; this takes up to half a minute…"));
    this.#show();
    try {
      const answer = await post(`/api/v1/cameras/${encodeURIComponent(this.camera.id)}/objects`, { ...this.options.moment(), ...(text && { text }) }, { signal: abort.signal });
      this.objects = answer.objects;
      replace(this.words, this.#result(answer));
    } catch (error) {
      if (error.name === "AbortError") return;
      replace(this.words);
      tell(error);
    }
    this.#abort = null;
    if (!this.objects.length) this.options.release();
    this.#show();
  }

  #result({ objects, complete, left_out: leftOut }) {
    return [
      objects.length ? tn(objects.length, "{n} object was found. Pick it in the list or in the picture.", "{n} objects were found. Pick one in the list or in the picture.") : t("No such object was found."),
      leftOut > 0 && tn(leftOut, "{n} more place was named, but no such object is seen there.", "{n} more places were named, but no such object is seen there."),
      !complete && t("The time was over before everything was looked at."),
    ].filter(Boolean).join(" ");
  }

  /** Takes the smallest object at this place of the picture. Returns whether there is one. */
  pickAt([x, y]) {
    const here = this.objects.filter(({ mask }) => { const { width, height } = sizeOf(mask); return contains(mask, x * width, y * height); });
    if (!here.length) return false;
    this.#pick(here.reduce((best, object) => (area(object.mask) < area(best.mask) ? object : best)));
    return true;
  }

  #pick(object) {
    this.chosen = object;
    this.#show();
    this.options.pick(object);
  }

  #show() {
    const isBusy = this.#abort !== null;
    this.all.disabled = isBusy;
    this.find.disabled = isBusy;
    this.stop.hidden = !isBusy && !this.objects.length;
    this.list.hidden = !this.objects.length;
    replace(this.list, this.objects.map((object, index) => el("li", {}, el("button.button", {
      type: "button", "aria-pressed": String(object === this.chosen), title: t("The network is {part} sure of its outline", { part: `${trim(object.predicted_iou * 100, 0)} %` }),
      on: { click: () => this.#pick(object) },
    }, `${index + 1}`, object.label && ` ${object.label}`))));
    this.overlay.found = this.objects.map((object, index) => ({ path: pathFor(object), number: index + 1, at: middle(object), isChosen: object === this.chosen }));
    this.overlay.request();
  }
}

/** Of the object's region, in fractions of the picture. */
function middle({ region: [x, y, width, height], mask }) {
  const size = sizeOf(mask);
  return [(x + width / 2) / size.width, (y + height / 2) / size.height];
}
