// What the plots of a day show. Pure: an ECharts option from the server's points.

import type { DayPoint, DaySeries } from "../../generated/rest";
import { timeIn, zoneOf } from "../../zones";
import type { ChartOption, Palette } from "./charts";

export const plotKinds = ["calls", "agents", "pacing", "rate"] as const;
export type PlotKind = (typeof plotKinds)[number];

export interface PlotWords {
  dialled: string;
  answered: string;
  abandoned: string;
  idle: string;
  talking: string;
  wrapping: string;
  lines: string;
  rate: string;
}

type Value = number | null;
/** So few are no line yet: they are drawn as dots. */
const FEW_POINTS = 3;

function line(name: string, color: string, data: Value[], more: object = {}) {
  return { type: "line" as const, name, data, color, showSymbol: data.filter((value) => value !== null).length < FEW_POINTS, lineStyle: { width: 2 }, connectNulls: false, ...more };
}

function area(name: string, color: string, data: Value[]) {
  return line(name, color, data, { stack: "agents", lineStyle: { width: 0 }, areaStyle: { opacity: 0.75 } });
}

function bars(name: string, color: string, data: Value[], more: object = {}) {
  return { type: "bar" as const, name, data, color, barGap: "-100%", barCategoryGap: "12%", ...more };
}

const decimals: Record<PlotKind, number> = { calls: 0, agents: 1, pacing: 2, rate: 0 };

/** Whether the day has anything for this plot: what agents did is known only of times at which a server looked. */
export function hasPoints(kind: PlotKind, series: DaySeries): boolean {
  if (kind === "calls") return true;
  const of = { agents: "agents_talking", pacing: "lines_per_agent", rate: "answer_rate" } as const;
  return series.points.some((point) => point[of[kind]] !== null);
}

export function optionOf(kind: PlotKind, series: DaySeries, words: PlotWords, colors: Palette): ChartOption {
  const { zone } = zoneOf(series.zone);
  const of = (read: (point: DayPoint) => Value) => series.points.map(read);
  const said = (value: unknown) => (typeof value !== "number" ? "–" : kind === "rate" ? `${Math.round(value * 100)} %` : value.toFixed(decimals[kind]));
  const drawn = {
    // Who answered is a part of who was dialled, who met nobody a part of who answered: drawn one in front of the other.
    calls: () => [bars(words.dialled, colors.dialled, of((point) => point.dialled), { itemStyle: { opacity: 0.45 } }), bars(words.answered, colors.good, of((point) => point.answered)), bars(words.abandoned, colors.bad, of((point) => point.abandoned))],
    agents: () => [area(words.talking, colors.busy, of((point) => point.agents_talking)), area(words.wrapping, colors.after, of((point) => point.agents_wrapping)), area(words.idle, colors.good, of((point) => point.agents_idle))],
    pacing: () => [line(words.lines, colors.accent, of((point) => point.lines_per_agent))],
    rate: () => [line(words.rate, colors.accent, of((point) => point.answer_rate), { areaStyle: { opacity: 0.12 } })],
  }[kind]();
  return {
    animation: false,
    textStyle: { fontFamily: colors.font },
    grid: { left: 44, right: 14, top: drawn.length > 1 ? 34 : 14, bottom: 26 },
    legend: { show: drawn.length > 1, top: 0, left: 36, itemWidth: 12, itemHeight: 8, textStyle: { color: colors.text, fontSize: 12 }, inactiveColor: colors.line },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: colors.surface,
      borderColor: colors.line,
      textStyle: { color: colors.text, fontSize: 12 },
      valueFormatter: said,
    },
    xAxis: {
      type: "category",
      data: series.points.map((point) => timeIn(zone, point.at)),
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { color: colors.quiet, fontSize: 11, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      min: 0,
      ...(kind === "calls" ? { minInterval: 1 } : {}),
      splitLine: { lineStyle: { color: colors.line, opacity: 0.6 } },
      axisLabel: { color: colors.quiet, fontSize: 11, formatter: (value: number) => (kind === "rate" ? `${Math.round(value * 100)} %` : String(value)) },
    },
    series: drawn,
  } as ChartOption;
}
