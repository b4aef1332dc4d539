// Emergency closure: one click (and one to make sure), and one to undo it.

import { App, Button, Input, Popover } from "antd";
import { useState } from "react";
import type { ClosureView } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { routingApi } from "../../routingApi";
import { Icon } from "../../ui/icons";
import { useProblem } from "../useProblem";

export function ClosureButton({
  queue,
  name,
  closures,
  onChange,
}: {
  /** Null: all queues. */
  queue: string | null;
  name: string;
  closures: readonly ClosureView[];
  onChange: (closures: readonly ClosureView[]) => void;
}) {
  const { t } = useSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const closed = closures.find((closure) => closure.queue === queue);

  const set = async (close: boolean) => {
    setBusy(true);
    setOpen(false);
    const key = `closure-${queue ?? "*"}`;
    try {
      const answer = await routingApi.close(queue, { closed: close, reason: oneLine(reason), text: {} });
      onChange(answer.closures);
      const said = t(close ? (queue === null ? "closure.closed_all" : "closure.closed") : "closure.opened", { name });
      const undo = (
        <>
          {said}{" "}
          <button type="button" className="link" onClick={() => void set(!close)}>
            {t("closure.undo")}
          </button>
        </>
      );
      message[close ? "warning" : "success"]({ key, content: undo, duration: 12 });
    } catch (error) {
      message.error({ key, content: problemOf(error) });
    } finally {
      setBusy(false);
    }
  };

  if (closed) {
    return (
      <Button
        danger
        type="primary"
        loading={busy}
        onClick={() => void set(false)}
        title={[closed.by, closed.reason].filter(Boolean).join(": ")}
        data-testid={`open-${queue ?? "all"}`}
      >
        {t(queue === null ? "closure.open_all" : "closure.open")}
      </Button>
    );
  }
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      content={
        <form
          className="closure-ask"
          onSubmit={(event) => {
            event.preventDefault();
            void set(true);
          }}
        >
          <b>{t(queue === null ? "closure.sure_all" : "closure.sure", { name })}</b>
          <p className="quiet">{t("closure.sure_text")}</p>
          <Input
            autoFocus
            maxLength={200}
            value={reason}
            placeholder={t("closure.reason")}
            aria-label={t("closure.reason")}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button danger type="primary" htmlType="submit" block data-testid={`close-${queue ?? "all"}-sure`}>
            {t("closure.close_now")}
          </Button>
        </form>
      }
    >
      <Button danger loading={busy} icon={<Icon name="stop" size={14} />} data-testid={`close-${queue ?? "all"}`}>
        {t(queue === null ? "closure.close_all" : "closure.close")}
      </Button>
    </Popover>
  );
}
