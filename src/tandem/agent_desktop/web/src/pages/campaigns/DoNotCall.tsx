// Who is not to be called: searched, entered, lifted with a reason, imported. What is entered counts from the next second.

import { App, Button, Select } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import { date, moment, phoneNumber } from "../../format";
import type { ForbiddenLine } from "../../generated/rest";
import { useAgentName } from "../../names";
import { oneLine } from "../../text";
import { Loading, Name, Nothing } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { NotLoaded } from "../notices";
import { AddDialog, ImportDialog, LiftDialog, SCOPES } from "./DoNotCallDialogs";
import { ImportWizard } from "./ImportWizard";
import { useCampaignSpeech } from "./speech";

const SEARCH_AFTER_MS = 250;
/** What was entered counts at once, and reaches the store that is read here a moment later. */
const STORED_MS = 2_500;

function useEntries(q: string, scope: string | null) {
  const [entries, setEntries] = useState<readonly ForbiddenLine[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const next = useRef("");
  const busy = useRef(false);
  const signal = useRef<AbortSignal | undefined>(undefined);
  const load = useCallback(
    (cursor: string, before: readonly ForbiddenLine[]) => {
      const mine = signal.current;
      busy.current = true;
      campaignsApi
        .forbidden({ q, scope, cursor }, mine)
        .then(
          (page) => {
            if (mine?.aborted) return;
            setEntries([...before, ...page.entries]);
            next.current = page.next;
            setError(null);
          },
          (problem: unknown) => {
            if (!mine?.aborted) setError(problem);
          },
        )
        .finally(() => {
          if (!mine?.aborted) busy.current = false;
        });
    },
    [q, scope],
  );
  useEffect(() => {
    const controller = new AbortController();
    signal.current = controller.signal;
    next.current = "";
    const timer = setTimeout(() => load("", []), q ? SEARCH_AFTER_MS : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [load, q, turn]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const again = useCallback((after_ms = 0) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setTurn((old) => old + 1), after_ms);
  }, []);
  return {
    entries,
    error,
    more: () => {
      if (!busy.current && next.current && entries) load(next.current, entries);
    },
    again,
    /** Shown at once: the store follows. */
    put: (line: ForbiddenLine) => {
      setEntries((old) => [line, ...(old ?? []).filter((entry) => entry.id !== line.id)]);
      again(STORED_MS);
    },
    lift: (id: string) => {
      setEntries((old) => (old ?? []).map((entry) => (entry.id === id ? { ...entry, lifted: true } : entry)));
      again(STORED_MS);
    },
  };
}

function useCampaignNames(): (id: string) => string {
  const rows = useDeskState((state) => state.live.campaigns);
  return useCallback((id: string) => rows?.get(id)?.name ?? id, [rows]);
}

function useColumns(onLift: ((entry: ForbiddenLine) => void) | null): Column<ForbiddenLine>[] {
  const { t, w, lang } = useCampaignSpeech();
  const nameOf = useCampaignNames();
  const agentName = useAgentName();
  return useMemo(
    () => [
      {
        key: "who",
        title: t("dnc.who"),
        width: "minmax(150px, 1fr)",
        render: (entry) => (
          <span className={`cell-line ${entry.lifted ? "lifted" : ""}`}>
            {entry.number ? (
              <b className="num">
                <bdi>{phoneNumber(entry.number)}</bdi>
              </b>
            ) : (
              <Name>{entry.person}</Name>
            )}
          </span>
        ),
      },
      {
        key: "scope",
        title: t("dnc.scope"),
        width: "minmax(140px, 1fr)",
        render: (entry) => (
          <span className="cell-line">
            <span className="mark">{w("dnc_scope", entry.scope)}</span>
            {entry.campaign && <Name>{nameOf(entry.campaign)}</Name>}
          </span>
        ),
      },
      { key: "source", title: t("dnc.source"), width: "minmax(84px, 0.6fr)", from_px: 830, render: (entry) => w("dnc_source", entry.source) },
      { key: "by", title: t("dnc.by"), width: "minmax(84px, 0.6fr)", from_px: 930, render: (entry) => <Name>{agentName(entry.by) || "–"}</Name> },
      { key: "at", title: t("dnc.at"), width: "118px", render: (entry) => <span className="num">{moment(entry.at, serverNow(), lang)}</span> },
      {
        key: "until",
        title: t("dnc.until"),
        width: "112px",
        render: (entry) => (entry.lifted ? <span className="mark">{t("dnc.lifted")}</span> : <span className="num">{entry.until === null ? t("dnc.for_ever") : date(entry.until, lang)}</span>),
      },
      {
        key: "lift",
        title: "",
        width: onLift ? "88px" : "0",
        align: "right",
        render: (entry) =>
          onLift && !entry.lifted ? (
            <Button size="small" onClick={() => onLift(entry)} data-testid="dnc-lift">
              {t("dnc.lift")}
            </Button>
          ) : null,
      },
    ],
    [t, w, lang, nameOf, agentName, onLift],
  );
}

export function DoNotCall() {
  const { t } = useCampaignSpeech();
  const { message } = App.useApp();
  const may = useDesk().me.may;
  const [search, setSearch] = useState("");
  const [scope, setScope] = useState<string | null>(null);
  const [dialog, setDialog] = useState<"add" | "import" | "file" | null>(null);
  const [lifting, setLifting] = useState<ForbiddenLine | null>(null);
  const { entries, error, more, again, put, lift } = useEntries(oneLine(search), scope);
  const columns = useColumns(may.includes("change_campaigns") ? setLifting : null);
  return (
    <section className="panel fill do-not-call">
      <header className="filters">
        <SearchField value={search} label={t("dnc.filter")} onChange={setSearch} testId="dnc-filter" />
        <Select className="filter-select" allowClear placeholder={t("dnc.scope")} aria-label={t("dnc.scope")} value={scope} options={SCOPES.map((value) => ({ value, label: t(`mark.scope_${value}`) }))} onChange={(next?: string) => setScope(next ?? null)} />
        {may.includes("forbid_calls") && (
          <span className="filter-end form-line">
            <Button icon={<Icon name="upload" size={14} />} onClick={() => setDialog("import")} data-testid="dnc-import">
              {t("dnc.import")}
            </Button>
            <Button type="primary" icon={<Icon name="plus" size={14} />} onClick={() => setDialog("add")} data-testid="dnc-add">
              {t("dnc.add")}
            </Button>
          </span>
        )}
      </header>
      {entries === null ? (
        error === null ? (
          <Loading rows={8} />
        ) : (
          <NotLoaded error={error} onAgain={() => again()} />
        )
      ) : (
        <DataGrid
          columns={columns}
          rows={entries}
          rowKey={(entry) => entry.id}
          label={t("dnc.title")}
          testId="do-not-call-entries"
          onEnd={more}
          empty={<Nothing icon={search ? "search" : "forbid"} title={t(search || scope ? "nothing_found" : "dnc.none")}>{search || scope ? null : t("dnc.none_text")}</Nothing>}
        />
      )}
      {dialog === "add" && (
        <AddDialog
          onClose={() => setDialog(null)}
          onDone={(line) => {
            message.success(t("mark.forbidden"));
            setDialog(null);
            put(line);
          }}
        />
      )}
      {dialog === "import" && <ImportDialog onClose={() => setDialog(null)} onDone={() => again(STORED_MS)} onFile={may.includes("change_campaigns") ? () => setDialog("file") : null} />}
      {dialog === "file" && <ImportWizard campaign={null} onClose={() => setDialog(null)} onDone={() => again(STORED_MS)} />}
      {lifting && (
        <LiftDialog
          entry={lifting}
          onClose={() => setLifting(null)}
          onDone={() => {
            setLifting(null);
            lift(lifting.id);
          }}
        />
      )}
    </section>
  );
}
