// What a campaign does at this moment, large enough to be read from across the room.

import { useMemo } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useSecond } from "../../clock";
import { duration } from "../../format";
import type { CampaignProblem } from "../../generated/rest";
import { navigate } from "../../router";
import { Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { usePolled } from "../why/usePolled";
import { useTimes } from "../zone";
import { Agents, Budget, Ends, Gauge, Sentence } from "./parts";
import { pathOfCampaign } from "./paths";
import { type CampaignLine, count, percent, sentenceOf } from "./rows";
import { useCampaignSpeech } from "./speech";

const FORECAST_EVERY_MS = 30_000;

function Forecast({ id }: { id: string }) {
  const { t, pick } = useCampaignSpeech();
  const load = useMemo(() => (signal: AbortSignal) => campaignsApi.forecast(id, signal), [id]);
  const { value } = usePolled(load, FORECAST_EVERY_MS);
  if (value === null) return null;
  return (
    <section className="panel forecast" data-testid="forecast">
      <h3>{t("now.forecast")}</h3>
      <p>
        <bdi>{pick(value.text)}</bdi>
      </p>
      <dl className="facts">
        <div>
          <dt>{t("gauge.left")}</dt>
          <dd className="num">{count(value.left)}</dd>
        </div>
        <div>
          <dt>{t("now.attempts_to_come")}</dt>
          <dd className="num">{count(value.attempts)}</dd>
        </div>
        <div>
          <dt>{t("now.attempts_per_hour")}</dt>
          <dd className="num">{count(value.attempts_per_hour)}</dd>
        </div>
        <div>
          <dt>{t("now.agent_hours")}</dt>
          <dd className="num">{value.agent_hours === null ? "–" : value.agent_hours.toFixed(1)}</dd>
        </div>
        <div>
          <dt>{t("now.reach")}</dt>
          <dd className="num">{percent(value.reach_ratio, 0)}</dd>
        </div>
        <div>
          <dt>{t("now.ends")}</dt>
          <dd>
            <Ends at={value.ends_at} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

export function NowView({ line, problems }: { line: CampaignLine; problems: readonly CampaignProblem[] }) {
  const { t, w, pick } = useCampaignSpeech();
  const { at, place } = useTimes();
  useSecond();
  const row = line.row;
  const said = sentenceOf(row);
  return (
    <div className="now scroll" data-testid="campaign-now">
      {problems.length > 0 && (
        <ul className="plan-problems short">
          {problems.map((problem, index) => (
            <li key={index} className={`problem-${problem.severity}`}>
              <Icon name="alert" size={14} />
              <span>
                <bdi>{pick(problem.what)}</bdi> <span className="quiet">{pick(problem.fix)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {said && (
        <p className={`now-why ${said.stuck ? "stuck" : ""}`} role="status">
          <Icon name={said.stuck ? "alert" : "right"} size={16} />
          <Sentence line={line} cut={false} />
          {Object.keys(row?.why_not ?? {}).length > 0 && (
            <button type="button" className="link" onClick={() => navigate(pathOfCampaign(line.id, "waterfall"))}>
              {t("now.to_waterfall")}
            </button>
          )}
        </p>
      )}
      {row === null ? (
        <section className="panel">
          <Nothing icon="megaphone" title={w("campaign_state", line.state)}>
            <p>{t("now.nothing")}</p>
            <button type="button" className="link" onClick={() => navigate(pathOfCampaign(line.id, "lists"))}>
              {t("now.to_lists")}
            </button>
          </Nothing>
        </section>
      ) : (
        <>
          <dl className="gauges">
            <Gauge label={t("gauge.agents")} note={<Agents row={row} />}>
              {row.agents}
            </Gauge>
            <Gauge label={t("gauge.ringing")} note={row.waiting > 0 ? t("gauge.waiting", { count: row.waiting }) : t("gauge.nobody_waits")} tone={row.waiting > 0 ? "warn" : ""}>
              {row.ringing}
            </Gauge>
            <Gauge label={t("gauge.pacing")} note={t("gauge.pacing_note")}>
              {row.lines_per_agent === null ? "–" : row.lines_per_agent.toFixed(2)}
            </Gauge>
            <Gauge label={t("gauge.wait")} note={t("gauge.wait_note")}>
              {row.wait_s === null ? "–" : duration(row.wait_s)}
            </Gauge>
            <Gauge label={t("gauge.answer_rate")} note={t("gauge.answer_note")}>
              {percent(row.answer_rate)}
            </Gauge>
            <Gauge label={t("gauge.connects")} note={t("gauge.connects_note")}>
              {count(row.connects_per_hour)}
            </Gauge>
            <Gauge label={t("gauge.left")} note={t("gauge.callable", { count: count(row.callable_now) })}>
              {count(row.left)}
            </Gauge>
            <Gauge label={t("now.ends")} note={row.ends_at === null ? t("gauge.ends_note") : `${t("gauge.ends_note")} · ${place}`}>
              {row.ends_at === null ? "–" : at(row.ends_at)}
            </Gauge>
          </dl>
          <section className="panel budgets">
            <h3>{t("gauge.abandoned")}</h3>
            <p className="quiet small">{t("gauge.abandoned_text", { limit: percent(row.abandon_limit) })}</p>
            <Budget label={t("gauge.today")} ratio={row.abandon_ratio_today} limit={row.abandon_limit} left={row.budget_today} />
            <p className="quiet small">{t(row.budget_today >= 0 ? "gauge.budget_left" : "gauge.budget_over", { count: Math.abs(row.budget_today).toFixed(1), limit: percent(row.abandon_limit) })}</p>
            <Budget label={t("gauge.days")} ratio={row.abandon_ratio_window} limit={row.abandon_limit} left={row.budget_window} />
            <p className="quiet small">{t(row.budget_window >= 0 ? "gauge.budget_left" : "gauge.budget_over", { count: Math.abs(row.budget_window).toFixed(1), limit: percent(row.abandon_limit) })}</p>
          </section>
          <dl className="panel today-sum">
            <dt>{t("now.today")}</dt>
            {(
              [
                ["dialled", row.dialled_today],
                ["answered", row.answered_today],
                ["talked", row.talked_today],
                ["successes", row.successes_today],
                ["machines", row.machines_today],
                ["abandoned", row.abandoned_today],
              ] as const
            ).map(([key, value]) => (
              <div key={key}>
                <dt>{t(`sum.${key}`)}</dt>
                <dd className="num">{count(value)}</dd>
              </div>
            ))}
            <div>
              <dt>{t("sum.cost")}</dt>
              <dd className="num">{row.cost_today.toFixed(2)}</dd>
            </div>
          </dl>
          <Forecast id={line.id} />
        </>
      )}
    </div>
  );
}
