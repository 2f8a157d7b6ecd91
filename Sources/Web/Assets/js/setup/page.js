// Set-up: one tab a concern.
import { el } from "../core/dom.js";
import { empty, head } from "../core/page.js";
import { may } from "../core/session.js";

const pages = {
  cameras: ["Cameras", () => import("./cameras.js")], rules: ["Rules", () => import("./rules.js")], alerts: ["Alerts", () => import("./alerts.js")],
  silence: ["Silence", () => import("./silence.js")], file: ["File", () => import("./file.js")], users: ["Users", () => import("./users.js")],
  tokens: ["API tokens", () => import("./tokens.js")], audit: ["Log of changes", () => import("./audit.js")],
};

export async function open(main, { tab = "cameras" }) {
  head(main, "Set-up");
  if (!may("admin")) {
    main.append(empty("This is for administrators", "Your account may look and, as an operator, follow and review. Ask an administrator for changes here."));
    return undefined;
  }
  const name = pages[tab] ? tab : "cameras";
  const tabs = tabLine(name);
  main.append(tabs);
  // On a telephone the line is longer than the screen.
  tabs.querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "center" });
  const body = el("div.stack.wide", {});
  main.append(body);
  document.title = `${pages[name][0]} · Set-up · Aislewatch`;
  const module = await pages[name][1]();
  return module.open(body);
}

/** The line of tabs, as links. */
export function tabLine(current) {
  return el("nav.tabs", { "aria-label": "Set-up" }, Object.entries(pages).map(([key, [words]]) =>
    el("a", { href: `#/setup/${key}`, "aria-current": key === current ? "page" : undefined }, words)));
}
