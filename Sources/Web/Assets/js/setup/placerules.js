// Rules about places, combinations, schedules, and what holds for all rules: everything of `rules` but thresholds.
import { el, replace } from "../core/dom.js";
import { field, select } from "../core/forms.js";
import { kindWords } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { condition } from "./condition.js";
import { fieldsOf, kindsOf, place, SectionPanel } from "./declared.js";
import { Form } from "./fields.js";
import { camerasField, namedFields, policyFields, surroundings } from "./ruleform.js";
import { saveEdits } from "./save.js";
import { SchedulePanel } from "./schedules.js";
import { quoted, t, tlist } from "../core/words.js";

/** Panels below the rules; `book` are the declared rules, `settings` what the file may say. */
export function panels(values, book, settings, onSaved) {
  const kinds = kindsOf([...book.keys()].map((kind) => ({ kind })));
  const rules = values.rules ?? {};
  const named = ["zone_entry", "line_crossing", "dwell"].flatMap((kind) => (rules[kind] ?? []).map(({ name }) => [name, quoted(name)]));
  const around = { ...surroundings(values), kinds, rules: named };
  const combinations = { key: "combinations", type: "list", words: t("Combinations"), item: t("Combination"), add: t("Add a combination"), describe: ({ name }) => quoted(name), begin: { name: "" }, fields: [
    { key: "name", type: "text", words: t("Name"), hint: t("Texts and the log say it") },
    { key: "severity", type: "choice", words: t("Severity"), choices: [["low", t("Low")], ["medium", t("Medium")], ["high", t("High")]], usual: "medium" },
    { key: "within_seconds", type: "number", words: t("Within (seconds)"), minimum: 0.1, maximum: 3600, usual: 10, hint: t("How far apart its detections may be") },
    { key: "when", type: "own", words: t("When"), make: (value, onChange) => condition(value, around, onChange) },
    camerasField(around), ...policyFields(around).filter(({ key }) => key !== "severity"),
  ] };
  return [
    adding(values, book, around, onSaved),
    new SectionPanel(t("Combinations"), ["rules"], [combinations], values, { note: t("Several detections that together are an incident."), onSaved }).element,
    new SchedulePanel(values, onSaved).element,
    new SectionPanel(t("All rules"), ["rules"], fieldsOf(settings, "rules.", around, { only: ["settle_seconds", "merge"] }), values, { onSaved }).element,
  ];
}

/** A new rule about a place. */
function adding(values, book, around, onSaved) {
  const body = el("div.stack", {});
  let form;
  const show = (kind) => {
    form = new Form(namedFields(book.get(kind).parameters, around), { name: "" });
    const save = attempt(async () => {
      form.clear();
      const path = ["rules", kind], index = (values.rules?.[kind] ?? []).length;
      if (await saveEdits([{ op: "set", path: [...path, "-"], value: form.value() }], { title: t("Add this rule?"), onProblems: (problems) => place(problems, [...path, index], form) })) onSaved();
    });
    replace(body, el("p.soft.small", {}, book.get(kind).about), form.element, el("div.buttons", {}, el("button.button.primary", { type: "button", on: { click: save } }, t("Add this rule"))));
  };
  const kinds = ["zone_entry", "dwell"];
  show(kinds[0]);
  return panel(t("Add a rule about a place"), el("div.stack", {},
    el("p.soft.small", {}, tlist("Lines are drawn on a camera’s picture, under {link}.", { link: el("a", { href: "#/setup/cameras" }, t("Cameras")) })),
    el("div.narrow", {}, field(t("Kind"), select("kind", kinds.map((kind) => [kind, kindWords(kind)]), kinds[0], { on: { change: (event) => show(event.target.value) } }))), body));
}
