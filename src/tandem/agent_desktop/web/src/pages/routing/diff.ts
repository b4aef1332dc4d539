// What differs between two texts, line by line. Pure.

export interface DiffLine {
  kind: "same" | "added" | "removed" | "gap";
  text: string;
  /** Number of the line in the newer text (of a removed line: in the older one). */
  line: number;
}

/** Above this, what differs is shown as one block: quadratic work is for small differences. */
const MOST_CELLS = 4_000_000;
const CONTEXT_LINES = 3;

function common(a: readonly string[], b: readonly string[]): { from: number; to: number } {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  let to = 0;
  while (to < a.length - from && to < b.length - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to += 1;
  return { from, to };
}

/** Longest common subsequence of the middles; the table is filled from the end. */
function middle(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const removed = (i: number): DiffLine => ({ kind: "removed", text: a[i] ?? "", line: offset + i + 1 });
  const added = (j: number): DiffLine => ({ kind: "added", text: b[j] ?? "", line: offset + j + 1 });
  if (a.length * b.length > MOST_CELLS) return [...a.map((_, i) => removed(i)), ...b.map((_, j) => added(j))];
  const wide = b.length + 1;
  const length = new Uint32Array((a.length + 1) * wide);
  const at = (i: number, j: number) => length[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      length[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ kind: "same", text: a[i] ?? "", line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      found.push(removed(i));
      i += 1;
    } else {
      found.push(added(j));
      j += 1;
    }
  }
  return found;
}

/** The differing lines with a little around them; [] when the texts are equal. */
export function diffLines(older: string, newer: string): DiffLine[] {
  if (older === newer) return [];
  const a = older.split("\n");
  const b = newer.split("\n");
  const { from, to } = common(a, b);
  const same = (text: string, index: number): DiffLine => ({ kind: "same", text, line: index + 1 });
  const all = [
    ...b.slice(0, from).map(same),
    ...middle(a.slice(from, a.length - to), b.slice(from, b.length - to), from),
    ...b.slice(b.length - to).map((text, index) => same(text, b.length - to + index)),
  ];
  const near = new Set<number>();
  all.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let n = index - CONTEXT_LINES; n <= index + CONTEXT_LINES; n += 1) near.add(n);
  });
  const shown: DiffLine[] = [];
  all.forEach((line, index) => {
    if (near.has(index)) shown.push(line);
    else if (shown.at(-1)?.kind !== "gap") shown.push({ kind: "gap", text: "", line: 0 });
  });
  return shown;
}
