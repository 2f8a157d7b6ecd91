// What can be done with an incident: take note, protect, share, save.
import { el } from "../core/dom.js";
import { post, put } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, select } from "../core/forms.js";
import { moment } from "../core/format.js";
import { attempt } from "../core/toasts.js";
import { open, showOnce } from "../core/dialogs.js";
import { may } from "../core/session.js";

export function actions(incident, onChange) {
  const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}`;
  const clip = incident.clips[0];
  const button = (sign, words, call, props = {}) => el("button.button", { type: "button", on: { click: attempt(call) }, ...props }, icon(sign), words);
  if (!may("operator")) return clip ? [el("a.button", { href: clip.video, download: "" }, icon("save"), "Save video")] : [];
  return [
    !incident.acknowledged_by && button("check", "I take care", async () => onChange(await post(`${path}/acknowledgement`))),
    button(incident.protected ? "lock" : "unlock", incident.protected ? "Protected" : "Protect", async () => onChange(await put(`${path}/protection`, { protected: !incident.protected })),
      { "aria-pressed": String(incident.protected), title: "A protected incident's clip is never deleted for space" }),
    button("share", "Share", () => share(path)),
    el("a.button", { href: `${path}/export.zip`, download: "" }, icon("save"), "Export"),
  ];
}

const spans = [["24", "1 day"], ["72", "3 days"], ["168", "1 week"], ["720", "30 days"]];

async function share(path) {
  const hours = await open((close) => {
    const span = select("hours", spans, "72");
    return el("form", { on: { submit: (event) => { event.preventDefault(); close(Number(span.value)); } } },
      el("h2", {}, "Share this incident"), el("p", {}, "Whoever has the link sees this one incident and its clip without signing in, until it expires."),
      field("It works for", span), el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, "Cancel"), el("button.button.primary", { type: "submit" }, "Make a link")));
  }, { label: "Share" });
  if (!hours) return;
  const link = await post(`${path}/links`, { hours });
  await showOnce("The link", `It works until ${moment(link.expires_at)}. It is shown only this once.`, link.url ?? new URL(link.path, window.location.origin).href);
}
