// The field that a list is searched with: the search key leads to it, Esc out of it.

import { Input, type InputRef } from "antd";
import { useRef } from "react";
import { chordOf } from "../keys";
import { Kbd } from "./bits";
import { Icon } from "./icons";
import { useAction } from "./useActions";

export function SearchField({
  value,
  label,
  onChange,
  className = "filter-text",
  small = false,
  maxLength = 100,
  testId,
}: {
  value: string;
  /** What can be searched for; shown while the field is empty. */
  label: string;
  onChange: (text: string) => void;
  className?: string;
  small?: boolean;
  maxLength?: number;
  testId?: string;
}) {
  const field = useRef<InputRef>(null);
  useAction("search", () => field.current?.focus());
  return (
    <Input
      ref={field}
      className={className}
      size={small ? "small" : "middle"}
      allowClear
      placeholder={label}
      aria-label={label}
      prefix={<Icon name="search" size={14} />}
      suffix={value ? undefined : <Kbd>{chordOf("search")}</Kbd>}
      value={value}
      maxLength={maxLength}
      data-testid={testId}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") field.current?.blur();
      }}
    />
  );
}
