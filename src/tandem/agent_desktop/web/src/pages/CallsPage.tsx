// All calls, newest first: filter, scroll on for older ones, open one for its timeline and recording.

import { Button, Select } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type CallFilter, api } from "../api";
import { serverNow } from "../clock";
import { useDesk, useDeskState } from "../desk";
import type { CallLine } from "../generated/rest";
import { duration, moment, phoneNumber } from "../format";
import { useSpeech } from "../i18n";
import { useNames, useQueues } from "../names";
import { pathOf } from "../roles";
import { navigate, useSearch } from "../router";
import { LanguageMark, Loading, Name, Nothing, Panel } from "../ui/bits";
import { type Column, DataGrid } from "../ui/DataGrid";
import { Icon } from "../ui/icons";
import { SearchField } from "../ui/SearchField";
import { CallDrawer } from "./calls/CallDrawer";
import { NotLoaded } from "./notices";

const PAGE = 100;
const TYPING_MS = 300;
const OUTCOMES = [
  "answered",
  "abandoned_in_queue",
  "abandoned_in_ivr",
  "transferred_out",
  "self_served",
  "voicemail",
  "callback",
  "message",
  "not_reached",
  "switch_failure",
  "rejected",
] as const;

interface List {
  calls: CallLine[];
  nextBefore: number | null;
  state: "loading" | "more" | "ready" | "failed";
}

function useCalls(filter: CallFilter) {
  const [list, setList] = useState<List>({ calls: [], nextBefore: null, state: "loading" });
  const [turn, setTurn] = useState(0);
  const request = useRef<AbortController | null>(null);

  const load = useCallback(
    (before: number | null) => {
      request.current?.abort();
      const controller = new AbortController();
      request.current = controller;
      setList((old) => ({ ...old, state: before === null ? "loading" : "more" }));
      api.calls(filter, before, PAGE, controller.signal).then(
        (page) =>
          setList((old) => ({
            calls: before === null ? page.calls : [...old.calls, ...page.calls],
            nextBefore: page.next_before,
            state: "ready",
          })),
        () => {
          if (!controller.signal.aborted) setList((old) => ({ ...old, state: "failed" }));
        },
      );
    },
    [filter],
  );
  useEffect(() => {
    load(null);
    return () => request.current?.abort();
  }, [load, turn]);
  const more = () => {
    if (list.state === "ready" && list.nextBefore !== null) load(list.nextBefore);
  };
  return { list, more, refresh: () => setTurn((old) => old + 1) };
}

function useColumns(): Column<CallLine>[] {
  const { t, w, lang } = useSpeech();
  const names = useNames();
  return useMemo(
    () => [
      {
        key: "time",
        title: t("col.time"),
        width: "minmax(92px, 124px)",
        render: (call) => <span className="num quiet">{moment(call.started_at, serverNow(), lang)}</span>,
      },
      {
        key: "caller",
        title: t("col.caller"),
        width: "minmax(190px, 1.6fr)",
        render: (call) => {
          const name = call.customer_name || call.caller_name;
          return (
            <span className="cell-line">
              {name && (
                <b>
                  <Name>{name}</Name>
                </b>
              )}
              <span className={name ? "quiet num" : "num"} title={phoneNumber(call.number)}>
                {phoneNumber(call.number) || (name ? "" : t("pop.withheld"))}
              </span>
            </span>
          );
        },
      },
      {
        key: "queue",
        title: t("col.queue"),
        width: "minmax(96px, 1fr)",
        render: (call) => (
          <span className="cell-line">
            {call.queue && <Name>{names.queue(call.queue)}</Name>}
            {call.language && <LanguageMark code={call.language} />}
          </span>
        ),
      },
      {
        key: "outcome",
        title: t("col.outcome"),
        width: "minmax(118px, 150px)",
        render: (call) => (
          <span className={`outcome outcome-${call.outcome ?? "open"}`}>{w("outcome", call.outcome ?? "open")}</span>
        ),
      },
      {
        key: "agent",
        title: t("col.agent"),
        width: "minmax(90px, 0.9fr)",
        from_px: 900,
        render: (call) => <Name>{call.agent_name ?? call.agent ?? ""}</Name>,
      },
      {
        key: "wait",
        title: t("col.wait"),
        width: "64px",
        align: "right",
        render: (call) => <span className="num">{call.outcome === null && call.wait_s === 0 ? "–" : duration(call.wait_s)}</span>,
      },
      {
        key: "talk",
        title: t("col.talk"),
        width: "64px",
        align: "right",
        render: (call) => <span className="num">{call.talk_s > 0 ? duration(call.talk_s) : "–"}</span>,
      },
      {
        key: "recorded",
        title: t("col.recorded"),
        width: "52px",
        from_px: 820,
        align: "right",
        render: (call) =>
          call.recordings > 0 ? (
            <span className="quiet" title={t("calls.recordings")}>
              <Icon name="record" size={14} />
            </span>
          ) : null,
      },
    ],
    [t, w, lang, names],
  );
}

function Filters({
  filter,
  onChange,
  onRefresh,
  busy,
}: {
  filter: CallFilter;
  onChange: (filter: CallFilter) => void;
  onRefresh: () => void;
  busy: boolean;
}) {
  const { t, w, pick } = useSpeech();
  const { me } = useDesk();
  const queues = useQueues();
  const seats = useDeskState((state) => state.live.board?.seats ?? null);
  const [text, setText] = useState(filter.q ?? "");

  const latest = useRef({ filter, onChange });
  useEffect(() => {
    latest.current = { filter, onChange };
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      const { filter: now, onChange: change } = latest.current;
      if ((now.q ?? "") !== text.trim()) change({ ...now, q: text.trim() });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const agents = useMemo(
    () =>
      [...(seats?.values() ?? [])]
        .map((seat) => ({ value: seat.login, label: seat.name || seat.login }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [seats],
  );
  const any = Boolean(text || filter.queue || filter.agent || filter.outcome);
  return (
    <div className="filters">
      <SearchField value={text} label={t("calls.filter")} onChange={setText} testId="calls-filter" />
      <Select
        className="filter-select"
        allowClear
        placeholder={t("calls.outcome")}
        aria-label={t("calls.outcome")}
        data-testid="calls-outcome"
        value={filter.outcome}
        onChange={(outcome: string | undefined) => onChange({ ...filter, outcome })}
        options={OUTCOMES.map((code) => ({ value: code, label: w("outcome", code) }))}
      />
      {queues.size > 0 && (
        <Select
          className="filter-select"
          allowClear
          placeholder={t("calls.queue")}
          aria-label={t("calls.queue")}
          value={filter.queue}
          onChange={(queue: string | undefined) => onChange({ ...filter, queue })}
          options={[...queues].map(([id, names]) => ({ value: id, label: pick(names, id) }))}
        />
      )}
      {me.user.role !== "agent" && agents.length > 0 && (
        <Select
          className="filter-select"
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("calls.agent")}
          aria-label={t("calls.agent")}
          value={filter.agent}
          onChange={(agent: string | undefined) => onChange({ ...filter, agent })}
          options={agents}
        />
      )}
      {any && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setText("");
            onChange({});
          }}
        >
          {t("calls.clear")}
        </button>
      )}
      <Button className="filter-end" onClick={onRefresh} loading={busy} icon={<Icon name="refresh" size={14} />}>
        {t("calls.refresh")}
      </Button>
    </div>
  );
}

export default function CallsPage() {
  const { t } = useSpeech();
  const [filter, setFilter] = useState<CallFilter>({});
  const { list, more, refresh } = useCalls(filter);
  const columns = useColumns();
  const open = new URLSearchParams(useSearch()).get("call");
  const show = (id: string | null) =>
    navigate(id ? `${pathOf.calls}?call=${encodeURIComponent(id)}` : pathOf.calls, { replace: open !== null });

  const foot = () => {
    if (list.calls.length === 0) return null;
    if (list.state === "more") return <p className="grid-foot quiet">{t("loading")}</p>;
    if (list.state === "failed") {
      return (
        <p className="grid-foot">
          {t("load_failed")}{" "}
          <button type="button" className="link" onClick={refresh}>
            {t("retry")}
          </button>
        </p>
      );
    }
    return list.nextBefore === null ? <p className="grid-foot quiet">{t("calls.end")}</p> : null;
  };
  const empty = () => {
    if (list.state === "loading") return <Loading rows={8} />;
    if (list.state === "failed") {
      return (
        <NotLoaded onAgain={refresh} />
      );
    }
    return (
      <Nothing icon="list" title={t("calls.none")}>
        {t("calls.none_text")}
      </Nothing>
    );
  };

  return (
    <Panel className="fill calls" flush>
      <Filters filter={filter} onChange={setFilter} onRefresh={refresh} busy={list.state === "loading"} />
      <DataGrid
        columns={columns}
        rows={list.calls}
        rowKey={(call) => call.id}
        label={t("page.calls")}
        testId="calls"
        onOpen={(call) => show(call.id)}
        isOpen={(call) => call.id === open}
        onEnd={more}
        empty={empty()}
        foot={foot()}
      />
      <CallDrawer id={open} onClose={() => show(null)} />
    </Panel>
  );
}
