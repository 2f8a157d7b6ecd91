// The form of one alert channel, new or known.
import { el } from "../core/dom.js";
import { check, field, input, mark, select } from "../core/forms.js";
import { attempt } from "../core/toasts.js";
import { added, changes, given, kinds } from "./channelbook.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** @param {{type: string, entry?: object, names: string[], onSaved: () => void}} options `entry` is the file's, for a known channel */
export function channelForm({ type, entry = null, names = [], onSaved }) {
  const { fields } = kinds[type];
  const form = el("form.stack", { noValidate: false },
    el("div.columns", {}, entry ? null : field(t("Name"), input("name", { required: true, pattern: "[A-Za-z0-9_\\-]{1,64}", autocapitalize: "none" }), { hint: t("Letters, digits, “-” and “_”. Routes refer to the channel by this name.") }),
      fields.map((one) => control(one, entry))),
    el("div.buttons", {}, el("button.button.primary", { type: "submit" }, entry ? t("Save") : t("Add this channel"))));
  form.addEventListener("submit", attempt(async () => {
    const name = entry?.name ?? form.elements.namedItem("name").value.trim();
    if (!entry && names.includes(name)) { mark(form, "name", t("Another channel already has this name.")); return; }
    const values = given(fields, (key) => { const node = form.elements.namedItem(key); return node.type === "checkbox" ? node.checked : node.value; });
    const edits = entry ? changes(entry, values) : added(type, name, values);
    if (!edits.length) throw new Error(t("There is nothing to save: no value has changed."));
    if (await saveEdits(edits, { title: entry ? t("Save this channel?") : t("Add this channel?") })) onSaved();
  }));
  return form;
}

function control(one, entry) {
  const { key, words, required = false, secret, list, number, choices, flag, fallback } = one;
  const before = key.split(".").reduce((value, part) => value?.[part], entry ?? {});
  if (flag) return check(key, words, { checked: before ?? fallback });
  const isKept = secret && before !== undefined;
  const hint = isKept ? t("Leave it empty to keep the one that is set.") : one.hint;
  const mustFill = required && !isKept;
  if (choices) return field(words, select(key, choices, before ?? fallback), { hint });
  if (list) return field(words, el("textarea", { name: key, rows: 2, required: mustFill, value: [before ?? []].flat().join("\n") }), { hint });
  if (secret) return field(words, input(key, { type: "password", required: mustFill, autocomplete: "new-password" }), { hint });
  return field(words, input(key, { type: number ? "number" : "text", required: mustFill, value: before ?? "", autocapitalize: "none", spellcheck: false, ...(number && { min: 1, max: 65535 }) }), { hint });
}
