// One incident: the clip, why the rule fired, who was told, and what a person makes of it.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { closer, empty, head, panel } from "../core/page.js";
import { icon } from "../core/icons.js";
import { attempt, tell } from "../core/toasts.js";
import { bytes, duration, moment, position, words } from "../core/format.js";
import { may } from "../core/session.js";
import * as feed from "../core/feed.js";
import { Prompter } from "../live/prompts.js";
import { FollowPanel } from "../follow/panel.js";
import { actions } from "./actions.js";
import { ClipPlayer } from "./clip.js";
import { reviewPanel } from "./review.js";
import { severityTag } from "./row.js";
import { whyTable } from "./why.js";

export async function open(main, { id }) {
  const close = closer();
  const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
  let incident;
  try {
    incident = await get(path);
  } catch (error) {
    if (error.status !== 404) throw error;
    head(main, "Incident");
    main.append(empty("This incident is no longer there", "Its clip was deleted when the disk was needed, or the address is wrong.", el("a.button", { href: "#/incidents" }, "All incidents")));
    return close;
  }
  const line = el("span.row-title", {});
  const tools = el("div.buttons", {});
  head(main, words(incident.kind), { text: line, actions: tools });
  const media = el("div.stack", {}), below = el("div.below", {}), side = el("div.side.stack", {});
  main.append(el("div.with-side.single", {}, el("div.stack", {}, media, below), side));

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
        ? el("div.surface", {}, el("img", { src: incident.poster, alt: "The camera's picture at the incident" }))
        : empty(incident.phase === "ongoing" ? "The clip is being prepared" : "There is no clip any more", incident.phase === "ongoing" ? "It appears here by itself." : "It was deleted when the disk was needed. Protect an incident to keep its clip.")));
      return;
    }
    player = new ClipPlayer(clip, { highlight: incident.tracks ?? [], incident });
    replace(media, player.element, incident.clips.length > 1 && el("p.small.soft", {}, `This incident has ${incident.clips.length} clips: `,
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
  const showAll = () => {
    replace(line, severityTag(incident), el("span", {}, incident.text));
    replace(tools, actions(incident, renew));
    showMedia();
    replace(below, panel("Why", whyTable(incident.why)), el("div.stack", {}, panel("Facts", facts(incident)), panel("Who was told", told(incident.alerts), { flush: incident.alerts.length > 0 })));
    replace(side, reviewPanel(incident, renew), follows?.element);
  };
  showAll();
  const look = attempt(async () => renew(await get(path)));
  close.add(feed.on("incident", ({ incident: changed }) => { if (changed.id === incident.id && !side.contains(document.activeElement)) look(); }), () => player?.close());
  return close;
}

function facts(incident) {
  const clip = incident.clips[0];
  const seconds = (new Date(incident.end) - new Date(incident.start)) / 1000;
  const rows = [
    ["Camera", el("a", { href: `#/camera/${encodeURIComponent(incident.camera)}` }, incident.camera_name)],
    incident.zone && ["Place", incident.zone], incident.kinds.length > 1 && ["Kinds", incident.kinds.map(words).join(", ")],
    ["Began", moment(incident.start)], ["Lasted", incident.phase === "ongoing" ? "still going on" : duration(seconds)],
    incident.acknowledged_by && ["Seen by", `${incident.acknowledged_by}, ${moment(incident.acknowledged_at)}`],
    clip && ["Clip", [duration(clip.duration_seconds), clip.bytes && bytes(clip.bytes), clip.state === "recording" && "still recording"].filter(Boolean).join(" · ")],
    clip && ["Incident at", position(clip.incident_seconds)],
  ];
  return el("dl.facts", {}, rows.filter(Boolean).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const alertStates = { pending: ["warn", "Waiting"], sent: ["ok", "Sent"], dead: ["alarm", "Failed"] };

function told(alerts) {
  if (!alerts.length) return el("p.soft.small", {}, "Nobody. No alert route fits this incident, or a cool-down held it back.");
  return el("table", {}, el("tbody", {}, alerts.map((alert) => {
    const [level, name] = alertStates[alert.state] ?? ["", alert.state];
    return el("tr", {}, el("td", {}, alert.channel, el("div.soft.small", {}, alert.recipient)),
      el("td", {}, el("span.tag", { class: level }, icon({ ok: "check", alarm: "alarm" }[level] ?? "idle", 12), name),
        alert.sent_at && el("div.soft.small", {}, moment(alert.sent_at)), alert.error && el("div.small", {}, alert.error)));
  })));
}
