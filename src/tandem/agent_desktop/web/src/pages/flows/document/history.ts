// Undo and redo of a bundle. Texts are shared, so a hundred steps back cost little. Pure.

import { type Bundle, sameBundle } from "./flowFile";

const MOST = 200;
/** Changes of the same thing within this time are one step back: letters of a word, a box that is dragged. */
const TOGETHER_MS = 1_200;

export interface History {
  now: Bundle;
  past: readonly Bundle[];
  future: readonly Bundle[];
  /** What was changed last, and when. */
  what: string;
  at_ms: number;
}

export const begin = (bundle: Bundle): History => ({ now: bundle, past: [], future: [], what: "", at_ms: 0 });

/** `what`: names the thing that is changed; '' never joins with the change before. */
export function change(history: History, next: Bundle, what: string, at_ms: number): History {
  if (sameBundle(next, history.now)) return history;
  const joins = what !== "" && what === history.what && at_ms - history.at_ms < TOGETHER_MS && history.past.length > 0;
  return { now: next, past: joins ? history.past : [...history.past, history.now].slice(-MOST), future: [], what, at_ms };
}

export function undo(history: History): History {
  const now = history.past.at(-1);
  if (!now) return history;
  return { now, past: history.past.slice(0, -1), future: [history.now, ...history.future], what: "", at_ms: 0 };
}

export function redo(history: History): History {
  const [now, ...future] = history.future;
  if (!now) return history;
  return { now, past: [...history.past, history.now], future, what: "", at_ms: 0 };
}
