// What is wrong with a setting, in the page's language. The server says what it found and what is allowed, each in words that the
// catalogue has: "cameras[0].name is an empty text; allowed: what people call it".
import { said, t } from "../core/words.js";

/** @param {string} message @returns {string} */
export const problemWords = (message) => message.split("; ").map(part).join("; ");

function part(text) {
  const whole = said(text);
  if (whole !== text) return whole;
  const [, kind, rest] = /^(allowed|needed): (.*)$/s.exec(text) ?? [];
  if (kind === "allowed") return t("allowed: {what}", { what: allowed(rest) });
  if (kind === "needed") return t("needed: {what}", { what: said(rest) });
  const [, guess] = /^did you mean "(.*)"\?$/s.exec(text) ?? [];
  if (guess !== undefined) return t("did you mean “{name}”?", { name: guess });
  const [, name, found] = /^(\S+(?: "[^"]*")?) is (.*)$/s.exec(text) ?? [];
  return name ? t("{name} is {found}", { name, found: said(found) }) : text;
}

function allowed(text) {
  const [, from, to, unit = ""] = /^([\d.]+) to ([\d.]+) ?(.*)$/.exec(text) ?? [];
  if (from) return `${t("{from} to {to}", { from, to })} ${said(unit)}`.trim();
  const [, whole, least, most, what] = /^a (whole )?number from (\S+) to (\S+?)(?: \((.*)\))?$/.exec(text) ?? [];
  if (!least) return said(text);
  const words = whole ? t("a whole number from {from} to {to}", { from: least, to: most }) : t("a number from {from} to {to}", { from: least, to: most });
  return what ? `${words} (${said(what)})` : words;
}
