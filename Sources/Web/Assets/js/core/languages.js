// The list of languages, on the pages before the pages and in one's account.
import { field, select } from "./forms.js";
import { choose, chosen, known, nameOf, t } from "./words.js";

export const languages = () => field(t("Language"), select(
  "language", [["", t("Like the browser")], ...known.map((name) => [name, nameOf(name)])], chosen(), { on: { change: (event) => choose(event.target.value) } }));
