// The files of a flow as text, beside the canvas.

import { useMemo } from "react";
import type { BundleProblem } from "../../../generated/rest";
import { CodeArea } from "../../../ui/CodeArea";
import { Icon } from "../../../ui/icons";
import type { Bundle } from "../document/flowFile";
import { useFlowSpeech } from "../speech";

export function TextPane({
  bundle,
  shown,
  problems,
  editable,
  line,
  onLine,
  focus,
  lit,
  onShow,
  onText,
  onCaret,
}: {
  bundle: Bundle;
  /** Name of the file that is shown. */
  shown: string;
  problems: readonly BundleProblem[];
  editable: boolean;
  line: number | null;
  onLine: (line: number | null) => void;
  focus: boolean;
  lit: { from: number; to: number } | null;
  onShow: (file: string) => void;
  onText: (text: string) => void;
  onCaret: (line: number) => void;
}) {
  const { t } = useFlowSpeech();
  const marks = useMemo(() => problems.filter((problem) => problem.file === shown && problem.line > 0), [problems, shown]);
  return (
    <div className="editor-text">
      <nav className="file-tabs" aria-label={t("file.files")}>
        {[...Object.keys(bundle.files), ...Object.keys(bundle.tests)].map((name) => (
          <button key={name} type="button" className={name === shown ? "on" : ""} aria-current={name === shown} onClick={() => onShow(name)}>
            <Icon name={Object.hasOwn(bundle.tests, name) ? "flask" : name === bundle.main ? "flow" : "box"} size={12} />
            <bdi>{name}</bdi>
          </button>
        ))}
      </nav>
      <CodeArea
        text={bundle.files[shown] ?? bundle.tests[shown] ?? ""}
        problems={marks}
        onChange={onText}
        line={line}
        onLine={onLine}
        focus={focus}
        label={t("file.text", { name: shown })}
        testId="flow-text"
        readOnly={!editable}
        lit={lit}
        onCaret={onCaret}
      />
    </div>
  );
}
