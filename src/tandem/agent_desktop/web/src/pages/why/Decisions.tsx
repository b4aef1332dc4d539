// Every decision on a call: who was chosen, by which rule, and the one reason why each other was not.

import { useMemo } from "react";
import { ApiError } from "../../api";
import type { DecisionLine } from "../../generated/rest";
import { clockTimeSeconds, duration } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { routingApi } from "../../routingApi";
import { Loading, Name } from "../../ui/bits";
import { useProblem } from "../useProblem";
import { Band } from "./Band";
import { Needs } from "./Needs";
import { usePolled } from "./usePolled";
import { WaitingWhy } from "./Waiting";

const EVERY_MS = 3_000;
const ONCE_MS = 3_600_000;

function Candidates({ decision }: { decision: DecisionLine }) {
  const { t, pick } = useSpeech();
  const more = decision.eligible - 1 - decision.candidates.length;
  if (decision.candidates.length === 0) {
    return <p className="quiet small">{t(decision.eligible > 1 ? "why.others_hidden" : "why.only_one", { count: decision.eligible - 1 })}</p>;
  }
  return (
    <div className="scroll candidates-scroll">
      <table className="rows candidates" data-testid="candidates">
        <thead>
          <tr>
            <th>{t("why.candidate")}</th>
            <th className="right">{t("why.idle")}</th>
            <th className="right">{t("why.cost")}</th>
            <th>{t("why.why_not")}</th>
          </tr>
        </thead>
        <tbody>
          <tr className="candidate-taken">
            <td>
              <b>
                <Name>{decision.agent_name || decision.agent}</Name>
              </b>
            </td>
            <td className="num right">{duration(decision.idle_s)}</td>
            <td className="num right">{decision.cost_s.toFixed(1)}</td>
            <td>{t("why.taken")}</td>
          </tr>
          {decision.candidates.map((candidate) => (
            <tr key={candidate.agent}>
              <td>
                <Name>{candidate.name || candidate.agent}</Name>
              </td>
              <td className="num right">{duration(candidate.idle_s)}</td>
              <td className="num right">{candidate.cost_s.toFixed(1)}</td>
              <td>
                <bdi>{pick(candidate.text, candidate.reason)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="quiet small pad">{t("why.more_candidates", { count: more })}</p>}
    </div>
  );
}

export function Decision({ decision }: { decision: DecisionLine }) {
  const { t, w, lang, pick } = useSpeech();
  const names = useNames();
  return (
    <li className="decision" data-testid="decision">
      <p className="decision-head">
        <time className="num quiet">{clockTimeSeconds(decision.at, lang)}</time>
        <b>
          <Name>{decision.agent_name || decision.agent}</Name>
        </b>
        <span className="mark">{w("rule", decision.rule)}</span>
        <span className="quiet">
          <Name>{names.queue(decision.queue)}</Name>
        </span>
      </p>
      <p className="why-sentence">
        <bdi>{pick(decision.text)}</bdi>
      </p>
      <dl className="facts">
        <div>
          <dt>{t("col.place")}</dt>
          <dd className="num">{decision.place}</dd>
        </div>
        <div>
          <dt>{t("col.wait")}</dt>
          <dd className="num">{duration(decision.waited_s)}</dd>
        </div>
        <div>
          <dt>{t("why.predicted_then")}</dt>
          <dd>
            <Band p50_s={decision.predicted_p50_s} p90_s={decision.predicted_p90_s} />
          </dd>
        </div>
        <div>
          <dt>{t("why.step")}</dt>
          <dd>
            <span className="num">{decision.step + 1}</span> · <Needs text={decision.step_needs} />
          </dd>
        </div>
        <div>
          <dt>{t("why.could_take")}</dt>
          <dd className="num">{t("why.agents_calls", { agents: decision.eligible, calls: decision.waiting })}</dd>
        </div>
      </dl>
      <Candidates decision={decision} />
      {decision.overtaken.length > 0 && (
        <ul className="overtaken small">
          {decision.overtaken.map((one) => (
            <li key={one.id}>
              {t("why.overtook", { queue: names.queue(one.queue) || one.queue, waited: duration(one.waited_s) })}{" "}
              <bdi>{pick(one.text, one.rule)}</bdi>
            </li>
          ))}
        </ul>
      )}
      {decision.skipped.length > 0 && (
        <p className="why-skipped small">{t("why.skipped", { steps: decision.skipped.map((step) => step + 1).join(", ") })}</p>
      )}
    </li>
  );
}

/** `live`: the call is not over; ask again. */
export function CallReasons({ call, live }: { call: string; live: boolean }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  const load = useMemo(() => (signal: AbortSignal) => routingApi.why(call, signal), [call]);
  const { value, error } = usePolled(load, live ? EVERY_MS : ONCE_MS);
  if (value === null && error !== null) {
    return <p className="quiet">{error instanceof ApiError && error.status === 404 ? t("why.none") : problemOf(error)}</p>;
  }
  if (value === null) return <Loading rows={4} />;
  if (value.decisions.length === 0 && value.waiting === null) return <p className="quiet">{t("why.none")}</p>;
  return (
    <div className="reasons-list">
      {value.waiting && <WaitingWhy why={value.waiting} />}
      <ol className="decisions">
        {value.decisions.map((decision, index) => (
          <Decision key={index} decision={decision} />
        ))}
      </ol>
    </div>
  );
}
