// Every change of the configuration goes this way: asked first, shown as a diff, then saved, and undoable.
import { el } from "../core/dom.js";
import { get, post, put, ApiError } from "../core/api.js";
import { open } from "../core/dialogs.js";
import { toast } from "../core/toasts.js";
import { attempt } from "../core/toasts.js";
import { parse, tally } from "./diff.js";
import { problemWords } from "./problems.js";
import { quoted, said, t, tn } from "../core/words.js";

const edits = "/api/v1/configuration/edits";

/** What a change of these sections needs, in words. */
export const restartWords = (sections) => t("Changes to {sections} take effect when Aislewatch is restarted. Everything else takes effect at once.", { sections: sections.map(quoted).join(", ") });

/** A refused change says what is wrong in its document, as an accepted one says what it does. */
async function ask(call) {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiError && error.status === 422 && error.details.problems) return error.details;
    throw error;
  }
}

/** @returns {Promise<boolean>} whether it was saved */
export async function saveEdits(list, { title = t("Save this change?"), onProblems } = {}) {
  if (!list.length) { toast(t("There is nothing to save: no value has changed.")); return false; }
  return save(title, (options) => post(edits, { edits: list, ...options }), onProblems);
}

/** Puts back an earlier version of the file. */
export async function goBack(number) {
  return save(t("Go back to this version?"), (options) => post(`/api/v1/configuration/history/${number}`, options));
}

/** The same for a whole text. */
export async function saveText(text, revision) {
  return save(t("Save this configuration?"), (options) => put("/api/v1/configuration", { text, revision, ...options }));
}

/** @param {Function} onProblems shows what is wrong where it was entered, and returns what it could not show */
async function save(title, send, onProblems) {
  const { writable, reason } = await get("/api/v1/configuration");
  const plan = await ask(() => send({ dry_run: true }));
  if (!plan.diff && plan.valid) { toast(t("There is nothing to save: no value has changed.")); return false; }
  if (onProblems) {
    const left = onProblems(plan.problems ?? []);
    if (plan.problems?.length && !left.length) { toast(t("This can’t be saved yet: what is wrong stands beside the fields."), { kind: "alarm" }); return false; }
  }
  const go = await open((close) => {
    const lines = parse(plan.diff ?? "");
    const { added, removed } = tally(lines);
    return el("form", { on: { submit: (event) => { event.preventDefault(); close(true); } } },
      el("h2", {}, plan.valid ? title : t("This can’t be saved yet")),
      plan.problems?.length ? el("ul.note.alarm", { role: "alert" }, plan.problems.map((problem) => el("li", {}, t("Line {line}: {problem}", { line: problem.line, problem: problemWords(problem.message) })))) : null,
      !writable && el("p.note.warn", {}, t("The file can’t be written: {reason}. Paste this text into it instead.", { reason: reason ? said(reason) : t("it is read-only") })),
      plan.valid && writable && plan.restart_sections?.length ? el("p.note.warn", {}, restartWords(plan.restart_sections)) : null,
      el("p.soft.small", {}, `${tn(added, "{n} line added", "{n} lines added")}, ${tn(removed, "{n} line removed", "{n} lines removed")}`), diffView(lines),
      !writable && el("textarea.mono", { readOnly: true, rows: 8, value: plan.text ?? "", "aria-label": t("The whole text"), on: { focus: (event) => event.target.select() } }),
      el("div.buttons", {}, el("button.button", { type: "button", on: { click: () => close(null) } }, plan.valid && writable ? t("Cancel") : t("Close")),
        plan.valid && writable && el("button.button.primary", { type: "submit" }, t("Save"))));
  }, { wide: true, label: title });
  if (!go) return false;
  const done = await ask(() => send({ revision: plan.revision }));
  if (!done.saved) throw new Error(done.problems?.[0]?.message ?? t("It was not saved."));
  toast(done.restart_needed ? `${t("Saved.")} ${restartWords(done.restart_sections)}` : t("Saved. It is in effect now."), { seconds: 12, action: { words: t("Undo"), call: attempt(undo) } });
  return true;
}

export async function undo() {
  await post("/api/v1/configuration/undo");
  toast(t("The last change has been undone."));
  window.dispatchEvent(new Event("hashchange"));
}

/** A diff with signs as well as colours. */
export function diffView(lines) {
  const signs = { added: "+", removed: "−", same: " ", gap: "⋯" };
  const words = { added: t("added:"), removed: t("removed:") };
  return el("div.diff", { role: "group", "aria-label": t("What changes"), tabIndex: 0 }, lines.map((line) =>
    el("div", { class: line.kind }, el("span", {}, line.kind === "gap" ? "" : String(line.number)), el("span", { "aria-hidden": "true" }, signs[line.kind]),
      el("span", {}, words[line.kind] && el("span.visually-hidden", {}, words[line.kind], " "), line.kind === "gap" ? " " : line.text))));
}
