// A text of many lines to edit: a plain text area with line numbers and marks beside the lines that have problems.

import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useSpeech } from "../i18n";
import { countLines, lineSpan } from "../pages/routing/textLines";
import { Icon } from "./icons";
import { useClientSize } from "./useClientSize";

/** As in routing.css: `.code` has no wrapped lines, so a line is a row. */
const LINE_PX = 20;
const PAD_PX = 8;
const SPARE_LINES = 6;

/** A problem of a line: what is wrong, by language. */
export interface LineMark {
  line: number;
  severity: "error" | "warning";
  what: Record<string, string>;
}

function indent(area: HTMLTextAreaElement, event: KeyboardEvent): void {
  // Esc first, then Tab leaves the field: the keyboard is not caught.
  if (event.key !== "Tab" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  if (area.dataset["leave"] === "yes") return;
  event.preventDefault();
  document.execCommand("insertText", false, "  ");
}

export function CodeArea({
  text,
  problems,
  onChange,
  line,
  onLine,
  label,
  testId,
  readOnly = false,
  focus = true,
  lit,
  onCaret,
}: {
  text: string;
  problems: readonly LineMark[];
  onChange: (text: string) => void;
  /** Where to go; said once. */
  line: number | null;
  onLine: (line: number | null) => void;
  label: string;
  testId: string;
  readOnly?: boolean;
  /** Going to a line also takes the keyboard there. */
  focus?: boolean;
  /** Lines that are shown lit, from 1. */
  lit?: { from: number; to: number } | null;
  /** The line that was clicked. */
  onCaret?: (line: number) => void;
}) {
  const { pick } = useSpeech();
  const area = useRef<HTMLTextAreaElement>(null);
  const [top, setTop] = useState(0);
  const { height } = useClientSize(area);
  const lines = useMemo(() => countLines(text), [text]);
  const marks = useMemo(() => {
    const found = new Map<number, LineMark>();
    for (const problem of problems) {
      if (problem.severity === "error" || !found.has(problem.line)) found.set(problem.line, problem);
    }
    return found;
  }, [problems]);

  useEffect(() => {
    const element = area.current;
    if (line === null || !element) return;
    const [from, to] = lineSpan(element.value, line);
    if (focus) {
      element.focus();
      element.setSelectionRange(from, to);
    }
    const at = PAD_PX + (line - 1) * LINE_PX;
    const seen = at >= element.scrollTop && at + LINE_PX * 3 <= element.scrollTop + element.clientHeight;
    if (focus || !seen) element.scrollTop = Math.max(0, at - element.clientHeight / 3);
    onLine(null);
  }, [line, onLine, focus]);

  const from = Math.max(1, Math.floor((top - PAD_PX) / LINE_PX) - SPARE_LINES);
  const to = Math.min(lines, Math.ceil((top + height) / LINE_PX) + SPARE_LINES);
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return (
    <div className="code panel">
      <div className="code-gutter" aria-hidden="true">
        <div style={{ transform: `translateY(${PAD_PX + (from - 1) * LINE_PX - top}px)` }}>
          {numbers.map((number) => {
            const problem = marks.get(number);
            return (
              <div key={number} className={problem ? `code-mark mark-${problem.severity}` : ""} title={problem ? pick(problem.what) : undefined}>
                {problem && <Icon name="alert" size={12} />}
                {number}
              </div>
            );
          })}
        </div>
      </div>
      <div className="code-field">
        <div className="code-stripes" aria-hidden="true">
          {lit && <i className="stripe-lit" style={{ top: PAD_PX + (lit.from - 1) * LINE_PX - top, height: (lit.to - lit.from + 1) * LINE_PX }} />}
          {numbers
            .filter((number) => marks.has(number))
            .map((number) => (
              <i
                key={number}
                className={`stripe-${marks.get(number)?.severity ?? "error"}`}
                style={{ top: PAD_PX + (number - 1) * LINE_PX - top }}
              />
            ))}
        </div>
        <textarea
          ref={area}
          value={text}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          aria-label={label}
          readOnly={readOnly}
          data-testid={testId}
          onChange={(event) => onChange(event.target.value)}
          onClick={(event) => onCaret?.(countLines(event.currentTarget.value.slice(0, event.currentTarget.selectionStart)))}
          onScroll={(event) => setTop(event.currentTarget.scrollTop)}
          onFocus={(event) => delete event.currentTarget.dataset["leave"]}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.dataset["leave"] = "yes";
            else indent(event.currentTarget, event);
          }}
        />
      </div>
    </div>
  );
}
