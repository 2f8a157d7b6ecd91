// The list of incidents with pictures, a page after the other, and verdicts for many at once.
import { el, replace } from "../core/dom.js";
import { get, put, query as queryOf } from "../core/api.js";
import { empty, panel } from "../core/page.js";
import { icon } from "../core/icons.js";
import { attempt, toast } from "../core/toasts.js";
import { dayName, duration, textOf, timeSeconds, titleOf, who } from "../core/format.js";
import { go } from "../core/router.js";
import { may } from "../core/session.js";
import { narrowed } from "./neighbours.js";
import { stateTag } from "./handling.js";
import { address, poster, reviewWords, severityTag } from "./row.js";
import { t, tn } from "../core/words.js";

const path = "/api/v1/incidents";

/** The list, a page after the other, and what is chosen in it. */
export class List {
  #turn = 0;
  #chosen = new Set();
  #isChoosing = false;
  #last = null;

  constructor(values) {
    this.values = values;
    this.rows = el("ul.rows", {});
    this.more = el("div.more-line", {}, el("p.loading", {}, t("Loading…")));
    this.total = el("span.soft.small", { role: "status" });
    this.bar = el("div.bulk.buttons", { hidden: true, role: "group", "aria-label": t("Verdict for all that are chosen") });
    this.switch = el("button.button.quiet", { type: "button", "aria-pressed": "false", on: { click: () => this.#choose(!this.#isChoosing) } }, t("Review several"));
    this.element = panel(t("List"), [this.bar, this.rows, this.more], { flush: true, actions: [this.total, may("operator") && this.switch] });
    this.rows.addEventListener("change", (event) => this.#toggled(event));
    this.rows.addEventListener("click", (event) => { this.#shift = event.shiftKey; });
  }

  #shift = false;

  get isAtRest() { return !this.#isChoosing && this.rows.children.length <= 30; }

  show = attempt(async () => {
    const mine = ++this.#turn;
    const page = await get(path + queryOf({ ...this.values(), limit: 30 }));
    if (mine !== this.#turn) return;
    replace(this.rows);
    this.#add(page);
  });

  #add({ incidents, next }) {
    const query = queryOf(narrowed(this.values()));
    this.rows.append(...incidents.map((incident) => wideRow(incident, query)));
    const shown = this.rows.children.length;
    replace(this.total, shown ? next ? tn(shown, "{n} incident and more", "{n} incidents and more") : tn(shown, "{n} incident", "{n} incidents") : "");
    replace(this.more, next && el("button.button", { type: "button", on: { click: attempt(async () => this.#add(await get(path + queryOf({ ...this.values(), limit: 30, cursor: next })))) } }, t("Show older ones")),
      !shown && nothing(this.values()));
  }

  #choose(isOn) {
    this.#isChoosing = isOn;
    this.#chosen.clear();
    this.#last = null;
    this.switch.setAttribute("aria-pressed", String(isOn));
    this.element.classList.toggle("choosing", isOn);
    for (const box of this.rows.querySelectorAll("input[type=checkbox]")) box.checked = false;
    this.#showBar();
    if (!isOn) this.show();
  }

  /** Shift takes all between the last one and this. */
  #toggled({ target }) {
    const boxes = [...this.rows.querySelectorAll("input[type=checkbox]")];
    const from = boxes.indexOf(this.#last), to = boxes.indexOf(target);
    const range = this.#shift && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [target];
    for (const box of range) {
      box.checked = target.checked;
      if (box.checked) this.#chosen.add(box.value); else this.#chosen.delete(box.value);
    }
    this.#last = target;
    this.#showBar();
  }

  #showBar() {
    this.bar.hidden = !this.#isChoosing;
    const all = () => { for (const box of this.rows.querySelectorAll("input[type=checkbox]")) { box.checked = true; this.#chosen.add(box.value); } this.#showBar(); };
    const verdict = (value, words) => el("button.button", { type: "button", disabled: !this.#chosen.size, data: { verdict: value }, on: { click: attempt(() => this.#judge(value, words)) } }, words);
    replace(this.bar, el("strong", {}, tn(this.#chosen.size, "{n} chosen", "{n} chosen")), el("button.button.quiet", { type: "button", on: { click: all } }, t("Choose all shown")), el("span.grow", {}),
      ["confirmed", "not_an_incident", "training_example", "none"].map((value) => verdict(value, reviewWords[value])), el("button.button", { type: "button", on: { click: () => this.#choose(false) } }, t("Done")));
  }

  async #judge(verdict, words) {
    const chosen = [...this.#chosen];
    let done = 0;
    try {
      for (const id of chosen) {
        await put(`${path}/${encodeURIComponent(id)}/review`, { verdict });
        done += 1;
      }
    } finally {
      if (done) toast(tn(done, "“{verdict}”: {n} incident.", "“{verdict}”: {n} incidents.", { verdict: words }));
      this.#choose(false);
    }
  }
}

function nothing(values) {
  return Object.values(values).some(Boolean)
    ? empty(t("No incident matches"), t("Try fewer words or another filter. Each word may be the beginning of one: “pall” finds pallet."), el("button.button", { type: "button", on: { click: () => go("/incidents") } }, t("Show all")))
    : empty(t("Nothing has happened yet"), t("Incidents appear here by themselves as soon as a rule fires on a camera, a followed object moves, or somebody records by hand."));
}

function reviewTag(incident) {
  if (incident.review === "none") return null;
  return el("span.tag", { class: incident.review === "confirmed" && "ok" }, icon(incident.review === "not_an_incident" ? "close" : "check", 12), reviewWords[incident.review]);
}

/** So long a pointer must rest on a picture before it moves. */
const restMs = 350;

/** The picture moves while a pointer rests on it: the clip around the incident, fast and without sound. */
function movingPoster(incident) {
  const picture = poster(incident);
  let timer = 0, video = null;
  const end = () => { clearTimeout(timer); video?.removeAttribute("src"); video?.load(); video?.remove(); video = null; };
  const begin = async () => {
    try {
      const { clips: [clip] } = await get(`${path}/${encodeURIComponent(incident.id)}`);
      if (!clip || !picture.matches(":hover")) return;
      end();
      const from = Math.max(0, clip.incident_seconds - 1.5);
      video = el("video", { muted: true, playsInline: true, src: clip.video, on: {
        loadedmetadata: () => { video.currentTime = from; video.playbackRate = 2; video.play().catch(() => {}); },
        error: () => { video?.remove(); },
        timeupdate: () => { if (video && video.currentTime > from + 6) video.currentTime = from; },
      } });
      picture.append(video);
    } catch { /* the still picture does */ }
  };
  picture.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") timer = setTimeout(begin, restMs); });
  picture.addEventListener("pointerleave", end);
  return picture;
}

/** @param {string} query the list's filters, which go along to the incident */
function wideRow(incident, query = "") {
  const seconds = (new Date(incident.end) - new Date(incident.start)) / 1000;
  return el("li.incident-line", {}, el("label.choose", {}, el("input", { type: "checkbox", value: incident.id, "aria-label": t("Choose {incident}, {time}", { incident: titleOf(incident), time: timeSeconds(incident.start) }) })), el(
    "a.row.wide", { href: address(incident) + query, data: { incident: incident.id }, class: incident.review === "not_an_incident" && "dismissed" },
    movingPoster(incident),
    el("span.row-text", {},
      el("span.row-title", {}, icon(incident.kind, 16), el("strong", {}, titleOf(incident)), severityTag(incident), incident.phase === "ongoing" && el("span.state.alarm", {}, icon("alarm", 12), t("Ongoing"))),
      el("span.row-words", {}, textOf(incident)),
      el("span.row-facts.soft.small", {}, el("span", {}, incident.camera_name), incident.zone && el("span", {}, incident.zone),
        incident.phase === "ended" && seconds >= 0.1 && el("span", {}, duration(seconds)),
        reviewTag(incident), incident.protected && el("span.tag", {}, icon("lock", 12), t("Protected")),
        stateTag(incident), incident.acknowledged_by && incident.state === "open" && el("span.tag", {}, icon("check", 12), t("Handled by {name}", { name: who(incident.acknowledged_by) })))),
    el("span.row-when", {}, el("time", { dateTime: incident.start }, timeSeconds(incident.start)), el("span.soft.small", {}, dayName(incident.start)))));
}
