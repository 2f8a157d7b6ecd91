// Who is alerted about what: routes with shifts and escalation, how often, and who hears of the installation itself.
import { get } from "../core/api.js";
import { kindWords } from "../core/format.js";
import { fieldsOf, kindsOf, SectionPanel } from "./declared.js";
import { surroundings } from "./ruleform.js";
import { quoted, t } from "../core/words.js";

const severityWords = { low: t("low"), medium: t("medium"), high: t("high") };

/** A route in one line. */
export function describe({ channels = [], cameras, kinds: only, zones, min_severity: severity, shift, escalate }) {
  const all = (list) => [list].flat().map(quoted).join(", ");
  const parts = [
    [only].flat().filter(Boolean).map((kind) => quoted(kindWords(kind))).join(", ") || t("all incidents"), cameras && t("on {cameras}", { cameras: all(cameras) }), zones && t("in {zones}", { zones: all(zones) }),
    severity && t("from severity {severity}", { severity: severityWords[severity] ?? severity }), shift && t("from {from} to {to}", { from: shift.from ?? "", to: shift.to ?? "" }), escalate && t("with escalation"),
  ];
  return `${all(channels) || t("Nobody yet")}: ${parts.filter(Boolean).join(" ")}`;
}

/** Panels for the page of alerts. */
export async function panels(values, channels, onSaved) {
  const [{ settings }, { rules }] = await Promise.all([get("/api/v1/configuration/settings"), get("/api/v1/rules")]);
  const around = { ...surroundings(values), kinds: kindsOf(rules) };
  const fields = (prefix, options) => fieldsOf(settings, prefix, around, options);
  const routes = fields("alerts.", { only: ["routes"] }).map((list) => ({ ...list, describe }));
  const note = values.alerts?.routes?.length ? t("An incident goes to every route that it fits; what a route leaves out fits always.")
    : channels ? t("Every incident goes to every channel. A route says which incidents go to which.") : t("Nobody yet. Add a channel first; a route then says which incidents go to which.");
  const books = fields("alerts.", { only: ["playbooks"] }).map((list) => ({ ...list, describe: ({ name }) => name ?? "" }));
  return [
    new SectionPanel(t("Who is alerted about what"), ["alerts"], routes, values, { note, onSaved }),
    new SectionPanel(t("Playbooks"), ["alerts"], books, values, { note: t("What is to be done about which incidents: a check list and people to call, shown with the incident and behind the alert’s link. The first that fits counts; what it leaves out fits always."), onSaved }),
    new SectionPanel(t("Texts"), ["alerts"], fields("alerts.", { without: ["routes", "playbooks", "channels", "operations"] }), values, { onSaved }),
    new SectionPanel(t("The installation itself"), ["alerts", "operations"], fields("alerts.operations."), values, { note: t("Who hears that a camera is silent, a disk is full or alerts can’t be sent, and when."), onSaved }),
  ].map((section) => section.element);
}
