// What a flow file says, as the canvas shows it. A file with mistakes is read as far as it goes. Pure.

import { type Document, isMap, isScalar } from "yaml";
import { type Exit, isKind, kinds } from "./kinds";
import { type Place, placesIn, read } from "./yamlEdits";
import { type Plain, type PlainMap, isPlainList, isPlainMap } from "./yamlWords";

export interface FlowStepView {
  name: string;
  /** As written after `type:`; also words that are no kind. */
  kind: string;
  raw: PlainMap;
  exits: readonly Exit[];
  place: Place;
}

export interface FileView {
  text: string;
  document: Document.Parsed;
  /** The text is YAML with a map at its top. */
  readable: boolean;
  /** The first error of the YAML, with its line. */
  error: { line: number; message: string } | null;
  subflow: boolean;
  name: string;
  start: string;
  languages: readonly string[];
  steps: ReadonlyMap<string, FlowStepView>;
  prompts: ReadonlyMap<string, Plain>;
  /** Alias -> file name. */
  use: ReadonlyMap<string, string>;
  calendars: readonly string[];
  layout: ReadonlyMap<string, readonly [number, number]>;
  raw: PlainMap;
}

const text = (value: Plain | undefined): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const entries = (value: Plain | undefined): [string, Plain][] => (isPlainMap(value) ? Object.entries(value) : []);
const NOWHERE: Place = { from: 0, to: 0 };

function toPlain(document: Document.Parsed): PlainMap | null {
  try {
    const value = document.toJS({ maxAliasCount: 0 }) as Plain;
    return isPlainMap(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keys as the file lists them: an object would put "0" before "1". */
function inFileOrder(document: Document.Parsed, step: string, exits: Exit[]): Exit[] {
  const field = exits.find((exit) => exit.tone === "key")?.path[0];
  const map = field === undefined ? null : document.getIn(["steps", step, field], true);
  if (!isMap(map)) return exits;
  const order = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : ""));
  const keys = exits.filter((exit) => exit.tone === "key").sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return [...keys, ...exits.filter((exit) => exit.tone !== "key")];
}

export function readFlow(source: string): FileView {
  const document = read(source);
  const first = document.errors[0];
  const raw = first ? null : toPlain(document);
  const places = raw ? placesIn(source, document, ["steps"]) : new Map<string, Place>();
  const steps = new Map<string, FlowStepView>();
  for (const [name, value] of entries(raw?.["steps"])) {
    const step: PlainMap = isPlainMap(value) ? value : {};
    const kind = text(step["type"]);
    steps.set(name, { name, kind, raw: step, exits: isKind(kind) ? inFileOrder(document, name, kinds[kind].exits(step)) : [], place: places.get(name) ?? NOWHERE });
  }
  const layout = new Map<string, readonly [number, number]>();
  for (const [name, value] of entries(raw?.["layout"])) {
    if (isPlainList(value) && value.length === 2 && value.every((one) => typeof one === "number" && Number.isFinite(one))) {
      layout.set(name, [Number(value[0]), Number(value[1])]);
    }
  }
  const languages = raw?.["languages"];
  return {
    text: source,
    document,
    readable: raw !== null,
    error: first ? { line: source.slice(0, first.pos[0]).split("\n").length, message: first.message } : null,
    subflow: raw?.["kind"] === "subflow",
    name: text(raw?.["name"]),
    start: text(raw?.["start"]),
    languages: isPlainList(languages) ? languages.map(text).filter(Boolean) : [],
    steps,
    prompts: new Map(entries(raw?.["prompts"])),
    use: new Map(entries(raw?.["use"]).map(([alias, file]) => [alias, text(file)])),
    calendars: entries(raw?.["calendars"]).map(([name]) => name),
    layout,
    raw: raw ?? {},
  };
}

export interface Bundle {
  main: string;
  files: Readonly<Record<string, string>>;
  tests: Readonly<Record<string, string>>;
}

export const sameBundle = (a: Bundle, b: Bundle): boolean => {
  const equal = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) => {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
  };
  return a.main === b.main && equal(a.files, b.files) && equal(a.tests, b.tests);
};

/** The file that `name` in `file` means: relative to the folder of the file that uses it. */
export function usedFile(file: string, name: string): string {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  return folder + name.replace(/^\.\//, "");
}

/** Words of what is said, in one language: named prompts are looked up, values shown as their expression. */
export function wordsOf(speech: Plain | undefined, language: string, prompts: ReadonlyMap<string, Plain>): string {
  if (isPlainList(speech)) return speech.map((one) => wordsOf(one, language, prompts)).filter(Boolean).join(" ");
  if (typeof speech === "string") return prompts.has(speech) ? wordsOf(prompts.get(speech), language, new Map()) : speech;
  if (!isPlainMap(speech)) return "";
  if (Object.hasOwn(speech, "say")) return `{${text(speech["say"])}}`;
  return text(speech[language] ?? Object.values(speech)[0]);
}

/** The few words that a step's box shows below its title. */
export function summaryOf(step: FlowStepView, language: string, file: Pick<FileView, "prompts">): string {
  const { raw } = step;
  const say = wordsOf(raw["prompts"], language, file.prompts);
  if (say) return say;
  const parts: string[] = [];
  const list = (value: Plain | undefined) => entries(value).map(([key, one]) => `${key} = ${typeof one === "object" ? "…" : text(one as Plain) || String(one)}`);
  switch (step.kind) {
    case "set":
      parts.push(...list(raw["variables"]), ...list(raw["compute"]), text(raw["language"]), text(raw["needs"]));
      break;
    case "condition":
      parts.push(...(isPlainList(raw["cases"]) ? raw["cases"].map((one) => (isPlainMap(one) ? text(one["when"]) : "")) : []));
      break;
    case "split":
      parts.push((isPlainList(raw["ways"]) ? raw["ways"] : []).map((one) => (isPlainMap(one) ? `${text(one["share"])} %` : "")).join(" / "));
      break;
    case "http":
      parts.push(`${text(raw["method"])} ${text(raw["url"])}`);
      break;
    case "answer":
      parts.push(text(raw["from"]), text(raw["key"]));
      break;
    case "lookup":
      parts.push(text(raw["value"]));
      break;
    case "queue":
    case "callback":
      parts.push(text(raw["queue"]), text(raw["needs"]));
      break;
    case "music":
      parts.push(`${text(raw["seconds"])} s`);
      break;
    case "transfer":
      parts.push(text(raw["number"]) || text(raw["sip"]));
      break;
    default:
      parts.push(text(raw["calendar"]) || text(raw["use"]) || text(raw["exit"]) || text(raw["language"]) || text(raw["reason"]) || text(raw["note"]));
  }
  return parts.filter(Boolean).join(" · ");
}

/** Steps as a caller meets them: breadth first from the start; what is never reached comes last. */
export function readingOrder(file: Pick<FileView, "start" | "steps">): string[] {
  const seen = new Set<string>();
  const queue = [file.start];
  for (let index = 0; index < queue.length; index += 1) {
    const name = queue[index] as string;
    const step = file.steps.get(name);
    if (!step || seen.has(name)) continue;
    seen.add(name);
    for (const exit of step.exits) if (exit.to) queue.push(exit.to);
  }
  return [...seen, ...[...file.steps.keys()].filter((name) => !seen.has(name))];
}

/** How many steps use a named prompt. */
export function usesOf(file: FileView, prompt: string): number {
  const says = (value: Plain | undefined): boolean => {
    if (isPlainList(value)) return value.some(says);
    return value === prompt;
  };
  const deep = (value: Plain): boolean => isPlainMap(value) && Object.entries(value).some(([key, one]) => (key === "prompts" ? says(one) : deep(one)));
  return [...file.steps.values()].filter((step) => deep(step.raw)).length;
}

/** Steps that match what is looked for, in name or in any text or prompt; those of that name first. */
export function matches(file: FileView, wanted: string): string[] {
  const needle = wanted.trim().toLocaleLowerCase();
  if (needle === "") return [];
  const inside = (value: Plain): boolean => {
    if (typeof value === "string") {
      const prompt = file.prompts.get(value);
      return value.toLocaleLowerCase().includes(needle) || (prompt !== undefined && typeof prompt !== "string" && inside(prompt));
    }
    if (isPlainList(value)) return value.some(inside);
    return isPlainMap(value) ? Object.values(value).some(inside) : value !== null && String(value) === needle;
  };
  const order = readingOrder(file);
  const named = order.filter((name) => name.toLocaleLowerCase().includes(needle));
  const saying = order.filter((name) => !named.includes(name) && inside(file.steps.get(name)?.raw ?? null));
  return [...named, ...saying];
}
