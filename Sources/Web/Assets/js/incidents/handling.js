// What people do about an incident: who is on the way, the check list, comments, photos. Several see it at once: what others do
// arrives with the page's events, and what somebody is writing stays.
import { el, replace } from "../core/dom.js";
import { post } from "../core/api.js";
import { icon } from "../core/icons.js";
import { input } from "../core/forms.js";
import { moment, time, who } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { may } from "../core/session.js";
import { reduced } from "./photo.js";
import { t } from "../core/words.js";

export const stateWords = {
  open: t("Open"), on_the_way: t("On the way"), clearing: t("Being cleared"), cleared: t("Cleared"), false_alarm: t("False alarm"),
};

const stateSigns = { open: "bell", on_the_way: "forward", clearing: "setup", cleared: "check", false_alarm: "close" };

/** What may be said next, the likeliest first. */
const next = { open: ["on_the_way"], on_the_way: ["clearing", "cleared"], clearing: ["cleared"], cleared: ["open"], false_alarm: [] };
const says = { on_the_way: t("I’m on my way"), clearing: t("I’m clearing it"), cleared: t("It’s cleared"), open: t("It’s still there") };

/** Where an incident stands, for lists; nothing while it is open. */
export const stateTag = ({ state, assignee }) => (state === "open" ? assignee && el("span.tag", {}, icon("user", 12), assignee)
  : el("span.tag", { class: state === "cleared" ? "ok" : "", data: { state } }, icon(stateSigns[state], 12), stateWords[state]));

const outcomes = {
  joined: ({ by, at }) => t("{name} was first, {time}. It is noted that you are there, too.", { name: who(by), time: time(at) }),
  already: ({ by, at }) => (by ? t("It was so already: {name}, {time}.", { name: who(by), time: time(at) }) : t("It was so already.")),
  refused: ({ state, by, at }) => t("It is over: {state}, {name}, {time}.", { state: stateWords[state], name: who(by), time: time(at) }),
};

export class HandlingPanel {
  #incident = null;

  /** @param {(incident: object) => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.standing = el("div.stack", {});
    this.list = el("div.stack", {});
    this.log = el("div", {});
    const comment = input("comment", { maxLength: 500, placeholder: t("Comment"), "aria-label": t("Comment"), autocomplete: "off" });
    const form = el("form.say", { on: { submit: attempt(async (event) => {
      event.preventDefault();
      if (!comment.value.trim()) return;
      await this.#take("comment", comment.value.trim());
      comment.value = "";
    }) } }, comment, el("button.button", { type: "submit" }, t("Send")));
    const photo = el("input.unseen", { type: "file", accept: "image/*", capture: "environment", on: { change: attempt(() => this.#send(photo)) } });
    this.says = may("operator") && el("div.stack", {}, form, el("label.button.photo-button", {}, icon("eye", 16), t("Add a photo"), photo));
    this.element = panel(t("What is being done"), el("div.stack.handling", {}, this.standing, this.list, this.log, this.says), { id: "handling" });
  }

  get #path() { return `/api/v1/incidents/${encodeURIComponent(this.#incident.id)}`; }

  async #take(action, text) { this.#took(await post(`${this.#path}/handling`, { action, text })); }

  async #send(field) {
    const [file] = field.files;
    if (!file) return;
    const body = await reduced(file);
    this.#took(await post(`${this.#path}/photos`, body));
    field.value = "";
  }

  #took(answer) {
    const words = outcomes[answer.outcome];
    if (words) toast(words(answer));
    this.onChange(answer.incident);
  }

  show(incident) {
    this.#incident = incident;
    const { state, assignee, handling: { by, at, steps, playbook } } = incident;
    replace(this.standing,
      el("p.state", { class: { cleared: "ok", open: "alarm" }[state] ?? "", role: "status" }, icon(stateSigns[state], 16), el("strong", {}, stateWords[state]), by && el("span.soft", {}, `${who(by)}, ${moment(at)}`)),
      assignee && el("p.small", {}, t("Assigned to {name}", { name: assignee })), may("operator") && this.#buttons(state, assignee));
    replace(this.list, playbook && this.#book(playbook));
    const shown = steps.filter(({ action }) => action !== "tick" && action !== "untick");
    replace(this.log, shown.length > 0 && el("ul.log", {}, shown.map(step)));
  }

  #buttons(state, assignee) {
    const button = (words, call, { sign, primary = false } = {}) => el("button.button", { class: primary ? "primary" : "", type: "button", on: { click: attempt(call) } }, sign && icon(sign, 16), words);
    const whom = input("assignee", { maxLength: 64, value: assignee ?? "", placeholder: t("Whose is it?"), "aria-label": t("Assigned to"), on: { change: attempt((event) => this.#take("assign", event.target.value.trim())) } });
    return [el("div.buttons", {}, next[state].map((to, index) => button(says[to], () => this.#take("state", to), { sign: stateSigns[to], primary: index === 0 && to !== "open" }))), state !== "cleared" && state !== "false_alarm" && whom];
  }

  #book({ name, lines, contacts }) {
    const line = ({ text, needs, ticked_by: by, ticked_at: at }) => el("li", {}, el("label.check", {},
      el("input", { type: "checkbox", checked: Boolean(by), disabled: !may("operator"), on: { change: attempt((event) => this.#take(event.target.checked ? "tick" : "untick", text)) } }),
      el("span", {}, text, needs && el("span.small.soft.block", {}, t("Takes: {what}", { what: needs })), by && el("span.small.soft.block", {}, `${who(by)}, ${time(at)}`))));
    return [el("h3", {}, name ? t("What to do: {name}", { name }) : t("What to do")), el("ul.check-list", {}, lines.map(line)),
      contacts.length > 0 && el("ul.log", {}, contacts.map(({ name: person, phone, note }) => el("li", {}, person, phone && [", ", el("a", { href: `tel:${phone.replace(/[^\d+]/g, "")}` }, phone)], note && el("span.small.soft.block", {}, note))))];
  }
}

function step({ at, who: name, action, text, photo }) {
  const words = { state: stateWords[text], assign: text ? t("Assigned to {name}", { name: text }) : t("Assigned to nobody"), comment: text, photo: text }[action];
  return el("li", {}, words, photo && el("a", { href: photo, target: "_blank", rel: "noopener" }, el("img", { src: photo, alt: t("Photo of {name}", { name: who(name) }), loading: "lazy" })),
    el("span.small.soft.block", {}, `${who(name)}, ${moment(at)}`));
}
