// Saving a draft; and what can be done when somebody else has saved meanwhile.

import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { serverNow } from "../../../clock";
import { moment } from "../../../format";
import type { FlowVersion } from "../../../generated/rest";
import { Name } from "../../../ui/bits";
import { Icon } from "../../../ui/icons";
import { useDialog } from "../../../ui/useActions";
import { useFlowSpeech } from "../speech";

const MOST_SHOWN = 5;

export function SaveDialog({ onSave, onClose, busy, errors }: { onSave: (note: string) => void; onClose: () => void; busy: boolean; errors: number }) {
  const { t } = useFlowSpeech();
  const [note, setNote] = useState("");
  useDialog(true);
  return (
    <Modal open title={t("save.title")} okText={t("bar.save")} confirmLoading={busy} onOk={() => onSave(note)} onCancel={onClose} width={460} afterOpenChange={(open) => open && document.getElementById("save-note")?.focus()}>
      <div className="dialog-fields">
        <p className="quiet">{t("save.about")}</p>
        {errors > 0 && (
          <p className="warn-text">
            <Icon name="alert" size={14} /> {t("save.has_errors", { count: errors })}
          </p>
        )}
        <label>
          <span>{t("save.note")}</span>
          <Input id="save-note" value={note} maxLength={200} placeholder={t("save.note_hint")} onChange={(event) => setNote(event.target.value)} onPressEnter={() => !busy && onSave(note)} data-testid="save-note" />
        </label>
      </div>
    </Modal>
  );
}

export function MeanwhileDialog({ base, others, busy, onSave, onCompare, onClose }: { base: number; others: readonly FlowVersion[]; busy: boolean; onSave: () => void; onCompare: () => void; onClose: () => void }) {
  const { t, lang } = useFlowSpeech();
  useDialog(true);
  return (
    <Modal
      open
      title={t("save.meanwhile")}
      onCancel={onClose}
      width={500}
      footer={
        <>
          <Button onClick={onClose}>{t("plan.cancel")}</Button>
          <Button onClick={onCompare} data-testid="see-difference">
            {t("save.see_difference")}
          </Button>
          <Button type="primary" loading={busy} onClick={onSave} data-testid="save-anyway">
            {t("save.anyway")}
          </Button>
        </>
      }
    >
      <div className="dialog-fields" data-testid="saved-meanwhile">
        <p>{t("save.meanwhile_text", { base })}</p>
        <ul className="meanwhile">
          {others.slice(0, MOST_SHOWN).map((one) => (
            <li key={one.version}>
              <b className="num">v{one.version}</b> <Name>{one.by}</Name> <span className="quiet num">{moment(one.at, serverNow(), lang)}</span> <span className="cut">{one.note && <Name>{one.note}</Name>}</span>
            </li>
          ))}
        </ul>
        <p className="quiet">{t("save.meanwhile_about")}</p>
      </div>
    </Modal>
  );
}
