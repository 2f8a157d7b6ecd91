// Schedules: times with a name, to which rules and combinations refer.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input } from "../core/forms.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { edits, freeName, isSection } from "./edits.js";
import { Form } from "./fields.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** Where a schedule is referred to: [[path, value]] of each `during`. */
function references(node, name, path = ["rules"]) {
  if (Array.isArray(node)) return node.flatMap((item, index) => references(item, name, [...path, index]));
  if (!isSection(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === "during" && value === name ? [[...path, key]] : references(value, name, [...path, key])));
}

export class SchedulePanel {
  constructor(values, onSaved) {
    this.values = values;
    this.onSaved = onSaved;
    this.before = values.rules?.schedules ?? {};
    this.rows = el("div.stack", {});
    this.save = el("button.button.primary", { type: "button", disabled: true, on: { click: attempt(() => this.#save()) } }, t("Save"));
    this.items = Object.entries(this.before).map(([name, spans]) => this.#item(name, spans, name));
    this.element = panel(t("Schedules"), el("div.stack", {}, el("p.soft.small", {}, t("Times with a name. Rules and combinations can be limited to them.")), this.rows,
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => this.#add() } }, icon("plus"), t("Add a schedule")), this.save)));
    this.#show();
  }

  #item(name, spans, was) {
    const change = () => { this.save.disabled = false; };
    const control = input("schedule", { value: name, maxLength: 100, on: { input: change } });
    const form = new Form([{ key: "spans", type: "list", words: t("Times"), hint: t("An end before the beginning is on the next day"), item: t("Time"), add: t("Add a time"), begin: { from: "22:00", to: "06:00" }, fields: [
      { key: "days", type: "days", ranges: true, words: t("Days"), hint: t("None chosen: every day") }, { key: "from", type: "time", words: t("From"), example: "00:00" }, { key: "to", type: "time", words: t("To"), example: "24:00" },
    ] }], { spans }, { onChange: change, columns: false });
    return { was, control, form };
  }

  #add() {
    this.items.push(this.#item(freeName(t("nights"), this.items.map(({ control }) => control.value)), [{ from: "22:00", to: "06:00" }], undefined));
    this.save.disabled = false;
    this.#show();
    this.items.at(-1).control.select();
  }

  #show() {
    replace(this.rows, this.items.map((item, index) => el("div.item", { role: "group", "aria-label": item.control.value }, el("div.stack", {}, field(t("Name"), item.control), item.form.element),
      el("button.button.quiet.icon", { type: "button", title: t("Remove"), "aria-label": t("Remove “{name}”", { name: item.control.value }), on: { click: () => { this.items.splice(index, 1); this.save.disabled = false; this.#show(); } } }, icon("trash")))));
  }

  async #save() {
    const list = [], path = ["rules", "schedules"], gone = new Set(Object.keys(this.before));
    for (const { was, control, form } of this.items) {
      form.clear();
      const name = control.value.trim(), { spans = [] } = form.value();
      if (was === name) list.push(...edits([...path, name], this.before[name], spans, null));
      else {
        list.push({ op: "set", path: [...path, name], value: structuredClone(spans) });
        for (const place of was === undefined ? [] : references(this.values.rules, was)) list.push({ op: "set", path: place, value: name });
      }
      gone.delete(name);
    }
    const isLast = gone.size === Object.keys(this.before).length && !this.items.length;
    for (const name of isLast ? [] : gone) list.push({ op: "remove", path: [...path, name] });
    if (isLast) list.push(...edits(path, this.before, {}, this.values));
    const onProblems = (problems) => problems.filter(({ path: [rules, schedules, name, ...rest], message }) => {
      const item = rules === "rules" && schedules === "schedules" && this.items.find(({ control }) => control.value.trim() === name);
      return !(item && item.form.mark(["spans", ...rest], message));
    });
    if (await saveEdits(list, { title: t("Save these schedules?"), onProblems })) this.onSaved();
  }
}
