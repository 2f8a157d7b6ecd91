// What can be done with an incident: take it on, protect, share, save.
import { el } from "../core/dom.js";
import { post, put } from "../core/api.js";
import { icon } from "../core/icons.js";
import { field, select } from "../core/forms.js";
import { moment, position } from "../core/format.js";
import { attempt, toast } from "../core/toasts.js";
import { open, showOnce } from "../core/dialogs.js";
import { may } from "../core/session.js";
import { t } from "../core/words.js";

/** @param {{onChange: (incident: object) => void, seconds: () => number|null}} options `seconds` is where the clip stands */
export function actions(incident, { onChange, seconds }) {
  const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}`;
  const clip = incident.clips[0];
  const button = (sign, words, call, props = {}) => el("button.button", { type: "button", on: { click: attempt(call) }, ...props }, icon(sign), words);
  const save = clip && el("a.button", { href: clip.video, download: `${incident.camera}-${incident.id}.mp4`, title: t("The clip as the camera sent it, in one MP4 file") }, icon("save"), t("Save video"));
  const link = button("link", t("Copy link"), () => copyLink(incident, clip ? seconds() : null), { title: t("For people with an account: leads here, to the moment that the clip shows") });
  if (!may("operator")) return [save, link];
  return [
    !incident.acknowledged_by && button("check", t("I’ll handle it"), async () => onChange(await post(`${path}/acknowledgement`)), { title: t("Says that somebody takes care of it: nobody else is alerted any more") }),
    button(incident.protected ? "lock" : "unlock", incident.protected ? t("Protected") : t("Protect"), async () => onChange(await put(`${path}/protection`, { protected: !incident.protected })),
      { "aria-pressed": String(incident.protected), title: t("The clip of a protected incident is never deleted to free space") }),
    button("share", t("Share"), () => share(path)), link, save,
    el("a.button", { href: `${path}/export.zip`, download: "", title: t("The clip, its picture and all that was measured, in one ZIP file") }, icon("save"), t("Export")),
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
    toast(seconds === null ? t("The link is copied.") : t("The link is copied. It leads to {position} in the clip.", { position: position(seconds) }));
  } catch {
    await showOnce(t("Link to this moment"), t("For people who have an account here."), link);
  }
}

const spans = [["24", t("1 day")], ["72", t("3 days")], ["168", t("1 week")], ["720", t("30 days")]];

async function share(path) {
  const wanted = await open((close) => {
    const span = select("hours", spans, "72"), may = el("input", { type: "checkbox" });
    return el("form", { on: { submit: (event) => { event.preventDefault(); close({ hours: Number(span.value), may_act: may.checked }); } } },
      el("h2", {}, t("Share this incident")), el("p", {}, t("Whoever has the link sees this one incident and its clip without signing in, until the link expires.")),
      field(t("Valid for"), span), el("label.check", {}, may, el("span", {}, t("They may also say “I’ll handle it” or “False alarm”"))), el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), el("button.button.primary", { type: "submit" }, t("Make a link"))));
  }, { label: t("Share") });
  if (!wanted) return;
  const link = await post(`${path}/links`, wanted);
  await showOnce(t("The link"), t("It works until {time}. It is shown only this once.", { time: moment(link.expires_at) }), link.url ?? new URL(link.path, window.location.origin).href);
}
