// The plan as text: a plain text area with line numbers and marks beside the lines that have problems.

import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { PlanProblem } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Icon } from "../../ui/icons";
import { Nothing } from "../../ui/bits";
import { Problems } from "./Problems";
import { countLines, lineSpan } from "./textLines";

/** As in routing.css: `.code` has no wrapped lines, so a line is a row. */
const LINE_PX = 20;
const PAD_PX = 8;
const SPARE_LINES = 6;

function indent(area: HTMLTextAreaElement, event: KeyboardEvent): void {
  // Esc first, then Tab leaves the field: the keyboard is not caught.
  if (event.key !== "Tab" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  if (area.dataset["leave"] === "yes") return;
  event.preventDefault();
  document.execCommand("insertText", false, "  ");
}

export function TextView({
  text,
  problems,
  onChange,
  line,
  onLine,
}: {
  text: string;
  problems: readonly PlanProblem[];
  onChange: (text: string) => void;
  /** Where to go; said once. */
  line: number | null;
  onLine: (line: number | null) => void;
}) {
  const { t, pick } = useSpeech();
  const area = useRef<HTMLTextAreaElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const lines = useMemo(() => countLines(text), [text]);
  const marks = useMemo(() => {
    const found = new Map<number, PlanProblem>();
    for (const problem of problems) {
      if (problem.severity === "error" || !found.has(problem.line)) found.set(problem.line, problem);
    }
    return found;
  }, [problems]);

  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    const measure = () => setHeight(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = area.current;
    if (line === null || !element) return;
    const [from, to] = lineSpan(element.value, line);
    element.focus();
    element.setSelectionRange(from, to);
    element.scrollTop = Math.max(0, PAD_PX + (line - 1) * LINE_PX - element.clientHeight / 3);
    onLine(null);
  }, [line, onLine]);

  const from = Math.max(1, Math.floor((top - PAD_PX) / LINE_PX) - SPARE_LINES);
  const to = Math.min(lines, Math.ceil((top + height) / LINE_PX) + SPARE_LINES);
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return (
    <div className="plan-text">
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
            aria-label={t("plan.text_label")}
            data-testid="plan-text"
            onChange={(event) => onChange(event.target.value)}
            onScroll={(event) => setTop(event.currentTarget.scrollTop)}
            onFocus={(event) => delete event.currentTarget.dataset["leave"]}
            onKeyDown={(event) => {
              if (event.key === "Escape") event.currentTarget.dataset["leave"] = "yes";
              else indent(event.currentTarget, event);
            }}
          />
        </div>
      </div>
      <aside className="panel plan-side">
        {problems.length === 0 ? (
          <Nothing icon="check" title={t("plan.no_problems")}>
            {t("plan.no_problems_text")}
          </Nothing>
        ) : (
          <Problems problems={problems} onLine={onLine} />
        )}
        <p className="quiet small pad">{t("plan.text_keys")}</p>
      </aside>
    </div>
  );
}
