// The bars of a waterfall. Pure.

import type { Waterfall } from "../../generated/rest";

export interface Bar {
  kind: "total" | "step" | "callable";
  /** What the contacts behind it are asked for by; null: all of them. */
  rule: string | null;
  count: number;
  /** Shares of the whole, 0..1: who remain after this step, who went by it. */
  left: number;
  gone: number;
  until: number | null;
  text: Record<string, string>;
}

/** All of them, each reason that takes some away, and who is left. Steps that take nobody away are not shown. */
export function barsOf(waterfall: Waterfall): Bar[] {
  const part = (count: number) => (waterfall.total > 0 ? count / waterfall.total : 0);
  return [
    { kind: "total", rule: null, count: waterfall.total, left: waterfall.total > 0 ? 1 : 0, gone: 0, until: null, text: {} },
    ...waterfall.steps
      .filter((step) => step.count > 0)
      .map((step): Bar => ({ kind: "step", rule: step.rule, count: step.count, left: part(step.left), gone: part(step.count), until: step.until, text: step.text })),
    { kind: "callable", rule: "yes", count: waterfall.callable_now, left: part(waterfall.callable_now), gone: 0, until: null, text: {} },
  ];
}
