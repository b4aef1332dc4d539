import type { BundleProblem } from "../../../generated/rest";
import { ProblemItem } from "../../notices";
import { useFlowSpeech } from "../speech";

const MOST_SHORT = 4;
const MOST = 300;

/** What is wrong, and what to do; each leads to its place. */
export function ProblemNotes({ problems, onGo, onLine, short = false }: { problems: readonly BundleProblem[]; onGo?: (problem: BundleProblem) => void; onLine?: (problem: BundleProblem) => void; short?: boolean }) {
  const { t } = useFlowSpeech();
  if (problems.length === 0) return null;
  const sorted = [...problems].sort((a, b) => a.severity.localeCompare(b.severity) || a.file.localeCompare(b.file) || a.line - b.line);
  const shown = sorted.slice(0, short ? MOST_SHORT : MOST);
  return (
    <ul className={`plan-problems ${short ? "short" : ""}`} data-testid={short ? "step-problems" : "flow-problems"}>
      {shown.map((problem, index) => (
        <ProblemItem key={index} problem={problem}>
          {onGo && problem.step !== "" && (
            <button type="button" className="link mono" onClick={() => onGo(problem)}>
              {problem.step}
            </button>
          )}{" "}
          {problem.line > 0 && onLine && (
            <button type="button" className="link mono quiet" onClick={() => onLine(problem)}>
              {short ? t("flows.line", { line: problem.line }) : `${problem.file}:${problem.line}`}
            </button>
          )}
        </ProblemItem>
      ))}
      {sorted.length > shown.length && <li className="quiet">{t("plan.more_problems", { count: sorted.length - shown.length })}</li>}
    </ul>
  );
}
