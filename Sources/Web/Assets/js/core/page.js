// What every page begins with.
import { append, el, replace } from "./dom.js";

/** Puts the heading into `main`, names the tab, and returns the heading's line for further things. */
export function head(main, title, { text, actions } = {}) {
  document.title = `${title} · Aislewatch`;
  const line = el("div.page-head", {}, el("div.grow", {}, el("h1", {}, title), text && el("p", {}, text)), actions && el("div.buttons", {}, actions));
  replace(main, line);
  return line;
}

/** Loads a style sheet once; resolves when it holds, and also when it can't be had: the page works without. */
export function style(name) {
  const href = `/style/${name}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve) => document.head.append(el("link", { rel: "stylesheet", href, on: { load: resolve, error: resolve } })));
}

export function panel(title, content, { actions, flush = false, id } = {}) {
  return el("section.panel", { id, "aria-label": title }, el("header", {}, el("h2", {}, title), el("span.grow", {}), actions), el("div.body", { class: flush && "flush" }, content));
}

/** Nothing is there, why, and what to do about it. */
export function empty(title, text, action) {
  return append(el("div.empty", {}), [el("strong", {}, title), el("p", {}, text), action]);
}

/** Several things that are to be ended together. */
export function closer() {
  const calls = [];
  const close = () => { for (const call of calls.splice(0)) call?.(); };
  close.add = (...more) => { calls.push(...more); };
  return close;
}
