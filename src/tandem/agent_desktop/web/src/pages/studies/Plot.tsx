// Lines over the half hours of a day, as plain SVG; the values of one half hour stand below while it is pointed at.

import { type KeyboardEvent, useMemo, useState } from "react";
import { type Point, bandOf, pathOf, ticks, timeOfDay } from "./scale";

const WIDTH = 760;
const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 22;
const HALF_HOUR = 30;

export interface Series {
  name: string;
  /** Class of its colour: `before`, `after`, `need`, `plain`. */
  tone: string;
  values: readonly (number | null)[];
  dashed?: boolean;
  /** A step for each half hour instead of a line. */
  steps?: boolean;
}

export interface Band {
  name: string;
  low: readonly number[];
  high: readonly number[];
}

export function Plot({
  title,
  minutes,
  series,
  band,
  most,
  show,
}: {
  title: string;
  minutes: readonly number[];
  series: readonly Series[];
  band?: Band;
  /** The top of the axis, when it is not the largest value. */
  most?: number;
  show: (value: number) => string;
}) {
  const [at, setAt] = useState<number | null>(null);
  const scale = useMemo(() => {
    const values = [...series.flatMap((one) => one.values), ...(band?.high ?? [])].filter((value) => value !== null);
    const lines = ticks(most ?? Math.max(0, ...values));
    const top = lines.at(-1) ?? 1;
    const first = minutes[0] ?? 0;
    const span = Math.max(HALF_HOUR, (minutes.at(-1) ?? 0) + HALF_HOUR - first);
    return {
      lines,
      x: (minute: number) => LEFT + ((minute - first) / span) * (WIDTH - LEFT - RIGHT),
      y: (value: number) => TOP + (1 - Math.min(value, top) / top) * (HEIGHT - TOP - BOTTOM),
    };
  }, [series, band, minutes, most]);
  const { x, y } = scale;
  const middle = (index: number) => x((minutes[index] ?? 0) + HALF_HOUR / 2);

  const points = (one: Series): (Point | null)[] =>
    one.values.flatMap((value, index): (Point | null)[] => {
      if (value === null) return [null];
      const minute = minutes[index] ?? 0;
      return one.steps ? [[x(minute), y(value)], [x(minute + HALF_HOUR), y(value)]] : [[middle(index), y(value)]];
    });
  const area = band ? bandOf(band.low.map((value, index): Point => [middle(index), y(value)]), band.high.map((value, index): Point => [middle(index), y(value)])) : "";
  const every = minutes.length > 24 ? 4 : minutes.length > 10 ? 2 : 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    setAt((old) => Math.min(minutes.length - 1, Math.max(0, (old ?? (step > 0 ? -1 : minutes.length)) + step)));
  };
  const said = (value: number | null | undefined) => (value === null || value === undefined ? "–" : show(value));
  return (
    <figure className="plot">
      <figcaption>
        <b>{title}</b>
        <span className="plot-legend">
          {series.map((one) => (
            <span key={one.name} className={`plot-key line-${one.tone} ${one.dashed ? "dashed" : ""}`}>
              <svg width="18" height="8" aria-hidden="true">
                <path d="M0 4H18" />
              </svg>
              {one.name} <b className="num">{at === null ? "" : said(one.values[at])}</b>
            </span>
          ))}
          {band && (
            <span className="plot-key plot-key-band">
              {band.name} <b className="num">{at === null ? "" : `${said(band.low[at])} – ${said(band.high[at])}`}</b>
            </span>
          )}
          <span className="num quiet plot-time">{at === null ? "" : timeOfDay(minutes[at] ?? 0)}</span>
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={title}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => setAt(null)}
        onPointerLeave={() => setAt(null)}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const across = ((event.clientX - box.left) / box.width) * WIDTH;
          const index = Math.floor(((across - LEFT) / (WIDTH - LEFT - RIGHT)) * minutes.length);
          setAt(index >= 0 && index < minutes.length ? index : null);
        }}
      >
        {scale.lines.map((value) => (
          <g key={value}>
            <path className="plot-grid" d={`M${LEFT} ${y(value)}H${WIDTH - RIGHT}`} />
            <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {show(value)}
            </text>
          </g>
        ))}
        {minutes.map((minute, index) =>
          index % every === 0 ? (
            <text key={minute} x={x(minute)} y={HEIGHT - 6} textAnchor="middle">
              {timeOfDay(minute)}
            </text>
          ) : null,
        )}
        {area && <path className="plot-band" d={area} />}
        {series.map((one) => (
          <path key={one.name} className={`plot-line line-${one.tone} ${one.dashed ? "dashed" : ""}`} d={pathOf(points(one))} />
        ))}
        {at !== null && <path className="plot-cursor" d={`M${middle(at)} ${TOP}V${HEIGHT - BOTTOM}`} />}
      </svg>
    </figure>
  );
}
