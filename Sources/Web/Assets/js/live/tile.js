// One camera on the wall: moving where a connection is free for it, else a picture each second or so.
import { el, replace } from "../core/dom.js";
import { stateMark, icon } from "../core/icons.js";
import { ago, words } from "../core/format.js";
import { Overlay } from "./overlay.js";
import { LivePlayer } from "./player.js";
import { Timeline } from "./mediatime.js";
import { keepMasks } from "./tracks.js";

const stateLevels = { online: "ok", connecting: "warn", offline: "alarm" };
const stateWords = { online: "Live", connecting: "Connecting", offline: "Offline" };
const freshSeconds = 600;

export class Tile {
  constructor(camera, isLive) {
    this.camera = camera;
    this.timeline = new Timeline(10);
    this.masks = new Map();
    this.incident = null;
    this.state = el("span", {});
    this.latest = el("span.latest", {});
    this.picture = el("div.picture", {});
    this.message = el("p.picture-message", { hidden: true });
    this.element = el(
      "a.tile", { href: `#/camera/${encodeURIComponent(camera.id)}`, data: { camera: camera.id } }, this.picture,
      el("div.tile-line", {}, el("strong.clip", {}, camera.name), this.latest, this.state));
    this.overlay = new Overlay(() => this.player?.size ?? this.pictureSize);
    this.overlay.camera = camera;
    this.overlay.showLabels = false;
    this.image = el("img", { alt: "", hidden: true });
    this.picture.append(this.image, this.overlay.canvas, this.message);
    if (isLive) this.#play();
    this.update(camera);
  }

  get pictureSize() {
    return this.image.naturalWidth ? { width: this.image.naturalWidth, height: this.image.naturalHeight } : { width: 16, height: 9 };
  }

  #play() {
    this.player = new LivePlayer(this.camera, {
      width: 640,
      onState: (state, text) => this.#say(state === "playing" ? "" : state === "waiting" ? text : "Connecting…"),
      onFrame: (time) => { this.overlay.moment = this.timeline.around(time, 0.8); this.overlay.request(); },
    });
    this.picture.prepend(this.player.element);
    this.player.start();
  }

  #say(text) {
    this.message.hidden = !text;
    replace(this.message, text);
  }

  update(camera) {
    this.camera = camera;
    if (this.player) this.player.camera = camera;
    this.overlay.camera = camera;
    replace(this.state, stateMark(stateLevels[camera.state] ?? "idle", stateWords[camera.state] ?? camera.state));
    this.element.title = camera.state_text ?? "";
    if (camera.state === "offline") this.#say(camera.state_text || "The camera does not answer.");
    else if (!this.player) this.#say("");
    if (camera.state === "online") this.player?.retry();
  }

  /** A new still picture: the address of its bytes; the caller frees the one before. */
  show(address) {
    this.image.hidden = false;
    this.image.src = address;
  }

  tracks(event) {
    if (this.player) this.timeline.add(keepMasks(event, this.masks));
  }

  /** The newest incident of this camera stands on the tile for a while, and is framed while it goes on. */
  happened(incident) {
    const isFresh = (Date.now() - new Date(incident.start)) / 1000 < freshSeconds;
    this.incident = incident;
    const isOngoing = incident.phase === "ongoing" && isFresh;
    this.element.classList.toggle("alarm", isOngoing);
    this.overlay.places = isOngoing ? [incident] : [];
    this.overlay.request();
    replace(this.latest, icon(incident.kind, 14), el("span.clip", {}, `${words(incident.kind)}, ${ago(incident.start)}`));
    this.latest.classList.toggle("fresh", isFresh);
  }

  /** Words that grow old. */
  tick() {
    if (this.incident) this.happened(this.incident);
  }

  stop() {
    this.player?.stop();
    this.overlay.close();
  }
}
