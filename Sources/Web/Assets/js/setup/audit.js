// Who changed what.
import { el } from "../core/dom.js";
import { get, query } from "../core/api.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { moment, who } from "../core/format.js";
import { reviewWords } from "../incidents/row.js";
import { parse } from "./diff.js";
import { diffView } from "./save.js";
import { t } from "../core/words.js";

const actions = {
  setup: t("First account made"), "session.create": t("Signed in"), "session.end": t("Signed out"), "session.refused": t("Sign-in refused"), "session.recovery_code": t("Signed in with a recovery code"),
  "user.create": t("Account added"), "user.change": t("Account changed"), "user.remove": t("Account removed"), "user.password": t("Password changed"), "user.second_factor": t("Second factor changed"),
  "user.recovery_codes": t("New recovery codes"), "token.create": t("API token made"), "token.remove": t("API token removed"),
  "configuration.edit": t("Set-up changed"), "configuration.save": t("File changed"), "configuration.undo": t("Change undone"), "configuration.go back": t("Gone back to a version"), "configuration.forget": t("Earlier versions forgotten"),
  "device.add": t("Device gets messages"), "device.end": t("Device gets no more messages"),
  "camera.test": t("Camera tried"), "channel.test": t("Test message sent"),
  "follow.create": t("Object followed"), "follow.change": t("Followed object changed"), "follow.correct": t("Followed object clicked again"), "follow.remove": t("Object no longer followed"),
  "incident.acknowledge": t("Incident acknowledged"), "incident.review": t("Incident reviewed"), "incident.protect": t("Incident protected"), "incident.unprotect": t("Incident no longer protected"), "incident.share": t("Link made"),
  "incident.suppress": t("Place silenced"), "incident.trigger": t("Recorded by hand"), "suppression.remove": t("Silence ended"), "snooze.create": t("Alerts held back"), "snooze.end": t("Alerts no longer held back"),
};

/** What of it is worth more than a line: a change of the file as people read it before they save it. */
function detailOf({ action, detail }) {
  if (!detail) return null;
  if (!detail.includes("@@ -")) return el("div.soft.small", {}, action === "incident.review" ? reviewWords[detail] ?? detail : detail);
  return el("details", {}, el("summary.small", {}, t("What changed")), diffView(parse(detail)));
}

const subjectOf = ({ action, subject }) => (action.startsWith("incident.") && subject ? el("a", { href: `#/incidents/${encodeURIComponent(subject)}` }, subject) : subject === "configuration" ? null : subject);

export async function open(body) {
  const rows = el("tbody", {});
  const more = el("div.more-line", {});
  const page = async (before) => {
    const { entries } = await get(`/api/v1/audit${query({ limit: 100, before })}`);
    rows.append(...entries.map((entry) => el("tr", {}, el("td.nowrap", { data: { label: t("When") } }, moment(entry.at)), el("td", { data: { label: t("Who") } }, who(entry.who)), el("td", { data: { label: t("Action") } }, actions[entry.action] ?? el("code", {}, entry.action)),
      el("td.words", { data: { label: t("Subject") } }, subjectOf(entry), detailOf(entry)), el("td.mono.small", { data: { label: t("Address") } }, entry.address))));
    more.replaceChildren(...(entries.length === 100 ? [el("button.button", { type: "button", on: { click: attempt(() => page(entries.at(-1).id)) } }, t("Show older ones"))] : []));
    return entries.length;
  };
  const any = await page();
  body.append(panel(t("Log of changes"), any ? [el("table.status-table", {}, el("thead", {}, el("tr", {}, [t("When"), t("Who"), t("Action"), t("Subject"), t("Address")].map((name) => el("th", {}, name)))), rows), more] : empty(t("Nothing yet"), t("Every change made on these pages or through the API is listed here, with who made it.")), { flush: true }));
}
