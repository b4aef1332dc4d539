// When somebody is to be called: a moment in the time of who is called, by hand or by one click.

import { Button, Input } from "antd";
import { serverNow, useSecond } from "../../clock";
import { useSpeech } from "../../i18n";
import { Field } from "../../ui/bits";
import { inputIn, momentIn, timeIn, zoneOf } from "../../zones";

const QUICK = [
  { key: "again.in_hour", after_s: 3_600 },
  { key: "again.in_three", after_s: 10_800 },
  { key: "again.tomorrow", after_s: 86_400 },
] as const;

/** The moment that a text of `<input type="datetime-local">` means in a zone; null while none or while it is over. */
export function momentAhead(zones: string, text: string): number | null {
  const at = momentIn(zoneOf(zones).zone, text);
  return at !== null && at > serverNow() ? at : null;
}

export function MomentField({
  zones,
  value,
  onChange,
  onEnter,
  testId,
}: {
  /** As the server names zones: `"A|B"`, the first known counts; "" is the reader's own. */
  zones: string;
  /** `2026-11-22T14:05` there. */
  value: string;
  onChange: (value: string) => void;
  onEnter: () => void;
  testId: string;
}) {
  const { t } = useSpeech();
  useSecond();
  const { zone, own } = zoneOf(zones);
  const at = momentIn(zone, value);
  const problem = at === null ? t("again.gap") : at <= serverNow() ? t("again.past") : "";
  return (
    <Field label={t("again.when")} hint={problem || (own ? t("again.own_zone") : t("again.zone", { zone, time: timeIn(zone, serverNow()) }))}>
      <Input
        autoFocus
        type="datetime-local"
        value={value}
        status={problem ? "error" : ""}
        aria-label={t("again.when")}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value)}
        onPressEnter={onEnter}
      />
      <span className="form-line">
        {QUICK.map(({ key, after_s }) => (
          <Button key={key} size="small" onClick={() => onChange(inputIn(zone, serverNow() + after_s))}>
            {t(key)}
          </Button>
        ))}
      </span>
    </Field>
  );
}

/** A word to who makes the call. */
export function NoteField({ value, onChange, onEnter, testId }: { value: string; onChange: (value: string) => void; onEnter: () => void; testId: string }) {
  const { t } = useSpeech();
  return (
    <Field label={t("again.note")}>
      <Input value={value} maxLength={200} aria-label={t("again.note")} placeholder={t("again.note_hint")} onChange={(event) => onChange(event.target.value)} onPressEnter={onEnter} data-testid={testId} />
    </Field>
  );
}
