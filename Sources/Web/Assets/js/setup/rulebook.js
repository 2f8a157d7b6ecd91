// The rules that can be edited here, with the defaults that hold while the file says nothing. What the file has beyond
// these is shown too.

export const book = {
  falling_object: {
    about: "Something comes down fast and then lies still.",
    values: {
      min_drop_picture_heights: 0.07, min_drop_metres: 0.4, min_acceleration_picture_heights: 0.8, min_acceleration_metres: 3,
      min_peak_speed_picture_heights: 0.4, min_peak_speed_metres: 1.8, max_fall_seconds: 1.3, max_settle_seconds: 3, rest_seconds: 0.6,
    },
  },
  spill: {
    about: "A flat area on the floor grows and stays.",
    values: {
      min_area_fraction: 0.004, min_area_square_metres: 0.1, max_area_fraction: 0.4, max_height_to_width: 1.3, min_grown_fraction: 0.003,
      min_growth_seconds: 1, min_growth_ratio: 1.25, min_containment: 0.976, max_moving_fraction: 0.35, shadow_texture_similarity: 0.6, min_luma_change: 0.1,
      max_texture_ratio: 4.5,
      shadow_stay_seconds: 3, end_after_seconds: 8,
    },
  },
  toppled_stack: {
    about: "Something tall and standing tips over or collapses.",
    values: {
      min_height_picture_heights: 0.11, min_height_metres: 0.8, min_sink_fraction: 0.15, min_sink_speed_picture_heights: 0.08,
      min_sink_speed_metres: 0.4, max_aspect_kept: 0.85, max_seconds: 5, rest_seconds: 0.8,
    },
  },
  object_left: {
    about: "Something is left where the floor must stay free.",
    values: { stay_seconds: 30, min_area_fraction: 0.0012, min_area_square_metres: 0.03, alone_distance_picture_heights: 0.04, min_outline_contrast: 0.5 },
  },
  object_removed: {
    about: "Something that stood for long is gone.",
    values: {
      min_stood_seconds: 600, stay_seconds: 10, min_area_fraction: 0.002, max_area_fraction: 0.2, alone_distance_picture_heights: 0.04,
      max_outline_contrast: 0.35,
    },
  },
  marked_object_moved: {
    about: "Something that a person follows moves, leaves its zone, falls or disappears.",
    values: { min_move_sizes: 0.5, confirm_seconds: 0.6, lost_seconds: 4, settle_seconds: 10 },
  },
  near_miss: {
    about: "A vehicle nearly hits somebody.", isOff: true,
    values: { max_seconds_to_contact: 0.8, min_speed: "2 m/s", min_closing_speed: "1.5 m/s", min_height: "0.8 m", min_age_seconds: 1, min_seconds: 0.2 },
  },
  person_down: {
    about: "Somebody who walked lies on the floor and stays there.", isOff: true,
    values: { min_height: "1.1 m", min_upright_ratio: 1.5, max_down_ratio: 0.8, min_walked: "0.5 m", min_upright_seconds: 1, max_fall_seconds: 1.5, min_down_seconds: 5 },
  },
  camera_tampered: {
    about: "The camera was covered, turned, put out of focus, or its picture stands.",
    values: { covered_contrast_ratio: 0.3, blurred_sharpness_ratio: 0.4, turned_similarity: 0.35, min_seconds: 5, frozen_seconds: 60, dark_luma: 30 },
  },
};

const units = [["_picture_heights", "picture heights"], ["_square_metres", "m²"], ["_metres", "m"], ["_seconds", "s"], ["_fraction", "of the picture"], ["_ratio", "×"]];

/** The unit that a parameter's name carries. */
export function unitOf(parameter) {
  const unit = units.find(([ending]) => parameter.endsWith(ending))?.[1] ?? "";
  return unit + (parameter.includes("acceleration") ? "/s²" : parameter.includes("speed") ? "/s" : "");
}

/** A parameter's name in words, without its unit. */
export function wordsOf(parameter) {
  const [ending] = units.find(([end]) => parameter.endsWith(end)) ?? [""];
  const plain = parameter.slice(0, parameter.length - ending.length).replace(/_/g, " ");
  const text = plain.replace(/^min (.*)/, "$1 at least").replace(/^max (.*)/, "$1 at most");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a camera of the configuration says how large things are. */
export const hasScale = (entry) => Boolean(entry?.picture_height_metres || entry?.calibration);

/** Whether a threshold has a twin that counts instead: in metres where the camera has a scale, in parts of the picture elsewhere. */
export function isUnused(parameter, values, hasScale) {
  const twins = hasScale ? [["_picture_heights", "_metres"], ["_fraction", "_square_metres"]] : [["_metres", "_picture_heights"], ["_square_metres", "_fraction"]];
  return twins.some(([ending, twin]) => parameter.endsWith(ending) && parameter.slice(0, -ending.length) + twin in values);
}

/** All rules with the values that hold: {name, about, enabled, values, own} where `own` are the file's. */
export function rules(section = {}) {
  const names = [...new Set([...Object.keys(book), ...Object.keys(section).filter((name) => isRule(section[name]) && name !== "merge")])];
  return names.map((name) => {
    const own = isRule(section[name]) ? section[name] : {};
    const given = Object.fromEntries(Object.entries(own).filter(([key, value]) => ["number", "string"].includes(typeof value) && !shared.has(key)));
    return { name, kind: name, about: book[name]?.about ?? "", enabled: own.enabled ?? !book[name]?.isOff, own, values: { ...book[name]?.values, ...given } };
  }).concat(named(section));
}

/** Rules of which a site has as many as it likes, each under a name of its own. */
function named(section) {
  return Object.entries(lists).flatMap(([kind, about]) => (Array.isArray(section[kind]) ? section[kind] : []).filter((own) => isRule(own) && own.name).map((own) => ({
    name: kind, kind, item: own.name, about, enabled: true, own,
    values: Object.fromEntries(Object.entries(own).filter(([key, value]) => thresholds.has(key) && ["number", "string"].includes(typeof value))),
  })));
}

const lists = { zone_entry: "Something comes into a zone.", line_crossing: "Something crosses a line.", dwell: "Something stays in a zone." };
const thresholds = new Set(["min_seconds", "min_height", "min_area", "margin", "min_speed", "settle_seconds"]);

/** What every rule takes, edited in the file. */
const shared = new Set(["during", "severity"]);

const isRule = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
