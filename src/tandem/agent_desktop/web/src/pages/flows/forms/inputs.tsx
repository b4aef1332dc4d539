// Fields that keep what is typed until they are left, and say it only when it has changed.

import { AutoComplete, Input, InputNumber, Select, Switch } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { Icon, type IconName } from "../../../ui/icons";

export function Labelled({ label, hint, required, children, wide = false, bad }: { label: string; hint?: string | undefined; required?: boolean | undefined; children: ReactNode; wide?: boolean; bad?: string | undefined }) {
  return (
    <div className={`flow-field ${wide ? "wide" : ""} ${bad ? "bad" : ""}`}>
      <span className="flow-label">
        {label}
        {required && <i aria-hidden="true">*</i>}
        {hint && (
          <span className="flow-hint" title={hint}>
            <Icon name="help" size={12} />
          </span>
        )}
      </span>
      {children}
      {bad && (
        <span className="field-bad">
          <bdi>{bad}</bdi>
        </span>
      )}
    </div>
  );
}

export function TextBox({
  value,
  label,
  onSay,
  mono = false,
  rows,
  placeholder,
  disabled = false,
  fits,
  testId,
  lang,
}: {
  value: string;
  label: string;
  onSay: (text: string) => void;
  mono?: boolean;
  /** Several lines. */
  rows?: number;
  placeholder?: string | undefined;
  disabled?: boolean;
  fits?: (text: string) => boolean;
  testId?: string;
  lang?: string;
}) {
  const [text, setText] = useState(value);
  const bad = fits ? !fits(text.trim()) : false;
  useEffect(() => setText(value), [value]);
  const say = () => {
    const said = text.trim();
    if (said === value || (fits && !fits(said))) setText(value);
    else onSay(said);
  };
  const shared = {
    value: text,
    disabled,
    lang,
    "aria-label": label,
    "aria-invalid": bad,
    status: bad ? ("error" as const) : ("" as const),
    className: mono ? "mono" : "",
    placeholder: placeholder ?? "",
    "data-testid": testId,
    spellCheck: !mono,
    onBlur: say,
  };
  if (rows) return <Input.TextArea {...shared} rows={rows} onChange={(event) => setText(event.target.value.replace(/\n/g, " "))} />;
  return <Input {...shared} onChange={(event) => setText(event.target.value)} onPressEnter={say} onKeyDown={(event) => event.key === "Escape" && setText(value)} />;
}

export function NumberBox({
  value,
  label,
  onSay,
  least,
  most,
  whole = false,
  unit,
  placeholder,
  disabled,
}: {
  value: number | null;
  label: string;
  onSay: (value: number | null) => void;
  least?: number | undefined;
  most?: number | undefined;
  whole?: boolean;
  unit?: string | undefined;
  placeholder?: string | undefined;
  disabled?: boolean;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const say = () => {
    if (typed !== value) onSay(typed);
  };
  return (
    <InputNumber
      value={typed}
      min={least ?? 0}
      {...(most === undefined ? {} : { max: most })}
      {...(whole ? { precision: 0 } : {})}
      suffix={unit}
      placeholder={placeholder ?? ""}
      aria-label={label}
      disabled={disabled ?? false}
      changeOnWheel={false}
      onChange={(next) => setTyped(next === null ? null : Number(next))}
      onStep={(next) => onSay(Number(next))}
      onBlur={say}
      onPressEnter={say}
    />
  );
}

export function Choice({ value, options, label, onSay, disabled, clear = false, placeholder, testId }: { value: string | undefined; options: readonly { value: string; label: string }[]; label: string; onSay: (value: string | undefined) => void; disabled?: boolean; clear?: boolean; placeholder?: string | undefined; testId?: string }) {
  return (
    <Select
      value={value}
      options={[...options]}
      aria-label={label}
      disabled={disabled ?? false}
      allowClear={clear}
      placeholder={placeholder ?? ""}
      showSearch={options.length > 7 ? { optionFilterProp: "label" } : false}
      data-testid={testId}
      popupMatchSelectWidth={false}
      onChange={(next: string | undefined) => onSay(next)}
    />
  );
}

/** Free text with proposals. */
export function Proposed({ value, options, label, onSay, disabled, mono = false }: { value: string; options: readonly { value: string; label?: string }[]; label: string; onSay: (value: string) => void; disabled?: boolean; mono?: boolean }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <AutoComplete
      value={text}
      options={options.map((option) => ({ value: option.value, label: option.label ?? option.value }))}
      aria-label={label}
      disabled={disabled ?? false}
      className={mono ? "mono" : ""}
      showSearch={{ filterOption: (typed, option) => typed === value || `${option?.value} ${String(option?.label)}`.toLowerCase().includes(typed.toLowerCase()) }}
      onChange={(next: string) => setText(next)}
      onSelect={(next: string) => onSay(next)}
      onBlur={() => text.trim() !== value && onSay(text.trim())}
    />
  );
}

export function Flag({ value, label, onSay, disabled }: { value: boolean; label: string; onSay: (value: boolean) => void; disabled?: boolean }) {
  return <Switch size="small" checked={value} aria-label={label} disabled={disabled ?? false} onChange={onSay} />;
}

export function SmallButton({ icon, label, onClick, disabled, text = false, testId }: { icon: IconName; label: string; onClick: () => void; disabled?: boolean; text?: boolean; testId?: string }) {
  return (
    <button type="button" className={text ? "link small-button" : "icon-button"} aria-label={text ? undefined : label} title={text ? undefined : label} disabled={disabled} onClick={onClick} data-testid={testId}>
      <Icon name={icon} size={13} />
      {text && ` ${label}`}
    </button>
  );
}

