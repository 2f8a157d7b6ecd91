// How many incidents came since somebody last looked at the list, and a word about each new one.
import * as feed from "../core/feed.js";
import { location, go } from "../core/router.js";
import { toast } from "../core/toasts.js";
import { chime } from "../core/chime.js";
import { titleOf } from "../core/format.js";
import { t } from "../core/words.js";

let ending = null;
let count = 0;

export function start(show) {
  count = 0;
  const looked = () => { if (location().path === "/incidents") { count = 0; show(0); } };
  window.addEventListener("hashchange", looked);
  const off = feed.on("incident", ({ type, incident }) => {
    if (type !== "new") return;
    if (location().path !== "/incidents") show(++count);
    if (incident.kind !== "manual") chime();
    toast(`${titleOf(incident)}: ${incident.camera_name}`, {
      kind: incident.severity === "low" ? "info" : "alarm", seconds: 15,
      action: { words: t("Show"), call: () => go(`/incidents/${encodeURIComponent(incident.id)}`) },
    });
  });
  ending = () => { off(); window.removeEventListener("hashchange", looked); };
}

export function stop() {
  ending?.();
  ending = null;
}
