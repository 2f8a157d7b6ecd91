// The incident before and after another, among those that the list's filters leave.
import { get, query } from "../core/api.js";

const path = "/api/v1/incidents";
const spansHours = [1, 24, 24 * 14, 24 * 366, 24 * 3660];
const hourMs = 3_600_000;

/** The filters without what the list alone needs. */
export const narrowed = (values) => Object.fromEntries(Object.entries(values).filter(([name, value]) => value && !["day", "from", "to", "t", "span"].includes(name)));

/** The newest one that is older than this one; null when it is the first. */
export async function older(incident, filters = {}, options) {
  const { incidents } = await get(path + query({ ...narrowed(filters), limit: 1, cursor: incident.id }), options);
  return incidents[0] ?? null;
}

/** The oldest one that is newer than this one; null when it is the last. The server lists the newest first, so the time is widened. */
export async function newer(incident, filters = {}, options) {
  return firstFrom(new Date(incident.start), (other) => other.id !== incident.id && other.id > incident.id, filters, options);
}

/** The last incident that began before a moment; null when there is none. */
export async function lastBefore(date, filters = {}, options) {
  const { incidents } = await get(path + query({ ...narrowed(filters), to: date.toISOString(), limit: 1 }), options);
  return incidents[0] ?? null;
}

/** The first incident from a moment on; null when there is none. */
export const firstAfter = (date, filters = {}, options) => firstFrom(date, () => true, filters, options);

async function firstFrom(date, fits, filters, options) {
  for (const hours of spansHours) {
    const to = new Date(Math.min(date.getTime() + hours * hourMs, Date.now() + hourMs));
    const { incidents } = await get(path + query({ ...narrowed(filters), from: date.toISOString(), to: to.toISOString(), limit: 500 }), options);
    const found = incidents.filter(fits).at(-1);
    if (found) return found;
    if (to.getTime() > Date.now()) return null;
  }
  return null;
}
