// Signs as lines on a 20 by 20 grid, drawn in the colour of the text beside them.
import { svg } from "./dom.js";

const paths = {
  mark: "M2 5l8-3 8 3v8l-8 5-8-5zM2 5l8 4 8-4M10 9v9",
  live: "M3 5h10v10H3zM13 9l4-3v8l-4-3",
  incidents: "M10 2.5l8 14.5H2zM10 8v4M10 14.4v.3",
  follow: "M10 3v3M10 14v3M3 10h3M14 10h3M10 6a4 4 0 100 8 4 4 0 000-8",
  setup: "M3 6h8M15 6h2M11 4v4M3 14h2M9 14h8M5 12v4",
  status: "M2 11h4l2-6 4 10 2-4h4",
  user: "M10 10a3.5 3.5 0 100-7 3.5 3.5 0 000 7M3.5 17.5c0-3.5 3-5 6.5-5s6.5 1.5 6.5 5",
  theme: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 3v14",
  out: "M8 3H4v14h4M8 10h9M14 7l3 3-3 3",
  play: "M6 4l10 6-10 6z",
  pause: "M6 4v12M14 4v12",
  back: "M12 4l-6 6 6 6",
  forward: "M8 4l6 6-6 6",
  stepBack: "M14 4l-7 6 7 6zM5 4v12",
  stepForward: "M6 4l7 6-7 6zM15 4v12",
  full: "M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5",
  close: "M5 5l10 10M15 5L5 15",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  undo: "M7 5L3 9l4 4M3 9h9a4 4 0 010 8H8",
  lock: "M5 9h10v8H5zM7 9V6a3 3 0 016 0v3",
  unlock: "M5 9h10v8H5zM7 9V6a3 3 0 015.5-1.6",
  share: "M8 12L16 4M11 4h5v5M15 12v4H4V6h4",
  save: "M10 3v9M6 9l4 4 4-4M4 16h12",
  search: "M9 3a6 6 0 100 12A6 6 0 009 3zM13.5 13.5L17 17",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  bell: "M5 13V9a5 5 0 0110 0v4l1.5 2h-13zM8.5 17.5h3",
  check: "M4 10.5l4 4 8-9",
  warn: "M10 3l8 14H2zM10 8v4M10 14.4v.3",
  alarm: "M10 2l8 8-8 8-8-8zM10 6.5v4.5M10 13.3v.3",
  idle: "M10 4a6 6 0 100 12 6 6 0 000-12",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10zM10 7.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5",
  silent: "M3 8v4h3l4 3.5v-11L6 8zM13 8l4 4M17 8l-4 4",
  sound: "M3 8v4h3l4 3.5v-11L6 8zM13 7.5a3.5 3.5 0 010 5M15 5a7 7 0 010 10",
  move: "M10 2v16M2 10h16M7.5 4.5L10 2l2.5 2.5M7.5 15.5L10 18l2.5-2.5M4.5 7.5L2 10l2.5 2.5M15.5 7.5L18 10l-2.5 2.5",
  link: "M8.5 11.5a3 3 0 004.2 0l3-3a3 3 0 00-4.2-4.2l-1 1M11.5 8.5a3 3 0 00-4.2 0l-3 3a3 3 0 004.2 4.2l1-1",
  help: "M7 7.5a3 3 0 116 0c0 2-3 2.2-3 4.5M10 15.5v.3",
  falling_object: "M6 3h8v7H6zM10 12v5M7 14.5l3 3 3-3",
  toppled_stack: "M3 13h7v4H3zM3 9h7v4M11 4l5 3-3.5 6-5-3z",
  spill: "M10 2c3 4 5 6 5 9a5 5 0 01-10 0c0-3 2-5 5-9z",
  object_left: "M5 9h10v8H5zM10 2v5",
  object_removed: "M5 9h10M5 9v8h10V9M7 4l6-2",
  person_down: "M3 14h10l4 2M5 11.5a1.5 1.5 0 100-3 1.5 1.5 0 000 3",
  near_miss: "M2 10h5M13 10h5M5 7l3 3-3 3M15 7l-3 3 3 3",
  camera_tampered: "M3 5h10v10H3zM13 9l4-3v8l-4-3M2 17L18 3",
  zone_entry: "M8 3h9v14H8M2 10h9M8 7l3 3-3 3",
};

/** A sign, hidden from screen readers: a word always stands beside it or in the button's label. */
export function icon(name, size = 18) {
  return svg(
    "svg", { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", fill: "none", stroke: "currentColor",
      "stroke-width": "1.6", "stroke-linecap": "round", "stroke-linejoin": "round" },
    svg("path", { d: paths[name] ?? paths.incidents }));
}

const states = { ok: "check", warn: "warn", alarm: "alarm", idle: "idle" };

/** A state as sign, word and colour: `level` is ok, warn, alarm or idle. */
export function stateMark(level, words, size = 14) {
  const span = document.createElement("span");
  span.className = `state ${level}`;
  span.append(icon(states[level] ?? "idle", size), words);
  return span;
}
