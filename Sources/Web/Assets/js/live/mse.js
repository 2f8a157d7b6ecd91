// Live video by stream copy: fragmented MP4 over a plain answer, appended to a media source. Shows the newest with little
import { t } from "../core/words.js";
// delay, keeps half a minute behind it for pausing.

const keepBehindSeconds = 40;
const targetDelaySeconds = 0.35;
const maxDelaySeconds = 2;
const longestAheadSeconds = 60;

const MediaSourceClass = () => globalThis.ManagedMediaSource ?? globalThis.MediaSource;

/** Whether this browser can play `type`, for example `video/mp4; codecs="avc1.64001f"`. */
export function canPlay(type) {
  return Boolean(type && MediaSourceClass()?.isTypeSupported?.(type));
}

/** Feeds one <video> from one answer until it ends, fails or is stopped. */
export class StreamFeed {
  #queue = [];
  #buffer = null;
  #source = null;
  #url = null;
  #stopped = false;
  #wake = () => {};
  /** Following the newest picture; false while paused or looked back. */
  atEdge = true;

  constructor(video) {
    this.video = video;
    this.onStall = () => { this.#pump(); this.#catchUp(); };
  }

  /**
   * Plays the answer. Returns when the stream has ended.
   * @param {Response} response whose body is the stream
   * @param {string} type its MIME type with codecs
   */
  async run(response, type) {
    const source = new (MediaSourceClass())();
    this.#source = source;
    this.video.disableRemotePlayback = true;
    this.#url = URL.createObjectURL(source);
    const opened = new Promise((resolve) => source.addEventListener("sourceopen", resolve, { once: true }));
    this.video.src = this.#url;
    await opened;
    if (this.#stopped) return;
    this.#buffer = source.addSourceBuffer(type);
    this.#buffer.addEventListener("updateend", () => this.#pump());
    this.#buffer.addEventListener("error", () => { this.#broken = new Error(t("The browser could not read the stream.")); this.#wake(); });
    const reader = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#stopped) return;
        if (this.#broken) throw this.#broken;
        if (this.video.error) throw new Error(t("The browser could not play the stream."));
        this.#queue.push(value);
        this.#pump();
        // A browser that can't keep up must slow the stream down, not fill its memory.
        while (this.#queue.length > 200 && !this.#stopped) await new Promise((resolve) => { this.#wake = resolve; });
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  #broken = null;

  #pump() {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#source?.readyState !== "open") return;
    this.#catchUp();
    const ranges = buffer.buffered;
    if (ranges.length && this.video.currentTime - ranges.start(0) > keepBehindSeconds + 10) {
      buffer.remove(0, this.video.currentTime - keepBehindSeconds);
      return;
    }
    // Somebody looks at a past moment: what comes meanwhile waits, and the server leaves out what we don't take.
    if (!this.atEdge && this.delaySeconds > longestAheadSeconds) return;
    if (!this.#queue.length) { this.#wake(); return; }
    const chunk = join(this.#queue.splice(0));
    try {
      buffer.appendBuffer(chunk);
    } catch (error) {
      if (error.name !== "QuotaExceededError") { this.#broken = error; return; }
      this.#queue.unshift(chunk);
      const end = this.video.currentTime - 5;
      if (ranges.length && end > ranges.start(0)) buffer.remove(0, end); else this.#broken = error;
    }
  }

  /** How far the picture shown is behind the newest received, in seconds. */
  get delaySeconds() {
    const ranges = this.video.buffered;
    return ranges.length ? ranges.end(ranges.length - 1) - this.video.currentTime : 0;
  }

  #catchUp() {
    const ranges = this.video.buffered;
    if (!ranges.length) return;
    const start = ranges.start(ranges.length - 1), end = ranges.end(ranges.length - 1);
    if (this.video.currentTime < start) this.video.currentTime = this.atEdge ? Math.max(start, end - targetDelaySeconds) : start;
    if (!this.atEdge) return;
    const delay = end - this.video.currentTime;
    if (delay > maxDelaySeconds) this.video.currentTime = Math.max(start, end - targetDelaySeconds);
    // A slightly faster picture catches up without a jump that one would see.
    this.video.playbackRate = delay > targetDelaySeconds + 0.25 ? 1.08 : 1;
    if (this.video.paused && delay > 0.05) this.video.play().catch(() => {});
  }

  stop() {
    this.#stopped = true;
    this.#wake();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#queue = [];
    this.video.removeAttribute("src");
    this.video.load();
  }
}

function join(chunks) {
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) { whole.set(chunk, at); at += chunk.length; }
  return whole;
}
