// The bar under a live picture: hold it, look back a little, return to now, what is drawn over it.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { timeSeconds } from "../core/format.js";
import * as feed from "../core/feed.js";
import { t } from "../core/words.js";

/** A picture that stands for longer is not live, whatever the player says. */
const staleSeconds = 3;

export class Controls {
  constructor(player, overlay, stage) {
    this.player = player;
    const button = (sign, words, call, props = {}) => el("button.button.quiet", { type: "button", title: words, "aria-label": words, on: { click: call }, ...props }, icon(sign));
    const then = (call) => () => { call(); this.update(); };
    this.hold = button("pause", t("Pause"), then(() => (player.isPaused ? player.resume() : player.pause())));
    this.live = el("button.button.live", { type: "button", on: { click: then(() => player.goLive()) } });
    const toggle = (sign, words, get, set) => {
      const node = el("button.button.quiet", { type: "button", title: words, "aria-label": words, "aria-pressed": String(get()) }, icon(sign));
      node.addEventListener("click", () => { set(!get()); node.setAttribute("aria-pressed", String(get())); overlay.request(); });
      return node;
    };
    this.element = el(
      "div.controls", { role: "group", "aria-label": t("Picture") },
      button("back", t("10 seconds back"), then(() => player.seekBy(-10))),
      button("stepBack", t("One frame back"), then(() => player.seekBy(-1 / (player.camera.fps || 15)))),
      this.hold,
      button("stepForward", t("One frame forward"), then(() => player.seekBy(1 / (player.camera.fps || 15)))),
      this.live, el("span.grow", {}),
      toggle("setup", t("Zones"), () => overlay.showZones, (value) => { overlay.showZones = value; }),
      toggle("eye", t("Names and speeds"), () => overlay.showLabels, (value) => { overlay.showLabels = value; }),
      button("full", t("Full screen"), () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.())));
    this.timer = setInterval(() => this.update(), 1000);
    this.update();
  }

  update() {
    const { player } = this;
    const words = player.isPaused ? t("Go on") : t("Pause");
    replace(this.hold, icon(player.isPaused ? "play" : "pause"));
    this.hold.title = words;
    this.hold.setAttribute("aria-label", words);
    const behind = player.delaySeconds;
    const shown = player.shownAt;
    const isStale = !shown || feed.staleSince() || (Date.now() - shown) / 1000 > staleSeconds;
    const isLive = !player.isPaused && !isStale && (player.usesPictures || behind < 3);
    this.live.classList.toggle("is-live", isLive);
    const held = player.isPaused || behind >= 3;
    replace(this.live, el("span.lamp", { "aria-hidden": "true" }), isLive ? t("Live") : isStale && !held ? (shown ? t("Picture of {time}", { time: timeSeconds(shown) }) : t("No picture yet"))
      : behind > 1 ? t("Back to live ({n} s ago)", { n: Math.round(behind) }) : t("Back to live"));
  }

  /** Keys of the page, as `keys` takes them. */
  get keys() {
    const then = (call) => () => { call(); this.update(); };
    const frame = 1 / (this.player.camera.fps || 15);
    return [
      [" ", t("Pause or go on"), then(() => (this.player.isPaused ? this.player.resume() : this.player.pause()))], ["l", t("Back to live"), then(() => this.player.goLive())],
      ["j", t("10 seconds back"), then(() => this.player.seekBy(-10))], [",", t("One frame back"), then(() => this.player.seekBy(-frame))], [".", t("One frame forward"), then(() => this.player.seekBy(frame))],
    ];
  }

  close() { clearInterval(this.timer); }
}
