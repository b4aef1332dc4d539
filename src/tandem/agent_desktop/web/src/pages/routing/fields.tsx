// Fields of the plan's form: each keeps what is typed until it is left, and says it only when it has changed.

import { Input } from "antd";
import { useEffect, useId, useState } from "react";
import { useSpeech } from "../../i18n";
import { readTime } from "./form";

export function TextField({
  value,
  label,
  onSay,
  read = (text) => text.trim(),
  placeholder,
  className,
  testId,
  autoFocus = false,
  onRead,
  describedBy,
}: {
  value: string;
  label: string;
  onSay: (text: string) => void;
  /** The text as it is to be said; null when it does not fit. */
  read?: (text: string) => string | null;
  placeholder?: string;
  className?: string;
  testId?: string;
  /** Has the focus as soon as it is there, with its text to be replaced. */
  autoFocus?: boolean;
  /** Hears whether what was typed fits, whenever the field is left. */
  onRead?: (fits: boolean) => void;
  /** The id of what is said about it. */
  describedBy?: string;
}) {
  const [text, setText] = useState(value);
  const [bad, setBad] = useState(false);
  const id = useId();
  useEffect(() => {
    setText(value);
    setBad(false);
  }, [value]);
  const say = () => {
    const said = read(text);
    setBad(said === null);
    onRead?.(said !== null);
    if (said !== null && said !== value) onSay(said);
    else if (said !== null) setText(value);
  };
  return (
    <Input
      id={id}
      className={className ?? ""}
      value={text}
      aria-label={label}
      aria-invalid={bad}
      placeholder={placeholder ?? ""}
      status={bad ? "error" : ""}
      data-testid={testId}
      autoFocus={autoFocus}
      aria-describedby={describedBy}
      onFocus={(event) => autoFocus && event.currentTarget.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={say}
      onPressEnter={say}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        setText(value);
        setBad(false);
        onRead?.(true);
      }}
    />
  );
}

/** A time as the plan writes it: `20 s`, `3 min`; a bare number is seconds. */
export function TimeField(props: { value: string; label: string; onSay: (text: string) => void; placeholder?: string; testId?: string }) {
  const { t } = useSpeech();
  return <TextField className="time-field" read={readTime} placeholder={props.placeholder ?? t("form.time_hint")} {...props} />;
}
