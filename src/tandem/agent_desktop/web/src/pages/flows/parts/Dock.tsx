// Below the canvas: what the checker says, and how the tests went.

import { Button, Segmented } from "antd";
import { useState } from "react";
import type { BundleProblem, CaseRun } from "../../../generated/rest";
import { Nothing } from "../../../ui/bits";
import { Icon } from "../../../ui/icons";
import { useFlowSpeech } from "../speech";
import type { FlowDraft } from "../useFlowDraft";
import { ProblemNotes } from "./ProblemNotes";

export type DockView = "problems" | "tests";

function Case({ run, shown, onPath }: { run: CaseRun; shown: boolean; onPath: () => void }) {
  const { t, pick } = useFlowSpeech();
  const [open, setOpen] = useState(!run.ok);
  return (
    <li className={run.ok ? "case ok" : "case failed"}>
      <div className="case-head">
        <button type="button" className="case-name" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={run.ok ? "check" : "close"} size={14} />
          <b>
            <bdi>{run.name}</bdi>
          </b>
          <span className="quiet small">{run.file}</span>
        </button>
        <button type="button" className={shown ? "link on" : "link"} aria-pressed={shown} onClick={onPath} disabled={run.path.length === 0}>
          {t(shown ? "tests.hide_path" : "tests.show_path")}
        </button>
      </div>
      {open && (
        <div className="case-detail">
          {run.failures.map((failure, index) => (
            <p key={index} className="bad-text">
              <bdi>{pick(failure)}</bdi>
            </p>
          ))}
          <p>
            <span className="quiet">{t("tests.path")}</span> <span className="mono">{run.path.join(" → ") || "–"}</span>
          </p>
          {run.heard.length > 0 && (
            <p>
              <span className="quiet">{t("tests.heard")}</span> <bdi>{run.heard.join(" · ")}</bdi>
            </p>
          )}
        </div>
      )}
    </li>
  );
}

const percent = (ratio: number) => `${(ratio * 100).toFixed(ratio === 1 ? 0 : 1)} %`;

export function Dock({
  draft,
  view,
  onView,
  onGo,
  onLine,
  path,
  onPath,
  painted,
  onPaint,
  onWriteTests,
  onClose,
}: {
  draft: FlowDraft;
  view: DockView;
  onView: (view: DockView) => void;
  onGo: (problem: BundleProblem) => void;
  onLine: (problem: BundleProblem) => void;
  path: CaseRun | null;
  onPath: (run: CaseRun | null) => void;
  painted: boolean;
  onPaint: (on: boolean) => void;
  onWriteTests: () => void;
  onClose: () => void;
}) {
  const { t } = useFlowSpeech();
  const tested = draft.tested?.result ?? null;
  const failed = tested?.cases.filter((run) => !run.ok) ?? [];
  const noTests = Object.keys(draft.bundle.tests).length === 0;
  return (
    <section className="dock panel" aria-label={t("dock.label")} data-testid="dock">
      <header>
        <Segmented<DockView>
          size="small"
          value={view}
          onChange={onView}
          options={[
            { value: "problems", label: t("dock.problems", { count: draft.problems.length }) },
            { value: "tests", label: tested && tested.cases.length > 0 ? t("dock.tests_of", { ok: tested.cases.length - failed.length, count: tested.cases.length }) : t("dock.tests") },
          ]}
        />
        {view === "tests" && tested?.coverage && (
          <span className="coverage-sum" data-testid="coverage">
            {t("tests.coverage", { nodes: percent(tested.coverage.node_ratio), edges: percent(tested.coverage.edge_ratio) })}
          </span>
        )}
        {view === "tests" && draft.tested && !draft.tested.current && <span className="mark plan-changed">{t("tests.outdated")}</span>}
        <span className="dock-tools">
          {view === "tests" && (
            <>
              {tested?.coverage && (
                <Button size="small" type={painted ? "primary" : "default"} onClick={() => onPaint(!painted)} data-testid="paint-coverage">
                  {t(painted ? "tests.unpaint" : "tests.paint")}
                </Button>
              )}
              <Button size="small" icon={<Icon name="play" size={12} />} loading={draft.testing} onClick={() => void draft.runTests()} disabled={noTests} data-testid="run-tests">
                {t("tests.run")}
              </Button>
            </>
          )}
          <button type="button" className="icon-button" aria-label={t("dock.close")} onClick={onClose}>
            <Icon name="close" size={13} />
          </button>
        </span>
      </header>
      <div className="dock-body">
        {view === "problems" ? (
          <>
            {draft.check === "unreachable" && (
              <p className="dock-note warn-text" role="status">
                <Icon name="link" size={14} /> {t("check.unreachable")}
              </p>
            )}
            {draft.problems.length === 0 ? (
              draft.check === "checked" && (
                <Nothing icon="check" title={t("check.fine")}>
                  {t("check.fine_text")}
                </Nothing>
              )
            ) : (
              <ProblemNotes problems={draft.problems} onGo={onGo} onLine={onLine} />
            )}
          </>
        ) : noTests ? (
          <Nothing icon="flask" title={t("tests.none")}>
            <p>{t("tests.none_text")}</p>
            <Button size="small" onClick={onWriteTests} data-testid="write-tests">
              {t("tests.write")}
            </Button>
          </Nothing>
        ) : tested === null ? (
          <Nothing icon="flask" title={t("tests.not_run")}>
            <Button size="small" type="primary" loading={draft.testing} onClick={() => void draft.runTests()}>
              {t("tests.run")}
            </Button>
          </Nothing>
        ) : (
          <>
            {tested.coverage === null && <ProblemNotes problems={tested.problems} onGo={onGo} onLine={onLine} />}
            <ul className="cases">
              {[...failed, ...tested.cases.filter((run) => run.ok)].map((run) => (
                <Case key={`${run.file}/${run.name}`} run={run} shown={path === run} onPath={() => onPath(path === run ? null : run)} />
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}
