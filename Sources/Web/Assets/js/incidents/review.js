// What a person says about an incident, and whether the rule is to stay silent there.
import { el } from "../core/dom.js";
import { post, put, remove } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, input, select } from "../core/forms.js";
import { moment, words } from "../core/format.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { open } from "../core/dialogs.js";
import { may } from "../core/session.js";
import { reviewWords } from "./row.js";

const choices = [["confirmed", "check"], ["not_an_incident", "close"], ["training_example", "eye"]];

export function reviewPanel(incident, onChange) {
  const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}`;
  const who = incident.review !== "none" && incident.review_by
    ? el("p.small.soft", {}, `${reviewWords[incident.review]}: ${incident.review_by}, ${moment(incident.review_at)}`, incident.review_note && ` “${incident.review_note}”`) : null;
  if (!may("operator")) return panel("Review", [el("p", {}, reviewWords[incident.review]), who]);
  const judge = (verdict) => attempt(async () => {
    const now = await put(`${path}/review`, { verdict: incident.review === verdict ? "none" : verdict });
    if (verdict === "not_an_incident" && now.review === verdict) await offerSilence(incident, path);
    onChange(now);
  });
  const note = input("note", { value: incident.review_note ?? "", maxLength: 500, placeholder: "Add a note", "aria-label": "Note", on: {
    change: attempt(async (event) => onChange(await put(`${path}/review`, { verdict: incident.review, note: event.target.value }))),
  } });
  return panel("Review", el("div.stack", {},
    el("div.verdicts", { role: "group", "aria-label": "Verdict" }, choices.map(([verdict, sign]) =>
      el("button.button", { type: "button", "aria-pressed": String(incident.review === verdict), data: { verdict }, on: { click: judge(verdict) } }, icon(sign, 16), reviewWords[verdict]))),
    note, who));
}

const spans = [["", "No, only this once"], ["8", "For 8 hours"], ["24", "For a day"], ["168", "For a week"], ["ever", "Until somebody undoes it"]];

async function offerSilence(incident, path) {
  const answer = await open((close) => {
    const span = select("hours", spans, "168");
    return el("form", { on: { submit: (event) => { event.preventDefault(); close({ span: span.value }); } } },
      el("h2", {}, "Should the rule stay silent here?"),
      el("p", {}, `“${words(incident.kind)}” at this place on ${incident.camera_name} would then raise no further incident. Other places and other rules go on.`),
      field("Silent", span), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, "Continue")));
  }, { label: "Silence" });
  if (!answer?.span) return;
  const suppression = await post(`${path}/suppress`, answer.span === "ever" ? {} : { hours: Number(answer.span) });
  toast("The rule stays silent at this place.", { seconds: 12, action: { words: "Undo", call: attempt(async () => {
    await remove(`/api/v1/suppressions/${encodeURIComponent(suppression.id)}`);
    toast("The rule watches this place again.");
  }) } });
}
