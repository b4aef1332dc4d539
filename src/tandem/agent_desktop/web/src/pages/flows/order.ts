import type { FlowStep, FlowView } from "../../generated/rest";

/** Steps as a caller meets them: breadth first from the start; what is never reached comes last. */
export function inReadingOrder(flow: Pick<FlowView, "start" | "steps">): FlowStep[] {
  const byId = new Map(flow.steps.map((step) => [step.id, step]));
  const seen = new Set<string>();
  const ordered: FlowStep[] = [];
  const queue = [flow.start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const step = byId.get(next);
    if (!step || seen.has(next)) continue;
    seen.add(next);
    ordered.push(step);
    for (const exit of step.exits) if (exit["to"]) queue.push(exit["to"]);
  }
  return [...ordered, ...flow.steps.filter((step) => !seen.has(step.id))];
}
