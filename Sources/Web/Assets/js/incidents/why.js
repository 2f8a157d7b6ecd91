// What was measured, beside the threshold that it passed.
import { el } from "../core/dom.js";
import { trim } from "../core/format.js";
import { wordsOf } from "../setup/rulebook.js";

const units = { px: "px", m: "m", m2: "m²", s: "s", "px/s": "px/s", "px/s2": "px/s²", "m/s": "m/s", "m/s2": "m/s²" };
const withUnit = (value, unit) => `${trim(value, 2)}${unit ? ` ${units[unit] ?? unit}` : ""}`;

/** A bar with the threshold as a line; `isBelow` when the value must stay under it. */
export function gauge(measured, threshold, { isBelow = false } = {}) {
  const most = Math.max(Math.abs(measured), Math.abs(threshold)) * 1.25 || 1;
  const isOver = isBelow ? measured <= threshold : measured >= threshold;
  return el("div.gauge", { class: isOver && "over", "aria-hidden": "true" },
    el("i", { style: { width: `${Math.min(100, (Math.abs(measured) / most) * 100)}%` } }), el("b", { style: { left: `${(Math.abs(threshold) / most) * 100}%` } }));
}

/** Parameters whose threshold is an upper bound begin with `max`. */
export const isUpperBound = (parameter) => /^max/i.test(parameter);

/** The parameter's name without bound and unit, which stand beside it; the rules' own spelling or the configuration's. */
export function plain(parameter) {
  const snake = parameter.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  const text = wordsOf(snake).replace(/ at (least|most)$/, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function whyTable(why) {
  if (!why?.length) return el("p.soft.small", {}, "Recorded by hand; no rule measured anything.");
  return el("ul.why", {}, why.map(({ parameter, measured, threshold, unit }) => {
    const isBelow = isUpperBound(parameter);
    return el("li", {}, el("div.why-line", {}, el("span", {}, plain(parameter)), el("strong.nowrap", {}, withUnit(measured, unit))),
      gauge(measured, threshold, { isBelow }), el("div.soft.small", {}, `${isBelow ? "at most" : "at least"} ${withUnit(threshold, unit)}`));
  }));
}
