// Who is signed in, and what they may do. The server decides each time; this only spares people buttons that would fail.
import { get, post, remove, setCSRF } from "./api.js";
import { setZone } from "./calendar.js";
import { t } from "./words.js";

const ranks = { viewer: 0, operator: 1, admin: 2 };
let session = null;

/** Asks the server; null when nobody is signed in. */
export async function load() {
  try {
    take(await get("/api/v1/session", { quiet: true }));
    // A proxy has said who it is: now a session of our own, which may change things.
    if (!session.csrf) take(await post("/api/v1/session/proxy", {}, { quiet: true }));
  } catch (error) {
    if (error.status !== 401) throw error;
    session = null;
  }
  return session;
}

function take(value) {
  session = value;
  setCSRF(value.csrf);
  setZone(value.time_zone);
  return value;
}

/** `code` only where the server has asked for one. */
export const signIn = async (name, password, code) => take(await post("/api/v1/session", { name, password, code }, { quiet: true }));
/** How people can sign in beside a password. */
export const ways = () => get("/api/v1/session/ways", { quiet: true });
export const createFirst = async (token, name, password) => take(await post("/api/v1/setup", { token, name, password }, { quiet: true }));
export const setupNeeded = async () => (await get("/api/v1/setup")).needed;

export async function signOut() {
  // Nobody is told any more at a browser that somebody has left.
  if (await navigator.serviceWorker?.getRegistration()) await (await import("../account/devices.js")).end().catch(() => {});
  await remove("/api/v1/session", { quiet: true }).catch(() => {});
  session = null;
}

export const current = () => session;
/** What the roles are called. */
export const roleWords = { viewer: t("Viewer"), operator: t("Operator"), admin: t("Administrator") };
/** Whether the account has this role or a higher one. */
export const may = (role) => session !== null && ranks[session.user.role] >= ranks[role];
