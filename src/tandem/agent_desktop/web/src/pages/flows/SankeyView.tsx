// Journeys of callers as a Sankey picture; what is pointed at or reached by the keyboard is said below.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { JourneyLink } from "../../generated/rest";
import { BAR_PX, type Bar, LAST_LABEL_PX, LETTER_PX, type Ribbon, fitted, sankey } from "./document/sankey";
import { useEndName } from "./ends";
import { useFlowSpeech } from "./speech";

const ROOM_PX = 340;
const FIRST_WIDE_PX = 900;

const toneOf = (name: string): string => {
  if (!name.startsWith("end:")) return name === "other" ? "other" : "step";
  const reason = name.split(":")[1] ?? "";
  return reason === "served" ? "good" : reason === "hung_up" || reason === "error" ? "bad" : "agent";
};

export function SankeyView({ links, onStep }: { links: readonly JourneyLink[]; onStep: (step: string) => void }) {
  const { t } = useFlowSpeech();
  const endName = useEndName();
  const [at, setAt] = useState<Bar | Ribbon | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(FIRST_WIDE_PX);
  const [more, setMore] = useState(false);
  const picture = useMemo(() => sankey(links, ROOM_PX, wide), [links, wide]);
  const look = () => {
    const box = area.current;
    if (box) setMore(box.scrollLeft + box.clientWidth < box.scrollWidth - 4);
  };
  useEffect(() => {
    const box = area.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setWide(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(look, [picture]);
  const total = useMemo(() => picture.bars.filter((bar) => bar.column === 0).reduce((sum, bar) => sum + bar.calls, 0), [picture]);
  const nameOf = (name: string) => (name.startsWith("end:") ? endName(name.slice(4)) : name === "other" ? t("numbers.other") : name);
  const share = (calls: number) => `${((calls / Math.max(1, total)) * 100).toFixed(1)} %`;
  const last = Math.max(...picture.bars.map((bar) => bar.column));
  const short = (bar: Bar) => fitted(nameOf(bar.name), (bar.column === last ? LAST_LABEL_PX : picture.column_px - BAR_PX) - 10 - (bar.calls.toLocaleString().length + 1) * LETTER_PX);
  const near = (ribbon: Ribbon) => at === null || at === ribbon || ("id" in at && (ribbon.from === at || ribbon.to === at));
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
    const ordered = [...picture.bars].sort((a, b) => a.column - b.column || a.y - b.y);
    if (by !== 0) {
      event.preventDefault();
      const index = at && "id" in at ? ordered.indexOf(at) : by > 0 ? -1 : ordered.length;
      setAt(ordered[Math.min(ordered.length - 1, Math.max(0, index + by))] ?? null);
    } else if (event.key === "Enter" && at && "id" in at && toneOf(at.name) === "step") onStep(at.name);
  };
  const said =
    at === null
      ? t("sankey.hint")
      : "id" in at
        ? t("sankey.bar", { name: nameOf(at.name), calls: at.calls.toLocaleString(), share: share(at.calls) })
        : t("sankey.ribbon", { from: nameOf(at.from.name), to: nameOf(at.to.name), calls: at.calls.toLocaleString(), share: share(at.calls) });
  return (
    <figure className="sankey" data-testid="sankey">
      <div className={`sankey-scroll ${more ? "more" : ""}`} ref={area} onScroll={look}>
        <svg width={picture.width} height={picture.height} role="img" aria-label={t("sankey.title")} aria-describedby="sankey-said" tabIndex={0} onKeyDown={onKeyDown} onPointerLeave={() => setAt(null)} onBlur={() => setAt(null)}>
          {picture.ribbons.map((ribbon) => (
            <path key={`${ribbon.from.id}>${ribbon.to.id}`} className={`ribbon ribbon-${toneOf(ribbon.to.name)} ${near(ribbon) ? "" : "far"}`} d={ribbon.path} strokeWidth={ribbon.thick} onPointerEnter={() => setAt(ribbon)} />
          ))}
          {picture.bars.map((bar) => (
            <g key={bar.id} className={`bar-group tone-${toneOf(bar.name)} ${at === bar ? "on" : ""}`} onPointerEnter={() => setAt(bar)} onClick={() => toneOf(bar.name) === "step" && onStep(bar.name)}>
              <rect x={bar.x} y={bar.y} width={BAR_PX} height={bar.height} rx={2} />
              <text x={bar.x + BAR_PX + 5} y={bar.y + bar.height / 2 + 4}>
                <title>{nameOf(bar.name)}</title>
                {short(bar)}
                <tspan className="sankey-count" dx="5">
                  {bar.calls.toLocaleString()}
                </tspan>
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption id="sankey-said" role="status" className={at === null ? "quiet" : ""}>
        <bdi>{said}</bdi>
        {more && <span className="sankey-more"> {t("sankey.more")} →</span>}
      </figcaption>
    </figure>
  );
}
