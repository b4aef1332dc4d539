// A stored day once more, with another plan: choose, run, compare.

import { App, Button, InputNumber, Progress, Select } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { WhatIfDesk, WhatIfJob, WhatIfResult } from "../../generated/rest";
import { serverNow } from "../../clock";
import { duration, moment, share } from "../../format";
import { useSpeech } from "../../i18n";
import { lines as cleanLines } from "../../text";
import { routingApi } from "../../routingApi";
import { Field, Loading, Name, Nothing, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { NotLoaded, Refused } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { usePolled } from "../why/usePolled";
import { Plot } from "./Plot";
import { amount, verdict } from "./judging";

const EVERY_MS = 1_000;
const OVER = new Set(["done", "failed", "cancelled"]);

function Measures({ result }: { result: WhatIfResult }) {
  const { t, pick } = useSpeech();
  return (
    <div className="scroll">
      <table className="rows measures" data-testid="measures">
        <thead>
          <tr>
            <th>{t("whatif.measure")}</th>
            <th className="right">{t("whatif.before")}</th>
            <th className="right">{t("whatif.after")}</th>
            <th className="right">{t("whatif.difference")}</th>
            <th className="right">{t("whatif.interval")}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {result.measures.map((measure) => {
            const judged = verdict(measure);
            return (
              <tr key={measure.name} className={`verdict-${judged}`}>
                <td>
                  <Name>{pick(measure.title, measure.name)}</Name>
                </td>
                <td className="num right">{amount(measure.before, measure.unit)}</td>
                <td className="num right">
                  <b>{amount(measure.after, measure.unit)}</b>
                </td>
                <td className="num right verdict">
                  {amount(measure.difference, measure.unit, true)}
                  {measure.unit === "share" && t("whatif.points")}
                </td>
                <td className="num right quiet">
                  {amount(measure.low, measure.unit, true)} … {amount(measure.high, measure.unit, true)}
                </td>
                <td className="verdict">{judged === "neither" ? "" : t(`whatif.${judged}`)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Result({ result }: { result: WhatIfResult }) {
  const { t, pick } = useSpeech();
  const half = result.half_hours;
  const minutes = useMemo(() => half.map((one) => one.minute), [half]);
  const both = (key: "service_level" | "waiting" | "occupancy") => [
    { name: t("whatif.before"), tone: "before", dashed: true, values: half.map((one) => one[`${key}_before`]) },
    { name: t("whatif.after"), tone: "after", values: half.map((one) => one[`${key}_after`]) },
  ];
  return (
    <div className="whatif-result">
      <p className="whatif-note" role="note">
        <Icon name="alert" size={14} /> {t("whatif.fitted")}
      </p>
      {result.notes.map((note, index) => (
        <p key={index} className="quiet small">
          <bdi>{pick(note)}</bdi>
        </p>
      ))}
      <Measures result={result} />
      {minutes.length > 0 && (
        <div className="plots">
          <Plot title={t("whatif.plot_service_level")} minutes={minutes} series={both("service_level")} most={1} show={(value) => share(value)} />
          <Plot title={t("whatif.plot_waiting")} minutes={minutes} series={both("waiting")} show={(value) => value.toFixed(value < 10 ? 1 : 0)} />
          <Plot title={t("whatif.plot_occupancy")} minutes={minutes} series={both("occupancy")} most={1} show={(value) => share(value)} />
        </div>
      )}
      {result.actual.length > 0 && (
        <details className="whatif-actual">
          <summary>{t("whatif.actual")}</summary>
          <p className="quiet small">{t("whatif.actual_text")}</p>
          <table className="rows measures">
            <thead>
              <tr>
                <th>{t("whatif.measure")}</th>
                <th className="right">{t("whatif.really")}</th>
                <th className="right">{t("whatif.simulated")}</th>
                <th className="right">{t("whatif.difference")}</th>
              </tr>
            </thead>
            <tbody>
              {result.actual.map((measure) => (
                <tr key={measure.name}>
                  <td>{pick(measure.title, measure.name)}</td>
                  <td className="num right">{amount(measure.before, measure.unit)}</td>
                  <td className="num right">{amount(measure.after, measure.unit)}</td>
                  <td className="num right">{amount(measure.difference, measure.unit, true)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}

function Job({ id, onOver }: { id: string; onOver: () => void }) {
  const { t, w, pick } = useSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const [over, setOver] = useState(false);
  const load = useMemo(() => (over ? null : (signal: AbortSignal) => routingApi.whatIf(id, signal)), [id, over]);
  const { value, error } = usePolled(load, EVERY_MS);
  const [job, setJob] = useState<WhatIfJob | null>(null);
  useEffect(() => {
    if (value === null) return;
    setJob(value);
    if (OVER.has(value.state)) {
      setOver(true);
      onOver();
    }
  }, [value, onOver]);

  if (job === null) {
    return error === null ? <Loading rows={5} /> : <Nothing icon="alert" title={problemOf(error)} />;
  }
  if (job.state === "done" && job.result) return <Result result={job.result} />;
  if (OVER.has(job.state)) {
    return (
      <Nothing icon={job.state === "failed" ? "alert" : "stop"} title={t(job.state === "failed" ? "whatif.failed" : "whatif.cancelled")}>
        <bdi>{pick(job.problem)}</bdi>
      </Nothing>
    );
  }
  const cancel = () =>
    routingApi.cancelWhatIf(id).then(
      () => setJob({ ...job, state: "cancelled" }),
      (problem: unknown) => message.error(problemOf(problem)),
    );
  return (
    <div className="whatif-progress" role="status" data-testid="whatif-progress">
      <p>
        <b>{w("job", job.state)}</b> · {t("whatif.runs_done", { done: job.runs_done, all: job.runs })}
        {job.remaining_s !== null && <span className="quiet num"> · {t("whatif.remaining", { time: duration(job.remaining_s) })}</span>}
      </p>
      <Progress percent={Math.round((100 * job.runs_done) / Math.max(1, job.runs))} status="active" />
      <Button icon={<Icon name="stop" size={14} />} onClick={() => void cancel()} data-testid="whatif-cancel">
        {t("whatif.cancel")}
      </Button>
    </div>
  );
}

function Choose({ desk, onStarted }: { desk: WhatIfDesk; onStarted: (job: WhatIfJob) => void }) {
  const { t, pick } = useSpeech();
  const problemOf = useProblem();
  const [day, setDay] = useState<string | null>(desk.days.find((one) => one.complete)?.day ?? desk.days[0]?.day ?? null);
  const [change, setChange] = useState(desk.examples[0]?.change ?? "");
  const [runs, setRuns] = useState(20);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const chosen = desk.days.find((one) => one.day === day);
  const run = async () => {
    if (day === null) return;
    setBusy(true);
    setFailed(null);
    try {
      onStarted(await routingApi.startWhatIf({ day, change: cleanLines(change), runs }));
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  if (desk.days.length === 0) {
    return (
      <Nothing icon="clock" title={t("whatif.no_days")}>
        {t("whatif.no_days_text")}
      </Nothing>
    );
  }
  return (
    <div className="whatif-form">
      <Field label={t("whatif.day")} {...(chosen ? { hint: t(chosen.complete ? "whatif.day_about" : "whatif.day_gap", { calls: chosen.calls, agents: chosen.agents }) } : {})}>
        <Select showSearch value={day} aria-label={t("whatif.day")} options={desk.days.map((one) => ({ value: one.day, label: one.day }))} onChange={setDay} />
      </Field>
      <Field label={t("whatif.change")}>
        <textarea
          className="mono whatif-change"
          rows={9}
          wrap="off"
          spellCheck={false}
          value={change}
          maxLength={100_000}
          aria-label={t("whatif.change")}
          data-testid="whatif-change"
          onChange={(event) => setChange(event.target.value)}
        />
      </Field>
      {desk.examples.length > 0 && (
        <div className="whatif-examples" role="group" aria-label={t("whatif.examples")}>
          <span className="quiet">{t("whatif.examples")}</span>
          {desk.examples.map((example, index) => (
            <button key={index} type="button" className="chip tone-off" onClick={() => setChange(example.change)}>
              {pick(example.title)}
            </button>
          ))}
        </div>
      )}
      <Field label={t("whatif.runs")} hint={t("whatif.runs_hint")}>
        <InputNumber min={1} max={200} value={runs} aria-label={t("whatif.runs")} onChange={(value) => setRuns(value ?? 20)} />
      </Field>
      <Button type="primary" loading={busy} disabled={day === null} icon={<Icon name="play" size={14} />} onClick={() => void run()} data-testid="whatif-run">
        {t("whatif.run")}
      </Button>
      <Refused text={failed} />
      <p className="quiet small">{t("whatif.about")}</p>
    </div>
  );
}

export function WhatIf() {
  const { t, w, lang } = useSpeech();
  const { value, error, again } = useLoaded(useCallback(() => routingApi.whatIfDesk(), []));
  const [job, setJob] = useState<string | null>(null);
  if (value === null && error === null) return <Loading rows={8} />;
  if (value === null) {
    return (
      <NotLoaded error={error} onAgain={again} />
    );
  }
  return (
    <div className="whatif">
      <div className="whatif-side">
        <Panel title={t("whatif.title")} icon="play">
          <Choose
            desk={value}
            onStarted={(started) => {
              setJob(started.id);
              again();
            }}
          />
        </Panel>
        <Panel title={t("whatif.jobs")} icon="list" flush className="fill">
          {value.jobs.length === 0 ? (
            <p className="quiet pad">{t("whatif.no_jobs")}</p>
          ) : (
            <ul className="jobs scroll">
              {value.jobs.map((one) => (
                <li key={one.id}>
                  <button type="button" className={one.id === job ? "on" : ""} onClick={() => setJob(one.id)}>
                    <b className="num">{one.day}</b>
                    <span className={`job-${one.state}`}>{w("job", one.state)}</span>
                    <span className="quiet small">
                      <Name>{one.by}</Name> · {moment(one.started_at, serverNow(), lang)}
                    </span>
                    <span className="quiet small mono cut">{one.change.split("\n").filter((line) => line.trim() && !line.startsWith("#")).slice(0, 3).join(" ")}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
      <Panel title={t("whatif.result")} icon="plot" className="fill whatif-main">
        <div className="scroll">
          {job === null ? (
            <Nothing icon="plot" title={t("whatif.nothing_yet")}>
              {t("whatif.nothing_yet_text")}
            </Nothing>
          ) : (
            <Job key={job} id={job} onOver={again} />
          )}
        </div>
      </Panel>
    </div>
  );
}
