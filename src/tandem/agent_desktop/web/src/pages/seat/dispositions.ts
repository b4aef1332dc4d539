// The disposition tree as a list of leaves that can be searched in both languages.

import { useEffect, useState } from "react";
import { api } from "../../api";
import type { Disposition } from "../../generated/rest";
import type { Language } from "../../format";

export interface Leaf {
  code: string;
  zh: string;
  en: string;
  /** Names of the branches above, outermost first. */
  path: { zh: string; en: string }[];
}

/** Under each branch its own leaves first, then its branches, so that a heading never comes twice. */
export function leavesOf(tree: readonly Disposition[], path: Leaf["path"] = []): Leaf[] {
  const leaves = tree.filter((node) => node.children.length === 0);
  const branches = tree.filter((node) => node.children.length > 0);
  return [
    ...leaves.map(({ code, zh, en }) => ({ code, zh, en, path })),
    ...branches.flatMap((node) => leavesOf(node.children, [...path, { zh: node.zh, en: node.en }])),
  ];
}

/** Leaves in which every word of the search occurs, in either language, in the leaf or above it. */
export function findLeaves(leaves: readonly Leaf[], search: string): Leaf[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return leaves.filter((leaf) => {
    const text = [leaf.code, leaf.zh, leaf.en, ...leaf.path.flatMap((step) => [step.zh, step.en])]
      .join(" ")
      .toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Those a campaign allows. A code it names that is gone from the tree is shown as it stands: it must be choosable. */
export function leavesAmong(leaves: readonly Leaf[], only: readonly string[]): Leaf[] {
  if (only.length === 0) return [...leaves];
  const known = leaves.filter((leaf) => only.includes(leaf.code));
  const unknown = only.filter((code) => !leaves.some((leaf) => leaf.code === code));
  return [...known, ...unknown.map((code) => ({ code, zh: code, en: code, path: [] }))];
}

export function leafName(leaf: Leaf, language: Language): string {
  return leaf[language] || leaf.en || leaf.code;
}

export function leafPath(leaf: Leaf, language: Language): string {
  return leaf.path.map((step) => step[language] || step.en).join(" › ");
}

let known: Leaf[] | null = null;
const RETRY_MS = 3_000;

/** The leaves, loaded once; null until they are here. Tried again until the server answers. */
export function useLeaves(): Leaf[] | null {
  const [leaves, setLeaves] = useState(known);
  useEffect(() => {
    if (known) return;
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const load = () => {
      api.dispositions().then(
        (tree) => {
          known = leavesOf(tree);
          if (!gone) setLeaves(known);
        },
        () => {
          if (!gone) timer = setTimeout(load, RETRY_MS);
        },
      );
    };
    load();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  return leaves;
}
