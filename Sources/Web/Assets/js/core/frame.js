// The frame around the pages: navigation, who is signed in, the banner when the connection is lost.
import { el, replace } from "./dom.js";
import { icon } from "./icons.js";
import * as attention from "./attention.js";
import * as feed from "./feed.js";
import { timeSeconds } from "./format.js";
import * as session from "./session.js";
import * as themes from "./theme.js";
import { location } from "./router.js";
import * as shortcuts from "./shortcuts.js";
import { t } from "./words.js";

const pages = [
  ["/", t("Live"), "live", "viewer"], ["/incidents", t("Incidents"), "incidents", "viewer"], ["/following", t("Following"), "follow", "viewer"],
  ["/setup", t("Set-up"), "setup", "admin"], ["/status", t("Status"), "status", "viewer"],
];

/** Builds it and returns where pages go: {fresh(), news(count)}. */
export function build(root, { onSignOut }) {
  const { user, site } = session.current();
  const news = el("span.count", { hidden: true });
  const links = pages.filter(([, , , role]) => session.may(role)).map(([path, words, sign]) =>
    el("a", { href: `#${path}`, data: { path } }, icon(sign, 20), el("span", {}, words), path === "/incidents" && news));
  links.push(el("a.only-small", { href: "#/account", data: { path: "/account" } }, icon("user", 20), el("span", {}, t("Account"))));
  const theme = el("span", {}, themeWords());
  const rail = el(
    "header", { id: "rail" },
    el("div.brand", {}, icon("mark", 26), el("span", {}, "Aislewatch", site && el("small", {}, site))),
    el("nav", { "aria-label": t("Pages") }, links),
    el("div.foot", {},
      el("button.rail-button", { type: "button", on: { click: () => { themes.next(); replace(theme, themeWords()); } } }, icon("theme", 20), theme),
      el("button.rail-button", { type: "button", "aria-keyshortcuts": "?", on: { click: shortcuts.show } }, icon("help", 20), t("Shortcuts")),
      el("a.rail-button", { href: "#/account" }, icon("user", 20), el("span.clip", {}, user.name, el("span.visually-hidden", {}, " ", t("account")))),
      el("button.rail-button", { type: "button", on: { click: onSignOut } }, icon("out", 20), t("Sign out"))));
  const banner = el("div", { id: "connection", role: "status", hidden: true });
  const strip = el("aside", { id: "attention", "aria-label": t("What keeps people from being told"), hidden: true });
  let main = el("main", { id: "main", tabIndex: -1 });
  // A page that is still loading when the next one comes goes on in its own place, which nobody sees any more.
  const fresh = () => { const next = el("main", { id: "main", tabIndex: -1 }); main.replaceWith(next); return (main = next); };
  const skip = (event) => { event.preventDefault(); main.focus(); };
  replace(root, el("a.skip", { href: "#main", on: { click: skip } }, t("Skip to the page")), el("div", { id: "app" }, rail, el("div", {}, el("div", { id: "strips" }, banner, strip), main)));
  const mark = () => {
    const { path } = location();
    for (const link of links) {
      const own = link.dataset.path;
      const here = own === "/" ? path === "/" || path.startsWith("/camera/") : path.startsWith(own);
      if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
  };
  const ends = [watchConnection(banner), attention.watch(strip), shortcuts.start()];
  return { fresh, mark, close: () => { for (const end of ends) end(); }, news: (count) => { news.hidden = !count; replace(news, String(count), el("span.visually-hidden", {}, " ", t("new"))); } };
}

const themeWords = () => ({ system: t("Theme: system"), light: t("Theme: light"), dark: t("Theme: dark") })[themes.theme()];

/** Says since when what is shown may be old, and that it is true again. */
function watchConnection(banner) {
  let timer = 0;
  const show = (name, sign, words) => { banner.className = name; banner.hidden = false; replace(banner, icon(sign), words); };
  const off = feed.on("stale", (since) => {
    clearTimeout(timer);
    if (since) { show("", "warn", t("Connection lost at {time}. What you see is from then; trying again…", { time: timeSeconds(since) })); return; }
    show("back", "check", t("Connected again"));
    timer = setTimeout(() => { banner.hidden = true; }, 3000);
  });
  return () => { off(); clearTimeout(timer); };
}
