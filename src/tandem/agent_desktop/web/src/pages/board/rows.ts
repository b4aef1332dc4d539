// What the board makes of its rows. Pure.

import type { SeatRow, WaitingRow } from "../../generated/live";

/** How near a caller is to an agent: being rung, in line, still in the menu. */
const NEARNESS: Readonly<Record<string, number>> = { ringing: 0, offered: 0, queued: 1, ivr: 2 };

/**
 * Callers to whom nobody talks yet, in the order of the one line: those who are being rung first, then by place; those
 * still in the menu last.
 */
export function waitingCallers(calls: Iterable<WaitingRow>): WaitingRow[] {
  const none = Number.MAX_SAFE_INTEGER;
  const nearness = (call: WaitingRow) => NEARNESS[call.phase] ?? 9;
  return [...calls]
    .filter((call) => call.phase in NEARNESS)
    .sort(
      (a, b) =>
        nearness(a) - nearness(b) ||
        (a.place ?? none) - (b.place ?? none) ||
        a.since - b.since ||
        a.call.localeCompare(b.call),
    );
}

export type SeatGroup = "ready" | "busy" | "working_after_call" | "not_ready" | "offline";

export const seatGroups: readonly SeatGroup[] = ["ready", "busy", "working_after_call", "not_ready", "offline"];

export function groupOf(seat: SeatRow): SeatGroup {
  if (seat.state === "busy" || seat.state === "working_after_call") return seat.state;
  if (!seat.online || seat.state === "logged_off") return "offline";
  return seat.state === "ready" ? "ready" : "not_ready";
}

export function countGroups(seats: Iterable<SeatRow>): Record<SeatGroup, number> {
  const counts: Record<SeatGroup, number> = { ready: 0, busy: 0, working_after_call: 0, not_ready: 0, offline: 0 };
  for (const seat of seats) counts[groupOf(seat)] += 1;
  return counts;
}

export function matchesSeat(seat: SeatRow, words: readonly string[], queueName: (id: string) => string): boolean {
  const text = [
    seat.login,
    seat.name,
    seat.device,
    seat.with_name,
    seat.with_number,
    seat.queue ? `${seat.queue} ${queueName(seat.queue)}` : "",
    Object.keys(seat.skills).join(" "),
  ]
    .join(" ")
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

/** `product:cards` 4, `language:zh` 5 -> "cards 4 · zh 5", best first. */
export function skillsText(skills: Record<string, number>): string {
  return Object.entries(skills)
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([skill, level]) => `${skill.slice(skill.indexOf(":") + 1)} ${level}`)
    .join(" · ");
}

export type Health = "good" | "fair" | "bad";

/** How a service level looks against the usual 80 % goal. */
export function health(level: number | null): Health | null {
  if (level === null) return null;
  if (level >= 0.8) return "good";
  return level >= 0.6 ? "fair" : "bad";
}
