// The cameras, and adding one: test first, then save.
import { el, replace } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { icon, stateMark } from "../core/icons.js";
import { field, input, mark } from "../core/forms.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { trim } from "../core/format.js";
import { go } from "../core/router.js";
import { hasScale } from "./rulebook.js";
import { saveEdits } from "./save.js";
import { templatePanel } from "./template.js";
import { said, t, tn } from "../core/words.js";

export async function open(body) {
  const [{ cameras }, values] = await Promise.all([get("/api/v1/cameras"), get("/api/v1/configuration/values")]);
  const isScaled = (id) => hasScale((values.cameras ?? []).find((camera) => camera.id === id));
  const levels = { online: "ok", connecting: "warn", offline: "alarm" };
  const list = cameras.length ? el("ul.rows", {}, cameras.map((camera) => el("li", {}, el(
    "a.row.wide", { href: `#/setup/cameras/${encodeURIComponent(camera.id)}` },
    el("div.poster", {}, camera.state === "online" ? el("img", { src: `/api/v1/cameras/${encodeURIComponent(camera.id)}/snapshot.jpg?width=320`, alt: "", loading: "lazy" }) : icon("live", 22)),
    el("span.row-text", {}, el("strong", {}, camera.name), el("code.small.soft", {}, camera.id),
      el("span.small.soft", {}, camera.zones.length ? tn(camera.zones.length, "{n} zone", "{n} zones") : t("No zones"), ", ", isScaled(camera.id) ? t("has a scale") : t("no scale"))),
    stateMark(levels[camera.state] ?? "idle", camera.state === "online" ? t("Online") : camera.state === "offline" ? t("Offline") : t("Connecting")))))) :
    empty(t("No camera yet"), t("Add the first one below. The address is in the camera’s own web page, often under “RTSP” or “Stream”."));
  body.append(...[panel(t("Cameras"), list, { flush: true }), panel(t("Add a camera"), cameraForm({ ids: cameras.map((camera) => camera.id) })), templatePanel(values, () => window.dispatchEvent(new Event("hashchange")))].filter(Boolean));
}

/** Address and login; `camera` is the configuration's entry when one is changed. */
export function cameraForm({ ids = [], camera = null }) {
  const result = el("div", { role: "status" });
  const form = el(
    "form.stack", {},
    el("div.columns", {},
      field(t("Name"), input("name", { value: camera?.name ?? "", placeholder: t("Aisle 4"), required: !camera })),
      !camera && field(t("Identifier"), input("id", { pattern: "[a-z0-9_\\-]{1,64}", required: true, placeholder: "aisle-4", autocapitalize: "none" }), { hint: t("Used in folders and topics: a–z, 0–9, “-” and “_”") })),
    field(t("Address"), input("url", { value: camera?.url ?? "", placeholder: "rtsp://192.0.2.11:554/Streaming/Channels/101", required: true, autocapitalize: "none", spellcheck: false, inputMode: "url" }), { hint: t("Of the stream that is recorded: rtsp, rtsps, http or https") }),
    el("div.columns", {},
      field(t("User name"), input("username", { value: camera?.username ?? "", autocomplete: "off", autocapitalize: "none" })),
      field(t("Password"), input("password", { type: "password", autocomplete: "new-password", placeholder: camera?.username ? t("unchanged") : "" }), { hint: t("Kept in a file that only Aislewatch reads") })),
    el("details.more", { open: Boolean(camera?.analysis_url) }, el("summary", {}, t("A smaller stream for the analysis")), el("div.columns", {},
      field(t("Address"), input("analysis_url", { value: camera?.analysis_url ?? "", autocapitalize: "none", spellcheck: false }), { hint: t("Saves processor time. Empty: the same stream") }),
      field(t("Frames analysed per second"), input("analysis_fps", { type: "number", min: 0.5, max: 30, step: 0.5, value: camera?.analysis_fps ?? "" }), { hint: t("Empty: as set for all cameras") }))),
    result,
    el("div.buttons", {}, el("button.button", { type: "button", on: { click: attempt(() => test(form, camera, result)) } }, icon("live"), t("Test the connection")),
      el("button.button.primary", { type: "submit" }, camera ? t("Save") : t("Add this camera"))));
  const name = form.elements.namedItem("name"), id = form.elements.namedItem("id");
  if (id) name.addEventListener("input", () => { if (!id.dataset.own) id.value = slug(name.value); });
  id?.addEventListener("input", () => { id.dataset.own = "1"; });
  form.addEventListener("submit", attempt(async () => {
    if (id && ids.includes(id.value)) { mark(form, "id", t("Another camera already has this identifier.")); return; }
    if (await saveEdits(camera ? changes(form, camera) : [{ op: "set", path: ["cameras", "-"], value: added(form) }])) go(`/setup/cameras/${id?.value ?? camera.id}`);
  }));
  return form;
}

const written = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe", å: "aa", ł: "l", đ: "d" };

/** "Rückläger Süd" as "ruecklaeger-sued". */
export const slug = (text) => text.toLowerCase().normalize("NFC").replace(/[äöüßæøåłđ]/g, (letter) => written[letter]).normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 64);

const keys = ["name", "url", "username", "analysis_url", "analysis_fps"];
const valueOf = (form, key) => {
  const control = form.elements.namedItem(key);
  const text = control.value.trim();
  return text === "" ? undefined : control.type === "number" ? Number(text) : text;
};

function added(form) {
  const value = { id: valueOf(form, "id") };
  for (const key of keys) if (valueOf(form, key) !== undefined) value[key] = valueOf(form, key);
  if (valueOf(form, "password")) value.password = { secret: valueOf(form, "password") };
  return value;
}

function changes(form, camera) {
  const list = [];
  for (const key of keys) {
    const value = valueOf(form, key);
    if (value === camera[key]) continue;
    const path = ["cameras", camera.id, key];
    if (value !== undefined) list.push({ op: "set", path, value });
    else if (camera[key] !== undefined) list.push({ op: "remove", path });
  }
  if (valueOf(form, "password")) list.push({ op: "set", path: ["cameras", camera.id, "password"], value: { secret: valueOf(form, "password") } });
  if (!list.length) throw new Error(t("There is nothing to save: no value has changed."));
  return list;
}

const codecs = { h264: "H.264", hevc: "H.265", mjpeg: "Motion JPEG" };

async function test(form, camera, result) {
  const url = valueOf(form, "url");
  if (!url) { mark(form, "url", t("Enter the address first.")); return; }
  mark(form, "url", "");
  replace(result, el("p.note", {}, t("Connecting… This takes up to ten seconds.")));
  const answer = await post("/api/v1/cameras/test", {
    url, ...(valueOf(form, "username") && { username: valueOf(form, "username") }), ...(valueOf(form, "password") && { password: valueOf(form, "password") }),
    ...(camera && { camera: camera.id }),
  }).catch((error) => ({ ok: false, message: error.message }));
  if (!answer.ok) { replace(result, el("p.note.alarm", { role: "alert" }, said(answer.message))); return; }
  const facts = [codecs[answer.codec] ?? answer.codec, answer.size && `${answer.size[0]} × ${answer.size[1]}`, answer.fps && t("{n} frames per second", { n: trim(answer.fps, 1) }),
    answer.key_frame_seconds && t("a key frame every {n} s", { n: trim(answer.key_frame_seconds, 1) }), answer.audio ? t("with sound") : t("without sound")];
  replace(result, el("div.note.ok.tested", {}, answer.snapshot && el("img", { src: await picture(answer.snapshot), alt: t("What the camera sees now") }),
    el("div", {}, el("strong", {}, t("It works")), el("p.small", {}, facts.filter(Boolean).join(" · ")))));
}

/** The Content-Security-Policy may refuse data addresses; one of a blob is the page's own. */
async function picture(data) {
  const bytes = Uint8Array.from(atob(data.slice(data.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
}
