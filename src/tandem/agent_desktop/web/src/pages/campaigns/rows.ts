// What the campaigns' table makes of summaries and live rows. Pure.

import type { CampaignRow } from "../../generated/live";
import type { CampaignSummary } from "../../generated/rest";

export const states = ["running", "paused", "draining", "draft", "stopped", "completed"] as const;
export type CampaignState = (typeof states)[number];

export const modes = ["manual", "preview", "progressive", "power", "predictive", "agentless"] as const;
export type CampaignMode = (typeof modes)[number];

/** A campaign as the table shows it: what it is, and, once the channel has said it, how it is going. */
export interface CampaignLine {
  id: string;
  name: string;
  state: string;
  mode: string;
  modeSet: string;
  row: CampaignRow | null;
  why: string;
}

/** The live row knows better; what only the live channel knows yet (created a second ago) is shown as well. */
export function campaignLines(summaries: readonly CampaignSummary[], rows: ReadonlyMap<string, CampaignRow> | null): CampaignLine[] {
  const lines = summaries.map((one): CampaignLine => {
    const row = rows?.get(one.id) ?? null;
    return {
      id: one.id,
      name: row?.name ?? one.name,
      state: row?.state ?? one.state,
      mode: row?.mode ?? one.mode,
      modeSet: row?.mode_set ?? one.mode,
      row,
      why: one.why,
    };
  });
  const known = new Set(summaries.map((one) => one.id));
  for (const row of rows?.values() ?? []) {
    if (!known.has(row.id)) lines.push({ id: row.id, name: row.name, state: row.state, mode: row.mode, modeSet: row.mode_set, row, why: "" });
  }
  return lines;
}

export function stateRank(state: string): number {
  const rank = (states as readonly string[]).indexOf(state);
  return rank < 0 ? states.length : rank;
}

export function matches(line: CampaignLine, words: readonly string[]): boolean {
  const text = `${line.id} ${line.name}`.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

export type Verb = "start" | "pause" | "drain" | "stop";

/** The state that each button asks for. */
export const stateAfter: Record<Verb, "running" | "paused" | "draining" | "stopped"> = {
  start: "running",
  pause: "paused",
  drain: "draining",
  stop: "stopped",
};

/** What can be done with a campaign in this state, most likely first. */
export function verbsFor(state: string): readonly Verb[] {
  switch (state) {
    case "running":
      return ["pause", "drain", "stop"];
    case "paused":
      return ["start", "drain", "stop"];
    case "draining":
      return ["start", "stop"];
    default:
      return ["start"];
  }
}

export type BudgetTone = "good" | "near" | "over" | "none";

/** How a share of abandoned calls stands against its limit. Near: four fifths of it are used. */
export function budgetTone(ratio: number | null, limit: number): BudgetTone {
  if (ratio === null) return "none";
  if (ratio > limit) return "over";
  return ratio >= limit * 0.8 ? "near" : "good";
}

/** Where the limit stands on a budget's bar, 0..1: there is room to see how far over it something is. */
export const LIMIT_AT = 0.75;

/** Length of a budget's bar, 0..1. */
export function barLength(ratio: number | null, limit: number): number {
  if (ratio === null || ratio <= 0) return 0;
  return limit > 0 ? Math.min(1, (ratio / limit) * LIMIT_AT) : 1;
}

/** 0.0183 -> "1.83 %": shares near three per cent need their decimals. */
export function percent(value: number | null, digits = 1): string {
  return value === null ? "–" : `${(value * 100).toFixed(digits)} %`;
}

/** 12,345 in groups, as both languages write it. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}

/** Somebody talks, or is dialled: that no further call begins is nothing to worry about. */
function atWork(row: CampaignRow): boolean {
  return row.ringing + row.agents_talking + row.agents_wrapping > 0;
}

/** The one sentence that matters: why nothing is dialled, else why the last was. */
export function sentenceOf(row: CampaignRow | null): { text: Record<string, string>; stuck: boolean } | null {
  if (!row) return null;
  if (Object.keys(row.why_not).length > 0) return { text: row.why_not, stuck: row.state === "running" && !atWork(row) };
  return Object.keys(row.why).length > 0 ? { text: row.why, stuck: false } : null;
}
