// The kinds of alert channel and what each needs, as the configuration spells it.
import { t } from "../core/words.js";

const address = (hint) => ({ key: "url", words: t("Address"), secret: true, required: true, hint });

export const kinds = {
  twilio: {
    words: t("SMS by Twilio"),
    fields: [
      { key: "account_sid", words: t("Account SID"), required: true, hint: t("AC and 32 digits, from the Twilio console") },
      { key: "auth_token", words: t("Auth token"), secret: true, required: true },
      { key: "from", words: t("From"), required: true, hint: t("A number like +12025550100, a messaging service MG…, or up to 11 letters") },
      { key: "to", words: t("To"), list: true, required: true, hint: t("Numbers with country code, one per line") },
      { key: "replies", words: t("What people reply"), choices: [["none", t("Is not looked at")], ["webhook", t("Twilio brings it (to /hooks/ and this channel’s name)")], ["poll", t("Is asked for")]], fallback: "none" },
    ],
  },
  mail: {
    words: t("E-mail"),
    fields: [
      { key: "host", words: t("Server"), required: true, hint: t("Its name, without the port") },
      { key: "security", words: t("Encryption"), choices: [["starttls", t("STARTTLS (port 587)")], ["tls", t("TLS (port 465)")], ["none", t("None (port 25; this machine only)")]], fallback: "starttls" },
      { key: "port", words: t("Port"), number: true, hint: t("Empty: the usual one") },
      { key: "username", words: t("User name"), hint: t("Empty: no sign-in") },
      { key: "password", words: t("Password"), secret: true },
      { key: "from", words: t("From"), required: true },
      { key: "to", words: t("To"), list: true, required: true, hint: t("Addresses, one per line") },
    ],
  },
  ntfy: { words: "ntfy", fields: [address(t("For example https://ntfy.sh/your-topic")), { key: "token", words: t("Access token"), secret: true, hint: t("Empty: the topic needs none") }] },
  push: {
    words: t("Devices"),
    fields: [{ key: "accounts", words: t("Accounts"), list: true, hint: t("One per line. Empty: all that have turned messages on") }, { key: "private_servers", words: t("A push service in the own network is allowed"), flag: true, fallback: false }],
  },
  telegram: {
    words: "Telegram",
    fields: [{ key: "bot_token", words: t("Bot token"), secret: true, required: true, hint: t("From @BotFather") }, { key: "chats", words: t("Chats"), list: true, required: true, hint: t("Numbers or @names, one per line") },
      { key: "buttons", words: t("Buttons below messages, to answer by"), flag: true, fallback: true }],
  },
  slack: { words: "Slack", fields: [address(t("The address of an incoming webhook in Slack"))] },
  teams: { words: "Teams", fields: [address(t("The address of a workflow in Teams"))] },
  webhook: {
    words: "Webhook",
    fields: [address(t("It receives a JSON document by POST")), { key: "secret", words: t("Signing key"), secret: true, hint: t("Empty: requests are not signed") },
      { key: "headers.Authorization", words: t("Authorization header"), secret: true, hint: t("For example “Bearer abc”. Empty: none") }],
  },
  mqtt: {
    words: "MQTT",
    fields: [
      { key: "host", words: t("Broker"), required: true },
      { key: "port", words: t("Port"), number: true, hint: t("Empty: 1883, with TLS 8883") },
      { key: "tls", words: "TLS", flag: true, fallback: false },
      { key: "username", words: t("User name") },
      { key: "password", words: t("Password"), secret: true },
      { key: "base_topic", words: t("Base topic"), hint: t("Empty: aislewatch") },
      { key: "client_id", words: t("Client id"), hint: t("Empty: aislewatch") },
      { key: "commands", words: t("The broker may start recordings and switch cameras off"), flag: true, fallback: true },
    ],
  },
};

/** What the form holds, by key; empty texts are left out, lists are lists, secrets are {secret}. */
export function given(fields, text) {
  const values = {};
  for (const { key, list, number, flag, secret } of fields) {
    const raw = text(key);
    if (flag) { values[key] = raw; continue; }
    const trimmed = raw.trim();
    if (!trimmed) continue;
    values[key] = list ? trimmed.split(/[\n,]+/).map((item) => item.trim()).filter(Boolean) : number ? Number(trimmed) : secret ? { secret: trimmed } : trimmed;
  }
  return values;
}

const stored = (entry, key) => key.split(".").reduce((value, part) => value?.[part], entry);

/** A new channel as one value. What is as by default is left out. */
export function added(type, name, values, fields = kinds[type].fields) {
  const entry = { name, type };
  for (const { key, fallback } of fields) {
    const value = values[key];
    if (value === undefined || value === fallback) continue;
    const [outer, inner] = key.split(".");
    entry[outer] = inner ? { ...entry[outer], [inner]: value } : value;
  }
  return [{ op: "set", path: ["alerts", "channels", "-"], value: entry }];
}

/** What differs from the channel as it is. A secret that is left empty stays. */
export function changes(entry, values, fields = kinds[entry.type].fields) {
  const edits = [];
  for (const { key, secret, fallback } of fields) {
    const value = values[key], before = stored(entry, key), path = ["alerts", "channels", entry.name, ...key.split(".")];
    if (secret) { if (value) edits.push({ op: "set", path, value }); continue; }
    if (JSON.stringify(value ?? fallback ?? null) === JSON.stringify(listed(before, value) ?? fallback ?? null)) continue;
    edits.push(value === undefined ? { op: "remove", path } : { op: "set", path, value });
  }
  return edits;
}

/** One recipient may stand without a list. */
const listed = (before, value) => (Array.isArray(value) && before !== undefined && !Array.isArray(before) ? [before] : before);
