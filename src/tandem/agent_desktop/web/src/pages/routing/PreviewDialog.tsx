// What applying would change and do at this moment; then apply.

import { Button, Input, Modal } from "antd";
import { useEffect, useState } from "react";
import { ApiError } from "../../api";
import type { PlanPreview, RoutingPlan } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { routingApi } from "../../routingApi";
import { Loading } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useDialog } from "../../ui/useActions";
import { Refused } from "../notices";
import { useProblem } from "../useProblem";

export function PreviewDialog({
  text,
  base,
  onClose,
  onApplied,
  onOvertaken,
}: {
  text: string;
  base: RoutingPlan;
  onClose: () => void;
  onApplied: (plan: RoutingPlan) => void;
  /** Somebody else applied this one meanwhile. */
  onOvertaken: (plan: RoutingPlan) => void;
}) {
  const { t, pick } = useSpeech();
  const problemOf = useProblem();
  const [preview, setPreview] = useState<PlanPreview | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  useDialog(true);

  useEffect(() => {
    let gone = false;
    setPreview(null);
    routingApi.preview(text).then(
      (answer) => {
        if (!gone) setPreview(answer);
      },
      (error: unknown) => {
        if (!gone) setFailed(problemOf(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [text, turn, problemOf]);

  const overtaken = preview !== null && preview.base_version !== base.version;
  const apply = async () => {
    if (preview === null || busy) return;
    setBusy(true);
    setFailed(null);
    try {
      onApplied(await routingApi.apply({ text, note: oneLine(note), base_version: base.version }));
    } catch (error) {
      setFailed(problemOf(error));
      if (error instanceof ApiError && error.code === "plan_changed") setTurn((old) => old + 1);
    } finally {
      setBusy(false);
    }
  };
  const takeOver = async () => {
    setFailed(null);
    try {
      onOvertaken(await routingApi.plan());
    } catch (error) {
      setFailed(problemOf(error));
    }
  };

  return (
    <Modal
      open
      width={720}
      title={t("plan.preview_title")}
      onCancel={onClose}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button
          key="yes"
          type="primary"
          loading={busy}
          disabled={preview === null || overtaken}
          onClick={() => void apply()}
          data-testid="plan-apply"
        >
          {t("plan.apply")}
        </Button>,
      ]}
    >
      {preview === null && failed === null && <Loading rows={5} />}
      {preview && (
        <div className="preview" data-testid="preview">
          {overtaken && (
            <div className="plan-refused" role="alert">
              <Icon name="alert" size={14} />
              <span>{t("plan.overtaken", { version: preview.base_version })}</span>
              <Button size="small" onClick={() => void takeOver()}>
                {t("plan.overtaken_go")}
              </Button>
            </div>
          )}
          <section>
            <h3>{t("plan.effects")}</h3>
            {preview.effects.length === 0 && <p className="quiet">{t("plan.no_effects")}</p>}
            <ul className="effects">
              {preview.effects.map((effect, index) => (
                <li key={index} className={`effect-${effect.severity}`}>
                  <Icon name={effect.severity === "warning" ? "alert" : "right"} size={14} />
                  <bdi>{pick(effect.text)}</bdi>
                </li>
              ))}
            </ul>
          </section>
          <section>
            <h3>{t("plan.changes", { count: preview.changes.length + preview.more_changes })}</h3>
            {preview.changes.length === 0 && <p className="quiet">{t("plan.no_changes")}</p>}
            <ul className="changes scroll">
              {preview.changes.map((change, index) => (
                <li key={index} className={`change-${change.kind}`}>
                  <span className="change-sign" aria-label={t(`plan.kind_${change.kind}`)}>
                    {change.kind === "added" ? "+" : change.kind === "removed" ? "−" : "~"}
                  </span>
                  <bdi>{pick(change.text, change.path)}</bdi>
                </li>
              ))}
              {preview.more_changes > 0 && <li className="quiet">{t("plan.more_changes", { count: preview.more_changes })}</li>}
            </ul>
          </section>
          <label className="preview-note">
            <span>{t("plan.note")}</span>
            <Input
              maxLength={200}
              value={note}
              placeholder={t("plan.note_hint")}
              onChange={(event) => setNote(event.target.value)}
              onPressEnter={() => void apply()}
            />
          </label>
        </div>
      )}
      <Refused text={failed}>
        <button type="button" className="link" onClick={() => (setFailed(null), setTurn((old) => old + 1))}>
            {t("retry")}
          </button>
      </Refused>
    </Modal>
  );
}
