// A Sankey picture of journeys: columns are the callers' 1st, 2nd, 3rd ... step, ribbons are callers. Pure.

import type { JourneyLink } from "../../../generated/rest";

export interface Bar {
  id: string;
  /** A step, `end:...` or `other`. */
  name: string;
  column: number;
  calls: number;
  x: number;
  y: number;
  height: number;
}

export interface Ribbon {
  from: Bar;
  to: Bar;
  calls: number;
  thick: number;
  path: string;
}

export interface Sankey {
  width: number;
  height: number;
  /** From one column to the next. */
  column_px: number;
  bars: readonly Bar[];
  ribbons: readonly Ribbon[];
}

export const BAR_PX = 12;
const LEAST_COLUMN_PX = 136;
const MOST_COLUMN_PX = 240;
/** Behind the last column: its labels. */
export const LAST_LABEL_PX = 200;
const GAP_PX = 16;
const SIDE_PX = 8;
const TOP_PX = 8;
const LEAST_PX = 2;
const SWEEPS = 6;

/** Callers of at most so many steps are drawn; the rest of longer journeys is left out. */
export const MOST_COLUMNS = 14;

const idOf = (column: number, name: string) => `${column}:${name}`;

export function sankey(links: readonly JourneyLink[], room_px: number, wide_px: number): Sankey {
  const used = links.filter((link) => link.calls > 0 && link.depth < MOST_COLUMNS);
  if (used.length === 0) return { width: 0, height: 0, column_px: 0, bars: [], ribbons: [] };
  const deepest = Math.max(...used.map((link) => link.depth)) + 1;
  const around = SIDE_PX * 2 + BAR_PX + LAST_LABEL_PX;
  const column_px = Math.round(Math.min(MOST_COLUMN_PX, Math.max(LEAST_COLUMN_PX, (wide_px - around) / deepest)));
  const bars = new Map<string, Bar>();
  const flow = new Map<string, { in: number; out: number }>();
  const bar = (column: number, name: string): Bar => {
    const id = idOf(column, name);
    let found = bars.get(id);
    if (!found) {
      found = { id, name, column, calls: 0, x: SIDE_PX + column * column_px, y: 0, height: 0 };
      bars.set(id, found);
      flow.set(id, { in: 0, out: 0 });
    }
    return found;
  };
  const ends: { from: Bar; to: Bar; calls: number }[] = [];
  for (const link of used) {
    const from = bar(link.depth, link.source);
    const to = bar(link.depth + 1, link.target);
    ends.push({ from, to, calls: link.calls });
    (flow.get(from.id) as { out: number }).out += link.calls;
    (flow.get(to.id) as { in: number }).in += link.calls;
  }
  for (const one of bars.values()) one.calls = Math.max(flow.get(one.id)?.in ?? 0, flow.get(one.id)?.out ?? 0);

  const columns: Bar[][] = [];
  for (const one of bars.values()) (columns[one.column] ??= []).push(one);
  const filled = columns.filter(Boolean);
  for (const column of filled) column.sort((a, b) => b.calls - a.calls || a.name.localeCompare(b.name));

  const scale = Math.min(...filled.map((column) => Math.max(40, room_px - 2 * TOP_PX - GAP_PX * (column.length - 1)) / column.reduce((sum, one) => sum + one.calls, 0)));
  for (const one of bars.values()) one.height = Math.max(LEAST_PX, one.calls * scale);
  const stack = (column: Bar[]) => {
    let y = TOP_PX;
    for (const one of column) {
      one.y = y;
      y += one.height + GAP_PX;
    }
  };
  filled.forEach(stack);
  // Each bar moves towards the middle of what it is connected with, to and fro, so that few ribbons cross.
  const middle = (one: Bar) => one.y + one.height / 2;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const back = sweep % 2 === 1;
    for (const column of back ? [...filled].reverse() : filled) {
      const weight = new Map<Bar, number>();
      for (const one of column) {
        const near = ends.filter((end) => (back ? end.from === one : end.to === one));
        const sum = near.reduce((total, end) => total + end.calls, 0);
        weight.set(one, sum === 0 ? middle(one) : near.reduce((total, end) => total + middle(back ? end.to : end.from) * end.calls, 0) / sum);
      }
      column.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
      stack(column);
    }
  }
  const height = Math.max(...[...bars.values()].map((one) => one.y + one.height)) + TOP_PX;
  for (const column of filled) {
    const last = column.at(-1) as Bar;
    const shift = (height - TOP_PX - last.y - last.height) / 2;
    for (const one of column) one.y += shift;
  }
  const leave = new Map<Bar, number>();
  const arrive = new Map<Bar, number>();
  const ribbons = new Map<(typeof ends)[number], Ribbon>();
  const starts = new Map<(typeof ends)[number], number>();
  for (const end of [...ends].sort((a, b) => middle(a.to) - middle(b.to))) {
    starts.set(end, leave.get(end.from) ?? end.from.y);
    leave.set(end.from, (leave.get(end.from) ?? end.from.y) + end.calls * scale);
  }
  for (const end of [...ends].sort((a, b) => middle(a.from) - middle(b.from))) {
    const thick = end.calls * scale;
    const y1 = (starts.get(end) ?? end.from.y) + thick / 2;
    const y2 = (arrive.get(end.to) ?? end.to.y) + thick / 2;
    arrive.set(end.to, (arrive.get(end.to) ?? end.to.y) + thick);
    const x1 = end.from.x + BAR_PX;
    const x2 = end.to.x;
    const bend = (x1 + x2) / 2;
    ribbons.set(end, { ...end, thick: Math.max(1, thick), path: `M${x1} ${y1.toFixed(1)}C${bend} ${y1.toFixed(1)} ${bend} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}` });
  }
  return { width: around + deepest * column_px, height, column_px, bars: [...bars.values()], ribbons: [...ribbons.values()] };
}

/** Of a label, about. */
export const LETTER_PX = 6.5;
/** Chinese characters are twice as wide. */
const widthOf = (letter: string) => (letter > "\u2e80" ? 2 : 1) * LETTER_PX;

/** What of a label fits into `room_px`. */
export function fitted(text: string, room_px: number): string {
  let used = 0;
  const letters = [...text];
  for (const [index, letter] of letters.entries()) {
    used += widthOf(letter);
    if (used > room_px) return `${letters.slice(0, Math.max(1, index - 1)).join("")}…`;
  }
  return text;
}
