import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import type { ExitEdgeType } from "./boxes";

/** How far a line that leads back goes around. */
const AROUND_PX = 46;

function backPath(fromX: number, fromY: number, toX: number, toY: number): string {
  const low = Math.max(fromY, toY) + 90 + Math.min(60, Math.abs(fromX - toX) / 12);
  const right = fromX + AROUND_PX;
  const left = toX - AROUND_PX;
  return `M${fromX} ${fromY}C${right} ${fromY} ${right} ${low} ${fromX - 10} ${low}L${toX + 10} ${low}C${left} ${low} ${left} ${toY} ${toX} ${toY}`;
}

function Line({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected }: EdgeProps<ExitEdgeType>) {
  const [ahead] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, curvature: 0.3 });
  const path = targetX < sourceX - 20 ? backPath(sourceX, sourceY, targetX, targetY) : ahead;
  const classes = ["exit-line", `line-${data?.tone ?? "main"}`];
  if (data?.count === 0) classes.push("never");
  else if (data?.count !== null && data?.count !== undefined) classes.push("taken");
  if (selected) classes.push("selected");
  if (data?.dimmed) classes.push("dimmed");
  return <BaseEdge id={id} path={path} className={classes.join(" ")} style={{ strokeWidth: data?.thick ?? 1.6 }} interactionWidth={16} />;
}

export const ExitEdge = memo(Line);
