// A condition of a combination, put together by choosing: each part says what it is and holds others where it joins them.
import { el, replace } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { field, input, select } from "../core/forms.js";
import { t } from "../core/words.js";

const joins = ["all", "any"];
const forms = () => [
  ["sees", t("A rule detects something")], ["all", t("All of these")], ["any", t("One of these")], ["not", t("Not this")], ["first", t("First this, then that")], ["during", t("At these times")], ["occupied", t("Somebody or something is in a zone")],
];
const deepest = 7;

/** Which form a condition of the file has. */
const formOf = (value) => forms().map(([form]) => form).find((form) => value?.[form] !== undefined) ?? "sees";

/**
 * One condition: {element, read, mark, clear}.
 * @param {object} value as the file has it @param {object} around names: kinds, zones, schedules, rules @param {Function} onChange
 */
export function condition(value, around, onChange, depth = 0) {
  let parts = [], form = formOf(value);
  const kept = new Map([[form, value]]);
  const body = el("div.stack", {}), problem = el("span.problem", { hidden: true });
  const inner = (own) => { const part = condition(own, around, onChange, depth + 1); parts.push(part); return part; };

  const builders = {
    sees: (own) => {
      const kind = select("sees", around.kinds.filter(([key]) => key !== "combination" && key !== "manual"), own?.sees, { on: { change: onChange } });
      const zone = select("zone", [["", t("Anywhere")], ...around.zones], own?.zone ?? "", { on: { change: onChange } });
      const rule = select("rule", [["", t("Any rule of this kind")], ...around.rules], own?.rule ?? "", { on: { change: onChange } });
      replace(body, el("div.columns", {}, field(t("What"), kind), field(t("Where"), zone), field(t("Which rule"), rule)));
      return () => ({ sees: kind.value, ...(zone.value && { zone: zone.value }), ...(rule.value && { rule: rule.value }) });
    },
    ...Object.fromEntries(joins.map((join) => [join, (own) => {
      const given = Array.isArray(own?.[join]) ? own[join] : [undefined, undefined];
      const list = given.map(inner), rows = el("div.stack", {});
      const show = () => replace(rows, list.map((part, index) => el("div.item", {}, part.element,
        el("button.button.quiet.icon", { type: "button", title: t("Remove"), "aria-label": t("Remove “{name}”", { name: t("Condition {n}", { n: index + 1 }) }), disabled: list.length < 2, on: { click: () => { list.splice(index, 1); show(); onChange(); } } }, icon("trash")))));
      show();
      replace(body, rows, el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => { list.push(inner(undefined)); show(); onChange(); } } }, icon("plus"), t("Add a condition"))));
      parts = list;
      return () => ({ [join]: list.map((part) => part.read()) });
    }])),
    not: (own) => { const part = inner(own?.not); replace(body, part.element); return () => ({ not: part.read() }); },
    first: (own) => {
      const first = inner(own?.first), then = inner(own?.then);
      const within = input("within_seconds", { type: "number", min: 0.1, max: 3600, step: "any", value: own?.within_seconds ?? 60, on: { input: onChange } });
      replace(body, el("div.labelled", {}, el("strong.small", {}, t("First")), first.element), el("div.labelled", {}, el("strong.small", {}, t("Then")), then.element), field(t("Within (seconds)"), within));
      return () => ({ first: first.read(), then: then.read(), within_seconds: Number(within.value) });
    },
    during: (own) => {
      const schedule = select("during", [["", "–"], ...around.schedules], own?.during ?? "", { on: { change: onChange } });
      replace(body, field(t("Schedule"), schedule));
      return () => ({ during: schedule.value });
    },
    occupied: (own) => {
      const zone = select("occupied", [["", "–"], ...around.zones], own?.occupied ?? "", { on: { change: onChange } });
      replace(body, field(t("Zone"), zone));
      return () => ({ occupied: zone.value });
    },
  };

  let read;
  const build = () => { parts = []; read = builders[form](kept.get(form)); };
  const choice = select("condition", forms().filter(([name]) => depth < deepest || !["all", "any", "not", "first"].includes(name)), form, { "aria-label": t("Kind of condition"), on: { change: (event) => {
    kept.set(form, read());
    form = event.target.value;
    build();
    onChange();
  } } });
  build();
  const element = el("div.condition.stack", {}, choice, body, problem);
  const mark = (path, text) => {
    const [key, ...rest] = path;
    if (joins.includes(key) && parts[rest[0]]) return parts[rest[0]].mark(rest.slice(1), text);
    if (["not", "first", "then"].includes(key) && parts.length) return parts[key === "then" ? 1 : 0].mark(rest, text);
    problem.hidden = !text;
    replace(problem, text);
    if (text) element.closest("details")?.setAttribute("open", "");
    return true;
  };
  return { element, mark, read: () => read(), clear: () => { problem.hidden = true; for (const part of parts) part.clear(); } };
}
