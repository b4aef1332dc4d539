// Wall-clock times of other zones: what a person there calls "tomorrow at nine". Pure.

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one takes a tenth of a millisecond: lists have hundreds of times in a few zones. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  formats.set(zone, format);
  return format;
}

function partsIn(zone: string, at: number): number[] {
  const found = Object.fromEntries(formatOf(zone).formatToParts(at * 1000).map((part) => [part.type, part.value]));
  return ["year", "month", "day", "hour", "minute", "second"].map((name) => Number(found[name]));
}

/** Seconds that the zone's clocks are ahead of UTC at a moment. */
export function offset_s(zone: string, at: number): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = partsIn(zone, at);
  return Math.round(Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(at));
}

export function isZone(zone: string): boolean {
  try {
    return zone !== "" && formatOf(zone) !== null;
  } catch {
    return false;
  }
}

/** The zone to write times in: the first that is known of `"A|B"`, else the reader's own; `own` says that it is that. */
export function zoneOf(zones: string): { zone: string; own: boolean } {
  const known = zones.split("|").find(isZone);
  return { zone: known ?? Intl.DateTimeFormat().resolvedOptions().timeZone, own: known === undefined };
}

/** `2026-11-22T14:05`, as `<input type="datetime-local">` has it, of a moment in a zone. */
export function inputIn(zone: string, at: number): string {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = partsIn(zone, at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/**
 * The moment at which the zone's clocks show this time; null when they never do (it is no time, or is left out when
 * the clocks go forward). Of the two such moments when they go back, the first.
 */
export function momentIn(zone: string, text: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  const utc = Date.UTC(year, month - 1, day, hour, minute) / 1000;
  const candidates = [utc - offset_s(zone, utc - 86_400), utc - offset_s(zone, utc + 86_400)].sort((a, b) => a - b);
  return candidates.find((at) => inputIn(zone, at) === text.slice(0, 16)) ?? null;
}

/** 14:05 there. */
export function timeIn(zone: string, at: number): string {
  return inputIn(zone, at).slice(11);
}

/** There: today only the time, this year without the year, else everything. */
export function clockIn(zone: string, at: number, now: number, seconds = false): string {
  const [day = "", minutes = ""] = inputIn(zone, at).split("T");
  const today = inputIn(zone, now).slice(0, 10);
  const time = seconds ? `${minutes}:${String(Math.floor(at) % 60).padStart(2, "0")}` : minutes;
  if (day === today) return time;
  return `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${time}`;
}
