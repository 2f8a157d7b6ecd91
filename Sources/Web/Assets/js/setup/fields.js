// Forms made from what the server declares. A field that is left empty stands for nothing in the file: its default holds.
import { el, replace } from "../core/dom.js";
import { field, input, select } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { isSection, placeOf, remembered, stays } from "./edits.js";
import { problemWords } from "./problems.js";
import { quoted, t } from "../core/words.js";

/**
 * A form for one section of the file.
 *
 * A field is {key, type, words, hint, usual, …}: `type` is one of `makers` below; `usual` is what holds without it.
 */
export class Form {
  #parts = new Map();
  #own;

  /** @param {object[]} fields @param {object} own what the file has @param {{onChange?: Function}} options */
  constructor(fields, own = {}, { onChange = () => {}, columns = true } = {}) {
    this.#own = isSection(own) ? own : {};
    this.#parts = new Map(fields.map((one) => [one.key, (makers[one.type] ?? makers.text)(one, this.#own[one.key], onChange)]));
    this.problem = el("p.problem", { hidden: true, role: "alert" });
    const elements = [...this.#parts.values()].map((part) => part.element);
    this.element = el(columns ? "div.columns.fields" : "div.stack.fields", {}, this.problem, elements);
  }

  /** The section as the file would have it; keys that have no field here stay. */
  value() {
    const result = {};
    for (const key of new Set([...Object.keys(this.#own), ...this.#parts.keys()])) {
      const part = this.#parts.get(key);
      const value = part ? part.read() : this.#own[key];
      if (value !== undefined) result[key] = value;
    }
    return stays(this.#own, result);
  }

  /** Says what is wrong beside the field that a path leads to. */
  mark([key, ...rest], text) {
    const part = this.#parts.get(key);
    if (part?.mark(rest, text)) return true;
    this.problem.hidden = !text;
    replace(this.problem, text && problemWords(text));
    this.element.closest("details")?.setAttribute("open", "");
    return true;
  }

  clear() {
    this.problem.hidden = true;
    for (const part of this.#parts.values()) part.clear();
  }

  /** The part of one key, for what belongs together. */
  part(key) { return this.#parts.get(key); }
}

/** Ports are names more than numbers: nothing parts their thousands. */
const plainly = (key, number) => (key === "port" ? String(number) : number);

const hintOf = ({ key, hint, unit, usual, minimum, maximum, withUsual = true }) => [
  hint?.replace(/\.$/, ""), minimum !== undefined && maximum !== undefined && maximum - minimum <= 1e6 && t("{minimum} to {maximum} {unit}", { minimum, maximum: plainly(key, maximum), unit: unit ?? "" }).trim(),
  withUsual && usual !== undefined && usual !== "" && t("Empty: {usual}", { usual: plainly(key, usual) }),
].filter(Boolean).join(". ");

/** Marks a field with its key, and with its path in the file where that is known. */
const placed = ({ key, path }) => (path ? { key, path } : { key });

/** A labelled control. What nobody touched reads as it stands in the file, however it is written there. */
function single(one, control, value, read) {
  const begun = control.value;
  const element = field(one.words, control, { hint: hintOf(one) });
  const problem = element.querySelector(".problem");
  Object.assign(element.dataset, placed(one));
  const mark = (_, text) => {
    problem.hidden = !text;
    replace(problem, named(text, one));
    control.setAttribute("aria-invalid", text ? "true" : "false");
    if (text) control.closest("details")?.setAttribute("open", "");
    return true;
  };
  return { element, control, read: () => (control.value === begun && !control.validity.badInput ? value ?? undefined : read(control)), mark, clear: () => mark([], "") };
}

/** The checker's sentence with the field's name in place of the key's path. */
const named = (text, { words }) => (text ? problemWords(text).replace(/^[a-z_]+[.[][\w.[\]-]*(?= )/, quoted(words)) : text);

/** Several controls below one name. */
function group(one, content, read, { mark: inside } = {}) {
  const problem = el("span.problem", { hidden: true });
  const element = el("fieldset.group", { data: placed(one) }, el("legend", {}, one.words), one.hint && el("span.hint", {}, one.hint), content, problem);
  const say = (text) => {
    problem.hidden = !text;
    replace(problem, named(text, one));
    if (text) element.closest("details")?.setAttribute("open", "");
    return true;
  };
  return { element, read, mark: (rest, text) => (rest.length && inside?.(rest, text)) || say(text), clear: () => say("") };
}

const listOf = (value) => (value === undefined || value === null ? [] : [value].flat());

/** Boxes to be ticked; [[value, words]]. */
function boxes(one, value, onChange, choices) {
  const chosen = new Set(listOf(value));
  // What the file names and nobody knows any more must not be lost without a word.
  const all = [...choices, ...[...chosen].filter((name) => !choices.some(([known]) => known === name)).map((name) => [name, t("“{name}” (not there)", { name })])];
  const box = ([name, words]) => el("label.check", {}, el("input", { type: "checkbox", name: one.key, value: name, checked: chosen.has(name),
    on: { change: (event) => { if (event.target.checked) chosen.add(name); else chosen.delete(name); onChange(); } } }), el("span", {}, words));
  return group(one, all.length ? el("div.boxes", {}, all.map(box)) : el("span.soft.small", {}, one.none ?? t("There are none yet.")),
    () => {
      const list = all.map(([name]) => name).filter((name) => chosen.has(name)), before = listOf(value);
      if (list.length === before.length && before.every((name) => chosen.has(name))) return value ?? undefined;
      return list.length ? list : undefined;
    });
}

const week = [["mon", t("Mon")], ["tue", t("Tue")], ["wed", t("Wed")], ["thu", t("Thu")], ["fri", t("Fri")], ["sat", t("Sat")], ["sun", t("Sun")]];
const names = week.map(([day]) => day);

/** Days one by one, of ["mon-fri", "sun"]. */
export function spelledOut(days) {
  return listOf(days).flatMap((text) => {
    const [from, to] = String(text).toLowerCase().split("-").map((name) => names.indexOf(name.trim()));
    if (from < 0) return [text];
    if (to === undefined || to < 0) return [names[from]];
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => names[(from + index) % 7]);
  });
}

/** Three days or more in a row as "mon-fri", where the file may say it so. */
export function inShort(days) {
  const result = [];
  let run = [];
  const close = () => { result.push(...(run.length > 2 ? [`${run[0]}-${run.at(-1)}`] : run)); run = []; };
  for (const name of names) if (days.includes(name)) run.push(name); else close();
  close();
  return result;
}

const makers = {
  text(one, value, onChange) {
    const control = input(one.key, { value: value ?? "", placeholder: one.example ?? "", autocomplete: "off", spellcheck: false, maxLength: 2000, on: { input: onChange } });
    return single(one, control, value, ({ value: text }) => text.trim() || undefined);
  },

  number(one, value, onChange) {
    const control = input(one.key, { type: "number", step: one.whole ? 1 : "any", min: one.minimum, max: one.maximum, value: value ?? "", placeholder: one.usual ?? "", on: { input: onChange } });
    return single(one, control, value, (node) => {
      // What is no number is told apart from what was emptied.
      if (node.validity.badInput) return "not a number";
      return node.value === "" ? undefined : Number(node.value);
    });
  },

  /** "0.8 m", "8 %", "40 px". */
  length(one, value, onChange) { return makers.text({ ...one, example: one.usual ?? one.example }, value, onChange); },

  time(one, value, onChange) {
    const control = input(one.key, { value: value ?? "", placeholder: one.example ?? "22:00", inputMode: "numeric", maxLength: 5, autocomplete: "off", on: { input: onChange } });
    return single(one, control, value, ({ value: text }) => {
      const short = /^(\d{1,2})(?::?(\d{2}))?$/.exec(text.trim());
      return text.trim() === "" ? undefined : short ? `${short[1].padStart(2, "0")}:${short[2] ?? "00"}` : text.trim();
    });
  },

  flag(one, value, onChange) {
    const usual = one.usual === true;
    const control = el("input", { type: "checkbox", name: one.key, checked: value === undefined || value === null ? usual : value === true, on: { change: onChange } });
    const problem = el("span.problem", { hidden: true });
    const element = el("div.field", { data: placed(one) }, el("label.check", {}, control, el("span", {}, one.words)), one.hint && el("span.hint", {}, one.hint), problem);
    const mark = (_, text) => { problem.hidden = !text; replace(problem, text); return true; };
    return { element, control, mark, clear: () => mark([], ""), read: () => ((value === undefined || value === null) && control.checked === usual ? undefined : control.checked) };
  },

  choice(one, value, onChange) {
    const known = one.choices.map((choice) => (Array.isArray(choice) ? choice : [choice, choice]));
    const none = one.needed ? [] : [["", one.usual !== undefined ? t("Default: {usual}", { usual: known.find(([key]) => key === one.usual)?.[1] ?? one.usual }) : one.none ?? "–"]];
    const odd = value !== undefined && value !== null && !known.some(([key]) => key === value) ? [[value, t("“{name}” (not there)", { name: value })]] : [];
    const control = select(one.key, [...none, ...known, ...odd], value ?? "", { on: { change: onChange } });
    // What is called as it stands in the file is a name.
    for (const option of control.options) if (option.value && option.textContent === option.value) option.translate = false;
    return single({ ...one, withUsual: false }, control, value, ({ value: key }) => (key === "" ? undefined : key));
  },

  choices(one, value, onChange) { return boxes(one, value, onChange, one.choices.map((choice) => (Array.isArray(choice) ? choice : [choice, choice]))); },

  /** Days of the week; `ranges` where the file may say mon-fri. */
  days(one, value, onChange) {
    const begun = spelledOut(value), part = boxes(one, begun, onChange, week);
    return { ...part, read: () => {
      const days = part.read();
      if (days === begun) return value ?? undefined;
      return one.ranges && days ? inShort(days) : days;
    } };
  },

  /** One text a line. */
  texts(one, value, onChange) {
    const list = listOf(value);
    const control = el("textarea", { name: one.key, rows: Math.max(2, list.length), value: list.join("\n"), spellcheck: false, on: { input: onChange } });
    return single({ ...one, hint: [one.hint, t("One a line")].filter(Boolean).join(". ") }, control, value, ({ value: text }) => {
      const given = text.split("\n").map((line) => line.trim()).filter(Boolean);
      return given.length ? given : undefined;
    });
  },

  /** What is typed goes into a file of its own; what is there is never shown. */
  secret(one, value, onChange) {
    const control = input(one.key, { type: "password", autocomplete: "new-password", placeholder: value ? t("unchanged") : "", on: { input: onChange } });
    return single(one, control, value, ({ value: text }) => (text ? { secret: text } : undefined));
  },

  /** A section of its own, always there. */
  section(one, value, onChange) {
    const form = new Form(one.fields, value ?? {}, { onChange });
    const part = group(one, form.element, () => { const own = form.value(); return Object.keys(own).length ? own : undefined; }, { mark: (rest, text) => form.mark(rest, text) });
    return { ...part, clear: () => { part.clear(); form.clear(); } };
  },

  /** A section that is there or not; what was typed is not lost by switching it off and on. */
  optional(one, value, onChange) {
    const form = new Form(one.fields, value ?? one.begin ?? {}, { onChange });
    const box = el("input", { type: "checkbox", name: one.key, checked: value !== undefined && value !== null, on: { change: () => { form.element.hidden = !box.checked; onChange(); } } });
    form.element.hidden = !box.checked;
    const part = group(one, [el("label.check", {}, box, el("span", {}, one.question)), form.element], () => (box.checked ? form.value() : undefined), { mark: (rest, text) => form.mark(rest, text) });
    return { ...part, clear: () => { part.clear(); form.clear(); } };
  },

  /** Sections, as many as are needed; with `describe` each is folded below one line about it. */
  list(one, value, onChange) {
    const make = (own) => ({ own, form: new Form(one.fields, own, { onChange }) });
    const items = remembered(Array.isArray(value) ? value.filter(isSection) : []).map(make);
    const rows = el("div.stack", {});
    const row = ({ own, form }, index) => {
      const name = `${one.item} ${index + 1}`;
      const remove = el("button.button.quiet.icon", { type: "button", "aria-label": t("Remove “{name}”", { name }), title: t("Remove"), on: { click: () => { items.splice(index, 1); show(); onChange(); } } }, icon("trash"));
      if (!one.describe) return el("div.item", { role: "group", "aria-label": name }, form.element, remove);
      return el("details.item", { open: placeOf(own) === undefined }, el("summary", {}, placeOf(own) === undefined ? name : one.describe(own)), el("div.folded", {}, form.element, remove));
    };
    const show = () => replace(rows, items.map(row));
    const begin = () => {
      items.push(make(structuredClone(one.begin ?? {})));
      show();
      onChange();
      rows.lastElementChild.querySelector("input, select, textarea")?.focus();
    };
    const add = one.add && el("button.button", { type: "button", on: { click: begin } }, icon("plus"), one.add);
    show();
    const part = group(one, [rows, add && el("div.buttons", {}, add)], () => (items.length ? items.map(({ form }) => form.value()) : undefined),
      { mark: ([index, ...rest], text) => items[index]?.form.mark(rest, text) });
    return { ...part, clear: () => { part.clear(); for (const { form } of items) form.clear(); } };
  },

  /** Any other control: `make(value, onChange)` gives {element, read, mark?, clear?}. */
  own(one, value, onChange) {
    const made = one.make(value, onChange);
    return group(one, made.element, made.read, made);
  },
};
