// Tokens by which programs use the API.
import { el } from "../core/dom.js";
import { get, post, remove } from "../core/api.js";
import { field, input, select, values } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { empty, panel } from "../core/page.js";
import { attempt } from "../core/toasts.js";
import { confirm, showOnce } from "../core/dialogs.js";
import { ago, moment } from "../core/format.js";
import { roleWords } from "../core/session.js";
import { cameraChoice, roles } from "./users.js";
import { t, tn } from "../core/words.js";

export async function open(body) {
  const [{ tokens }, { cameras }] = await Promise.all([get("/api/v1/tokens"), get("/api/v1/cameras")]);
  const again = () => window.dispatchEvent(new Event("hashchange"));
  const rows = tokens.map((token) => el("li.row", {}, icon("lock"), el("span.row-text", {}, el("strong", {}, token.name),
    el("span.soft.small", {}, [roleWords[token.role] ?? token.role, token.cameras && tn(token.cameras.length, "{n} camera", "{n} cameras"), token.last_used_at ? t("last used {ago}", { ago: ago(token.last_used_at) }) : t("not used yet"), token.expires_at ? t("until {time}", { time: moment(token.expires_at) }) : t("never expires")].filter(Boolean).join(" · "))),
    el("button.button", { type: "button", on: { click: attempt(async () => {
      if (!(await confirm(t("Remove “{name}”?", { name: token.name }), t("Programs that use it no longer get in."), { action: t("Remove"), danger: true }))) return;
      await remove(`/api/v1/tokens/${encodeURIComponent(token.id)}`);
      again();
    }) } }, t("Remove"))));
  const choice = cameraChoice(cameras, null), limits = el("div.stack", {}, choice.parts);
  const role = select("role", roles, "viewer", { on: { change: () => { limits.hidden = role.value === "admin"; } } });
  const form = el("form.stack", { on: { submit: attempt(async (event) => {
    const { name, days } = values(event.target);
    const made = await post("/api/v1/tokens", { name, role: role.value, cameras: limits.hidden ? null : choice.value(), ...(days && { days: Number(days) }) });
    await showOnce(t("The new token"), t("Copy it now: it is shown only this once. Programs send it in the header “Authorization: Bearer …”."), made.secret);
    again();
  }) } }, el("div.columns", {}, field(t("Purpose"), input("name", { required: true, maxLength: 80, placeholder: t("Dashboard in the office") })), field(t("Role"), role),
    field(t("Valid for"), select("days", [["30", t("30 days")], ["365", t("1 year")], ["", t("without end")]], "365"))), limits, el("div.buttons", {}, el("button.button.primary", { type: "submit" }, icon("plus"), t("Make a token"))));
  body.append(panel(t("API tokens"), tokens.length ? el("ul.rows", {}, rows) : empty(t("No token yet"), t("Programs that read incidents or start recordings need one.")), { flush: true }), panel(t("Make a token"), form));
}
