// The rules a campaign is under: by law, by itself; and what recycling those who are over would bring.

import { Button, Checkbox } from "antd";
import { useCallback, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { useDesk } from "../../desk";
import type { CampaignView, JurisdictionView, Recycled } from "../../generated/rest";
import { Loading, Name } from "../../ui/bits";
import { NotLoaded, Refused } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { type Full, complete, results, spansText } from "./document";
import { MachineCosts } from "./MachineCosts";
import { count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

function Law({ law, document }: { law: JurisdictionView; document: Full }) {
  const { t, w, pick } = useCampaignSpeech();
  const limit = Math.min(law.abandon_limit, document.abandon_limit);
  return (
    <section className="panel law" data-testid="law">
      <h3>
        {t("rules.book", { name: pick(law.name, law.id) })} <span className="mark mono">{law.version}</span>
      </h3>
      <dl className="law-facts">
        <div>
          <dt>{t("rules.limit")}</dt>
          <dd>
            <b className="num">{percent(law.abandon_limit)}</b> <span className="quiet">{t("rules.over_days", { days: law.window_days })}</span>
            <span className="quiet"> · {t("rules.counts", { limit: percent(limit) })}</span>
          </dd>
        </div>
        <div>
          <dt>{t("rules.answer_within")}</dt>
          <dd className="num">{t("form.seconds", { count: law.answer_within_s })}</dd>
        </div>
        <div>
          <dt>{t("rules.ring_least")}</dt>
          <dd className="num">{t("form.seconds", { count: law.ring_least_s })}</dd>
        </div>
        <div>
          <dt>{t("rules.per_day")}</dt>
          <dd className="num">{law.per_day ?? t("rules.nothing_said")}</dd>
        </div>
        <div>
          <dt>{t("rules.per_week")}</dt>
          <dd className="num">{law.per_week ?? t("rules.nothing_said")}</dd>
        </div>
        <div>
          <dt>{t("rules.rest")}</dt>
          <dd className="num">{law.abandoned_rest_s > 0 ? t("rules.hours_count", { count: law.abandoned_rest_s / 3600 }) : t("rules.nothing_said")}</dd>
        </div>
        <div>
          <dt>{t("rules.hours")}</dt>
          <dd>
            {law.hours.length === 0 && t("rules.nothing_said")}
            {law.hours.map((line, index) => (
              <p key={index}>{pick(line)}</p>
            ))}
            {law.holidays && <p className="quiet">{t("rules.holidays", { region: law.holidays })}</p>}
          </dd>
        </div>
        {law.quiet.length > 0 && (
          <div>
            <dt>{t("rules.quiet")}</dt>
            <dd>
              {law.quiet.map((line, index) => (
                <p key={index}>{pick(line)}</p>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{t("form.consent")}</dt>
          <dd>{t(law.consent_needed ? "rules.yes" : "rules.no")}</dd>
        </div>
        <div>
          <dt>{t("rules.formula")}</dt>
          <dd>
            <bdi>{w("formula", law.formula)}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t("rules.sources")}</dt>
          <dd>
            <ul className="law-sources" data-testid="law-sources">
              {law.sources.map((source) => (
                <li key={source.citation} className="small">
                  <p>
                    <span className={`mark force-${source.force}`}>{w("force", source.force)}</span> <bdi>{pick(source.text)}</bdi>
                  </p>
                  <p className="quiet">
                    <bdi>{pick(source.title)}</bdi> · <cite lang={/\p{Script=Han}/u.test(source.citation) ? "zh" : "en"}>{source.citation}</cite>
                  </p>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
    </section>
  );
}

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;

function Own({ document }: { document: Full }) {
  const { t, w } = useCampaignSpeech();
  const plan = document.attempts;
  const after = (seconds: number) => (seconds >= 7_200 ? t("rules.after_h", { count: Math.round(seconds / 360) / 10 }) : t("rules.after_min", { count: Math.round(seconds / 6) / 10 }));
  const days = (document.hours?.days ?? {}) as Record<string, { begin: number; end: number }[]>;
  return (
    <section className="panel law">
      <h3>{t("rules.own")}</h3>
      <dl className="law-facts">
        <div>
          <dt>{t("rules.hours")}</dt>
          <dd>
            {document.hours ? (
              <>
                {DAYS.map((day) => (
                  <p key={day} className="num">
                    <span className="day-name quiet">{t(`day.${day}`)}</span> {spansText(days[day]) || t("form.closed_day")}
                  </p>
                ))}
                <p className="quiet">
                  <Name>{document.hours.timezone ?? "Asia/Shanghai"}</Name>
                </p>
              </>
            ) : (
              t("rules.law_only")
            )}
          </dd>
        </div>
        <div>
          <dt>{t("form.countries")}</dt>
          <dd>{document.countries.join(", ") || t("rules.installation")}</dd>
        </div>
        <div>
          <dt>{t("form.consent")}</dt>
          <dd>{t(document.consent_needed ? "rules.yes" : "rules.no")}</dd>
        </div>
        <div>
          <dt>{t("rules.attempts")}</dt>
          <dd>{t("rules.attempts_text", { number: plan.most_per_number ?? 6, person: plan.most_per_person ?? 8, day: plan.most_per_person_a_day ?? 3, gap: Math.round((plan.gap_s ?? 900) / 60) })}</dd>
        </div>
      </dl>
      <table className="rows retries">
        <thead>
          <tr>
            <th>{t("form.retry_result")}</th>
            <th className="right">{t("form.retry_after")}</th>
            <th className="right">{t("form.retry_times")}</th>
            <th>{t("rules.where")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(plan.retries ?? {}).map(([result, retry]) => (
            <tr key={result}>
              <td>{w("result", result)}</td>
              <td className="num right">{after(retry.after_s)}</td>
              <td className="num right">{retry.times}</td>
              <td className="quiet small">{[retry.other_number !== false ? t("form.other_number") : "", retry.other_part_of_day ? t("form.other_part") : ""].filter(Boolean).join(" · ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Recycling({ id }: { id: string }) {
  const { t, w, pick } = useCampaignSpeech();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [chosen, setChosen] = useState<(typeof results)[number][]>(["no_answer", "busy"]);
  const [answer, setAnswer] = useState<Recycled | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const ask = async (try_only: boolean) => {
    setBusy(true);
    setFailed("");
    try {
      setAnswer(await campaignsApi.recycle(id, { results: chosen, try_only }));
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="panel law recycling" data-testid="recycling">
      <h3>{t("recycle.title")}</h3>
      <p className="quiet small">{t("recycle.text")}</p>
      <Checkbox.Group
        value={chosen}
        options={results.map((value) => ({ value, label: w("result", value) }))}
        onChange={(next) => {
          setChosen(next as typeof chosen);
          setAnswer(null);
        }}
      />
      <p className="form-line">
        <Button disabled={chosen.length === 0} loading={busy} onClick={() => void ask(true)} data-testid="recycle-try">
          {t("recycle.try")}
        </Button>
        {mayChange && answer !== null && !answer.done && answer.leads > 0 && (
          <Button type="primary" loading={busy} onClick={() => void ask(false)} data-testid="recycle-do">
            {t("recycle.do", { count: count(answer.leads) })}
          </Button>
        )}
      </p>
      {answer && (
        <p className={`recycle-answer ${answer.done ? "done" : ""}`} role="status" data-testid="recycle-answer">
          {answer.done && <b>{t("recycle.done", { count: count(answer.leads) })} </b>}
          <bdi>{pick(answer.text)}</bdi>
        </p>
      )}
      <Refused text={failed} />
    </section>
  );
}

export function RulesView({ campaign, onChanged }: { campaign: CampaignView; onChanged: () => void }) {
  const { t } = useCampaignSpeech();
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.jurisdictions(), []));
  const document = complete(campaign.document);
  const law = value?.jurisdictions.find((one) => one.id === document.rules) ?? null;
  return (
    <div className="rules-view scroll">
      {value === null ? error === null ? <Loading rows={6} /> : <NotLoaded error={error} onAgain={again} /> : law ? <Law law={law} document={document} /> : <p className="warn-text">{t("rules.unknown", { id: document.rules })}</p>}
      <Own document={document} />
      {document.machine_detection.use && <MachineCosts campaign={campaign} onChanged={onChanged} />}
      <Recycling id={campaign.id} />
    </div>
  );
}
