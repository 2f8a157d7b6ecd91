// The rules as the server declares them, with what the file says on top. What the file has beyond these is shown too.
import { words } from "../core/format.js";
import { said, t } from "../core/words.js";

/** `rules` of `/api/v1/rules` by key, with their parameters in order. */
export function bookOf(rules) {
  return new Map(rules.map(({ kind, sentence, listed, schema }) => [kind, {
    about: said(sentence), isListed: listed,
    parameters: new Map(schema["x-order"].map((key) => [key, declared(schema.properties[key])])),
  }]));
}

const unitWords = {
  seconds: t("seconds"), metres: t("metres"), pixels: t("pixels"), "picture heights": t("picture heights"), "picture heights/s": t("picture heights/s"), "picture heights/s²": t("picture heights/s²"),
  "part of the picture": t("part of the picture"), "of 255": t("of 255"), "times its size": t("times its size"), "pixels/s": t("pixels/s"), "pixels/s²": t("pixels/s²"),
};

/** What a list holds: "zones" for their names, some words, or "line" for two points. */
const held = ({ type, items }) => (type !== "array" ? null : items.type === "array" ? "line" : items.enum ?? "zones");

const declared = (property) => ({
  items: held(property), type: property.type, choices: property.enum ?? null, about: said(property.description), usual: property.default, minimum: property.minimum, maximum: property.maximum, pattern: property.pattern,
  unit: unitWords[property["x-unit"]] ?? property["x-unit"] ?? "", fires: property["x-fires"] ?? null, use: property["x-use"],
});

/** Names that say nothing by themselves, without bound and unit. */
const plain = {
  zones: t("Zones"), zone_kinds: t("Kinds of zones"),
  drop: t("Drop"), acceleration: t("Acceleration"), peak_speed: t("Peak speed"), closing_speed: t("Closing speed"), speed: t("Speed"), height: t("Height"), area: t("Area"),
  seconds: t("Time"), sink: t("Height lost"), sink_speed: t("Speed of sinking"), move: t("Distance moved"), walked: t("Distance walked"), grown: t("Growth"), growth: t("Growth, compared with its beginning"),
  containment: t("Part that stays where it was"), aspect_kept: t("Shape kept"), stood: t("Time it has stood"), stay: t("Time it stays"), rest: t("Time it lies still"), down: t("Height to width when down"), upright: t("Height to width when upright"),
  age: t("Time it has been seen"), luma_change: t("Difference in brightness"), dark_luma: t("Brightness of a dark picture"), alone_distance: t("Distance to anybody else"), outline_contrast: t("Difference to its surroundings"),
  part_only: t("Only as a part of combinations"), dark_counts: t("A dark picture counts as covered"), turned_similarity: t("Likeness to the usual picture"), covered_contrast: t("Contrast, compared with the usual one"),
  blurred_sharpness: t("Sharpness, compared with the usual one"), frozen: t("Time without any change"), area_fraction: t("Part of the picture"), moving: t("Part that moves"), lost: t("Time out of sight"), confirm: t("Time before it counts"),
  settle: t("Time until a new place is its place"), end_after: t("Ends after"), shadow_stay: t("Time a shadow must stay"), seconds_to_contact: t("Time until contact"), height_to_width: t("Height to width"), texture: t("Roughness, compared with the floor"), shadow_texture_similarity: t("Likeness to the floor’s texture"),
};
/** Of these the name without its unit means something else. */
const timed = { down_seconds: t("Time it is down"), seen_down_seconds: t("Time it is seen lying"), upright_seconds: t("Time it was upright"), growth_seconds: t("Time it grows"), fall_seconds: t("Time of the fall"), settle_seconds: t("Time to come to rest"), stood_seconds: plain.stood };

/** A parameter's name in words, without bound and unit, which stand beside it. */
export function wordsOf(parameter) {
  const name = parameter.replace(/^(min|max)_/, "");
  if (parameter.startsWith("m") && timed[name]) return timed[name];
  const bare = name.replace(/_(picture_heights|square_metres|metres|pixels|seconds|fraction|ratio|sizes)$/, "");
  const text = plain[name] ?? plain[bare] ?? bare.replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What may be chosen for a parameter, in words. */
export const choiceWords = (choice) => ({ any: t("Either way"), to_left: t("To the left"), to_right: t("To the right") })[choice] ?? words(choice);

/** On which side of a threshold a value counts, in words. */
export const sideOf = (fires) => ({ at_least: t("at least"), at_most: t("at most") })[fires] ?? "";

/** Whether a camera of the configuration says how large things are. */
export const hasScale = (entry) => Boolean(entry?.picture_height_metres || entry?.calibration);

/** Whether a key counts for nothing here: another of its threshold counts, by the camera's scale. */
export function isUnused(parameter, hasScale, parameters) {
  const use = parameters.get(parameter)?.use;
  const name = parameter.replace(/_(picture_heights|square_metres|metres|fraction|sizes)$/, "");
  // Where there is no value in metres by default, the other counts with a scale too.
  const twin = [...parameters].find(([key, { use: other }]) => key.startsWith(name) && other === "with_scale")?.[1];
  return use === "with_scale" ? !hasScale : use === "without_scale" ? hasScale && twin?.usual !== undefined : false;
}

/** All rules with the values that hold: {name, kind, item, about, enabled, values, parameters, own} where `own` are the file's. */
export function rules(book, section = {}) {
  const names = [...book].filter(([, { isListed }]) => !isListed).map(([name]) => name);
  const unknown = Object.keys(section).filter((name) => isRule(section[name]) && !book.has(name) && name !== "merge" && name !== "schedules");
  return [...names, ...unknown].map((name) => {
    const own = isRule(section[name]) ? section[name] : {}, parameters = book.get(name)?.parameters ?? new Map();
    const usual = [...parameters].filter(([key, { usual }]) => key !== "enabled" && usual !== undefined).map(([key, { usual }]) => [key, usual]);
    return {
      name, kind: name, about: book.get(name)?.about ?? "", enabled: own.enabled ?? parameters.get("enabled")?.usual ?? true, own, parameters,
      values: { ...Object.fromEntries(usual), ...Object.fromEntries(Object.entries(own).filter(([key, value]) => key !== "enabled" && (parameters.has(key) || isPlain(value)) && !shared.has(key))) },
    };
  }).concat(named(book, section));
}

/** Rules of which a site has as many as it likes, each under a name of its own. */
function named(book, section) {
  return [...book].filter(([, { isListed }]) => isListed).flatMap(([kind, { about, parameters }]) =>
    (Array.isArray(section[kind]) ? section[kind] : []).filter((own) => isRule(own) && own.name).map((own) => ({
      name: kind, kind, item: own.name, about, enabled: true, own, parameters,
      values: Object.fromEntries([...parameters].filter(([key, { usual }]) => own[key] !== undefined || usual !== undefined).map(([key, { usual }]) => [key, own[key] ?? usual])),
    })));
}

/** What every rule takes, edited in the file. */
const shared = new Set(["during", "severity", "alarms_per_hour"]);

const isPlain = (value) => ["number", "string"].includes(typeof value);
const isRule = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
