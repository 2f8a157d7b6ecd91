// How sensitive each rule is before one camera, with what it would have reported last week.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { kindWords, moment, trim } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { edits } from "./edits.js";
import { saveEdits } from "./save.js";
import { t, tn } from "../core/words.js";

/** From off over what is set for all cameras (1) to four times as sensitive. */
export const steps = [false, 0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4];
const usual = steps.indexOf(1);

/** Of the incidents of the last week, those that would have been reported, and those that wouldn't. */
export function split(incidents, factor) {
  const stays = ({ least_factor: least }) => factor !== false && factor >= least * 0.9999;
  return { reported: incidents.filter(stays), dropped: incidents.filter((one) => !stays(one)) };
}

/** The step that is nearest to a factor of the file. */
export function stepOf(value) {
  if (value === undefined || value === null) return usual;
  if (value === false) return 0;
  return steps.reduce((best, step, index) => (index && Math.abs(Math.log(step / value)) < Math.abs(Math.log(steps[best] / value)) ? index : best), usual);
}

/** What a step means, in words. */
export function stepWords(factor) {
  if (factor === false) return t("Off: nothing of this kind is reported here");
  if (factor === 1) return t("As for all cameras");
  return factor > 1 ? t("Also reports what is {times} times smaller or slower", { times: trim(factor, 1) }) : t("Reports only what is {times} times larger or faster", { times: trim(1 / factor, 1) });
}

export class SensitivityEditor {
  /** @param {object} camera @param {object} entry of the file @param {object} values the whole file @param {Map} book @param {object} report what was reported lately */
  constructor(camera, entry, values, book, report) {
    this.camera = camera;
    this.values = values;
    this.before = entry.sensitivity ?? {};
    this.now = { ...this.before };
    this.save = el("button.button.primary", { type: "button", disabled: true, on: { click: attempt(() => this.#save()) } }, t("Save sensitivity"));
    const known = new Map(report.rules.map(({ kind, incidents }) => [kind, incidents]));
    const rows = [...book].filter(([, rule]) => !rule.isListed).map(([kind, rule]) => this.#row(kind, rule, known.get(kind) ?? []));
    this.element = el("div.stack.wide", {}, panel(t("Sensitivity"), el("ul.rows", {}, rows), { flush: true }),
      el("p.soft.small", {}, t("Sizes and speeds are scaled; times and shapes stay. What a more sensitive rule would have reported besides is not known: nothing is kept of what was not reported.")),
      el("div.buttons", {}, this.save));
  }

  #row(kind, rule, incidents) {
    const hasSizes = [...rule.parameters.values()].some(({ fires, use, type, unit }) => fires === "at_least" && (type === "string" || use !== "always") && !unit.endsWith("/s²"));
    const isOn = this.values.rules?.[kind]?.enabled ?? rule.parameters.get("enabled")?.usual ?? true;
    const told = el("div.small", { role: "status", id: `told-${kind}` });
    const show = () => this.#tell(told, kind, incidents);
    const set = (value) => {
      if (value === 1) delete this.now[kind]; else this.now[kind] = value;
      this.save.disabled = JSON.stringify(this.now) === JSON.stringify(this.before);
      show();
    };
    const name = el("span", { id: `name-${kind}` }, el("strong", {}, kindWords(kind)));
    const control = hasSizes
      ? el("input", { type: "range", name: kind, min: 0, max: steps.length - 1, step: 1, value: stepOf(this.before[kind]), "aria-labelledby": `name-${kind}`, "aria-describedby": `told-${kind}`, on: { input: (event) => set(steps[Number(event.target.value)]) } })
      : el("label.check", {}, el("input", { type: "checkbox", name: kind, checked: this.before[kind] !== false, on: { change: (event) => set(event.target.checked ? 1 : false) } }), el("span", {}, t("On before this camera")));
    if (control.type === "range") control.setAttribute("aria-valuetext", "");
    const say = () => { if (control.type === "range") control.setAttribute("aria-valuetext", stepWords(steps[Number(control.value)])); };
    control.addEventListener("input", say);
    say();
    show();
    return el("li.sensitivity", {}, icon(kind), el("div.grow", {}, name, !isOn && el("p.small.soft", {}, t("This rule is off for all cameras. It is switched on under “Rules”."))),
      el("div.slider", {}, control, hasSizes && el("div.ends.small.soft", { "aria-hidden": "true" }, el("span", {}, t("Off")), el("span", {}, t("Usual")), el("span", {}, t("More")))), told);
  }

  #tell(node, kind, incidents) {
    const factor = this.now[kind] ?? 1, now = split(incidents, this.before[kind] ?? 1), { reported, dropped } = split(incidents, factor);
    const lost = dropped.filter((one) => now.reported.includes(one)).slice(0, 3);
    replace(node, el("p", {}, stepWords(factor)), el("p.soft", {}, !incidents.length ? t("Nothing of this kind was reported last week.")
      : dropped.length === 0 ? tn(reported.length, "It would have reported the one incident of last week.", "It would have reported all {n} incidents of last week.")
        : tn(incidents.length, "It would have reported {reported} of {n} incident of last week.", "It would have reported {reported} of {n} incidents of last week.", { reported: reported.length })),
    lost.length > 0 && el("p.small", {}, t("No longer reported:"), " ", lost.flatMap(({ id, start_date: at }, index) => [index ? ", " : "", el("a", { href: `#/incidents/${encodeURIComponent(id)}` }, moment(new Date(at)))])));
  }

  async #save() {
    const path = ["cameras", this.camera.id, "sensitivity"];
    const saved = await saveEdits(edits(path, Object.keys(this.before).length ? this.before : undefined, this.now, this.values), { title: t("Save the sensitivity?") });
    if (!saved) return;
    this.before = { ...this.now };
    this.save.disabled = true;
  }
}
