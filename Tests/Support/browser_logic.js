// The pure parts of the pages, tested in the browser that will run them. `run` gives {name, error} of each.
import * as calendar from "/js/core/calendar.js";
import * as contour from "/js/masks/contour.js";
import * as diff from "/js/setup/diff.js";
import * as fit from "/js/geometry/picture.js";
import * as format from "/js/core/format.js";
import * as homography from "/js/geometry/homography.js";
import * as mediatime from "/js/live/mediatime.js";
import * as multipart from "/js/live/multipart.js";
import * as polygon from "/js/geometry/polygon.js";
import * as runs from "/js/masks/runs.js";
import { keepMasks } from "/js/live/tracks.js";
import { lastAtOrBefore, SampleTracks } from "/js/incidents/samples.js";
import { keyOf, Scores } from "/js/setup/scorefeed.js";
import { added, changes, given, kinds } from "/js/setup/channelbook.js";
import { problemWords } from "/js/setup/problems.js";
import { pictureHeight } from "/js/setup/scale.js";
import { bookOf, isUnused, rules, sideOf, wordsOf } from "/js/setup/rulebook.js";
import { whyTable } from "/js/incidents/why.js";
import { details, sentence, sorted } from "/js/core/attention.js";
import { partOf, placeWords, share } from "/js/incidents/place.js";
import * as timeline from "/js/incidents/timeline.js";
import * as layout from "/js/live/layout.js";
import { changed } from "/js/live/motion.js";
import { settingsFor, unwatched } from "/js/live/watched.js";
import { slug } from "/js/setup/cameras.js";
import { query } from "/js/core/api.js";
import { el } from "/js/core/dom.js";
import { locale, said, t, tlist, tn } from "/js/core/words.js";

const tests = [];
const test = (name, call) => tests.push({ name, call });

function same(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

const near = (actual, expected, by = 1e-9) => { if (!(Math.abs(actual - expected) <= by)) throw new Error(`${actual} instead of ${expected}`); };
const fails = (call) => { try { call(); } catch { return; } throw new Error("it did not fail"); };

/** A mask from rows of # and dots. */
function maskOf(...rows) {
  const counts = [];
  let inside = false, run = 0;
  for (const sign of rows.join("")) {
    if ((sign === "#") !== inside) { counts.push(run); run = 0; inside = !inside; }
    run += 1;
  }
  counts.push(run);
  return { size: [rows[0].length, rows.length], counts };
}

/** Whether a point is inside outlines, by counting the sides to its right. */
function inside(lines, x, y) {
  let count = 0;
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      const [x0, y0] = [line[i], line[i + 1]], [x1, y1] = [line[(i + 2) % line.length], line[(i + 3) % line.length]];
      if (x0 === x1 && x0 > x && Math.min(y0, y1) < y && Math.max(y0, y1) > y) count += 1;
    }
  }
  return count % 2 === 1;
}

test("runs that pass the right edge go on in the next row", () => {
  const { rows } = runs.spans({ size: [4, 3], counts: [2, 7, 3] });
  same([...rows], [[0, [2, 4]], [1, [0, 4]], [2, [0, 1]]]);
});
test("runs that don't add up to the picture are refused", () => fails(() => runs.spans({ size: [4, 3], counts: [2, 7] })));
test("a mask that begins inside has a first run of zero", () => {
  const mask = maskOf("##.", "...");
  same(mask.counts, [0, 2, 4]);
  same([runs.contains(mask, 0, 0), runs.contains(mask, 1.9, 0.5), runs.contains(mask, 2, 0), runs.contains(mask, -1, 0), runs.contains(mask, 3, 0)], [true, true, false, false, false]);
});
test("the area is the sum of the runs inside", () => same(runs.area(maskOf(".##.", "####")), 6));
test("an empty mask has no outline", () => same(contour.contours(maskOf("....", "....")), []));
test("the outline of a rectangle has its four corners", () => {
  const [line] = contour.contours(maskOf(".....", ".###.", ".###."));
  same(contour.straighten(line).length, 8);
});
test("outlines hold exactly the mask's pixels: holes, corners that only touch, pieces at the edges", () => {
  const rows = ["##..#", "#.###", "###.#", "..#..", "#.#.#"];
  const mask = maskOf(...rows), lines = contour.contours(mask);
  rows.forEach((row, y) => [...row].forEach((sign, x) => same(inside(lines, x + 0.5, y + 0.5), sign === "#")));
});
test("a random mask survives the way to outlines and back", () => {
  let seed = 7;
  const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  for (let round = 0; round < 10; round += 1) {
    const rows = Array.from({ length: 9 }, () => Array.from({ length: 13 }, () => (random() < 0.45 ? "#" : ".")).join(""));
    const lines = contour.contours(maskOf(...rows));
    rows.forEach((row, y) => [...row].forEach((sign, x) => same(inside(lines, x + 0.5, y + 0.5), sign === "#")));
  }
});
test("the path of a mask covers what the mask covers", () => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 80, height: 60 });
  const context = canvas.getContext("2d");
  context.scale(80, 60);
  context.fill(contour.pathOf(maskOf("........", "..####..", "..####..", "..####..", "........", "........")), "evenodd");
  const alpha = (x, y) => context.getImageData(x, y, 1, 1).data[3];
  same([alpha(40, 25) > 200, alpha(5, 5), alpha(75, 55)], [true, 0, 0]);
});

test("media time counts from the stream's offset", () => {
  const line = new mediatime.TimeLine({ epoch: 3, pts90k: 900_000 });
  same(line.mediaTime(1.5), { epoch: 3, pts90k: 1_035_000 });
  near(line.seconds({ epoch: 3, pts90k: 1_035_000 }), 1.5);
  same(line.seconds({ epoch: 4, pts90k: 1_035_000 }), null);
});
test("what was seen around a moment is found, and how far between", () => {
  const line = new mediatime.Timeline();
  for (const pts90k of [0, 18_000, 36_000]) line.add({ time: { epoch: 1, pts90k } });
  const found = line.around({ epoch: 1, pts90k: 22_500 });
  same([found.before.time.pts90k, found.after.time.pts90k, found.part], [18_000, 36_000, 0.25]);
});
test("what lies too far away, or in another connection, doesn't count", () => {
  const line = new mediatime.Timeline();
  line.add({ time: { epoch: 1, pts90k: 0 } });
  same(line.around({ epoch: 1, pts90k: 200_000 }, 1).before, null);
  same(line.around({ epoch: 2, pts90k: 10 }, 1).before, null);
});
test("a new connection forgets the one before; late arrivals are put in order", () => {
  const line = new mediatime.Timeline();
  for (const [epoch, pts90k] of [[1, 5], [2, 90], [2, 30], [2, 90]]) line.add({ time: { epoch, pts90k } });
  same(line.around({ epoch: 2, pts90k: 60 }).before.time.pts90k, 30);
  same(line.latest.time.pts90k, 90);
});
test("a track keeps its last mask for half a second, moved along", () => {
  const masks = new Map(), mask = maskOf("##", "##");
  const event = (pts90k, x, own) => ({ time: { epoch: 1, pts90k }, size: [100, 100], tracks: [{ id: 4, centroid: [x, 50], ...(own ? { mask } : {}) }] });
  keepMasks(event(0, 10, true), masks);
  const kept = keepMasks(event(36_000, 30), masks).tracks[0];
  same([kept.mask === mask, kept.maskShift], [true, [0.2, 0]]);
  same(keepMasks(event(90_000, 50), masks).tracks[0].mask, undefined);
});

test("a picture is fitted between bars, and points beside it are none", () => {
  const box = fit.fit({ width: 640, height: 360 }, { width: 400, height: 400 });
  same([box.x, box.y, box.width, box.height], [0, 87.5, 400, 225]);
  same(fit.toPicture([200, 200], box), [0.5, 0.5]);
  same(fit.toPicture([200, 10], box), null);
});
const square = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6], [0.2, 0.6]];
test("a point is inside a zone or not", () => same([polygon.contains(square, [0.3, 0.3]), polygon.contains(square, [0.7, 0.3])], [true, false]));
test("a zone's area is that of its polygon, whichever way it goes", () => {
  near(polygon.area(square), 0.16);
  near(polygon.area([...square].reverse()), 0.16);
});
test("sides that cross are found; a plain zone has no problem", () => {
  same(polygon.problem(square), "");
  same(/cross/.test(polygon.problem([[0.2, 0.2], [0.6, 0.6], [0.6, 0.2], [0.2, 0.6]])), true);
  same(/three/.test(polygon.problem([[0, 0], [1, 1]])), true);
  same(/small/.test(polygon.problem([[0, 0], [0.01, 0], [0, 0.01]])), true);
});
test("a new corner goes to the nearest side", () => {
  const { index, distance } = polygon.nearestSide(square, [0.4, 0.61]);
  same(index, 2);
  near(distance, 0.01);
});
test("corners stay inside the picture", () => same(polygon.tidy([-0.2, 1.00004]), [0, 1]));
test("a zone's name stands inside it, or in the middle of its box", () => same(polygon.contains(square, polygon.labelPoint(square)), true));

const unified = "--- a\n+++ b\n@@ -3,3 +3,4 @@\n same\n-old\n+new\n+more\n last\n@@ -20 +21 @@\n-x\n+y";
test("a unified diff is read with its line numbers", () => {
  const lines = diff.parse(unified);
  same(lines.map(({ kind, number }) => `${kind} ${number}`), ["gap 3", "same 3", "removed 4", "added 4", "added 5", "same 6", "gap 21", "removed 20", "added 21"]);
  same(diff.tally(lines), { added: 3, removed: 2 });
});
test("no diff is no lines", () => same(diff.parse(""), []));

test("pictures of a multipart stream are cut out, however they arrive", async () => {
  const bytes = new TextEncoder().encode("--f\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\nX-Media-Pts90k: 77\r\n\r\nhello\r\n--f\r\nContent-Length: 2\r\n\r\nab\r\n");
  for (const step of [1, 7, 1000]) {
    const stream = new ReadableStream({ start(controller) { for (let at = 0; at < bytes.length; at += step) controller.enqueue(bytes.slice(at, at + step)); controller.close(); } });
    const found = [];
    for await (const part of multipart.parts({ body: stream })) found.push([new TextDecoder().decode(part.body), part.headers.get("x-media-pts90k") ?? null]);
    same(found, [["hello", "77"], ["ab", null]]);
  }
});

test("the last sample at or before a second", () => {
  const samples = [0, 0.2, 0.4].map((seconds) => ({ seconds }));
  same([-1, 0, 0.3, 9].map((seconds) => lastAtOrBefore(samples, seconds)), [-1, 0, 1, 2]);
});
test("a clip's tracks are shown while they are seen, with the mask of a moment before", () => {
  const mask = maskOf("#");
  const tracks = new SampleTracks([{ id: 1, origin: "motion", samples: [
    { seconds: 1, region: [0, 0, 1, 1], centroid: { x: 10, y: 0 }, area: 1, mask }, { seconds: 1.2, region: [2, 0, 1, 1], centroid: [30, 0], area: 1 },
  ] }], [100, 100]);
  same(tracks.around(0.5).before.tracks.length, 0);
  const { before, after, part } = tracks.around(1.1);
  same([before.tracks[0].mask === mask, after.tracks[0].centroid], [true, [30, 0]]);
  near(part, 0.5, 1e-6);
  same(tracks.around(1.25).before.tracks[0].maskShift, [0.2, 0]);
  same(tracks.around(3).before.tracks.length, 0);
});

test("a short peak of a score stays to be seen for a while, and each rule has its own", () => {
  const scores = new Scores();
  const one = (measured, name) => ({ rule: "dwell", name, parameter: "min_seconds", measured, threshold: 60, direction: "at_least", met: measured >= 60 });
  same(scores.take([one(70, "a"), one(5, "b")]).map(({ peak, isMet }) => [peak, isMet]), [[70, true], [5, false]]);
  const [a, b] = scores.take([one(10, "a"), one(6, "b")]);
  same([a.key, a.now, a.limit, b.peak], [keyOf("dwell", "a", "min_seconds"), 10, 60, 6]);
  if (!(a.peak > 60 && a.peak < 70)) throw new Error(`the peak is ${a.peak}`);
});
test("a new channel holds what was filled in; a changed one only what differs, and keeps a secret left empty", () => {
  const { fields } = kinds.mail;
  const typed = { host: "mail.example.com", security: "starttls", port: "", username: "aw", password: "s3cret", from: "a@example.com", to: "b@example.com\n c@example.com,\n" };
  const values = given(fields, (key) => typed[key]);
  const [{ path, value }] = added("mail", "office", values);
  same([path, value], [["alerts", "channels", "-"], { name: "office", type: "mail", host: "mail.example.com", username: "aw", password: { secret: "s3cret" }, from: "a@example.com", to: ["b@example.com", "c@example.com"] }]);
  const entry = { ...value, password: "file:/x", to: "b@example.com" };
  same(changes(entry, given(fields, (key) => ({ ...typed, password: "", to: "b@example.com" })[key])), []);
  const where = (key) => ["alerts", "channels", "office", key];
  same(changes(entry, given(fields, (key) => ({ ...typed, password: "new", to: "b@example.com", username: "", port: "2525" })[key])), [
    { op: "set", path: where("port"), value: 2525 }, { op: "remove", path: where("username") }, { op: "set", path: where("password"), value: { secret: "new" } }]);
  same(added("webhook", "w", given(kinds.webhook.fields, (key) => ({ url: "https://x/", secret: "", "headers.Authorization": "Bearer a" })[key]))[0].value,
    { name: "w", type: "webhook", url: { secret: "https://x/" }, headers: { Authorization: { secret: "Bearer a" } } });
});
/** As `/api/v1/rules` gives them. */
const declared = (kind, properties, listed = false) => ({ kind, sentence: "", listed, schema: { type: "object", properties, "x-order": Object.keys(properties) } });
const number = (usual, use = "always", fires = "at_least") => ({ type: "number", default: usual, description: "", "x-unit": "m", "x-fires": fires, "x-use": use });
const book = bookOf([
  declared("falling_object", { enabled: { type: "boolean", default: true }, min_drop_picture_heights: number(0.07, "without_scale"), min_drop_metres: number(0.4, "with_scale"), min_drop_pixels: number(undefined, "when_given"), rest_seconds: number(0.6) }),
  declared("spill", { enabled: { type: "boolean", default: true }, min_grown_fraction: number(0.003, "without_scale"), min_grown_square_metres: number(undefined, "with_scale"), min_growth_ratio: number(1.25), end_after_seconds: number(8) }),
  declared("zone_entry", { min_height: { type: "string", default: "0.8 m", "x-use": "always" }, min_seconds: number(0.5) }, true),
]);
test("of two keys of a threshold the one counts that fits the camera's scale", () => {
  const { parameters } = book.get("falling_object");
  same([isUnused("min_drop_picture_heights", true, parameters), isUnused("min_drop_metres", true, parameters), isUnused("min_drop_metres", false, parameters), isUnused("rest_seconds", true, parameters)], [true, false, true, false]);
  same(isUnused("min_grown_fraction", true, book.get("spill").parameters), false);
});
test("rules of which a site has several are listed under their own names", () => {
  const [rule] = rules(book, { zone_entry: [{ name: "press", zones: ["rack"], min_height: "0.9 m" }] }).filter((one) => one.item);
  same([rule.kind, rule.item, rule.values], ["zone_entry", "press", { min_height: "0.9 m", min_seconds: 0.5 }]);
});
test("a threshold is explained by its declared side, whatever its name", () => {
  const why = (parameter, measured, threshold, direction) => whyTable([{ parameter, measured, threshold, unit: "", direction }]);
  const covered = why("covered_contrast_ratio", 0.1, 0.3, "at_most");
  same([covered.textContent.includes("at most 0.3"), covered.querySelector(".gauge").classList.contains("over")], [true, true]);
  same(why("covered_contrast_ratio", 0.9, 0.3, "at_most").querySelector(".gauge").classList.contains("over"), false);
  same(why("min_drop_metres", 2.1, 0.4, "at_least").textContent, "Drop2.1at least 0.4");
});
test("of a score that must fall below its threshold the lowest stays to be seen", () => {
  const low = new Scores(), one = (measured) => low.take([{ rule: "camera_tampered", parameter: "turned_similarity", measured, threshold: 0.35, direction: "at_most", met: measured <= 0.35 }])[0];
  one(0.9);
  same([one(0.2).peak, one(0.9).peak < 0.35, one(0.9).isBelow], [0.2, true, true]);
});
test("a rectangle on the floor maps to its four corners, and its middle to where the diagonals cross", () => {
  const quad = [[0.1, 0.9], [0.9, 0.9], [0.6, 0.5], [0.4, 0.5]];
  const map = homography.squareToQuad(quad);
  [[0, 0], [1, 0], [1, 1], [0, 1]].forEach(([u, v], index) => map(u, v).forEach((value, axis) => near(value, quad[index][axis], 1e-9)));
  const [x, y] = map(0.5, 0.5);
  near(x, 0.5);
  near(y, 0.58, 1e-9);
  same([homography.isConvex(quad), homography.isConvex([quad[0], quad[2], quad[1], quad[3]])], [true, false]);
  same([homography.floorGrid(quad, 2, 3).length, homography.floorGrid(quad, 0, 3).length], [7, 0]);
});
test("a person of 1.8 m who takes a quarter of the picture gives 7.2 m", () => {
  near(pictureHeight(1.8, [0.5, 0.4], [0.5, 0.65]), 7.2);
  same(pictureHeight(1.8, [0.5, 0.5], [0.5, 0.51]), null);
});
test("rules of the file go over the defaults, and unknown ones are shown", () => {
  const found = rules(book, { spill: { enabled: false, min_growth_ratio: 2 }, settle_seconds: 1, merge: { max_gap_seconds: 5 }, schedules: { nights: [] }, dance: { max_seconds: 60 } });
  const [spill, dance, merge, schedules] = ["spill", "dance", "merge", "schedules"].map((name) => found.find((rule) => rule.name === name));
  same([spill.enabled, spill.values.min_growth_ratio, spill.values.end_after_seconds, dance.values, merge ?? null, schedules ?? null], [false, 2, 8, { max_seconds: 60 }, null, null]);
});
test("parameters are said without bound and unit, which stand beside them", () => same([wordsOf("min_drop_metres"), wordsOf("max_texture_ratio"), sideOf("at_most"), sideOf(null)], ["Drop", "Roughness, compared with the floor", "at most", ""]));
test("marks that would cover each other become one", () => {
  const groups = timeline.group([0.5, 0.51, 0.9, 0.49, 0.61], () => 0.1);
  same(groups.map(({ members }) => members), [[3, 0, 1], [4], [2]]);
  near(groups[0].place, 0.5);
});
test("texts of cameras are never markup", () => {
  const node = el("p", {}, "<img src=x onerror=alert(1)>");
  same([node.children.length, node.textContent.length], [0, 28]);
});
test("empty values are left out of a query", () => same(query({ q: "a b", camera: "", tag: ["x", "y"] }), "?q=a+b&tag=x&tag=y"));
test("a name gives an id", () => same(slug("Aisle 4, Gáte Ä"), "aisle-4-gate-ae"));
test("times, sizes and durations in words", () => {
  const now = new Date("2026-03-03T12:00:00");
  same([format.duration(7.25), format.duration(200), format.duration(7500), format.duration(950_400), format.bytes(1_118_750), format.position(67.34), format.words("marked_object_moved"), format.words("minDropMetres")],
    ["7.3 s", "3 min 20 s", "2 h 5 min", "11 days", "1.1 MB", "1:07.3", "Marked object moved", "Min drop metres"]);
  same([format.ago(new Date(now - 5000), now), format.ago(new Date(now - 240_000), now), format.dayName(new Date(now - 86_400_000), now)], ["just now", "4 min ago", "Yesterday"]);
});
test("days and times of day are the site's, whatever the reader's clock shows", () => {
  const evening = new Date("2026-03-03T20:00:00Z");
  calendar.setZone("Asia/Kathmandu");
  same([format.time(evening), calendar.dayText(evening), calendar.startOfDay(evening), calendar.dayOfText("2026-03-04"), calendar.foreignZone(evening)],
    ["01:45", "2026-03-04", "2026-03-03T18:15:00.000Z", "2026-03-03T18:15:00.000Z", "Asia/Kathmandu"]);
  same(format.dayName("2026-03-03T18:10:00Z", evening), "Yesterday");
  calendar.setZone("Europe/Berlin");
  // The clocks are set forward: a day of 23 hours.
  const spring = new Date("2026-03-29T12:00:00Z");
  same([0, 1, 2].map((days) => calendar.startOfDay(spring, days)), ["2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-03-30T22:00:00.000Z"]);
  near(timeline.partOf("2026-03-29T10:30:00Z", timeline.rangeOf("day", spring)), 0.5);
  calendar.setZone("Nowhere/At all");
  same([calendar.foreignZone(), calendar.dayText(new Date(2026, 2, 3)), calendar.startOfDay(new Date(2026, 2, 3, 4))], ["", "2026-03-03", new Date(2026, 2, 3)]);
  same(calendar.dayOfText("soon"), calendar.startOfDay(new Date()));
});

test("marks of several take more room, and none covers another however they are joined", () => {
  const places = Array.from({ length: 60 }, (_, index) => (index * 37) % 60 / 60), width = (members) => (members > 1 ? 0.08 : 0.05);
  const groups = timeline.group(places, width);
  groups.slice(1).forEach((one, index) => {
    if (one.place - groups[index].place < (width(one.members.length) + width(groups[index].members.length)) / 2 - 1e-9) throw new Error(`${groups[index].place} and ${one.place} overlap`);
  });
  same(groups.flatMap(({ members }) => members).sort((a, b) => a - b), places.map((_, index) => index));
});
test("on days of 23 and 25 hours the ruler's hours stand where incidents of that hour stand", () => {
  calendar.setZone("Europe/Berlin");
  for (const [noon, hours] of [["2026-03-29T10:00:00Z", 23], ["2026-10-25T11:00:00Z", 25], ["2026-06-01T10:00:00Z", 24]]) {
    const range = timeline.rangeOf("day", new Date(noon));
    near((range.end - range.start) / 3_600_000, hours);
    const ticks = timeline.ticks(range);
    const tick = ticks.find(({ words }) => words === "12:00");
    near(timeline.partOf(tick.at, range), timeline.partOf(noon, range));
    near(timeline.partOf(tick.at, range), (hours - 12) / hours);
    same([ticks[0].words, ticks.at(-1).words], ["00:00", "24:00"]);
  }
  // The hour that comes twice in autumn is there twice.
  same(timeline.ticks(timeline.rangeOf("six", new Date("2026-10-25T00:30:00Z"))).filter(({ words }) => words === "02:00").length, 2);
  calendar.setZone("Nowhere");
});
test("ranges from a minute to a month hold their moment, and go on without gap or overlap", () => {
  calendar.setZone("Europe/Berlin");
  const at = new Date("2026-03-28T12:34:56Z");
  for (const [span] of timeline.spans) {
    const range = timeline.rangeOf(span, at), next = timeline.rangeOf(span, timeline.shifted(span, at, 1));
    if (!(range.start <= at && at < range.end)) throw new Error(`${span} does not hold its moment`);
    const found = timeline.ticks(range, 10);
    if (found.length < 2 || found.length > 12) throw new Error(`${span} has ${found.length} ticks`);
    same(next.start, range.end);
  }
  calendar.setZone("Nowhere");
});
test("times without a picture are hatched where they were, and say what was the matter", () => {
  calendar.setZone("Europe/Berlin");
  const range = timeline.rangeOf("day", new Date("2026-06-01T10:00:00Z"));
  const gaps = [{ kind: "camera_offline", camera: "a", from: "2026-06-01T04:00:00Z", to: "2026-06-01T10:00:00Z" }, { kind: "camera_offline", camera: "a", from: "2026-05-30T04:00:00Z", to: "2026-05-30T10:00:00Z" }];
  const marks = [...timeline.timeline(range, [{ id: "a", name: "A" }, { id: "b", name: "B" }], [], gaps, 800).querySelectorAll(".time-gap")];
  same(marks.map((node) => [node.style.left, node.style.width]), [["25%", "25%"]]);
  if (!marks[0].title.startsWith("no picture")) throw new Error(marks[0].title);
  calendar.setZone("Nowhere");
});
test("the wall shows its cameras as large as they fit", () => {
  same(layout.grid(1, { width: 1000, height: 600 }), { columns: 1, rows: 1 });
  same(layout.grid(4, { width: 1000, height: 640 }), { columns: 2, rows: 2 });
  same(layout.grid(10, { width: 1680, height: 900 }), { columns: 4, rows: 3 });
  const { columns, rows } = layout.grid(25, { width: 1920, height: 1000 });
  if (columns * rows < 25) throw new Error(`${columns} × ${rows}`);
  same(layout.pages(["a", "b", "c", "d", "e"], 4), [["a", "b", "c", "d"], ["e"]]);
  same(layout.pages(Array(30).fill("x"), "auto").map((page) => page.length), [25, 5]);
});
test("cameras stay in a person's order; new ones come last, removed ones leave no gap", () => {
  same(layout.ordered(["a", "b", "c", "d"], ["c", "gone", "a"]), ["c", "a", "b", "d"]);
  same(layout.moved(["a", "b", "c"], "c", "a"), ["c", "a", "b"]);
  same(layout.moved(["a", "b", "c"], "a", null), ["b", "c", "a"]);
});
test("what has an incident plays, then what moves; what stands still does not take a connection, what plays keeps its own", () => {
  const tile = (id, more = {}) => ({ id, isSeen: true, isAlarmed: false, isMoving: false, isPlaying: false, ...more });
  const of = (tiles, all = false) => [...layout.playing(tiles, 2, all)];
  same(of([tile("a"), tile("b")]), []);
  same(of([tile("a"), tile("b")], true), ["a", "b"]);
  same(of([tile("a", { isMoving: true }), tile("b", { isMoving: true, isPlaying: true }), tile("c", { isAlarmed: true }), tile("d")]), ["c", "b"]);
  same(of([tile("a", { isAlarmed: true, isSeen: false })]), []);
});
test("noise is no movement", () => {
  const before = Uint8Array.from({ length: 576 }, () => 100);
  same(changed(before, before.map((value, index) => value + (index % 20) - 10)), 0);
  same(changed(before, before.map((value, index) => (index < 9 ? 160 : value))), 9);
});
test("a place is said in words", () => {
  same(placeWords(null), "the whole picture");
  same(placeWords([0.62, 0.08, 0.2, 0.2]), "upper right, 4 % of the picture");
  same(placeWords([0.4, 0.4, 0.2, 0.2]), "in the middle, 4 % of the picture");
  near(share(partOf({ region: [-10, 0, 60, 50], size: [100, 100] })), 0.25);
});
test("what is not watched: excluded zones for all, all but walkways for what is left there, racks for spills", () => {
  const zone = (name, kind) => ({ name, kind, polygon: [[0, 0], [1, 0], [1, 1]] });
  const zones = [zone("Door", "ignore"), zone("Aisle", "walkway"), zone("Shelf", "rack")];
  same([unwatched("", zones).excluded.length, unwatched("", zones).only], [1, null]);
  same(unwatched("object_left", zones).only.length, 1);
  same(unwatched("spill", zones).excluded.length, 2);
  const settings = settingsFor({ zone_entry: [{ name: "x", zones: ["Shelf"] }, { name: "y", zones: ["Aisle"], cameras: ["b"] }], dwell: [{ name: "z" }], spill: { enabled: false } }, "a");
  same([unwatched("zone_entry", zones, settings).only.length, unwatched("dwell", zones, settings).only, unwatched("spill", zones, settings).only, settings.off], [1, null, [], ["spill"]]);
  if (!unwatched("object_left", []).words.includes("can’t be raised")) throw new Error(unwatched("object_left", []).words);
});
test("causes are said with who, until when and why; the gravest first, and what only administrators can mend to them alone", () => {
  const now = new Date();
  const snooze = { kind: "snooze", severity: "high", by: "chief", until: new Date(now.getTime() + 60_000).toISOString(), reason: "Stocktaking" };
  same(sentence(snooze), "Alerts are held back for all cameras");
  if (!/^until .*by chief · “Stocktaking”$/.test(details(snooze, now))) throw new Error(details(snooze, now));
  same(sentence({ kind: "camera_offline", severity: "high", camera: "a", camera_name: "Aisle 4" }), "“Aisle 4” sends no picture");
  const dark = ["a", "b", "c"].map((camera, index) => ({ kind: "camera_offline", severity: "high", camera, camera_name: `Hall ${camera}`, since: `2026-11-28T0${3 - index}:00:00Z` }));
  const [joined, ...rest] = sorted(dark, false);
  same([rest.length, sentence(joined), joined.since], [0, "3 cameras send no picture", "2026-11-28T01:00:00Z"]);
  if (!details(joined, now).startsWith("Hall a, Hall b, Hall c · since")) throw new Error(details(joined, now));
  const list = [{ kind: "no_channel", severity: "low" }, { kind: "suppression", severity: "low" }, snooze];
  same([sorted(list, true).map(({ kind }) => kind), sorted(list, false).length], [["snooze", "no_channel", "suppression"], 2]);
});

test("texts are filled in, plurals chosen, elements put between words", () => {
  same([t("Sign in"), t("{a} of {b}", { a: 1, b: 2.345 }), t("{name} is not known")], ["Sign in", "1 of 2.35", "{name} is not known"]);
  same([tn(1, "{n} click", "{n} clicks"), tn(0, "{n} click", "{n} clicks"), tn(1200, "{n} click", "{n} clicks")], ["1 click", "0 clicks", "1,200 clicks"]);
  same(el("p", {}, tlist("See {link}.", { link: el("a", {}, "here") })).innerHTML, "See <a>here</a>.");
  same([said("There is no such camera."), locale.slice(0, 2)], ["There is no such camera.", "en"]);
});

test("a language's catalogue gives texts, plurals, numbers, and what the server fills in", async () => {
  localStorage.setItem("aislewatch.language", "de");
  document.documentElement.dataset.languages = "de";
  try {
    const german = await import("/js/core/words.js?german");
    same([german.language, document.documentElement.lang, german.t("Sign in"), german.t("a text that nobody knows")], ["de", "de", "Anmelden", "a text that nobody knows"]);
    same([1, 2, 1200.5].map((n) => german.tn(n, "{n} incident", "{n} incidents")), ["1 Vorfall", "2 Vorfälle", "1.200,5 Vorfälle"]);
    same(german.said("There is no such camera."), "Diese Kamera gibt es nicht.");
    same(german.said("rtsp://10.0.0.9/a?b: nothing came within 5 s; check the camera and the network"), "rtsp://10.0.0.9/a?b: Binnen 5 s kam nichts; prüfen Sie Kamera und Netz");
    same([german.said("unheard of"), german.said(""), german.said(undefined), german.quoted("a")], ["unheard of", "", undefined, "„a“"]);
    same(german.anyOf(["er sich bewegt", "er fällt"]), "er sich bewegt oder er fällt");
  } finally {
    localStorage.removeItem("aislewatch.language");
    document.documentElement.lang = "en";
  }
});

test("what is wrong with a setting stays as the server says it where it is in English", () => {
  for (const message of [
    'cameras[0].name is an empty text; allowed: what people call it, as in "loading bay"', "rules.spill.min_grown is 7; allowed: 0.1 to 5 seconds",
    "analysis.fps is 99; allowed: a number from 0.5 to 30 (frames a second)", 'cameras[1].zones[0] has no "name"; needed: what people call it, as in "loading bay"',
    "what nobody has heard of; at all",
  ]) same(problemWords(message), message);
  same(problemWords('unknown key "nmae" in cameras[0]; allowed: id, name; did you mean "name"?'), 'unknown key "nmae" in cameras[0]; allowed: id, name; did you mean “name”?');
});

export async function run() {
  const results = [];
  for (const { name, call } of tests) {
    let error = null;
    try { await call(); } catch (problem) { error = String(problem?.message ?? problem); }
    results.push({ name, error });
  }
  return results;
}
