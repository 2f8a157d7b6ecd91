// Zones and lines drawn on the picture: corners are dragged, a click on a side adds one, a double click takes one away.
import { el, replace, svg } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input, select } from "../core/forms.js";
import { get } from "../core/api.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { labelPoint, nearestSide, problem, tidy } from "../geometry/polygon.js";
import { zoneColour } from "../live/places.js";
import { DrawingBoard } from "./canvas.js";
import { copyPlace } from "./copy.js";
import { edits, freeName, placeOf, remembered, renameZone } from "./edits.js";
import { Form } from "./fields.js";
import { arrows, directions, distanceTo, holdsFor, lineProblem } from "./lines.js";
import { namedFields, surroundings } from "./ruleform.js";
import { saveEdits } from "./save.js";
import { t, tlist } from "../core/words.js";

export const kinds = [
  ["floor", t("Floor")], ["walkway", t("Walkway: must stay clear")], ["storage", t("Storage: goods stand on the floor")], ["rack", t("Rack")], ["ignore", t("Excluded: nothing is watched here")],
];

const kindNames = { floor: t("Floor"), walkway: t("Walkway"), storage: t("Storage"), rack: t("Rack"), ignore: t("Excluded") };
const lineColour = "#ff8a4c";
/** Rules about zones that have a field beside the zone. */
const byZone = { dwell: (name) => t("stay in {zone}", { zone: name }), zone_entry: (name) => t("entry to {zone}", { zone: name }) };

export class ZoneEditor {
  /** @param {object} camera as the API has it @param {object} values the whole file @param {Map} book the declared rules */
  constructor(camera, values, picture, book) {
    this.camera = camera;
    this.book = book;
    this.#load(values);
    this.chosen = this.zones.length ? ["zone", 0] : null;
    this.drawing = null;
    this.board = new DrawingBoard(picture, t("Zones and lines on the picture of “{camera}”", { camera: camera.name }), camera.size ?? undefined);
    this.board.drawing.addEventListener("click", (event) => this.#click(event));
    // Arrows stand upright on their lines, whatever the picture's shape.
    this.board.image.addEventListener("load", () => this.#showPicture());
    this.handles = el("div.handles", {});
    this.names = el("div.zone-names", { "aria-hidden": "true" });
    this.board.element.append(this.names, this.handles);
    this.list = el("ul.rows", {});
    this.form = el("div", {});
    this.status = el("p.small", { role: "status" });
    this.saveButton = el("button.button.primary", { type: "button", on: { click: attempt(() => this.#save()) } }, t("Save zones and lines"));
    this.undoButton = el("button.button", { type: "button", on: { click: () => this.#undo() } }, icon("undo"), t("Undo"));
    const draw = (kind, words) => el("button.button", { type: "button", data: { act: `draw-${kind}` }, on: { click: () => this.#begin(kind) } }, icon("plus"), words);
    this.element = el("div.with-side.single", {},
      el("div.stack", {}, this.board.element, this.status),
      el("div.side.stack", {}, panel(t("Zones and lines"), [this.list, el("div.inner.buttons", {}, draw("zone", t("Draw a zone")), draw("line", t("Draw a line")))], { flush: true }),
        this.form, el("div.buttons", {}, this.saveButton, this.undoButton)));
    this.#show();
  }

  #load(values) {
    this.values = values;
    const entry = (values.cameras ?? []).find((candidate) => candidate.id === this.camera.id) ?? {};
    this.zones = remembered(entry.zones);
    // Rules of other cameras stay where they are in the list.
    this.rules = Object.fromEntries(["line_crossing", ...Object.keys(byZone)].map((kind) => [kind, remembered(values.rules?.[kind])]));
    this.saved = this.#text();
    this.savedZones = new Set(this.zones.map((zone) => JSON.stringify(zone.polygon)));
    this.before = [];
  }

  get #lines() { return this.rules.line_crossing.filter((rule) => holdsFor(rule, this.camera.id) && rule.line?.length === 2); }
  #text() { return JSON.stringify([this.zones, this.rules]); }
  /** Everything as it is now, with the places that items have in the file. */
  #copy() {
    const copied = (list) => list.map((item) => ({ item, own: structuredClone(item) }));
    return { chosen: this.chosen, zones: copied(this.zones), rules: Object.fromEntries(Object.entries(this.rules).map(([kind, list]) => [kind, copied(list)])) };
  }

  #remember() { this.before.push(this.#copy()); }

  #undo() {
    if (this.drawing) {
      this.drawing.points.pop();
      if (!this.drawing.points.length) this.drawing = null;
    } else if (this.before.length) {
      const { chosen, zones, rules } = this.before.pop();
      // The same objects as before: they know where they stand in the file.
      const back = ({ item, own }) => { for (const key of Object.keys(item)) delete item[key]; return Object.assign(item, own); };
      this.zones = zones.map(back);
      this.rules = Object.fromEntries(Object.entries(rules).map(([kind, list]) => [kind, list.map(back)]));
      this.chosen = chosen;
    }
    this.#show();
  }

  #begin(kind) {
    this.drawing = { kind, points: [] };
    this.chosen = null;
    this.#show();
  }

  #of([kind, index] = []) { return kind === "zone" ? this.zones[index] : kind === "line" ? this.#lines[index] : undefined; }
  get #zone() { return this.chosen?.[0] === "zone" ? this.zones[this.chosen[1]] : undefined; }
  get #line() { return this.chosen?.[0] === "line" ? this.#lines[this.chosen[1]] : undefined; }

  #click(event) {
    const point = this.board.point(event);
    if (!point) return;
    if (this.drawing) {
      const { kind, points } = this.drawing;
      // A click near the first corner closes the zone; a line has two ends.
      if (kind === "zone" && points.length >= 3 && Math.hypot((point[0] - points[0][0]) * this.board.aspect, point[1] - points[0][1]) < 0.035) this.#finish();
      else { points.push(tidy(point)); if (kind === "line" && points.length === 2) this.#finish(); }
    } else {
      const near = this.#lines.findIndex((rule) => distanceTo(rule.line, point, this.board.aspect) < 0.02);
      if (near >= 0) this.chosen = ["line", near];
      else if (event.target.dataset?.zone) this.chosen = ["zone", Number(event.target.dataset.zone)];
      else if (this.#zone) {
        const { index, distance } = nearestSide(this.#zone.polygon, point, this.board.aspect);
        if (distance < 0.03) { this.#remember(); this.#zone.polygon.splice(index + 1, 0, tidy(point)); }
      }
    }
    this.#show();
  }

  #finish() {
    this.#remember();
    const { kind, points } = this.drawing;
    if (kind === "zone") {
      this.zones.push({ name: freeName(t("zone {n}", { n: this.zones.length + 1 }), this.zones.map((zone) => zone.name)), kind: "walkway", polygon: points });
      this.chosen = ["zone", this.zones.length - 1];
    } else {
      const all = this.rules.line_crossing;
      all.push({ name: freeName(t("line {n}", { n: this.#lines.length + 1 }), all.map((rule) => rule.name)), line: points, cameras: [this.camera.id] });
      this.chosen = ["line", this.#lines.length - 1];
    }
    this.drawing = null;
    this.#show();
    this.form.querySelector("input")?.select();
  }

  // MARK: Rules about a zone

  /** Zones of other cameras may have the same name: a rule is this zone's where it is about it alone. */
  #ruleOf(kind, name) {
    return this.rules[kind].find((rule) => [rule.zones ?? []].flat().join("\n") === name && holdsFor(rule, this.camera.id));
  }

  #setRule(kind, name, own) {
    this.#remember();
    const all = this.rules[kind], rule = this.#ruleOf(kind, name);
    if (own === null) this.rules[kind] = all.filter((other) => other !== rule);
    else if (rule) Object.assign(rule, own);
    else all.push({ name: freeName(byZone[kind](name), all.map((other) => other.name)), zones: [name], cameras: [this.camera.id], ...own });
    this.#show();
  }

  #rename(zone, name) {
    const old = zone.name;
    if (!name || name === old) return;
    this.#remember();
    zone.name = name;
    for (const kind of Object.keys(byZone)) {
      for (const rule of this.rules[kind]) {
        const names = [rule.zones ?? []].flat();
        const isOurs = this.#isOnlyHere(old) || ([rule.cameras ?? []].flat().join() === this.camera.id);
        if (names.includes(old) && isOurs) rule.zones = names.map((each) => (each === old ? name : each));
        if (isOurs && rule.name === byZone[kind](old)) rule.name = byZone[kind](name);
      }
    }
    this.#show();
  }

  #isOnlyHere(name) {
    return !(this.values.cameras ?? []).some((camera) => camera.id !== this.camera.id && (camera.zones ?? []).some((zone) => zone.name === name));
  }

  // MARK: What is shown

  #show() {
    this.#showPicture();
    const row = (kind, index, name, about, colour) => {
      const isChosen = this.chosen?.[0] === kind && this.chosen[1] === index;
      return el("li", {}, el("button.row.zone-row", { type: "button", "aria-pressed": String(isChosen), on: { click: () => { this.drawing = null; this.chosen = [kind, index]; this.#show(); } } },
        el("i.swatch", { class: kind === "line" && "line", style: { background: colour } }), el("strong.clip", {}, name), el("span.soft.small", {}, about)));
    };
    replace(this.list, this.zones.map((zone, index) => row("zone", index, zone.name, kindNames[zone.kind] ?? zone.kind, zoneColour(zone.kind))),
      this.#lines.map((rule, index) => row("line", index, rule.name, t("Line"), lineColour)));
    this.#showForm();
    const wrong = this.#wrong();
    const told = this.drawing ? this.#drawingWords()
      : wrong || (this.#zone ? t("Drag a corner to move it. Click a side to add one, double-click a corner to remove it.")
        : this.#line ? t("Drag an end to move it. The arrow shows in which direction a crossing is reported.")
          : this.zones.length ? "" : t("Without zones the whole picture is watched. A zone says what a place is; only an excluded zone is not watched."));
    replace(this.status, told);
    this.status.className = wrong && !this.drawing ? "small note alarm" : "small soft";
    this.saveButton.disabled = Boolean(wrong) || Boolean(this.drawing) || this.#text() === this.saved;
    this.undoButton.disabled = !this.before.length && !this.drawing;
  }

  #drawingWords() {
    const { kind, points } = this.drawing;
    if (kind === "line") return points.length ? t("Click where the line ends.") : t("Click where the line begins, on the floor.");
    return points.length < 3 ? t("Click the corners, one after the other.") : t("Click the first corner again to close the zone.");
  }

  /** What is drawn here must be right; what the file has already is its own business. */
  #wrong() {
    const known = this.savedZones;
    const twice = (list) => list.map(({ name }) => name).find((name, index, all) => all.indexOf(name) !== index);
    for (const zone of this.zones) if (!known.has(JSON.stringify(zone.polygon)) && problem(zone.polygon)) return `${zone.name}: ${problem(zone.polygon)}`;
    for (const rule of this.#lines) if (lineProblem(rule.line)) return `${rule.name}: ${lineProblem(rule.line)}`;
    if (twice(this.zones)) return t("Two zones are called “{name}”.", { name: twice(this.zones) });
    return "";
  }

  #showPicture() {
    const text = (polygon) => polygon.map(([u, v]) => `${u * 1000},${v * 1000}`).join(" ");
    const shapes = this.zones.map((zone, index) => svg("polygon.zone", {
      points: text(zone.polygon), stroke: zoneColour(zone.kind), fill: zoneColour(zone.kind), "data-zone": index, class: this.#zone === zone && "chosen" }));
    const lines = this.#lines.map((rule) => svg("g.floor-line", { class: this.#line === rule && "chosen" },
      ["halo", "ink"].flatMap((layer) => [rule.line, ...arrows(rule.line, rule.direction, this.board.aspect)].map((points) => svg(`polyline.${layer}`, { points: text(points), stroke: layer === "ink" ? lineColour : undefined })))));
    replace(this.board.drawing, shapes, lines, this.drawing && svg("polyline.zone.draft", { points: text(this.drawing.points) }));
    const label = ([u, v], name, colour) => el("span", { style: { left: `${u * 100}%`, top: `${v * 100}%`, borderColor: colour } }, name);
    replace(this.names, this.zones.map((zone) => label(labelPoint(zone.polygon), zone.name, zoneColour(zone.kind))),
      this.#lines.map((rule) => label(rule.line[0].map((value, axis) => (value * 3 + rule.line[1][axis]) / 4), rule.name, lineColour)));
    this.#showHandles(text);
    this.board.element.classList.toggle("drawing-now", Boolean(this.drawing));
  }

  #showHandles(text) {
    const isZone = this.drawing ? this.drawing.kind === "zone" : Boolean(this.#zone);
    const points = this.drawing?.points ?? this.#zone?.polygon ?? this.#line?.line;
    if (!points) { replace(this.handles); return; }
    const shape = this.drawing ? this.board.drawing.lastElementChild : this.board.drawing.children[this.chosen[1] + (isZone ? 0 : this.zones.length)];
    const redraw = () => {
      if (isZone || this.drawing) { shape?.setAttribute("points", text(points)); return; }
      const strokes = [points, ...arrows(points, this.#line.direction, this.board.aspect)];
      [...shape.children].forEach((node, index) => node.setAttribute("points", text(strokes[index % strokes.length])));
    };
    replace(this.handles, points.map((point, index) => this.board.handle(point, {
      label: isZone ? t("Corner {n}", { n: index + 1 }) : t("End {n}", { n: index + 1 }), className: this.drawing && isZone && index === 0 && points.length >= 3 ? "first" : "",
      move: (now) => {
        if (!this.moving) { this.moving = true; if (!this.drawing) this.#remember(); }
        points[index] = tidy(now);
        redraw();
      },
      // A corner of the draft that is only clicked closes it when it is the first.
      done: () => { const moved = this.moving; this.moving = false; if (this.drawing && isZone && index === 0 && !moved && points.length >= 3) this.#finish(); else if (moved) this.#settle(index); },
      remove: isZone && !this.drawing && points.length > 3 ? () => { this.#remember(); points.splice(index, 1); this.#show(); } : undefined,
    })));
  }

  // The corner keeps the focus, so that the arrow keys can go on moving it.
  #settle(index) {
    const hadFocus = this.handles.contains(document.activeElement);
    this.#show();
    if (hadFocus) this.handles.children[index]?.focus();
  }

  #showForm() {
    const buttons = (remove, words, copy) => el("div.buttons", {},
      (this.values.cameras ?? []).length > 1 && el("button.button", { type: "button", on: { click: attempt(copy) } }, icon("share"), t("Copy to another camera")),
      el("button.button.danger", { type: "button", on: { click: remove } }, icon("trash"), words));
    if (this.#zone) replace(this.form, panel(t("This zone"), this.#zoneForm(this.#zone, buttons)));
    else if (this.#line) replace(this.form, panel(t("This line"), this.#lineForm(this.#line, buttons)));
    else replace(this.form);
  }

  #zoneForm(zone, buttons) {
    const stay = this.#ruleOf("dwell", zone.name), entry = this.#ruleOf("zone_entry", zone.name);
    const limits = this.book.get("dwell").parameters.get("min_seconds");
    const seconds = (event) => {
      const value = event.target.value === "" ? null : Number(event.target.value);
      this.#setRule("dwell", zone.name, value === null ? null : { min_seconds: value });
    };
    const remove = () => {
      this.#remember();
      for (const kind of Object.keys(byZone)) this.rules[kind] = this.rules[kind].filter((rule) => rule !== this.#ruleOf(kind, zone.name));
      this.zones = this.zones.filter((other) => other !== zone);
      this.chosen = null;
      this.#show();
    };
    const isWatched = zone.kind !== "ignore";
    return el("div.stack", {},
      field(t("Name"), input("name", { value: zone.name, maxLength: 100, on: { change: (event) => this.#rename(zone, event.target.value.trim()) } })),
      field(t("Kind"), select("kind", kinds, zone.kind, { on: { change: (event) => { this.#remember(); zone.kind = event.target.value; this.#show(); } } })),
      isWatched && field(t("Report who stays longer than (seconds)"), input("dwell", { type: "number", min: limits.minimum, max: limits.maximum, step: "any", value: stay?.min_seconds ?? (stay ? limits.usual : ""), on: { change: seconds } }), { hint: t("Empty: nobody is reported for staying") }),
      isWatched && el("label.check", {}, el("input", { type: "checkbox", name: "entry", checked: Boolean(entry), on: { change: (event) => this.#setRule("zone_entry", zone.name, event.target.checked ? {} : null) } }), el("span", {}, t("Report who goes in"))),
      (stay || entry) && el("p.soft.small", {}, tlist("Times, severity and size of these reports: {link}.", { link: el("a", { href: "#/setup/rules" }, t("Rules")) })),
      buttons(remove, t("Remove this zone"), () => copyPlace({ kind: "zone", item: zone, rules: { dwell: stay, zone_entry: entry }, camera: this.camera, values: this.values })));
  }

  #lineForm(rule, buttons) {
    const around = surroundings(this.values);
    const remove = () => { this.#remember(); this.rules.line_crossing = this.rules.line_crossing.filter((other) => other !== rule); this.chosen = null; this.#show(); };
    const isShared = ![rule.cameras ?? []].flat().length;
    const more = new Form(namedFields(this.book.get("line_crossing").parameters, around, ["line", "direction"]).filter(({ key }) => key !== "name"), rule, { columns: false, onChange: () => {} });
    // What is typed counts when the field is left, as a step that can be undone.
    more.element.addEventListener("change", () => {
      this.#remember();
      const value = more.value();
      for (const key of Object.keys(rule)) if (!(key in value)) delete rule[key];
      Object.assign(rule, value);
      this.saveButton.disabled = this.#text() === this.saved;
      this.undoButton.disabled = false;
    });
    return el("div.stack", {},
      field(t("Name"), input("name", { value: rule.name, maxLength: 100, on: { change: (event) => { this.#remember(); rule.name = event.target.value.trim() || rule.name; this.#show(); } } })),
      field(t("Report"), select("direction", directions(rule.line, this.board.aspect), rule.direction ?? "any", { on: { change: (event) => { this.#remember(); if (event.target.value === "any") delete rule.direction; else rule.direction = event.target.value; this.#show(); } } })),
      isShared && el("p.note.small", {}, t("This line holds for all cameras.")),
      el("details.more", {}, el("summary", {}, t("Size, times and severity")), more.element),
      buttons(remove, t("Remove this line"), () => copyPlace({ kind: "line", item: rule, rules: {}, camera: this.camera, values: this.values })));
  }

  async #save() {
    const { values } = this, id = this.camera.id, entry = (values.cameras ?? []).find((camera) => camera.id === id) ?? {};
    const zonePath = ["cameras", id, "zones"];
    const list = edits(zonePath, entry.zones, this.zones, null);
    for (const [kind, rules] of Object.entries(this.rules)) list.push(...edits(["rules", kind], values.rules?.[kind], rules, values));
    // Combinations and routes follow a zone's new name; rules about zones have done so.
    let named = values;
    for (const zone of this.zones) {
      const old = entry.zones?.[placeOf(zone)]?.name;
      if (old && old !== zone.name && this.#isOnlyHere(old)) named = renameZone(named, old, zone.name);
    }
    for (const path of [["rules", "combinations"], ["alerts", "routes"]]) {
      const [before, after] = [values, named].map((file) => file[path[0]]?.[path[1]]);
      if (after && before !== after) list.push(...edits(path, before, remembered(after), null));
    }
    if (!(await saveEdits(list, { title: t("Save these zones and lines?") }))) return;
    const chosen = this.chosen;
    this.#load(await get("/api/v1/configuration/values"));
    this.chosen = this.#of(chosen ?? []) ? chosen : null;
    this.#show();
  }
}
