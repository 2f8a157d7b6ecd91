// One camera on the wall: moving where a connection is free for it, else a picture each second or so.
import { el, replace } from "../core/dom.js";
import { stateMark, icon } from "../core/icons.js";
import { ago, time, titleOf } from "../core/format.js";
import { silencedWords } from "../core/attention.js";
import { Overlay } from "./overlay.js";
import { LivePlayer } from "./player.js";
import { Motion } from "./motion.js";
import { Timeline } from "./mediatime.js";
import { keepMasks } from "./tracks.js";
import { said, t } from "../core/words.js";

const stateLevels = { online: "ok", connecting: "warn", offline: "alarm" };
const stateWords = { online: t("Live"), connecting: t("Connecting"), offline: t("Offline") };
const freshSeconds = 600;
/** So long an incident stands at the front of the wall at least. */
const frontSeconds = 60;
/** So long after its last movement a picture counts as moving. */
const movingSeconds = 15;

export class Tile {
  #incidents = new Map();
  #motion = new Motion();
  #stale = null;
  #silenced = 0;

  constructor(camera) {
    this.camera = camera;
    this.timeline = new Timeline(10);
    this.masks = new Map();
    this.state = el("span", {});
    this.latest = el("span.latest", {});
    this.silence = el("span.silenced", { hidden: true });
    this.picture = el("div.picture", {});
    this.message = el("p.picture-message", { hidden: true });
    this.element = el(
      "a.tile", { href: `#/camera/${encodeURIComponent(camera.id)}`, data: { camera: camera.id }, draggable: false }, this.picture,
      el("div.tile-line", {}, el("strong.clip", {}, camera.name), this.silence, this.latest, this.state));
    this.overlay = new Overlay(() => this.player?.size ?? this.pictureSize);
    this.overlay.camera = camera;
    this.overlay.showLabels = false;
    this.image = el("img", { alt: "", hidden: true, draggable: false });
    this.image.addEventListener("load", () => { if (!this.player) this.#motion.look(this.image); });
    this.picture.append(this.image, this.overlay.canvas, this.message);
    /** Whether it lies on the screen. */
    this.isOnScreen = true;
    this.update(camera);
  }

  get pictureSize() {
    return this.image.naturalWidth ? { width: this.image.naturalWidth, height: this.image.naturalHeight } : { width: 16, height: 9 };
  }

  get hasStill() { return !this.image.hidden; }
  get isSeen() { return this.isOnScreen && !this.element.hidden && !document.hidden; }
  get isPlaying() { return Boolean(this.player); }
  get secondsStill() { return this.#motion.secondsStill(); }
  get isMoving() { return this.secondsStill < movingSeconds; }
  get isAlarmed() { return this.element.classList.contains("alarm"); }

  /** The newest incident that belongs at the front: it goes on or began just now, and nobody has seen to it. */
  get front() {
    const now = Date.now();
    return [...this.#incidents.values()].filter((incident) => incident.kind !== "manual" && incident.review === "none" && !incident.acknowledged_by
      && now - new Date(incident.start) < freshSeconds * 1000 && (incident.phase === "ongoing" || now - new Date(incident.start) < frontSeconds * 1000))
      .sort((a, b) => new Date(b.start) - new Date(a.start))[0] ?? null;
  }

  /** Moves by video, or stands and is shown by stills. */
  play(isWanted) {
    if (isWanted === this.isPlaying) return;
    if (!isWanted) {
      this.player.stop();
      this.player.element.remove();
      this.player = null;
      this.timeline.clear();
      this.overlay.moment = null;
      this.overlay.request();
      this.update(this.camera);
      return;
    }
    this.player = new LivePlayer(this.camera, {
      width: 640,
      onState: (state, text) => this.#showMessage(state === "playing" ? "" : this.hasStill && state === "connecting" ? "" : text),
      onFrame: (moment) => { this.overlay.moment = this.timeline.around(moment, 0.8); this.overlay.request(); },
    });
    this.image.after(this.player.element);
    this.player.start();
  }

  #showMessage(text) {
    this.message.hidden = !text;
    replace(this.message, text);
  }

  update(camera) {
    this.camera = camera;
    if (this.player) this.player.camera = camera;
    this.overlay.camera = camera;
    this.element.title = said(camera.state_text) ?? "";
    if (camera.state === "offline") this.#showMessage(said(camera.state_text) || t("The camera does not answer."));
    else if (!this.player) this.#showMessage(this.hasStill ? "" : t("Waiting for the picture…"));
    if (camera.state === "online") this.player?.retry();
    this.#showState();
  }

  /** Since when nothing is known of it; null when it is known again. */
  stale(since) {
    this.#stale = since;
    this.#showState();
  }

  #showState() {
    replace(this.state, this.#stale ? stateMark("warn", t("Stale since {time}", { time: time(this.#stale) })) : stateMark(stateLevels[this.camera.state] ?? "idle", stateWords[this.camera.state] ?? this.camera.state));
  }

  /** How many of its places are silenced. */
  silenced(number) {
    this.#silenced = number;
    this.silence.hidden = !number;
    replace(this.silence, icon("silent", 14), el("span", {}, String(number)), el("span.visually-hidden", {}, ` ${silencedWords(number)}`));
    this.silence.title = silencedWords(number);
  }

  /** A new still picture: the address of its bytes; the caller frees the one before. */
  show(address) {
    if (!this.hasStill && !this.player) this.#showMessage("");
    this.image.hidden = false;
    this.image.src = address;
  }

  tracks(event) {
    if (this.player) this.timeline.add(keepMasks(event, this.masks));
  }

  /** Looks whether the picture moves while it plays; stills are looked at as they come. */
  lookForMotion() {
    const source = this.player && (this.player.usesPictures ? this.player.canvas : this.player.video);
    if (source && (source.readyState ?? 2) >= 2 && (source.videoWidth ?? source.width)) this.#motion.look(source);
  }

  /** What happened here today, instead of all that was known. */
  setIncidents(incidents) {
    this.#incidents = new Map(incidents.map((incident) => [incident.id, incident]));
    this.#showIncidents();
  }

  /** An incident that is new or has changed. */
  happened(incident) {
    this.#incidents.set(incident.id, incident);
    this.#showIncidents();
  }

  /** Stands on the tile for a while, and is framed while it goes on. */
  #showIncidents() {
    const list = [...this.#incidents.values()].sort((a, b) => new Date(b.start) - new Date(a.start));
    const isFresh = (incident) => (Date.now() - new Date(incident.start)) / 1000 < freshSeconds;
    const ongoing = list.filter((incident) => incident.phase === "ongoing" && isFresh(incident));
    this.element.classList.toggle("alarm", ongoing.length > 0);
    this.overlay.places = ongoing;
    this.overlay.request();
    const shown = ongoing[0] ?? list[0];
    if (!shown) { replace(this.latest); return; }
    replace(this.latest, icon(shown.kind, 14), el("span.clip", {}, `${titleOf(shown)}, ${ago(shown.start)}`));
    this.latest.classList.toggle("fresh", isFresh(shown));
  }

  /** Words that grow old. */
  tick() { this.#showIncidents(); }

  stop() {
    this.player?.stop();
    this.overlay.close();
  }
}
