// The day of a campaign in four plots over the same hours. Loaded when somebody looks: the plots' code is large.

import { Input } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import type { DaySeries } from "../../generated/rest";
import { Loading, Nothing } from "../../ui/bits";
import { useThemeName } from "../../ui/theme";
import { NotLoaded } from "../notices";
import { usePolled } from "../why/usePolled";
import { type Chart, type Palette, makeChart } from "./charts";
import { LinesNow } from "./LinesNow";
import { type PlotKind, type PlotWords, hasPoints, optionOf, plotKinds } from "./dayPlots";
import { count } from "./rows";
import { useCampaignSpeech } from "./speech";

const EVERY_MS = 30_000;

/** The colours of tokens.css as they are now: a canvas knows no variables. */
function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text-2"),
    quiet: of("text-3"),
    line: of("line"),
    surface: of("surface"),
    dialled: of("off"),
    good: of("ready"),
    busy: of("busy"),
    after: of("after"),
    bad: of("bad"),
    accent: of("accent"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

function Plot({ series, kind }: { series: DaySeries; kind: PlotKind }) {
  const { t } = useCampaignSpeech();
  const theme = useThemeName();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const words = useMemo<PlotWords>(
    () => ({
      dialled: t("sum.dialled"),
      answered: t("sum.answered"),
      abandoned: t("sum.abandoned"),
      idle: t("day.idle"),
      talking: t("day.talking"),
      wrapping: t("day.wrapping"),
      lines: t("gauge.pacing"),
      rate: t("gauge.answer_rate"),
    }),
    [t],
  );
  useEffect(() => {
    if (!box.current) return;
    const made = makeChart(box.current);
    chart.current = made;
    return () => {
      chart.current = null;
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.show(optionOf(kind, series, words, palette()));
    // The theme changes the palette.
  }, [kind, series, words, theme]);
  return (
    <figure className="panel day-plot">
      <figcaption>{t(`day.${kind}`)}</figcaption>
      {!hasPoints(kind, series) && <p className="day-empty quiet small">{t("day.no_points")}</p>}
      <div ref={box} className="day-canvas" role="img" aria-label={t(`day.${kind}`)} data-testid={`plot-${kind}`} />
    </figure>
  );
}

export default function DayView({ id }: { id: string }) {
  const { t } = useCampaignSpeech();
  const [day, setDay] = useState("");
  const load = useMemo(() => (signal: AbortSignal) => campaignsApi.day(id, day || null, signal), [id, day]);
  const { value, error, again } = usePolled(load, EVERY_MS);
  const sum = (key: "dialled" | "answered" | "abandoned" | "talked" | "machines") => count(value?.points.reduce((all, point) => all + point[key], 0));
  return (
    <div className="day scroll">
      <header className="day-head">
        <Input type="date" className="day-input" value={day || (value?.day ?? "")} aria-label={t("day.day")} onChange={(event) => setDay(event.target.value)} data-testid="day-input" />
        {value && <span className="quiet small">{t("day.zone", { zone: value.zone })}</span>}
        {value && value.points.length > 0 && (
          <dl className="day-sum">
            {(["dialled", "answered", "talked", "machines", "abandoned"] as const).map((key) => (
              <div key={key}>
                <dt>{t(`sum.${key}`)}</dt>
                <dd className="num">{sum(key)}</dd>
              </div>
            ))}
          </dl>
        )}
      </header>
      {value === null ? (
        error === null ? (
          <Loading rows={8} />
        ) : (
          <NotLoaded error={error} onAgain={again} />
        )
      ) : value.points.length === 0 ? (
        <Nothing icon="plot" title={t("day.none")}>
          {t("day.none_text")}
        </Nothing>
      ) : (
        <div className="day-plots">
          {plotKinds.map((kind) => (
            <Plot key={kind} kind={kind} series={value} />
          ))}
        </div>
      )}
      {value !== null && <LinesNow series={value} />}
    </div>
  );
}
