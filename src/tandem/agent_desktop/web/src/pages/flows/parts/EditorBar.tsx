// Above the canvas: where one is, what can be done, and how the flow stands.

import { Button, Segmented, Select } from "antd";
import { Name } from "../../../ui/bits";
import { Hint } from "../../../ui/Hint";
import { Icon, type IconName } from "../../../ui/icons";
import type { PaintChoice } from "../Editor";
import type { Trail } from "../document/overlay";
import { useFlowSpeech } from "../speech";
import type { FlowDraft } from "../useFlowDraft";
import type { View } from "../useWhere";
import type { DockView } from "./Dock";
import type { Action } from "../../../keys";

function Tool({ icon, label, action, disabled = false, on = false, onClick, testId }: { icon: IconName; label: string; action?: Action; disabled?: boolean; on?: boolean; onClick: () => void; testId?: string }) {
  return (
    <Hint text={label} {...(action ? { action } : {})}>
      <span>
        <Button size="small" type={on ? "primary" : "text"} icon={<Icon name={icon} size={15} />} disabled={disabled} aria-label={label} aria-pressed={on} onClick={onClick} data-testid={testId} />
      </span>
    </Hint>
  );
}

export function EditorBar({
  draft,
  editable,
  trail,
  onTrail,
  view,
  onView,
  paint,
  onPaint,
  hasNumbers,
  onFind,
  onArrange,
  onDock,
  dock,
  onCall,
  calling,
  onSave,
}: {
  draft: FlowDraft;
  editable: boolean;
  trail: Trail;
  /** Back to where the trail is so long. */
  onTrail: (length: number) => void;
  view: View;
  onView: (view: View) => void;
  paint: PaintChoice;
  onPaint: (paint: PaintChoice) => void;
  hasNumbers: boolean;
  onFind: () => void;
  /** null: nothing was moved by hand. */
  onArrange: (() => void) | null;
  onDock: (view: DockView) => void;
  dock: DockView | null;
  onCall: () => void;
  calling: boolean;
  onSave: () => void;
}) {
  const { t } = useFlowSpeech();
  const errors = draft.problems.filter((problem) => problem.severity === "error").length;
  const warnings = draft.problems.length - errors;
  const tested = draft.tested?.result ?? null;
  const failed = tested?.cases.filter((one) => !one.ok).length ?? 0;
  return (
    <header className="editor-bar">
      <nav className="crumbs" aria-label={t("bar.where")} data-testid="crumbs">
        <button type="button" className={trail.length === 0 ? "crumb on" : "crumb"} onClick={() => onTrail(0)} aria-current={trail.length === 0 ? "page" : undefined}>
          <Icon name="flow" size={13} /> <Name>{draft.bundle.main}</Name>
        </button>
        {trail.map((one, index) => (
          <span key={`${index}-${one.step}`} className="crumb-part">
            <Icon name="right" size={12} />
            <button type="button" className={index === trail.length - 1 ? "crumb on" : "crumb"} onClick={() => onTrail(index + 1)} aria-current={index === trail.length - 1 ? "page" : undefined}>
              <Icon name="box" size={13} /> <Name>{one.step}</Name>
            </button>
          </span>
        ))}
      </nav>
      <Segmented<View>
        size="small"
        value={view}
        onChange={onView}
        options={(["canvas", "both", "text"] as const).map((value) => ({ value, label: <span data-testid={`view-${value}`}>{t(`bar.${value}`)}</span> }))}
      />
      <span className="bar-tools">
        {editable && (
          <>
            <Tool icon="undo" label={t("bar.undo")} action="flow_undo" disabled={!draft.canUndo} onClick={draft.undo} testId="flow-undo" />
            <Tool icon="redo" label={t("bar.redo")} action="flow_redo" disabled={!draft.canRedo} onClick={draft.redo} testId="flow-redo" />
          </>
        )}
        <Tool icon="search" label={t("bar.find")} action="flow_find" disabled={view === "text"} onClick={onFind} testId="flow-find" />
        {editable && <Tool icon="wand" label={t("bar.arrange")} disabled={onArrange === null} onClick={() => onArrange?.()} testId="flow-arrange" />}
        <Select<PaintChoice>
          size="small"
          variant="borderless"
          value={paint}
          aria-label={t("bar.paint")}
          popupMatchSelectWidth={false}
          onChange={onPaint}
          options={[
            { value: "none", label: t("bar.paint_none") },
            { value: "coverage", label: t("bar.paint_coverage"), disabled: !tested?.coverage },
            { value: "numbers", label: t("bar.paint_numbers"), disabled: !hasNumbers },
          ]}
        />
      </span>
      <span className="bar-state">
        <button type="button" className={`state-chip ${errors > 0 ? "bad" : warnings > 0 || draft.check === "unreachable" ? "warn" : "good"} ${dock === "problems" ? "on" : ""}`} aria-pressed={dock === "problems"} onClick={() => onDock("problems")} data-testid="problems-open">
          {draft.check === "checking" ? <span className="spinner" /> : <Icon name={draft.check === "unreachable" ? "link" : errors + warnings > 0 ? "alert" : "check"} size={13} />}
          {draft.check === "unreachable" ? t("check.away") : errors > 0 ? t("check.errors", { count: errors }) : warnings > 0 ? t("check.warnings", { count: warnings }) : draft.check === "checking" ? t("check.checking") : t("check.fine")}
        </button>
        <button type="button" className={`state-chip ${tested === null ? "" : failed > 0 || tested.coverage === null ? "bad" : "good"} ${dock === "tests" ? "on" : ""}`} aria-pressed={dock === "tests"} onClick={() => onDock("tests")} data-testid="tests-open">
          {draft.testing ? <span className="spinner" /> : <Icon name="flask" size={13} />}
          {tested === null || tested.cases.length === 0 ? t("dock.tests") : t("dock.tests_of", { ok: tested.cases.length - failed, count: tested.cases.length })}
        </button>
      </span>
      {editable && (
        <span className="bar-actions">
          <Button size="small" type={calling ? "primary" : "default"} icon={<Icon name="phone" size={13} />} onClick={onCall} disabled={view === "text"} data-testid="call-open">
            {t("bar.call")}
          </Button>
          <Hint text={t("bar.save_hint")} action="flow_save">
            <span>
              <Button size="small" type="primary" disabled={!draft.changed} onClick={onSave} data-testid="flow-save">
                {t("bar.save")}
              </Button>
            </span>
          </Hint>
        </span>
      )}
    </header>
  );
}
