// What happened: a range of time as a band, and the list, narrowed by words and filters.
import { el, replace } from "../core/dom.js";
import { get, query as queryOf } from "../core/api.js";
import { closer, head } from "../core/page.js";
import { icon } from "../core/icons.js";
import { select } from "../core/forms.js";
import { attempt, toast } from "../core/toasts.js";
import { dayOfText, dayText, foreignZone } from "../core/calendar.js";
import { isToday } from "../core/format.js";
import { setQuery } from "../core/router.js";
import { keys } from "../core/shortcuts.js";
import * as feed from "../core/feed.js";
import { AskBox } from "./ask.js";
import { filters, names } from "./filters.js";
import { List } from "./list.js";
import { firstAfter, lastBefore, narrowed } from "./neighbours.js";
import { legend, rangeOf, rangeWords, shifted, spans, timeline } from "./timeline.js";
import { t } from "../core/words.js";

const path = "/api/v1/incidents";

export async function open(main, _, query) {
  const close = closer();
  const { cameras } = await get("/api/v1/cameras");
  let values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
  const report = el("a.button", {}, icon("save", 16), t("Report of the day"));
  head(main, t("Incidents"), { actions: [report] });
  const band = new Band(cameras, query, () => values, () => remember());
  const list = new List(() => values);
  const narrow = filters(values, cameras, (now) => { values = now; remember(); showAll(); });
  main.append(el("div.stack.wide", {}, new AskBox(cameras).element, narrow, band.element, list.element));
  const remember = () => setQuery({ ...values, ...band.address });
  const showAll = () => { band.show(); list.show(); report.href = `#/incidents/day/${dayText(band.range.start)}`; };
  showAll();
  // What somebody has unfolded or chosen stays as it is.
  const renew = () => { band.show(); if (list.isAtRest) list.show(); };
  close.add(feed.on("incident", renew), feed.on("again", renew), () => band.close(),
    keys([["ArrowLeft", t("Earlier"), () => band.move(-1)], ["ArrowRight", t("Later"), () => band.move(1)], ["+", t("Shorter time"), () => band.zoom(-1)], ["-", t("Longer time"), () => band.zoom(1)],
      ["p", t("To the incident before this time"), () => band.jump(lastBefore)], ["n", t("To the incident after this time"), () => band.jump(firstAfter)]]));
  return close;
}

/** The band of time with what moves and widens it. */
class Band {
  #turn = 0;

  constructor(cameras, query, values, onMove) {
    this.cameras = cameras;
    this.values = values;
    this.onMove = onMove;
    this.span = spans.some(([key]) => key === query.get("span")) ? query.get("span") : "day";
    const at = new Date(query.get("at") ?? NaN);
    this.at = Number.isNaN(at.getTime()) ? dayOfText(query.get("day")) : at;
    this.band = el("div", {}, el("p.loading", {}, t("Loading…")));
    this.words = el("strong.day", { role: "status" });
    const button = (sign, words, call) => el("button.button.icon", { type: "button", title: words, "aria-label": words, on: { click: attempt(async () => call()) } }, icon(sign, 16));
    this.later = button("forward", t("Later"), () => this.move(1));
    this.choice = select("span", spans.map(([key, words]) => [key, words]), this.span, { "aria-label": t("How much time is shown"), on: { change: (event) => this.#setSpan(event.target.value) } });
    const tools = el("div.buttons.band-tools", {},
      button("stepBack", t("To the incident before this time"), () => this.jump(lastBefore)), button("back", t("Earlier"), () => this.move(-1)), this.words, this.later,
      button("stepForward", t("To the incident after this time"), () => this.jump(firstAfter)),
      button("plus", t("Shorter time"), () => this.zoom(-1)), button("minus", t("Longer time"), () => this.zoom(1)), this.choice);
    this.element = el("section.panel.band", { "aria-label": t("Time") }, el("header", {}, el("h2", {}, t("Time")), el("span.soft.small", {}, foreignZone() && t("times of {zone}", { zone: foreignZone() })), el("span.grow", {}), tools), el("div.body", {}, this.band));
    this.band.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? -1 : 1, event);
    }, { passive: false });
    this.observer = new ResizeObserver(() => { if (this.band.clientWidth !== this.width) this.#draw(); });
    this.observer.observe(this.band);
  }

  get range() { return rangeOf(this.span, this.at); }

  /** What of it stands in the address. */
  get address() {
    if (this.span === "day") return { day: isToday(this.at) ? "" : dayText(this.at) };
    return { span: this.span, at: this.at.toISOString() };
  }

  async show() {
    const mine = ++this.#turn, range = this.range;
    replace(this.words, rangeWords(this.span, range));
    this.later.disabled = range.end > new Date();
    const within = { from: range.start.toISOString(), to: range.end.toISOString() };
    try {
      const [{ incidents }, { gaps }] = await Promise.all([get(path + queryOf({ ...this.values(), ...within, limit: 500 })), get(`/api/v1/gaps${queryOf(within)}`)]);
      if (mine !== this.#turn) return;
      this.shown = { range, incidents, gaps: gaps.filter((gap) => !this.values().camera || !gap.camera || gap.camera === this.values().camera) };
      this.#draw();
    } catch (error) {
      if (mine === this.#turn) replace(this.band, el("p.soft.small", {}, error.message));
    }
  }

  #draw() {
    if (!this.shown) return;
    const { range, incidents, gaps } = this.shown;
    this.width = this.band.clientWidth;
    const names = window.matchMedia("(max-width: 52rem)").matches ? 0 : 136;
    replace(this.band, timeline(range, this.cameras, incidents, gaps, Math.max(80, this.width - names - 40), queryOf(narrowed(this.values()))),
      incidents.length || gaps.length ? legend(incidents, gaps) : el("p.soft.small.legend", {}, t("No incident in this time.")));
    if (incidents.length === 500) this.band.append(el("p.soft.small", {}, t("Only the last 500 incidents of this time are shown.")));
  }

  move(by) {
    const next = shifted(this.span, this.at, by);
    if (by > 0 && rangeOf(this.span, next).start > new Date()) return;
    this.#look(next);
  }

  /** To a shorter (-1) or longer (1) time, around the pointer or what lies in the middle. */
  zoom(by, event) {
    const at = spans.findIndex(([key]) => key === this.span) + by;
    if (!spans[at]) return;
    const bandNode = this.band.querySelector(".time-band")?.getBoundingClientRect();
    const { start, end } = this.range, now = Date.now();
    const part = event && bandNode ? Math.min(1, Math.max(0, (event.clientX - bandNode.left) / bandNode.width)) : null;
    // Without a pointer: now, where that is seen, else the middle.
    const moment = part !== null ? start.getTime() + part * (end - start) : now > start && now < end ? now : (start.getTime() + end.getTime()) / 2;
    this.at = new Date(moment);
    this.#setSpan(spans[at][0]);
  }

  #setSpan(span) {
    if (this.span !== span && this.span === "day" && this.range.end > new Date() && this.range.start < new Date()) this.at = new Date(Math.max(this.at, Math.min(Date.now(), this.range.end)));
    this.span = this.choice.value = span;
    this.#look(this.at);
  }

  #look(at) {
    this.at = at;
    this.show();
    this.onMove();
  }

  /** To the time around the incident before or after what is shown. */
  async jump(find) {
    const { start, end } = this.range;
    const incident = await find(find === lastBefore ? start : end, this.values());
    if (!incident) { toast(find === lastBefore ? t("There is no earlier incident.") : t("There is no later incident.")); return; }
    this.#look(new Date(incident.start));
  }

  close() { this.observer.disconnect(); }
}
