// What the machine detection did, what its errors cost, and the next step for its thresholds.

import { Button } from "antd";
import { useCallback, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { serverNow } from "../../clock";
import { useDesk } from "../../desk";
import type { CampaignView, DetectionAdvice, DetectionReport } from "../../generated/rest";
import { Loading } from "../../ui/bits";
import { clockIn } from "../../zones";
import { NotLoaded, Refused } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

const share = (part: number, all: number) => (all > 0 ? percent(part / all) : "–");

function Facts({ report }: { report: DetectionReport }) {
  const { t } = useCampaignSpeech();
  const heard = report.human + report.unsure + report.machines;
  const seconds = (value: number | null) => (value === null ? "–" : t("form.seconds", { count: value.toFixed(1) }));
  const left = Math.max(0, report.machines - report.put_through);
  const band = { share: percent(report.put_through ? report.unmarked / report.put_through : 0), low: percent(report.mistaken_low), high: percent(report.mistaken_high) };
  const persons = { part: count(report.unmarked), all: count(report.put_through), left: count(left), low_count: count(Math.round(left * report.mistaken_low)), high_count: count(Math.round(left * report.mistaken_high)) };
  const lines: [string, string, string][] = [
    ["heard", count(heard), t("machines.heard_text", { machines: count(report.machines), unsure: count(report.unsure), share: share(report.unsure, heard) })],
    ["missed", t("machines.of", { part: count(report.missed), all: count(report.connected) }), t("machines.missed_text", { seconds: count(Math.round(report.missed_agent_s)) })],
    [
      "mistaken",
      report.put_through > 0 ? t("machines.band", band) : report.mistaken_share > 0 ? percent(report.mistaken_share) : t("machines.unknown"),
      report.put_through > 0 ? t(left > 0 ? "machines.band_text" : "machines.unmarked_text", persons) : t(report.mistaken_share > 0 ? "machines.estimate_text" : "machines.unknown_text", { count: count(Math.round(report.machines * report.mistaken_share)) }),
    ],
    ["cost", t("machines.cost_value", { cost: report.cost_s.toFixed(1), error: report.cost_error_s.toFixed(1) }), t("machines.cost_text", { unheard: report.put_through > 0 || report.machines === 0 ? "" : t("machines.cost_unheard") })],
    ["delay", `${seconds(report.verdict_p50_s)} / ${seconds(report.verdict_p90_s)}`, t("machines.delay_text", { seconds: report.silence_s.toFixed(1) })],
  ];
  return (
    <dl className="law-facts">
      {lines.map(([key, value, text]) => (
        <div key={key} data-cost={key}>
          <dt>{t(`machines.${key}` as "machines.heard")}</dt>
          <dd>
            <b className="num">{value}</b>
            <p className="quiet small">{text}</p>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Step({ campaign, advice, onDone }: { campaign: CampaignView; advice: DetectionAdvice; onDone: () => void }) {
  const { t, w, pick } = useCampaignSpeech();
  const problemOf = useProblem();
  const mayChange = useDesk().me.may.includes("change_campaigns");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const { change } = advice;
  const apply = async () => {
    setBusy(true);
    setFailed("");
    try {
      const { document } = campaign;
      await campaignsApi.change(campaign.id, campaign.rev, { ...document, machine_detection: { ...document.machine_detection, [change]: advice.after } });
      onDone();
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div data-testid="machine-advice" data-change={change}>
      <p>
        <bdi>{pick(advice.text)}</bdi>
      </p>
      {change !== "" && (
        <>
          <p>
            <b>
              {w("amd", change)}: <span className="num">{advice.before}</span> → <span className="num">{advice.after}</span>
              {change !== "words" && " ms"}
            </b>
          </p>
          <p className={advice.more_mistaken ? "warn-text" : "quiet"}>
            <bdi>{pick(advice.effect)}</bdi>
          </p>
          {mayChange && (
            <Button loading={busy} onClick={() => void apply()} data-testid="machine-apply">
              {t("machines.apply")}
            </Button>
          )}
        </>
      )}
      <Refused text={failed} />
    </div>
  );
}

function Steps({ campaign }: { campaign: CampaignView }) {
  const { t, w, pick } = useCampaignSpeech();
  const steps = [...(campaign.document.machine_detection?.steps ?? [])].reverse();
  return (
    <div data-testid="machine-steps">
      <h4>{t("machines.by_itself")}</h4>
      <p className="quiet small">{t("machines.by_itself_text")}</p>
      {steps.length === 0 ? (
        <p>{t("machines.none_yet")}</p>
      ) : (
        <ul className="machine-steps">
          {steps.map((step) => (
            <li key={`${step.at} ${step.threshold}`}>
              <b>
                {w("amd", step.threshold)}: <span className="num">{step.before}</span> → <span className="num">{step.after}</span>
                {step.threshold !== "words" && " ms"}
              </b>{" "}
              <span className="quiet small">
                {clockIn(campaign.zone, step.at, serverNow())}
                {step.taken_back && ` · ${t("machines.taken_back")}`}
              </span>
              <p className="quiet small">
                <bdi>{pick(step.why)}</bdi>
              </p>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function MachineCosts({ campaign, onChanged }: { campaign: CampaignView; onChanged: () => void }) {
  const { t } = useCampaignSpeech();
  const { value, error, again } = useLoaded(useCallback(() => campaignsApi.detections(campaign.id), [campaign.id]));
  const byItself = campaign.document.machine_detection?.tune === "by_itself";
  const done = () => {
    again();
    onChanged();
  };
  return (
    <section className="panel law" data-testid="machine-costs">
      <h3>{t("machines.title")}</h3>
      {value === null ? (
        error === null ? (
          <Loading rows={4} />
        ) : (
          <NotLoaded error={error} onAgain={again} />
        )
      ) : (
        <>
          <Facts report={value} />
          {(byItself || (campaign.document.machine_detection?.steps ?? []).length > 0) && <Steps campaign={campaign} />}
          {!byItself && <Step campaign={campaign} advice={value.advice} onDone={done} />}
        </>
      )}
    </section>
  );
}
