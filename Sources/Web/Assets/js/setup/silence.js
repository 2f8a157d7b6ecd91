// Where and for how long the system is told to be quiet, and taking that back.
import { el } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { empty, panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { moment, trim, words } from "../core/format.js";

export async function open(body) {
  const [{ suppressions }, { snoozes }, { cameras }] = await Promise.all([get("/api/v1/suppressions"), get("/api/v1/snoozes"), get("/api/v1/cameras")]);
  const nameOf = (id) => (id ? cameras.find((camera) => camera.id === id)?.name ?? id : "All cameras");
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const end = (path, told) => attempt(async () => { await remove(path); toast(told); again(); });
  const line = (title, text, path, action, told) => el("li.row", {}, el("span.row-text", {}, el("strong", {}, title), el("span.soft.small", {}, text)),
    el("button.button", { type: "button", on: { click: end(path, told) } }, action));
  const until = (date) => (date ? `until ${moment(date)}` : "until somebody undoes it");
  const place = (region) => (region ? `at ${trim(region[0] * 100, 0)} %, ${trim(region[1] * 100, 0)} % of the picture` : "everywhere");
  const snoozeForm = el("form.stack", { on: { submit: attempt(async (event) => {
    const { minutes, camera, reason } = values(event.target);
    await post("/api/v1/snoozes", { minutes: Number(minutes), ...(camera && { camera }), ...(reason && { reason }) });
    toast("No alerts for that time. Incidents are still recorded.");
    again();
  }) } }, el("div.columns", {},
    field("For", select("minutes", [["30", "30 minutes"], ["120", "2 hours"], ["480", "8 hours"], ["1440", "1 day"]], "120")),
    field("Camera", select("camera", [["", "All cameras"], ...cameras.map((camera) => [camera.id, camera.name])], "")),
    field("Why", input("reason", { maxLength: 200, placeholder: "Stocktaking" }))), el("div.buttons", {}, el("button.button.primary", { type: "submit" }, "Hold alerts back")));
  body.append(
    panel("Alerts held back", [snoozes.length ? el("ul.rows", {}, snoozes.map((snooze) => line(nameOf(snooze.camera), [snooze.kind && words(snooze.kind), until(snooze.until), snooze.reason].filter(Boolean).join(" · "),
      `/api/v1/snoozes/${encodeURIComponent(snooze.id)}`, "End now", "Alerts are sent again."))) : null, el("div.inner", {}, snoozeForm)], { flush: true }),
    panel("Rules that stay silent at a place", suppressions.length ? el("ul.rows", {}, suppressions.map((item) => line(`${words(item.rule)}, ${nameOf(item.camera)}`, `${place(item.region)}, ${until(item.until)}${item.created_by ? ` · ${item.created_by}` : ""}`,
      `/api/v1/suppressions/${encodeURIComponent(item.id)}`, "Undo", "The rule watches this place again."))) : empty("None", "When an incident is reviewed as “not an incident”, its rule can be silenced at that place for a while."), { flush: true }));
}
