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
import { confirm } from "../core/dialogs.js";
import { place } from "./declared.js";
import { edits } from "./edits.js";
import { Form } from "./fields.js";
import { panels } from "./placerules.js";
import { camerasField, parameterFields, policyFields, surroundings } from "./ruleform.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

export async function open(body) {
  const [values, { cameras }, declared, { settings }] = await Promise.all([get("/api/v1/configuration/values"), get("/api/v1/cameras"), get("/api/v1/rules"), get("/api/v1/configuration/settings")]);
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const meters = new Map(), book = bookOf(declared.rules);
  const forms = rules(book, values.rules ?? {}).map((rule) => new RuleForm(rule, meters, values, again));
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
    const list = forms.flatMap((form) => form.edits());
    if (!list.length) throw new Error(t("There is nothing to save: no value has changed."));
    for (const form of forms) form.clear();
    const onProblems = (problems) => forms.reduce((left, form) => place(left, form.path, form), problems);
    if (await saveEdits(list, { title: t("Save these rules?"), onProblems })) again();
  });
  body.append(el("div.narrow", {}, chosen), panel(t("Rules"), forms.map((form) => form.element), { flush: true }),
    el("div.buttons", {}, el("button.button.primary", { type: "button", on: { click: save } }, t("Save rules"))), ...panels(values, book, settings, again));
  if (cameras.length) watch(cameras[0].id);
  return () => feed?.stop();
}

class RuleForm {
  constructor(rule, meters, values, again) {
    this.rule = rule;
    this.changed = new Map();
    this.problems = new Map();
    this.values = values;
    this.again = again;
    const index = rule.item ? values.rules[rule.name].indexOf(rule.own) : -1;
    /** Of the rule's section in the file. */
    this.path = ["rules", rule.name, ...(rule.item ? [index] : [])];
    this.more = this.#makeMore(surroundings(values));
    const state = el("span.tag", { class: rule.enabled && "ok" }, rule.enabled ? t("On") : t("Off"));
    const enabled = rule.item ? null : check("enabled", t("This rule is on"), { checked: rule.enabled, on: { change: (event) => {
      this.#set("enabled", event.target.checked, rule.enabled);
      replace(state, event.target.checked ? t("On") : t("Off"));
      state.classList.toggle("ok", event.target.checked);
    } } });
    this.element = el("details.rule", { open: rule.name === "falling_object" },
      el("summary", {}, icon(rule.kind), el("strong", {}, rule.item ? `${kindWords(rule.kind)}: ${rule.item}` : kindWords(rule.kind)), el("span.soft.small.clip", {}, rule.about), el("span.grow", {}), state),
      el("div.stack", {}, enabled, el("div", {}, Object.entries(rule.values).map(([name, value]) => this.#line(name, value, meters))),
        el("details.more", { open: Boolean(rule.item) }, el("summary", {}, t("Names, times and severity")), this.more.element),
        rule.item && el("div.buttons", {}, el("button.button.danger", { type: "button", on: { click: attempt(() => this.#remove()) } }, icon("trash"), t("Remove this rule")))));
  }

  /** What has no line with a bar: names of places, times, and thresholds that nobody has given. */
  #makeMore(around) {
    const { rule } = this, lined = Object.entries(rule.values).filter(([, value]) => !Array.isArray(value)).map(([key]) => key);
    const fields = parameterFields(rule.parameters, around, [...lined, "enabled", "line"]);
    const shared = rule.item ? [{ key: "name", type: "text", words: t("Name"), hint: t("Texts and the log say it") }, ...fields, camerasField(around)] : fields;
    return new Form([...shared, ...policyFields(around)], rule.own);
  }

  async #remove() {
    const { name, own, item } = this.rule, list = this.values.rules[name], path = ["rules", name];
    const removal = list.length > 1 ? [{ op: "remove", path: this.path }] : edits(path, list, [], this.values);
    if (!(await confirm(t("Remove “{name}”?", { name: item }), t("What it would have reported is no longer reported."), { action: t("Remove"), danger: true }))) return;
    if (own && await saveEdits(removal, { title: t("Remove this rule?") })) this.again();
  }

  /** Says what is wrong beside the field that a path leads to. */
  mark([key, ...rest], text) {
    const problem = this.problems.get(key);
    if (!problem) return this.more.mark([key, ...rest], text);
    problem.hidden = !text;
    replace(problem, text);
    this.element.open = true;
    return true;
  }

  clear() {
    this.more.clear();
    for (const problem of this.problems.values()) problem.hidden = true;
  }

  #line(name, value, meters) {
    const id = `rule-${this.rule.name}-${this.rule.item ?? ""}-${name}`.replace(/[^A-Za-z0-9_-]/g, "-");
    const { type, about, unit, fires, minimum, maximum, pattern, choices } = this.rule.parameters.get(name) ?? { type: typeof value };
    if (type === "boolean") {
      return el("div.rule-value", { title: about }, check(id, about || wordsOf(name), { checked: value === true, on: { change: (event) => this.#set(name, event.target.checked, value) } }));
    }
    // Names of zones are chosen below; a line is drawn on the camera's page.
    if (Array.isArray(value) && name !== "line") return null;
    if (Array.isArray(value)) return el("div.rule-value", { title: about }, el("span", {}, wordsOf(name)), el("span.soft", {}, value.flat().join(", ")));
    if (choices) {
      return el("div.rule-value", { title: about }, el("label", { htmlFor: id }, wordsOf(name)),
        select(id, choices.map((choice) => [choice, choiceWords(choice)]), value, { id, on: { change: (event) => this.#set(name, event.target.value, value) } }));
    }
    // Lengths are texts with their unit: "0.8 m", "8 %", "40 px".
    const isText = type === "string";
    const control = el("input", { id, ...(isText ? { type: "text", pattern } : { type: "number", step: "any", min: minimum, max: maximum }), value, title: about,
      on: { change: (event) => this.#set(name, entered(event.target.value, isText), value) } });
    const problem = el("span.problem", { hidden: true });
    this.problems.set(name, problem);
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
    return el("div.rule-value", {}, el("label", { htmlFor: id }, wordsOf(name), sideOf(fires) && ` ${sideOf(fires)}`, unit && el("span.soft", {}, ` (${unit})`), about && el("span.about.soft", {}, about), problem), control, measured);
  }

  #set(name, value, before) {
    if (value === before || Number.isNaN(value) || (value === null && this.rule.own[name] === undefined)) this.changed.delete(name); else this.changed.set(name, value);
  }

  /** The thresholds first: what is named anew is found by its place all the same. */
  edits() {
    const more = edits(this.path, this.rule.own, this.more.value(), this.values);
    return [...[...this.changed].map(([name, value]) => value === null ? { op: "remove", path: [...this.path, name] } : { op: "set", path: [...this.path, name], value }), ...more];
  }
}

/** What stands in a field; null where it was emptied, which means the default and never 0. */
const entered = (text, isText) => text.trim() === "" ? null : isText ? text.trim() : Number(text);
