// A rule's fields, from its declaration: what `/api/v1/rules` says of it, and what every rule takes.
import { kindWords } from "../core/format.js";
import { choiceWords, sideOf, wordsOf } from "./rulebook.js";
import { quoted, t } from "../core/words.js";

const severities = [["low", t("Low")], ["medium", t("Medium")], ["high", t("High")]];
const zoneKinds = { floor: t("Floor"), walkway: t("Walkway"), storage: t("Storage"), rack: t("Rack"), ignore: t("Excluded") };

/** What names in the file can mean: cameras, zones, schedules, channels; from the file's values. */
export function surroundings(values) {
  const cameras = values.cameras ?? [];
  return {
    cameras: cameras.map(({ id, name }) => [id, name ?? id]),
    zones: [...new Set(cameras.flatMap((camera) => (camera.zones ?? []).map((zone) => zone.name)))].map((name) => [name, quoted(name)]),
    schedules: Object.keys(values.rules?.schedules ?? {}).map((name) => [name, quoted(name)]),
    channels: (values.alerts?.channels ?? []).map(({ name }) => [name, quoted(name)]),
  };
}

/** Fields of a rule's parameters; `without` are keys that are set elsewhere. */
export function parameterFields(parameters, around, without = []) {
  return [...parameters].filter(([key]) => !without.includes(key)).map(([key, declared]) => {
    const { type, choices, about, usual, minimum, maximum, unit, fires, items } = declared;
    const words = [wordsOf(key), sideOf(fires), unit && `(${unit})`].filter(Boolean).join(" ");
    const common = { key, words, hint: about, usual, minimum, maximum };
    if (type === "boolean") return { ...common, type: "flag", words: about.replace(/\.$/, ""), hint: "" };
    if (type === "number") return { ...common, type: "number" };
    if (choices) return { ...common, type: "choice", choices: choices.map((choice) => [choice, choiceWords(choice)]) };
    if (items === "zones") return { ...common, type: "choices", usual: undefined, choices: around.zones, none: t("No camera has a zone yet.") };
    if (Array.isArray(items)) return { ...common, type: "choices", usual: undefined, choices: items.map((choice) => [choice, zoneKinds[choice] ?? choice]) };
    return { ...common, type: "length" };
  });
}

/** What every rule takes. */
export const policyFields = (around) => [
  { key: "during", type: "choice", words: t("Only in these times"), choices: around.schedules, none: t("Always"), hint: around.schedules.length ? "" : t("Times are made under Rules, Schedules") },
  { key: "severity", type: "choice", words: t("Severity"), choices: severities, none: t("As the rule judges") },
  { key: "alarms_per_hour", type: "number", words: t("Alarms an hour, at most"), whole: true, minimum: 0, maximum: 1000, hint: t("Then one summary; what follows is recorded without an alert. Empty: no limit") },
];

export const camerasField = (around) => ({ key: "cameras", type: "choices", words: t("Cameras"), choices: around.cameras, hint: t("None chosen: all") });

/** Fields of a rule that has a name of its own. */
export const namedFields = (parameters, around, without = []) => [
  { key: "name", type: "text", words: t("Name"), hint: t("Texts and the log say it") }, ...parameterFields(parameters, around, without), camerasField(around), ...policyFields(around),
];

/** Kinds of incident to choose from. */
export const kindChoices = (kinds) => kinds.map((kind) => [kind, kindWords(kind)]);
export { severities };
