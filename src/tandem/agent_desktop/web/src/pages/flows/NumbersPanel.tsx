// How callers went through a flow: containment, journeys, and each step in numbers.

import { Button, Segmented, Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import { flowsApi } from "../../flowsApi";
import { duration } from "../../format";
import type { FlowDetail, FlowNumbers, NodeNumbers } from "../../generated/rest";
import { Loading, Name, Nothing, Panel } from "../../ui/bits";
import { type Column, DataGrid, type Sort } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { NotLoaded } from "../notices";
import { useProblem } from "../useProblem";
import { useEndName } from "./ends";
import { percent } from "./FlowList";
import { SankeyView } from "./SankeyView";
import { useFlowSpeech } from "./speech";

const DAYS = [1, 7, 30, 90];

function Interval({ low, value, high }: { low: number; value: number; high: number }) {
  const x = (ratio: number) => `${Math.min(100, Math.max(0, ratio * 100))}%`;
  return (
    <svg className="interval" height="14" width="100%" aria-hidden="true">
      <line className="interval-axis" x1="0" x2="100%" y1="7" y2="7" />
      <line className="interval-span" x1={x(low)} x2={x(high)} y1="7" y2="7" />
      <circle cx={x(value)} cy="7" r="4.5" />
    </svg>
  );
}

function Contained({ numbers }: { numbers: FlowNumbers }) {
  const { t } = useFlowSpeech();
  const endName = useEndName();
  const { containment } = numbers;
  const most = Math.max(1, ...containment.ends.map((end) => end.calls));
  return (
    <Panel title={t("numbers.containment")} icon="check" className="contained" testId="containment">
      {containment.ratio === null ? (
        <p className="quiet">{t("numbers.no_calls")}</p>
      ) : (
        <>
          <p className="big-number">
            <b className="num">{percent(containment.ratio.value)}</b>
            <span className="quiet num">{t("numbers.interval", { low: percent(containment.ratio.low), high: percent(containment.ratio.high) })}</span>
          </p>
          <Interval {...containment.ratio} />
          <p className="quiet small">{t("numbers.contained_of", { contained: containment.contained.toLocaleString(), calls: containment.calls.toLocaleString() })}</p>
        </>
      )}
      <table className="ends">
        <caption className="unseen">{t("numbers.ends")}</caption>
        <tbody>
          {containment.ends.map((end) => (
            <tr key={`${end.reason}/${end.queue}`} className={end.contained ? "contained-end" : end.reason === "hung_up" || end.reason === "error" ? "bad-end" : ""}>
              <th scope="row">
                <Name>{endName(end.queue ? `${end.reason}:${end.queue}` : end.reason)}</Name>
              </th>
              <td className="end-bar">
                <svg width="100%" height="10" aria-hidden="true">
                  <rect width={`${(end.calls / most) * 100}%`} height="10" rx="2" />
                </svg>
              </td>
              <td className="num right">{end.calls.toLocaleString()}</td>
              <td className="num right quiet">{percent(end.calls / Math.max(1, containment.calls))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

export function NumbersPanel({ detail, numbers, onNumbers, onCanvas }: { detail: FlowDetail; numbers: FlowNumbers | null; onNumbers: (numbers: FlowNumbers) => void; onCanvas: (step: string | null) => void }) {
  const { t, w } = useFlowSpeech();
  const problemOf = useProblem();
  const [version, setVersion] = useState<number | null>(numbers?.version ?? null);
  const [days, setDays] = useState(7);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const [round, setRound] = useState(0);
  const [sort, setSort] = useState<Sort | null>({ key: "entered", down: true });
  const { name } = detail;

  useEffect(() => {
    const controller = new AbortController();
    setBusy(true);
    flowsApi.numbers(name, version, days, controller.signal).then(
      (answer) => {
        onNumbers(answer);
        setError(null);
        setBusy(false);
      },
      (problem: unknown) => {
        if (controller.signal.aborted) return;
        setError(problemOf(problem));
        setBusy(false);
      },
    );
    return () => controller.abort();
  }, [name, version, days, round, onNumbers, problemOf]);

  const columns = useMemo<Column<NodeNumbers>[]>(() => {
    const number = (key: "entered" | "abandoned" | "no_input" | "no_match", width = "96px"): Column<NodeNumbers> => ({
      key,
      title: t(`numbers.${key}`),
      width,
      align: "right",
      compare: (a, b) => a[key] - b[key],
      render: (one) => (
        <span className={`num ${one[key] === 0 ? "quiet" : ""}`}>
          {one[key].toLocaleString()}
          {key !== "entered" && one[key] > 0 && <i className="quiet"> {percent(one[key] / Math.max(1, one.entered))}</i>}
        </span>
      ),
    });
    return [
      { key: "step", title: t("numbers.step"), width: "minmax(140px, 1fr)", compare: (a, b) => a.step.localeCompare(b.step), render: (one) => <b className="mono">{one.step}</b> },
      number("entered"),
      {
        key: "exits",
        title: t("numbers.exits"),
        width: "minmax(200px, 2fr)",
        render: (one) => (
          <span className="exit-chips">
            {Object.entries(one.exits)
              .sort((a, b) => b[1] - a[1])
              .slice(0, 6)
              .map(([exit, count]) => (
                <span key={exit} className="mark num">
                  {w("exit", exit)} {count.toLocaleString()}
                </span>
              ))}
          </span>
        ),
      },
      number("abandoned", "120px"),
      number("no_input", "120px"),
      number("no_match", "120px"),
      { key: "mean_s", title: t("numbers.mean"), width: "84px", align: "right", compare: (a, b) => a.mean_s - b.mean_s, render: (one) => <span className="num">{one.mean_s < 60 ? t("numbers.seconds", { seconds: one.mean_s.toFixed(1) }) : duration(one.mean_s)}</span> },
    ];
  }, [t, w]);

  return (
    <div className="flow-numbers" data-testid="flow-numbers-panel">
      <header className="numbers-bar">
        <Segmented<number> value={days} onChange={setDays} options={DAYS.map((value) => ({ value, label: t(value === 1 ? "numbers.day" : "numbers.days", { days: value }) }))} />
        <Select<number>
          value={version ?? 0}
          onChange={(next) => setVersion(next === 0 ? null : next)}
          aria-label={t("versions.version")}
          popupMatchSelectWidth={false}
          options={[{ value: 0, label: t("numbers.all_versions") }, ...detail.versions.map((one) => ({ value: one.version, label: `v${one.version} · ${w("state", one.state)}` }))]}
        />
        {busy && <span className="spinner" />}
        {numbers && (
          <Button icon={<Icon name="flow" size={14} />} onClick={() => onCanvas(null)} data-testid="numbers-canvas">
            {t("numbers.on_canvas")}
          </Button>
        )}
      </header>
      {error !== null ? (
        <Panel className="fill">
          <NotLoaded error={error} onAgain={() => setRound(round + 1)} />
        </Panel>
      ) : numbers === null ? (
        <Loading rows={8} />
      ) : numbers.containment.calls === 0 ? (
        <Panel className="fill">
          <Nothing icon="plot" title={t("numbers.no_calls")}>
            {t("numbers.no_calls_text")}
          </Nothing>
        </Panel>
      ) : (
        <>
          <div className="numbers-top">
            <Contained numbers={numbers} />
            <Panel title={t("sankey.title")} icon="route" className="journeys">
              {numbers.journeys.length > 0 ? <SankeyView links={numbers.journeys} onStep={onCanvas} /> : <p className="quiet">{t("sankey.none")}</p>}
            </Panel>
          </div>
          <Panel title={t("numbers.steps")} icon="list" flush className="fill numbers-steps">
            <DataGrid columns={columns} rows={numbers.nodes} rowKey={(one) => one.step} label={t("numbers.steps")} testId="step-numbers" sort={sort} onSort={setSort} onOpen={(one) => onCanvas(one.step)} empty={null} />
          </Panel>
        </>
      )}
    </div>
  );
}
