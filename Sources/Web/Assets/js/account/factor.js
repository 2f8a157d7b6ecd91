// The second factor of one's own account: set up, recovery codes, taken away.
import { el, replace, svg } from "../core/dom.js";
import { get, post } from "../core/api.js";
import { field, input } from "../core/forms.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { open as openDialog } from "../core/dialogs.js";
import { dayShort } from "../core/format.js";
import { t, tn } from "../core/words.js";

const path = "/api/v1/session/second-factor";

/** The panel; it loads itself. */
export function factor() {
  const body = el("div.stack");
  const show = attempt(async () => {
    const state = await get(path);
    const button = (text, action, look) => el("button.button", { type: "button", class: look, on: { click: attempt(async () => { if (await action()) await show(); }) } }, text);
    replace(body, ...(state.on
      ? [el("p", {}, el("span.state.ok", {}, icon("check"), t("On since {date}", { date: dayShort(state.since) })), " ", el("span.soft", {}, tn(state.recovery_codes, "{n} recovery code is left.", "{n} recovery codes are left."))),
        state.recovery_codes < 3 && el("p.note.warn", {}, t("Make new recovery codes before the last one is used.")),
        el("div.buttons", {}, button(t("New recovery codes"), renew), button(t("Turn off"), turnOff, "danger"))]
      : [el("p.soft", {}, t("Besides the password, a code from an authenticator app on your telephone is asked for. Who learns the password alone can’t sign in.")),
        el("div.buttons", {}, button(t("Set up"), setUp, "primary"))]));
  });
  show();
  return panel(t("Second factor"), body, { id: "second-factor" });
}

/** A dialog with one step: fields, and a button that does something; what went wrong stands in it. */
function step(title, parts, action, send) {
  return openDialog((close) => {
    const problem = el("p.note.alarm", { role: "alert", hidden: true });
    const submit = async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        close(await send(event.target));
      } catch (error) {
        problem.hidden = false;
        replace(problem, error.message);
      }
    };
    return el("form", { on: { submit } }, el("h2", {}, title), parts, problem, el("div.buttons", {},
      el("button.button", { type: "button", on: { click: () => close(null) } }, t("Cancel")),
      el("button.button.primary", { type: "submit" }, action)));
  }, { label: title });
}

const passwordField = () => field(t("Password"), input("password", { type: "password", autocomplete: "current-password", required: true }));
const codeField = (hint) => field(t("Code"), input("code", { autocomplete: "one-time-code", inputMode: "numeric", required: true, maxLength: 40, spellcheck: false }), { hint });

/** True once it counts. */
export async function setUp() {
  const title = t("Set up the second factor");
  const made = await step(title, [el("p", {}, t("First your password, so that nobody else does this at your desk.")), passwordField()], t("Continue"),
    (form) => post(path, { password: form.elements.password.value }));
  if (!made) return false;
  const picture = made.picture && svg("svg.qr", { viewBox: `0 0 ${made.picture.size} ${made.picture.size}`, role: "img", "aria-label": t("QR code with the secret") },
    svg("rect", { width: made.picture.size, height: made.picture.size, fill: "#fff" }), svg("path", { d: made.picture.path, fill: "#000" }));
  const confirmed = await step(title, [
    el("p", {}, t("Scan the picture with an authenticator app, then type the six digits that it shows.")), picture,
    el("p.soft.small", {}, t("Without a camera, type this into the app:"), " ", el("code.mono", {}, made.secret.replace(/(.{4})(?=.)/g, "$1 "))),
    codeField()], t("Turn on"), (form) => post(`${path}/confirm`, { code: form.elements.code.value.trim() }));
  if (!confirmed) return false;
  await showCodes(confirmed.recovery_codes);
  return true;
}

async function renew() {
  const made = await step(t("New recovery codes"), [el("p", {}, t("The old ones stop working.")), passwordField()], t("Make new ones"),
    (form) => post(`${path}/codes`, { password: form.elements.password.value }));
  if (!made) return false;
  await showCodes(made.recovery_codes);
  return true;
}

async function turnOff() {
  const done = await step(t("Turn the second factor off?"), [passwordField(), codeField(t("From the app, or a recovery code"))], t("Turn off"), async (form) => {
    await post(`${path}/remove`, { password: form.elements.password.value, code: form.elements.code.value.trim() });
    return true;
  });
  if (done) toast(t("The second factor is off."));
  return done;
}

function showCodes(codes) {
  const title = t("Recovery codes");
  return openDialog((close) => el("div.body", {}, el("h2", {}, title),
    el("p", {}, t("If you lose your telephone, each of these signs you in once. They are shown only now: print them, or keep them where you keep passwords.")),
    el("pre.codes", { tabIndex: 0, "aria-label": title }, codes.join("\n")),
    el("div.buttons", {},
      el("button.button", { type: "button", on: { click: async (event) => { await navigator.clipboard?.writeText(codes.join("\n")); event.target.textContent = t("Copied"); } } }, t("Copy")),
      el("button.button.primary", { type: "button", on: { click: () => close(true) } }, t("I have kept them")))), { label: title });
}
