// One camera: the live picture with what is tracked over it and what is not watched, clicks to follow, and what happened there.
import { el, replace } from "../core/dom.js";
import { get, post, query, remove } from "../core/api.js";
import { closer, head } from "../core/page.js";
import { icon, stateMark } from "../core/icons.js";
import { attempt, toast } from "../core/toasts.js";
import { may } from "../core/session.js";
import { field, select } from "../core/forms.js";
import { kindWords, timeSeconds, trim, until, who } from "../core/format.js";
import * as attention from "../core/attention.js";
import * as feed from "../core/feed.js";
import { keys } from "../core/shortcuts.js";
import { placeWords } from "../incidents/place.js";
import { compactRow } from "../incidents/row.js";
import { ObjectSearch } from "../follow/objects.js";
import { FollowPanel } from "../follow/panel.js";
import { Controls } from "./controls.js";
import * as places from "./places.js";
import { LivePlayer } from "./player.js";
import { Overlay } from "./overlay.js";
import { Prompter } from "./prompts.js";
import { TrackFeed } from "./tracks.js";
import { limitedKinds, settingsFor, unwatched } from "./watched.js";
import { said, t } from "../core/words.js";

export async function open(main, { id }) {
  const close = closer();
  const read = () => Promise.all([get(`/api/v1/cameras/${encodeURIComponent(id)}`), get(`/api/v1/incidents${query({ camera: id, limit: 12 })}`)]);
  const [camera, { incidents }] = await read();
  const state = el("span", {});
  const trigger = el("button.button", { type: "button", on: { click: attempt(() => record(camera)) } }, icon("incidents"), t("Record now"));
  head(main, camera.name, { text: state, actions: [
    may("operator") && trigger, may("admin") && el("a.button", { href: `#/setup/cameras/${encodeURIComponent(id)}` }, icon("setup"), t("Set up")),
  ] });

  const message = el("p.picture-message", { role: "status" }, t("Connecting…"));
  const stage = el("div.stage", {});
  const tracks = new TrackFeed(id, { onTracks: () => { if (player.isPaused) redraw(); } });
  const player = new LivePlayer(camera, {
    width: 1280,
    onState: (now, text) => { message.hidden = now === "playing"; replace(message, now === "waiting" ? `${text} ${t("Trying again…")}` : text); controls.update(); },
    onFrame: (time) => { overlay.moment = tracks.around(time); overlay.request(); },
  });
  const overlay = new Overlay(() => player.size, places);
  overlay.camera = camera;
  overlay.zones = camera.zones;
  const redraw = () => { if (player.time) overlay.moment = tracks.around(player.time); overlay.request(); };
  const surface = el("div.surface", {
    tabIndex: may("operator") ? 0 : -1, role: may("operator") ? "application" : "img",
    "aria-label": may("operator") ? t("Picture of “{camera}”. Click an object to follow it; arrow keys move a cross, Enter clicks there, Shift and Enter says what is not the object.", { camera: camera.name }) : t("Picture of “{camera}”", { camera: camera.name }),
  }, player.element, overlay.canvas, message);
  const controls = new Controls(player, overlay, stage);
  stage.append(surface, controls.element);
  const prompter = new Prompter(surface, overlay, {
    camera: id, isAllowed: () => may("operator"),
    moment: () => (player.time ? { time: player.time } : null),
    hold: () => { player.pause(); controls.update(); },
    onEmpty: () => { player.goLive(); controls.update(); },
    onChange: () => follows.update(),
    pickAt: (point) => search.pickAt(point),
  });
  const search = new ObjectSearch(camera, overlay, {
    moment: () => (player.time ? { time: player.time } : {}),
    hold: () => { prompter.clear(); follows.update(); player.pause(); controls.update(); },
    release: () => { prompter.clear(); follows.update(); player.goLive(); controls.update(); },
    pick: (object) => prompter.adopt(object),
  });
  const follows = new FollowPanel(camera, prompter, { onDone: () => { prompter.clear(); search.clear(); player.goLive(); controls.update(); } });
  const happened = el("div.body.flush", {});
  const watching = new WatchingPanel(camera, overlay);
  const side = el("div.side.stack", {}, follows.element, may("operator") && search.element, el("section.panel", { "aria-label": t("Recent incidents") },
    el("header", {}, el("h2", {}, t("Recent incidents")), el("span.grow", {}), el("a.small", { href: `#/incidents?camera=${encodeURIComponent(id)}` }, t("All incidents"))), happened));
  main.append(el("div.with-side.single", {}, el("div.stack", {}, stage, watching.element), side));

  let held = new Map(incidents.map((incident) => [incident.id, incident]));
  const showIncidents = () => {
    const sorted = [...held.values()].sort((a, b) => new Date(b.start) - new Date(a.start)).slice(0, 12);
    replace(happened, sorted.length ? el("ul.rows", {}, sorted.map(compactRow)) : el("p.empty.small", {}, t("Nothing has happened here yet.")));
    overlay.places = sorted.filter((incident) => incident.phase === "ongoing" && Date.now() - new Date(incident.start) < 600_000);
    overlay.request();
  };
  const showState = () => {
    const level = { online: "ok", connecting: "warn", offline: "alarm" }[camera.state], since = feed.staleSince();
    replace(state, since ? stateMark("warn", t("Stale since {time}", { time: timeSeconds(since) })) : stateMark(level, camera.state === "online" ? describe(camera) : said(camera.state_text) || t("The camera does not answer.")));
    controls.update();
  };
  const take = (now) => {
    Object.assign(camera, now);
    overlay.zones = camera.zones;
    showState();
    watching.show();
    if (now.state === "online") player.retry();
  };
  // After a gap nothing is known of what happened meanwhile.
  const again = () => {
    read().then(([now, { incidents: list }]) => { held = new Map(list.map((incident) => [incident.id, incident])); take(now); showIncidents(); }).catch(() => {});
    follows.load().catch(() => {});
  };
  showIncidents();
  showState();
  follows.load();
  player.start();
  close.add(
    feed.on("incident", ({ incident }) => { if (incident.camera === id) { held.set(incident.id, incident); showIncidents(); } }),
    feed.on("follow", (follow) => follows.put(follow)),
    feed.on("camera", (now) => { if (now.id === id) take(now); }), feed.on("again", again), feed.on("stale", showState),
    // What is silenced is counted for every page; here it is drawn.
    attention.onCauses(() => watching.load()), keys(controls.keys),
    () => { tracks.stop(); player.stop(); overlay.close(); controls.close(); });
  // For tests and for the curious: what is on the screen, in media time.
  surface.player = player;
  return close;
}

/** Where the picture is not watched, for each kind, and what is silenced there. */
class WatchingPanel {
  #silenced = [];
  #settings = {};

  constructor(camera, overlay) {
    this.camera = camera;
    this.overlay = overlay;
    this.kind = "";
    this.words = el("p.small", { role: "status" });
    this.list = el("ul.rows", {});
    const choice = el("div.narrow", {});
    const choose = () => replace(choice, field(t("Shade what is not watched for"), select("watched", [["", t("Any kind")], ...limitedKinds(this.#settings).map((kind) => [kind, kindWords(kind)])], this.kind,
      { on: { change: (event) => { this.kind = event.target.value; this.show(); } } })));
    choose();
    // Which rules are on, and in which zones, only administrators may read.
    if (may("admin")) get("/api/v1/configuration/values").then(({ rules }) => { this.#settings = settingsFor(rules ?? {}, camera.id); choose(); this.show(); }).catch(() => {});
    this.element = el("section.panel", { "aria-label": t("What is not watched") }, el("header", {}, el("h2", {}, t("What is not watched"))),
      el("div.body.stack", {}, choice, this.words), this.list);
    this.show();
  }

  async load() {
    try {
      const { suppressions } = await get("/api/v1/suppressions");
      this.#silenced = suppressions.filter((item) => item.camera === this.camera.id);
      this.show();
    } catch { /* the strip is read again soon, and this with it */ }
  }

  show() {
    const shade = unwatched(this.kind, this.camera.zones ?? [], this.#settings);
    this.overlay.shade = shade;
    const drawn = this.#silenced.filter((item) => !this.kind || item.rule === this.kind);
    this.overlay.silences = drawn.map((item) => ({ part: item.region, words: t("“{rule}” silent {until}", { rule: kindWords(item.rule), until: until(item.until) }) }));
    this.overlay.request();
    replace(this.words, shade.words);
    this.list.hidden = !drawn.length;
    replace(this.list, drawn.map((item) => el("li.row", { data: { suppression: item.id } }, icon("silent", 16), el("span.row-text", {}, el("strong", {}, t("“{rule}” is silent", { rule: kindWords(item.rule) })),
      el("span.soft.small", {}, [placeWords(item.region), until(item.until), item.created_by && t("by {name}", { name: who(item.created_by) })].filter(Boolean).join(" · "))),
    may("operator") && el("button.button", { type: "button", on: { click: attempt(async () => {
      await remove(`/api/v1/suppressions/${encodeURIComponent(item.id)}`);
      toast(t("The rule watches this place again."));
      attention.refresh();
      await this.load();
    }) } }, t("End now")))));
  }
}

function describe({ size, fps, codec }) {
  const facts = [size && `${size[0]} × ${size[1]}`, fps && t("{n} frames per second", { n: trim(fps, 1) }), /^(hvc1|hev1)/.test(codec ?? "") && "H.265"];
  return `${t("Online")} · ${facts.filter(Boolean).join(" · ")}`;
}

async function record(camera) {
  const { incident } = await post(`/api/v1/cameras/${encodeURIComponent(camera.id)}/trigger`, { reason: t("recorded by hand from the page") });
  toast(t("Recording. The clip begins a few seconds before now."), { action: { words: t("Show"), call: () => { window.location.hash = `#/incidents/${encodeURIComponent(incident)}`; } } });
}
