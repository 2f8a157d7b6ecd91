// Requests to the server, and its errors in words that say what to do.
import { said, t } from "./words.js";

/** What the server refused or could not do. `status` is 0 when it was not reached. */
export class ApiError extends Error {
  constructor(status, message, details = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

let csrf = "";
let onSignedOut = () => {};

export const setCSRF = (token) => { csrf = token ?? ""; };
/** Called when a request finds the session over. */
export const whenSignedOut = (call) => { onSignedOut = call; };

const fallback = {
  400: t("The server did not understand the request. Load the page again."),
  401: t("You are signed out. Sign in again."),
  403: t("Your account may not do this. Ask an administrator."),
  404: t("It no longer exists."),
  409: t("Somebody else has changed this in the meantime. Load the page again."),
  413: t("This is more than the server accepts."),
  429: t("Too many requests. Wait a minute and try again."),
  502: t("The server is not answering. Is it being restarted?"),
  503: t("The server is busy or starting. Try again in a moment."),
};

/** A request as fetch makes it, with the session, the CSRF token and errors as `ApiError`. */
export async function request(path, { method = "GET", body, signal, headers = {}, quiet = false } = {}) {
  const options = { method, signal, credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET") options.headers["X-CSRF-Token"] = csrf;
  if (body instanceof Blob) {
    options.headers["Content-Type"] = body.type;
    options.body = body;
  } else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, t("The server can’t be reached. Check the network; the page keeps trying."));
  }
  if (response.ok) return response;
  throw await failure(response, quiet);
}

async function failure(response, quiet) {
  let details = {};
  try { details = await response.json(); } catch { /* no document: the status must do */ }
  // {error, message}: a word for programs and a sentence for people.
  const message = said(details.message) || fallback[response.status] || t("The server failed ({status}). Its log says why.", { status: String(response.status) });
  if (response.status === 401 && !quiet) onSignedOut();
  return new ApiError(response.status, message, details);
}

/** The answer's JSON, or null where there is none. */
async function json(path, options) {
  const response = await request(path, options);
  if (response.status === 204) return null;
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options) => json(path, options);
export const post = (path, body = {}, options) => json(path, { ...options, method: "POST", body });
export const put = (path, body, options) => json(path, { ...options, method: "PUT", body });
export const patch = (path, body, options) => json(path, { ...options, method: "PATCH", body });
export const remove = (path, options) => json(path, { ...options, method: "DELETE" });

/** A query string of what has a value; lists repeat their name. */
export function query(values) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const item of [value].flat()) if (item !== undefined && item !== null && item !== "") search.append(name, item);
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}
