// Set-up: one tab a concern.
import { el } from "../core/dom.js";
import { empty, head } from "../core/page.js";
import { may } from "../core/session.js";
import { t } from "../core/words.js";

const pages = {
  cameras: [t("Cameras"), () => import("./cameras.js")], rules: [t("Rules"), () => import("./rules.js")], alerts: [t("Alerts"), () => import("./alerts.js")],
  site: [t("Site"), () => import("./site.js")], silence: [t("Silence"), () => import("./silence.js")], file: [t("File"), () => import("./file.js")], users: [t("Users"), () => import("./users.js")],
  tokens: [t("API tokens"), () => import("./tokens.js")], audit: [t("Log of changes"), () => import("./audit.js")],
};

export async function open(main, { tab = "cameras" }) {
  head(main, t("Set-up"));
  if (!may("admin")) {
    main.append(empty(t("This is for administrators"), t("Ask an administrator for changes to the set-up.")));
    return undefined;
  }
  const name = pages[tab] ? tab : "cameras";
  const tabs = tabLine(name);
  main.append(tabs);
  // On a telephone the line is longer than the screen.
  tabs.querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  const body = el("div.stack.wide", {}), loading = el("p.loading", {}, t("Loading…"));
  main.append(loading, body);
  document.title = `${pages[name][0]} · ${t("Set-up")} · Aislewatch`;
  const module = await pages[name][1]();
  const close = await module.open(body);
  loading.remove();
  return close;
}

/** The line of tabs, as links. */
export function tabLine(current) {
  return el("nav.tabs", { "aria-label": t("Set-up") }, Object.entries(pages).map(([key, [words]]) =>
    el("a", { href: `#/setup/${key}`, "aria-current": key === current ? "page" : undefined }, words)));
}
