// Light, dark, or as the system has it. Kept in this browser.

const key = "aislewatch.theme";
const order = ["system", "light", "dark"];

export function theme() {
  try { return localStorage.getItem(key) ?? "system"; } catch { return "system"; }
}

export function apply(value = theme()) {
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
}

/** Goes on to the next. */
export const next = () => choose(order[(order.indexOf(theme()) + 1) % order.length]);

export function choose(value) {
  try { localStorage.setItem(key, value); } catch { /* a browser without storage keeps it for this page */ }
  apply(value);
}
