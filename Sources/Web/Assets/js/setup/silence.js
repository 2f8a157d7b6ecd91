// Where and for how long the system is told to be quiet, and ending that.
import { el } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { empty, panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { ago, kindWords, until, who } from "../core/format.js";
import * as attention from "../core/attention.js";
import { placePicture, placeWords } from "../incidents/place.js";
import { quoted, t } from "../core/words.js";

export async function open(body) {
  const [{ suppressions }, { snoozes }, { cameras }] = await Promise.all([get("/api/v1/suppressions"), get("/api/v1/snoozes"), get("/api/v1/cameras")]);
  const byId = new Map(cameras.map((camera) => [camera.id, camera]));
  const nameOf = (id) => (id ? byId.get(id)?.name ?? id : t("All cameras"));
  const again = () => { attention.refresh(); window.dispatchEvent(new Event("hashchange")); };
  const button = (path, told) => el("button.button", { type: "button", on: { click: attempt(async () => { await remove(path); toast(told); again(); }) } }, t("End now"));
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { minutes, camera, reason } = values(event.target);
    await post("/api/v1/snoozes", { minutes: Number(minutes), ...(camera && { camera }), ...(reason && { reason }) });
    toast(t("Alerts are held back for that time. Incidents are still recorded."));
    again();
  }) } }, el("div.columns", {},
    field(t("For"), select("minutes", [["30", t("30 minutes")], ["120", t("2 hours")], ["480", t("8 hours")], ["1440", t("1 day")]], "30")),
    field(t("Camera"), select("camera", [["", t("All cameras")], ...cameras.map((camera) => [camera.id, camera.name])], "")),
    field(t("Reason"), input("reason", { maxLength: 200, placeholder: t("Stocktaking") }))), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, t("Hold alerts back"))));
  body.append(
    panel(t("Alerts held back"), [snoozes.length ? el("ul.rows", {}, snoozes.map((snooze) => el("li.row.wide", {}, el("span.row-text", {},
      el("strong", {}, nameOf(snooze.camera), snooze.kind && `, ${t("only “{rule}”", { rule: kindWords(snooze.kind) })}`),
      el("span.soft.small", {}, [until(snooze.until), t("by {name}", { name: who(snooze.created_by) }), snooze.reason && quoted(snooze.reason)].filter(Boolean).join(" · "))),
    button(`/api/v1/snoozes/${encodeURIComponent(snooze.id)}`, t("Alerts are sent again."))))) : null, el("div.inner", {}, form)], { flush: true }),
    panel(t("Silenced places"), suppressions.length ? el("ul.rows", {}, suppressions.map((item) => silenced(item, byId.get(item.camera), nameOf(item.camera),
      button(`/api/v1/suppressions/${encodeURIComponent(item.id)}`, t("The rule watches this place again.")))))
      : empty(t("No place is silenced"), t("When an incident is reviewed as “Not an incident”, its rule can be silenced at that place for a while.")), { flush: true }));
}

function silenced(item, camera, name, button) {
  const picture = camera?.state === "online" ? `/api/v1/cameras/${encodeURIComponent(camera.id)}/snapshot.jpg?width=320` : null;
  return el("li.row.wide", { data: { suppression: item.id } },
    placePicture(picture, item.region, { size: camera?.size ?? undefined, alt: t("Where it is silent: {place}", { place: placeWords(item.region) }) }),
    el("span.row-text", {}, el("strong", {}, t("“{rule}” on “{camera}”", { rule: kindWords(item.rule), camera: name })), el("span", {}, placeWords(item.region)),
      el("span.soft.small", {}, [until(item.until), item.created_by && t("by {name}", { name: who(item.created_by) }), item.created_at && ago(item.created_at)].filter(Boolean).join(" · "))), button);
}
