import type { PlanProblem } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { ProblemItem } from "../notices";

const MOST_SHORT = 3;
const MOST = 200;

/** What is wrong, and what to do; each leads to its line. */
export function Problems({
  problems,
  onLine,
  short = false,
}: {
  problems: readonly PlanProblem[];
  onLine: (line: number) => void;
  short?: boolean;
}) {
  const { t } = useSpeech();
  const sorted = [...problems].sort((a, b) => a.severity.localeCompare(b.severity) || a.line - b.line);
  const shown = short ? sorted.filter((one) => one.severity === "error").slice(0, MOST_SHORT) : sorted.slice(0, MOST);
  if (shown.length === 0) return null;
  const more = sorted.length - shown.length;
  return (
    <ul className={`plan-problems ${short ? "short" : ""}`} data-testid="plan-problems">
      {shown.map((problem, index) => (
        <ProblemItem key={index} problem={problem}>
          {problem.line > 0 && (
            <button type="button" className="link mono" onClick={() => onLine(problem.line)}>
              {t("flows.line", { line: problem.line })}
            </button>
          )}
        </ProblemItem>
      ))}
      {more > 0 && !short && <li className="quiet">{t("plan.more_problems", { count: more })}</li>}
    </ul>
  );
}
