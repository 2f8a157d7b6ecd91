// One incident: the clip, why the rule fired, who was told, and what a person makes of it.
import { el, replace } from "../core/dom.js";
import { get, query as queryOf } from "../core/api.js";
import { closer, empty, head, panel } from "../core/page.js";
import { icon } from "../core/icons.js";
import { attempt, tell } from "../core/toasts.js";
import { bytes, duration, kindWords, moment, position, textOf, titleOf, who } from "../core/format.js";
import { go } from "../core/router.js";
import { may } from "../core/session.js";
import * as feed from "../core/feed.js";
import { keys } from "../core/shortcuts.js";
import { Prompter } from "../live/prompts.js";
import { FollowPanel } from "../follow/panel.js";
import { actions } from "./actions.js";
import { HandlingPanel } from "./handling.js";
import { ClipPlayer } from "./clip.js";
import { names } from "./filters.js";
import { narrowed, newer, older } from "./neighbours.js";
import { judge, reviewPanel, verdictKeys } from "./review.js";
import { reviewWords, severityTag } from "./row.js";
import { whyTable } from "./why.js";
import { said, t } from "../core/words.js";

export async function open(main, { id }, query) {
  const close = closer();
  // The list's filters come along: next and previous are the list's.
  const filters = narrowed(Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""])));
  const at = query.get("t");
  const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
  let incident;
  try {
    incident = await get(path);
  } catch (error) {
    if (error.status !== 404) throw error;
    head(main, t("Incident"));
    main.append(empty(t("This incident no longer exists"), t("It was deleted to free space, or the address is wrong."), el("a.button", { href: `#/incidents${queryOf(filters)}` }, t("All incidents"))));
    return close;
  }
  const line = el("span.row-title", {});
  const tools = el("div.buttons", {});
  // On a telephone the clip and its review stand first.
  const isSmall = window.matchMedia("(max-width: 52rem)").matches;
  head(main, titleOf(incident), { text: line, actions: !isSmall && tools });
  const media = el("div.media.stack", {}), below = el("div.below", {}), side = el("div.side.stack", {});
  // What is written into the handling's fields stays while the rest is shown anew.
  const verdict = el("div.stack", {}), rest = el("div.stack", {});
  const turner = new Turner(incident, filters);
  main.append(turner.element, el("div.with-side.single.incident", {}, media, below, side));

  let player = null, playing = "";
  const showMedia = () => {
    // A clip that grew from "recording" to "finished" is loaded anew; else what plays goes on.
    const clip = incident.clips[0];
    const key = clip ? `${clip.id} ${clip.state}` : "";
    if (player && key === playing) return;
    player?.close();
    playing = key;
    if (!clip) {
      player = null;
      replace(media, el("div.stage", {}, incident.poster
        ? el("div.surface", {}, el("img", { src: incident.poster, alt: t("The camera’s picture at the incident") }))
        : empty(incident.phase === "ongoing" ? t("The clip is being prepared") : t("The clip has been deleted"), incident.phase === "ongoing" ? t("It appears here by itself.") : t("Its space was needed. Protect an incident to keep its clip."))));
      return;
    }
    player = new ClipPlayer(clip, { highlight: incident.tracks ?? [], incident, at: at === null || !Number.isFinite(Number(at)) ? null : Math.max(0, Number(at)) });
    replace(media, player.element, incident.clips.length > 1 && el("p.small.soft", {}, t("All clips of this incident:"), " ",
      incident.clips.map((other, index) => el("a", { href: other.video, target: "_blank", rel: "noopener" }, `${index + 1} `))));
    if (clip.tracks) get(clip.tracks).then((sidecar) => player.setTracks(sidecar)).catch(tell);
    follows = addFollowing(player, clip);
  };
  let follows = null;
  const addFollowing = (shown, clip) => {
    if (!may("operator") || clip.state !== "finished") return null;
    const prompter = new Prompter(shown.surface, shown.overlay, {
      camera: incident.camera, isAllowed: () => true, moment: () => ({ clip: clip.id, seconds: shown.seconds }),
      hold: () => shown.video.pause(), onChange: () => panelOf.update(),
    });
    const panelOf = new FollowPanel({ id: incident.camera, name: incident.camera_name }, prompter, { onDone: () => prompter.clear() });
    panelOf.load().catch(tell);
    return panelOf;
  };
  const renew = (now) => { incident = now; showAll(); };
  const handling = new HandlingPanel((now) => renew(now));
  const showAll = () => {
    handling.show(incident);
    replace(line, severityTag(incident), el("span", {}, textOf(incident)));
    replace(tools, actions(incident, { onChange: renew, seconds: () => player?.seconds ?? null }));
    showMedia();
    replace(below, panel(t("Why the rule fired"), whyTable(incident.why)), el("div.stack", {}, panel(t("Details"), facts(incident)), panel(t("Who was alerted"), told(incident.alerts), { flush: incident.alerts.length > 0 })));
    if (handling.element.parentNode !== side) side.replaceChildren(verdict, handling.element, rest);
    replace(verdict, reviewPanel(incident, renew));
    replace(rest, isSmall && panel(t("Actions"), tools), follows?.element);
  };
  showAll();
  const lookAtHandling = attempt(async () => handling.show(await get(path)));
  const look = attempt(async () => renew(await get(path)));
  close.add(feed.on("incident", ({ incident: changed }) => { if (changed.id !== incident.id) return; if ([verdict, rest].some((part) => part.contains(document.activeElement))) lookAtHandling(); else look(); }), feed.on("again", look), () => player?.close(), turner.start(main),
    keys([
      [" ", t("Play or pause"), () => player?.toggle()], [",", t("One frame back"), () => player?.step(-1)], [".", t("One frame forward"), () => player?.step(1)],
      ["-", t("Slower"), () => player?.faster(-1)], ["+", t("Faster"), () => player?.faster(1)], ["m", t("Masks on or off"), () => player?.toggleMasks()],
      ...(may("operator") ? Object.entries(verdictKeys).map(([key, verdict]) => [key, t("Review: {verdict}", { verdict: reviewWords[verdict] }), attempt(async () => { const now = await judge(incident, verdict); if (now) renew(now); })]) : []),
    ]));
  return close;
}

/** To the next and the previous incident of the list, by button, key and swipe. */
class Turner {
  #abort = new AbortController();

  constructor(incident, filters) {
    this.filters = filters;
    this.links = { newer: this.#link("newer", "back", t("Newer")), older: this.#link("older", "forward", t("Older")) };
    const list = el("a.button.quiet", { href: `#/incidents${queryOf(filters)}` }, t("All incidents"));
    this.element = el("nav.turner-line.buttons", { "aria-label": t("Other incidents") }, list, el("span.grow", {}), this.links.newer, this.links.older);
    const find = (name, look) => look(incident, filters, { signal: this.#abort.signal }).then((other) => {
      if (!other) return;
      this.links[name].href = `#${this.#address(other)}`;
      this.links[name].removeAttribute("aria-disabled");
      this.links[name].title = `${titleOf(other)}, ${other.camera_name}, ${moment(other.start)}`;
    }).catch((error) => { if (error.name !== "AbortError") tell(error); });
    find("newer", newer);
    find("older", older);
  }

  #address(incident) { return `/incidents/${encodeURIComponent(incident.id)}${queryOf(this.filters)}`; }

  #link(name, sign, words) {
    return el("a.button", { "aria-disabled": "true", data: { turn: name } }, sign === "back" && icon(sign, 16), words, sign === "forward" && icon(sign, 16));
  }

  #turn(name) {
    const { href } = this.links[name];
    if (href) go(new URL(href).hash.slice(1));
  }

  /** Listens for keys and swipes until the result is called. */
  start(main) {
    let from = null;
    const down = (event) => { from = event.touches.length === 1 && !event.target.closest("input, select, .diff, dialog") ? event.touches[0] : null; };
    const up = (event) => {
      const to = event.changedTouches[0];
      if (!from || !to) return;
      const across = to.clientX - from.clientX, along = to.clientY - from.clientY;
      if (Math.abs(across) > 70 && Math.abs(across) > 2 * Math.abs(along)) this.#turn(across < 0 ? "older" : "newer");
      from = null;
    };
    main.addEventListener("touchstart", down, { passive: true });
    main.addEventListener("touchend", up, { passive: true });
    const end = keys([["j", t("Older incident"), () => this.#turn("older")], ["k", t("Newer incident"), () => this.#turn("newer")]]);
    return () => {
      this.#abort.abort();
      end();
      main.removeEventListener("touchstart", down);
      main.removeEventListener("touchend", up);
    };
  }
}

function facts(incident) {
  const clip = incident.clips[0];
  const seconds = (new Date(incident.end) - new Date(incident.start)) / 1000;
  const rows = [
    [t("Camera"), el("a", { href: `#/camera/${encodeURIComponent(incident.camera)}` }, incident.camera_name)],
    incident.zone && [t("Place"), incident.zone], incident.kinds.length > 1 && [t("Kinds"), incident.kinds.map(kindWords).join(", ")],
    [t("Began"), moment(incident.start)], [t("Duration"), incident.phase === "ongoing" ? t("still ongoing") : duration(seconds)],
    incident.acknowledged_by && [t("Handled by"), `${who(incident.acknowledged_by)}, ${moment(incident.acknowledged_at)}`],
    clip && [t("Clip"), [duration(clip.duration_seconds), clip.bytes && bytes(clip.bytes), clip.state === "recording" && t("still recording")].filter(Boolean).join(" · ")],
    clip && [t("Incident at"), position(clip.incident_seconds)],
  ];
  return el("dl.facts", {}, rows.filter(Boolean).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const alertStates = { pending: ["warn", t("Waiting")], sent: ["ok", t("Sent")], dead: ["alarm", t("Failed")] };

function told(alerts) {
  if (!alerts.length) return el("p.soft.small", {}, t("Nobody: no route covers this incident, alerts are held back, or people were alerted of the same shortly before."));
  return el("table", {}, el("tbody", {}, alerts.map((alert) => {
    const [level, name] = alertStates[alert.state] ?? ["", alert.state];
    return el("tr", {}, el("td", {}, alert.channel, el("div.soft.small", {}, alert.recipient)),
      el("td", {}, el("span.tag", { class: level }, icon({ ok: "check", alarm: "alarm" }[level] ?? "idle", 12), name),
        alert.sent_at && el("div.soft.small", {}, moment(alert.sent_at)), alert.error && el("div.small", {}, said(alert.error))));
  })));
}
