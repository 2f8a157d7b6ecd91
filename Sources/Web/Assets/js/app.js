// The beginning: who is there, then the page for the address.
import * as feed from "./core/feed.js";
import * as session from "./core/session.js";
import { build } from "./core/frame.js";
import { close, follow, location, route } from "./core/router.js";
import { whenSignedOut } from "./core/api.js";
import { clear, tell } from "./core/toasts.js";
import { apply } from "./core/theme.js";
import { empty, style } from "./core/page.js";
import { el, replace } from "./core/dom.js";
import * as news from "./incidents/news.js";
import { t } from "./core/words.js";

const root = document.getElementById("root");
let frame = null;

/** A page's module with the style sheets that only it and its like need: the wall, which comes first, stays small. */
const withStyles = (names, load) => async () => (await Promise.all([load(), ...names.map(style)]))[0];
const door = withStyles(["door"], () => import("./core/door.js"));
const demanded = withStyles(["door", "account"], () => import("./account/demanded.js"));

route("/", () => import("./live/wall.js"));
route("/camera/:id", withStyles(["camera"], () => import("./live/page.js")));
route("/incidents", withStyles(["incidents"], () => import("./incidents/page.js")));
route("/incidents/day/:day", withStyles(["incidents"], () => import("./incidents/day.js")));
route("/incidents/:id", withStyles(["camera", "incidents"], () => import("./incidents/detail.js")));
route("/following", withStyles(["camera"], () => import("./follow/page.js")));
route("/setup", withStyles(["setup", "incidents"], () => import("./setup/page.js")));
route("/setup/:tab", withStyles(["setup", "incidents"], () => import("./setup/page.js")));
route("/setup/cameras/:id", withStyles(["setup", "incidents"], () => import("./setup/camera.js")));
route("/status", withStyles(["setup", "incidents"], () => import("./status/page.js")));
route("/account", () => import("./account/page.js"));

async function begin() {
  apply();
  const { path } = location();
  const link = /^\/setup\/([A-Za-z0-9_-]{20,128})$/.exec(path);
  if (link) return (await door()).showFirstAccount(root, link[1], () => { window.location.hash = "#/"; enter(); });
  try {
    if (await session.load()) return enter();
    if (await session.setupNeeded()) return (await door()).showNoAccount(root);
    const came = /^\/sign-in\/(failed|no-account)$/.exec(path);
    if (came) history.replaceState(null, "", "#/");
    (await door()).showSignIn(root, enter, { message: came && {
      failed: t("Signing in at the identity provider failed. The daemon’s log says why."),
      "no-account": t("You have no account here. Ask an administrator to add one with your name.") }[came[1]] });
  } catch (error) {
    const again = el("button.button.primary", { type: "button", on: { click: begin } }, t("Try again"));
    style("door");
    replace(root, el("main.door", {}, el("div.box", {}, empty(t("The server can’t be reached"), error.message, again))));
  }
}

async function enter() {
  if (session.current().second_factor_needed) return (await demanded()).showDemanded(root, begin);
  frame = build(root, { onSignOut: leave });
  feed.start();
  news.start(frame.news);
  show();
}

async function leave() {
  await session.signOut();
  end();
  (await door()).showSignIn(root, enter);
}

function end() {
  close();
  // What was said to one person is not for whoever comes next.
  clear();
  feed.stop();
  news.stop();
  frame?.close();
  frame = null;
}

async function show() {
  if (!frame) return;
  frame.mark();
  delete document.getElementById("main").dataset.page;
  let main = null;
  try {
    await follow((page, parameters, query) => {
      main = frame.fresh();
      replace(main, el("p.loading", {}, t("Loading…")));
      window.scrollTo(0, 0);
      return page.open(main, parameters, query);
    });
    // For tests: which page is there as a whole.
    if (main) main.dataset.page = location().path;
  } catch (error) {
    if (error.status === 401 || (main && !main.isConnected)) return;
    tell(error);
    replace(main ?? frame.fresh(), empty(t("This page could not be loaded"), error.message, el("a.button", { href: "#/" }, t("To the live pictures"))));
  }
}

whenSignedOut(async () => {
  if (!frame) return;
  end();
  (await door()).showSignIn(root, enter, { message: t("Your session has ended. Sign in to continue where you were.") });
});
window.addEventListener("aislewatch-sign-out", leave);
// A message on this device was clicked.
navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data.open) window.location.hash = data.open; });
window.addEventListener("hashchange", () => (frame ? show() : begin()));
window.addEventListener("unhandledrejection", (event) => { if (event.reason?.name === "AbortError") event.preventDefault(); });
begin();
