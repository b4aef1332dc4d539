// The plan as text, and beside it what is wrong.

import type { PlanProblem } from "../../generated/rest";
import { useSpeech } from "../../i18n";
import { Nothing } from "../../ui/bits";
import { CodeArea } from "../../ui/CodeArea";
import { Problems } from "./Problems";

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
  const { t } = useSpeech();
  return (
    <div className="plan-text">
      <CodeArea text={text} problems={problems} onChange={onChange} line={line} onLine={onLine} label={t("plan.text_label")} testId="plan-text" />
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
