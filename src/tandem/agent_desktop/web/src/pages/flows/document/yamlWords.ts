// How values are written in a flow file: the style of the examples, so that what the editor adds looks like the rest.

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };
export type PlainMap = { readonly [key: string]: Plain };

/** Longer lines are broken, where that is possible. */
const MOST_COLUMNS = 100;
const STEP = 2;

export function isPlainMap(value: Plain | undefined): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isPlainList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

/** Words that one or the other YAML version takes for something else than a text. */
const OTHER_TYPES = /^(y|n|yes|no|on|off|true|false|null|~)$/i;
const INDICATOR = /^[-?:,[\]{}#&*!|>'"%@`\s]/;

function canBePlain(text: string, inFlow: boolean): boolean {
  if (text === "" || text !== text.trim() || OTHER_TYPES.test(text) || INDICATOR.test(text)) return false;
  // Numbers, dates and times: 12, 1.5, 2026-05-01, 9:00.
  if (/^[+.\d]/.test(text)) return false;
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text) || /:(\s|$)|\s#/.test(text)) return false;
  return !(inFlow && /[,[\]{}]/.test(text));
}

const quoted = (text: string) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

export function scalarText(value: null | boolean | number | string, inFlow: boolean, quote?: "single" | "double"): string {
  if (typeof value !== "string") return String(value);
  if (quote === "single" && !/[\u0000-\u001f\u007f-\u009f]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  if (quote === "double" || !canBePlain(value, inFlow)) return quoted(value);
  return value;
}

export function flowText(value: Plain): string {
  if (isPlainList(value)) return `[${value.map(flowText).join(", ")}]`;
  if (!isPlainMap(value)) return scalarText(value, true);
  return `{${Object.entries(value).map(([key, one]) => `${scalarText(key, true)}: ${flowText(one)}`).join(", ")}}`;
}

/** A text over several lines (`>-`), broken only where a space is; null when that would change it. */
export function foldedText(text: string, indent: number, header = ">-"): string | null {
  if (text === "" || text !== text.trim() || /[\u0000-\u001f]| {2}/.test(text)) return null;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > MOST_COLUMNS) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  const pad = " ".repeat(indent);
  return [header, ...lines.map((one) => pad + one)].join("\n");
}

function depthOf(value: Plain): number {
  if (isPlainList(value)) return 1 + Math.max(0, ...value.map(depthOf));
  return isPlainMap(value) ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

function fitsOneLine(value: Plain, column: number): boolean {
  return depthOf(value) <= 2 && column + flowText(value).length <= MOST_COLUMNS;
}

/**
 * What stands behind `key:` or `-`, with the space or line break before it. `indent`: of the key; nested lines get more.
 * `block`: a collection is written over several lines even when it would fit into one.
 */
export function behindKey(value: Plain, indent: number, keyColumns: number, block = false): string {
  if (isPlainList(value) || isPlainMap(value)) {
    const empty = Object.keys(value).length === 0;
    if (empty || (!block && fitsOneLine(value, indent + keyColumns))) return ` ${flowText(value)}`;
    return `\n${blockText(value, indent + STEP)}`;
  }
  if (typeof value === "string" && indent + keyColumns + value.length > MOST_COLUMNS) {
    const folded = foldedText(value, indent + STEP);
    if (folded !== null && folded.includes("\n", folded.indexOf("\n") + 1)) return ` ${folded}`;
  }
  return ` ${scalarText(value, false)}`;
}

export function pairText(key: string, value: Plain, indent: number, block = false): string {
  const name = scalarText(key, false);
  return `${name}:${behindKey(value, indent, name.length + 2, block)}`;
}

/** The value of a list in block style: what stands behind its dash, which is at column `indent`. */
export function itemText(value: Plain, indent: number): string {
  if (isPlainMap(value) && Object.keys(value).length > 0 && !fitsOneLine(value, indent + STEP)) {
    return blockText(value, indent + STEP).trimStart();
  }
  if (isPlainList(value)) return flowText(value);
  return behindKey(value, indent, STEP).slice(1);
}

export function blockText(value: Plain, indent: number): string {
  const pad = " ".repeat(indent);
  if (isPlainList(value)) return value.map((one) => `${pad}- ${itemText(one, indent)}`).join("\n");
  if (isPlainMap(value)) return Object.entries(value).map(([key, one]) => pad + pairText(key, one, indent)).join("\n");
  return pad + scalarText(value, false);
}
