// What was measured, beside the threshold that it passed.
import { el } from "../core/dom.js";
import { trim } from "../core/format.js";
import { sideOf, wordsOf } from "../setup/rulebook.js";
import { t } from "../core/words.js";

const units = { px: "px", m: "m", m2: "m²", s: "s", "px/s": "px/s", "px/s2": "px/s²", "m/s": "m/s", "m/s2": "m/s²", "picture heights": t("picture heights"), "picture heights/s": t("picture heights/s"), "picture heights/s2": t("picture heights/s²") };
const withUnit = (value, unit) => `${trim(value, 2)}${unit ? ` ${units[unit] ?? unit}` : ""}`;

/** "Drop 0.22 picture heights (at least 0.07)" */
export const whyLine = ({ parameter, measured, threshold, unit, direction }) => `${wordsOf(parameter)} ${withUnit(measured, unit)} (${sideOf(direction)} ${trim(threshold, 2)})`;

/** A bar with the threshold as a line; `isBelow` when the value must stay under it. */
export function gauge(measured, threshold, { isBelow = false } = {}) {
  const most = Math.max(Math.abs(measured), Math.abs(threshold)) * 1.25 || 1;
  const isOver = isBelow ? measured <= threshold : measured >= threshold;
  return el("div.gauge", { class: isOver && "over", "aria-hidden": "true" },
    el("i", { style: { width: `${Math.min(100, (Math.abs(measured) / most) * 100)}%` } }), el("b", { style: { left: `${(Math.abs(threshold) / most) * 100}%` } }));
}

export function whyTable(why) {
  if (!why?.length) return el("p.soft.small", {}, t("Recorded by hand: no rule measured anything."));
  return el("ul.why", {}, why.map(({ parameter, measured, threshold, unit, direction }) => {
    const isBelow = direction === "at_most";
    return el("li", {}, el("div.why-line", {}, el("span", {}, wordsOf(parameter)), el("strong.nowrap", {}, withUnit(measured, unit))),
      gauge(measured, threshold, { isBelow }), el("div.soft.small", {}, `${sideOf(direction)} ${withUnit(threshold, unit)}`));
  }));
}
