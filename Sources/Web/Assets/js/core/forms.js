// Fields with a label, a hint and a problem, tied together for screen readers.
import { el, replace } from "./dom.js";

let number = 0;

/** A labelled control; `control` is an input, select or textarea. */
export function field(label, control, { hint } = {}) {
  const id = control.id || `field-${++number}`;
  control.id = id;
  // Browsers say it when the text does not fit the pattern.
  if (hint && control.pattern) control.title = hint;
  const hints = hint ? el("span.hint", { id: `${id}-hint` }, hint) : null;
  const problem = el("span.problem", { id: `${id}-problem`, hidden: true });
  control.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-problem`].filter(Boolean).join(" "));
  return el("div.field", {}, el("label", { htmlFor: id }, label), control, hints, problem);
}

export const input = (name, props = {}) => el("input", { type: "text", name, ...props });

export function select(name, choices, value, props = {}) {
  return el("select", { name, ...props }, choices.map((choice) => {
    const [key, words] = Array.isArray(choice) ? choice : [choice, choice];
    return el("option", { value: key, selected: key === value }, words);
  }));
}

export function check(name, words, { checked = false, value = "on", on, disabled } = {}) {
  return el("label.check", {}, el("input", { type: "checkbox", name, checked, value, on, disabled }), el("span", {}, words));
}

/** One of several sentences; `call` gets the key of the one that is chosen. */
export function radios(legend, name, choices, value, call) {
  return el("fieldset.radios", {}, el("legend", {}, legend), choices.map(([key, words]) => el("label.check", {},
    el("input", { type: "radio", name, value: key, checked: key === value, on: { change: () => call(key) } }), el("span", {}, words))));
}

/** Marks the control with this name as wrong, or clears it with an empty text. */
export function mark(form, name, text) {
  const control = form.elements.namedItem(name);
  if (!control?.id) return false;
  const problem = form.querySelector(`#${control.id}-problem`);
  if (!problem) return false;
  control.setAttribute("aria-invalid", text ? "true" : "false");
  problem.hidden = !text;
  replace(problem, text);
  return true;
}

/** The form's values by name; empty texts are left out, checkboxes are true or false, numbers are numbers. */
export function values(form) {
  const result = {};
  for (const control of form.elements) {
    if (!control.name || control.disabled) continue;
    if (control.type === "checkbox") result[control.name] = control.checked;
    else if (control.type === "number") { if (control.value !== "") result[control.name] = Number(control.value); }
    else if (control.type === "radio") { if (control.checked) result[control.name] = control.value; }
    else if (control.value !== "") result[control.name] = control.value;
  }
  return result;
}

/** Buttons of which one is pressed. */
export function segments(label, choices, value, onChange) {
  const group = el("div.segments", { role: "group", "aria-label": label });
  const show = (chosen) => {
    for (const button of group.children) button.setAttribute("aria-pressed", String(button.dataset.value === String(chosen)));
  };
  for (const [key, words] of choices) {
    group.append(el("button", { type: "button", data: { value: key }, on: { click: () => { show(key); onChange(key); } } }, words));
  }
  show(value);
  group.choose = show;
  return group;
}
