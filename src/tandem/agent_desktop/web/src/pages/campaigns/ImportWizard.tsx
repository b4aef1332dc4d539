// A list is imported in three steps: the file, what its columns are, and how far it is. Nothing counts before the last.

import { Button, Input, Modal, Progress, Select, Steps, Switch } from "antd";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { upload, campaignsApi } from "../../campaignsApi";
import { fileSize } from "../../format";
import type { ImportJob, Inspected } from "../../generated/rest";
import { oneLine } from "../../text";
import { Field, Name } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { Refused } from "../notices";
import { useProblem } from "../useProblem";
import { usePolled } from "../why/usePolled";
import { MAX_FIELD_NAME, assign, fieldOf, forbiddenUses, guessed, mappingProblem, uses } from "./mapping";
import { count, percent } from "./rows";
import { useCampaignSpeech } from "./speech";

const MOST_BYTES = 500 * 1024 * 1024;
const POLL_MS = 700;
const DONE_MS = 3_600_000;

function DropFile({ forbidden, onInspected }: { forbidden: boolean; onInspected: (inspected: Inspected) => void }) {
  const { t } = useCampaignSpeech();
  const problemOf = useProblem();
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; bytes: number; ratio: number } | null>(null);
  const [failed, setFailed] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setFailed("");
    if (file.size > MOST_BYTES) {
      setFailed(t("import.too_large", { size: fileSize(MOST_BYTES) }));
      return;
    }
    const controller = new AbortController();
    running.current = controller;
    setSending({ name: file.name, bytes: file.size, ratio: 0 });
    try {
      onInspected(await upload(file, forbidden, (ratio) => setSending((old) => old && { ...old, ratio }), controller.signal));
    } catch (error) {
      if (!controller.signal.aborted) setFailed(problemOf(error));
    } finally {
      if (!controller.signal.aborted) setSending(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        className={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {sending ? (
          <>
            <p>
              <Name>{sending.name}</Name> <span className="quiet num">{fileSize(sending.bytes)}</span>
            </p>
            <Progress percent={Math.round(sending.ratio * 100)} status="active" />
            <p className="quiet small">{t(sending.ratio < 1 ? "import.sending" : "import.reading")}</p>
          </>
        ) : (
          <>
            <Icon name="upload" size={26} />
            <p>{t("import.drop")}</p>
            <Button onClick={() => input.current?.click()}>{t("import.choose")}</Button>
            <p className="quiet small">{t("import.kinds")}</p>
          </>
        )}
        <input
          ref={input}
          type="file"
          accept=".csv,.txt,.tsv,.xlsx"
          hidden
          data-testid="import-file"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
      </div>
      <Refused text={failed} />
    </>
  );
}

const OWN_FIELD = "field";

function Mapping({
  inspected,
  columns,
  forbidden,
  onColumns,
}: {
  inspected: Inspected;
  forbidden: boolean;
  columns: readonly string[];
  onColumns: (columns: string[]) => void;
}) {
  const { t, w } = useCampaignSpeech();
  const headers = inspected.columns.map((column) => column.header);
  return (
    <div className="scroll mapping-scroll">
      <table className="rows mapping" data-testid="mapping">
        <thead>
          <tr>
            {inspected.columns.map((column, index) => {
              const use = columns[index] ?? "";
              const own = use.startsWith("field.");
              return (
                <th key={index} className={use === "" ? "unused" : ""}>
                  <div className="mapping-use">
                    <span className="mapping-head">
                      <Name>{column.header || t("import.column", { number: index + 1 })}</Name>
                    </span>
                    <Select
                      size="small"
                      value={own ? OWN_FIELD : use}
                      popupMatchSelectWidth={false}
                      aria-label={t("import.use_of", { column: column.header || String(index + 1) })}
                      data-testid="mapping-use"
                      options={[
                        { value: "", label: t("import.not_taken") },
                        ...(forbidden ? forbiddenUses : uses).map((value) => ({ value, label: w("use", value) })),
                        ...(forbidden ? [] : [{ value: OWN_FIELD, label: t("import.own_field") }]),
                      ]}
                      onChange={(value) => onColumns(assign(columns, headers, index, value === OWN_FIELD ? fieldOf(column.header, index) : value))}
                    />
                    {own && (
                      <Input
                        size="small"
                        value={use.slice(6)}
                        maxLength={MAX_FIELD_NAME}
                        aria-label={t("import.field_name")}
                        onChange={(event) => onColumns(assign(columns, headers, index, `field.${event.target.value}`))}
                      />
                    )}
                  </div>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {inspected.sample.slice(0, 8).map((row, at) => (
            <tr key={at}>
              {inspected.columns.map((_, index) => (
                <td key={index} className={columns[index] === "" ? "unused" : ""}>
                  <Name>{(row[index] ?? "").slice(0, 200)}</Name>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Result({ job, forbidden }: { job: ImportJob; forbidden: boolean }) {
  const { t, pick } = useCampaignSpeech();
  const running = job.state === "waiting" || job.state === "running";
  const ratio = job.rows ? Math.min(1, job.rows_done / job.rows) : null;
  return (
    <div className="import-result" data-testid="import-job" data-state={job.state}>
      <Progress percent={job.state === "done" ? 100 : Math.floor((ratio ?? 0) * 100)} status={job.state === "failed" ? "exception" : running ? "active" : "success"} />
      <p className="quiet num">
        {t("import.rows_done", { done: count(job.rows_done), all: job.rows === null ? "…" : count(job.rows) })}
      </p>
      <dl className="import-counts">
        {(forbidden ? (["accepted", "duplicates", "bad"] as const) : (["accepted", "duplicates", "do_not_call", "bad"] as const)).map((key) => (
          <div key={key} className={`count-${key}`}>
            <dt>{t(`lists.${key}`)}</dt>
            <dd className="num">{count(job[key])}</dd>
            <dd className="quiet small num">{job.rows_done > 0 ? percent(job[key] / job.rows_done) : ""}</dd>
          </div>
        ))}
      </dl>
      {job.state === "failed" && <Refused text={`${t("import.failed")} ${pick(job.problem)}`} />}
      {job.state === "done" && job.bad > 0 && job.list_id !== "" && (
        <a className="link" href={campaignsApi.badRowsUrl(job.list_id)} download data-testid="import-bad-rows">
          {t("import.bad_rows", { count: count(job.bad) })}
        </a>
      )}
    </div>
  );
}

export function ImportWizard({
  campaign,
  onClose,
  onDone,
}: {
  /** Whose list it is; null: a list of who is not to be called. */
  campaign: string | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t, pick } = useCampaignSpeech();
  const problemOf = useProblem();
  const [inspected, setInspected] = useState<Inspected | null>(null);
  const [columns, setColumns] = useState<readonly string[]>([]);
  const [name, setName] = useState("");
  const [header, setHeader] = useState(true);
  const [country, setCountry] = useState("");
  const [job, setJob] = useState<string | null>(null);
  const [first, setFirst] = useState<ImportJob | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  useDialog(true);

  const load = useMemo(() => (job === null ? null : (signal: AbortSignal) => campaignsApi.job(job, signal)), [job]);
  const polled = usePolled(load, over ? DONE_MS : POLL_MS);
  const shown = polled.value ?? first;
  const ended = shown !== null && (shown.state === "done" || shown.state === "failed");
  useEffect(() => {
    if (!ended || over) return;
    setOver(true);
    onDone();
  }, [ended, over, onDone]);

  const forbidden = campaign === null;
  const problem = inspected ? mappingProblem(columns, forbidden) : null;
  const countryBad = country !== "" && !/^[A-Z]{2}$/.test(country);
  const start = async () => {
    if (!inspected || problem || countryBad) return;
    setBusy(true);
    setFailed("");
    try {
      const shared = { upload: inspected.upload, columns: columns.map(oneLine), country, header };
      const made = campaign === null ? await campaignsApi.forbidList(shared) : await campaignsApi.importList({ ...shared, campaign, name: oneLine(name) || inspected.name });
      setFirst(made);
      setJob(made.id);
    } catch (error) {
      setFailed(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const undo = async () => {
    if (!shown) return;
    setBusy(true);
    try {
      await campaignsApi.removeList(shown.list_id);
      onDone();
      onClose();
    } catch (error) {
      setFailed(problemOf(error));
      setBusy(false);
    }
  };
  const step = job !== null ? 2 : inspected ? 1 : 0;
  return (
    <Modal
      open
      title={t(forbidden ? "dnc.import_title" : "lists.import")}
      onCancel={onClose}
      width={step === 1 ? 980 : 640}
      style={{ top: 40 }}
      mask={{ closable: false }}
      footer={
        step === 0
          ? null
          : step === 1
            ? [
                <Button key="back" onClick={() => setInspected(null)}>
                  {t("import.other_file")}
                </Button>,
                <Button key="go" type="primary" loading={busy} disabled={problem !== null || countryBad} onClick={() => void start()} data-testid="import-start">
                  {inspected?.rows === null ? t("import.start") : t("import.start_rows", { count: count(inspected?.rows) })}
                </Button>,
              ]
            : [
                ended && !forbidden && shown.state === "done" && (
                  <Button key="undo" danger loading={busy} icon={<Icon name="undo" size={13} />} onClick={() => void undo()} data-testid="import-undo">
                    {t("lists.undo")}
                  </Button>
                ),
                <Button key="close" type="primary" onClick={onClose} data-testid="import-close">
                  {t(ended ? "import.close" : "import.close_running")}
                </Button>,
              ]
      }
    >
      <Steps size="small" current={step} className="import-steps" items={(["file", "columns", "result"] as const).map((key) => ({ title: t(`import.step_${key}`) }))} />
      {step === 0 && (
        <DropFile
          forbidden={forbidden}
          onInspected={(found) => {
            setInspected(found);
            setColumns(guessed(found));
            setName(found.name.replace(/\.\w{1,5}$/, "").slice(0, 200));
          }}
        />
      )}
      {step === 1 && inspected && (
        <div className="import-columns">
          <p className="quiet">
            <Name>{inspected.name}</Name> · {t("import.found", { encoding: inspected.encoding, separator: inspected.separator === "\t" ? "Tab" : inspected.separator || "–" })}
            {inspected.rows !== null && <> · {t("import.about_rows", { count: count(inspected.rows) })}</>}
          </p>
          {inspected.problems.length > 0 && (
            <ul className="import-problems" data-testid="import-problems">
              {inspected.problems.map((one, index) => (
                <li key={index}>
                  <Icon name="alert" size={13} /> <bdi>{pick(one)}</bdi>
                </li>
              ))}
            </ul>
          )}
          <div className="form-grid">
            {!forbidden && (
              <Field label={t("import.name")}>
                <Input value={name} maxLength={200} aria-label={t("import.name")} onChange={(event) => setName(event.target.value)} />
              </Field>
            )}
            <Field label={t("import.country")} hint={t("import.country_text")}>
              <Input value={country} maxLength={2} placeholder="CN" status={countryBad ? "error" : ""} aria-label={t("import.country")} onChange={(event) => setCountry(event.target.value.toUpperCase())} />
            </Field>
            <Field label={t("import.header")}>
              <Switch checked={header} aria-label={t("import.header")} onChange={setHeader} />
            </Field>
          </div>
          <Mapping inspected={inspected} columns={columns} forbidden={forbidden} onColumns={setColumns} />
          {problem && (
            <p className="warn-text" role="alert" data-testid="mapping-problem">
              <Icon name="alert" size={13} /> {t(`import.${problem}`)}
            </p>
          )}
          <Refused text={failed} />
        </div>
      )}
      {step === 2 && shown && <Result job={shown} forbidden={forbidden} />}
      {step === 2 && <Refused text={failed} />}
    </Modal>
  );
}
