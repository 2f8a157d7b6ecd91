// All cameras at once, and what happened today beside them.
import { el, replace } from "../core/dom.js";
import { get, query } from "../core/api.js";
import { closer, empty, head } from "../core/page.js";
import { icon } from "../core/icons.js";
import { startOfDay } from "../core/calendar.js";
import { count, dayName } from "../core/format.js";
import { may } from "../core/session.js";
import * as feed from "../core/feed.js";
import { compactRow } from "../incidents/row.js";
import { stills } from "./stills.js";
import { Tile } from "./tile.js";

/** Browsers open six connections to a server: one for events, one for everything else, the rest for video. */
const maxPlaying = 4;

export async function open(main) {
  const close = closer();
  const [{ cameras }, { incidents }] = await Promise.all([
    get("/api/v1/cameras"), get(`/api/v1/incidents${query({ from: startOfDay(new Date()).toISOString(), limit: 30 })}`),
  ]);
  const wallButton = el("button.button.only-large", { type: "button", on: { click: wallScreen } }, icon("full"), "Wall screen");
  head(main, "Live", { text: summary(cameras), actions: [wallButton] });
  if (!cameras.length) {
    main.append(empty("No camera yet", may("admin")
      ? "Add the first one: its address is all that is needed."
      : "An administrator can add the first one.", may("admin") && el("a.button.primary", { href: "#/setup/cameras" }, icon("plus"), "Add a camera")));
    return close;
  }
  const plays = Math.min(maxPlaying, cameras.length);
  const tiles = new Map(cameras.map((camera, index) => [camera.id, new Tile(camera, index < plays)]));
  const wall = el("div.wall-grid", { data: { count: Math.min(cameras.length, 16) } }, [...tiles.values()].map((tile) => tile.element));
  const today = el("div.body.flush", {});
  const side = el("section.panel.side", { "aria-label": dayName(new Date()) }, el("header", {}, el("h2", {}, "Today"), el("span.grow", {}), el("a.small", { href: "#/incidents" }, "All incidents")), today);
  main.append(el("div.with-side", {}, wall, side));
  const list = showToday(today, incidents);

  for (const incident of [...incidents].reverse()) tiles.get(incident.camera)?.happened(incident);
  if (cameras.length <= maxPlaying) {
    feed.wantTracks(true);
    close.add(() => feed.wantTracks(false), feed.on("tracks", (event) => tiles.get(event.camera)?.tracks(event)));
  }
  close.add(
    feed.on("incident", ({ incident }) => { tiles.get(incident.camera)?.happened(incident); list.put(incident); }),
    feed.on("camera", (camera) => tiles.get(camera.id)?.update(camera)),
    // Cameras come and go with the configuration.
    feed.on("configuration", () => get("/api/v1/cameras").then(({ cameras: now }) => {
      if (now.map(({ id, name }) => `${id} ${name}`).join() !== cameras.map(({ id, name }) => `${id} ${name}`).join()) window.dispatchEvent(new Event("hashchange"));
    }).catch(() => {})),
    stills([...tiles.values()].filter((tile) => !tile.player)));
  const clock = setInterval(() => { for (const tile of tiles.values()) tile.tick(); }, 20_000);
  const leaveWall = () => { if (!document.fullscreenElement) document.body.classList.remove("wall"); };
  document.addEventListener("fullscreenchange", leaveWall);
  close.add(() => clearInterval(clock), () => { for (const tile of tiles.values()) tile.stop(); }, () => {
    document.removeEventListener("fullscreenchange", leaveWall);
    document.body.classList.remove("wall");
  });
  return close;
}

function summary(cameras) {
  const online = cameras.filter((camera) => camera.state === "online").length;
  return cameras.length ? `${online} of ${count(cameras.length, "camera")} online` : "";
}

function wallScreen() {
  document.body.classList.add("wall");
  document.documentElement.requestFullscreen?.().catch(() => {});
}

/** Today's incidents, newest first; `put` adds or renews one. */
function showToday(node, incidents) {
  const held = new Map(incidents.map((incident) => [incident.id, incident]));
  const show = () => {
    const sorted = [...held.values()].sort((a, b) => new Date(b.start) - new Date(a.start)).slice(0, 30);
    replace(node, sorted.length ? el("ul.rows", {}, sorted.map(compactRow)) : el("p.empty.small", {}, "Nothing has happened today."));
  };
  show();
  return { put: (incident) => { held.set(incident.id, incident); show(); } };
}
