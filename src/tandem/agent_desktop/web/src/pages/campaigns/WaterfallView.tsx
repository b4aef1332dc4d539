// Why it does not dial whom: from all contacts down to those who may be called now. A bar opens the contacts behind it.

import { useMemo } from "react";
import { campaignsApi } from "../../campaignsApi";
import type { Waterfall } from "../../generated/rest";
import { navigate } from "../../router";
import { Loading, Until } from "../../ui/bits";
import { NotLoaded } from "../notices";
import { usePolled } from "../why/usePolled";
import { useTimes } from "../zone";
import { LeadTable } from "./LeadTable";
import { pathOfCampaign } from "./paths";
import { count } from "./rows";
import { useCampaignSpeech } from "./speech";
import { barsOf } from "./waterfall";

const EVERY_MS = 5_000;

function Bars({ waterfall, reason, onReason }: { waterfall: Waterfall; reason: string | null; onReason: (rule: string | null) => void }) {
  const { t, w, pick } = useCampaignSpeech();
  const { named } = useTimes();
  return (
    <ol className="waterfall" data-testid="waterfall">
      {barsOf(waterfall).map((bar) => {
        const on = bar.rule === reason;
        const title = bar.kind === "total" ? t("waterfall.total") : bar.kind === "callable" ? t("waterfall.callable") : w("gate", bar.rule);
        const text = pick(bar.text);
        return (
          <li key={bar.rule ?? bar.kind} className={`fall fall-${bar.kind} ${on ? "on" : ""}`} data-rule={bar.rule ?? ""}>
            <button type="button" aria-pressed={on} onClick={() => onReason(on ? null : bar.rule)}>
              <span className="fall-head">
                <b>{title}</b>
                {bar.until !== null && <span className="mark num">{t("waterfall.until", { time: named(bar.until) })}</span>}
                <span className="fall-count num">
                  {bar.kind === "step" && "−"}
                  {count(bar.count)}
                </span>
              </span>
              <span className="fall-bar" aria-hidden="true">
                {bar.left > 0 && <i className="fall-left" style={{ width: `${bar.left * 100}%` }} />}
                {bar.gone > 0 && <i className="fall-gone" style={{ left: `${bar.left * 100}%`, width: `${bar.gone * 100}%` }} />}
              </span>
              {bar.kind === "callable" && (waterfall.restricted > 0 || waterfall.again_at !== null) && (
                <span className="fall-text quiet small">
                  {waterfall.restricted > 0 && t("waterfall.restricted", { count: count(waterfall.restricted) })}{" "}
                  {waterfall.again_at !== null && (
                    <>
                      {t("waterfall.next")} <Until at={waterfall.again_at} /> ({named(waterfall.again_at)})
                    </>
                  )}
                </span>
              )}
              {bar.kind === "step" && text.toLowerCase() !== title.toLowerCase() && (
                <span className="fall-text quiet small">
                  <bdi>{text}</bdi>
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

export function WaterfallView({ id, reason }: { id: string; reason: string | null }) {
  const { t } = useCampaignSpeech();
  const { seconds, place } = useTimes();
  const load = useMemo(() => (signal: AbortSignal) => campaignsApi.waterfall(id, signal), [id]);
  const { value, error, again } = usePolled(load, EVERY_MS);
  if (value === null) return error === null ? <Loading rows={8} /> : <NotLoaded error={error} onAgain={again} />;
  return (
    <div className="waterfall-view">
      <section className="panel fill">
        <header className="panel-head">
          <h2>{t("view.waterfall")}</h2>
          <span className="panel-extra quiet small">{t("waterfall.counted", { time: `${seconds(value.at)} ${place}` })}</span>
        </header>
        <div className="scroll">
          <Bars waterfall={value} reason={reason} onReason={(rule) => navigate(pathOfCampaign(id, "waterfall", rule ? { reason: rule } : {}), { replace: true })} />
        </div>
      </section>
      <LeadTable key={reason} id={id} reason={reason} filters={false} />
    </div>
  );
}
