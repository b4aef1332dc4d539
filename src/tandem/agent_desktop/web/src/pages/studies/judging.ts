// How figures are written, and what may be said of them. Pure.

import type { Measure, WaitAccuracy } from "../../generated/rest";

/** A value in its own unit; `signed` for differences. */
export function amount(value: number, unit: Measure["unit"], signed = false): string {
  const sign = signed && value > 0 ? "+" : "";
  if (unit === "share") return `${sign}${(value * 100).toFixed(1)}${signed ? "" : " %"}`;
  if (unit === "seconds") return `${sign}${value.toFixed(1)} s`;
  return `${sign}${Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0)}`;
}

/** Whether the difference is good, bad, or within chance. */
export function verdict(measure: Measure): "better" | "worse" | "unclear" | "neither" {
  if (measure.low <= 0 && measure.high >= 0) return "unclear";
  if (measure.better === "neither") return "neither";
  return measure.difference > 0 === (measure.better === "higher") ? "better" : "worse";
}

const GOOD = [0.78, 0.82] as const;
const ENOUGH = 100;

/** Too few waits say nothing. */
export function judged(row: Pick<WaitAccuracy, "coverage" | "count">): "few" | "good" | "narrow" | "wide" {
  if (row.coverage === null || row.count < ENOUGH) return "few";
  if (row.coverage < GOOD[0]) return "narrow";
  return row.coverage > GOOD[1] ? "wide" : "good";
}
