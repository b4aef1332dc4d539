// Every decision of the pacing, newest first: how many were launched, out of what, in one sentence.

import { Button } from "antd";
import { useCallback, useEffect, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import type { PacingDecision } from "../../generated/rest";
import { Loading, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { NotLoaded } from "../notices";
import { useTimes } from "../zone";
import { Evidence } from "./LeadPanel";
import { useCampaignSpeech } from "./speech";

const EVERY_MS = 5_000;

/** The newest page again and again; older ones when asked. Nothing that was read is taken off the screen. */
function useDecisions(id: string) {
  const [decisions, setDecisions] = useState<ReadonlyMap<number, PacingDecision> | null>(null);
  const [older, setOlder] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(
    (before: number | null, signal?: AbortSignal) =>
      campaignsApi.decisions(id, before, signal).then(
        (page) => {
          setDecisions((old) => new Map([...(old ?? []), ...page.decisions.map((one) => [one.number, one] as const)]));
          setOlder((old) => (before === null && old !== null ? old : page.before));
          setError(null);
        },
        (problem: unknown) => {
          if (!signal?.aborted) setError(problem);
        },
      ),
    [id],
  );
  useEffect(() => {
    const controller = new AbortController();
    const ask = () => {
      if (document.visibilityState !== "hidden") void load(null, controller.signal);
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [load]);
  return { decisions, older, error, load };
}

function Decision({ decision }: { decision: PacingDecision }) {
  const { t, pick } = useCampaignSpeech();
  const { seconds, place } = useTimes();
  const [open, setOpen] = useState(false);
  return (
    <li data-testid="pacing-decision">
      <button type="button" className="decision-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={11} />
        <time className="num quiet">
          {seconds(decision.at)} {place}
        </time>
        <span className={`launched num ${decision.launched > 0 ? "on" : ""}`} title={t("decisions.launched")}>
          {decision.launched > 0 ? `+${decision.launched}` : "0"}
        </span>
        <bdi>{pick(decision.why)}</bdi>
      </button>
      {open && <Evidence evidence={decision.evidence} />}
    </li>
  );
}

export function DecisionsView({ id }: { id: string }) {
  const { t } = useCampaignSpeech();
  const { decisions, older, error, load } = useDecisions(id);
  const [busy, setBusy] = useState(false);
  if (decisions === null) return error === null ? <Loading rows={8} /> : <NotLoaded error={error} onAgain={() => void load(null)} />;
  const newest = [...decisions.values()].sort((a, b) => b.number - a.number);
  return (
    <section className="panel fill">
      {newest.length === 0 ? (
        <Nothing icon="pulse" title={t("decisions.none")}>
          {t("decisions.none_text")}
        </Nothing>
      ) : (
        <div className="scroll">
          <ol className="decision-list" data-testid="pacing-decisions">
            {newest.map((decision) => (
              <Decision key={decision.number} decision={decision} />
            ))}
          </ol>
          {older !== null && (
            <div className="grid-foot">
              <Button
                loading={busy}
                onClick={() => {
                  setBusy(true);
                  void load(older).finally(() => setBusy(false));
                }}
              >
                {t("decisions.older")}
              </Button>
            </div>
          )}
        </div>
      )}
    </section>
  );
}
