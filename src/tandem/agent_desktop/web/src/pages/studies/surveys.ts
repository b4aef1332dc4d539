// What callers answered, as the table shows it. Pure.

import type { SurveyLine } from "../../generated/rest";

/** With fewer answers a mean says nothing of the agent or the queue. */
export const FEW = 10;
export const DAY_S = 86_400;

/** `4.25` of 1 to 5; of yes or no the share of yes. */
export function meanText(line: SurveyLine): string {
  if (line.mean === null) return "–";
  return line.scale === "yes_no" ? `${(line.mean * 100).toFixed(0)} %` : line.mean.toFixed(2);
}

export interface Part {
  answer: string;
  count: number;
  /** 0..1 of all answers. */
  share: number;
}

/** Worst answer first, as a bar is read from the left. */
export function partsOf(line: SurveyLine): Part[] {
  return Object.entries(line.counts)
    .map(([answer, count]) => ({ answer, count, share: line.answered > 0 ? count / line.answered : 0 }))
    .sort((a, b) => Number(a.answer) - Number(b.answer));
}

/** Questions in the order of their first line. */
export function questionsOf(lines: readonly SurveyLine[]): string[] {
  return [...new Set(lines.map((line) => line.question))];
}

/** Midnight of the day `days - 1` days ago, in the reader's zone. */
export function sinceDays(now: number, days: number): number {
  const day = new Date((now - (days - 1) * DAY_S) * 1000);
  day.setHours(0, 0, 0, 0);
  return day.getTime() / 1000;
}
