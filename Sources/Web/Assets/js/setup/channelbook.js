// The kinds of alert channel and what each needs, as the configuration spells it.

const address = (hint) => ({ key: "url", words: "Address", secret: true, required: true, hint });

export const kinds = {
  twilio: {
    words: "SMS by Twilio",
    fields: [
      { key: "account_sid", words: "Account SID", required: true, hint: "AC and 32 digits, from the Twilio console" },
      { key: "auth_token", words: "Auth token", secret: true, required: true },
      { key: "from", words: "From", required: true, hint: "A number like +12025550100, a messaging service MG…, or up to 11 letters" },
      { key: "to", words: "To", list: true, required: true, hint: "Numbers with country code, one per line" },
    ],
  },
  mail: {
    words: "E-mail",
    fields: [
      { key: "host", words: "Server", required: true, hint: "Its name, without the port" },
      { key: "security", words: "Encryption", choices: [["starttls", "STARTTLS (port 587)"], ["tls", "TLS (port 465)"], ["none", "None (port 25; this machine only)"]], fallback: "starttls" },
      { key: "port", words: "Port", number: true, hint: "Empty: the usual one" },
      { key: "username", words: "User name", hint: "Empty: no sign-in" },
      { key: "password", words: "Password", secret: true },
      { key: "from", words: "From", required: true },
      { key: "to", words: "To", list: true, required: true, hint: "Addresses, one per line" },
    ],
  },
  ntfy: { words: "ntfy", fields: [address("For example https://ntfy.sh/your-topic"), { key: "token", words: "Access token", secret: true, hint: "Empty: the topic needs none" }] },
  telegram: {
    words: "Telegram",
    fields: [{ key: "bot_token", words: "Bot token", secret: true, required: true, hint: "From @BotFather" }, { key: "chats", words: "Chats", list: true, required: true, hint: "Numbers or @names, one per line" }],
  },
  slack: { words: "Slack", fields: [address("The address of an incoming webhook in Slack")] },
  teams: { words: "Teams", fields: [address("The address of a workflow in Teams")] },
  webhook: {
    words: "Webhook",
    fields: [address("It receives a JSON document by POST"), { key: "secret", words: "Signing key", secret: true, hint: "Empty: requests are not signed" },
      { key: "headers.Authorization", words: "Authorization header", secret: true, hint: "For example “Bearer abc”. Empty: none" }],
  },
  mqtt: {
    words: "MQTT",
    fields: [
      { key: "host", words: "Broker", required: true },
      { key: "port", words: "Port", number: true, hint: "Empty: 1883, with TLS 8883" },
      { key: "tls", words: "TLS", flag: true, fallback: false },
      { key: "username", words: "User name" },
      { key: "password", words: "Password", secret: true },
      { key: "base_topic", words: "Base topic", hint: "Empty: aislewatch" },
      { key: "client_id", words: "Client id", hint: "Empty: aislewatch" },
      { key: "commands", words: "The broker may start recordings and switch cameras off", flag: true, fallback: true },
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
export function added(type, name, values) {
  const entry = { name, type };
  for (const { key, fallback } of kinds[type].fields) {
    const value = values[key];
    if (value === undefined || value === fallback) continue;
    const [outer, inner] = key.split(".");
    entry[outer] = inner ? { ...entry[outer], [inner]: value } : value;
  }
  return [{ op: "set", path: ["alerts", "channels", "-"], value: entry }];
}

/** What differs from the channel as it is. A secret that is left empty stays. */
export function changes(entry, values) {
  const edits = [];
  for (const { key, secret, fallback } of kinds[entry.type].fields) {
    const value = values[key], before = stored(entry, key), path = ["alerts", "channels", entry.name, ...key.split(".")];
    if (secret) { if (value) edits.push({ op: "set", path, value }); continue; }
    if (JSON.stringify(value ?? fallback ?? null) === JSON.stringify(listed(before, value) ?? fallback ?? null)) continue;
    edits.push(value === undefined ? { op: "remove", path } : { op: "set", path, value });
  }
  return edits;
}

/** One recipient may stand without a list. */
const listed = (before, value) => (Array.isArray(value) && before !== undefined && !Array.isArray(before) ? [before] : before);
