// Days and times of day by the site's clocks, as in its texts; by the reader's own until the site's zone is known.

let zone;

/** @param {string} timeZone IANA's name; one that this browser doesn't know is as good as none */
export function setZone(timeZone) {
  try {
    new Intl.DateTimeFormat(undefined, { timeZone });
    zone = timeZone;
  } catch {
    zone = undefined;
  }
}

/** Writes dates as `Intl.DateTimeFormat` does with these options. */
export function writer(options, locale) {
  let format, made;
  return (date) => {
    if (!format || made !== zone) [format, made] = [new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }), zone];
    return format.format(new Date(date));
  };
}

const two = "2-digit";
const written = writer({ year: "numeric", month: two, day: two, hour: two, minute: two, second: two, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" }, "en-US");

/** [year, month from 1, day, hour, minute, second] */
function fields(date) {
  const [month, day, year, ...clock] = written(date).match(/\d+/g).map(Number);
  return [year, month, day, ...clock];
}

/** Milliseconds that the clocks are ahead of UTC. */
function ahead(date) {
  const [year, month, ...rest] = fields(date);
  return Date.UTC(year, month - 1, ...rest) - Math.floor(date / 1000) * 1000;
}

/** When the clocks show midnight of that day. */
function midnight(year, month, day) {
  const shown = Date.UTC(year, month - 1, day);
  // They may have been set between the first guess and the real moment.
  const guess = shown - ahead(new Date(shown));
  return new Date(shown - ahead(new Date(guess)));
}

/** The beginning of the day that `date` lies in, or of one so many days later. */
export function startOfDay(date, daysLater = 0) {
  const [year, month, day] = fields(new Date(date));
  return midnight(year, month, day + daysLater);
}

/** "2026-03-01", and back; today for what is no such text. */
export const dayText = (date) => fields(new Date(date)).slice(0, 3).map((field) => String(field).padStart(2, "0")).join("-");
export function dayOfText(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  return found ? midnight(...found.slice(1).map(Number)) : startOfDay(new Date());
}

/** Seconds that the clocks show since midnight. */
export function secondsOfDay(date) {
  const [, , , hours, minutes, seconds] = fields(new Date(date));
  return hours * 3600 + minutes * 60 + seconds;
}

/** Days since the first of January 1970 by the site's clocks. */
export function dayNumber(date) {
  const [year, month, number] = fields(new Date(date));
  return Math.round(Date.UTC(year, month - 1, number) / 86_400_000);
}

export const sameYear = (one, other) => fields(new Date(one))[0] === fields(new Date(other))[0];

/** The site's zone where its clocks show something else than the reader's, else "". */
export const foreignZone = (now = new Date()) => (zone && ahead(now) !== -now.getTimezoneOffset() * 60_000 ? zone : "");
