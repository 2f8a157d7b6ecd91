// When somebody wants to hear of a followed object.
import { check } from "../core/forms.js";

export const conditionWords = { moves: "it moves", leaves_zone: "it leaves its zone", falls: "it falls", disappears: "it can no longer be seen" };

/** Checkboxes for the conditions that can be met; `call` gets the chosen ones at each change. */
export function conditionChecks(chosen, call, { disabled = false, hasZones = true } = {}) {
  const held = new Set(chosen);
  return Object.entries(conditionWords).filter(([key]) => key !== "leaves_zone" || hasZones || held.has(key)).map(([key, words]) => check(key, words.charAt(0).toUpperCase() + words.slice(1), {
    checked: held.has(key), disabled,
    on: { change: (event) => { if (event.target.checked) held.add(key); else held.delete(key); call([...held]); } },
  }));
}

/** "Alerts when it moves or falls"; said plainly when nothing is asked for. */
export function conditionText(conditions) {
  if (!conditions.length) return "Followed without alerts";
  const list = conditions.map((key) => (conditionWords[key] ?? key).replace(/^it /, ""));
  return `Alerts when it ${list.length > 1 ? `${list.slice(0, -1).join(", ")} or ${list.at(-1)}` : list[0]}`;
}
