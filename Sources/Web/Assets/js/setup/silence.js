// Where and for how long the system is told to be quiet, and ending that.
import { el } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { empty, panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { ago, until, words } from "../core/format.js";
import * as attention from "../core/attention.js";
import { placePicture, placeWords } from "../incidents/place.js";

export async function open(body) {
  const [{ suppressions }, { snoozes }, { cameras }] = await Promise.all([get("/api/v1/suppressions"), get("/api/v1/snoozes"), get("/api/v1/cameras")]);
  const byId = new Map(cameras.map((camera) => [camera.id, camera]));
  const nameOf = (id) => (id ? byId.get(id)?.name ?? id : "All cameras");
  const again = () => { attention.refresh(); window.dispatchEvent(new Event("hashchange")); };
  const button = (path, told) => el("button.button", { type: "button", on: { click: attempt(async () => { await remove(path); toast(told); again(); }) } }, "End now");
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { minutes, camera, reason } = values(event.target);
    await post("/api/v1/snoozes", { minutes: Number(minutes), ...(camera && { camera }), ...(reason && { reason }) });
    toast("Alerts are held back for that time. Incidents are still recorded.");
    again();
  }) } }, el("div.columns", {},
    field("For", select("minutes", [["30", "30 minutes"], ["120", "2 hours"], ["480", "8 hours"], ["1440", "1 day"]], "30")),
    field("Camera", select("camera", [["", "All cameras"], ...cameras.map((camera) => [camera.id, camera.name])], "")),
    field("Reason", input("reason", { maxLength: 200, placeholder: "Stocktaking" }))), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, "Hold alerts back")));
  body.append(
    panel("Alerts held back", [snoozes.length ? el("ul.rows", {}, snoozes.map((snooze) => el("li.row.wide", {}, el("span.row-text", {},
      el("strong", {}, nameOf(snooze.camera), snooze.kind && `, only “${words(snooze.kind)}”`),
      el("span.soft.small", {}, [until(snooze.until), `by ${snooze.created_by}`, snooze.reason && `“${snooze.reason}”`].filter(Boolean).join(" · "))),
    button(`/api/v1/snoozes/${encodeURIComponent(snooze.id)}`, "Alerts are sent again.")))) : null, el("div.inner", {}, form)], { flush: true }),
    panel("Silenced places", suppressions.length ? el("ul.rows", {}, suppressions.map((item) => silenced(item, byId.get(item.camera), nameOf(item.camera),
      button(`/api/v1/suppressions/${encodeURIComponent(item.id)}`, "The rule watches this place again."))))
      : empty("No place is silenced", "When an incident is reviewed as “Not an incident”, its rule can be silenced at that place for a while."), { flush: true }));
}

function silenced(item, camera, name, button) {
  const picture = camera?.state === "online" ? `/api/v1/cameras/${encodeURIComponent(camera.id)}/snapshot.jpg?width=320` : null;
  return el("li.row.wide", { data: { suppression: item.id } },
    placePicture(picture, item.region, { size: camera?.size ?? undefined, alt: `Where it is silent: ${placeWords(item.region)}` }),
    el("span.row-text", {}, el("strong", {}, `“${words(item.rule)}” on “${name}”`), el("span", {}, placeWords(item.region)),
      el("span.soft.small", {}, [until(item.until), item.created_by && `by ${item.created_by}`, item.created_at && ago(item.created_at)].filter(Boolean).join(" · "))), button);
}
