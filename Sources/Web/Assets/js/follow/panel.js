// Beside the picture: what was clicked just now, what to do with it, and what is followed already.
import { el, replace } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, input, segments } from "../core/forms.js";
import { attempt, toast } from "../core/toasts.js";
import { may } from "../core/session.js";
import { conditionChecks, followCard, forgetMask } from "./card.js";
import { t, tn } from "../core/words.js";

export class FollowPanel {
  /** @param {{onDone: Function}} options called when the draft is finished or given up */
  constructor(camera, prompter, { onDone }) {
    this.camera = camera;
    this.prompter = prompter;
    this.onDone = onDone;
    this.follows = new Map();
    this.conditions = ["moves"];
    this.draft = el("div", { "aria-live": "polite" });
    this.list = el("ul.rows", {});
    this.element = el("section.panel", { "aria-label": t("Follow") }, el("header", {}, el("h2", {}, t("Follow"))), el("div.body", {}, this.draft), this.list);
    this.update();
  }

  get #hasZones() { return !this.camera.zones || this.camera.zones.some((zone) => zone.kind !== "ignore"); }

  async load() {
    const { follows } = await get("/api/v1/follows");
    this.follows.clear();
    for (const follow of follows) if (follow.camera === this.camera.id && follow.state !== "removed") this.follows.set(follow.id, follow);
    if (!this.list.contains(document.activeElement)) this.#showList();
  }

  /** A followed object that is new or has changed. */
  put(follow) {
    if (follow.camera !== this.camera.id) return;
    if (follow.state === "removed") this.follows.delete(follow.id); else this.follows.set(follow.id, follow);
    // A form that somebody is typing in stays as it is.
    if (!this.list.contains(document.activeElement)) this.#showList();
  }

  #showList() {
    const gone = (id) => { this.follows.delete(id); this.#showList(); };
    replace(this.list, [...this.follows.values()].map((follow) => followCard(follow, { onGone: gone, hasZones: this.#hasZones })));
    this.list.hidden = !this.follows.size;
  }

  /** Shows the draft as it is now. */
  update() {
    const { prompter } = this;
    if (!may("operator")) {
      replace(this.draft, el("p.soft.small", {}, t("Your account may look. Operators can follow objects.")));
      return;
    }
    if (prompter.isEmpty) {
      this.form = null;
      replace(this.draft, el("p.soft.small", {}, t("Click an object in the picture to mark it.")), el("ul.hints.soft.small", {},
        el("li", {}, t("Click: this belongs to the object")), el("li", {}, t("Shift + click, right click or long press: this does not"))));
      return;
    }
    if (!this.form) this.#buildForm();
    this.#fillForm();
  }

  #buildForm() {
    this.words = el("p.small", { role: "status" });
    this.choice = el("div", {});
    this.name = input("name", { maxLength: 80, placeholder: t("Pallet by the gate") });
    this.follow = el("button.button.primary", { type: "submit" }, icon("follow"), t("Follow"));
    const undo = el("button.button", { type: "button", on: { click: () => this.prompter.undo() } }, icon("undo"), t("Undo click"));
    const clear = el("button.button", { type: "button", on: { click: () => this.#done() } }, t("Cancel"));
    this.same = el("div", {});
    this.form = el("form.stack", { on: { submit: attempt(() => this.#follow()) } }, this.words, this.choice,
      field(t("Name"), this.name), el("fieldset", {}, el("legend.small", {}, t("Alert when")), conditionChecks(this.conditions, (chosen) => { this.conditions = chosen; }, { hasZones: this.#hasZones })),
      el("div.buttons", {}, this.follow, undo, clear), this.same);
    replace(this.draft, this.form);
  }

  #fillForm() {
    const { prompter } = this;
    const plus = prompter.click.positive.length, minus = prompter.click.negative.length;
    const clicks = [(plus > 0 || !prompter.box) && tn(plus, "{n} click on it", "{n} clicks on it"), prompter.box && t("a box around it"), minus && tn(minus, "{n} click beside it", "{n} clicks beside it")].filter(Boolean).join(", ");
    replace(this.words, prompter.isBusy ? t("Looking…") : prompter.mask ? t("This is marked, after {clicks}. Click again to correct it.", { clicks }) : t("Nothing was found there. Click nearer to the middle of the object."));
    this.words.dataset.ms = prompter.milliseconds ?? "";
    this.follow.disabled = prompter.isBusy || !prompter.mask;
    const several = prompter.candidates.length > 1;
    replace(this.choice, several && segments(t("Which outline"), prompter.candidates.map((_, index) => [index, [t("Best guess"), t("Second"), t("Third")][index]]), prompter.chosen, (index) => prompter.choose(index)));
    const lost = [...this.follows.values()].filter(() => prompter.mask);
    replace(this.same, lost.length ? el("div.stack", {}, el("p.small.soft", {}, t("Or is it an object that is followed already?")), el("div.buttons", {}, lost.map((follow) =>
      el("button.button", { type: "button", on: { click: attempt(() => this.#correct(follow)) } }, t("This is “{name}”", { name: follow.name }))))) : "");
  }

  async #follow() {
    const { prompter } = this;
    const name = this.name.value.trim();
    const send = (click) => post("/api/v1/follows", {
      camera: this.camera.id, click, candidate: prompter.chosen, conditions: this.conditions, ...(name && { name }),
    });
    let follow, isLate = false;
    try {
      follow = await send(prompter.click);
    } catch (error) {
      // Somebody took longer over the name than the daemon holds pictures: the same place in the picture of now.
      if (error.status !== 409 || !prompter.click.time) throw error;
      const { time, ...rest } = prompter.click;
      follow = await send(rest);
      isLate = true;
    }
    this.put(follow);
    toast(isLate ? t("“{name}” is followed from the current frame, because the one you clicked is no longer kept. Check its outline.", { name: follow.name })
      : t("“{name}” is followed from now on, also after a restart.", { name: follow.name }), { seconds: isLate ? 12 : 6 });
    this.#done();
  }

  async #correct(follow) {
    const now = await post(`/api/v1/follows/${encodeURIComponent(follow.id)}/correct`, this.prompter.click);
    forgetMask(now);
    this.put(now);
    toast(t("“{name}” is corrected.", { name: follow.name }));
    this.#done();
  }

  #done() {
    this.form = null;
    this.onDone();
    this.update();
    this.#showList();
  }
}
