// Versions of a flow: what is live, what some calls get, the way back, and what differs between two of them.

import { App, Button, Modal, Segmented, Select, Slider } from "antd";
import { useEffect, useMemo, useState } from "react";
import { serverNow } from "../../clock";
import { ApiError } from "../../api";
import { flowsApi } from "../../flowsApi";
import { moment } from "../../format";
import type { FlowDetail, FlowVersion } from "../../generated/rest";
import { Loading, Name, Panel } from "../../ui/bits";
import { type Column, DataGrid } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { useQuestion } from "../../ui/useQuestion";
import { NotLoaded } from "../notices";
import { useProblem } from "../useProblem";
import { DiffView, type Side } from "./DiffView";
import { percent } from "./FlowList";
import { useFlowSpeech } from "./speech";
import type { FlowDraft } from "./useFlowDraft";

function CanaryDialog({ detail, version, busy, onStart, onClose }: { detail: FlowDetail; version: number; busy: boolean; onStart: (share: number, numbers: string[]) => void; onClose: () => void }) {
  const { t } = useFlowSpeech();
  const running = detail.deployment?.canary;
  const [by, setBy] = useState<"share" | "numbers">(running && running.numbers.length > 0 ? "numbers" : "share");
  const [share, setShare] = useState(running ? Math.round(running.share * 100) || 10 : 10);
  const [numbers, setNumbers] = useState<string[]>(running?.numbers ?? []);
  useDialog(true);
  return (
    <Modal
      open
      title={t("canary.title", { version })}
      okText={t("canary.start")}
      confirmLoading={busy}
      okButtonProps={{ disabled: by === "numbers" && numbers.length === 0 }}
      onOk={() => onStart(by === "share" ? share / 100 : 0, by === "numbers" ? numbers : [])}
      onCancel={onClose}
      width={460}
    >
      <div className="dialog-fields" data-testid="canary-dialog">
        <p className="quiet">{t("canary.about")}</p>
        <Segmented<"share" | "numbers">
          value={by}
          onChange={setBy}
          options={[
            { value: "share", label: t("canary.by_share") },
            { value: "numbers", label: t("canary.by_numbers"), disabled: detail.numbers.length === 0 },
          ]}
        />
        {by === "share" ? (
          <div className="canary-share">
            <Slider min={1} max={100} value={share} onChange={setShare} marks={{ 1: "1 %", 25: "25 %", 50: "50 %", 100: "100 %" }} tooltip={{ formatter: (value) => `${value} %` }} aria-label={t("canary.by_share")} />
            <b className="num">{share} %</b>
          </div>
        ) : (
          <Select mode="multiple" value={numbers} onChange={setNumbers} options={detail.numbers.map((value) => ({ value, label: value }))} aria-label={t("canary.by_numbers")} placeholder={t("canary.choose_numbers")} />
        )}
      </div>
    </Modal>
  );
}

/** What the newest is compared with at first: the live version, or the one before it. */
function earlier({ deployment, versions }: FlowDetail, changed: boolean): number {
  const newest = versions[0]?.version ?? 0;
  const live = deployment?.live ?? newest;
  return live !== newest || changed ? live : (versions[1]?.version ?? newest);
}

export function VersionsPanel({ detail, onDetail, draft, mayChange, against = null, onOpen }: { detail: FlowDetail; onDetail: (detail: FlowDetail | null) => void; draft: FlowDraft; mayChange: boolean; against?: number | null; onOpen: (version: number) => void }) {
  const { t, w, lang } = useFlowSpeech();
  const { message } = App.useApp();
  const [confirm, holder] = useQuestion();
  const problemOf = useProblem();
  const [canary, setCanary] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const newest = detail.versions[0]?.version ?? 0;
  const [newer, setNewer] = useState<number | "draft">(draft.changed ? "draft" : newest);
  const [older, setOlder] = useState<number>(against ?? earlier(detail, draft.changed));
  const [sides, setSides] = useState<{ older: Side; newer: Side } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const { name } = detail;

  useEffect(() => {
    let gone = false;
    setFailed(null);
    const load = async (version: number | "draft"): Promise<Side> => {
      if (version === "draft") return { label: t("versions.draft_now"), ...draft.bundle };
      const text = await flowsApi.version(name, version);
      return { label: `v${version}`, main: text.main, files: text.files, tests: text.tests };
    };
    Promise.all([load(older), load(newer)]).then(
      ([one, other]) => {
        if (!gone) setSides({ older: one, newer: other });
      },
      (error: unknown) => {
        if (!gone) setFailed(problemOf(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [older, newer, name, draft.bundle, problemOf, t]);

  const carryOut = async (what: () => Promise<FlowDetail>, done: string): Promise<void> => {
    setBusy(true);
    try {
      onDetail(await what());
      setCanary(null);
      message.success(done);
    } finally {
      setBusy(false);
    }
  };
  const told = (error: unknown) => void message.error({ content: problemOf(error), duration: 8 });

  /** Tests that fail can be overruled, errors cannot. */
  const orForce = (attempt: (force: boolean) => Promise<void>, version: FlowVersion) =>
    attempt(false).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== "flow_refused" || version.problems > 0) return told(error);
      confirm({
        title: t("live.force"),
        content: <bdi>{problemOf(error)}</bdi>,
        okText: t("live.force_ok"),
        okButtonProps: { danger: true },
        onOk: () => attempt(true).catch(told),
      });
    });
  const goLive = (version: FlowVersion) =>
    confirm({
      title: t("live.sure", { version: version.version }),
      content: t("live.text", { count: detail.numbers.length }),
      okText: t("live.ok"),
      onOk: () => orForce((force) => carryOut(() => flowsApi.goLive(name, { version: version.version, force }), t("live.done", { version: version.version })), version),
    });
  const rollBack = () =>
    confirm({
      title: t("rollback.sure", { version: detail.rollback_to ?? 0 }),
      content: t("rollback.text"),
      okText: t("rollback.ok"),
      okButtonProps: { danger: true },
      onOk: () => carryOut(() => flowsApi.rollBack(name), t("rollback.done", { version: detail.rollback_to ?? 0 })).catch(told),
    });
  const endCanary = () =>
    confirm({
      title: t("canary.end_sure"),
      content: t("canary.end_text"),
      okText: t("canary.end"),
      onOk: () => carryOut(() => flowsApi.endCanary(name), t("canary.ended")).catch(told),
    });

  const live = detail.deployment;
  const columns = useMemo<Column<FlowVersion>[]>(
    () => [
      { key: "version", title: t("versions.short"), width: "34px", align: "right", render: (one) => <b className="num">{one.version}</b> },
      { key: "state", title: t("versions.state"), width: "70px", render: (one) => <span className={`mark mark-${one.state}`}>{w("state", one.state)}</span> },
      { key: "note", title: t("versions.note"), width: "minmax(100px, 1fr)", render: (one) => <span className="version-note" title={one.note}><Name>{one.note || "–"}</Name></span> },
      {
        key: "check",
        title: t("versions.check"),
        width: "98px",
        render: (one) =>
          one.problems > 0 ? (
            <span className="bad-text plan-count">
              <Icon name="alert" size={13} /> {t("check.errors", { count: one.problems })}
            </span>
          ) : one.tested === false ? (
            <span className="bad-text plan-count">
              <Icon name="flask" size={13} /> {t("versions.tests_fail")}
            </span>
          ) : (
            <span className={one.tested ? "good-text plan-count" : "quiet plan-count"}>
              <Icon name={one.tested ? "flask" : "check"} size={13} /> {t(one.tested ? "versions.tests_pass" : "versions.untested")}
            </span>
          ),
      },
      {
        key: "by",
        title: t("list.changed"),
        width: "156px",
        render: (one) => (
          <span className="cell-line">
            <span className="num">{moment(one.at, serverNow(), lang)}</span>
            <span className="quiet">
              <Name>{one.by}</Name>
            </span>
          </span>
        ),
      },
      {
        key: "do",
        title: "",
        width: mayChange ? "160px" : "48px",
        align: "right",
        render: (one) => (
          <span className="row-tools">
            <button type="button" className="link" onClick={(event) => (event.stopPropagation(), onOpen(one.version))} data-testid={`open-${one.version}`}>
              {t(mayChange ? "versions.edit" : "versions.open")}
            </button>
            {mayChange && one.state !== "live" && (
              <>
                <button type="button" className="link" disabled={one.problems > 0} onClick={(event) => (event.stopPropagation(), setCanary(one.version))} data-testid={`canary-${one.version}`}>
                  {t("versions.canary")}
                </button>
                <button type="button" className="link" disabled={one.problems > 0} onClick={(event) => (event.stopPropagation(), goLive(one))} data-testid={`live-${one.version}`}>
                  {t("versions.live")}
                </button>
              </>
            )}
          </span>
        ),
      },
    ],
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [t, w, lang, mayChange, detail],
  );
  const options = [...(draft.changed ? [{ value: "draft" as const, label: t("versions.draft_now") }] : []), ...detail.versions.map((one) => ({ value: one.version, label: `v${one.version}${one.state === "live" ? ` · ${w("state", "live")}` : ""}` }))];
  return (
    <div className="flow-versions">
      {holder}
      <Panel
        title={t("versions.title")}
        icon="list"
        flush
        className="fill"
        extra={
          mayChange && (
            <>
              {live?.canary && (
                <Button size="small" onClick={endCanary} disabled={busy} data-testid="canary-end">
                  {t("canary.end")}
                </Button>
              )}
              {detail.rollback_to !== null && (
                <Button size="small" danger icon={<Icon name="undo" size={13} />} onClick={rollBack} disabled={busy} data-testid="rollback">
                  {t("rollback.button", { version: detail.rollback_to })}
                </Button>
              )}
            </>
          )
        }
      >
        <div className="deploy-line">
          {live ? (
            <>
              <span className="mark mark-live num">{t("desk.live", { version: live.live })}</span>
              {live.canary && (
                <span className="mark mark-canary num">
                  {t("desk.canary", { version: live.canary.version })} · {live.canary.numbers.length > 0 ? live.canary.numbers.join(", ") : percent(live.canary.share, 0)}
                </span>
              )}
              <span className="quiet small">
                {w("deployed", live.what)} · <Name>{live.by}</Name> · {moment(live.at, serverNow(), lang)}
              </span>
            </>
          ) : (
            <span className="quiet">{t("versions.never_live")}</span>
          )}
        </div>
        <DataGrid columns={columns} rows={detail.versions} rowKey={(one) => String(one.version)} label={t("versions.title")} testId="flow-versions" onOpen={(one) => setNewer(one.version)} isOpen={(one) => one.version === newer} empty={null} />
        {detail.history.length > 0 && (
          <details className="deploy-history">
            <summary>{t("versions.history", { count: detail.history.length })}</summary>
            <ul>
              {detail.history.slice(0, 50).map((one) => (
                <li key={one.number}>
                  <span className="num quiet">{moment(one.at, serverNow(), lang)}</span> <b>{w("deployed", one.what)}</b> <span className="num">v{one.live}</span>
                  {one.canary && <span className="num">{` + v${one.canary.version}`}</span>}
                  <span className="quiet">
                    <Name>{one.by}</Name>
                  </span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </Panel>
      <Panel
        title={t("diff.title")}
        icon="copy"
        flush
        className="fill"
        extra={
          <span className="diff-pick">
            <Select size="small" value={older} options={options.filter((one) => one.value !== "draft") as { value: number; label: string }[]} onChange={setOlder} aria-label={t("diff.older")} popupMatchSelectWidth={false} />
            <Icon name="right" size={13} />
            <Select<number | "draft"> size="small" value={newer} options={options} onChange={setNewer} aria-label={t("diff.newer")} popupMatchSelectWidth={false} />
          </span>
        }
      >
        {failed ? (
          <NotLoaded error={failed} />
        ) : sides === null ? (
          <Loading rows={6} />
        ) : (
          <DiffView older={sides.older} newer={sides.newer} />
        )}
      </Panel>
      {canary !== null && (
        <CanaryDialog
          detail={detail}
          version={canary}
          busy={busy}
          onClose={() => setCanary(null)}
          onStart={(share, numbers) => {
            const version = detail.versions.find((one) => one.version === canary);
            if (version) void orForce((force) => carryOut(() => flowsApi.goCanary(name, { version: canary, share, numbers, force }), t("canary.done", { version: canary })), version);
          }}
        />
      )}
    </div>
  );
}
