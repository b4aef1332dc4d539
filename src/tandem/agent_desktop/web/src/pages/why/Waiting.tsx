// Why nobody yet, live, and the one change that would answer it now.

import { useMemo } from "react";
import { ApiError } from "../../api";
import type { WhyWaiting } from "../../generated/rest";
import { duration } from "../../format";
import { useSpeech } from "../../i18n";
import { routingApi } from "../../routingApi";
import { Loading } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useProblem } from "../useProblem";
import { Band } from "./Band";
import { Needs } from "./Needs";
import { usePolled } from "./usePolled";

const EVERY_MS = 2_000;

export function WaitingWhy({ why }: { why: WhyWaiting }) {
  const { t, pick } = useSpeech();
  return (
    <div className="why-waiting" data-testid="why-waiting">
      <p className="why-sentence">
        <bdi>{pick(why.text)}</bdi>
      </p>
      <p className={`why-change change-is-${why.change.kind}`}>
        <Icon name={why.change.kind === "none" ? "clock" : "right"} size={15} />
        <span>
          <b>{t(why.change.kind === "none" ? "why.no_change" : "why.change")}</b> <bdi>{pick(why.change.text)}</bdi>
        </span>
      </p>
      <dl className="facts">
        <div>
          <dt>{t("col.place")}</dt>
          <dd className="num">{why.place}</dd>
        </div>
        <div>
          <dt>{t("why.predicted")}</dt>
          <dd>
            <Band p50_s={why.predicted_p50_s} p90_s={why.predicted_p90_s} />
          </dd>
        </div>
        <div>
          <dt>{t("why.step")}</dt>
          <dd>
            <span className="num">{why.step + 1}</span> · <Needs text={why.step_needs} />
          </dd>
        </div>
        <div>
          <dt>{t("why.next_step")}</dt>
          <dd className="num">{why.next_step_in_s === null ? t("why.last_step") : duration(why.next_step_in_s)}</dd>
        </div>
        <div>
          <dt>{t("why.logged_on")}</dt>
          <dd className="num">{t("why.free_of", { free: why.free, all: why.logged_on })}</dd>
        </div>
        <div>
          <dt>{t("why.ahead")}</dt>
          <dd className="num">{why.ahead}</dd>
        </div>
      </dl>
      {why.skipped.length > 0 && (
        <p className="why-skipped small">
          <Icon name="alert" size={13} /> {t("why.skipped", { steps: why.skipped.map((step) => step + 1).join(", ") })}
        </p>
      )}
    </div>
  );
}

/** Of one who waits, by the id of the call, callback or task. */
export function LiveWhy({ id }: { id: string }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  const load = useMemo(() => (signal: AbortSignal) => routingApi.whyWaiting(id, signal), [id]);
  const { value, error } = usePolled(load, EVERY_MS);
  const over = error instanceof ApiError && error.status === 404;
  if (over) return <p className="quiet">{t("why.over")}</p>;
  if (value === null && error !== null) {
    return (
      <p className="bad-text" role="alert">
        {problemOf(error)}
      </p>
    );
  }
  return value === null ? <Loading rows={4} /> : <WaitingWhy why={value} />;
}
