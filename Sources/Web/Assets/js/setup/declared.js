// Fields for the sections of the file that have no form of their own, from `/api/v1/configuration/settings`.
import { el } from "../core/dom.js";
import { get } from "../core/api.js";
import { kindWords, words as plainWords } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { at, edits } from "./edits.js";
import { Form } from "./fields.js";
import { saveEdits } from "./save.js";
import { nameOf, t } from "../core/words.js";

/** What keys are called, with a hint where one is needed; by their path, else by their last part. */
const names = {
  "site.name": [t("Name"), t("Shown on pages and in texts")], "site.time_zone": [t("Time zone"), t("As in Europe/Berlin. Empty: the machine’s")],
  "analysis.fps": [t("Frames analysed per second"), t("Of each camera that has no number of its own")], "analysis.warm_up_seconds": [t("Time to learn the scene"), t("Before anything counts")],
  "analysis.decoder": [t("Decoded by"), t("A graphics device where there is one saves processor time; what it can’t is decoded in software")],
  "analysis.proof": [t("Prove by the network"), t("What motion suspects is followed back before anybody is told; off: motion decides alone")], "analysis.mode": [t("While nothing happens"), t("adaptive: a frame now and then is looked at, which costs a tenth; continuous: every frame")],
  "recording.directory": [t("Folder of the clips")], "recording.fallback_directory": [t("Folder while the other can’t be written")], "recording.pre_roll_seconds": [t("Seconds before an incident")],
  "recording.post_roll_seconds": [t("Seconds after it")], "recording.max_clip_seconds": [t("Longest clip")], "recording.ring_max_megabytes": [t("Memory for each camera’s last seconds")],
  "recording.audio": [t("Record sound"), t("Many countries forbid it at work")], "recording.retention": [t("How long clips stay")],
  "recording.retention.keep_days": [t("Days"), t("0: for ever")], "recording.retention.max_megabytes": [t("All clips together, at most"), t("Empty: as much as the disk holds")],
  "recording.retention.reserve_megabytes": [t("Always left free")], "recording.retention.keep": [t("Other times for some incidents"), t("The first that fits counts")],
  "recording.retention.keep[].severity": [t("Severity")], "recording.retention.keep[].review": [t("Review")], "recording.retention.keep[].days": [t("Days"), t("0: for ever")],
  "storage.directory": [t("Folder of the database"), t("On a local disk")],
  "web.host": [t("Address to listen on"), t("127.0.0.1: this machine alone; 0.0.0.0: every network")], "web.port": [t("Port")], "web.tls_certificate": [t("Certificate (PEM file)")], "web.tls_key": [t("Its key (PEM file)")],
  "web.trusted_proxies": [t("Trusted proxies"), t("Addresses or ranges")],
  "web.sign_in_header": [t("Header in which a trusted proxy says who has signed in"), t("As in X-Forwarded-User. Empty: nobody is believed")], "web.new_accounts": [t("Accounts that such a proxy names first")],
  "web.second_factor": [t("Who must have a second factor"), t("Whoever has none sets it up at the next sign-in. It does not apply to sign-ins by a proxy or an identity provider")],
  "web.openid": [t("Sign-in at an identity provider (OpenID Connect)")], "web.openid.issuer": [t("Address of the provider")], "web.openid.client_id": [t("Client id")], "web.openid.client_secret": [t("Client’s secret")], "web.openid.public_url": [t("Address of these pages as browsers know it")],
  "web.openid.name_claim": [t("Claim that is the account’s name")], "web.openid.title": [t("What stands on the button")],
  "model.family": [t("Network that follows")], "model.prompts": [t("Network that answers clicks"), t("same: the one that follows")], "model.directory": [t("Folder of its files"), t("Empty: those that come with Aislewatch")], "model.device": [t("Processor")], "model.precision": [t("Arithmetic")],
  "second_look.base_url": [t("Address of the server"), t("As in http://127.0.0.1:8000/v1")], "second_look.model": [t("Model")], "second_look.api_key": [t("Key")], "second_look.verify": [t("What waits for what"), t("text-first: the alert is sent at once; hold: it waits for the answer")],
  "second_look.hold_seconds": [t("Longest wait of an alert")], "second_look.time_limit_seconds": [t("Longest wait for an answer")], "second_look.frames": [t("Frames shown")], "second_look.kinds": [t("Kinds of incident"), t("None chosen: all")],
  "alerts.public_base_url": [t("Address of these pages for telephones"), t("Links in texts begin with it. Empty: no links")], "alerts.cool_down_seconds": [t("Time between two texts about the same thing")], "alerts.link_days": [t("Days a link works")],
  "alerts.language": [t("Language of texts")], "alerts.text_file": [t("File with texts of your own")], "alerts.flood_messages": [t("So many texts are enough"), t("What follows goes into one summary")], "alerts.flood_minutes": [t("Within so many minutes")],
  "alerts.operations.channels": [t("Channels"), t("None chosen: all")], "alerts.operations.min_severity": [t("From severity")], "alerts.operations.camera_offline_seconds": [t("A camera is silent for")], "alerts.operations.picture_frozen_seconds": [t("The picture is the same for")],
  "alerts.operations.max_skipped_fraction": [t("Part of the frames that is skipped")], "alerts.operations.outbox_stuck_seconds": [t("Alerts wait for")], "alerts.operations.all_well_at": [t("A line a day that all is well, at"), t("Empty: none")],
  "alerts.operations.all_well_channels": [t("Through these channels"), t("None chosen: the same")], "alerts.operations.heartbeat_url": [t("Address that is fetched while all is well"), t("Of an outside monitor")], "alerts.operations.heartbeat_seconds": [t("Every")],
  "alerts.routes": [t("Routes")], "alerts.routes[].channels": [t("Alert")], "alerts.routes[].cameras": [t("Cameras"), t("None chosen: all")], "alerts.routes[].kinds": [t("Kinds of incident"), t("None chosen: all")], "alerts.routes[].zones": [t("Zones"), t("None chosen: everywhere")],
  "alerts.routes[].min_severity": [t("From severity")], "alerts.routes[].shift": [t("Shift"), t("Days are those on which it begins")], "alerts.routes[].shift.days": [t("Days"), t("None chosen: every day")], "alerts.routes[].shift.from": [t("From")], "alerts.routes[].shift.to": [t("To")],
  "alerts.routes[].escalate": [t("When nothing happens")], "alerts.routes[].escalate[].unless": [t("Unless the incident is")], "alerts.routes[].escalate[].after_minutes": [t("After (minutes)")], "alerts.routes[].escalate[].channels": [t("Alert")],
  "alerts.playbooks": [t("Playbooks")], "alerts.playbooks[].name": [t("Name")], "alerts.playbooks[].cameras": [t("Cameras"), t("None chosen: all")], "alerts.playbooks[].kinds": [t("Kinds of incident"), t("None chosen: all")], "alerts.playbooks[].zones": [t("Zones"), t("None chosen: everywhere")],
  "alerts.playbooks[].min_severity": [t("From severity")], "alerts.playbooks[].steps": [t("What to do")], "alerts.playbooks[].steps[].text": [t("Step")], "alerts.playbooks[].steps[].needs": [t("Takes"), t("As in “two people” or “first aider”")],
  "alerts.playbooks[].contacts": [t("Contacts")], "alerts.playbooks[].contacts[].name": [t("Name")], "alerts.playbooks[].contacts[].phone": [t("Telephone")], "alerts.playbooks[].contacts[].note": [t("When to call")],
  "rules.settle_seconds": [t("Silence after lights were switched or the camera was moved")], "rules.merge": [t("Detections that are one incident")], "rules.merge.max_gap_seconds": [t("Longest time between them")],
  "rules.merge.max_distance_picture_heights": [t("Longest distance between them")],
  "cameras[].analysis_fps": [t("Frames analysed per second")], "cameras[].analysis_mode": [t("While nothing happens")], "cameras[].display_aspect": [t("Shape of the picture"), t("As in 16:9, for a camera that squeezes it")], "cameras[].recording_priority": [t("When the disk is full"), t("Low stops recording first, high last")],
};

const unitWords = { seconds: t("seconds"), megabytes: t("megabytes"), "megabytes for each camera": t("megabytes"), days: t("days"), "days; 0 for ever": t("days"), minutes: t("minutes"), "frames a second": t("frames a second"), messages: t("texts"), pictures: t("frames"), "picture heights": t("picture heights") };

const choiceWords = { low: t("Low"), medium: t("Medium"), normal: t("Normal"), high: t("High"), en: nameOf("en"), de: nameOf("de"), confirmed: t("Confirmed"), not_an_incident: t("Not an incident"), training: t("Training"), none: t("None"), viewer: t("Viewer"), operator: t("Operator"), acknowledged: t("Acknowledged"), on_the_way: t("On the way"), cleared: t("Cleared") };

const called = (choice) => [choice, choiceWords[choice] ?? choice];
const listWords = { "alerts.routes": [t("Route"), t("Add a route")], "alerts.routes[].escalate": [t("Step"), t("Add a step")], "alerts.playbooks": [t("Playbook"), t("Add a playbook")], "alerts.playbooks[].steps": [t("Step"), t("Add a step")], "alerts.playbooks[].contacts": [t("Contact"), t("Add a contact")], "recording.retention.keep": [t("Exception"), t("Add an exception")] };

/** What names of something can be. */
function choicesOf(of, around) {
  return {
    "camera ids": around.cameras, "zone names": around.zones, "channel names": around.channels, severities: ["low", "medium", "high"].map(called),
    reviews: ["confirmed", "not_an_incident", "training"].map(called), "kinds of incident": around.kinds, "kinds of incidents": around.kinds,
  }[of];
}

/**
 * The fields directly below a path, `around` says what names can mean (`surroundings` of ruleform.js, with `kinds`).
 * @param {{only?: string[], without?: string[]}} options keys
 */
export function fieldsOf(settings, prefix, around, { only, without = [] } = {}) {
  const below = settings.filter(({ path }) => path.startsWith(prefix) && /^[^.[]+$/.test(path.slice(prefix.length)));
  const chosen = below.filter(({ path }) => { const key = path.slice(prefix.length); return only ? only.includes(key) : !without.includes(key); });
  return chosen.map((setting) => one(settings, setting, setting.path.slice(prefix.length), around)).filter(Boolean);
}

function one(settings, { path, type, minimum, maximum, unit, whole, default: usual, words: choices, of }, key, around) {
  const [words, hint] = names[path] ?? [plainWords(key)];
  const field = { key, path, words, hint, minimum, maximum, whole, usual, unit: unitWords[unit] ?? "" };
  switch (type) {
    case "flag": case "number": case "time": case "secret": return { ...field, type };
    case "choice": return { ...field, type, choices: choices.map(called) };
    case "names": return of === "days" ? { ...field, type: "days" } : { ...field, type: "choices", usual: undefined, choices: choicesOf(of, around) ?? [] };
    case "texts": return choicesOf(of, around) ? { ...field, type: "choices", choices: choicesOf(of, around) } : of === "days" ? { ...field, type: "days", ranges: true } : { ...field, type: "texts" };
    case "section": {
      const fields = fieldsOf(settings, `${path}.`, around);
      if (key === "shift") return { ...field, type: "optional", question: t("Only in this shift"), fields, begin: { from: "06:00", to: "14:00" } };
      return fields.length ? { ...field, type: "section", fields } : null;
    }
    case "list": {
      const [item, add] = listWords[path] ?? [words, t("Add")];
      return { ...field, type: "list", item, add, fields: fieldsOf(settings, `${path}[].`, around) };
    }
    case "other": return null;
    default: return { ...field, type: "text" };
  }
}

/** A panel with one section's form, saved by itself; what is wrong stands beside its field. */
export class SectionPanel {
  /** @param {string} title @param {string[]} path of the section @param {object[]} fields @param {object} values the whole file */
  constructor(title, path, fields, values, { note, onSaved } = {}) {
    Object.assign(this, { title, path, values, onSaved });
    this.before = at(values, path);
    this.fields = fields;
    this.body = el("div.stack", {});
    this.element = panel(title, this.body);
    this.note = note;
    this.#show();
  }

  #show() {
    this.save = el("button.button.primary", { type: "button", disabled: true, on: { click: attempt(() => this.#save()) } }, t("Save"));
    this.form = new Form(this.fields, this.before ?? {}, { onChange: () => { this.save.disabled = false; } });
    this.body.replaceChildren(...[this.note && el("p.soft.small", {}, this.note), this.form.element, el("div.buttons", {}, this.save)].filter(Boolean));
  }

  async #save() {
    this.form.clear();
    const list = edits(this.path, this.before, this.form.value(), this.values);
    const saved = await saveEdits(list, { title: t("Save “{name}”?", { name: this.title }), onProblems: (problems) => place(problems, this.path, this.form) });
    if (!saved) return;
    if (this.onSaved) { this.onSaved(); return; }
    this.values = await get("/api/v1/configuration/values");
    this.before = at(this.values, this.path);
    this.#show();
  }
}

/** Puts problems beside the fields that they are about; what is about others is returned. */
export function place(problems, path, form) {
  return problems.filter(({ path: where, message }) => {
    const isHere = path.every((step, index) => where[index] === step);
    return !(isHere && form.mark(where.slice(path.length), message));
  });
}

/** Kinds of incident that rules report, for choices. */
export const kindsOf = (rules) => [...rules.map(({ kind }) => kind), "combination", "manual"].map((kind) => [kind, kindWords(kind)]);
