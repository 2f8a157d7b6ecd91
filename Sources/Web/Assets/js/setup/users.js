// Accounts: who may look, work with incidents, or change the set-up.
import { el } from "../core/dom.js";
import { get, patch, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { confirm, open as openDialog } from "../core/dialogs.js";
import { ago } from "../core/format.js";
import { current } from "../core/session.js";
import { t, tn } from "../core/words.js";

export const roles = [["viewer", t("Viewer: can look")], ["operator", t("Operator: can also follow, review and share")], ["admin", t("Administrator: can also change the set-up")]];

export async function open(body) {
  const [{ users }, { cameras }] = await Promise.all([get("/api/v1/users"), get("/api/v1/cameras")]);
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const me = current().user.name;
  const rows = users.map((user) => {
    const path = `/api/v1/users/${encodeURIComponent(user.name)}`;
    const role = select("role", roles, user.role, { "aria-label": t("Role of “{name}”", { name: user.name }), disabled: user.name === me, on: { change: attempt(async (event) => { await patch(path, { role: event.target.value }); toast(t("The role has been changed. The account has to sign in again.")); }) } });
    const drop = attempt(async () => {
      if (!(await confirm(t("Remove “{name}”?", { name: user.name }), t("The account can’t sign in any more."), { action: t("Remove"), danger: true }))) return;
      await remove(path);
      again();
    });
    return el("li.row.user-row", {}, icon("user"), el("span.row-text", {}, el("strong", {}, user.name, user.name === me && ` ${t("(you)")}`), el("span.soft.small", {}, user.last_seen_at ? t("Last seen {ago}", { ago: ago(user.last_seen_at) }) : t("Never signed in"))), role,
      el("div.buttons", {},
        user.role !== "admin" && el("button.button", { type: "button", on: { click: attempt(async () => { if (await setCameras(user, cameras, path)) again(); }) } }, user.cameras ? tn(user.cameras.length, "{n} camera", "{n} cameras") : t("All cameras")),
        user.second_factor && el("button.button", { type: "button", on: { click: attempt(async () => { if (await dropFactor(user.name, path)) again(); }) } }, t("Remove the second factor")),
        el("button.button", { type: "button", on: { click: attempt(() => setPassword(user.name, path)) } }, t("Set password")),
        el("button.button.icon", { type: "button", "aria-label": t("Remove “{name}”", { name: user.name }), disabled: user.name === me, on: { click: drop } }, icon("trash"))));
  });
  const form = el("form.stack", { on: { submit: attempt(async (event) => { await post("/api/v1/users", values(event.target)); toast(t("The account has been added.")); again(); }) } },
    el("div.columns", {}, field(t("Name"), input("name", { required: true, autocomplete: "off", autocapitalize: "none", pattern: "[A-Za-z0-9][A-Za-z0-9._@\\-]{0,63}" }), { hint: t("Letters, digits and . _ @ -") }),
      field(t("Password"), input("password", { type: "password", required: true, minLength: 10, autocomplete: "new-password" }), { hint: t("At least 10 characters") }), field(t("Role"), select("role", roles, "viewer"))),
    el("div.buttons", {}, el("button.button.primary", { type: "submit" }, icon("plus"), t("Add the account"))));
  body.append(panel(t("Accounts"), el("ul.rows", {}, rows), { flush: true }), panel(t("Add an account"), form));
}

/** All cameras or some; `chosen` is null for all, and so is what `value()` says. */
export function cameraChoice(cameras, chosen) {
  const box = (camera) => el("label.check", {}, el("input", { type: "checkbox", value: camera.id, checked: chosen?.includes(camera.id) ?? false }), el("span", {}, camera.name));
  const list = el("fieldset.radios", { hidden: !chosen }, el("legend", {}, t("Cameras")), cameras.map(box));
  const all = el("input", { type: "checkbox", checked: !chosen, on: { change: () => { list.hidden = all.checked; } } });
  return {
    parts: [el("label.check", {}, all, el("span", {}, t("All cameras, also those that are added later"))), list],
    value: () => (all.checked ? null : [...list.querySelectorAll("input:checked")].map((one) => one.value)),
  };
}

/** Which cameras an account sees; true when that was changed. */
async function setCameras(user, cameras, path) {
  const title = t("Cameras of “{name}”", { name: user.name });
  const chosen = await openDialog((close) => {
    const { parts, value } = cameraChoice(cameras, user.cameras);
    return el("form", { on: { submit: (event) => { event.preventDefault(); close({ cameras: value() }); } } },
      el("h2", {}, title), el("p", {}, t("The account sees these cameras, their incidents and clips, and nothing of others. It has to sign in again.")), parts,
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), el("button.button.primary", { type: "submit" }, t("Save"))));
  }, { label: title });
  if (!chosen) return false;
  await patch(path, chosen);
  toast(t("The cameras have been changed."));
  return true;
}

async function dropFactor(name, path) {
  if (!(await confirm(t("Remove the second factor of “{name}”?", { name }), t("The password alone signs in then. Do this only for somebody who has lost the telephone and the recovery codes."), { action: t("Remove"), danger: true }))) return false;
  await remove(`${path}/second-factor`);
  toast(t("The second factor has been removed."));
  return true;
}

async function setPassword(name, path) {
  const password = await openDialog((close) => {
    const control = input("password", { type: "password", minLength: 10, required: true, autocomplete: "new-password" });
    return el("form", { on: { submit: (event) => { event.preventDefault(); close(control.value); } } }, el("h2", {}, t("New password for “{name}”", { name })), field(t("Password"), control, { hint: t("At least 10 characters. The account is signed out everywhere.") }),
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")), el("button.button.primary", { type: "submit" }, t("Set password"))));
  }, { label: t("New password") });
  if (!password) return;
  await patch(path, { password });
  toast(t("The password has been changed."));
}
