// The scale from single marks: points of the floor with their places in metres, and upright things with their heights.
import { el, replace, svg } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input } from "../core/forms.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { tidy } from "../geometry/polygon.js";
import { DrawingBoard } from "./canvas.js";
import { at, edits, remembered } from "./edits.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** Where marks lie before they are dragged to where they belong. */
const corners = [[0.3, 0.85], [0.7, 0.85], [0.6, 0.6], [0.4, 0.6]];

export class MarksEditor {
  constructor(camera, entry, values, picture) {
    this.path = ["cameras", camera.id, "calibration"];
    this.values = values;
    this.before = at(values, this.path);
    this.points = remembered(this.before?.floor_points);
    this.heights = remembered(this.before?.heights);
    this.board = new DrawingBoard(picture, t("Marks on the picture of “{camera}”", { camera: camera.name }), camera.size ?? undefined);
    this.handles = el("div.handles", {});
    this.names = el("div.zone-names", { "aria-hidden": "true" });
    this.board.element.append(this.names, this.handles);
    this.view = input("view", { type: "number", min: 10, max: 170, step: "any", value: this.before?.field_of_view_degrees ?? "", on: { input: () => this.#changed() } });
    this.rows = el("div.stack", {});
    this.button = el("button.button.primary", { type: "button", disabled: true, on: { click: attempt(() => this.#save()) } }, t("Save the marks"));
    const add = (words, call) => el("button.button", { type: "button", on: { click: () => { call(); this.#changed(); this.#show(); } } }, icon("plus"), words);
    const corner = () => { const { length } = this.points, [x, y] = corners[length % 4]; return tidy([x + Math.floor(length / 4) * 0.05, y]); };
    const near = () => (this.heights.length ? [0.5, 0.4, 0.2] : [0.4, 0.9, 0.4]);
    this.element = el("div.with-side.single", {}, this.board.element, el("div.side.stack", {}, panel(t("Marks"), el("div.stack", {},
      el("p.soft.small", {}, t("At least four points of the floor, or two upright things, one near and one far. They count instead of a rectangle.")), this.rows,
      el("div.buttons", {}, add(t("Point of the floor"), () => this.points.push({ picture: corner(), metres: [0, 0] })),
        add(t("Upright thing"), () => { const [x, foot, tall] = near(); this.heights.push({ foot: [x, foot], head: tidy([x, foot - tall]), metres: 1.8 }); })),
      field(t("Angle of view, from the left edge to the right (degrees)"), this.view, { hint: t("Where it is known") }), this.button))));
    this.#show();
  }

  #changed() { this.button.disabled = false; }

  #show() {
    const number = (label, value, set) => field(label, input("mark", { type: "number", step: "any", value, on: { input: (event) => { if (event.target.value !== "") { set(Number(event.target.value)); this.#changed(); } } } }));
    const remove = (list, index, name) => el("button.button.quiet.icon", { type: "button", title: t("Remove"), "aria-label": t("Remove “{name}”", { name }), on: { click: () => { list.splice(index, 1); this.#changed(); this.#show(); } } }, icon("trash"));
    replace(this.rows,
      this.points.map((point, index) => el("div.item", {}, el("div.columns", {}, number(t("Point {n}: metres along", { n: index + 1 }), point.metres[0], (value) => { point.metres[0] = value; }), number(t("Metres across"), point.metres[1], (value) => { point.metres[1] = value; })),
        remove(this.points, index, t("Point {n}", { n: index + 1 })))),
      this.heights.map((thing, index) => el("div.item", {}, number(t("Upright thing {n}: its height, in metres", { n: index + 1 }), thing.metres, (value) => { thing.metres = value; }),
        remove(this.heights, index, t("Upright thing {n}", { n: index + 1 })))));
    const handle = (point, label) => this.board.handle(point, { label, move: (now) => { const [x, y] = tidy(now); point[0] = x; point[1] = y; this.#changed(); this.#draw(); } });
    replace(this.handles, this.points.map(({ picture }, index) => handle(picture, t("Point {n}", { n: index + 1 }))),
      this.heights.flatMap(({ foot, head }, index) => [handle(foot, t("Foot of upright thing {n}", { n: index + 1 })), handle(head, t("Top of upright thing {n}", { n: index + 1 }))]));
    this.#draw();
  }

  #draw() {
    const line = ([x1, y1], [x2, y2]) => svg("line.measure", { x1: x1 * 1000, y1: y1 * 1000, x2: x2 * 1000, y2: y2 * 1000 });
    replace(this.board.drawing, this.heights.map(({ foot, head }) => line(foot, head)));
    replace(this.names, this.points.map(({ picture: [u, v] }, index) => el("span", { style: { left: `${u * 100}%`, top: `calc(${v * 100}% - 2rem)`, borderColor: "#35d6d0" } }, String(index + 1))));
  }

  async #save() {
    const { rectangle, ...others } = this.before ?? {};
    const marked = this.points.length + this.heights.length > 0;
    const after = { ...(marked || !rectangle ? others : this.before), floor_points: this.points, heights: this.heights, field_of_view_degrees: this.view.value === "" ? undefined : Number(this.view.value) };
    for (const key of Object.keys(after)) if (after[key] === undefined || (Array.isArray(after[key]) && !after[key].length)) delete after[key];
    if (await saveEdits(edits(this.path, this.before, after, this.values), { title: t("Save these marks?") })) this.button.disabled = true;
  }
}
