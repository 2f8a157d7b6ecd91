// One camera: the live picture with what is tracked over it, clicks to follow, and what happened there.
import { el, replace } from "../core/dom.js";
import { get, post, query } from "../core/api.js";
import { closer, head } from "../core/page.js";
import { icon, stateMark } from "../core/icons.js";
import { attempt, toast } from "../core/toasts.js";
import { may } from "../core/session.js";
import * as feed from "../core/feed.js";
import { compactRow } from "../incidents/row.js";
import { FollowPanel } from "../follow/panel.js";
import { Controls } from "./controls.js";
import { LivePlayer } from "./player.js";
import { Overlay } from "./overlay.js";
import { Prompter } from "./prompts.js";
import { TrackFeed } from "./tracks.js";

export async function open(main, { id }) {
  const close = closer();
  const [camera, { incidents }] = await Promise.all([
    get(`/api/v1/cameras/${encodeURIComponent(id)}`), get(`/api/v1/incidents${query({ camera: id, limit: 12 })}`),
  ]);
  const state = el("span", {});
  const trigger = el("button.button", { type: "button", on: { click: attempt(() => record(camera)) } }, icon("incidents"), "Record this");
  head(main, camera.name, { text: state, actions: [
    may("operator") && trigger, may("admin") && el("a.button", { href: `#/setup/cameras/${encodeURIComponent(id)}` }, icon("setup"), "Set up"),
  ] });

  const message = el("p.picture-message", { role: "status" }, "Connecting…");
  const stage = el("div.stage", {});
  const tracks = new TrackFeed(id, { onTracks: () => { if (player.isPaused) redraw(); } });
  const player = new LivePlayer(camera, {
    width: 1280,
    onState: (now, text) => { message.hidden = now === "playing"; replace(message, now === "waiting" ? `${text} Trying again…` : text); controls.update(); },
    onFrame: (time) => { overlay.moment = tracks.around(time); overlay.request(); },
  });
  const overlay = new Overlay(() => player.size);
  overlay.camera = camera;
  overlay.zones = camera.zones;
  const redraw = () => { if (player.time) overlay.moment = tracks.around(player.time); overlay.request(); };
  const surface = el("div.surface", {
    tabIndex: may("operator") ? 0 : -1, role: may("operator") ? "application" : "img",
    "aria-label": may("operator") ? `Picture of ${camera.name}. Click an object to follow it; arrow keys move a cross, Enter clicks there, Shift and Enter says what is not the object.` : `Picture of ${camera.name}`,
  }, player.element, overlay.canvas, message);
  const controls = new Controls(player, overlay, stage);
  stage.append(surface, controls.element);
  const prompter = new Prompter(surface, overlay, {
    camera: id, isAllowed: () => may("operator"),
    moment: () => (player.time ? { time: player.time } : null),
    hold: () => { player.pause(); controls.update(); },
    onEmpty: () => { player.goLive(); controls.update(); },
    onChange: () => follows.update(),
  });
  const follows = new FollowPanel(camera, prompter, { onDone: () => { prompter.clear(); player.goLive(); controls.update(); } });
  const happened = el("div.body.flush", {});
  const side = el("div.side.stack", {}, follows.element, el("section.panel", { "aria-label": "Lately" },
    el("header", {}, el("h2", {}, "Lately"), el("span.grow", {}), el("a.small", { href: `#/incidents?camera=${encodeURIComponent(id)}` }, "All")), happened));
  main.append(el("div.with-side.single", {}, stage, side));

  const held = new Map(incidents.map((incident) => [incident.id, incident]));
  const showIncidents = () => {
    const sorted = [...held.values()].sort((a, b) => new Date(b.start) - new Date(a.start)).slice(0, 12);
    replace(happened, sorted.length ? el("ul.rows", {}, sorted.map(compactRow)) : el("p.empty.small", {}, "Nothing has happened here yet."));
    overlay.places = sorted.filter((incident) => incident.phase === "ongoing" && Date.now() - new Date(incident.start) < 600_000);
    overlay.request();
  };
  const showState = (now) => {
    const level = { online: "ok", connecting: "warn", offline: "alarm" }[now.state];
    replace(state, stateMark(level, now.state === "online" ? describe(now) : now.state_text || "The camera does not answer."));
  };
  showIncidents();
  showState(camera);
  follows.load();
  player.start();
  close.add(
    feed.on("incident", ({ incident }) => { if (incident.camera === id) { held.set(incident.id, incident); showIncidents(); } }),
    feed.on("follow", (follow) => follows.put(follow)),
    feed.on("camera", (now) => { if (now.id === id) { Object.assign(camera, now); showState(now); if (now.state === "online") player.retry(); } }),
    () => { tracks.stop(); player.stop(); overlay.close(); controls.close(); });
  // For tests and for the curious: what is on the screen, in media time.
  surface.player = player;
  return close;
}

function describe({ size, fps, codec }) {
  const facts = [size && `${size[0]} × ${size[1]}`, fps && `${Math.round(fps * 10) / 10} pictures a second`, /^(hvc1|hev1)/.test(codec ?? "") && "H.265"];
  return `Online · ${facts.filter(Boolean).join(" · ")}`;
}

async function record(camera) {
  const { incident } = await post(`/api/v1/cameras/${encodeURIComponent(camera.id)}/trigger`, { reason: "recorded by hand from the page" });
  toast("Recording, from a few seconds before now on.", { action: { words: "Look", call: () => { window.location.hash = `#/incidents/${encodeURIComponent(incident)}`; } } });
}
