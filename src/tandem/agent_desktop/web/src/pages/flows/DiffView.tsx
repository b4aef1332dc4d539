// What differs between two versions: as text, file by file, and on the canvas.

import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { useLanguage } from "../../i18n";
import { Nothing } from "../../ui/bits";
import { Diff } from "../routing/Versions";
import { Canvas } from "./canvas/Canvas";
import type { Bundle } from "./document/flowFile";
import { changesOf, together } from "./document/overlay";
import { useFlowSpeech } from "./speech";
import { useReader } from "./useFlowDraft";

export interface Side extends Bundle {
  label: string;
}

const NOTHING: ReadonlySet<string> = new Set();
const NO_PROBLEMS = new Map<string, never[]>();

export function DiffView({ older, newer }: { older: Side; newer: Side }) {
  const { t, w } = useFlowSpeech();
  const language = useLanguage();
  const readText = useReader();
  const [as, setAs] = useState<"canvas" | "text">("canvas");
  const [chosen, setChosen] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(NOTHING);
  const [current, setCurrent] = useState<string | null>(null);

  const files = useMemo(() => {
    const all = (side: Side): Record<string, string> => ({ ...side.files, ...side.tests });
    const [a, b] = [all(older), all(newer)];
    return [...new Set([...Object.keys(b), ...Object.keys(a)])].filter((name) => a[name] !== b[name]).map((name) => ({ name, older: a[name] ?? "", newer: b[name] ?? "" }));
  }, [older, newer]);
  const shown = files.find((one) => one.name === chosen) ?? files[0];
  const picture = useMemo(() => {
    if (!shown) return null;
    const [a, b] = [readText(shown.older), readText(shown.newer)];
    return a.readable || b.readable ? { file: together(a, b), changes: changesOf(a, b) } : null;
  }, [shown, readText]);
  if (!shown) return <Nothing icon="check" title={t("diff.same", { older: older.label, newer: newer.label })} />;
  const counts = { added: 0, removed: 0, changed: 0 };
  for (const change of picture?.changes.values() ?? []) counts[change] += 1;
  return (
    <div className="diff-view" data-testid="diff-view">
      <div className="diff-bar">
        <Segmented<"canvas" | "text"> size="small" value={as} onChange={setAs} options={(["canvas", "text"] as const).map((value) => ({ value, label: <span data-testid={`diff-${value}`}>{t(`bar.${value}`)}</span> }))} />
        <nav className="file-tabs">
          {files.map((one) => (
            <button key={one.name} type="button" className={one === shown ? "on" : ""} onClick={() => setChosen(one.name)}>
              <bdi>{one.name}</bdi>
            </button>
          ))}
        </nav>
        <span className="diff-legend">
          {(["added", "changed", "removed"] as const).map((change) => (
            <span key={change} className={`mark mark-${change} num`}>
              {w("change", change)} {counts[change]}
            </span>
          ))}
        </span>
      </div>
      {as === "text" ? (
        <Diff older={shown.older} newer={shown.newer} />
      ) : picture === null || picture.file.steps.size === 0 ? (
        <Nothing icon="code" title={t("diff.text_only")} />
      ) : (
        <div className="canvas-area">
          <Canvas
            key={`${shown.name}/${older.label}/${newer.label}`}
            whole
            label={`${shown.name} ${older.label} → ${newer.label}`}
            file={picture.file}
            language={language}
            prompts={picture.file.prompts}
            problems={NO_PROBLEMS}
            paint={null}
            changes={picture.changes}
            selected={selected}
            current={current ?? picture.file.start}
            found={null}
            path={null}
            editable={false}
            opens={() => false}
            onOpenFile={() => undefined}
            chosenExit={null}
            onSelect={(steps, last) => {
              setSelected(steps);
              setCurrent(last);
            }}
            onChooseExit={() => undefined}
            onMoved={() => undefined}
            onConnect={() => undefined}
            onDropExit={() => undefined}
            onDropKind={() => undefined}
            onOpen={() => setAs("text")}
          />
        </div>
      )}
    </div>
  );
}
