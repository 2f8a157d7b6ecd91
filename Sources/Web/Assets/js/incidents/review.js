// What a person says about an incident, and whether its rule is to stay silent at its place.
import { append, el, replace } from "../core/dom.js";
import { post, put, remove } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, input, radios, select } from "../core/forms.js";
import { kindWords, moment, until, who } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { confirm, open } from "../core/dialogs.js";
import { may } from "../core/session.js";
import * as attention from "../core/attention.js";
import { largePart, partOf, percent, placePicture, share } from "./place.js";
import { reviewWords } from "./row.js";
import { quoted, t } from "../core/words.js";

const choices = [["confirmed", "check", "1"], ["not_an_incident", "close", "2"], ["training_example", "eye", "3"]];
/** The key that gives each verdict. */
export const verdictKeys = Object.fromEntries(choices.map(([verdict, , key]) => [key, verdict]));

const addressOf = (incident) => `/api/v1/incidents/${encodeURIComponent(incident.id)}`;

/** Gives a verdict, or takes back the one that is given; asks what has to be asked. Null when it was given up. */
export async function judge(incident, verdict) {
  const path = addressOf(incident);
  if (incident.review === verdict) return put(`${path}/review`, { verdict: "none", note: incident.review_note ?? "" });
  if (verdict !== "not_an_incident") return put(`${path}/review`, { verdict, note: incident.review_note ?? "" });
  const answer = await askSilence(incident);
  if (!answer) return null;
  const now = await put(`${path}/review`, { verdict, note: answer.note });
  if (answer.hours !== undefined) await silence(path, answer.hours);
  return now;
}

export function reviewPanel(incident, onChange) {
  const said = incident.review !== "none" && incident.review_by
    ? el("p.small.soft", {}, `${reviewWords[incident.review]}: ${who(incident.review_by)}, ${moment(incident.review_at)}`, incident.review_note && ` ${quoted(incident.review_note)}`) : null;
  if (!may("operator")) return panel(t("Review"), [el("p", {}, reviewWords[incident.review]), said]);
  const give = (verdict) => attempt(async () => {
    const now = await judge(incident, verdict);
    if (now) onChange(now);
  });
  const note = input("note", { value: incident.review_note ?? "", maxLength: 500, placeholder: t("Reason or note"), "aria-label": t("Reason or note"), on: {
    change: attempt(async (event) => onChange(await put(`${addressOf(incident)}/review`, { verdict: incident.review, note: event.target.value }))),
  } });
  return panel(t("Review"), el("div.stack", {},
    el("div.verdicts", { role: "group", "aria-label": t("Verdict") }, choices.map(([verdict, sign, key]) =>
      el("button.button", { type: "button", "aria-pressed": String(incident.review === verdict), "aria-keyshortcuts": key, title: t("Key {key}", { key }), data: { verdict }, on: { click: give(verdict) } }, icon(sign, 16), reviewWords[verdict]))),
    note, said), { id: "review" });
}

const spans = [["8", t("8 hours")], ["24", t("1 day")], ["168", t("1 week")], ["ever", t("until somebody ends it")]];
const endOf = (span) => (span === "ever" ? null : new Date(Date.now() + Number(span) * 3_600_000));

/** @returns {Promise<{note: string, hours?: number|null}|null>} `hours` is left out for "this once", null for no end */
async function askSilence(incident) {
  const part = partOf(incident), size = share(part), rule = kindWords(incident.kind);
  const answer = await open((close) => {
    const span = select("hours", spans, "8");
    const shown = el("div.stack", { hidden: true }), preview = el("div.stack", {});
    const note = input("note", { value: incident.review_note ?? "", maxLength: 500, placeholder: t("A pallet was put down on purpose") });
    let isSilent = false;
    const show = () => {
      shown.hidden = !isSilent;
      const end = until(endOf(span.value));
      replace(preview, placePicture(incident.poster, part, { label: t("Silent {until}", { until: end }), size: incident.size, alt: t("The place that would be silent, {percent} of the picture", { percent: percent(size) }) }),
        el("p.small", {}, t("“{rule}” is not raised in the marked part ({percent} of the picture) of “{camera}” {until}. Other places and other rules go on.", { rule, percent: percent(size), camera: incident.camera_name, until: end })),
        size > largePart && el("p.note.warn", {}, t("This is a large part of what the camera sees. You will be asked once more.")));
      replace(send, isSilent ? t("Silence this place") : t("Not an incident"));
    };
    const send = el("button.button.primary", { type: "submit" });
    span.addEventListener("change", show);
    const form = el("form", { on: { submit: (event) => {
      event.preventDefault();
      close({ note: note.value.trim(), ...(isSilent && { hours: span.value === "ever" ? null : Number(span.value), span: span.value }) });
    } } },
      el("h2", {}, t("Not an incident")),
      radios(t("Should the same be reported here again?"), "again", [["once", t("Yes. Just this once was wrong.")], ["silent", t("No, silence “{rule}” at this place for a while.", { rule })]], "once",
        (value) => { isSilent = value === "silent"; show(); }),
      append(shown, [field(t("Silent for"), span), preview]), field(t("Reason"), note, { hint: t("May be left empty") }),
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), send));
    show();
    return form;
  }, { label: t("Not an incident") });
  if (!answer || answer.hours === undefined || size <= largePart) return answer;
  const isMeant = await confirm(t("Silence {percent} of the picture?", { percent: percent(size) }),
    t("“{rule}” would not be raised in {percent} of what “{camera}” sees, {until}. What really happens there is then missed.", { rule, percent: percent(size), camera: incident.camera_name, until: until(endOf(answer.span)) }),
    { action: t("Silence {percent}", { percent: percent(size) }), danger: true });
  return isMeant ? answer : null;
}

async function silence(path, hours) {
  const suppression = await post(`${path}/suppress`, hours === null ? {} : { hours });
  attention.refresh();
  toast(t("The rule stays silent at this place {until}.", { until: until(suppression.until) }), { seconds: 12, action: { words: t("Undo"), call: attempt(async () => {
    await remove(`/api/v1/suppressions/${encodeURIComponent(suppression.id)}`);
    attention.refresh();
    toast(t("The rule watches this place again."));
  }) } });
}
