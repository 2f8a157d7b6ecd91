// Where a camera's picture is not watched: excluded zones, places that are silenced, and for some kinds all that lies outside
// the zones that they are about.
import { kindWords } from "../core/format.js";

/** Kinds that watch only some zones, or leave some out, by the zones' kinds; all others watch the whole picture. */
const places = {
  object_left: { only: ["walkway"], words: "walkways" },
  spill: { without: ["rack"], words: "anywhere but on racks" },
};

/**
 * What is shaded for a kind of incident.
 * @param {string} kind "" for what no kind watches
 * @param {{kind: string, name: string, polygon: number[][]}[]} zones
 * @returns {{excluded: number[][][], only: number[][][]|null, words: string}} `only` is what alone is watched
 */
export function unwatched(kind, zones) {
  const of = (kinds) => zones.filter((zone) => kinds.includes(zone.kind) && zone.polygon?.length);
  const excluded = of(["ignore"]);
  const place = places[kind];
  const only = place?.only ? of(place.only) : null, left = place?.without ? of(place.without) : [];
  const polygons = (list) => list.map((zone) => zone.polygon);
  return { excluded: polygons([...excluded, ...left]), only: only && polygons(only), words: sentence(kind, place, { excluded, only, left }) };
}

const named = (zones) => zones.map((zone) => `“${zone.name}”`).join(", ");

function sentence(kind, place, { excluded, only, left }) {
  const also = excluded.length ? ` Excluded for every kind: ${named(excluded)}.` : "";
  if (only && !only.length) return `“${kindWords(kind)}” watches ${place.words} only, and there is none here: it can’t be raised on this camera.`;
  if (only) return `“${kindWords(kind)}” watches ${named(only)} only.${also}`;
  if (left.length) return `“${kindWords(kind)}” is not watched in ${named(left)}.${also}`;
  return excluded.length ? `Nothing is watched in ${named(excluded)}.` : kind ? `“${kindWords(kind)}” is watched in the whole picture.` : "The whole picture is watched.";
}

/** The kinds that are watched in other places than the rest, given these zones. */
export const limitedKinds = () => Object.keys(places);
