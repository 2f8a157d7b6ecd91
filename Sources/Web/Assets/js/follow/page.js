// Everything that is followed, on all cameras.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { closer, empty, head } from "../core/page.js";
import * as feed from "../core/feed.js";
import { followCard, following } from "./card.js";
import { t } from "../core/words.js";

export async function open(main) {
  const [{ follows }, { cameras }] = await Promise.all([get("/api/v1/follows"), get("/api/v1/cameras")]);
  const names = new Map(cameras.map((camera) => [camera.id, camera.name]));
  const zoned = new Set(cameras.filter((camera) => camera.zones.some((zone) => zone.kind !== "ignore")).map((camera) => camera.id));
  let held = new Map();
  const take = (list) => { held = new Map(list.filter((follow) => follow.state !== "removed").map((follow) => [follow.id, follow])); };
  take(follows);
  const text = el("span", {});
  head(main, t("Following"), { text });
  const body = el("div", {});
  main.append(body);
  const show = () => {
    const list = [...held.values()];
    replace(text, following(list));
    const gone = (id) => { held.delete(id); show(); };
    replace(body, list.length
      ? el("ul.follow-grid", {}, list.map((follow) => followCard(follow, { onGone: gone, cameraName: names.get(follow.camera) ?? follow.camera, hasZones: zoned.has(follow.camera) })))
      : empty(t("Nothing is followed"), t("Open a camera and click an object: a pallet that must not move, a ladder, a fire extinguisher. It is then followed, and you are alerted when it moves, falls or can no longer be seen."),
        el("a.button.primary", { href: cameras.length === 1 ? `#/camera/${encodeURIComponent(cameras[0].id)}` : "#/" }, t("To the live pictures"))));
  };
  show();
  const close = closer();
  close.add(feed.on("follow", (follow) => {
    if (follow.state === "removed") held.delete(follow.id); else held.set(follow.id, follow);
    if (!body.contains(document.activeElement)) show();
  }), feed.on("again", () => get("/api/v1/follows").then(({ follows: now }) => { take(now); if (!body.contains(document.activeElement)) show(); }).catch(() => {})));
  return close;
}
