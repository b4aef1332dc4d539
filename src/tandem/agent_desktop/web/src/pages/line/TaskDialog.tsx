// Work that is not a call, put into a queue.

import { Input, InputNumber, Select } from "antd";
import { useMemo, useState } from "react";
import { useDeskState } from "../../desk";
import { useSpeech } from "../../i18n";
import { useQueues } from "../../names";
import { lines, oneLine } from "../../text";
import { routingApi } from "../../routingApi";
import { Field } from "../../ui/bits";
import { FormDialog, useSaving } from "../FormDialog";

export function TaskDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { t, pick } = useSpeech();
  const queues = useQueues();
  const board = useDeskState((state) => state.live.board?.queues ?? null);
  // Those who see the board know which queues take tasks; the server refuses the others anyway.
  const choices = useMemo(() => {
    const all = [...queues];
    const forTasks = all.filter(([id]) => board?.get(id)?.kind === "task");
    return forTasks.length > 0 ? forTasks : all;
  }, [queues, board]);
  const [queue, setQueue] = useState<string | null>(choices.length === 1 ? (choices[0]?.[0] ?? null) : null);
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [number, setNumber] = useState("");
  const [priority, setPriority] = useState(0);
  const { busy, failed, save } = useSaving();
  const ready = queue !== null && oneLine(title) !== "";
  const send = () => {
    if (!ready) return;
    void save(async () => {
      await routingApi.createTask({ queue, title: oneLine(title), text: lines(text), number: oneLine(number), priority });
      onDone();
    });
  };
  return (
    <FormDialog title={t("task.new")} okText={t("task.create")} okTestId="task-save" busy={busy} ready={ready} failed={failed} width={520} onSave={send} onClose={onClose}>
      <div className="form-grid">
        <Field label={t("task.what")}>
          <Input autoFocus value={title} maxLength={200} aria-label={t("task.what")} onChange={(event) => setTitle(event.target.value)} data-testid="task-title" />
        </Field>
        <Field label={t("col.queue")}>
          <Select
            showSearch
            value={queue}
            placeholder={t("line.choose_queue")}
            aria-label={t("col.queue")}
            options={choices.map(([id, names]) => ({ value: id, label: pick(names, id) }))}
            onChange={setQueue}
          />
        </Field>
        <Field label={t("task.text")}>
          <Input.TextArea rows={4} value={text} maxLength={4000} aria-label={t("task.text")} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Field label={t("customer.number")}>
          <Input value={number} maxLength={200} aria-label={t("customer.number")} onChange={(event) => setNumber(event.target.value)} />
        </Field>
        <Field label={t("form.priority")} hint={t("form.priority_hint")}>
          <InputNumber min={-100} max={100} value={priority} aria-label={t("form.priority")} onChange={(value) => setPriority(value ?? 0)} />
        </Field>
      </div>
    </FormDialog>
  );
}
