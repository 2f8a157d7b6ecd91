// What has changed in a form, as small edits of the file: what a person did not touch stays as it is written there.

/** Where an item of a list stood in the file; items that are new have no place. */
const places = new WeakMap();

/** The file's list as items that remember where they stood. */
export function remembered(list = []) {
  return list.map((item, index) => {
    const own = structuredClone(item);
    if (isSection(own)) places.set(own, index);
    return own;
  });
}

/** The same item after it was edited into another object. */
export function stays(item, changed) {
  if (places.has(item)) places.set(changed, places.get(item));
  return changed;
}

export const placeOf = (item) => places.get(item);

/** Edits that turn `before` into `after`, both as the file holds them; `values` is the whole file. */
export function edits(path, before, after, values) {
  if (same(before, after)) return [];
  if (isNothing(after)) return before === undefined ? [] : [{ op: "remove", path: whole(path, values) }];
  if (isSection(before) && isSection(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => edits([...path, key], before[key], after[key], null));
  }
  if (Array.isArray(before) && before.length && Array.isArray(after) && after.every(isSection)) return listEdits(path, before, after);
  return [{ op: "set", path, value: plain(after) }];
}

function listEdits(path, before, after) {
  const from = after.map((item) => places.get(item));
  const kept = from.filter((index) => index !== undefined);
  // What only grew or shrank keeps its comments; another order is another list.
  const inOrder = kept.every((index, place) => place === 0 || kept[place - 1] < index);
  const newAreLast = from.findIndex((index) => index === undefined) === -1 || from.slice(from.indexOf(undefined)).every((index) => index === undefined);
  if (!kept.length || !inOrder || !newAreLast) return [{ op: "set", path, value: plain(after) }];
  const removed = before.map((_, index) => index).filter((index) => !kept.includes(index)).reverse();
  return [
    ...after.flatMap((item, place) => (from[place] === undefined ? [] : edits([...path, from[place]], before[from[place]], item, null))),
    ...removed.map((index) => ({ op: "remove", path: [...path, index] })),
    ...after.filter((_, place) => from[place] === undefined).map((item) => ({ op: "set", path: [...path, "-"], value: plain(item) })),
  ];
}

/** A section that would be left empty goes with its last key. */
function whole(path, values) {
  let short = path;
  while (values && short.length > 1) {
    const parent = at(values, short.slice(0, -1));
    if (!isSection(parent) || Object.keys(parent).length > 1) break;
    short = short.slice(0, -1);
  }
  return short;
}

/** What stands at a path; items of lists by their place or by `id`, else `name`. */
export function at(values, path) {
  return path.reduce((value, step) => Array.isArray(value) && typeof step === "string"
    ? value.find((item) => (item?.id ?? item?.name) === step) : value?.[step], values);
}

export const isSection = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isNothing = (value) => value === undefined || value === null || (Array.isArray(value) && !value.length) || (isSection(value) && !Object.keys(value).length);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b) && !(Array.isArray(b) && b.some((item, index) => isSection(item) && places.has(item) && places.get(item) !== index));
const plain = (value) => structuredClone(value);

/** A name that none of these has yet. */
export function freeName(wanted, taken) {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}

/** The whole file with a zone's name changed wherever somebody refers to it: rules about zones, combinations, routes. */
export function renameZone(values, from, to) {
  const swap = (list) => (Array.isArray(list) ? list.map((name) => (name === from ? to : name)) : list === from ? to : list);
  const inCondition = (node) => {
    if (Array.isArray(node)) return node.map(inCondition);
    if (!isSection(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, (key === "zone" || key === "occupied") && value === from ? to : inCondition(value)]));
  };
  const rules = values.rules ?? {}, alerts = values.alerts ?? {};
  const changed = structuredClone(values);
  for (const kind of ["zone_entry", "dwell"]) for (const [index, rule] of (rules[kind] ?? []).entries()) if (rule.zones) changed.rules[kind][index].zones = swap(rule.zones);
  for (const [index, combination] of (rules.combinations ?? []).entries()) if (combination.when) changed.rules.combinations[index].when = inCondition(combination.when);
  for (const [index, route] of (alerts.routes ?? []).entries()) if (route.zones) changed.alerts.routes[index].zones = swap(route.zones);
  return changed;
}
