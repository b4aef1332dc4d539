// Where a value stands in a plot. Pure.

/** Round steps that cover 0..most: at most five of them. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? 10 * power;
  const found = [0];
  // The epsilon keeps 0.30000000000000004 from asking for one more line.
  while ((found.at(-1) ?? 0) < most - step * 1e-9) found.push(Number((found.length * step).toPrecision(12)));
  return found;
}

export type Point = [x: number, y: number];

/** SVG path data; a null begins anew behind a gap. */
export function pathOf(points: readonly (Point | null)[]): string {
  let pen = false;
  const parts: string[] = [];
  for (const point of points) {
    if (point === null) {
      pen = false;
      continue;
    }
    parts.push(`${pen ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`);
    pen = true;
  }
  return parts.join("");
}

/** The area between two lines of equal length. */
export function bandOf(low: readonly Point[], high: readonly Point[]): string {
  if (low.length === 0) return "";
  return `${pathOf(high)}${[...low].reverse().map(([x, y]) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join("")}Z`;
}

/** 0..1440 -> 09:30 */
export function timeOfDay(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
