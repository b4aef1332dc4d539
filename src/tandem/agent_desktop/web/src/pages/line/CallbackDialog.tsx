// Promise to call somebody back, or move a promise: number, queue, who is rung first, when.

import { Input, Select } from "antd";
import { useState } from "react";
import { serverNow } from "../../clock";
import type { LineEntry, Window } from "../../generated/rest";
import { localInput } from "../../format";
import { useSpeech } from "../../i18n";
import { useQueues } from "../../names";
import { oneLine } from "../../text";
import { routingApi } from "../../routingApi";
import { Field } from "../../ui/bits";
import { FormDialog, useSaving } from "../FormDialog";

type Mode = "agent" | "customer";
const NUMBER = /^\+?[0-9][0-9 ()-]{1,30}$/;

export function CallbackDialog({
  entry,
  onClose,
  onDone,
}: {
  /** Null: a new one. */
  entry: LineEntry | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t, pick } = useSpeech();
  const queues = useQueues();
  const [number, setNumber] = useState(entry?.number ?? "");
  const [name, setName] = useState("");
  const [queue, setQueue] = useState<string | null>(entry?.queue ?? null);
  const [mode, setMode] = useState<Mode>(entry?.mode === "customer" ? "customer" : "agent");
  const [later, setLater] = useState(entry?.window !== null && entry?.window !== undefined);
  const [from, setFrom] = useState(localInput(entry?.window?.start_at ?? serverNow() + 3600));
  const [to, setTo] = useState(localInput(entry?.window?.end_at ?? serverNow() + 7200));
  const [note, setNote] = useState(entry?.note ?? "");
  const { busy, failed, save } = useSaving();

  const window_: Window | null = later ? { start_at: Date.parse(from) / 1000, end_at: Date.parse(to) / 1000 } : null;
  const windowBad = window_ !== null && !(window_.end_at > window_.start_at && window_.end_at > serverNow());
  const numberBad = !NUMBER.test(number.trim());
  const ready = !numberBad && !windowBad && queue !== null;
  const send = () => {
    if (!ready) return;
    void save(async () => {
      const shared = { number: number.trim(), mode, window: window_, note: oneLine(note) };
      if (entry) await routingApi.changeCallback(entry.id, shared);
      else await routingApi.callBack({ ...shared, queue, name: oneLine(name) });
      onDone();
    });
  };

  return (
    <FormDialog title={t(entry ? "line.move_title" : "line.promise")} okText={t(entry ? "line.move" : "line.promise_save")} okTestId="callback-save" busy={busy} ready={ready} failed={failed} width={520} onSave={send} onClose={onClose}>
      <div className="form-grid">
        <Field label={t("customer.number")}>
          <Input autoFocus value={number} status={number && numberBad ? "error" : ""} aria-label={t("customer.number")} onChange={(event) => setNumber(event.target.value)} data-testid="callback-number" />
        </Field>
        {!entry && (
          <Field label={t("customer.name")}>
            <Input value={name} maxLength={200} aria-label={t("customer.name")} onChange={(event) => setName(event.target.value)} />
          </Field>
        )}
        <Field label={t("col.queue")}>
          <Select
            showSearch
            disabled={entry !== null}
            value={queue}
            placeholder={t("line.choose_queue")}
            aria-label={t("col.queue")}
            options={[...queues].map(([id, names]) => ({ value: id, label: pick(names, id) }))}
            onChange={setQueue}
          />
        </Field>
        <Field label={t("line.mode")} hint={t(mode === "agent" ? "line.mode_agent_text" : "line.mode_customer_text")}>
          <Select<Mode>
            value={mode}
            aria-label={t("line.mode")}
            options={[
              { value: "agent", label: t("line.mode_agent") },
              { value: "customer", label: t("line.mode_customer") },
            ]}
            onChange={setMode}
          />
        </Field>
        <Field label={t("line.when")}>
          <Select
            value={later}
            aria-label={t("line.when")}
            options={[
              { value: false, label: t("line.when_turn") },
              { value: true, label: t("line.when_window") },
            ]}
            onChange={setLater}
          />
        </Field>
        {later && (
          <Field label={t("line.window")} {...(windowBad ? { hint: t("line.window_bad") } : {})}>
            <span className="form-line">
              <Input type="datetime-local" value={from} aria-label={t("line.window_from")} onChange={(event) => setFrom(event.target.value)} />
              –
              <Input type="datetime-local" value={to} status={windowBad ? "error" : ""} aria-label={t("line.window_to")} onChange={(event) => setTo(event.target.value)} />
            </span>
          </Field>
        )}
        <Field label={t("wrap.notes")}>
          <Input value={note} maxLength={200} aria-label={t("wrap.notes")} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </div>
    </FormDialog>
  );
}
