// Who works which shift, and the edits that change it. Pure.

import type { FormEdit, PlanProblem } from "../../generated/rest";
import { type PlanForm, type ShiftForm, USUAL_ZONE } from "./form";

const NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;
const NEW_SHIFT: ShiftForm = { timezone: USUAL_ZONE, weekly: { "mon-fri": "09:00-12:00 13:00-18:00" } };

const collator = new Intl.Collator(undefined, { numeric: true });

export interface Crew {
  /** Who names it himself, in order. */
  own: string[];
  /** All who work it: these, and those who come with their team. */
  logins: string[];
}

export interface Crews {
  of: ReadonlyMap<string, Crew>;
  /** Agents who work no shift. */
  without: number;
}

/** Team -> the shift that its agents work. */
export function shiftsOfTeams(form: PlanForm): ReadonlyMap<string, string> {
  return new Map(Object.entries(form.shifts ?? {}).flatMap(([name, shift]) => (shift.teams ?? []).map((team) => [team, name] as const)));
}

/** Shift -> who works it: his own shift goes before that of his team. */
export function crewsOf(form: PlanForm): Crews {
  const of = new Map<string, Crew>(Object.keys(form.shifts ?? {}).map((name) => [name, { own: [], logins: [] }]));
  const shiftOf = shiftsOfTeams(form);
  let without = 0;
  for (const [login, agent] of Object.entries(form.agents ?? {})) {
    const crew = of.get(agent.shift ?? shiftOf.get(agent.team ?? "") ?? "");
    if (crew === undefined) {
      without += 1;
      continue;
    }
    crew.logins.push(login);
    if (agent.shift !== undefined) crew.own.push(login);
  }
  for (const crew of of.values()) crew.own.sort(collator.compare);
  return { of, without };
}

/** Every team that an agent is of, or a shift names, and how many are of it; in order. */
export function teamsOf(form: PlanForm): [team: string, agents: number][] {
  const count = new Map<string, number>();
  for (const shift of Object.values(form.shifts ?? {})) for (const team of shift.teams ?? []) count.set(team, 0);
  for (const agent of Object.values(form.agents ?? {})) if (agent.team) count.set(agent.team, (count.get(agent.team) ?? 0) + 1);
  return [...count].sort(([a], [b]) => collator.compare(a, b));
}

export function mayBeCalled(form: PlanForm, name: string): boolean {
  return NAME.test(name) && !Object.hasOwn(form.shifts ?? {}, name);
}

/** `day` -> `day-2`, or the next that is free. */
export function copyName(form: PlanForm, name: string): string {
  const stem = name.replace(/-\d{1,4}$/, "").slice(0, 58);
  for (let number = 2; ; number += 1) if (mayBeCalled(form, `${stem}-${number}`)) return `${stem}-${number}`;
}

/** Its time zone is that of the shifts that are there. */
export function added(form: PlanForm, name: string): FormEdit[] {
  const timezone = Object.values(form.shifts ?? {})[0]?.timezone ?? Object.values(form.hours ?? {})[0]?.timezone;
  return [{ path: ["shifts", name], value: { ...NEW_SHIFT, ...(timezone ? { timezone } : {}) } }];
}

/** All but its teams: a team works one shift only. */
export function copied(form: PlanForm, name: string, copy: string): FormEdit[] {
  return [{ path: ["shifts", copy], value: { ...form.shifts?.[name], teams: undefined } }];
}

export function removed(form: PlanForm, name: string): FormEdit[] {
  const last = Object.keys(form.shifts ?? {}).length === 1;
  return [...ofOwn(form, name, null), { path: last ? ["shifts"] : ["shifts", name], value: null }];
}

/** The shift keeps its place among the others, and who works it. */
export function renamed(form: PlanForm, name: string, next: string): FormEdit[] {
  const shifts = Object.entries(form.shifts ?? {}).map(([old, shift]) => [old === name ? next : old, shift]);
  return [...ofOwn(form, name, next), { path: ["shifts"], value: Object.fromEntries(shifts) }];
}

function ofOwn(form: PlanForm, name: string, value: string | null): FormEdit[] {
  return Object.entries(form.agents ?? {})
    .filter(([, agent]) => agent.shift === name)
    .map(([login]) => ({ path: ["agents", login, "shift"], value }));
}

/** These teams work it, and no other shift any more. */
export function withTeams(form: PlanForm, name: string, teams: readonly string[]): FormEdit[] {
  const left = Object.entries(form.shifts ?? {}).flatMap(([other, shift]) => {
    const kept = (shift.teams ?? []).filter((team) => !teams.includes(team));
    if (other === name || kept.length === (shift.teams ?? []).length) return [];
    return [{ path: ["shifts", other, "teams"], value: kept.length > 0 ? kept : null }];
  });
  return [...left, { path: ["shifts", name, "teams"], value: teams.length > 0 ? [...teams] : null }];
}

/** Just these agents name it themselves. */
export function withOwn(form: PlanForm, name: string, logins: readonly string[]): FormEdit[] {
  const chosen = new Set(logins);
  const gone = ofOwn(form, name, null).filter(({ path }) => !chosen.has(path[1] ?? ""));
  const come = logins.filter((login) => form.agents?.[login]?.shift !== name).map((login) => ({ path: ["agents", login, "shift"], value: name }));
  return [...gone, ...come];
}

/** What was found wrong at this place of the form, or below it. */
export function problemsAt(problems: readonly PlanProblem[], path: readonly string[]): PlanProblem[] {
  return problems.filter((problem) => path.every((part, index) => problem.path[index] === part));
}
