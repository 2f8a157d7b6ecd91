// The rules as the server declares them, with what the file says on top. What the file has beyond these is shown too.

/** `rules` of `/api/v1/rules` by key, with their parameters in order. */
export function bookOf(rules) {
  return new Map(rules.map(({ kind, sentence, listed, schema }) => [kind, {
    about: sentence, isListed: listed,
    parameters: new Map(schema["x-order"].map((key) => [key, declared(schema.properties[key])])),
  }]));
}

const declared = (property) => ({
  type: property.type, about: property.description, usual: property.default, minimum: property.minimum, maximum: property.maximum, pattern: property.pattern,
  unit: property["x-unit"] ?? "", fires: property["x-fires"] ?? null, use: property["x-use"],
});

/** A parameter's name in words, without bound and unit, which stand beside it. */
export function wordsOf(parameter) {
  const text = parameter.replace(/_(picture_heights|square_metres|metres|pixels|seconds|fraction|ratio)$/, "").replace(/^(min|max)_/, "").replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** On which side of a threshold a value counts, in words. */
export const sideOf = (fires) => ({ at_least: "at least", at_most: "at most" })[fires] ?? "";

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
const shared = new Set(["during", "severity"]);

const isPlain = (value) => ["number", "string"].includes(typeof value);
const isRule = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
