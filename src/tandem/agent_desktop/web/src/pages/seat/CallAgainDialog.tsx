// A promise to call again, in the time of him who is called.

import { App, Button, Input, Modal, Segmented, Select } from "antd";
import { useState } from "react";
import { serverNow, useSecond } from "../../clock";
import { useDeskState } from "../../desk";
import type { CampaignCard } from "../../generated/live";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { useDialog } from "../../ui/useActions";
import { useCommand } from "../../ui/useCommand";
import { inputIn, momentIn, timeIn, zoneOf } from "../../zones";
import { Field } from "../routing/fields";

const QUICK = [
  { key: "again.in_hour", after_s: 3_600 },
  { key: "again.in_three", after_s: 10_800 },
  { key: "again.tomorrow", after_s: 86_400 },
] as const;

export function CallAgainDialog({ call, card, onClose }: { call: string; card: CampaignCard; onClose: () => void }) {
  const { t, w } = useSpeech();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const [number, setNumber] = useState("");
  const dialled = card.numbers.find((one) => one.number === (number || card.number));
  const { zone, own } = zoneOf(dialled?.zone ?? "");
  const [when, setWhen] = useState(() => inputIn(zone, serverNow() + 86_400));
  const [personal, setPersonal] = useState(false);
  const [note, setNote] = useState("");
  useDialog(true);
  useSecond();

  const at = momentIn(zone, when);
  const problem = at === null ? t("again.gap") : at <= serverNow() ? t("again.past") : "";
  const save = async () => {
    if (at === null || problem) return;
    if (await run({ type: "call_again", call, at, personal, number, note: oneLine(note) })) {
      message.success(t("again.saved", { time: when.replace("T", " ") }));
      onClose();
    }
  };
  return (
    <Modal
      open
      title={t("again.title")}
      onCancel={onClose}
      width={460}
      footer={[
        <Button key="no" onClick={onClose}>
          {t("plan.cancel")}
        </Button>,
        <Button key="yes" type="primary" loading={busy} disabled={!live || problem !== ""} onClick={() => void save()} data-testid="call-again-save">
          {t("again.save")}
        </Button>,
      ]}
    >
      <div className="again-form">
        <Field label={t("again.when")} hint={problem || (own ? t("again.own_zone") : t("again.zone", { zone, time: timeIn(zone, serverNow()) }))}>
          <Input
            autoFocus
            type="datetime-local"
            value={when}
            status={problem ? "error" : ""}
            aria-label={t("again.when")}
            data-testid="call-again-at"
            onChange={(event) => setWhen(event.target.value)}
          />
          <span className="form-line">
            {QUICK.map(({ key, after_s }) => (
              <Button key={key} size="small" onClick={() => setWhen(inputIn(zone, serverNow() + after_s))}>
                {t(key)}
              </Button>
            ))}
          </span>
        </Field>
        <Field label={t("again.who")}>
          <Segmented
            value={personal ? "personal" : "team"}
            options={[
              { value: "team", label: t("again.team") },
              { value: "personal", label: <span data-testid="call-again-personal">{t("again.personal")}</span> },
            ]}
            onChange={(value) => setPersonal(value === "personal")}
          />
        </Field>
        {card.numbers.length > 1 && (
          <Field label={t("again.number")}>
            <Select
              value={number}
              aria-label={t("again.number")}
              options={[
                { value: "", label: t("again.same_number") },
                ...card.numbers.map((one) => ({ value: one.number, label: `${phoneNumber(one.number)}${one.kind ? ` · ${w("number_kind", one.kind)}` : ""}` })),
              ]}
              onChange={setNumber}
            />
          </Field>
        )}
        <Field label={t("again.note")}>
          <Input value={note} maxLength={200} aria-label={t("again.note")} placeholder={t("again.note_hint")} onChange={(event) => setNote(event.target.value)} onPressEnter={() => void save()} data-testid="call-again-note" />
        </Field>
      </div>
    </Modal>
  );
}
