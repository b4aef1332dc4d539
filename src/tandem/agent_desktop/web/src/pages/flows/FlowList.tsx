// All flows: which numbers they answer, what is live, what is wrong, how many callers they serve to the end.

import { App, Button, Input, Modal, Select } from "antd";
import { useCallback, useMemo, useState } from "react";
import { serverNow } from "../../clock";
import { useDesk } from "../../desk";
import { flowsApi } from "../../flowsApi";
import { moment } from "../../format";
import type { FlowSummary } from "../../generated/rest";
import { useQueues } from "../../names";
import { navigate } from "../../router";
import { Loading, Name, Nothing, Panel } from "../../ui/bits";
import { type Column, DataGrid, type Sort } from "../../ui/DataGrid";
import { Icon } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { NotLoaded } from "../notices";
import { useLoaded } from "../useLoaded";
import { useProblem } from "../useProblem";
import { newFlow } from "./document/stepEdits";
import { useFlowSpeech } from "./speech";

export const flowPath = (name: string, more: Record<string, string> = {}) => `/flows?${new URLSearchParams({ flow: name, ...more })}`;

const FLOW_NAME = /^[a-z][a-z0-9_]{0,31}$/;

function NewFlowDialog({ taken, onClose }: { taken: readonly string[]; onClose: () => void }) {
  const { t, w, pick } = useFlowSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const queues = useQueues();
  const [name, setName] = useState("");
  const [languages, setLanguages] = useState(["zh", "en"]);
  const [queue, setQueue] = useState([...queues.keys()][0] ?? "service");
  const [busy, setBusy] = useState(false);
  useDialog(true);
  const bad = !FLOW_NAME.test(name) || taken.includes(name);
  const make = async () => {
    if (busy || bad || languages.length === 0) return;
    setBusy(true);
    try {
      await flowsApi.saveDraft(name, { base_version: 0, main: "main.yaml", files: { "main.yaml": newFlow(name, languages, queue) }, tests: {}, note: t("list.first_note") });
      navigate(flowPath(name));
    } catch (error) {
      message.error(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal open title={t("list.new")} okText={t("list.make")} okButtonProps={{ disabled: bad || languages.length === 0 }} confirmLoading={busy} onOk={() => void make()} onCancel={onClose} width={440}>
      <div className="dialog-fields">
        <label>
          <span>{t("form.flow_name")}</span>
          <Input autoFocus className="mono" value={name} placeholder="main" status={name !== "" && bad ? "error" : ""} data-testid="new-flow-name" onChange={(event) => setName(event.target.value)} onPressEnter={() => void make()} />
          <small className="quiet">{t(taken.includes(name) ? "list.name_taken" : "list.name_rule")}</small>
        </label>
        <label>
          <span>{t("list.languages")}</span>
          <Select mode="multiple" value={languages} options={["zh", "en"].map((code) => ({ value: code, label: w("spoken_long", code) }))} onChange={setLanguages} />
        </label>
        <label>
          <span>{t("form.on_error")}</span>
          <Select value={queue} options={[...new Set([...queues.keys(), queue])].map((id) => ({ value: id, label: pick(queues.get(id), id) }))} onChange={setQueue} />
        </label>
      </div>
    </Modal>
  );
}

export function percent(value: number, digits = 1): string {
  return `${(value * 100).toFixed(digits)} %`;
}

export function FlowList() {
  const { t, w, lang } = useFlowSpeech();
  const mayChange = useDesk().me.may.includes("change_flows");
  const { value, error, again } = useLoaded(useCallback(() => flowsApi.flows(), []));
  const [sort, setSort] = useState<Sort | null>({ key: "name", down: false });
  const [making, setMaking] = useState(false);
  const columns = useMemo<Column<FlowSummary>[]>(
    () => [
      {
        key: "name",
        title: t("list.flow"),
        width: "minmax(150px, 1.2fr)",
        compare: (a, b) => a.name.localeCompare(b.name),
        render: (one) => (
          <span className="cell-line">
            <b>
              <Name>{one.name}</Name>
            </b>
            {one.languages.map((code) => (
              <span key={code} className="mark">
                {w("spoken", code)}
              </span>
            ))}
          </span>
        ),
      },
      {
        key: "numbers",
        title: t("list.numbers"),
        width: "minmax(130px, 1fr)",
        render: (one) => (one.numbers.length > 0 ? <Name>{one.numbers.join(", ")}</Name> : <span className="quiet">{t("list.no_numbers")}</span>),
      },
      {
        key: "live",
        title: t("list.live"),
        width: "minmax(150px, 1fr)",
        compare: (a, b) => (a.live_version ?? 0) - (b.live_version ?? 0),
        render: (one) => (
          <span className="cell-line">
            {one.live_version === null ? <span className="mark">{t("list.not_live")}</span> : <span className="mark mark-live num">v{one.live_version}</span>}
            {one.canary && (
              <span className="mark mark-canary num">
                v{one.canary.version} · {one.canary.numbers.length > 0 ? t("list.canary_numbers", { count: one.canary.numbers.length }) : percent(one.canary.share, 0)}
              </span>
            )}
            {one.newest_version > Math.max(one.live_version ?? 0, one.canary?.version ?? 0) && <span className="quiet small">{t("list.draft", { version: one.newest_version })}</span>}
          </span>
        ),
      },
      {
        key: "problems",
        title: t("list.problems"),
        width: "100px",
        compare: (a, b) => a.problems - b.problems,
        render: (one) =>
          one.problems > 0 ? (
            <span className="bad-text plan-count">
              <Icon name="alert" size={13} /> {one.problems}
            </span>
          ) : (
            <span className="good-text plan-count">
              <Icon name="check" size={13} /> {t("list.none")}
            </span>
          ),
      },
      { key: "calls", title: t("list.calls"), width: "96px", align: "right", compare: (a, b) => a.calls - b.calls, render: (one) => <span className="num">{one.calls.toLocaleString()}</span> },
      {
        key: "containment",
        title: t("list.containment"),
        width: "150px",
        from_px: 860,
        compare: (a, b) => (a.containment ?? -1) - (b.containment ?? -1),
        render: (one) =>
          one.containment === null ? (
            <span className="quiet">–</span>
          ) : (
            <span className="cell-line">
              <meter className="thin-bar" min={0} max={1} value={one.containment} aria-hidden="true" />
              <span className="num">{percent(one.containment)}</span>
            </span>
          ),
      },
      {
        key: "changed",
        title: t("list.changed"),
        width: "minmax(150px, 0.8fr)",
        from_px: 1020,
        compare: (a, b) => a.changed_at - b.changed_at,
        render: (one) => (
          <span className="cell-line">
            <span className="num">{moment(one.changed_at, serverNow(), lang)}</span>
            <span className="quiet">
              <Name>{one.changed_by}</Name>
            </span>
          </span>
        ),
      },
    ],
    [t, w, lang],
  );
  if (value === null) {
    if (error === null) return <Loading rows={8} />;
    return (
      <Panel className="fill">
        <NotLoaded error={error} onAgain={again} />
      </Panel>
    );
  }
  return (
    <Panel
      title={t("page.flows")}
      icon="flow"
      flush
      className="fill flows-list"
      extra={
        mayChange ? (
          <Button size="small" type="primary" icon={<Icon name="plus" size={13} />} onClick={() => setMaking(true)} data-testid="new-flow">
            {t("list.new")}
          </Button>
        ) : (
          <span className="quiet small">{t("list.read_only")}</span>
        )
      }
    >
      <DataGrid
        columns={columns}
        rows={value.flows}
        rowKey={(one) => one.name}
        label={t("page.flows")}
        testId="flow-list"
        sort={sort}
        onSort={setSort}
        onOpen={(one) => navigate(flowPath(one.name))}
        empty={
          <Nothing icon="flow" title={t("list.empty")}>
            <p>{t("list.empty_text")}</p>
            {mayChange && (
              <Button type="primary" onClick={() => setMaking(true)}>
                {t("list.new")}
              </Button>
            )}
          </Nothing>
        }
      />
      {making && <NewFlowDialog taken={value.flows.map((one) => one.name)} onClose={() => setMaking(false)} />}
    </Panel>
  );
}
