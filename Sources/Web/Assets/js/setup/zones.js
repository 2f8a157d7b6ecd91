// Zones drawn on the picture: corners are dragged, a click on a side adds one, a double click takes one away.
import { el, replace, svg } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input, select } from "../core/forms.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { labelPoint, nearestSide, problem, tidy } from "../geometry/polygon.js";
import { zoneColour } from "../live/places.js";
import { DrawingBoard } from "./canvas.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

export const kinds = [
  ["floor", t("Floor")], ["walkway", t("Walkway: must stay clear")], ["storage", t("Storage: goods stand on the floor")], ["rack", t("Rack")], ["ignore", t("Excluded: nothing is watched here")],
];

const kindNames = { floor: t("Floor"), walkway: t("Walkway"), storage: t("Storage"), rack: t("Rack"), ignore: t("Excluded") };

export class ZoneEditor {
  constructor(camera, entry, picture) {
    this.camera = camera;
    this.zones = structuredClone(entry.zones ?? camera.zones ?? []);
    this.saved = JSON.stringify(this.zones);
    this.before = [];
    this.chosen = this.zones.length ? 0 : -1;
    this.drawing = null;
    this.board = new DrawingBoard(picture, t("Zones on the picture of “{camera}”", { camera: camera.name }), camera.size ?? undefined);
    this.board.drawing.addEventListener("click", (event) => this.#click(event));
    this.handles = el("div.handles", {});
    this.names = el("div.zone-names", { "aria-hidden": "true" });
    this.board.element.append(this.names, this.handles);
    this.list = el("ul.rows", {});
    this.form = el("div", {});
    this.status = el("p.small", { role: "status" });
    this.saveButton = el("button.button.primary", { type: "button", on: { click: attempt(() => this.#save()) } }, t("Save zones"));
    this.undoButton = el("button.button", { type: "button", on: { click: () => this.#undo() } }, icon("undo"), t("Undo"));
    this.element = el("div.with-side.single", {},
      el("div.stack", {}, this.board.element, this.status),
      el("div.side.stack", {}, panel(t("Zones"), [this.list, el("div.inner", {}, el("button.button", { type: "button", data: { act: "draw" }, on: { click: () => this.#begin() } }, icon("plus"), t("Draw a zone")))], { flush: true }),
        this.form, el("div.buttons", {}, this.saveButton, this.undoButton)));
    this.#show();
  }

  #remember() { this.before.push(JSON.stringify([this.zones, this.chosen])); }

  #undo() {
    if (this.drawing) {
      this.drawing.pop();
      if (!this.drawing.length) this.drawing = null;
    } else if (this.before.length) [this.zones, this.chosen] = JSON.parse(this.before.pop());
    this.#show();
  }

  #begin() {
    this.drawing = [];
    this.chosen = -1;
    this.#show();
  }

  #click(event) {
    const point = this.board.point(event);
    if (!point) return;
    if (this.drawing) {
      const [first] = this.drawing;
      // A click near the first corner closes the line.
      if (this.drawing.length >= 3 && Math.hypot((point[0] - first[0]) * this.board.aspect, point[1] - first[1]) < 0.035) this.#finish();
      else this.drawing.push(tidy(point));
    } else if (event.target.dataset?.zone) this.chosen = Number(event.target.dataset.zone);
    else if (this.chosen >= 0) {
      const { polygon } = this.zones[this.chosen];
      const { index, distance } = nearestSide(polygon, point, this.board.aspect);
      if (distance < 0.03) { this.#remember(); polygon.splice(index + 1, 0, tidy(point)); }
    }
    this.#show();
  }

  #finish() {
    this.#remember();
    const used = new Set(this.zones.map((zone) => zone.name));
    let number = this.zones.length + 1;
    while (used.has(t("zone {n}", { n: number }))) number += 1;
    this.zones.push({ name: t("zone {n}", { n: number }), kind: "walkway", polygon: this.drawing });
    this.chosen = this.zones.length - 1;
    this.drawing = null;
    this.#show();
    this.form.querySelector("input")?.select();
  }

  #show() {
    this.#showPicture();
    replace(this.list, this.zones.map((zone, index) => el("li", {}, el("button.row.zone-row", { type: "button", "aria-pressed": String(index === this.chosen), on: { click: () => { this.drawing = null; this.chosen = index; this.#show(); } } },
      el("i.swatch", { style: { background: zoneColour(zone.kind) } }), el("strong.clip", {}, zone.name), el("span.soft.small", {}, kindNames[zone.kind] ?? zone.kind)))));
    this.#showForm();
    // What the file has already is its own business; what is drawn here must be right.
    const known = new Set(JSON.parse(this.saved).map((zone) => JSON.stringify(zone.polygon)));
    const wrong = this.zones.filter((zone) => !known.has(JSON.stringify(zone.polygon))).map((zone) => problem(zone.polygon) && `${zone.name}: ${problem(zone.polygon)}`).find(Boolean);
    const told = this.drawing ? (this.drawing.length < 3 ? t("Click the corners, one after the other.") : t("Click the first corner again to close the zone."))
      : wrong || (this.chosen >= 0 ? t("Drag a corner to move it. Click a side to add one, double-click a corner to remove it.") : this.zones.length ? "" : t("Without zones the whole picture is watched. A zone says what a place is; only an excluded zone is not watched."));
    replace(this.status, told);
    this.status.className = wrong && !this.drawing ? "small note alarm" : "small soft";
    this.saveButton.disabled = Boolean(wrong) || Boolean(this.drawing) || JSON.stringify(this.zones) === this.saved;
    this.undoButton.disabled = !this.before.length && !this.drawing;
  }

  #showPicture() {
    const text = (polygon) => polygon.map(([u, v]) => `${u * 1000},${v * 1000}`).join(" ");
    const shapes = this.zones.map((zone, index) => svg("polygon.zone", {
      points: text(zone.polygon), stroke: zoneColour(zone.kind), fill: zoneColour(zone.kind), "data-zone": index, class: index === this.chosen && "chosen" }));
    replace(this.board.drawing, shapes, this.drawing && svg("polyline.zone.draft", { points: text(this.drawing) }));
    replace(this.names, this.zones.map((zone) => {
      const [u, v] = labelPoint(zone.polygon);
      return el("span", { style: { left: `${u * 100}%`, top: `${v * 100}%`, borderColor: zoneColour(zone.kind) } }, zone.name);
    }));
    this.#showHandles(text);
    this.board.element.classList.toggle("drawing-now", Boolean(this.drawing));
  }

  #showHandles(text) {
    const polygon = this.drawing ?? this.zones[this.chosen]?.polygon;
    if (!polygon) { replace(this.handles); return; }
    const shape = this.drawing ? this.board.drawing.lastElementChild : this.board.drawing.children[this.chosen];
    replace(this.handles, polygon.map((point, index) => this.board.handle(point, {
      label: t("Corner {n}", { n: index + 1 }), className: this.drawing && index === 0 && this.drawing.length >= 3 ? "first" : "",
      move: (now) => {
        if (!this.moving) { this.moving = true; if (!this.drawing) this.#remember(); }
        polygon[index] = tidy(now);
        shape?.setAttribute("points", text(polygon));
      },
      // A corner of the draft that is only clicked closes it when it is the first.
      done: () => { const moved = this.moving; this.moving = false; if (this.drawing && index === 0 && !moved && this.drawing.length >= 3) this.#finish(); else if (moved) this.#settle(index); },
      remove: !this.drawing && polygon.length > 3 ? () => { this.#remember(); polygon.splice(index, 1); this.#show(); } : undefined,
    })));
  }

  // The corner keeps the focus, so that the arrow keys can go on moving it.
  #settle(index) {
    const hadFocus = this.handles.contains(document.activeElement);
    this.#show();
    if (hadFocus) this.handles.children[index]?.focus();
  }

  #showForm() {
    const zone = this.zones[this.chosen];
    if (!zone) { replace(this.form); return; }
    const change = (key) => (event) => { this.#remember(); zone[key] = event.target.value.trim() || zone[key]; this.#show(); };
    const remove = () => { this.#remember(); this.zones.splice(this.chosen, 1); this.chosen = -1; this.#show(); };
    replace(this.form, panel(t("This zone"), el("div.stack", {},
      field(t("Name"), input("name", { value: zone.name, maxLength: 100, on: { change: change("name") } })),
      field(t("Kind"), select("kind", kinds, zone.kind, { on: { change: change("kind") } })),
      el("button.button.danger", { type: "button", on: { click: remove } }, icon("trash"), t("Remove this zone")))));
  }

  async #save() {
    const path = ["cameras", this.camera.id, "zones"];
    const saved = await saveEdits([this.zones.length ? { op: "set", path, value: this.zones } : { op: "remove", path }], { title: t("Save these zones?") });
    if (!saved) return;
    this.saved = JSON.stringify(this.zones);
    this.before = [];
    this.#show();
  }
}
