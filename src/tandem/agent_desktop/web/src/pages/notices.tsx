// What a page says when the server refuses: nothing could be loaded, something was not done.

import type { ReactNode } from "react";
import type { BundleProblem, PlanProblem } from "../generated/rest";
import { useSpeech } from "../i18n";
import { Nothing } from "../ui/bits";
import { Icon } from "../ui/icons";
import { useProblem } from "./useProblem";

/** Instead of what could not be loaded. `error`: a sentence, or a failure as the REST calls throw it. */
export function NotLoaded({ error, onAgain, children }: { error?: unknown; onAgain?: () => void; children?: ReactNode }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  return (
    <Nothing icon="link" title={t("load_failed")}>
      {error !== undefined && (
        <p>
          <bdi>{typeof error === "string" ? error : problemOf(error)}</bdi>
        </p>
      )}
      {onAgain && (
        <button type="button" className="link" onClick={onAgain}>
          {t("retry")}
        </button>
      )}
      {children}
    </Nothing>
  );
}

/** Under a form or over a page: why it was not done. Nothing while there is no text. */
export function Refused({ text, children }: { text: string | null; children?: ReactNode }) {
  if (!text) return null;
  return (
    <p className="plan-refused" role="alert" data-testid="refused">
      <Icon name="alert" size={14} /> <bdi>{text}</bdi>
      {children}
    </p>
  );
}

/** What is wrong in a plan or a flow, and what to do; in a `plan-problems` list. `children`: the ways to its place. */
export function ProblemItem({ problem, children }: { problem: PlanProblem | BundleProblem; children: ReactNode }) {
  const { pick } = useSpeech();
  return (
    <li className={`problem-${problem.severity}`}>
      <Icon name="alert" size={14} />
      <div>
        <p>
          <b>
            <bdi>{pick(problem.what)}</bdi>
          </b>{" "}
          {children}
        </p>
        <p className="quiet">
          <bdi>{pick(problem.fix)}</bdi>
        </p>
      </div>
    </li>
  );
}
