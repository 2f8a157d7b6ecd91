// The site: what holds for all cameras, from the time zone to the folder of the clips.
import { get } from "../core/api.js";
import { bookOf } from "./rulebook.js";
import { fieldsOf, kindsOf, SectionPanel } from "./declared.js";
import { surroundings } from "./ruleform.js";
import { t } from "../core/words.js";

export async function open(body) {
  const [values, { settings }, { rules }] = await Promise.all([get("/api/v1/configuration/values"), get("/api/v1/configuration/settings"), get("/api/v1/rules")]);
  const around = { ...surroundings(values), kinds: kindsOf([...bookOf(rules).keys()].map((kind) => ({ kind }))) };
  const sections = [
    [t("Site"), "site"], [t("Watching"), "analysis"], [t("Recording"), "recording"], [t("Pages"), "web"], [t("Database"), "storage"], [t("Network that segments"), "model"],
    [t("Second look by a language model"), "second_look", t("A server of your own looks at a few frames of each incident and describes it. Without an address it is off.")],
  ];
  body.append(...sections.map(([title, key, note]) => new SectionPanel(title, [key], fieldsOf(settings, `${key}.`, around), values, { note }).element));
}
