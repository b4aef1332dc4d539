// A step as a box: what it is, what the caller hears first, and its ways out, each with a handle of its own.

import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { Icon } from "../../../ui/icons";
import type { Exit } from "../document/kinds";
import { isKind, kinds } from "../document/kinds";
import type { Change } from "../document/overlay";
import { iconOf } from "../kindIcons";
import { useFlowSpeech } from "../speech";

export interface ExitRow {
  exit: Exit;
  /** It has to lead on and does not, or not to a step that exists. */
  open: boolean;
  /** Taken so often; null: nothing is painted. */
  count: number | null;
  share: number | null;
}

export interface StepData extends Record<string, unknown> {
  name: string;
  kind: string;
  said: string;
  exits: readonly ExitRow[];
  start: boolean;
  /** A sub-flow's file can be opened. */
  opens: boolean;
  errors: number;
  warnings: number;
  count: number | null;
  lost: number;
  never: boolean;
  change: Change | null;
  found: boolean;
  dimmed: boolean;
  /** The box that the keyboard is at. */
  current: boolean;
  editable: boolean;
  onOpenFile: (name: string) => void;
}

export type StepNodeType = Node<StepData, "step">;

export function useExitLabel(): (exit: Exit) => string {
  const { lang, known } = useFlowSpeech();
  return (exit) => {
    const own = exit.label?.[lang] ?? Object.values(exit.label ?? {})[0];
    if (exit.tone === "key") return typeof own === "string" ? own : "";
    const number = /^(case|way)(\d+)$/.exec(exit.name);
    if (number) return `${known("exit", number[1] ?? "")} ${number[2]}`;
    return exit.path[0] === exit.name || exit.path.at(-1) === "goto" ? known("exit", exit.name) || exit.name : exit.name;
  };
}

function StepBox({ data, selected }: NodeProps<StepNodeType>) {
  const { t, w } = useFlowSpeech();
  const labelOf = useExitLabel();
  const family = isKind(data.kind) ? kinds[data.kind].family : "end";
  const classes = ["step-box", `family-${family}`];
  if (selected) classes.push("selected");
  if (data.errors > 0) classes.push("has-error");
  else if (data.warnings > 0) classes.push("has-warning");
  if (data.change) classes.push(`change-${data.change}`);
  if (data.never) classes.push("never");
  if (data.dimmed) classes.push("dimmed");
  if (data.found) classes.push("found");
  const spoken = [
    w("kind", data.kind),
    data.name,
    data.start ? t("canvas.is_start") : "",
    data.errors > 0 ? t("canvas.errors", { count: data.errors }) : "",
    data.warnings > 0 ? t("canvas.warnings", { count: data.warnings }) : "",
    data.change ? w("change", data.change) : "",
    data.count !== null ? t("canvas.count", { count: data.count }) : "",
    data.said,
    ...data.exits.map(({ exit }) => t("canvas.leads", { exit: `${exit.tone === "key" ? `${exit.name} ` : ""}${labelOf(exit)}`.trim(), to: exit.to ?? t("canvas.nowhere") })),
  ].filter(Boolean);
  return (
    <div
      className={classes.join(" ")}
      id={`step-${data.name}`}
      data-testid="step-box"
      data-step={data.name}
      role="button"
      tabIndex={data.current ? 0 : -1}
      aria-label={spoken.join(", ")}
      aria-pressed={selected}
    >
      <Handle type="target" position={Position.Left} id="in" className="handle-in" isConnectable={data.editable} />
      <header>
        <span className="step-icon">
          <Icon name={isKind(data.kind) ? iconOf[data.kind] : "help"} size={15} />
        </span>
        <span className="step-title">
          <b>
            <bdi>{data.name}</bdi>
          </b>
          <small>{w("kind", data.kind) || t("canvas.no_kind")}</small>
        </span>
        {data.start && <span className="step-start">{t("canvas.start")}</span>}
        {data.change && <span className={`step-change mark-${data.change}`}>{w("change", data.change)}</span>}
        {data.errors + data.warnings > 0 && (
          <span className={`step-problems ${data.errors > 0 ? "bad" : "warn"}`}>
            <Icon name="alert" size={11} /> {data.errors + data.warnings}
          </span>
        )}
        {data.count !== null && <span className="step-count num">{data.count.toLocaleString()}</span>}
        {data.opens && (
          <button
            type="button"
            className="icon-button nodrag"
            tabIndex={-1}
            aria-label={t("canvas.open_file", { name: data.name })}
            title={t("canvas.open_file", { name: data.name })}
            onClick={(event) => {
              event.stopPropagation();
              data.onOpenFile(data.name);
            }}
          >
            <Icon name="exit" size={13} />
          </button>
        )}
      </header>
      {data.said !== "" && (
        <p className="step-said">
          <bdi>{data.said}</bdi>
        </p>
      )}
      {data.exits.length > 0 && (
        <ul className="step-exits">
          {data.exits.map(({ exit, open, count, share }) => (
            <li key={exit.name} className={`exit-${exit.tone} ${open ? "open-end" : exit.to === null ? "unused" : ""} ${count === 0 ? "never" : ""}`}>
              {exit.tone === "key" && <kbd>{exit.name}</kbd>}
              <span className="exit-name">
                <bdi>{labelOf(exit)}</bdi>
              </span>
              {count !== null && (exit.to !== null || count > 0) && (
                <span className="exit-count num">
                  {count.toLocaleString()}
                  {share !== null && <i>{` ${Math.round(share * 100)}%`}</i>}
                </span>
              )}
              <Handle type="source" position={Position.Right} id={exit.name} className="handle-out" isConnectable={data.editable} title={labelOf(exit) || exit.name} />
            </li>
          ))}
        </ul>
      )}
      {data.lost > 0 && <span className="step-lost num" title={t("canvas.lost", { count: data.lost })}>{`−${data.lost.toLocaleString()}`}</span>}
    </div>
  );
}

export const StepNode = memo(StepBox);
