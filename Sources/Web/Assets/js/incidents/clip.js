// A clip with what was tracked over it: seek, slow motion, frame by frame, and clicks on its pictures.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { position } from "../core/format.js";
import { segments } from "../core/forms.js";
import { Overlay } from "../live/overlay.js";
import { SampleTracks } from "./samples.js";

export class ClipPlayer {
  /** @param {object} clip as the incident lists it @param {{highlight: number[], incident: object}} options */
  constructor(clip, { highlight, incident }) {
    this.clip = clip;
    this.frameSeconds = 1 / 15;
    this.samples = new SampleTracks([]);
    this.video = el("video", { playsInline: true, muted: true, preload: "auto", src: clip.video, poster: clip.poster ?? "", tabIndex: -1 });
    this.overlay = new Overlay(() => ({ width: this.video.videoWidth || incident.size[0], height: this.video.videoHeight || incident.size[1] }));
    this.overlay.colours = (track) => (highlight.includes(track.id) ? "#ff5a48" : undefined);
    this.message = el("p.picture-message", { hidden: true, role: "status" });
    this.surface = el("div.surface", { tabIndex: 0, role: "application", "aria-label": "Clip. Space plays, the comma and full stop keys go picture by picture." }, this.video, this.overlay.canvas, this.message);
    this.scrub = el("input.scrub", { type: "range", min: 0, max: clip.duration_seconds || 1, step: 0.01, value: 0, "aria-label": "Position" });
    this.mark = el("i.incident-mark", { "aria-hidden": "true" });
    this.clock = el("span.mono.small.nowrap", {});
    this.play = el("button.button.quiet", { type: "button", on: { click: () => this.toggle() } });
    const button = (sign, words, call) => el("button.button.quiet", { type: "button", title: words, "aria-label": words, on: { click: call } }, icon(sign));
    this.masks = el("button.button.quiet", { type: "button", title: "Masks", "aria-label": "Masks", "aria-pressed": "true", on: { click: () => this.#toggleMasks() } }, icon("eye"));
    this.element = el("div.stage", {}, this.surface, el("div.scrub-line", {}, this.mark, this.scrub), el(
      "div.controls", { role: "group", "aria-label": "Playback" }, button("stepBack", "One picture back", () => this.step(-1)), this.play,
      button("stepForward", "One picture on", () => this.step(1)), this.clock, el("span.grow", {}),
      segments("Speed", [["0.1", "⅒"], ["0.25", "¼"], ["0.5", "½"], ["1", "1×"], ["2", "2×"]], "1", (rate) => { this.video.playbackRate = Number(rate); }),
      this.masks, button("full", "Full screen", () => (document.fullscreenElement ? document.exitFullscreen() : this.element.requestFullscreen?.()))));
    this.#listen(incident);
    this.#showState();
  }

  #listen(incident) {
    const { video } = this;
    for (const type of ["play", "pause", "ended"]) video.addEventListener(type, () => this.#showState());
    for (const type of ["seeked", "loadeddata", "timeupdate"]) video.addEventListener(type, () => this.#shown(video.currentTime));
    video.addEventListener("loadedmetadata", () => {
      const length = Number.isFinite(video.duration) ? video.duration : this.clip.duration_seconds;
      this.scrub.max = length;
      const begin = this.clip.incident_seconds, end = begin + (new Date(incident.end) - new Date(incident.start)) / 1000;
      this.mark.style.left = `${(begin / length) * 100}%`;
      this.mark.style.width = `${Math.max(0.6, ((Math.min(end, length) - begin) / length) * 100)}%`;
      // Begin a little before it happened.
      if (!this.started) { this.started = true; video.currentTime = Math.max(0, begin - 2); }
    });
    video.addEventListener("error", () => {
      this.message.hidden = false;
      replace(this.message, video.error?.code === 4 ? "This browser can't play the clip. Save it and open it in a video player." : "The clip could not be loaded. Load the page again.");
    });
    this.scrub.addEventListener("input", () => { video.pause(); video.currentTime = Number(this.scrub.value); });
    this.surface.addEventListener("keydown", (event) => {
      const call = { " ": () => this.toggle(), ",": () => this.step(-1), ".": () => this.step(1) }[event.key];
      if (call) { event.preventDefault(); call(); }
    });
    const next = (_, frame) => { this.#shown(frame?.mediaTime ?? video.currentTime); video.requestVideoFrameCallback?.(next); };
    video.requestVideoFrameCallback?.(next);
  }

  /** Shows what was tracked; `sidecar` is the clip's tracks.json. */
  setTracks(sidecar) {
    this.samples = new SampleTracks(sidecar.tracks, sidecar.frameSize);
    this.overlay.zones = sidecar.zones ?? [];
    this.#shown(this.video.currentTime);
  }

  get seconds() { return this.video.currentTime; }

  toggle() {
    if (this.video.paused) this.video.play().catch(() => {}); else this.video.pause();
  }

  /** Goes so many pictures on or back. */
  step(pictures) {
    this.video.pause();
    this.video.currentTime = Math.max(0, this.video.currentTime + pictures * this.frameSeconds);
  }

  #toggleMasks() {
    const shown = this.overlay.canvas.hidden;
    this.overlay.canvas.hidden = !shown;
    this.masks.setAttribute("aria-pressed", String(shown));
  }

  #shown(seconds) {
    this.scrub.value = seconds;
    this.scrub.setAttribute("aria-valuetext", `${position(seconds)} of ${position(Number(this.scrub.max))}`);
    replace(this.clock, `${position(seconds)} / ${position(Number(this.scrub.max))}`);
    this.overlay.moment = this.samples.around(seconds);
    this.overlay.request();
  }

  #showState() {
    const words = this.video.paused ? "Play" : "Pause";
    replace(this.play, icon(this.video.paused ? "play" : "pause"));
    Object.assign(this.play, { title: words });
    this.play.setAttribute("aria-label", words);
  }

  close() {
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.overlay.close();
  }
}
