// One camera's set-up: its connection, the zones on its picture, its scale.
import { el, replace } from "../core/dom.js";
import { get } from "../core/api.js";
import { icon } from "../core/icons.js";
import { empty, head, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { confirm } from "../core/dialogs.js";
import { go } from "../core/router.js";
import { may } from "../core/session.js";
import { segments } from "../core/forms.js";
import { cameraForm } from "./cameras.js";
import { bookOf } from "./rulebook.js";
import { saveEdits } from "./save.js";
import { tabLine } from "./page.js";
import { ZoneEditor } from "./zones.js";
import { ScaleEditor } from "./scale.js";
import { t } from "../core/words.js";

export async function open(main, { id }) {
  if (!may("admin")) { head(main, t("Set-up")); main.append(empty(t("This is for administrators"), t("Ask an administrator for changes here."))); return undefined; }
  const [camera, values, declared] = await Promise.all([get(`/api/v1/cameras/${encodeURIComponent(id)}`), get("/api/v1/configuration/values"), get("/api/v1/rules")]);
  const entry = (values.cameras ?? []).find((candidate) => candidate.id === id) ?? { id };
  head(main, camera.name, { actions: [el("a.button", { href: `#/camera/${encodeURIComponent(id)}` }, icon("live"), t("Live picture"))] });
  const picture = `/api/v1/cameras/${encodeURIComponent(id)}/snapshot.jpg?width=1280`;
  const body = el("div", {});
  let editor = null;
  const show = (name) => {
    editor?.close?.();
    editor = name === "zones" ? new ZoneEditor(camera, values, picture, bookOf(declared.rules)) : name === "scale" ? new ScaleEditor(camera, entry, picture) : null;
    replace(body, editor ? editor.element : el("div.stack.wide", {}, panel(t("Connection"), cameraForm({ camera: entry })), removal(id, camera.name)));
  };
  main.append(tabLine("cameras"), el("div.stack.wide", {}, segments(t("Part"), [["zones", t("Zones and lines")], ["scale", t("Scale")], ["connection", t("Connection")]], "zones", show), body));
  show("zones");
  return () => editor?.close?.();
}

function removal(id, name) {
  const remove = attempt(async () => {
    if (!(await confirm(t("Remove “{name}”?", { name }), t("It is no longer watched. Its incidents and clips stay until their space is needed."), { action: t("Remove"), danger: true }))) return;
    if (await saveEdits([{ op: "remove", path: ["cameras", id] }], { title: t("Remove this camera?") })) go("/setup/cameras");
  });
  return panel(t("Remove"), el("button.button.danger", { type: "button", on: { click: remove } }, icon("trash"), t("Remove this camera")));
}
