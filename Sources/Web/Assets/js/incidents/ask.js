// A question in words: how it was understood, as parts that can be taken away, and what was found.
import { el, replace } from "../core/dom.js";
import { get, query as queryOf } from "../core/api.js";
import { icon } from "../core/icons.js";
import { input } from "../core/forms.js";
import { duration, kindWords, moment } from "../core/format.js";
import { attempt } from "../core/toasts.js";
import { stateWords } from "./handling.js";
import { compactRow, reviewWords } from "./row.js";
import { quoted, t, tn } from "../core/words.js";

/** A part of a question in words. */
function partWords({ meaning, value, from, to }, cameras) {
  const named = { camera: () => cameras.find(({ id }) => id === value)?.name ?? value, zone: () => value, kind: () => kindWords(value), state: () => stateWords[value],
    review: () => reviewWords[value] ?? value, severity: () => t("High"), longer_than: () => t("longer than {time}", { time: duration(Number(value)) }), person: () => t("by {name}", { name: value }),
    count: () => t("how many"), words: () => t("with the words {words}", { words: quoted(value) }),
    time: () => (from && to ? t("{from} to {to}", { from: moment(from), to: moment(to) }) : from ? t("since {time}", { time: moment(from) }) : t("until {time}", { time: moment(to) })) };
  return named[meaning]?.() ?? value;
}

export class AskBox {
  #dropped = new Set();
  #asked = "";

  /** @param {object[]} cameras */
  constructor(cameras) {
    this.cameras = cameras;
    this.field = input("question", { type: "search", maxLength: 300, placeholder: t("Ask: what fell in aisle 4 last night?"), "aria-label": t("Ask about incidents"), autocomplete: "off" });
    this.answer = el("div.stack", { "aria-live": "polite" });
    const form = el("form.ask", { role: "search", on: { submit: (event) => { event.preventDefault(); this.#dropped.clear(); this.#asked = this.field.value.trim(); this.#ask(); } } },
      this.field, el("button.button", { type: "submit" }, icon("help", 16), t("Ask")));
    this.field.addEventListener("search", () => { if (!this.field.value) { this.#asked = ""; replace(this.answer); } });
    this.element = el("section.ask-box", { "aria-label": t("Ask about incidents") }, form, this.answer);
  }

  #ask = attempt(async () => {
    if (!this.#asked) { replace(this.answer); return; }
    const found = await get(`/api/v1/ask${queryOf({ q: this.#asked, drop: [...this.#dropped].map(String) })}`);
    replace(this.answer, el("ul.chips", { "aria-label": t("How the question was understood") }, found.parts.map((part, index) => this.#chip(part, index))),
      el("p", { role: "status" }, el("strong", {}, tn(found.count, "{n} incident", "{n} incidents")), found.count > 0 && `: ${found.kinds.map(({ kind, count }) => `${count} × ${kindWords(kind)}`).join(", ")}`),
      found.incidents.length > 0 && el("ul.rows.panel", {}, found.incidents.map(compactRow)),
      found.count > found.incidents.length && el("p.soft.small", {}, t("The newest {n} are here.", { n: found.incidents.length })));
  });

  /** Pressed, it no longer counts; pressed again, it does. */
  #chip(part, index) {
    const words = partWords(part, this.cameras);
    return el("li", {}, el("button.chip", { type: "button", "aria-pressed": String(!part.dropped), title: part.dropped ? t("Take it in again") : t("Leave it out"), on: { click: () => {
      if (!this.#dropped.delete(index)) this.#dropped.add(index);
      this.#ask();
    } } }, words, icon(part.dropped ? "plus" : "close", 12)));
  }
}
