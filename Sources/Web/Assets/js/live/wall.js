// All cameras at once on one screen, and what happened today beside them. An incident comes to the front.
import { el, replace } from "../core/dom.js";
import { get, query } from "../core/api.js";
import { closer, empty, head } from "../core/page.js";
import { icon } from "../core/icons.js";
import { segments, select } from "../core/forms.js";
import { startOfDay } from "../core/calendar.js";
import { dayName } from "../core/format.js";
import { may } from "../core/session.js";
import * as attention from "../core/attention.js";
import * as chime from "../core/chime.js";
import * as feed from "../core/feed.js";
import { keys } from "../core/shortcuts.js";
import { compactRow } from "../incidents/row.js";
import * as layout from "./layout.js";
import { stills } from "./stills.js";
import { Tile } from "./tile.js";
import { t, tn } from "../core/words.js";

/** Browsers open six connections to a server: one for events, one for everything else, the rest for video. */
const maxPlaying = 4;
const lookMs = 2000;
/** On a telephone the tiles stand below each other. */
const small = () => window.matchMedia("(max-width: 52rem)").matches;

const read = () => Promise.all([
  get("/api/v1/cameras"), get(`/api/v1/incidents${query({ from: startOfDay(new Date()).toISOString(), limit: 100 })}`),
]);

export async function open(main) {
  const close = closer();
  const [{ cameras }, { incidents }] = await read();
  if (!cameras.length) {
    head(main, t("Live"));
    main.append(empty(t("No camera yet"), may("admin")
      ? t("Add the first one: its address is all that is needed.")
      : t("An administrator can add the first one."), may("admin") && el("a.button.primary", { href: "#/setup/cameras" }, icon("plus"), t("Add a camera"))));
    return close;
  }
  const text = el("span.nowrap", {});
  const wall = new Wall(cameras);
  head(main, t("Live"), { text, actions: wall.tools });
  const today = el("div.body.flush", {});
  const side = el("section.panel.side", { "aria-label": dayName(new Date()) }, el("header", {}, el("h2", {}, t("Today")), el("span.grow", {}), el("a.small", { href: "#/incidents" }, t("All incidents"))), today);
  main.append(el("div.with-side.fitted", {}, wall.element, side));
  const list = showToday(today);
  const take = (now, happened) => {
    const online = now.filter((camera) => camera.state === "online").length;
    replace(text, tn(now.length, "{online} of {n} camera online", "{online} of {n} cameras online", { online }));
    wall.take(now, happened);
    list.set(happened);
  };
  take(cameras, incidents);
  const names = (list) => list.map(({ id, name }) => `${id} ${name}`).join();
  // Cameras come and go with the configuration, and after a gap nothing is known of what happened.
  const again = () => read().then(([{ cameras: now }, { incidents: happened }]) => {
    if (names(now) !== names(cameras)) window.dispatchEvent(new Event("hashchange")); else take(now, happened);
  }).catch(() => {});
  if (cameras.length <= maxPlaying) {
    feed.wantTracks(true);
    close.add(() => feed.wantTracks(false), feed.on("tracks", (event) => wall.tile(event.camera)?.tracks(event)));
  }
  close.add(
    feed.on("incident", ({ incident }) => { wall.happened(incident); list.put(incident); }),
    feed.on("camera", (camera) => wall.tile(camera.id)?.update(camera)),
    feed.on("configuration", again), feed.on("again", again), feed.on("stale", (since) => wall.stale(since)),
    attention.onCauses((causes) => wall.silenced(causes)), keys(wall.keys), () => wall.close());
  wall.stale(feed.staleSince());
  return close;
}

class Wall {
  #tiles;
  #choice = layout.load();
  #page = 0;
  #ends = [];
  #arranging = null;

  constructor(cameras) {
    this.#tiles = new Map(cameras.map((camera) => [camera.id, new Tile(camera)]));
    this.element = el("div.wall-grid", {}, [...this.#tiles.values()].map((tile) => tile.element));
    this.#buildTools();
    this.#observe();
    this.#makeMovable();
    const clock = setInterval(() => { for (const tile of this.#tiles.values()) tile.tick(); this.#arrange(); }, 20_000);
    const look = setInterval(() => this.#choosePlaying(), lookMs);
    this.#ends.push(() => { clearInterval(clock); clearInterval(look); clearInterval(this.tour); },
      stills(() => [...this.#tiles.values()].filter((tile) => tile.isSeen && !tile.isPlaying)));
    this.#startTour();
    this.#arrange();
  }

  get keys() { return [["ArrowLeft", t("Cameras before"), () => this.#turn(-1)], ["ArrowRight", t("Further cameras"), () => this.#turn(1)], ["f", t("Full screen"), wallScreen]]; }

  tile(id) { return this.#tiles.get(id); }

  take(cameras, incidents) {
    for (const camera of cameras) this.tile(camera.id)?.update(camera);
    for (const [id, tile] of this.#tiles) tile.setIncidents(incidents.filter((incident) => incident.camera === id));
    this.#arrange();
  }

  happened(incident) {
    this.tile(incident.camera)?.happened(incident);
    this.#arrange();
  }

  stale(since) { for (const tile of this.#tiles.values()) tile.stale(since); }

  silenced(causes) {
    for (const [id, tile] of this.#tiles) tile.silenced(causes.filter((cause) => cause.kind === "suppression" && cause.camera === id).length);
  }

  // MARK: Layout

  get #ids() { return layout.ordered([...this.#tiles.keys()], this.#choice.order); }

  #buildTools() {
    const change = (values) => this.#change(values);
    this.place = el("span.small.nowrap", { role: "status" });
    const arrow = (sign, words, by) => el("button.button.icon", { type: "button", title: words, "aria-label": words, on: { click: () => this.#turn(by) } }, icon(sign, 16));
    this.turner = el("div.buttons.turner", { hidden: true }, arrow("back", t("Cameras before"), -1), this.place, arrow("forward", t("Further cameras"), 1),
      select("tour", [["0", t("No tour")], ["5", t("Tour: 5 s")], ["10", t("Tour: 10 s")], ["30", t("Tour: 30 s")]], String(this.#choice.tourSeconds), { "aria-label": t("Tour through the cameras"),
        on: { change: (event) => { change({ tourSeconds: Number(event.target.value) }); this.#startTour(); } } }));
    const toggle = (sign, words, isOn, set) => {
      const node = el("button.button.icon", { type: "button", title: words, "aria-label": words, "aria-pressed": String(isOn) }, icon(sign, 16));
      node.addEventListener("click", () => { const on = node.getAttribute("aria-pressed") !== "true"; node.setAttribute("aria-pressed", String(on)); set(on); });
      return node;
    };
    const several = this.#tiles.size > 1;
    this.sizes = segments(t("Cameras on a screen"), [["auto", t("Auto")], ...layout.sizes.map((size) => [size, String(size)])], this.#choice.size, (size) => change({ size }));
    this.named = el("select", { name: "layout", "aria-label": t("Named layouts"), on: { change: (event) => this.#name(event.target.value) } });
    this.#showNamed();
    this.tools = [
      this.turner,
      several && el("span.only-large", {}, this.sizes),
      several && el("span.only-large.named", {}, this.named),
      several && toggle("move", t("Put the cameras in another order"), false, (on) => this.#setMovable(on)),
      toggle("sound", t("Sound for new incidents"), chime.isWanted(), (on) => chime.want(on)),
      el("button.button.only-large", { type: "button", on: { click: wallScreen } }, icon("full"), t("Full screen")),
    ];
  }

  #change(values) {
    this.#choice = { ...this.#choice, ...values };
    layout.save(this.#choice);
    this.#page = 0;
    this.#arrange();
  }

  // What begins with a space can't be a name.
  #showNamed(chosen = "") {
    const names = Object.keys(this.#choice.named);
    const option = (value, words) => el("option", { value, selected: value === chosen }, words);
    replace(this.named, option("", t("Layouts")), names.map((name) => option(name, name)), option(" keep", t("Keep this layout…")), chosen && option(" remove", t("Remove “{name}”", { name: chosen })));
    this.named.dataset.chosen = chosen;
  }

  /** Takes a kept layout, keeps the present one, or removes the one that was taken. */
  async #name(value) {
    const { named, size, order, tourSeconds } = this.#choice, { chosen } = this.named.dataset;
    if (value === " remove") {
      const { [chosen]: _, ...others } = named;
      this.#change({ named: others });
      this.#showNamed();
    } else if (value === " keep") {
      this.#showNamed(chosen);
      const { ask } = await import("../core/dialogs.js");
      const name = await ask(t("Keep this layout"), t("Name"), { action: t("Keep"), placeholder: t("Loading bay") });
      if (!name) return;
      this.#change({ named: { ...named, [name]: { size, order: order.length ? order : this.#ids, tourSeconds } } });
      this.#showNamed(name);
    } else if (value) {
      this.#change(named[value]);
      this.sizes.choose(this.#choice.size);
      this.turner.querySelector("select").value = String(this.#choice.tourSeconds);
      this.#startTour();
      this.#showNamed(value);
    } else this.#showNamed();
  }

  #turn(by) {
    const number = layout.pages(this.#ids, this.#choice.size).length;
    this.#page = (this.#page + by + number) % number;
    this.#arrange();
  }

  #startTour() {
    clearInterval(this.tour);
    if (!this.#choice.tourSeconds) return;
    // What stands at the front stays on every page.
    this.tour = setInterval(() => { if (!document.hidden && !this.#arranging) this.#turn(1); }, this.#choice.tourSeconds * 1000);
  }

  /** The tile with the newest incident that belongs at the front. */
  get #front() {
    return [...this.#tiles.values()].map((tile) => ({ tile, incident: tile.front })).filter(({ incident }) => incident)
      .sort((a, b) => new Date(b.incident.start) - new Date(a.incident.start))[0]?.tile ?? null;
  }

  /** Puts every tile where it belongs: by CSS alone, so that nothing that plays is interrupted. */
  #arrange() {
    const isSmall = small();
    const all = layout.pages(this.#ids, isSmall ? "auto" : this.#choice.size);
    this.#page = Math.min(this.#page, all.length - 1);
    const front = this.#arranging ? null : this.#front;
    const page = [...all[this.#page]];
    if (front) {
      // From another page it comes in addition.
      const at = page.indexOf(front.camera.id);
      if (at >= 0) page.splice(at, 1);
      page.unshift(front.camera.id);
      if (this.#choice.size === 1) page.length = 1;
    }
    const shown = new Map(page.map((id, index) => [id, index]));
    for (const [id, tile] of this.#tiles) {
      tile.element.hidden = !shown.has(id);
      tile.element.style.order = String(shown.get(id) ?? 0);
      tile.element.classList.toggle("front", tile === front);
    }
    this.#fit(page.length, front);
    const each = all[0].length, first = this.#page * each + 1;
    this.turner.hidden = all.length < 2;
    replace(this.place, t("{first}–{last} of {all}", { first, last: first + all[this.#page].length - 1, all: this.#tiles.size }));
    this.#choosePlaying();
  }

  #fit(number, front) {
    const { style } = this.element;
    const isLarge = Boolean(front) && number > 1;
    this.element.classList.toggle("has-front", isLarge);
    if (small()) { style.gridTemplateColumns = style.gridTemplateRows = style.height = ""; return; }
    const top = this.element.getBoundingClientRect().top + window.scrollY;
    const box = { width: this.element.clientWidth, height: Math.max(200, window.innerHeight - top - 16) };
    let { columns, rows } = layout.grid(isLarge ? number + 3 : number, box);
    if (isLarge) { columns = Math.max(2, columns); rows = Math.max(2, Math.ceil((number + 3) / columns)); }
    style.height = `${box.height}px`;
    style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`;
  }

  #observe() {
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) { const tile = this.tile(target.dataset.camera); if (tile) tile.isOnScreen = isIntersecting; }
      this.#choosePlaying();
    });
    for (const tile of this.#tiles.values()) seen.observe(tile.element);
    const again = () => this.#arrange();
    // The strips above come and go.
    const sizes = new ResizeObserver(again);
    sizes.observe(document.getElementById("strips"));
    sizes.observe(document.getElementById("main"));
    window.addEventListener("resize", again);
    document.addEventListener("visibilitychange", again);
    const leave = () => { if (!document.fullscreenElement) document.body.classList.remove("wall"); again(); };
    document.addEventListener("fullscreenchange", leave);
    this.#ends.push(() => {
      seen.disconnect();
      sizes.disconnect();
      window.removeEventListener("resize", again);
      document.removeEventListener("visibilitychange", again);
      document.removeEventListener("fullscreenchange", leave);
      document.body.classList.remove("wall");
    });
  }

  #choosePlaying() {
    const tiles = this.#ids.map((id) => this.tile(id));
    for (const tile of tiles) tile.lookForMotion();
    const chosen = layout.playing(tiles.map((tile) => ({ id: tile.camera.id, isSeen: tile.isSeen && tile.camera.state !== "offline" || tile.isPlaying && tile.isSeen, isAlarmed: tile.isAlarmed, isMoving: tile.isMoving, isPlaying: tile.isPlaying })),
      maxPlaying, tiles.length <= maxPlaying);
    // Those that stop first: there is a connection for no more.
    for (const isWanted of [false, true]) for (const tile of tiles) if (chosen.has(tile.camera.id) === isWanted) tile.play(isWanted);
  }

  // MARK: Order

  #setMovable(isOn) {
    this.#arranging = isOn ? { dragged: null } : null;
    this.element.classList.toggle("arranging", isOn);
    this.#arrange();
  }

  #put(id, before) {
    this.#choice = { ...this.#choice, order: layout.moved(this.#ids, id, before) };
    layout.save(this.#choice);
    this.#arrange();
  }

  #makeMovable() {
    const tileAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".tile");
    const node = this.element;
    node.addEventListener("click", (event) => { if (this.#arranging) event.preventDefault(); });
    node.addEventListener("pointerdown", (event) => {
      const tile = event.target.closest(".tile");
      if (!this.#arranging || !tile || event.button) return;
      event.preventDefault();
      tile.focus();
      tile.classList.add("dragged");
      const move = (now) => {
        const over = tileAt(now);
        if (!over || over === tile) return;
        const ids = this.#ids, id = tile.dataset.camera, target = over.dataset.camera;
        // Past the one below the pointer when it comes from before it.
        this.#put(id, ids.indexOf(id) < ids.indexOf(target) ? ids[ids.indexOf(target) + 1] ?? null : target);
      };
      const end = () => { tile.classList.remove("dragged"); window.removeEventListener("pointermove", move); };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", end, { once: true });
      window.addEventListener("pointercancel", end, { once: true });
    });
    node.addEventListener("keydown", (event) => {
      const tile = event.target.closest(".tile"), by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!this.#arranging || !tile || !by) return;
      event.preventDefault();
      const ids = this.#ids, at = ids.indexOf(tile.dataset.camera);
      if (at + by < 0 || at + by >= ids.length) return;
      this.#put(tile.dataset.camera, by < 0 ? ids[at - 1] : ids[at + 2] ?? null);
      tile.focus();
    });
  }

  close() {
    for (const end of this.#ends) end();
    for (const tile of this.#tiles.values()) tile.stop();
  }
}

function wallScreen() {
  document.body.classList.add("wall");
  document.documentElement.requestFullscreen?.().catch(() => {});
}

/** Today's incidents, newest first. */
function showToday(node) {
  let held = new Map();
  const show = () => {
    const sorted = [...held.values()].sort((a, b) => new Date(b.start) - new Date(a.start)).slice(0, 30);
    replace(node, sorted.length ? el("ul.rows", {}, sorted.map(compactRow)) : el("p.empty.small", {}, t("Nothing has happened today.")));
  };
  return {
    set: (incidents) => { held = new Map(incidents.map((incident) => [incident.id, incident])); show(); },
    put: (incident) => { held.set(incident.id, incident); show(); },
  };
}
