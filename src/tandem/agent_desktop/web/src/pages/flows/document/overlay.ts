// What the server says about a flow, put onto the boxes of the file that is shown. The server knows one flat graph
// (`identify/ask_pin`); the canvas shows one file at a time. Pure.

import type { BundleProblem, Coverage, FlowNumbers } from "../../../generated/rest";
import type { FileView } from "./flowFile";
import { same } from "./yamlEdits";

/** Where one is: the step of the main flow, and so on, through which the shown file was opened. */
export type Trail = readonly { step: string; file: string }[];

export function flatName(trail: Trail, step: string): string {
  return [...trail.map((one) => one.step), step].join("/");
}

const lastOf = (flat: string): string => flat.slice(flat.lastIndexOf("/") + 1);

/** The problems of each step of the file; '' holds those of no step. A sub-flow's step also gets those inside it. */
export function problemsOf(problems: readonly BundleProblem[], file: FileView, fileName: string, trail: Trail): Map<string, BundleProblem[]> {
  const found = new Map<string, BundleProblem[]>();
  const note = (step: string, problem: BundleProblem) => {
    const list = found.get(step);
    if (list) list.push(problem);
    else found.set(step, [problem]);
  };
  const prefix = trail.map((one) => `${one.step}/`).join("");
  for (const problem of problems) {
    const below = problem.step.startsWith(prefix) ? problem.step.slice(prefix.length) : "";
    if (problem.file === fileName) {
      const named = lastOf(problem.step);
      const step = file.steps.has(named) ? named : [...file.steps.values()].find(({ place }) => place.from <= problem.line && problem.line <= place.to)?.name;
      note(step ?? "", problem);
    } else if (below.includes("/") && file.steps.has(below.slice(0, below.indexOf("/")))) note(below.slice(0, below.indexOf("/")), problem);
  }
  return found;
}

/** Counts for boxes and lines. An exit's key: `exitKey(step, exit)`. */
export interface Paint {
  what: "coverage" | "numbers";
  nodes: ReadonlyMap<string, number>;
  edges: ReadonlyMap<string, number>;
  /** Callers who hung up there. */
  lost: ReadonlyMap<string, number>;
}

export const exitKey = (step: string, exit: string): string => `${step}\n${exit}`;

interface Flat {
  nodes: ReadonlyMap<string, number>;
  edges: readonly { step: string; exit: string; to: string; count: number }[];
  lost: ReadonlyMap<string, number>;
}

function painted(what: Paint["what"], flat: Flat, file: FileView, trail: Trail): Paint {
  const nodes = new Map<string, number>();
  const lost = new Map<string, number>();
  const edges = new Map<string, number>();
  for (const step of file.steps.values()) {
    const name = flatName(trail, step.name);
    const inside = `${name}/`;
    const own = flat.nodes.get(name);
    const within = own === undefined ? [...flat.nodes].filter(([one]) => one.startsWith(inside)) : [];
    // Whoever goes through a sub-flow passes its first step; no other one is passed more often without a loop.
    if (own !== undefined || within.length > 0) nodes.set(step.name, own ?? Math.max(...within.map(([, count]) => count)));
    const away = [...flat.lost].filter(([one]) => one === name || one.startsWith(inside)).reduce((sum, [, count]) => sum + count, 0);
    if (away > 0) lost.set(step.name, away);
    for (const exit of step.exits) {
      const to = exit.to === null ? null : flatName(trail, exit.to);
      let count = 0;
      for (const edge of flat.edges) {
        if (edge.exit !== exit.name) continue;
        // Numbers do not say where an exit led: the name of the sub-flow's exit has to do.
        const leaves = step.kind === "subflow" && edge.step.startsWith(inside) && (edge.to === "" || edge.to === to || edge.to.startsWith(`${to}/`));
        if (edge.step === name || leaves) count += edge.count;
      }
      edges.set(exitKey(step.name, exit.name), count);
    }
  }
  return { what, nodes, edges, lost };
}

export function paintCoverage(coverage: Coverage, file: FileView, trail: Trail): Paint {
  return painted("coverage", { nodes: new Map(Object.entries(coverage.nodes)), edges: coverage.edges, lost: new Map() }, file, trail);
}

export function paintNumbers(numbers: FlowNumbers, file: FileView, trail: Trail): Paint {
  const edges = numbers.nodes.flatMap((node) => Object.entries(node.exits).map(([exit, count]) => ({ step: node.step, exit, to: "", count })));
  return painted(
    "numbers",
    { nodes: new Map(numbers.nodes.map((node) => [node.step, node.entered])), edges, lost: new Map(numbers.nodes.map((node) => [node.step, node.abandoned])) },
    file,
    trail,
  );
}

export type Change = "added" | "removed" | "changed";

/** Which steps differ between two versions of a file; a step whose prompts say something else has changed, too. */
export function changesOf(older: FileView, newer: FileView): Map<string, Change> {
  const found = new Map<string, Change>();
  const saysOther = (name: string): boolean => {
    const used = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value === "string") used.add(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
    };
    collect(newer.steps.get(name)?.raw);
    return [...used].some((prompt) => (older.prompts.has(prompt) || newer.prompts.has(prompt)) && !same(older.prompts.get(prompt), newer.prompts.get(prompt)));
  };
  for (const [name, step] of newer.steps) {
    const old = older.steps.get(name);
    if (!old) found.set(name, "added");
    else if (!same(old.raw, step.raw) || saysOther(name)) found.set(name, "changed");
  }
  for (const name of older.steps.keys()) if (!newer.steps.has(name)) found.set(name, "removed");
  return found;
}

/** Both versions in one picture: the newer one, and what is no longer there. */
export function together(older: FileView, newer: FileView): FileView {
  const steps = new Map(newer.steps);
  for (const [name, step] of older.steps) if (!steps.has(name)) steps.set(name, step);
  return { ...newer, steps, layout: newer.layout.size > 0 ? newer.layout : older.layout };
}
