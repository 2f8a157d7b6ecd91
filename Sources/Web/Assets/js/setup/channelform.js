// The form of one alert channel, new or known.
import { el } from "../core/dom.js";
import { check, field, input, mark, select } from "../core/forms.js";
import { words as plainWords } from "../core/format.js";
import { attempt } from "../core/toasts.js";
import { slug } from "./cameras.js";
import { added, changes, given, kinds } from "./channelbook.js";
import { saveEdits } from "./save.js";
import { t } from "../core/words.js";

/** What keys are called that no kind's own list names. */
const others = {
  base_url: t("Address of the service"), ca_file: t("Trusted certificates (PEM file)"), discovery_prefix: t("Topic of Home Assistant"), bot_token: t("Token of a bot instead of the address"), channel: t("The bot’s channel"),
};

/** The fields of a kind: all keys that its declaration has, in words where the book has them. */
export function fieldsOf(type, declared) {
  const known = kinds[type]?.fields ?? [];
  const keys = declared.find((one) => one.type === type)?.keys ?? [];
  const more = keys.filter(({ setting: { path, type: form } }) => form !== "section" && !known.some(({ key }) => key === path)).map(({ setting, needed, usual }) => ({
    key: setting.path, words: others[setting.path] ?? plainWords(setting.path), required: needed, secret: setting.type === "secret", list: setting.type === "texts", number: setting.type === "number",
    flag: setting.type === "flag", fallback: setting.default, hint: usual && t("Empty: {usual}", { usual }), ...(setting.words && { choices: setting.words }),
  }));
  const isNeeded = (key, otherwise) => keys.find(({ setting }) => setting.path === key)?.needed ?? otherwise;
  return [...known.map((one) => ({ ...one, required: isNeeded(one.key, one.required) })), ...more];
}

const plainName = "[A-Za-z0-9_\\-]{1,64}";
const isPlain = new RegExp(`^${plainName}$`);

/** What is no name becomes one that can be read: "Handy Süd" is "handy-sued". */
const named = ({ target }) => { if (!isPlain.test(target.value)) target.value = slug(target.value); };

/** @param {{type: string, entry?: object, names: string[], onSaved: () => void, declared: object[]}} options `entry` is the file's, for a known channel */
export function channelForm({ type, entry = null, names = [], onSaved, declared }) {
  const fields = fieldsOf(type, declared);
  const form = el("form.stack", { noValidate: false },
    el("div.columns", {}, entry ? null : field(t("Name"), input("name", { required: true, pattern: plainName, autocapitalize: "none", on: { change: named } }), { hint: t("Letters, digits, “-” and “_”. Routes refer to the channel by this name.") }),
      fields.map((one) => control(one, entry))),
    el("div.buttons", {}, el("button.button.primary", { type: "submit" }, entry ? t("Save") : t("Add this channel"))));
  form.addEventListener("submit", attempt(async () => {
    const name = entry?.name ?? form.elements.namedItem("name").value.trim();
    if (!entry && names.includes(name)) { mark(form, "name", t("Another channel already has this name.")); return; }
    const values = given(fields, (key) => { const node = form.elements.namedItem(key); return node.type === "checkbox" ? node.checked : node.value; });
    const edits = entry ? changes(entry, values, fields) : added(type, name, values, fields);
    const index = entry ? names.indexOf(entry.name) : names.length;
    for (const { key } of fields) mark(form, key, "");
    const onProblems = (problems) => problems.filter(({ path: [alerts, channels, place, ...rest], message }) =>
      !(alerts === "alerts" && channels === "channels" && place === index && (mark(form, rest.join("."), message) || mark(form, rest[0] ?? "name", message))));
    if (!edits.length) throw new Error(t("There is nothing to save: no value has changed."));
    if (await saveEdits(edits, { title: entry ? t("Save this channel?") : t("Add this channel?"), onProblems })) onSaved();
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
