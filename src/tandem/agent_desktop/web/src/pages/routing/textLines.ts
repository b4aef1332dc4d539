// Lines of a text that is too long to be split at every key. Pure.

/** Where the n-th line (from 1) begins and ends. */
export function lineSpan(text: string, line: number): [number, number] {
  let from = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf("\n", from);
    if (next < 0) return [text.length, text.length];
    from = next + 1;
  }
  const end = text.indexOf("\n", from);
  return [from, end < 0 ? text.length : end];
}

export function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
