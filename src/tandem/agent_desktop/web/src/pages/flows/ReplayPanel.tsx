// Yesterday's callers against a new version: where they would go now.

import { Button, Segmented, Select } from "antd";
import { useState } from "react";
import { serverNow } from "../../clock";
import { flowsApi } from "../../flowsApi";
import { moment } from "../../format";
import type { FlowDetail, Ratio, ReplayReport } from "../../generated/rest";
import { Name, Nothing, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { Refused } from "../notices";
import { useProblem } from "../useProblem";
import { useEndName } from "./ends";
import { percent } from "./FlowList";
import { useFlowSpeech } from "./speech";
import type { FlowDraft } from "./useFlowDraft";

const DAYS = [1, 7, 30];

function Figure({ label, ratio }: { label: string; ratio: Ratio | null }) {
  const { t } = useFlowSpeech();
  return (
    <div className="figure">
      <span className="quiet small">{label}</span>
      <b className="num">{ratio ? percent(ratio.value) : "–"}</b>
      {ratio && <span className="quiet small num">{t("numbers.interval", { low: percent(ratio.low), high: percent(ratio.high) })}</span>}
    </div>
  );
}

const signed = (value: number) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${(Math.abs(value) * 100).toFixed(1)}`;

function Report({ report }: { report: ReplayReport }) {
  const { t, pick, lang } = useFlowSpeech();
  const endName = useEndName();
  const { difference } = report;
  const moves = report.moves.filter((move) => move.before !== move.after);
  const dead = Object.entries(report.dead_ends);
  const parts = [
    { key: "same", calls: report.same, tone: "good" },
    { key: "moved", calls: report.moved, tone: "busy" },
    { key: "undetermined", calls: report.undetermined, tone: "off" },
  ] as const;
  return (
    <div className="replay-report" data-testid="replay-report">
      <Panel title={t("replay.result", { calls: report.calls.toLocaleString() })} icon="plot">
        <div className="share-line" role="img" aria-label={parts.map((part) => `${t(`replay.${part.key}`)}: ${part.calls}`).join(", ")}>
          <svg width="100%" height="16" aria-hidden="true">
            {parts.map((part, index) => {
              const before = parts.slice(0, index).reduce((sum, one) => sum + one.calls, 0);
              const all = Math.max(1, report.calls);
              return <rect key={part.key} className={`part-${part.tone}`} x={`${(before / all) * 100}%`} width={`${(part.calls / all) * 100}%`} height="16" />;
            })}
          </svg>
          <p className="share-legend">
            {parts.map((part) => (
              <span key={part.key}>
                <i className={`dot part-${part.tone}`} /> {t(`replay.${part.key}`)} <b className="num">{part.calls.toLocaleString()}</b> <span className="quiet num">{percent(part.calls / Math.max(1, report.calls))}</span>
              </span>
            ))}
          </p>
        </div>
        <div className="figures">
          <Figure label={t("replay.before")} ratio={report.before} />
          <Icon name="right" />
          <Figure label={t("replay.after")} ratio={report.after} />
          {difference && (
            <div className={`figure ${difference.low > 0 ? "good-text" : difference.high < 0 ? "bad-text" : ""}`}>
              <span className="quiet small">{t("replay.difference")}</span>
              <b className="num">{t("replay.points", { points: signed(difference.value) })}</b>
              <span className="quiet small num">{t("replay.points_interval", { low: signed(difference.low), high: signed(difference.high) })}</span>
            </div>
          )}
        </div>
        {report.left_out > 0 && <p className="quiet small">{t("replay.left_out", { count: report.left_out.toLocaleString() })}</p>}
      </Panel>
      {dead.length > 0 && (
        <p className="plan-refused" role="alert">
          <Icon name="alert" size={14} /> {t("replay.dead_ends")}{" "}
          <span className="mono">{dead.map(([step, calls]) => `${step} (${calls})`).join(", ")}</span>
        </p>
      )}
      <div className="replay-tables">
        <Panel title={t("replay.moves")} icon="route" flush>
          {moves.length === 0 ? (
            <Nothing icon="check" title={t("replay.no_moves")} />
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>{t("replay.was")}</th>
                  <th>{t("replay.would")}</th>
                  <th className="right">{t("replay.calls")}</th>
                </tr>
              </thead>
              <tbody>
                {moves.map((move) => (
                  <tr key={`${move.before}>${move.after}`}>
                    <td>
                      <Name>{endName(move.before)}</Name>
                    </td>
                    <td>
                      <Icon name="right" size={12} /> <Name>{endName(move.after)}</Name>
                    </td>
                    <td className="num right">{move.calls.toLocaleString()}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
        <Panel title={t("replay.stops")} icon="help" flush>
          {report.stops.length === 0 ? (
            <Nothing icon="check" title={t("replay.no_stops")} />
          ) : (
            <table className="rows">
              <thead>
                <tr>
                  <th>{t("numbers.step")}</th>
                  <th>{t("replay.why")}</th>
                  <th className="right">{t("replay.calls")}</th>
                </tr>
              </thead>
              <tbody>
                {report.stops.map((stop, index) => (
                  <tr key={index}>
                    <td className="mono">{stop.step}</td>
                    <td>
                      <bdi>{pick(stop.why)}</bdi>
                    </td>
                    <td className="num right">{stop.calls.toLocaleString()}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Panel>
      </div>
      {report.examples.length > 0 && (
        <Panel title={t("replay.examples")} icon="list" flush>
          <ul className="examples">
            {report.examples.map((one) => (
              <li key={one.call}>
                <details>
                  <summary>
                    <span className="num quiet">{moment(one.at, serverNow(), lang)}</span> <span>{endName(one.before)}</span> <Icon name="right" size={12} /> <b>{endName(one.after)}</b>{" "}
                    {one.stopped_at && <span className="mark mono">{one.stopped_at}</span>}
                  </summary>
                  <p>
                    <span className="quiet">{t("replay.was")}</span> <span className="mono">{one.path_before.join(" → ")}</span>
                  </p>
                  <p>
                    <span className="quiet">{t("replay.would")}</span> <span className="mono">{one.path_after.join(" → ")}</span>
                  </p>
                </details>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

export function ReplayPanel({ name, draft, detail }: { name: string; draft: FlowDraft; detail: FlowDetail }) {
  const { t, w } = useFlowSpeech();
  const problemOf = useProblem();
  const [what, setWhat] = useState<number>(0);
  const [days, setDays] = useState(7);
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<ReplayReport | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const errors = draft.problems.filter((one) => one.severity === "error").length;
  const blocked = what === 0 && errors > 0;
  const run = async () => {
    setBusy(true);
    setProblem(null);
    const { bundle } = draft;
    try {
      setReport(await flowsApi.replay(name, what === 0 ? { bundle: { main: bundle.main, files: { ...bundle.files }, tests: {} }, days } : { version: what, days }));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="flow-replay">
      <header className="numbers-bar">
        <Select<number>
          value={what}
          onChange={setWhat}
          aria-label={t("replay.what")}
          popupMatchSelectWidth={false}
          options={[{ value: 0, label: t("replay.draft") }, ...detail.versions.map((one) => ({ value: one.version, label: `v${one.version} · ${w("state", one.state)}` }))]}
        />
        <span className="quiet">{t("replay.against")}</span>
        <Segmented<number> value={days} onChange={setDays} options={DAYS.map((value) => ({ value, label: t(value === 1 ? "numbers.day" : "numbers.days", { days: value }) }))} />
        <Button type="primary" icon={<Icon name="play" size={13} />} loading={busy} disabled={blocked} onClick={() => void run()} data-testid="replay-run">
          {t("replay.run")}
        </Button>
        {blocked && <span className="bad-text small">{t("call.has_errors")}</span>}
      </header>
      <Refused text={problem} />
      {report ? (
        report.calls === 0 ? (
          <Panel className="fill">
            <Nothing icon="plot" title={t("numbers.no_calls")}>
              {t("numbers.no_calls_text")}
            </Nothing>
          </Panel>
        ) : (
          <Report report={report} />
        )
      ) : (
        !busy && (
          <Panel className="fill">
            <Nothing icon="refresh" title={t("replay.title")}>
              {t("replay.about")}
            </Nothing>
          </Panel>
        )
      )}
    </div>
  );
}
