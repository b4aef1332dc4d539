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
  "callback_at",
  "callback_agent",
  "callback_note",
  "customer",
] as const;

/** Of a list of who is not to be called. */
export const forbiddenUses = ["number", "person", "until"] as const;

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

/** As the server takes it. */
export const MAX_FIELD_NAME = 60;

/** The name of a field from a column's header. */
export function fieldOf(header: string, index: number): string {
  const name = header.replace(/[\u0000-\u001f\u007f]+/g, " ").trim().slice(0, MAX_FIELD_NAME).trim();
  return `field.${name || `column ${index + 1}`}`;
}

export type MappingProblem = "no_number" | "no_who" | "doubled_field";

/** What keeps the file from being imported with this mapping. */
export function mappingProblem(columns: readonly string[], forbidden = false): MappingProblem | null {
  if (forbidden) return columns.some((use) => MANY.has(use) || use === "person") ? null : "no_who";
  if (!columns.some((use) => MANY.has(use))) return "no_number";
  const fields = columns.filter((use) => use.startsWith("field."));
  return new Set(fields).size < fields.length ? "doubled_field" : null;
}
