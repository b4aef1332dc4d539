// What the columns of a file are: as the server guessed, as a person corrects it. Pure.

import type { Inspected } from "../../generated/rest";

export const uses = [
  "number",
  "number.mobile",
  "number.home",
  "number.work",
  "name",
  "person",
  "language",
  "zone",
  "country",
  "region",
  "postcode",
  "priority",
  "consent",
  "segment",
] as const;

/** These may be several columns of one file. */
const MANY = new Set(["number", "number.mobile", "number.home", "number.work"]);

export function guessed(inspected: Inspected): string[] {
  return inspected.columns.map((column) => column.use);
}

/** A column is given a use; another one that had it, and may not share it, becomes a field of its own name. */
export function assign(columns: readonly string[], headers: readonly string[], index: number, use: string): string[] {
  return columns.map((old, at) => {
    if (at === index) return use;
    return use !== "" && old === use && !MANY.has(use) && !use.startsWith("field.") ? fieldOf(headers[at] ?? "", at) : old;
  });
}

/** The name of a field from a column's header. */
export function fieldOf(header: string, index: number): string {
  const name = header.replace(/[\u0000-\u001f\u007f]+/g, " ").trim().slice(0, 100);
  return `field.${name || `column ${index + 1}`}`;
}

export type MappingProblem = "no_number" | "doubled_field";

/** What keeps the file from being imported with this mapping. */
export function mappingProblem(columns: readonly string[]): MappingProblem | null {
  if (!columns.some((use) => MANY.has(use))) return "no_number";
  const fields = columns.filter((use) => use.startsWith("field."));
  return new Set(fields).size < fields.length ? "doubled_field" : null;
}
