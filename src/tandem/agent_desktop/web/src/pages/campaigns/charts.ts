// ECharts by parts: bars and lines on a canvas, nothing else. Its tooltip is drawn too ("richText"), because one made
// of HTML needs inline styles, which the page's policy forbids, and would read names as markup.

import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from "echarts/charts";
import { GridComponent, type GridComponentOption, LegendComponent, type LegendComponentOption, TooltipComponent, type TooltipComponentOption } from "echarts/components";
import { type ComposeOption, connect, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>;

export interface Palette {
  text: string;
  quiet: string;
  line: string;
  surface: string;
  dialled: string;
  good: string;
  busy: string;
  after: string;
  bad: string;
  accent: string;
  font: string;
}

export interface Chart {
  show(option: ChartOption): void;
  dispose(): void;
}

/** One pointer over all plots of the page. */
const TOGETHER = "day";

export function makeChart(box: HTMLElement): Chart {
  const chart = init(box, null, { renderer: "canvas" });
  chart.group = TOGETHER;
  connect(TOGETHER);
  const observer = new ResizeObserver(() => chart.resize());
  observer.observe(box);
  return {
    show: (option) => chart.setOption(option, { notMerge: true }),
    dispose: () => {
      observer.disconnect();
      chart.dispose();
    },
  };
}
