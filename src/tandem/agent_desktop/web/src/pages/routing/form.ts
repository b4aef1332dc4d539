// The routing plan as the form sees it: the document of docs/reference/routing-plan.md as plain JSON. Pure.

import type { FormEdit } from "../../generated/rest";

export type Both = string | { zh: string; en: string };
export type StepForm = string | { after?: string; or_predicted_over?: string; needs?: string };

export interface ActionForm {
  do: string;
  to?: string;
  text?: Record<string, string>;
}

export interface RuleForm extends ActionForm {
  when: string;
}

export interface QueueForm {
  name: Both;
  kind?: string;
  priority?: number;
  target?: string;
  handle?: string;
  steps?: StepForm[];
  hours?: string;
  closed?: ActionForm;
  closing?: string;
  overflow?: RuleForm[];
  sticky?: { prefer?: string; up_to?: string; within?: string };
  callback?: { first?: string; attempts?: number };
  rejoin_within?: string;
}

export interface AgentForm {
  skills?: Record<string, number>;
  site?: string;
  team?: string;
  /** The name of his shift; without: that of his team. */
  shift?: string;
  tasks?: number;
  /** Works for campaigns too; `only`: is given no callers. */
  outbound?: boolean | "only";
}

/** What a click on an agent's outbound mark says next: never, between callers, only; null takes it out of the plan. */
export function nextOutbound(now: AgentForm["outbound"]): true | "only" | null {
  if (now === "only") return null;
  return now ? "only" : true;
}

export interface HoursForm {
  timezone?: string;
  /** `mon-fri` -> `09:00-12:00 13:00-18:00`. */
  weekly: Record<string, string>;
  /** The country (`CN`) or part of one (`DE-BY`) whose public holidays it keeps. */
  holidays?: string;
  /** `2026-05-01` or `2026-10-01..2026-10-07`. */
  closed?: string[];
  /** Days with other hours than their weekday's. */
  open?: Record<string, string>;
}

/** Of hours and shifts that name none. */
export const USUAL_ZONE = "Asia/Shanghai";

/** When agents are expected at work. */
export interface ShiftForm extends HoursForm {
  /** Whose agents work it, unless they name a shift of their own. */
  teams?: string[];
}

export const EVERYWHERE = "everywhere";

/** When and how often customers may be called. */
export interface CallingForm {
  rules?: string;
  /** Beginning of a number (`+86`, `everywhere`) -> name of hours. */
  hours?: Record<string, string>;
  per_day?: number;
  never?: string[];
}

/** `86` -> `+86`; `everywhere` stays; null for what no number begins with. */
export function readBeginning(text: string): string | null {
  const given = text.trim().toLowerCase().replace(/[\s-]/g, "");
  if (given === EVERYWHERE) return given;
  const digits = /^(?:\+|00)?([1-9]\d{0,14})$/.exec(given)?.[1];
  return digits ? `+${digits}` : null;
}

/** Numbers with their country code, separated by commas or spaces; null when one of them is none. */
export function readNumbers(text: string): string[] | null {
  const numbers = text.split(/[\s,，、;]+/).filter(Boolean);
  return numbers.every((one) => /^\+[1-9]\d{5,14}$/.test(one)) ? [...new Set(numbers)] : null;
}

export interface PlanForm {
  queues: Record<string, QueueForm>;
  calling?: CallingForm;
  agents?: Record<string, AgentForm>;
  hours?: Record<string, HoursForm>;
  shifts?: Record<string, ShiftForm>;
}

export interface Need {
  skill: string;
  minimum: number;
}

export const ANYONE = "anyone";

/** `language:zh>=3 and vip` -> its parts; null when it is not written like that. `anyone` has none. */
export function readNeeds(text: string): Need[] | null {
  if (text.trim() === ANYONE || text.trim() === "") return [];
  const needs: Need[] = [];
  for (const part of text.split(/\s+and\s+/)) {
    const found = /^\s*([\w:.-]+?)\s*(?:>=\s*([1-5]))?\s*$/.exec(part);
    if (!found?.[1]) return null;
    needs.push({ skill: found[1], minimum: Number(found[2] ?? 1) });
  }
  return needs;
}

export function writeNeeds(needs: readonly Need[]): string {
  return needs.map((need) => `${need.skill}>=${need.minimum}`).join(" and ") || ANYONE;
}

export interface Step {
  after: string;
  predicted: string;
  needs: string;
}

export function readStep(step: StepForm): Step {
  if (typeof step === "string") return { after: "", predicted: "", needs: step };
  return { after: step.after ?? "", predicted: step.or_predicted_over ?? "", needs: step.needs ?? ANYONE };
}

export function writeStep({ after, predicted, needs }: Step): StepForm {
  if (!after && !predicted) return needs;
  return { after: after || "0 s", ...(predicted ? { or_predicted_over: predicted } : {}), needs };
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** `2 min` -> 120; 0 for what is no time. */
export function secondsOf(time: string): number {
  const found = /^([\d.]+)\s*(s|min|h|d)$/.exec(time.trim());
  return found ? Number(found[1]) * (UNIT_S[found[2] ?? "s"] ?? 1) : 0;
}

/** The steps with one more, such as somebody who adds one means it: the last in line asks for anyone; between it and
 * the one before comes one that asks for a level less.
 */
export function withAnotherStep(steps: readonly StepForm[]): StepForm[] {
  const read = steps.map(readStep);
  const last = read.at(-1);
  if (last === undefined) return [ANYONE];
  const after = secondsOf(last.after);
  if (last.needs !== ANYONE) return [...steps, { after: `${after + 10} s`, needs: ANYONE }];
  const before = read.at(-2);
  const needs = readNeeds(before?.needs ?? "") ?? [];
  const lower = needs.some((need) => need.minimum > 1)
    ? needs.map((need) => ({ ...need, minimum: Math.max(1, need.minimum - 1) }))
    : needs.slice(0, -1);
  if (before === undefined || lower.length === 0) return [...steps, { after: `${after + 10} s`, needs: ANYONE }];
  const middle = Math.round((secondsOf(before.after) + after) / 2);
  return [...steps.slice(0, -1), { after: `${middle} s`, needs: writeNeeds(lower) }, ...steps.slice(-1)];
}

/** `80% in 20 s` -> share in percent and the time; null when it is not written like that. */
export function readTarget(text: string | undefined): { percent: number; time: string } | null {
  const found = /^\s*([\d.]+)\s*%\s*in\s*(.+?)\s*$/.exec(text ?? "");
  return found?.[1] && found[2] ? { percent: Number(found[1]), time: found[2] } : null;
}

/** A time as the plan writes it: a bare number is seconds. Null when it is none; "" stays "". */
export function readTime(text: string): string | null {
  const given = text.trim();
  if (given === "") return "";
  const found = /^(\d+(?:\.\d+)?)\s*(s|min|h|d|秒|分钟?|小时|天)?$/.exec(given);
  if (!found?.[1]) return null;
  const units: Record<string, string> = { 秒: "s", 分: "min", 分钟: "min", 小时: "h", 天: "d" };
  const unit = found[2] ?? "s";
  return `${found[1]} ${units[unit] ?? unit}`;
}

export function bothOf(name: Both | undefined): { zh: string; en: string } {
  if (name === undefined) return { zh: "", en: "" };
  return typeof name === "string" ? { zh: name, en: name } : name;
}

/** All skills that anybody has or any step asks for, in order. */
export function skillsOf(form: PlanForm): string[] {
  const found = new Set<string>();
  for (const agent of Object.values(form.agents ?? {})) for (const skill of Object.keys(agent.skills ?? {})) found.add(skill);
  for (const queue of Object.values(form.queues)) {
    for (const step of queue.steps ?? []) for (const need of readNeeds(readStep(step).needs) ?? []) found.add(need.skill);
  }
  return [...found].sort();
}

const SPAN = /^([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/;

/** Times of a day as the plan writes them; null when they are none. */
export function readSpans(text: string): string | null {
  const spans = text.trim().replaceAll(",", " ").replace(/\s*-\s*/g, "-").split(/\s+/);
  if (spans.some((span) => !SPAN.test(span))) return null;
  return spans.join(" ");
}

const DAY = "(?:mon|tue|wed|thu|fri|sat|sun)";
const DAYS = new RegExp(`^${DAY}(?:-${DAY})?(?: ${DAY}(?:-${DAY})?)*$`);

/** `Mon-Fri` -> `mon-fri`; null when it names no days. */
export function readDays(text: string): string | null {
  const days = text.trim().toLowerCase().replaceAll(",", " ").replace(/\s+/g, " ");
  return DAYS.test(days) ? days : null;
}

const DATE = "\\d{4}-\\d{2}-\\d{2}";
const DATES = new RegExp(`^${DATE}(?:\\.\\.${DATE})?$`);

/** A list of days, separated by spaces or commas; null when one of them is none. */
export function readDates(text: string): string[] | null {
  const dates = text.replaceAll(",", " ").split(/\s+/).filter(Boolean);
  return dates.every((one) => DATES.test(one)) ? dates : null;
}

type Json = unknown;

function put(into: Json, path: readonly string[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(into)) {
    const list = [...into];
    const index = key === "-" ? list.length : Number(key);
    const next = rest.length > 0 ? put(list[index], rest, value) : value;
    if (next === null) list.splice(index, 1);
    else list[index] = next;
    return list;
  }
  const record = { ...((into ?? {}) as Record<string, Json>) };
  const next = rest.length > 0 ? put(record[key], rest, value) : value;
  if (next === null || next === undefined) delete record[key];
  else record[key] = next;
  return record;
}

/** What the server makes of edits, shown before it has answered. */
export function withEdits(form: PlanForm, edits: readonly FormEdit[]): PlanForm {
  return edits.reduce((changed, edit) => put(changed, edit.path, edit.value) as PlanForm, form);
}
