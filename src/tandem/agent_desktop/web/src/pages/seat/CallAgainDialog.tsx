// A promise to call again, in the time of him who is called.

import { App, Segmented, Select } from "antd";
import { useState } from "react";
import { serverNow, useSecond } from "../../clock";
import { useDeskState } from "../../desk";
import type { CampaignCard } from "../../generated/live";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { oneLine } from "../../text";
import { Field } from "../../ui/bits";
import { useCommand } from "../../ui/useCommand";
import { inputIn, zoneOf } from "../../zones";
import { FormDialog } from "../FormDialog";
import { momentAhead, MomentField, NoteField } from "../promises/MomentField";

export function CallAgainDialog({ call, card, onClose }: { call: string; card: CampaignCard; onClose: () => void }) {
  const { t, w } = useSpeech();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const [number, setNumber] = useState("");
  const zones = card.numbers.find((one) => one.number === (number || card.number))?.zone ?? "";
  const [when, setWhen] = useState(() => inputIn(zoneOf(zones).zone, serverNow() + 86_400));
  const [personal, setPersonal] = useState(false);
  const [note, setNote] = useState("");
  useSecond();

  const at = momentAhead(zones, when);
  const save = async () => {
    if (at === null) return;
    if (await run({ type: "call_again", call, at, personal, number, note: oneLine(note) })) {
      message.success(t("again.saved", { time: when.replace("T", " ") }));
      onClose();
    }
  };
  return (
    <FormDialog title={t("again.title")} okText={t("again.save")} okTestId="call-again-save" busy={busy} ready={live && at !== null} onSave={() => void save()} onClose={onClose}>
      <MomentField zones={zones} value={when} onChange={setWhen} onEnter={() => void save()} testId="call-again-at" />
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
      <NoteField value={note} onChange={setNote} onEnter={() => void save()} testId="call-again-note" />
    </FormDialog>
  );
}
