// How many callers to expect and how many agents they need, per half hour.

import { Input, Select } from "antd";
import { useMemo, useState } from "react";
import { serverNow } from "../../clock";
import type { Staffing as StaffingShape } from "../../generated/rest";
import { duration, localInput, share } from "../../format";
import { useSpeech } from "../../i18n";
import { useQueues } from "../../names";
import { routingApi } from "../../routingApi";
import { Loading, Nothing, Panel } from "../../ui/bits";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { Plot } from "./Plot";
import { timeOfDay } from "./scale";

const DAY_S = 86_400;

function Table({ staffing }: { staffing: StaffingShape }) {
  const { t } = useSpeech();
  return (
    <div className="scroll">
      <table className="rows staffing-rows" data-testid="staffing">
        <thead>
          <tr>
            <th>{t("col.time")}</th>
            <th className="right">{t("staffing.forecast")}</th>
            <th className="right">{t("staffing.band")}</th>
            <th className="right">{t("staffing.actual")}</th>
            <th className="right">{t("staffing.erlang_a")}</th>
            <th className="right">{t("staffing.erlang_c")}</th>
            <th className="right">{t("staffing.on_shift")}</th>
            <th className="right">{t("staffing.missing")}</th>
            <th className="right">{t("col.service_level")}</th>
          </tr>
        </thead>
        <tbody>
          {staffing.half_hours.map((half) => {
            const missing = half.on_shift === null ? null : Math.max(0, Math.ceil(half.erlang_a - half.on_shift));
            return (
              <tr key={half.minute}>
                <td className="num">{timeOfDay(half.minute)}</td>
                <td className="num right">{half.forecast.toFixed(1)}</td>
                <td className="num right quiet">
                  {half.low.toFixed(0)} – {half.high.toFixed(0)}
                </td>
                <td className="num right">{half.actual === null ? "–" : half.actual.toFixed(0)}</td>
                <td className="num right">
                  <b>{half.erlang_a}</b>
                </td>
                <td className="num right quiet">{half.erlang_c}</td>
                <td className="num right">{half.on_shift === null ? "–" : half.on_shift.toFixed(1)}</td>
                <td className={`num right ${missing ? "level-bad-text" : "quiet"}`}>{missing ?? "–"}</td>
                <td className="num right">{share(half.service_level)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Shown({ staffing }: { staffing: StaffingShape }) {
  const { t, pick } = useSpeech();
  const half = staffing.half_hours;
  const minutes = useMemo(() => half.map((one) => one.minute), [half]);
  if (half.length === 0) {
    return (
      <Nothing icon="plot" title={t("staffing.nothing")}>
        {t("staffing.nothing_text")}
      </Nothing>
    );
  }
  return (
    <div className="staffing-shown scroll">
      <dl className="facts">
        <div>
          <dt>{t("form.target")}</dt>
          <dd className="num">
            {share(staffing.target_share)} / {duration(staffing.target_s)}
          </dd>
        </div>
        <div>
          <dt>{t("staffing.handle")}</dt>
          <dd className="num">{duration(staffing.handle_s)}</dd>
        </div>
        <div>
          <dt>{t("staffing.patience")}</dt>
          <dd className="num">{staffing.patience_s === null ? t("staffing.no_patience") : duration(staffing.patience_s)}</dd>
        </div>
        <div>
          <dt>{t("staffing.history")}</dt>
          <dd className="num">{t("staffing.days", { count: staffing.history_days })}</dd>
        </div>
      </dl>
      {staffing.notes.map((note, index) => (
        <p key={index} className="quiet small">
          <bdi>{pick(note)}</bdi>
        </p>
      ))}
      <div className="plots">
        <Plot
          title={t("staffing.plot_calls")}
          minutes={minutes}
          band={{ name: t("staffing.band"), low: half.map((one) => one.low), high: half.map((one) => one.high) }}
          series={[
            { name: t("staffing.forecast"), tone: "after", values: half.map((one) => one.forecast) },
            { name: t("staffing.actual"), tone: "before", values: half.map((one) => one.actual), dashed: true },
          ]}
          show={(value) => value.toFixed(0)}
        />
        <Plot
          title={t("staffing.plot_agents")}
          minutes={minutes}
          series={[
            { name: t("staffing.erlang_a"), tone: "after", values: half.map((one) => one.erlang_a), steps: true },
            { name: t("staffing.erlang_c"), tone: "plain", values: half.map((one) => one.erlang_c), steps: true, dashed: true },
            { name: t("staffing.on_shift"), tone: "need", values: half.map((one) => one.on_shift), steps: true },
          ]}
          show={(value) => value.toFixed(0)}
        />
      </div>
      <Table staffing={staffing} />
    </div>
  );
}

export function Staffing() {
  const { t, pick } = useSpeech();
  const queues = useQueues();
  const [asked, setQueue] = useState<string | null>(null);
  const [day, setDay] = useState(() => localInput(serverNow() + DAY_S).slice(0, 10));
  const queue = asked ?? [...queues.keys()][0] ?? null;
  const load = useMemo(
    () => async () => (queue === null || !/^\d{4}-\d\d-\d\d$/.test(day) ? null : routingApi.staffing(queue, day)),
    [queue, day],
  );
  const { value, error, busy, again } = useLoaded(load);
  return (
    <Panel
      title={t("staffing.title")}
      icon="users"
      className="fill"
      flush
      extra={
        <>
          <Select
            size="small"
            className="filter-select"
            showSearch
            value={queue}
            placeholder={t("col.queue")}
            aria-label={t("col.queue")}
            options={[...queues].map(([id, names]) => ({ value: id, label: pick(names, id) }))}
            onChange={setQueue}
          />
          <Input size="small" className="day-input" type="date" value={day} aria-label={t("whatif.day")} onChange={(event) => setDay(event.target.value)} />
        </>
      }
    >
      {error !== null && (
        <NotLoaded error={error} onAgain={again} />
      )}
      {error === null && value === null && (busy ? <Loading rows={6} /> : <Nothing icon="list" title={t("board.no_queues")} />)}
      {error === null && value !== null && <Shown staffing={value} />}
    </Panel>
  );
}
