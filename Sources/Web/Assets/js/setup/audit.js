// Who changed what.
import { el } from "../core/dom.js";
import { get, query } from "../core/api.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { moment } from "../core/format.js";
import { t } from "../core/words.js";

export async function open(body) {
  const rows = el("tbody", {});
  const more = el("div.more-line", {});
  const page = async (before) => {
    const { entries } = await get(`/api/v1/audit${query({ limit: 100, before })}`);
    rows.append(...entries.map((entry) => el("tr", {}, el("td.nowrap", { data: { label: t("When") } }, moment(entry.at)), el("td", { data: { label: t("Who") } }, entry.who), el("td", { data: { label: t("Action") } }, el("code", {}, entry.action)),
      el("td.words", { data: { label: t("Subject") } }, entry.subject, entry.detail && el("div.soft.small", {}, entry.detail)), el("td.mono.small", { data: { label: t("Address") } }, entry.address))));
    more.replaceChildren(...(entries.length === 100 ? [el("button.button", { type: "button", on: { click: attempt(() => page(entries.at(-1).id)) } }, t("Show older ones"))] : []));
    return entries.length;
  };
  const any = await page();
  body.append(panel(t("Log of changes"), any ? [el("table.status-table", {}, el("thead", {}, el("tr", {}, [t("When"), t("Who"), t("Action"), t("Subject"), t("Address")].map((name) => el("th", {}, name)))), rows), more] : empty(t("Nothing yet"), t("Every change made on these pages or through the API is listed here, with who made it.")), { flush: true }));
}
