// From a file and what is known about it to the boxes and lines that React Flow draws. Pure.

import { type Edge, Position } from "@xyflow/react";
import type { BundleProblem } from "../../../generated/rest";
import { type FileView, summaryOf } from "../document/flowFile";
import { type Change, type Paint, exitKey } from "../document/overlay";
import { type Box, NODE_PX, type Point, exitTop, heightOf } from "../document/places";
import { same } from "../document/yamlEdits";
import type { ExitRow, StepNodeType } from "./StepNode";

export interface Shown {
  file: FileView;
  places: ReadonlyMap<string, Point>;
  language: string;
  /** Named prompts of the main file, which a sub-flow may use. */
  prompts: FileView["prompts"];
  problems: ReadonlyMap<string, readonly BundleProblem[]>;
  paint: Paint | null;
  changes: ReadonlyMap<string, Change> | null;
  selected: ReadonlySet<string>;
  current: string | null;
  found: ReadonlySet<string> | null;
  /** Steps of one journey; the others fade. */
  path: ReadonlySet<string> | null;
  editable: boolean;
  opens: (step: string) => boolean;
  onOpenFile: (step: string) => void;
}

export function wordsFor(file: FileView, prompts: FileView["prompts"], language: string): Map<string, string> {
  const all = prompts.size > 0 && file.prompts !== prompts ? new Map([...prompts, ...file.prompts]) : file.prompts;
  return new Map([...file.steps.values()].map((step) => [step.name, summaryOf(step, language, { prompts: all })]));
}

export function boxesOf(file: FileView, words: ReadonlyMap<string, string>, order: readonly string[]): Box[] {
  return order.flatMap((name) => {
    const step = file.steps.get(name);
    if (!step) return [];
    return [{ name, height: heightOf(step.exits.length, (words.get(name) ?? "") !== ""), to: step.exits.flatMap((exit) => (exit.to ? [exit.to] : [])) }];
  });
}

const HANDLE = 10;

export function nodesOf(shown: Omit<Shown, "language" | "prompts">, words: ReadonlyMap<string, string>, boxes: readonly Box[], known: Map<string, StepNodeType>): StepNodeType[] {
  const { file, paint, changes } = shown;
  return boxes.map(({ name, height }) => {
    const step = file.steps.get(name);
    const position = shown.places.get(name) ?? { x: 0, y: 0 };
    const said = words.get(name) ?? "";
    const exits: ExitRow[] = (step?.exits ?? []).map((exit) => {
      const count = paint ? (paint.edges.get(exitKey(name, exit.name)) ?? 0) : null;
      const all = paint?.nodes.get(name) ?? 0;
      const open = exit.to === null ? !exit.optional : !file.steps.has(exit.to);
      return { exit, open, count, share: paint?.what === "numbers" && all > 0 && count !== null ? count / all : null };
    });
    const problems = shown.problems.get(name) ?? [];
    const errors = problems.filter((problem) => problem.severity === "error").length;
    const count = paint ? (paint.nodes.get(name) ?? 0) : null;
    const data = {
      name,
      kind: step?.kind ?? "",
      said,
      exits,
      start: file.start === name,
      opens: shown.opens(name),
      errors,
      warnings: problems.length - errors,
      count,
      lost: paint?.lost.get(name) ?? 0,
      never: count === 0,
      change: changes?.get(name) ?? null,
      found: shown.found?.has(name) ?? false,
      dimmed: (shown.path !== null && !shown.path.has(name)) || (changes !== null && !changes.has(name)) || (shown.found !== null && shown.found.size > 0 && !shown.found.has(name)),
      current: shown.current === name,
      editable: shown.editable,
      onOpenFile: shown.onOpenFile,
    };
    const selected = shown.selected.has(name);
    const old = known.get(name);
    // A box that looks as before stays the same object: React Flow then leaves it alone.
    if (old && old.position.x === position.x && old.position.y === position.y && old.selected === selected && old.height === height && alike(old.data, data)) return old;
    const node: StepNodeType = {
      id: name,
      type: "step",
      position,
      selected,
      draggable: shown.editable,
      data,
      width: NODE_PX,
      height,
      measured: { width: NODE_PX, height },
      handles: [
        { id: "in", type: "target", position: Position.Left, x: -HANDLE / 2, y: 19 - HANDLE / 2, width: HANDLE, height: HANDLE },
        ...exits.map(({ exit }, index) => ({ id: exit.name, type: "source" as const, position: Position.Right, x: NODE_PX - HANDLE / 2, y: exitTop(index, said !== "") - HANDLE / 2, width: HANDLE, height: HANDLE })),
      ],
    };
    known.set(name, node);
    return node;
  });
}

function sameRow(a: ExitRow, b: ExitRow): boolean {
  if (a.count !== b.count || a.share !== b.share || a.open !== b.open) return false;
  return a.exit === b.exit || (a.exit.name === b.exit.name && a.exit.to === b.exit.to && a.exit.tone === b.exit.tone && same(a.exit.label, b.exit.label));
}

function alike(a: StepNodeType["data"], b: StepNodeType["data"]): boolean {
  for (const key of Object.keys(b)) {
    if (key === "exits") {
      const [one, other] = [a.exits, b.exits];
      if (one.length !== other.length) return false;
      if (!one.every((row, index) => sameRow(row, other[index] as ExitRow))) return false;
    } else if (a[key] !== b[key]) return false;
  }
  return true;
}

export type ExitEdgeType = Edge<{ count: number | null; thick: number; tone: string; dimmed: boolean }, "exit">;

export function edgesOf(shown: Pick<Shown, "file" | "paint" | "changes" | "path">, chosen: { step: string; exit: string } | null): ExitEdgeType[] {
  const { file, paint, changes } = shown;
  const edges: ExitEdgeType[] = [];
  const most = paint ? Math.max(1, ...paint.edges.values()) : 1;
  for (const step of file.steps.values()) {
    for (const exit of step.exits) {
      if (exit.to === null || !file.steps.has(exit.to)) continue;
      const count = paint ? (paint.edges.get(exitKey(step.name, exit.name)) ?? 0) : null;
      edges.push({
        id: exitKey(step.name, exit.name),
        type: "exit",
        source: step.name,
        sourceHandle: exit.name,
        target: exit.to,
        targetHandle: "in",
        selected: chosen !== null && chosen.step === step.name && chosen.exit === exit.name,
        data: {
          count,
          thick: count === null ? 1.6 : 1.4 + 5 * Math.sqrt(count / most),
          tone: changes?.get(step.name) === "removed" ? "removed" : exit.tone,
          dimmed: shown.path !== null && !(shown.path.has(step.name) && shown.path.has(exit.to)),
        },
      });
    }
  }
  return edges;
}
