// A week of work: as the plan writes it (times by weekday) and as people say it (from, to, breaks; also past midnight). Pure.

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6] as const;
export const DAY_MIN = 1440;
/** After midnight, times belong to the evening before as long as no pause between them is so long. */
const LONGEST_BREAK_MIN = 180;
/** A turn that is offered begins at nine or later, and is so long. */
const NEW_TURN_FROM = 9 * 60;
const NEW_TURN_MIN = 4 * 60;

/** Minutes after midnight, half-open. */
export type Span = readonly [begin: number, end: number];
/** By day of the calendar, 0 = Monday; in order, none touching another. */
export type Week = readonly (readonly Span[])[];

/** Work that is alike on all its days: it begins on each of them, and may end on the day after (`end` over 1440). */
export interface Turn {
  /** 0 = Monday, in order. */
  days: readonly number[];
  begin: number;
  end: number;
  /** Within it, counted from the midnight before it begins. */
  breaks: readonly Span[];
}

const SPAN = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/;

function readSpansOfDay(text: string): Span[] | null {
  const spans: [number, number][] = [];
  for (const part of text.trim().replaceAll(",", " ").replace(/\s*-\s*/g, "-").split(/\s+/)) {
    const [, hour = "", minute = "", toHour = "", toMinute = ""] = SPAN.exec(part) ?? [];
    const begin = Number(hour) * 60 + Number(minute);
    const end = Number(toHour) * 60 + Number(toMinute);
    const last = spans.at(-1);
    if (hour === "" || begin >= end || end > DAY_MIN || (last && begin < last[1])) return null;
    if (last && begin === last[1]) last[1] = end;
    else spans.push([begin, end]);
  }
  return spans;
}

function readDaysOf(key: string): number[] | null {
  const days: number[] = [];
  for (const part of key.trim().split(/\s+/)) {
    const [first, last] = part.split("-").map((name) => (DAYS as readonly string[]).indexOf(name));
    if (first === undefined || first < 0 || last === -1) return null;
    for (let day = first; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === (last ?? first)) break;
    }
  }
  return days;
}

/** `{mon-fri: 09:00-12:00 13:00-18:00}` by day; null when it is not written like that. */
export function readWeek(weekly: Record<string, string>): Week | null {
  const week: (readonly Span[])[] = EVERY_DAY.map(() => []);
  for (const [key, text] of Object.entries(weekly)) {
    const days = readDaysOf(key);
    const spans = readSpansOfDay(text);
    if (days === null || spans === null) return null;
    for (const day of days) week[day] = spans;
  }
  return week;
}

export function clock(minute: number): string {
  const shown = minute > DAY_MIN ? minute - DAY_MIN : minute;
  return `${String(Math.floor(shown / 60)).padStart(2, "0")}:${String(shown % 60).padStart(2, "0")}`;
}

const spansText = (spans: readonly Span[]) => spans.map(([begin, end]) => `${clock(begin)}-${clock(end)}`).join(" ");

/** As the plan writes it: neighbours with equal times are one line. */
export function writeWeek(week: Week): Record<string, string> {
  const written: Record<string, string> = {};
  const texts = EVERY_DAY.map((day) => spansText(week[day] ?? []));
  for (let first = 0; first < 7; ) {
    let last = first;
    while (last < 6 && texts[last + 1] === texts[first]) last += 1;
    const text = texts[first];
    if (text) written[first === last ? `${DAYS[first]}` : `${DAYS[first]}-${DAYS[last]}`] = text;
    first = last + 1;
  }
  return written;
}

/** The day's first spans that are apart from its others and may be the end of what began the evening before. */
function earlyOf(spans: readonly Span[]): number {
  if (spans[0]?.[0] !== 0) return 0;
  let count = 1;
  while (count < spans.length && (spans[count]?.[0] ?? 0) - (spans[count - 1]?.[1] ?? 0) < LONGEST_BREAK_MIN) count += 1;
  return spans[count - 1]?.[1] === DAY_MIN ? 0 : count;
}

/** The week as people say it: what goes past midnight belongs to the day on which it began. */
export function turnsOf(week: Week): Turn[] {
  const early = EVERY_DAY.map((day) => (week[day] ?? []).slice(0, earlyOf(week[day] ?? [])));
  const late = EVERY_DAY.map((day) => (week[day] ?? []).slice(early[day]?.length));
  const goesOn = EVERY_DAY.map((day) => {
    const begin = late[day]?.[0]?.[0];
    const end = early[(day + 1) % 7]?.at(-1)?.[1];
    return begin !== undefined && end !== undefined && late[day]?.at(-1)?.[1] === DAY_MIN && end <= begin;
  });
  const turns: Turn[] = [];
  const add = (day: number, spans: readonly Span[]) => {
    const turn = turnOf([day], spans);
    if (turn === null) return;
    const same = turns.findIndex((other) => sameTimes(other, turn));
    const other = turns[same];
    if (other) turns[same] = { ...other, days: [...other.days, day] };
    else turns.push(turn);
  };
  for (const day of EVERY_DAY) {
    if (!goesOn[(day + 6) % 7]) add(day, early[day] ?? []);
    const after = goesOn[day] ? (early[(day + 1) % 7] ?? []) : [];
    add(day, [...(late[day] ?? []), ...after.map(([begin, end]): Span => [begin + DAY_MIN, end + DAY_MIN])]);
  }
  return turns;
}

function turnOf(days: readonly number[], spans: readonly Span[]): Turn | null {
  const first = spans[0];
  const last = spans.at(-1);
  if (!first || !last) return null;
  const gaps = spans.slice(1).map(([begin], index): Span => [spans[index]?.[1] ?? begin, begin]);
  return { days, begin: first[0], end: last[1], breaks: gaps.filter(([from, to]) => to > from) };
}

export function sameTimes(one: Turn, other: Turn): boolean {
  return one.begin === other.begin && one.end === other.end && String(one.breaks) === String(other.breaks);
}

/** The calendar week of these turns; null when two of them overlap. */
export function weekOf(turns: readonly Turn[]): Week | null {
  const week: [number, number][][] = EVERY_DAY.map(() => []);
  for (const turn of turns) {
    const borders = [turn.begin, ...turn.breaks.flat(), turn.end];
    for (const day of turn.days) {
      for (let at = 0; at < borders.length; at += 2) {
        const [begin = 0, end = 0] = borders.slice(at, at + 2);
        if (begin < DAY_MIN) week[day]?.push([begin, Math.min(end, DAY_MIN)]);
        if (end > DAY_MIN) week[(day + 1) % 7]?.push([Math.max(begin, DAY_MIN) - DAY_MIN, end - DAY_MIN]);
      }
    }
  }
  for (const spans of week) {
    spans.sort(([a], [b]) => a - b);
    for (let at = spans.length - 1; at > 0; at -= 1) {
      const [before, span] = [spans[at - 1], spans[at]];
      if (!before || !span || before[1] < span[0]) continue;
      if (before[1] > span[0]) return null;
      before[1] = span[1];
      spans.splice(at, 1);
    }
  }
  return week;
}

/** `9`, `930`, `9:30` in minutes after midnight, up to 24:00; null when it is no time of a day. */
export function readClock(text: string): number | null {
  const given = text.trim().replace(/[：.]/, ":");
  const [, hour, minute = "0"] = /^(\d{1,2}):(\d{2})$/.exec(given) ?? /^(\d{1,2})(\d{2})?$/.exec(given) ?? [];
  const at = Number(hour) * 60 + Number(minute);
  return hour === undefined || Number(minute) > 59 || at > DAY_MIN ? null : at;
}

/** The turn from one time to another, on the day after when the second is not later. Breaks outside of it are gone; null
 * when it has no length. One that goes round the clock may stay as it is, though it ends when it begins.
 */
export function withTimes(turn: Turn, begin: number, end: number): Turn | null {
  const from = begin % DAY_MIN;
  if (from === turn.begin && clock(end) === clock(turn.end)) return turn;
  const to = end > from ? end : end + DAY_MIN;
  if (end === from) return null;
  const breaks = turn.breaks.map((one) => anchored(one, from)).filter(([a, b]) => a > from && b < to);
  return { ...turn, begin: from, end: to, breaks };
}

function anchored([from, to]: Span, begin: number): Span {
  const start = from % DAY_MIN;
  const at = start < begin ? start + DAY_MIN : start;
  return [at, at + (to - from)];
}

/** `12:00-13:00, 15:30-15:45` as the breaks of this turn; null when they are none, or not in it. */
export function readBreaks(text: string, turn: Turn): Span[] | null {
  const breaks: Span[] = [];
  const parts = text.trim().replace(/\s*[-–—~～至]\s*/g, "-").split(/[\s,，、;；]+/).filter(Boolean);
  for (const part of parts) {
    const [from = null, to = null, more] = part.split("-").map(readClock);
    if (from === null || to === null || more !== undefined || from === to) return null;
    breaks.push(anchored([from, to > from ? to : to + DAY_MIN], turn.begin));
  }
  breaks.sort(([a], [b]) => a - b);
  const inOrder = breaks.every(([from], index) => index === 0 || from > (breaks[index - 1]?.[1] ?? 0));
  const inside = breaks.every(([from, to]) => from > turn.begin && to < turn.end);
  return inOrder && inside ? breaks : null;
}

export function breaksText(turn: Turn): string {
  return turn.breaks.map(([from, to]) => `${clock(from)}-${clock(to)}`).join(", ");
}

/** The turns with a day given to one of them, which others that are at the same time then leave, or taken from it. A turn
 * without a day is gone.
 */
export function withDay(turns: readonly Turn[], at: number, day: number, on: boolean): Turn[] {
  const given = turns[at];
  const leaves = (turn: Turn) => given !== undefined && weekOf([{ ...given, days: [day] }, { ...turn, days: [day] }]) === null;
  return turns
    .map((turn, index) => {
      if (index === at && on) return { ...turn, days: [...turn.days, day].sort((a, b) => a - b) };
      return index === at || (on && leaves(turn)) ? { ...turn, days: turn.days.filter((one) => one !== day) } : turn;
    })
    .filter((turn) => turn.days.length > 0);
}

/** What keeps these turns from being written: two overlap, or the plan, which knows days of the calendar only, would give
 * back others than these, as it does for a night that ends shortly before the next day's turn. Turns that are alike are
 * the same as one on the days of both.
 */
export function misfitOf(turns: readonly Turn[]): "overlap" | "not_kept" | null {
  const week = weekOf(turns);
  if (week === null) return "overlap";
  const byDay = (all: readonly Turn[]) => all.flatMap(({ days, begin, end, breaks }) => days.map((day) => [day, begin, end, breaks].join())).sort();
  return String(byDay(turnsOf(week))) === String(byDay(turns)) ? null : "not_kept";
}

/** A turn for a day that has none, with times that no other has; null when there is no room for one. */
export function anotherTurn(turns: readonly Turn[]): Turn | null {
  const free = [5, 6, 0, 1, 2, 3, 4].filter((day) => turns.every((turn) => !turn.days.includes(day)));
  for (const day of free) {
    for (let begin = NEW_TURN_FROM; begin + NEW_TURN_MIN <= DAY_MIN; begin += 60) {
      const turn: Turn = { days: [day], begin, end: begin + NEW_TURN_MIN, breaks: [] };
      if (turns.every((other) => !sameTimes(other, turn)) && misfitOf([...turns, turn]) === null) return turn;
    }
  }
  return null;
}

/** In the order in which they stood before, so that who types in one finds it where it was; new ones at the end. */
export function inOrderOf(turns: readonly Turn[], before: readonly Turn[]): Turn[] {
  const rank = (turn: Turn) => {
    const same = before.findIndex((other) => sameTimes(other, turn));
    const known = same < 0 ? before.findIndex((other) => String(other.days) === String(turn.days)) : same;
    return known < 0 ? before.length : known;
  };
  return turns.map((turn) => [rank(turn), turn] as const).sort(([a], [b]) => a - b).map(([, turn]) => turn);
}

/** Runs of days, round the end of the week too: Sunday to Thursday is one. */
export function runsOf(days: readonly number[]): [first: number, last: number][] {
  if (days.length === 7) return [[0, 6]];
  const has = new Set(days);
  return days
    .filter((day) => !has.has((day + 6) % 7))
    .map((first) => {
      let last = first;
      while (has.has((last + 1) % 7)) last = (last + 1) % 7;
      return [first, last];
    });
}

export function minutesOf(week: Week): number {
  return week.flat().reduce((sum, [begin, end]) => sum + end - begin, 0);
}
