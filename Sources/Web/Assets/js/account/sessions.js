// Where one's own account is signed in, and ending that.
import { el, replace } from "../core/dom.js";
import { get, remove } from "../core/api.js";
import { icon } from "../core/icons.js";
import { panel } from "../core/page.js";
import { attempt, toast } from "../core/toasts.js";
import { ago } from "../core/format.js";
import { t } from "../core/words.js";

const path = "/api/v1/sessions";

/** The panel; it loads itself. */
export function sessions() {
  const list = el("ul.rows"), others = el("div.inner", { hidden: true });
  const show = attempt(async () => {
    const { sessions: all } = await get(path);
    replace(list, all.map((one) => el("li.row", {}, icon("user"), el("span.row-text", {},
      el("strong", {}, one.browser || t("Unknown browser"), one.current && el("span.tag.ok", {}, t("this one"))),
      el("span.soft.small", {}, [one.address, t("last used {time}", { time: ago(one.seen_at) }), t("signed in {time}", { time: ago(one.created_at) })].filter(Boolean).join(" · "))),
    !one.current && el("button.button", { type: "button", on: { click: attempt(async () => { await remove(`${path}/${one.id}`); toast(t("The session has been ended.")); await show(); }) } }, t("Sign out")))));
    others.hidden = all.length < 2;
  });
  others.append(el("button.button", { type: "button", on: { click: attempt(async () => { await remove(path); toast(t("All other sessions have been ended.")); await show(); }) } }, t("Sign out everywhere else")));
  show();
  return panel(t("Signed in"), [list, others], { flush: true, id: "sessions" });
}
