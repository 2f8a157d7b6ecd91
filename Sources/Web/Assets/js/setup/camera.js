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
import { fieldsOf, SectionPanel } from "./declared.js";
import { bookOf } from "./rulebook.js";
import { surroundings } from "./ruleform.js";
import { saveEdits } from "./save.js";
import { tabLine } from "./page.js";
import { ZoneEditor } from "./zones.js";
import { MarksEditor } from "./marks.js";
import { ScaleEditor } from "./scale.js";
import { SensitivityEditor } from "./sensitivity.js";
import { t } from "../core/words.js";

export async function open(main, { id }) {
  if (!may("admin")) { head(main, t("Set-up")); main.append(empty(t("This is for administrators"), t("Ask an administrator for changes here."))); return undefined; }
  const path = `/api/v1/cameras/${encodeURIComponent(id)}`;
  const [camera, first, declared, report, { settings }] = await Promise.all([get(path), get("/api/v1/configuration/values"), get("/api/v1/rules"), get(`${path}/sensitivity`), get("/api/v1/configuration/settings")]);
  const book = bookOf(declared.rules);
  head(main, camera.name, { actions: [el("a.button", { href: `#/camera/${encodeURIComponent(id)}` }, icon("live"), t("Live picture"))] });
  const picture = `${path}/snapshot.jpg?width=1280`;
  const body = el("div", {});
  let editor = null;
  // Each part begins with what the file says now: the others may have changed it.
  const show = async (name, values = null) => {
    editor?.close?.();
    values ??= await get("/api/v1/configuration/values");
    const entry = (values.cameras ?? []).find((candidate) => candidate.id === id) ?? { id };
    const parts = {
      zones: () => new ZoneEditor(camera, values, picture, book), scale: () => new ScaleEditor(camera, entry, picture), marks: () => new MarksEditor(camera, entry, values, picture),
      sensitivity: () => new SensitivityEditor(camera, entry, values, book, report),
      connection: () => ({ element: el("div.stack.wide", {}, panel(t("Connection"), cameraForm({ camera: entry })),
        new SectionPanel(t("Picture and recording"), ["cameras", id], fieldsOf(settings, "cameras[].", surroundings(values), { only: ["display_aspect", "recording_priority", "analysis_mode"] }), values).element, removal(id, camera.name)) }),
    };
    editor = parts[name]();
    replace(body, editor.element);
  };
  main.append(tabLine("cameras"), el("div.stack.wide", {}, segments(t("Part"), [["zones", t("Zones and lines")], ["scale", t("Scale")], ["marks", t("Marks")], ["sensitivity", t("Sensitivity")], ["connection", t("Connection")]], "zones", attempt((name) => show(name))), body));
  await show("zones", first);
  return () => editor?.close?.();
}

function removal(id, name) {
  const remove = attempt(async () => {
    if (!(await confirm(t("Remove “{name}”?", { name }), t("It is no longer watched. Its incidents and clips stay until their space is needed."), { action: t("Remove"), danger: true }))) return;
    if (await saveEdits([{ op: "remove", path: ["cameras", id] }], { title: t("Remove this camera?") })) go("/setup/cameras");
  });
  return panel(t("Remove"), el("button.button.danger", { type: "button", on: { click: remove } }, icon("trash"), t("Remove this camera")));
}
