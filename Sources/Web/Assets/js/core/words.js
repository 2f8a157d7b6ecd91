// The page in its reader's language. The English text is the key: words/de.json says {"Sign in": "Anmelden"}.
//
// The catalogue is there before a module that imports this one runs, so that texts may stand anywhere and nothing is shown in
// English first. Texts stand in the call itself, where Tests/Support/words.py finds them.

const key = "aislewatch.language";
const { languages = "", language: usual = "en" } = document.documentElement.dataset;

/** The languages that there are. */
export const known = ["en", ...languages.split(" ").filter(Boolean)];

/** What somebody chose here; "" as the browser has it. */
export function chosen() {
  try { return localStorage.getItem(key) ?? ""; } catch { return ""; }
}

export function choose(name) {
  try { localStorage.setItem(key, name); } catch { /* a browser without storage keeps none */ }
  window.location.reload();
}

const short = (name) => name.split("-")[0].toLowerCase();
/** Shown: what was chosen, what the browser asks for, or what the site's texts are written in. */
export const language = [chosen(), ...navigator.languages.map(short), usual].find((name) => known.includes(name)) ?? "en";
/** For Intl: with the reader's country where the browser names one. */
export const locale = navigator.languages.find((name) => short(name) === language) ?? (language === "en" ? "en-GB" : language);

const texts = language === "en" ? {} : await fetch(`/words/${language}.json`).then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
document.documentElement.lang = language;

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const forms = new Intl.PluralRules(locale);

/** `text` in the page's language; `{name}` stands for a value, of which numbers are written as its readers write them. */
export const t = (text, values) => fill(texts[text] || text, values);

/** The same where the words depend on a number, `{n}`: tn(3, "{n} click", "{n} clicks"). */
export function tn(n, one, many, values) {
  const text = texts[many]?.[forms.select(n)] || texts[many]?.other || (n === 1 ? one : many);
  return fill(text, { n, ...values });
}

/** The same with elements for values; a list for `el`. */
export const tlist = (text, nodes) => (texts[text] || text).split(/\{(\w+)\}/).map((part, index) => (index % 2 ? nodes[part] ?? "" : part));

/** What the server says in English, where the catalogue has it; what the server filled in is {1}, {2}, … there. */
export function said(text) {
  if (typeof texts[text] === "string" || !text) return texts[text] || text;
  patterns ??= Object.entries(texts).filter(([sentence]) => sentence.includes("{1}") && texts[sentence]).map(([sentence, own]) => [patternOf(sentence), own]);
  for (const [pattern, own] of patterns) {
    const found = pattern.exec(text);
    if (found) return fill(own, found);
  }
  return text;
}

let patterns;
const patternOf = (sentence) => new RegExp(`^${sentence.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.*)")}$`, "s");

const fill = (text, values) => (values ? text.replace(/\{(\w+)\}/g, (all, name) => write(values[name] ?? all)) : text);
const write = (value) => (typeof value === "number" ? numbers.format(value) : value);

/** "one, another or a third". */
export const anyOf = (list) => new Intl.ListFormat(locale, { type: "disjunction" }).format(list);

/** A name in the language's own quotation marks. */
export const quoted = (name) => t("“{name}”", { name });

/** What a language calls itself. */
export const nameOf = (name) => new Intl.DisplayNames([name], { type: "language" }).of(name);
