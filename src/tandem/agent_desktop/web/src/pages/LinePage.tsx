// The one line of all who wait: on the phone, to be called back, kept for who was cut off.

import { Button, Select } from "antd";
import { useCallback, useMemo, useState } from "react";
import { useDesk } from "../desk";
import type { LineEntry } from "../generated/rest";
import { phoneNumber } from "../format";
import { useSpeech } from "../i18n";
import { useAgentName, useNames, useQueues } from "../names";
import { routingApi } from "../routingApi";
import { Loading, Name, Nothing, Since, Tier, Until } from "../ui/bits";
import { type Column, DataGrid } from "../ui/DataGrid";
import { Icon } from "../ui/icons";
import { SearchField } from "../ui/SearchField";
import { CallbackDialog } from "./line/CallbackDialog";
import { EntryPanel } from "./line/EntryPanel";
import { TaskDialog } from "./line/TaskDialog";
import { Refused } from "./notices";
import { useProblem } from "./useProblem";
import { Band } from "./why/Band";
import { Needs } from "./why/Needs";
import { usePolled } from "./why/usePolled";

const EVERY_MS = 2_000;
const MOST = 2_000;
const KINDS = ["live", "virtual", "cut_off", "transferred", "task"];

function useColumns(): Column<LineEntry>[] {
  const { t, w } = useSpeech();
  const names = useNames();
  const nameOf = useAgentName();
  return useMemo(
    () => [
      { key: "place", title: t("col.place"), width: "44px", align: "right", render: (one) => <b className="num">{one.place ?? "–"}</b> },
      { key: "kind", title: t("line.kind"), width: "96px", render: (one) => <span className={`mark kind-${one.kind}`}>{w("line_kind", one.kind)}</span> },
      {
        key: "caller",
        title: t("col.caller"),
        width: "minmax(120px, 1.3fr)",
        render: (one) => (
          <span className="cell-line">
            <Name>{one.name || phoneNumber(one.number) || (one.kind === "task" ? one.note || one.id : t("pop.withheld"))}</Name>
            {(one.tier === "vip" || one.tier === "gold") && <Tier tier={one.tier} />}
          </span>
        ),
      },
      { key: "queue", title: t("col.queue"), width: "minmax(0, 1.1fr)", render: (one) => <Name>{names.queue(one.queue)}</Name> },
      { key: "waited", title: t("col.wait"), width: "62px", align: "right", render: (one) => <Since at={one.since} /> },
      { key: "predicted", title: t("line.still"), width: "108px", align: "right", render: (one) => <Band p50_s={one.predicted_p50_s} p90_s={one.predicted_p90_s} /> },
      {
        key: "step",
        title: t("why.step"),
        width: "minmax(0, 1fr)",
        from_px: 860,
        render: (one) => (
          <span className="cell-line" title={one.step_needs}>
            <span className="step-index quiet">{one.step + 1}</span>
            <Needs text={one.step_needs} />
          </span>
        ),
      },
      {
        key: "state",
        title: t("col.state"),
        width: "minmax(0, 0.7fr)",
        render: (one) => (
          <span className={`cell-line line-state-${one.state}`}>
            {one.next_attempt_at !== null ? (
              <>
                {w("line_state", one.state)} <Until at={one.next_attempt_at} />
              </>
            ) : (
              w("line_state", one.state)
            )}
            {one.agent && (
              <span className="quiet">
                <Name>{nameOf(one.agent)}</Name>
              </span>
            )}
          </span>
        ),
      },
    ],
    [t, w, names, nameOf],
  );
}

export default function LinePage() {
  const { t, w, pick } = useSpeech();
  const problemOf = useProblem();
  const { me } = useDesk();
  const queues = useQueues();
  const [queue, setQueue] = useState<string | null>(null);
  const [kind, setKind] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [dialog, setDialog] = useState<"new" | "move" | "task" | null>(null);
  const columns = useColumns();
  const load = useCallback((signal: AbortSignal) => routingApi.line(queue, MOST, signal), [queue]);
  const { value, error, again } = usePolled(load, EVERY_MS);

  const shown = useMemo(() => {
    const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return (value?.entries ?? []).filter((one) => {
      const text = `${one.name} ${one.number} ${one.queue} ${one.step_needs}`.toLocaleLowerCase();
      return (kind === null || one.kind === kind) && words.every((word) => text.includes(word));
    });
  }, [value, kind, search]);
  const entry = value?.entries.find((one) => one.id === chosen) ?? null;
  const filtered = search !== "" || kind !== null || queue !== null;
  const clear = () => {
    setSearch("");
    setKind(null);
    setQueue(null);
  };
  const done = () => {
    setDialog(null);
    again();
  };

  return (
    <div className="line-page">
      <section className="panel fill">
        <header className="filters">
          <SearchField value={search} label={t("line.filter")} onChange={setSearch} />
          <Select
            className="filter-select"
            allowClear
            placeholder={t("col.queue")}
            aria-label={t("col.queue")}
            value={queue}
            onChange={(id?: string) => setQueue(id ?? null)}
            options={[...queues].map(([id, names]) => ({ value: id, label: pick(names, id) }))}
          />
          <Select
            className="filter-select"
            allowClear
            placeholder={t("line.kind")}
            aria-label={t("line.kind")}
            value={kind}
            onChange={(one?: string) => setKind(one ?? null)}
            options={KINDS.map((one) => ({ value: one, label: w("line_kind", one) }))}
          />
          <span className="quiet num" role="status">
            {value && t("line.count", { count: shown.length, all: value.total })}
          </span>
          <span className="filter-end" />
          {me.may.includes("create_task") && (
            <Button icon={<Icon name="ticket" size={14} />} onClick={() => setDialog("task")} data-testid="task-new">
              {t("task.new")}
            </Button>
          )}
          {me.may.includes("call_back") && (
            <Button type="primary" icon={<Icon name="callback" size={14} />} onClick={() => setDialog("new")} data-testid="callback-new">
              {t("line.promise")}
            </Button>
          )}
        </header>
        <Refused text={error === null ? null : problemOf(error)} />
        {value === null && error === null && <Loading rows={8} />}
        {value !== null && (
          <DataGrid
            columns={columns}
            rows={shown}
            rowKey={(one) => one.id}
            label={t("page.line")}
            testId="line"
            onOpen={(one) => setChosen(one.id)}
            isOpen={(one) => one.id === chosen}
            empty={
              filtered ? (
                <Nothing icon="search" title={t("line.no_match")}>
                  <button type="button" className="link" onClick={clear}>
                    {t("board.clear")}
                  </button>
                </Nothing>
              ) : (
                <Nothing icon="check" title={t("board.no_waiting")}>
                  {t("line.none_text")}
                </Nothing>
              )
            }
          />
        )}
      </section>
      <EntryPanel key={entry?.id} entry={entry} onMove={() => setDialog("move")} onChanged={again} />
      {dialog === "task" && <TaskDialog onClose={() => setDialog(null)} onDone={done} />}
      {dialog === "new" && <CallbackDialog entry={null} onClose={() => setDialog(null)} onDone={done} />}
      {dialog === "move" && entry && <CallbackDialog entry={entry} onClose={() => setDialog(null)} onDone={done} />}
    </div>
  );
}
