// A dialog that asks for a few things and does one: its footer, its refusal, its keys are the same everywhere.

import { Button, Modal } from "antd";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { useSpeech } from "../i18n";
import { useDialog } from "../ui/useActions";
import { Refused } from "./notices";
import { useProblem } from "./useProblem";

export interface Saving {
  busy: boolean;
  /** Why the last attempt was refused; "" before and while trying. */
  failed: string;
  save(work: () => Promise<void>): Promise<void>;
}

/** One attempt at a time, Enter pressed twice is one; what the server refuses becomes a sentence. */
export function useSaving(): Saving {
  const problemOf = useProblem();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  const running = useRef(false);
  const save = useCallback(
    async (work: () => Promise<void>) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setFailed("");
      try {
        await work();
      } catch (error) {
        setFailed(problemOf(error));
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [problemOf],
  );
  return { busy, failed, save };
}

export function FormDialog({
  title,
  okText,
  okTestId,
  busy,
  ready,
  failed = "",
  danger = false,
  width = 460,
  onSave,
  onClose,
  children,
}: {
  title: string;
  okText: string;
  okTestId: string;
  busy: boolean;
  /** Whether what is entered can be sent. */
  ready: boolean;
  failed?: string;
  danger?: boolean;
  width?: number;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  useDialog(true);
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      width={width}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" danger={danger} loading={busy} disabled={!ready} onClick={onSave} data-testid={okTestId}>
          {okText}
        </Button>,
      ]}
    >
      <div className="dialog-form">
        {children}
        <Refused text={failed} />
      </div>
    </Modal>
  );
}
