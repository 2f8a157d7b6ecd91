// A followed object in a list.
import { el, replace } from "../core/dom.js";
import { patch, remove } from "../core/api.js";
import { stateMark, icon } from "../core/icons.js";
import { ago, count } from "../core/format.js";
import { may } from "../core/session.js";
import { attempt, toast } from "../core/toasts.js";
import { confirm } from "../core/dialogs.js";
import { conditionChecks, conditionText } from "./conditions.js";

const states = {
  waiting: ["idle", "Waiting for the camera"], present: ["ok", "In the picture"], lost: ["warn", "Lost from sight"], removed: ["idle", "Removed"],
};

/** @param {{onGone: Function, extra?: Node, cameraName?: string}} options */
export function followCard(follow, { onGone, extra, cameraName } = {}) {
  const [level, words] = states[follow.state] ?? ["idle", follow.state];
  const path = `/api/v1/follows/${encodeURIComponent(follow.id)}`;
  const told = el("p.small.soft", {}, conditionText(follow.conditions));
  const setConditions = async (conditions) => {
    try {
      const now = await patch(path, { conditions });
      replace(told, conditionText(now.conditions));
    } catch (error) { await attempt(() => { throw error; })(); }
  };
  const rename = attempt(async (event) => {
    const name = event.target.value.trim();
    if (name && name !== follow.name) { await patch(path, { name }); follow.name = name; toast("Renamed"); }
  });
  const stop = attempt(async () => {
    if (!(await confirm(`Stop following “${follow.name}”?`, "Its conditions go with it. Incidents that it caused stay.", { action: "Stop following", danger: true }))) return;
    await remove(path);
    onGone?.(follow.id);
  });
  const picture = el("div.poster", {}, follow.picture ? el("img", { src: follow.picture, alt: "", loading: "lazy" }) : icon("follow", 22));
  const editor = may("operator") && el(
    "details.more", {}, el("summary", {}, "Change"),
    el("div.stack", {},
      el("label.field", {}, el("span", {}, "Name"), el("input", { type: "text", value: follow.name, maxLength: 80, on: { change: rename } })),
      el("fieldset", {}, el("legend.small", {}, "Tell me if"), conditionChecks(follow.conditions, setConditions)),
      el("button.button.danger", { type: "button", on: { click: stop } }, icon("trash"), "Stop following")));
  return el(
    "li.follow-card", { data: { follow: follow.id } }, picture,
    el("div.row-text", {},
      el("strong.clip", {}, follow.name), cameraName && el("a.small", { href: `#/camera/${encodeURIComponent(follow.camera)}` }, cameraName),
      stateMark(level, follow.last_seen_at && follow.state === "lost" ? `${words}, ${ago(follow.last_seen_at)}` : words), told, extra, editor));
}

export const following = (list) => (list.length ? count(list.length, "object") : "Nothing is followed");
