// Elements from code. Texts become text nodes, so nothing that comes from a camera or a person is read as markup.

const namespace = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 * @param {string} name tag, with classes after dots: "div.panel.wide"
 * @param {object} props `on` listeners, `style` properties, `data`, `class`; others are properties or attributes
 * @param {...any} children nodes, texts, lists of them; null and false are left out
 */
export function el(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElement(tag), classes, props, children);
}

/** The same for SVG, where all are attributes. */
export function svg(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElementNS(namespace, tag), classes, props, children, true);
}

function fill(node, classes, props, children, attributesOnly = false) {
  if (classes.length) node.classList.add(...classes);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null) continue;
    if (key === "on") for (const [type, call] of Object.entries(value)) node.addEventListener(type, call);
    else if (key === "style") setStyle(node, value);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "class") node.classList.add(...[value].flat().filter(Boolean));
    else if (!attributesOnly && key in node && !key.startsWith("aria") && key !== "list" && key !== "form") node[key] = value;
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false) node.setAttribute(key, value);
  }
  append(node, children);
  return node;
}

/** Styles through the object model: a style attribute would be refused by the Content-Security-Policy. */
function setStyle(node, values) {
  for (const [key, value] of Object.entries(values)) {
    if (key.startsWith("--")) node.style.setProperty(key, value);
    else node.style[key] = value;
  }
}

/** Adds children; see `el`. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child);
  }
  return node;
}

/** Puts these children in place of all others. */
export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Runs `call` at most once in `ms`, with the last arguments. */
export function settle(call, ms) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), ms);
  };
}
