// Who is not to be called: searched, entered, lifted with a reason, imported. What is entered counts from the next second.

import { App, Button, Input, type InputRef, Modal, Select } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import { date, moment, phoneNumber } from "../../format";
import type { Forbid, ForbiddenLine, ForbiddenMany } from "../../generated/rest";
import { chordOf } from "../../keys";
import { oneLine } from "../../text";
import { Kbd, Loading, Name, Nothing } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { useAction, useDialog } from "../../ui/useActions";
import { Field } from "../routing/fields";
import { useProblem } from "../useProblem";
import { ImportWizard } from "./ImportWizard";
import { Failed, Refused } from "./parts";
import { count } from "./rows";
import { readEntries } from "./document";
import { useCampaignSpeech } from "./speech";

const SEARCH_AFTER_MS = 250;
/** What was entered counts at once, and reaches the store that is read here a moment later. */
const STORED_MS = 2_500;
const MOST_NUMBERS = 50_000;
const SCOPES = ["global", "campaign", "person"] as const;

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

function AddDialog({ onClose, onDone }: { onClose: () => void; onDone: (line: ForbiddenLine) => void }) {
  const { t } = useCampaignSpeech();
  const problemOf = useProblem();
  const rows = useDeskState((state) => state.live.campaigns);
  const [scope, setScope] = useState<(typeof SCOPES)[number]>("global");
  const [who, setWho] = useState("");
  const [campaign, setCampaign] = useState<string | null>(null);
  const [until, setUntil] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  useDialog(true);
  const text = oneLine(who);
  const can = text !== "" && (scope !== "campaign" || campaign !== null);
  const save = async () => {
    if (!can) return;
    setBusy(true);
    const body: Forbid = {
      scope,
      number: scope === "person" ? "" : text,
      person: scope === "person" ? text : "",
      campaign: scope === "campaign" ? campaign : null,
      until: until ? Date.parse(`${until}T00:00`) / 1000 : null,
    };
    try {
      onDone(await campaignsApi.forbid(body));
    } catch (error) {
      setFailed(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("dnc.add")}
      onCancel={onClose}
      width={460}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" danger loading={busy} disabled={!can} onClick={() => void save()} data-testid="dnc-save">
          {t("dnc.save")}
        </Button>,
      ]}
    >
      <div className="again-form">
        <Field label={t("dnc.scope")}>
          <Select value={scope} aria-label={t("dnc.scope")} options={SCOPES.map((value) => ({ value, label: t(`mark.scope_${value}`) }))} onChange={setScope} />
        </Field>
        <Field label={t(scope === "person" ? "dnc.person" : "customer.number")} {...(scope === "person" ? { hint: t("dnc.person_text") } : {})}>
          <Input autoFocus value={who} maxLength={100} aria-label={t("customer.number")} onChange={(event) => setWho(event.target.value)} onPressEnter={() => void save()} data-testid="dnc-number" />
        </Field>
        {scope === "campaign" && (
          <Field label={t("list.campaign")}>
            <Select showSearch optionFilterProp="label" value={campaign} placeholder={t("form.choose")} aria-label={t("list.campaign")} options={[...(rows?.values() ?? [])].map((row) => ({ value: row.id, label: row.name }))} onChange={setCampaign} />
          </Field>
        )}
        <Field label={t("dnc.until")} hint={t("dnc.until_text")}>
          <Input type="date" value={until} aria-label={t("dnc.until")} onChange={(event) => setUntil(event.target.value)} />
        </Field>
        <Refused text={failed} />
      </div>
    </Modal>
  );
}

function LiftDialog({ entry, onClose, onDone }: { entry: ForbiddenLine; onClose: () => void; onDone: () => void }) {
  const { t } = useCampaignSpeech();
  const problemOf = useProblem();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  useDialog(true);
  const said = oneLine(reason);
  const save = async () => {
    if (said === "") return;
    setBusy(true);
    try {
      await campaignsApi.lift(entry.id, said);
      onDone();
    } catch (error) {
      setFailed(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("dnc.lift_title")}
      onCancel={onClose}
      width={460}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" loading={busy} disabled={said === ""} onClick={() => void save()} data-testid="dnc-lift-save">
          {t("dnc.lift")}
        </Button>,
      ]}
    >
      <p className="dnc-who">
        <bdi className="num">{phoneNumber(entry.number) || entry.person}</bdi>
      </p>
      <Field label={t("dnc.reason")} hint={t("dnc.reason_text")}>
        <Input autoFocus value={reason} maxLength={200} aria-label={t("dnc.reason")} onChange={(event) => setReason(event.target.value)} onPressEnter={() => void save()} data-testid="dnc-reason" />
      </Field>
      <Refused text={failed} />
    </Modal>
  );
}

function ImportDialog({
  onClose,
  onDone,
  onFile,
}: {
  onClose: () => void;
  onDone: () => void;
  /** A file instead; null: not for this role. */
  onFile: (() => void) | null;
}) {
  const { t } = useCampaignSpeech();
  const problemOf = useProblem();
  const [text, setText] = useState("");
  const [country, setCountry] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const [answer, setAnswer] = useState<ForbiddenMany | null>(null);
  useDialog(true);
  const numbers = useMemo(() => readEntries(text).map(oneLine).filter(Boolean), [text]);
  const tooMany = numbers.length > MOST_NUMBERS;
  const countryBad = country !== "" && !/^[A-Z]{2}$/.test(country);
  const save = async () => {
    setBusy(true);
    setFailed("");
    try {
      setAnswer(await campaignsApi.forbidMany({ numbers: numbers.map((one) => one.slice(0, 200)), country }));
      onDone();
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("dnc.import")}
      onCancel={onClose}
      width={560}
      footer={[
        <Button key="no" onClick={onClose}>
          {t(answer ? "import.close" : "plan.cancel")}
        </Button>,
        !answer && (
          <Button key="yes" type="primary" danger loading={busy} disabled={numbers.length === 0 || tooMany || countryBad} onClick={() => void save()} data-testid="dnc-import-save">
            {t("dnc.import_save", { count: count(numbers.length) })}
          </Button>
        ),
      ]}
    >
      {answer ? (
        <div className="import-result" data-testid="dnc-imported">
          <dl className="import-counts">
            <div className="count-accepted">
              <dt>{t("dnc.entered")}</dt>
              <dd className="num">{count(answer.entered)}</dd>
            </div>
            <div className="count-bad">
              <dt>{t("dnc.bad")}</dt>
              <dd className="num">{count(answer.bad_count)}</dd>
            </div>
          </dl>
          {answer.bad.length > 0 && (
            <ul className="bad-numbers mono">
              {answer.bad.map((one, index) => (
                <li key={index}>
                  <bdi>{one}</bdi>
                </li>
              ))}
            </ul>
          )}
        </div>
      ) : (
        <div className="again-form">
          <Field label={t("dnc.numbers")} hint={t("dnc.numbers_text")}>
            <Input.TextArea rows={8} className="mono" value={text} aria-label={t("dnc.numbers")} onChange={(event) => setText(event.target.value)} data-testid="dnc-numbers" />
          </Field>
          <span className="form-line">
            {onFile && (
              <Button size="small" icon={<Icon name="upload" size={13} />} onClick={onFile} data-testid="dnc-file">
                {t("dnc.from_file")}
              </Button>
            )}
            <Input className="country-input" size="small" value={country} maxLength={2} status={countryBad ? "error" : ""} placeholder="CN" aria-label={t("import.country")} onChange={(event) => setCountry(event.target.value.toUpperCase())} />
            <span className="quiet small">{t("import.country_text")}</span>
          </span>
          {tooMany && <p className="warn-text">{t("dnc.too_many", { count: count(MOST_NUMBERS) })}</p>}
          <Refused text={failed} />
        </div>
      )}
    </Modal>
  );
}

function useColumns(onLift: ((entry: ForbiddenLine) => void) | null): Column<ForbiddenLine>[] {
  const { t, w, lang } = useCampaignSpeech();
  const nameOf = useCampaignNames();
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
      { key: "source", title: t("dnc.source"), width: "minmax(84px, 0.6fr)", render: (entry) => w("dnc_source", entry.source) },
      { key: "by", title: t("dnc.by"), width: "minmax(84px, 0.6fr)", render: (entry) => <Name>{entry.by || "–"}</Name> },
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
    [t, w, lang, nameOf, onLift],
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
  const field = useRef<InputRef>(null);
  useAction("search", () => field.current?.focus());
  const { entries, error, more, again, put, lift } = useEntries(oneLine(search), scope);
  const columns = useColumns(may.includes("change_campaigns") ? setLifting : null);
  return (
    <section className="panel fill do-not-call">
      <header className="filters">
        <Input
          ref={field}
          className="filter-text"
          allowClear
          placeholder={t("dnc.filter")}
          aria-label={t("dnc.filter")}
          suffix={search ? undefined : <Kbd>{chordOf("search")}</Kbd>}
          value={search}
          maxLength={100}
          onChange={(event) => setSearch(event.target.value)}
          data-testid="dnc-filter"
        />
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
          <Failed error={error} onAgain={() => again()} />
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
