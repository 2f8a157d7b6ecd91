// When somebody wants to hear of a followed object.
import { check } from "../core/forms.js";

export const conditionWords = { moves: "it moves", leaves_zone: "it leaves this zone", falls: "it falls", disappears: "it disappears" };

/** Checkboxes for all conditions; `call` gets the chosen ones at each change. */
export function conditionChecks(chosen, call, { disabled = false } = {}) {
  const held = new Set(chosen);
  return Object.entries(conditionWords).map(([key, words]) => check(key, words.charAt(0).toUpperCase() + words.slice(1), {
    checked: held.has(key), disabled,
    on: { change: (event) => { if (event.target.checked) held.add(key); else held.delete(key); call([...held]); } },
  }));
}

/** "Tells when it moves or falls"; said plainly when nothing is asked for. */
export function conditionText(conditions) {
  if (!conditions.length) return "Followed only, tells nobody";
  const list = conditions.map((key) => (conditionWords[key] ?? key).replace(/^it /, ""));
  return `Tells when it ${list.length > 1 ? `${list.slice(0, -1).join(", ")} or ${list.at(-1)}` : list[0]}`;
}
