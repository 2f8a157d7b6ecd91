// What can be done with an incident: take it on, protect, share, save.
import { el } from "../core/dom.js";
import { post, put } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, select } from "../core/forms.js";
import { moment, position } from "../core/format.js";
import { attempt, toast } from "../core/toasts.js";
import { open, showOnce } from "../core/dialogs.js";
import { may } from "../core/session.js";

/** @param {{onChange: (incident: object) => void, seconds: () => number|null}} options `seconds` is where the clip stands */
export function actions(incident, { onChange, seconds }) {
  const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}`;
  const clip = incident.clips[0];
  const button = (sign, words, call, props = {}) => el("button.button", { type: "button", on: { click: attempt(call) }, ...props }, icon(sign), words);
  const save = clip && el("a.button", { href: clip.video, download: `${incident.camera}-${incident.id}.mp4`, title: "The clip as the camera sent it, in one MP4 file" }, icon("save"), "Save video");
  const link = button("link", "Copy link", () => copyLink(incident, clip ? seconds() : null), { title: "For people with an account: leads here, to the moment that the clip shows" });
  if (!may("operator")) return [save, link];
  return [
    !incident.acknowledged_by && button("check", "I’ll handle it", async () => onChange(await post(`${path}/acknowledgement`)), { title: "Says that somebody takes care of it: nobody else is alerted any more" }),
    button(incident.protected ? "lock" : "unlock", incident.protected ? "Protected" : "Protect", async () => onChange(await put(`${path}/protection`, { protected: !incident.protected })),
      { "aria-pressed": String(incident.protected), title: "The clip of a protected incident is never deleted to free space" }),
    button("share", "Share", () => share(path)), link, save,
    el("a.button", { href: `${path}/export.zip`, download: "", title: "The clip, its picture and all that was measured, in one ZIP file" }, icon("save"), "Export"),
  ];
}

/** The address of this incident with the moment of its clip. */
function linkTo(incident, seconds) {
  const moment = seconds === null ? "" : `?t=${Math.round(seconds * 10) / 10}`;
  return `${window.location.origin}${window.location.pathname}#/incidents/${encodeURIComponent(incident.id)}${moment}`;
}

async function copyLink(incident, seconds) {
  const link = linkTo(incident, seconds);
  try {
    await navigator.clipboard.writeText(link);
    toast(seconds === null ? "The link is copied." : `The link is copied. It leads to ${position(seconds)} in the clip.`);
  } catch {
    await showOnce("Link to this moment", "For people who have an account here.", link);
  }
}

const spans = [["24", "1 day"], ["72", "3 days"], ["168", "1 week"], ["720", "30 days"]];

async function share(path) {
  const hours = await open((close) => {
    const span = select("hours", spans, "72");
    return el("form", { on: { submit: (event) => { event.preventDefault(); close(Number(span.value)); } } },
      el("h2", {}, "Share this incident"), el("p", {}, "Whoever has the link sees this one incident and its clip without signing in, until the link expires."),
      field("Valid for", span), el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, "Cancel"), el("button.button.primary", { type: "submit" }, "Make a link")));
  }, { label: "Share" });
  if (!hours) return;
  const link = await post(`${path}/links`, { hours });
  await showOnce("The link", `It works until ${moment(link.expires_at)}. It is shown only this once.`, link.url ?? new URL(link.path, window.location.origin).href);
}
