// What happened: the day as a band, the list with pictures, search.
import { el, replace } from "../core/dom.js";
import { get, query as queryOf } from "../core/api.js";
import { closer, empty, head, panel } from "../core/page.js";
import { icon } from "../core/icons.js";
import { attempt } from "../core/toasts.js";
import { dayOfText, dayText, foreignZone, startOfDay } from "../core/calendar.js";
import { count, dayName } from "../core/format.js";
import { setQuery } from "../core/router.js";
import * as feed from "../core/feed.js";
import { filters, names } from "./filters.js";
import { legend, timeline } from "./timeline.js";
import { wideRow } from "./row.js";

const path = "/api/v1/incidents";

export async function open(main, _, query) {
  const { cameras } = await get("/api/v1/cameras");
  let values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
  let day = dayOfText(query.get("day"));
  let turn = 0;
  head(main, "Incidents");
  const band = el("div", {}, el("p.loading", {}, "Loading…")), list = el("ul.rows", {}), more = el("div.more-line", {}, el("p.loading", {}, "Loading…")), total = el("span.soft.small", { role: "status" });
  const dayWords = el("strong.day", {});
  const move = (days) => { day = startOfDay(day, days); showDay(); remember(); };
  const arrows = el("div.buttons", {},
    el("button.button.icon", { type: "button", "aria-label": "The day before", on: { click: () => move(-1) } }, icon("back", 16)), dayWords,
    el("button.button.icon", { type: "button", "aria-label": "The day after", on: { click: () => move(1) } }, icon("forward", 16)));
  const dayPanel = el("section.panel", { "aria-label": "Day" }, el("header", {}, el("h2", {}, "Day"), el("span.soft.small", {}, foreignZone() && `times of ${foreignZone()}`), el("span.grow", {}), arrows), el("div.body", {}, band));
  const listPanel = panel("List", [list, more], { flush: true, actions: total });
  main.append(el("div.stack.wide", {}, filters(values, cameras, (now) => { values = now; remember(); showAll(); }), dayPanel, listPanel));

  const remember = () => setQuery({ ...values, day: dayName(day) === "Today" ? "" : dayText(day) });
  const showDay = attempt(async () => {
    const end = startOfDay(day, 1);
    replace(dayWords, dayName(day));
    arrows.lastElementChild.disabled = end > new Date();
    const wanted = day;
    const { incidents } = await get(path + queryOf({ ...values, from: day.toISOString(), to: end.toISOString(), limit: 500 }));
    if (wanted !== day) return;
    replace(band, timeline(day, cameras, incidents), incidents.length ? legend(incidents) : el("p.soft.small.legend", {}, "No incident on this day."));
  });
  const showList = attempt(async () => {
    const mine = ++turn;
    const page = await get(path + queryOf({ ...values, limit: 30 }));
    if (mine !== turn) return;
    replace(list);
    addPage(page);
  });
  const addPage = ({ incidents, next }) => {
    list.append(...incidents.map(wideRow));
    const shown = list.children.length;
    replace(total, shown ? `${count(shown, "incident")}${next ? " and more" : ""}` : "");
    replace(more, next && el("button.button", { type: "button", on: { click: attempt(async () => addPage(await get(path + queryOf({ ...values, limit: 30, cursor: next })))) } }, "Show older ones"),
      !shown && nothing(values));
  };
  const showAll = () => { showDay(); showList(); };
  showAll();

  const close = closer();
  close.add(feed.on("incident", () => { if (list.children.length <= 30) showAll(); }), feed.on("state", (up) => { if (up && list.children.length <= 30) showAll(); }));
  return close;
}

function nothing(values) {
  return Object.values(values).some(Boolean)
    ? empty("No incident fits", "Try fewer words or another filter. Each word may be a beginning: “pall” finds pallet.", el("a.button", { href: "#/incidents" }, "Show all"))
    : empty("Nothing has happened yet", "Incidents appear here by themselves as soon as a rule fires on a camera, something followed moves, or somebody records by hand.");
}
