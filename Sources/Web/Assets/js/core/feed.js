// The page's one stream of events, shared by all parts: browsers allow six connections to a server, and video needs them.
import { Events } from "./events.js";

const listeners = new Map();
const names = ["tracks", "incident", "follow", "camera", "configuration", "warning"];
let source = null;
let tracks = false;

/** Calls `call` with each event of this name; returns what ends it. `state` tells of the connection: true or false. */
export function on(name, call) {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(call));
  return () => set.delete(call);
}

const emit = (name, data) => { for (const call of listeners.get(name) ?? []) call(data); };

export function start() {
  if (source) return;
  open();
}

export function stop() {
  source?.close();
  source = null;
}

/** Whether tracks of all cameras come too: costs the more the more cameras there are. */
export function wantTracks(wanted) {
  if (tracks === wanted) return;
  tracks = wanted;
  if (source) { stop(); open(); }
}

function open() {
  const handlers = Object.fromEntries(names.map((name) => [name, (data) => emit(name, data)]));
  source = new Events(`/api/v1/events${tracks ? "?tracks=true" : ""}`, handlers, { onState: (up) => emit("state", up) });
}
