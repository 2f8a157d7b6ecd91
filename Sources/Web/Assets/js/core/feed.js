// The page's one stream of events, shared by all parts: browsers allow six connections to a server, and video needs them.
// After each gap in it nothing is known of what happened meanwhile, so every part asks for its state again.
import { Events } from "./events.js";

const listeners = new Map();
const names = ["tracks", "incident", "follow", "camera", "configuration", "warning"];
/** A stream that is opened anew is gone for a moment; that is no news. */
const staleAfterMs = 1500;

let source = null;
let tracks = false;
let wasOpen = false;
let lost = null;
let timer = 0;

/**
 * Calls `call` with each event of this name; returns what ends it. Three names are the stream's own: `state` is true or false
 * for the connection; `stale` is the moment since when nothing is known, then null; `again` comes after each gap.
 */
export function on(name, call) {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(call));
  return () => set.delete(call);
}

const emit = (name, data) => { for (const call of [...(listeners.get(name) ?? [])]) call(data); };

/** Since when what is shown may be old; null while the stream is there. */
export const staleSince = () => (lost?.isTold ? lost.at : null);

export function start() {
  if (!source) open();
}

export function stop() {
  source?.close();
  clearTimeout(timer);
  source = lost = null;
  wasOpen = false;
}

/** Whether tracks of all cameras come too: costs the more the more cameras there are. */
export function wantTracks(wanted) {
  if (tracks === wanted) return;
  tracks = wanted;
  if (!source) return;
  source.close();
  open();
}

function open() {
  const handlers = Object.fromEntries(names.map((name) => [name, (data) => emit(name, data)]));
  source = new Events(`/api/v1/events${tracks ? "?tracks=true" : ""}`, handlers, { onState: (isUp) => (isUp ? found() : missed()) });
}

function found() {
  const isAgain = wasOpen;
  clearTimeout(timer);
  const wasTold = lost?.isTold;
  wasOpen = true;
  lost = null;
  emit("state", true);
  if (wasTold) emit("stale", null);
  if (isAgain) emit("again");
}

function missed() {
  emit("state", false);
  if (lost) return;
  const gap = lost = { at: new Date(), isTold: false };
  timer = setTimeout(() => { gap.isTold = true; emit("stale", gap.at); }, staleAfterMs);
}
