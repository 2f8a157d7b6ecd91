// A clip with what was tracked over it: seek, slow and fast motion, frame by frame, and clicks on its frames.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { position } from "../core/format.js";
import { select } from "../core/forms.js";
import { Overlay } from "../live/overlay.js";
import * as places from "../live/places.js";
import { ClipCopy, plays } from "./copy.js";
import { SampleTracks } from "./samples.js";
import { t } from "../core/words.js";

const speeds = [["0.1", "⅒×"], ["0.25", "¼×"], ["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"], ["8", "8×"]];

export class ClipPlayer {
  #lastFrame = null;
  #isLearnt = false;

  /**
   * @param {object} clip as the incident lists it
   * @param {{highlight: number[], incident: object, at?: number|null}} options `at` is the second where it begins, else a little before the incident
   */
  constructor(clip, { highlight, incident, at = null }) {
    this.clip = clip;
    this.at = at;
    /** Until frames have been seen that say better. */
    this.frameSeconds = 1 / 15;
    this.samples = new SampleTracks([]);
    this.video = el("video", { playsInline: true, muted: true, preload: "auto", poster: clip.poster ?? "", tabIndex: -1 });
    this.overlay = new Overlay(() => ({ width: this.video.videoWidth || incident.size[0], height: this.video.videoHeight || incident.size[1] }), places);
    this.overlay.colours = (track) => (highlight.includes(track.id) ? "#ff5a48" : undefined);
    this.message = el("p.picture-message", { hidden: true, role: "status" });
    this.surface = el("div.surface", { tabIndex: 0, role: "application", "aria-label": t("Clip. Space plays, the comma and full stop keys go frame by frame.") }, this.video, this.overlay.canvas, this.message);
    this.scrub = el("input.scrub", { type: "range", min: 0, max: clip.duration_seconds || 1, step: 0.01, value: 0, "aria-label": t("Position") });
    this.mark = el("i.incident-mark", { "aria-hidden": "true" });
    this.clock = el("span.mono.small.nowrap", {});
    this.play = el("button.button.quiet", { type: "button", on: { click: () => this.toggle() } });
    const button = (sign, words, call) => el("button.button.quiet", { type: "button", title: words, "aria-label": words, on: { click: call } }, icon(sign));
    this.masks = el("button.button.quiet", { type: "button", title: t("Masks"), "aria-label": t("Masks"), "aria-pressed": "true", on: { click: () => this.toggleMasks() } }, icon("eye"));
    this.speed = select("speed", speeds, "1", { "aria-label": t("Speed"), on: { change: (event) => { this.#setRate(Number(event.target.value)); } } });
    this.element = el("div.stage", {}, this.surface, el("div.scrub-line", {}, this.mark, this.scrub), el(
      "div.controls", { role: "group", "aria-label": t("Playback") }, button("stepBack", t("One frame back"), () => this.step(-1)), this.play,
      button("stepForward", t("One frame forward"), () => this.step(1)), this.clock, el("span.grow", {}),
      this.speed, this.masks, button("full", t("Full screen"), () => (document.fullscreenElement ? document.exitFullscreen() : this.element.requestFullscreen?.()))));
    this.#listen(incident);
    this.#showState();
    if (plays(clip) || !clip.copy) this.video.src = clip.video; else this.#useCopy();
  }

  /** Where it begins: a little before it happened. */
  get #from() { return this.at ?? Math.max(0, this.clip.incident_seconds - 2); }

  #say(text) {
    this.message.hidden = !text;
    replace(this.message, text);
  }

  /** For a browser that can't play what the camera sent. */
  #useCopy() {
    this.copy = new ClipCopy(this.video, this.clip, { from: this.#from, onMessage: (text) => this.#say(text) });
    this.copy.run().catch((error) => { if (error.name !== "AbortError") this.#say(error.message); });
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
      if (!this.started) { this.started = true; video.currentTime = Math.min(length, this.#from); }
      // Some browsers play the sound of what they can't show.
      if (!video.videoWidth && this.clip.copy && !this.copy) this.#useCopy();
    });
    video.addEventListener("error", () => {
      // A browser that was asked and did not know better, or a decoder that gives up.
      if (this.clip.copy && !this.copy && video.error?.code >= 3) { this.started = false; this.#useCopy(); return; }
      const isRecording = this.clip.state === "recording" && this.clip.codec === "hevc";
      this.#say(isRecording ? t("This browser can’t play H.265. A copy is made as soon as the recording has ended.")
        : video.error?.code === 4 ? t("This browser can’t play the clip. Save it and open it in a video player.") : t("The clip could not be loaded. Load the page again."));
    });
    this.scrub.addEventListener("input", () => { video.pause(); video.currentTime = Number(this.scrub.value); });
    const next = (_, frame) => { this.#learn(frame); this.#shown(frame?.mediaTime ?? video.currentTime); video.requestVideoFrameCallback?.(next); };
    video.requestVideoFrameCallback?.(next);
  }

  /** The shortest step between two frames that were shown one after the other is a frame's length. */
  #learn(frame) {
    if (!frame) return;
    const step = this.#lastFrame === null ? 0 : Math.abs(frame.mediaTime - this.#lastFrame);
    this.#lastFrame = frame.mediaTime;
    if (step < 1 / 130 || step > 1.5 || this.video.paused || this.video.playbackRate > 1) return;
    this.frameSeconds = this.#isLearnt ? Math.min(this.frameSeconds, step) : step;
    this.#isLearnt = true;
  }

  #setRate(rate) {
    this.video.defaultPlaybackRate = this.video.playbackRate = rate;
    this.speed.value = String(rate);
  }

  /** The next speed up or down. */
  faster(by) {
    const at = speeds.findIndex(([rate]) => Number(rate) === this.video.playbackRate);
    this.#setRate(Number(speeds[Math.min(speeds.length - 1, Math.max(0, at + by))][0]));
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

  /** Goes so many frames on or back. */
  step(frames) {
    this.video.pause();
    this.video.currentTime = Math.max(0, this.video.currentTime + frames * this.frameSeconds);
  }

  toggleMasks() {
    const shown = this.overlay.canvas.hidden;
    this.overlay.canvas.hidden = !shown;
    this.masks.setAttribute("aria-pressed", String(shown));
  }

  #shown(seconds) {
    this.scrub.value = seconds;
    this.scrub.setAttribute("aria-valuetext", t("{position} of {length}", { position: position(seconds), length: position(Number(this.scrub.max)) }));
    replace(this.clock, `${position(seconds)} / ${position(Number(this.scrub.max))}`);
    this.overlay.moment = this.samples.around(seconds);
    this.overlay.request();
  }

  #showState() {
    const words = this.video.paused ? t("Play") : t("Pause");
    replace(this.play, icon(this.video.paused ? "play" : "pause"));
    Object.assign(this.play, { title: words });
    this.play.setAttribute("aria-label", words);
  }

  close() {
    this.copy?.close();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    this.overlay.close();
  }
}
