// Rules: on or off, their thresholds, and beside each what is measured just now.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { field, select, check } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { kindWords, trim } from "../core/format.js";
import { gauge } from "../incidents/why.js";
import { keyOf, ScoreFeed } from "./scorefeed.js";
import { bookOf, choiceWords, hasScale, isUnused, rules, sideOf, wordsOf } from "./rulebook.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

export async function open(body) {
  const [values, { cameras }, declared] = await Promise.all([get("/api/v1/configuration/values"), get("/api/v1/cameras"), get("/api/v1/rules")]);
  const meters = new Map();
  const forms = rules(bookOf(declared.rules), values.rules ?? {}).map((rule) => new RuleForm(rule, meters));
  let feed = null;
  const watch = (id) => {
    feed?.stop();
    const entry = (values.cameras ?? []).find((camera) => camera.id === id);
    for (const meter of meters.values()) meter(null, hasScale(entry));
    feed = new ScoreFeed(id, (score) => meters.get(score.key)?.(score));
  };
  const chosen = cameras.length ? field(t("Measured by"), select("camera", cameras.map((camera) => [camera.id, camera.name]), cameras[0].id, { on: { change: (event) => watch(event.target.value) } }),
    { hint: t("Bars show the strongest value of the last seconds, lines show the thresholds. Nothing is measured while nothing moves in the picture.") }) : null;
  const save = attempt(async () => {
    const edits = forms.flatMap((form) => form.edits());
    if (!edits.length) throw new Error(t("There is nothing to save: no value has changed."));
    if (await saveEdits(edits, { title: t("Save these rules?") })) for (const form of forms) form.settle();
  });
  body.append(el("div.narrow", {}, chosen), panel(t("Rules"), forms.map((form) => form.element), { flush: true }),
    el("div.buttons", {}, el("button.button.primary", { type: "button", on: { click: save } }, t("Save rules"))));
  if (cameras.length) watch(cameras[0].id);
  return () => feed?.stop();
}

class RuleForm {
  constructor(rule, meters) {
    this.rule = rule;
    this.changed = new Map();
    const state = el("span.tag", { class: rule.enabled && "ok" }, rule.enabled ? t("On") : t("Off"));
    const enabled = rule.item ? null : check("enabled", t("This rule is on"), { checked: rule.enabled, on: { change: (event) => {
      this.#set("enabled", event.target.checked, rule.enabled);
      replace(state, event.target.checked ? t("On") : t("Off"));
      state.classList.toggle("ok", event.target.checked);
    } } });
    this.element = el("details.rule", { open: rule.name === "falling_object" },
      el("summary", {}, icon(rule.kind), el("strong", {}, rule.item ? `${kindWords(rule.kind)}: ${rule.item}` : kindWords(rule.kind)), el("span.soft.small.clip", {}, rule.about), el("span.grow", {}), state),
      el("div.stack", {}, enabled, el("div", {}, Object.entries(rule.values).map(([name, value]) => this.#line(name, value, meters)))));
  }

  #line(name, value, meters) {
    const id = `rule-${this.rule.name}-${this.rule.item ?? ""}-${name}`.replace(/[^A-Za-z0-9_-]/g, "-");
    const { type, about, unit, fires, minimum, maximum, pattern, choices } = this.rule.parameters.get(name) ?? { type: typeof value };
    if (type === "boolean") {
      return el("div.rule-value", { title: about }, check(id, about || wordsOf(name), { checked: value === true, on: { change: (event) => this.#set(name, event.target.checked, value) } }));
    }
    // Where it looks is drawn on the camera's page, or written in the file.
    if (Array.isArray(value)) return el("div.rule-value", { title: about }, el("span", {}, wordsOf(name)), el("span.soft", {}, value.flat().join(", ")));
    if (choices) {
      return el("div.rule-value", { title: about }, el("label", { htmlFor: id }, wordsOf(name)),
        select(id, choices.map((choice) => [choice, choiceWords(choice)]), value, { id, on: { change: (event) => this.#set(name, event.target.value, value) } }));
    }
    // Lengths are texts with their unit: "0.8 m", "8 %", "40 px".
    const isText = type === "string";
    const control = el("input", { id, ...(isText ? { type: "text", pattern } : { type: "number", step: "any", min: minimum, max: maximum }), value, title: about,
      on: { change: (event) => this.#set(name, entered(event.target.value, isText), value) } });
    const measured = el("div.measured", {});
    meters.set(keyOf(this.rule.kind, this.rule.item, name), (score, scaled) => {
      if (!score) { replace(measured, isUnused(name, scaled, this.rule.parameters) && el("span.soft.small", {}, scaled ? t("used for cameras without a scale") : t("used for cameras with a scale"))); return; }
      // A threshold that is being typed counts here at once; one with a unit only where the rules say it.
      const typed = isText ? NaN : entered(control.value, false) ?? NaN;
      const limit = Number.isFinite(typed) ? typed : score.limit;
      replace(measured, gauge(score.peak, limit, { isBelow: score.isBelow }), el("span.soft.small", {}, score.isBelow
        ? t("now {now}, lowest of the last seconds {peak}", { now: trim(score.now, 3), peak: trim(score.peak, 3) })
        : t("now {now}, highest of the last seconds {peak}", { now: trim(score.now, 3), peak: trim(score.peak, 3) })));
    });
    return el("div.rule-value", {}, el("label", { htmlFor: id }, wordsOf(name), sideOf(fires) && ` ${sideOf(fires)}`, unit && el("span.soft", {}, ` (${unit})`), about && el("span.about.soft", {}, about)), control, measured);
  }

  #set(name, value, before) {
    if (value === before || Number.isNaN(value) || (value === null && this.rule.own[name] === undefined)) this.changed.delete(name); else this.changed.set(name, value);
  }

  edits() {
    const at = (name) => ["rules", this.rule.name, ...(this.rule.item ? [this.rule.item] : []), name];
    return [...this.changed].map(([name, value]) => value === null ? { op: "remove", path: at(name) } : { op: "set", path: at(name), value });
  }
  settle() { this.changed.clear(); }
}

/** What stands in a field; null where it was emptied, which means the default and never 0. */
const entered = (text, isText) => text.trim() === "" ? null : isText ? text.trim() : Number(text);
