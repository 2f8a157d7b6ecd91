// One camera's live picture: video by stream copy where the browser plays the codec, pictures where it doesn't. Comes back
// by itself when the camera or the network does.
import { el } from "../core/dom.js";
import { request } from "../core/api.js";
import { canPlay, StreamFeed } from "./mse.js";
import { TimeLine } from "./mediatime.js";
import { t } from "../core/words.js";

const longestWaitSeconds = 8;

export class LivePlayer {
  #abort = null;
  #feed = null;
  #timeLine = null;
  #pictureTime = null;
  #stopped = false;
  #paused = false;
  #wake = () => {};
  #shownAt = null;

  /**
   * @param {object} camera as the server lists it
   * @param {{onState: (state: "connecting"|"playing"|"waiting", text: string) => void, onFrame: (time: object) => void,
   *   width?: number}} options `onFrame` gets the media time of each picture as it is shown
   */
  constructor(camera, { onState = () => {}, onFrame = () => {}, width = 960 } = {}) {
    this.camera = camera;
    this.onState = onState;
    this.onFrame = onFrame;
    this.width = width;
    this.video = el("video", { muted: true, playsInline: true, autoplay: true, disablePictureInPicture: true, tabIndex: -1, "aria-hidden": "true" });
    this.canvas = el("canvas", { hidden: true });
    this.element = el("div.player", {}, this.video, this.canvas);
    this.#watchFrames();
  }

  /** The media time of the picture on the screen; null when there is none. */
  get time() { return this.#pictureTime; }
  /** When the last picture came to the screen; null when none did. */
  get shownAt() { return this.#shownAt; }
  get isPaused() { return this.#paused; }
  get usesPictures() { return !this.canvas.hidden; }
  get delaySeconds() { return this.#feed?.delaySeconds ?? 0; }
  /** Width and height of the picture in its own pixels. */
  get size() {
    const source = this.usesPictures ? this.canvas : { width: this.video.videoWidth, height: this.video.videoHeight };
    return source.width ? { width: source.width, height: source.height } : { width: this.camera.size?.[0] ?? 16, height: this.camera.size?.[1] ?? 9 };
  }

  async start() {
    let wait = 0.5;
    while (!this.#stopped) {
      this.onState("connecting", t("Connecting…"));
      const began = performance.now();
      let text = t("The stream has ended.");
      try {
        this.#abort = new AbortController();
        await this.#play(this.#abort.signal);
      } catch (error) {
        if (this.#stopped) return;
        if (error.status === 401) return;
        text = error.message || t("The stream has ended.");
      }
      this.#feed?.stop();
      this.#feed = null;
      if (this.#stopped) return;
      if (performance.now() - began > 10_000) wait = 0.5;
      this.element.dataset.state = "waiting";
      this.onState("waiting", text);
      await new Promise((resolve) => { this.#wake = resolve; setTimeout(resolve, wait * 1000); });
      wait = Math.min(wait * 2, longestWaitSeconds);
    }
  }

  async #play(signal) {
    const type = this.camera.codec ? `video/mp4; codecs="${this.camera.codec}"` : null;
    // A camera that sends pictures which MP4 has no name for, as Motion JPEG, has a size but no codec.
    if (type ? !canPlay(type) : this.camera.size) return this.#playPictures(signal);
    const response = await request(`/api/v1/cameras/${encodeURIComponent(this.camera.id)}/live.mp4`, { signal, headers: { Accept: "video/mp4" } });
    const actual = response.headers.get("Content-Type");
    if (!canPlay(actual)) {
      response.body.cancel().catch(() => {});
      return this.#playPictures(signal);
    }
    this.canvas.hidden = true;
    this.video.hidden = false;
    this.#timeLine = new TimeLine({
      epoch: Number(response.headers.get("X-Media-Epoch")), pts90k: Number(response.headers.get("X-Media-Offset-Pts90k")),
    });
    this.#paused = false;
    this.#feed = new StreamFeed(this.video);
    await this.#feed.run(response, actual);
  }

  async #playPictures(signal) {
    const address = `/api/v1/cameras/${encodeURIComponent(this.camera.id)}/live.mjpeg?width=${this.width}&fps=5`;
    const response = await request(address, { signal, headers: { Accept: "multipart/x-mixed-replace" } });
    this.canvas.hidden = false;
    this.video.hidden = true;
    const context = this.canvas.getContext("2d");
    const { parts } = await import("./multipart.js");
    for await (const { headers, body } of parts(response)) {
      if (this.#stopped) return;
      if (this.#paused) continue;
      const picture = await createImageBitmap(new Blob([body], { type: "image/jpeg" }));
      if (this.canvas.width !== picture.width) Object.assign(this.canvas, { width: picture.width, height: picture.height });
      context.drawImage(picture, 0, 0);
      picture.close();
      this.#shown({ epoch: Number(headers.get("x-media-epoch")), pts90k: Number(headers.get("x-media-pts90k")) });
    }
  }

  #watchFrames() {
    const next = (_, frame) => {
      if (this.#stopped) return;
      // A frame's own time is that of what is on the screen, also while a seek is not yet told as done; after it nothing more may come.
      if (this.#timeLine && this.#feed && (frame?.mediaTime !== undefined || !this.video.seeking)) this.#shown(this.#timeLine.mediaTime(frame?.mediaTime ?? this.video.currentTime));
      ask();
    };
    const ask = () => (this.video.requestVideoFrameCallback ? this.video.requestVideoFrameCallback(next) : requestAnimationFrame(next));
    ask();
  }

  #shown(time) {
    const first = !this.#pictureTime || this.element.dataset.state !== "playing";
    this.#pictureTime = time;
    this.#shownAt = new Date();
    if (first) { this.element.dataset.state = "playing"; this.onState("playing", ""); }
    this.onFrame(time);
  }

  pause() {
    this.#paused = true;
    if (this.#feed) { this.#feed.atEdge = false; this.video.pause(); }
  }

  /** Goes on from here; `goLive` jumps to the newest. */
  resume() {
    this.#paused = false;
    if (this.#feed) { this.video.playbackRate = 1; this.video.play().catch(() => {}); }
  }

  goLive() {
    this.#paused = false;
    if (!this.#feed) return;
    this.#feed.atEdge = true;
    this.#feed.onStall();
    this.video.play().catch(() => {});
  }

  /** Moves by so many seconds within what is still held and stays there. */
  seekBy(seconds) {
    const ranges = this.video.buffered;
    if (!this.#feed || !ranges.length) return;
    this.pause();
    const last = ranges.length - 1;
    // From the picture that is seen, which a busy browser shows later than its clock says; a quarter of a picture in, so
    // that uneven times don't lead to the one before.
    const seen = this.#pictureTime && this.#timeLine.seconds(this.#pictureTime);
    const from = this.video.seeking || seen === null ? this.video.currentTime : seen + 0.25 / (this.camera.fps || 15);
    this.video.currentTime = Math.min(ranges.end(last) - 0.05, Math.max(ranges.start(0) + 0.05, from + seconds));
  }

  /** Tries again now instead of after the wait. */
  retry() { this.#wake(); }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
    this.#feed?.stop();
    this.#feed = null;
    this.#wake();
  }
}
