// A question before something is done. While it is open no shortcut reaches the page behind it.

import { Modal, type ModalFuncProps } from "antd";
import type { ReactNode } from "react";
import { useDialog } from "./useActions";

/** Is there as long as the question is: until it has gone from the screen, or whoever asked it has. */
function Asked({ children }: { children: ReactNode }) {
  useDialog(true);
  return children;
}

/** Asks (with `okCancel: false`: tells) over the page; `holder` is to be drawn by whoever asks. Enter does nothing that cannot be taken back: such a question has its focus on its other answer. */
export function useQuestion(): [ask: (question: ModalFuncProps) => void, holder: ReactNode] {
  const [dialogs, holder] = Modal.useModal();
  const ask = (question: ModalFuncProps) =>
    void dialogs.confirm({ focusable: { autoFocusButton: question.okButtonProps?.danger ? "cancel" : "ok" }, ...question, title: <Asked>{question.title}</Asked> });
  return [ask, holder];
}
