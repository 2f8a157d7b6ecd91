// What a followed object did last: its newest incidents, each with when it began and when all was as before.
import { el, replace } from "../core/dom.js";
import { get, query } from "../core/api.js";
import * as feed from "../core/feed.js";
import { moment, textOf, time } from "../core/format.js";
import { t } from "../core/words.js";

/** A card is drawn anew at each change of its object: what was asked a moment ago is not asked again. */
const freshMs = 10_000;
const asked = new Map();

// Out of sight or back again: there may be something new.
const keyOf = (follow) => `${follow.id} ${follow.name} ${follow.state}`;

function incidentsOf(follow) {
  const key = keyOf(follow), known = asked.get(key);
  if (known && performance.now() - known.at < freshMs) return known.answer;
  const answer = get(`/api/v1/incidents${query({ q: follow.name, camera: follow.camera, kind: "marked_object_moved", limit: 3 })}`).then(({ incidents }) => incidents);
  asked.set(key, { at: performance.now(), answer });
  answer.catch(() => asked.delete(key));
  return answer;
}

/** A list that fills itself, anew at each incident of its camera's marked objects; empty where it did nothing. */
export function lately(follow) {
  const box = el("div.lately", {});
  if (!follow.name) return box;
  const fill = () => incidentsOf(follow).then((incidents) => {
    if (!incidents.length) return;
    replace(box, el("ul.small", { "aria-label": t("What it did last") }, incidents.map((incident) => el("li", {},
      el("a", { href: `#/incidents/${encodeURIComponent(incident.id)}` }, moment(incident.start)), " ", textOf(incident),
      el("span.soft", {}, " ", incident.phase === "ongoing" ? t("Still so.") : t("As before from {time} on.", { time: time(incident.end) }))))));
  }).catch(() => { /* the link to its incidents stays */ });
  fill();
  // The card is drawn anew when the object goes out of sight, but not while it is seen all the way.
  let wasShown = false;
  const off = feed.on("incident", ({ incident }) => {
    wasShown ||= box.isConnected;
    if (!box.isConnected) { if (wasShown) off(); return; }
    if (incident.camera !== follow.camera || !incident.kinds.includes("marked_object_moved")) return;
    asked.delete(keyOf(follow));
    fill();
  });
  return box;
}
