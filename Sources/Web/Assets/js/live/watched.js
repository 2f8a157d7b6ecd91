// Where a camera's picture is not watched: excluded zones, places that are silenced, and for some kinds all that lies outside
// the zones that they are about.
import { kindWords } from "../core/format.js";
import { quoted, t } from "../core/words.js";

/** Kinds that watch only some zones, or leave some out, by the zones' kinds; all others watch the whole picture. */
const fixed = {
  object_left: { kinds: ["walkway"], words: t("walkways") },
  spill: { without: ["rack"] },
};
/** Kinds whose rules a site writes itself, each with its zones. */
const listed = ["zone_entry", "dwell"];

/**
 * What a configuration's rules say about a camera, for those who may read it.
 * @param {object} rules the configuration's section @param {string} camera
 * @returns {{places: object, off: string[]}} as `unwatched` takes it
 */
export function settingsFor(rules, camera) {
  const places = {};
  for (const kind of listed) {
    const own = (Array.isArray(rules[kind]) ? rules[kind] : []).filter(({ cameras }) => !cameras?.length || [cameras].flat().includes(camera));
    if (!own.length) continue;
    const all = (key) => own.flatMap((rule) => [rule[key] ?? []].flat());
    const isEverywhere = kind === "dwell" && own.some((rule) => !rule.zones && !rule.zone_kinds);
    places[kind] = isEverywhere ? {} : { names: all("zones"), kinds: all("zone_kinds"), words: t("the zones of its rules") };
  }
  return { places, off: Object.keys(rules).filter((kind) => rules[kind]?.enabled === false) };
}

/**
 * What is shaded for a kind of incident.
 * @param {string} kind "" for what no kind watches
 * @param {{kind: string, name: string, polygon: number[][]}[]} zones
 * @returns {{excluded: number[][][], only: number[][][]|null, words: string}} `only` is what alone is watched
 */
export function unwatched(kind, zones, { places = {}, off = [] } = {}) {
  const those = (fits) => zones.filter((zone) => zone.polygon?.length && fits(zone));
  const excluded = those((zone) => zone.kind === "ignore");
  const polygons = (list) => list.map((zone) => zone.polygon);
  if (off.includes(kind)) return { excluded: [], only: [], words: t("“{rule}” is switched off.", { rule: kindWords(kind) }) };
  const place = places[kind] ?? fixed[kind] ?? {};
  const only = place.kinds ? those((zone) => place.kinds.includes(zone.kind) || place.names?.includes(zone.name)) : null;
  const left = place.without ? those((zone) => place.without.includes(zone.kind)) : [];
  return { excluded: polygons([...excluded, ...left]), only: only && polygons(only), words: sentence(kind, place, { excluded, only, left }) };
}

const named = (zones) => zones.map(({ name }) => quoted(name)).join(", ");

function sentence(kind, place, { excluded, only, left }) {
  const rule = kindWords(kind);
  const also = excluded.length ? ` ${t("Excluded for every kind: {zones}.", { zones: named(excluded) })}` : "";
  if (only && !only.length) return t("“{rule}” watches {places} only, and there is none here: it can’t be raised on this camera.", { rule, places: place.words });
  if (only) return t("“{rule}” watches {zones} only.", { rule, zones: named(only) }) + also;
  if (left.length) return t("“{rule}” is not watched in {zones}.", { rule, zones: named(left) }) + also;
  if (excluded.length) return t("Nothing is watched in {zones}.", { zones: named(excluded) });
  return kind ? t("“{rule}” is watched in the whole picture.", { rule }) : t("The whole picture is watched.");
}

/** The kinds that are watched in other places than the rest. */
export const limitedKinds = ({ places = {}, off = [] } = {}) => [...new Set([...Object.keys(fixed), ...Object.keys(places), ...off])];
