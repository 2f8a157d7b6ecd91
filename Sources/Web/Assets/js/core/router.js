// Which page is shown: the part of the address after #, so that the server needs one page only.

const routes = [];
let current = null;
let turn = 0;

/**
 * @param {string} pattern "/incidents/:id"
 * @param {() => Promise<{open: Function}>} load imports the page's module when it is first needed
 */
export function route(pattern, load) {
  const names = [];
  const source = pattern.replace(/:(\w+)/g, (_, name) => { names.push(name); return "([^/]+)"; });
  routes.push({ expression: new RegExp(`^${source}$`), names, load });
}

/** The path and the query behind #. */
export function location() {
  const [path, query = ""] = (window.location.hash.slice(1) || "/").split("?");
  return { path, query: new URLSearchParams(query) };
}

export function go(path, { replace = false } = {}) {
  const address = `#${path}`;
  if (window.location.hash === address) return;
  if (replace) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  window.dispatchEvent(new Event("hashchange"));
}

/** Changes the query without opening the page again. */
export function setQuery(values) {
  const { path } = location();
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  window.history.replaceState(null, "", `#${path}${query.size ? `?${query}` : ""}`);
}

/**
 * Opens the page for the address and closes the one before.
 * @param {(page: object, parameters: object, query: URLSearchParams) => Promise<Function|void>} show returns what closes it
 */
export async function follow(show) {
  const mine = ++turn;
  const { path, query } = location();
  for (const { expression, names, load } of routes) {
    const found = expression.exec(path);
    if (!found) continue;
    const parameters = Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1])]));
    const page = await load();
    // Somebody has gone on while the module was loading.
    if (mine !== turn) return;
    close();
    const closing = await show(page, parameters, query);
    if (mine === turn) current = closing ?? null;
    else closing?.();
    return;
  }
  go("/", { replace: true });
}

export function close() {
  current?.();
  current = null;
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
