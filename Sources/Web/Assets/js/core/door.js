// The two forms before the pages: sign-in, and the first account.
import { el, replace } from "./dom.js";
import { icon } from "./icons.js";
import { field, input, mark } from "./forms.js";
import { languages } from "./languages.js";
import { t } from "./words.js";
import * as session from "./session.js";

function door(root, title, text, fields, action, send, after) {
  const problem = el("p.note.alarm", { role: "alert", hidden: true });
  const button = el("button.button.primary", { type: "submit" }, action);
  const submit = async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    try {
      await send(event.target);
    } catch (error) {
      problem.hidden = false;
      replace(problem, error.message);
      problem.classList.toggle("alarm", error.details?.error !== "code_needed");
      event.target.querySelector("input[type=password]")?.select();
    } finally {
      button.disabled = false;
    }
  };
  const form = el(
    "form", { on: { submit } }, el("div.brand", {}, icon("mark", 24), el("span", {}, "Aislewatch")),
    el("div.stack", {}, el("h1", {}, title), text && el("p.soft", {}, text)), problem, fields, button, after, languages());
  document.title = `${title} · Aislewatch`;
  replace(root, el("main.door", { id: "main" }, form));
  form.querySelector("input")?.focus();
}

export function showSignIn(root, onDone, { message } = {}) {
  const code = input("code", { autocomplete: "one-time-code", spellcheck: false, maxLength: 40 });
  const factor = field(t("Code"), code, { hint: t("From your authenticator app, or a recovery code") });
  factor.hidden = true;
  const ways = el("div.ways", { hidden: true });
  session.ways().then(({ open_id: provider }) => {
    if (provider) ways.append(el("a.button", { href: provider.path }, provider.title));
    ways.hidden = !provider;
  }).catch(() => {});
  door(root, t("Sign in"), message, [
    field(t("Name"), input("name", { autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true })),
    field(t("Password"), input("password", { type: "password", autocomplete: "current-password", required: true })), factor,
  ], t("Sign in"), async (form) => {
    const { name, password } = form.elements;
    try {
      onDone(await session.signIn(name.value.trim(), password.value, factor.hidden ? undefined : code.value.trim()));
    } catch (error) {
      if (!["code_needed", "wrong_code"].includes(error.details?.error)) throw error;
      factor.hidden = false;
      code.required = true;
      setTimeout(() => code.select());
      throw error;
    }
  }, ways);
}

export function showFirstAccount(root, token, onDone) {
  door(root, t("Create the first account"), t("This account will be an administrator, who can add the others."), [
    field(t("Name"), input("name", { autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true, pattern: "[A-Za-z0-9][A-Za-z0-9._@\\-]{0,63}" }),
      { hint: t("Letters, digits and . _ @ -") }),
    field(t("Password"), input("password", { type: "password", autocomplete: "new-password", required: true, minLength: 10 }),
      { hint: t("At least 10 characters. A few words are easy to remember.") }),
    field(t("Password again"), input("again", { type: "password", autocomplete: "new-password", required: true })),
  ], t("Create account"), async (form) => {
    const { name, password, again } = form.elements;
    mark(form, "again", password.value === again.value ? "" : t("The two passwords are not the same."));
    if (password.value !== again.value) throw new Error(t("The two passwords are not the same. Type the same one twice."));
    onDone(await session.createFirst(token, name.value.trim(), password.value));
  });
}

/** Nobody has an account yet and there is no link at hand. */
export function showNoAccount(root) {
  document.title = `${t("Set up")} · Aislewatch`;
  replace(root, el("main.door", { id: "main" }, el(
    "div.box", {}, el("div.brand", {}, icon("mark", 24), el("span", {}, "Aislewatch")),
    el("h1", {}, t("There is no account yet")),
    el("p", {}, t("When Aislewatch started, it printed a link that creates the first account. It works once. Find it in the log and open it:")),
    el("pre.note", {}, "journalctl -u aislewatch | grep setup"),
    el("p.soft", {}, t("Or create an account on the machine itself: the same line of the log ends with the command.")), languages())));
}
