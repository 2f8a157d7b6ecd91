// The picture's scale, in one of two ways: four points of the floor with the rectangle's size, or one upright thing of known
// height. With the first each place has its own scale; the second is good enough where things happen at one distance.
import { el, replace, svg } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input, segments } from "../core/forms.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { trim } from "../core/format.js";
import { floorGrid, isConvex } from "../geometry/homography.js";
import { tidy } from "../geometry/polygon.js";
import { DrawingBoard } from "./canvas.js";
import { hasScale } from "./rulebook.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** How many metres an upright thing as tall as the picture has, from one of `metres` that takes from `top` to `foot`. */
export function pictureHeight(metres, top, foot) {
  const part = Math.abs(foot[1] - top[1]);
  return part > 0.02 && metres > 0 ? metres / part : null;
}

/** Where the file says a scale. */
const keys = ["picture_height_metres", "calibration"];

const corners = [t("Near left"), t("Near right"), t("Far right"), t("Far left")];

export class ScaleEditor {
  constructor(camera, entry, picture) {
    this.camera = camera;
    this.entry = entry;
    const rectangle = entry.calibration?.rectangle;
    this.upright = [[0.5, 0.35], [0.5, 0.65]];
    this.floor = structuredClone(rectangle?.corners ?? [[0.3, 0.85], [0.7, 0.85], [0.6, 0.6], [0.4, 0.6]]);
    this.board = new DrawingBoard(picture, t("Scale of “{camera}”", { camera: camera.name }), camera.size ?? undefined);
    this.handles = el("div.handles", {});
    this.board.element.append(this.handles);
    const number = (name, value, props) => input(name, { type: "number", step: 0.05, value, ...props, on: { input: () => this.#show() } });
    this.metres = number("metres", 1.8, { min: 0.2, max: 20 });
    this.width = number("width", rectangle?.width_metres ?? 2.4, { min: 0.1, max: 1000 });
    this.depth = number("depth", rectangle?.depth_metres ?? 3.6, { min: 0.1, max: 1000 });
    this.result = el("p", { role: "status" });
    this.button = el("button.button.primary", { type: "button", on: { click: attempt(() => this.#save()) } }, t("Save the scale"));
    this.removal = el("button.button.danger", { type: "button", hidden: !hasScale(entry), on: { click: attempt(() => this.#remove()) } }, icon("trash"), t("Remove the scale"));
    this.fields = el("div.stack", {});
    this.mode = entry.picture_height_metres && !rectangle ? "upright" : "floor";
    const modes = segments(t("How it is measured"), [["floor", t("On the floor")], ["upright", t("Upright")]], this.mode, (mode) => { this.mode = mode; this.#begin(); });
    this.element = el("div.with-side.single", {}, this.board.element, el("div.side.stack", {}, panel(t("Scale"), el("div.stack", {}, modes, this.fields, this.result, el("div.buttons", {}, this.button, this.removal),
      el("p.soft.small", {}, t("With a scale, rules and texts use metres."))))));
    this.#begin();
  }

  get points() { return this.mode === "floor" ? this.floor : this.upright; }
  get height() { return pictureHeight(Number(this.metres.value), ...this.upright); }

  #begin() {
    const isFloor = this.mode === "floor";
    replace(this.fields, isFloor
      ? [el("p", {}, t("Drag the four points to the corners of something rectangular on the floor whose size you know: a bay, a pallet’s place, four joints of the concrete.")),
        el("div.columns", {}, field(t("Width, in metres"), this.width), field(t("Depth, in metres"), this.depth))]
      : [el("p", {}, t("Drag the two points to the top and the foot of something upright whose height you know, where things happen: a person, a rack, a door.")), field(t("Its height, in metres"), this.metres)]);
    replace(this.handles, this.points.map((point, index) => this.board.handle(point, {
      label: isFloor ? corners[index] : [t("Top"), t("Foot")][index], className: isFloor && index === 0 ? "first" : "", move: (now) => { this.points[index] = tidy(now); this.#show(); },
    })));
    this.#show();
  }

  #line(from, to, className) {
    const [[x1, y1], [x2, y2]] = [from, to].map((point) => point.map((value) => value * 1000));
    return svg(`line.${className}`, { x1, y1, x2, y2 });
  }

  #show() {
    if (this.mode === "upright") {
      replace(this.board.drawing, this.#line(...this.upright, "measure"));
      const value = this.height;
      replace(this.result, value ? t("The picture would be {n} m high.", { n: trim(value, 2) }) : t("The two points are too near to each other."));
      this.button.disabled = !value;
      return;
    }
    const grid = isConvex(this.floor) ? floorGrid(this.floor, Number(this.width.value), Number(this.depth.value)) : [];
    replace(this.board.drawing, grid.map(([from, to]) => this.#line(from, to, "grid-line")), this.floor.map((point, index) => this.#line(point, this.floor[(index + 1) % 4], "measure")));
    replace(this.result, grid.length ? t("One field of the grid is one metre. Does it lie flat on the floor?") : t("Go round the rectangle: near left, near right, far right, far left."));
    this.button.disabled = !grid.length;
  }

  /** What is measured in another way goes: a file with both would follow the other one. */
  async #save() {
    const { calibration: before, ...others } = this.entry;
    const entry = this.mode === "upright" ? { ...others, picture_height_metres: Math.round(this.height * 100) / 100 } : { ...others, calibration: {
      ...(before?.field_of_view_degrees !== undefined && { field_of_view_degrees: before.field_of_view_degrees }),
      rectangle: { corners: this.floor, width_metres: Number(this.width.value), depth_metres: Number(this.depth.value) } } };
    await this.#change(entry, t("Save this scale?"));
  }

  #remove() {
    const { calibration: _, picture_height_metres: __, ...entry } = this.entry;
    return this.#change(entry, t("Remove the scale?"));
  }

  async #change(entry, title) {
    const path = ["cameras", this.camera.id];
    const list = keys.flatMap((key) => (entry[key] === undefined
      ? this.entry[key] === undefined ? [] : [{ op: "remove", path: [...path, key] }]
      : JSON.stringify(entry[key]) === JSON.stringify(this.entry[key]) ? [] : [{ op: "set", path: [...path, key], value: entry[key] }]));
    if (!(await saveEdits(list, { title }))) return;
    this.entry = entry;
    this.removal.hidden = !hasScale(entry);
  }
}
