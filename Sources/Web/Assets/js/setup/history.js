// The texts that the configuration had, each with what it changed, to go back to.
import { el } from "../core/dom.js";
import { get, remove } from "../core/api.js";
import { confirm } from "../core/dialogs.js";
import { moment } from "../core/format.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { parse, tally } from "./diff.js";
import { diffView, goBack } from "./save.js";
import { t } from "../core/words.js";

const origin = { first: t("As it was found"), saved: t("Saved"), undone: t("Undone"), went_back: t("Gone back"), by_hand: t("Changed by hand") };

export async function history(canWrite) {
  const { versions } = await get("/api/v1/configuration/history");
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const forget = attempt(async () => {
    if (!(await confirm(t("Forget all earlier versions?"), t("One can’t go back to them any more. Passwords that only they name are deleted."), { action: t("Forget"), danger: true }))) return;
    await remove("/api/v1/configuration/history");
    again();
  });
  const row = ({ number, at, by, how, again: other, current, diff }) => {
    const lines = parse(diff), { added, removed } = tally(lines);
    const back = attempt(async () => { if (await goBack(number)) again(); });
    const about = [origin[how], other && t("to version {n}", { n: other })].filter(Boolean).join(" ");
    return el("details.version", {}, el("summary", {}, el("strong", {}, number ? t("Version {n}", { n: number }) : t("Now")), el("span", {}, moment(new Date(at))), el("span.soft", {}, by ? t("{what} by {name}", { what: about, name: by }) : about),
      diff && el("span.soft.small", {}, t("+{added} −{removed} lines", { added, removed })), current && el("span.tag.ok", {}, t("In force"))),
    diff ? diffView(lines) : el("p.soft.small", {}, t("What was there before the first change made here.")),
    !current && canWrite && el("div.buttons", {}, el("button.button", { type: "button", on: { click: back } }, icon("undo"), t("Go back to this version"))));
  };
  return panel(t("Earlier versions"), versions.length ? el("div", {}, versions.map(row), versions.length > 1 && el("div.inner.buttons", {}, el("button.button", { type: "button", on: { click: forget } }, icon("trash"), t("Forget earlier versions")), el("span.soft.small", {}, t("At most 100, of the last 30 days"))))
    : el("p.soft.small.inner", {}, t("Nothing has been changed here yet.")), { flush: true });
}
