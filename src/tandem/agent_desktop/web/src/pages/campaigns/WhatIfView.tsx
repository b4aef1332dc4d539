// What more or fewer agents would change, simulated with what the campaign has learned.

import { Slider } from "antd";
import { useEffect, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { duration } from "../../format";
import type { AgentsWhatIfAnswer, PacingFigures } from "../../generated/rest";
import { Refused } from "../notices";
import { useProblem } from "../useProblem";
import { useTimes } from "../zone";
import { type CampaignLine, count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

const ASK_AFTER_MS = 350;

/** How far the slider goes: as many again as there are, at least twenty, at most two thousand. */
export function reach(agents: number): number {
  return Math.min(2000, Math.max(20, Math.ceil(agents / 10) * 10));
}

type Better = "more" | "less" | "none";

function Figures({ answer }: { answer: AgentsWhatIfAnswer }) {
  const { t } = useCampaignSpeech();
  const { named } = useTimes();
  const rows: [string, Better, (one: PacingFigures) => number | null, (value: number) => string][] = [
    [t("gauge.agents"), "none", (one) => one.agents, (value) => count(value)],
    [t("whatif.talking"), "more", (one) => one.talk_ratio, (value) => percent(value)],
    [t("gauge.wait"), "less", (one) => one.wait_s, duration],
    [t("gauge.connects"), "more", (one) => one.connects_per_hour, (value) => count(value)],
    [t("gauge.pacing"), "none", (one) => one.lines_per_agent, (value) => value.toFixed(2)],
    [t("gauge.abandoned"), "less", (one) => one.abandon_ratio, (value) => percent(value, 2)],
    [t("now.ends"), "less", (one) => one.ends_at, named],
  ];
  return (
    <table className="rows whatif-figures" data-testid="whatif-figures">
      <thead>
        <tr>
          <th />
          <th className="right">{t("whatif.now")}</th>
          <th className="right">{t("whatif.then")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, better, read, say]) => {
          const now = read(answer.now);
          const then = read(answer.then);
          const change = now === null || then === null || better === "none" || say(now) === say(then) ? "" : (then > now) === (better === "more") ? "good-text" : "bad-text";
          return (
            <tr key={name}>
              <td>{name}</td>
              <td className="num right">{now === null ? "–" : say(now)}</td>
              <td className={`num right ${change}`}>
                <b>{then === null ? "–" : say(then)}</b>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function WhatIfView({ line }: { line: CampaignLine }) {
  const { t, pick } = useCampaignSpeech();
  const problemOf = useProblem();
  const [agents, setAgents] = useState(5);
  const [answer, setAnswer] = useState<AgentsWhatIfAnswer | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const { id } = line;
  useEffect(() => {
    let gone = false;
    setBusy(true);
    const timer = setTimeout(() => {
      campaignsApi
        .whatIf(id, agents)
        .then(
          (said) => {
            if (gone) return;
            setAnswer(said);
            setFailed("");
          },
          (error: unknown) => {
            if (!gone) setFailed(problemOf(error));
          },
        )
        .finally(() => {
          if (!gone) setBusy(false);
        });
    }, ASK_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, agents, problemOf]);
  const have = line.row?.agents ?? 0;
  const most = reach(have);
  const least = Math.max(-most, -have);
  return (
    <section className="panel campaign-whatif" data-testid="campaign-whatif">
      <h3>{t(agents === 0 ? "whatif.same" : agents > 0 ? "whatif.more" : "whatif.fewer", { agents: Math.abs(agents) })}</h3>
      <Slider included={false} min={least} max={most} value={agents} marks={{ [least]: String(least), 0: "0", [most]: `+${most}` }} aria-label={t("whatif.agents")} onChange={(value: number) => setAgents(value)} tooltip={{ formatter: (value) => (value && value > 0 ? `+${value}` : String(value)) }} />
      {answer && (
        <div className={busy ? "is-old" : ""}>
          <p className="why-sentence" role="status">
            <bdi>{pick(answer.text)}</bdi>
          </p>
          <Figures answer={answer} />
          <p className="quiet small">{t("whatif.how", { hours: answer.hours.toFixed(1), runs: answer.runs })}</p>
        </div>
      )}
      {!answer && busy && (
        <p className="quiet cell-line" role="status">
          <span className="spinner" aria-hidden="true" /> {t("whatif.simulating")}
        </p>
      )}
      <Refused text={failed} />
    </section>
  );
}
