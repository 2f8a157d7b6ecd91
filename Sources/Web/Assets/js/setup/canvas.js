// A still picture that is drawn on: points in fractions of it, by mouse, finger or keys.
import { el } from "../core/dom.js";
import { svg } from "../core/dom.js";
import { toPicture } from "../geometry/picture.js";
import { t } from "../core/words.js";

/** So long after a picture that did not come the next one is asked for: a camera that was just added connects meanwhile. */
const againMs = 2000;

/** The picture with an SVG over it whose units are fractions × 1000 (SVG sizes below 1 lose precision in some browsers). */
export class DrawingBoard {
  /** @param {string} address of the picture @param {string} label for screen readers */
  constructor(address, label, [width, height] = [16, 9]) {
    this.aspect = width / height;
    this.image = el("img", { src: address, alt: label, draggable: false });
    this.drawing = svg("svg.drawing", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", role: "group", "aria-label": label });
    this.missing = el("p.picture-message", { hidden: true }, t("There is no picture from the camera now. You can draw all the same."));
    this.element = el("div.board", { style: { aspectRatio: `${width} / ${height}` } }, this.image, this.drawing, this.missing);
    this.image.addEventListener("error", () => {
      this.image.hidden = true;
      this.missing.hidden = false;
      setTimeout(() => { if (this.element.isConnected) this.image.src = `${address}${address.includes("?") ? "&" : "?"}again=${Date.now()}`; }, againMs);
    });
    this.image.addEventListener("load", () => {
      this.image.hidden = false;
      this.missing.hidden = true;
      this.aspect = this.image.naturalWidth / this.image.naturalHeight;
      this.element.style.aspectRatio = `${this.image.naturalWidth} / ${this.image.naturalHeight}`;
    });
  }

  /** Where the pointer is, in fractions; held inside the picture. */
  point(event) {
    const box = this.drawing.getBoundingClientRect();
    const rectangle = { x: 0, y: 0, width: box.width, height: box.height };
    const inside = (value, most) => Math.min(most - 0.001, Math.max(0, value));
    return toPicture([inside(event.clientX - box.left, box.width), inside(event.clientY - box.top, box.height)], rectangle);
  }

  /** A handle that can be dragged, or moved with the arrow keys; `move` gets its new place, `done` when it rests. */
  handle([u, v], { label, move, done, remove, className = "" }) {
    const node = el(`button.handle`, { type: "button", class: className, "aria-label": label, style: { left: `${u * 100}%`, top: `${v * 100}%` } });
    const put = (point) => { Object.assign(node.style, { left: `${point[0] * 100}%`, top: `${point[1] * 100}%` }); move(point); };
    node.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      node.setPointerCapture(event.pointerId);
      node.focus();
      const drag = (now) => put(this.point(now));
      node.addEventListener("pointermove", drag);
      node.addEventListener("lostpointercapture", () => { node.removeEventListener("pointermove", drag); done?.(); }, { once: true });
    });
    node.addEventListener("click", (event) => event.stopPropagation());
    node.addEventListener("dblclick", (event) => { event.stopPropagation(); remove?.(); });
    node.addEventListener("contextmenu", (event) => { event.preventDefault(); remove?.(); });
    let place = [u, v];
    node.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.02 : 0.004;
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (by) { place = place.map((value, axis) => Math.min(1, Math.max(0, value + by[axis]))); put(place); done?.(); }
      else if ((event.key === "Delete" || event.key === "Backspace") && remove) remove();
      else return;
      event.preventDefault();
    });
    return node;
  }
}
