// What a browser plays that can't play the camera's video: an H.264 copy that the server makes on demand, from the incident on
// first. It is played while it is made; what was before the incident comes with the whole copy.
import { post, request } from "../core/api.js";
import { t } from "../core/words.js";

/** Whether this browser says that it plays a clip's video; where that is not known, it is tried. */
export function plays(clip) {
  return clip.codec !== "hevc" || document.createElement("video").canPlayType('video/mp4; codecs="hvc1.1.6.L120.B0"') !== "";
}

const reasons = {
  damaged: () => t("The clip is damaged: not one frame of it can be read."),
  tooLarge: () => t("The clip is too long for a copy. Save it and open it in a video player."),
  tooSlow: () => t("A copy takes too long. Save the clip and open it in a video player."),
  noRoom: () => t("There is no room for a copy on the disk. Save the clip and open it in a video player."),
  busy: () => t("Too many copies are waiting to be made. Try again in a minute."),
  notThere: () => t("The clip has been deleted."),
};

/** Plays a clip's copy in `video`, on the clip's own time line. */
export class ClipCopy {
  #abort = new AbortController();
  #source = null;
  #url = null;
  #whole = null;
  #progress = 0;
  #start = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {{copy: string, duration_seconds: number}} clip
   * @param {{from: number, onMessage: (text: string) => void}} options `from` is the second that is wanted first; an empty
   *   message: all is well
   */
  constructor(video, clip, { from, onMessage }) {
    this.video = video;
    this.clip = clip;
    this.from = from;
    this.onMessage = onMessage;
    const options = { signal: this.#abort.signal };
    video.addEventListener("seeking", () => this.#look(), options);
    video.addEventListener("waiting", () => this.#look(), options);
    video.addEventListener("playing", () => { if (this.isStream || this.#whole) onMessage(""); }, options);
    video.addEventListener("loadeddata", () => onMessage(""), options);
  }

  /** What plays is still being made. */
  get isStream() { return this.#source !== null; }

  /** Asks until there is a copy; shows what there is on the way. */
  async run() {
    const { signal } = this.#abort;
    this.onMessage(t("This browser can’t play H.265. A copy is being made…"));
    while (!signal.aborted) {
      const now = await post(this.clip.copy, { from_seconds: this.from }, { signal });
      if (signal.aborted) return;
      if (now.state === "failed") { this.onMessage((reasons[now.reason] ?? (() => t("No copy could be made. Save the clip and open it in a video player.")))()); return; }
      if (now.state === "ready") {
        this.#whole = now.video;
        if (!this.isStream) this.#change(); else this.#look();
        return;
      }
      if (now.state === "waiting") this.onMessage(t("This browser can’t play H.265. A copy is made after {n} others…", { n: now.ahead }));
      if (now.state === "making") {
        this.#progress = now.progress;
        if (now.part && !this.isStream && globalThis.MediaSource?.isTypeSupported(`video/mp4; codecs="${now.codec}"`)) this.#stream(now).catch(() => this.#broken());
        else this.#look();
      }
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }

  async #stream({ part, codec, start_seconds: start }) {
    const { signal } = this.#abort;
    const source = new MediaSource();
    this.#source = source;
    this.#start = start;
    this.#url = URL.createObjectURL(source);
    const opened = new Promise((resolve) => { source.addEventListener("sourceopen", resolve, { once: true }); });
    this.video.src = this.#url;
    await opened;
    const buffer = source.addSourceBuffer(`video/mp4; codecs="${codec}"`);
    buffer.timestampOffset = start;
    source.duration = Math.max(this.clip.duration_seconds, start + 0.1);
    const reader = (await request(part, { signal })).body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (source.readyState !== "open" || this.#source !== source) return;
      if (done) break;
      await new Promise((resolve, reject) => {
        buffer.addEventListener("updateend", resolve, { once: true });
        try { buffer.appendBuffer(value); } catch (error) { reject(error); }
      });
    }
    source.endOfStream();
  }

  /** More than the browser takes, or the work was given up: the whole copy is waited for. */
  #broken() {
    if (this.#abort.signal.aborted || !this.#source) return;
    this.#source = null;
    if (this.#whole) this.#change();
  }

  /** A moment that is not there yet: the whole copy has it. */
  #look() {
    const { video } = this, at = video.currentTime;
    if (!this.isStream) {
      if (!this.#whole) this.#say();
      return;
    }
    for (let index = 0; index < video.buffered.length; index += 1) {
      if (at >= video.buffered.start(index) - 0.05 && at <= video.buffered.end(index) - 0.01) return;
    }
    if (this.#whole) this.#change(); else if (at < this.#start || video.readyState < 3) this.#say();
  }

  #say() {
    this.onMessage(t("This part is being prepared: {n} %", { n: Math.round(this.#progress * 100) }));
  }

  /** From what is being made to the whole copy, at the same moment. */
  #change() {
    const { video } = this, at = video.currentTime, goesOn = !video.paused && !video.ended, rate = video.playbackRate;
    const wasStream = this.isStream || at > 0;
    this.#source = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
    video.addEventListener("loadedmetadata", () => {
      if (wasStream) video.currentTime = at;
      video.playbackRate = rate;
      if (goesOn) video.play().catch(() => {});
    }, { once: true, signal: this.#abort.signal });
    video.src = this.#whole;
  }

  close() {
    this.#abort.abort();
    this.#source = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
  }
}
