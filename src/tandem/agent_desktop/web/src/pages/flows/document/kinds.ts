// The kinds of steps: their fields, their ways out, and what a new one looks like. Pure; words are in words.*.ts.

import { type Plain, type PlainMap, isPlainList, isPlainMap } from "./yamlWords";
import type { Path } from "./yamlEdits";

export type Kind =
  | "play"
  | "menu"
  | "collect"
  | "record"
  | "set"
  | "language"
  | "condition"
  | "hours"
  | "lookup"
  | "http"
  | "answer"
  | "queue"
  | "music"
  | "leave"
  | "callback"
  | "transfer"
  | "subflow"
  | "return"
  | "survey"
  | "split"
  | "hangup";

export type FieldKind =
  | "prompts"
  | "expression"
  | "name"
  | "seconds"
  | "count"
  | "text"
  | "flag"
  | "option"
  | "queue"
  | "needs"
  | "slip"
  | "confirm"
  | "choices"
  | "music_keys"
  | "cases"
  | "ways"
  | "literals"
  | "expressions"
  | "outputs"
  | "mapping"
  | "exit_steps"
  | "calendar"
  | "alias"
  | "language";

export interface Field {
  key: string;
  kind: FieldKind;
  required?: boolean;
  /** Shown under "More" until it has a value. */
  more?: boolean;
  options?: readonly string[];
  least?: number;
  most?: number;
  /** What counts when the file says nothing. */
  otherwise?: Plain;
  /** The name of its words when the same key means something else in another kind. */
  word?: string;
}

export type ExitTone = "main" | "key" | "slip" | "fallback" | "branch";

export interface Exit {
  name: string;
  /** Where its target stands, from the step on. */
  path: Path;
  /** null: not wired. */
  to: string | null;
  tone: ExitTone;
  /** May stay without a target. */
  optional: boolean;
  /** What people call it, by language (labels of keys). */
  label?: PlainMap;
}

export type Family = "say" | "ask" | "logic" | "data" | "wait" | "hand" | "end";

interface KindOf {
  family: Family;
  fields: readonly Field[];
  exits: (step: PlainMap) => Exit[];
  /** A new step of this kind; `languages` of the flow. */
  make: (languages: readonly string[]) => PlainMap;
  /** Only in a sub-flow's file. */
  subflowOnly?: boolean;
}

const at = (value: Plain | undefined, key: string): Plain | undefined => (isPlainMap(value) && Object.hasOwn(value, key) ? value[key] : undefined);
const target = (value: Plain | undefined): string | null => (typeof value === "string" && value !== "" ? value : null);

const way = (step: PlainMap, key: string, tone: ExitTone, optional = false): Exit => ({ name: key, path: [key], to: target(at(step, key)), tone, optional });
const slip = (step: PlainMap, key: string): Exit => ({ name: key, path: [key, "goto"], to: target(at(at(step, key), "goto")), tone: "slip", optional: false });
const go = (step: PlainMap): Exit => way(step, "goto", "main");
const fallback = (step: PlainMap, optional = true): Exit => way(step, "fallback", "fallback", optional);

function keyed(step: PlainMap, field: string): Exit[] {
  const map = at(step, field);
  if (!isPlainMap(map)) return [];
  return Object.entries(map).map(([key, choice]) => {
    const label = at(choice, "label");
    return { name: key, path: [field, key, "goto"], to: target(at(choice, "goto")), tone: "key" as const, optional: false, ...(isPlainMap(label) ? { label } : {}) };
  });
}

function listed(step: PlainMap, field: string, prefix: string): Exit[] {
  const list = at(step, field);
  if (!isPlainList(list)) return [];
  return list.map((one, index) => ({
    name: target(at(one, "name")) ?? `${prefix}${index + 1}`,
    path: [field, index, "goto"],
    to: target(at(one, "goto")),
    tone: "branch" as const,
    optional: false,
  }));
}

const PROMPTS: Field = { key: "prompts", kind: "prompts", required: true };
const NOTE: Field = { key: "note", kind: "text", more: true };
const NEEDS: Field = { key: "needs", kind: "needs", more: true };
const PRIORITY: Field = { key: "priority", kind: "count", least: 0, most: 100, more: true };
const TIER: Field = { key: "tier", kind: "text", more: true };
const BARGE_IN = (otherwise: boolean): Field => ({ key: "barge_in", kind: "flag", otherwise, more: true });
const EVERY_LANGUAGE: Field = { key: "in_every_language", kind: "flag", otherwise: false, more: true };
const TYPE_AHEAD: Field = { key: "type_ahead", kind: "flag", otherwise: true, more: true };
const TIMEOUT = (otherwise: number): Field => ({ key: "timeout_s", kind: "seconds", least: 1, most: 60, otherwise });
const ATTEMPTS: Field = { key: "attempts", kind: "count", least: 1, most: 9, otherwise: 3 };
const FETCH: readonly Field[] = [
  { key: "timeout_s", kind: "seconds", least: 0.1, most: 30, required: true, word: "fetch_timeout_s" },
  { key: "cache_s", kind: "seconds", least: 0, most: 86_400, required: true },
];

const both = (languages: readonly string[], texts: Record<string, string>): PlainMap => Object.fromEntries(languages.map((code) => [code, texts[code] ?? texts["en"] ?? ""]));
const say = (languages: readonly string[]) => both(languages, { zh: "请填写这里的话。", en: "Write here what the caller hears." });

export const kinds: Record<Kind, KindOf> = {
  play: {
    family: "say",
    fields: [PROMPTS, EVERY_LANGUAGE, BARGE_IN(false), NOTE],
    exits: (step) => [go(step), fallback(step)],
    make: (languages) => ({ type: "play", prompts: say(languages) }),
  },
  menu: {
    family: "ask",
    fields: [PROMPTS, { key: "choices", kind: "choices", required: true }, TIMEOUT(5), ATTEMPTS, { key: "no_input", kind: "slip", required: true }, { key: "no_match", kind: "slip", required: true }, EVERY_LANGUAGE, BARGE_IN(true), TYPE_AHEAD, NOTE],
    exits: (step) => [...keyed(step, "choices"), slip(step, "no_input"), slip(step, "no_match"), fallback(step)],
    make: (languages) => ({ type: "menu", prompts: say(languages), choices: { "1": { label: both(languages, { zh: "第一项", en: "First choice" }) } }, timeout_s: 5 }),
  },
  collect: {
    family: "ask",
    fields: [
      PROMPTS,
      { key: "into", kind: "name", required: true },
      { key: "min_digits", kind: "count", least: 1, most: 64, otherwise: 1 },
      { key: "max_digits", kind: "count", least: 1, most: 64, required: true },
      { key: "terminator", kind: "option", options: ["#", "*", ""], otherwise: "#" },
      { key: "validate", kind: "expression", word: "validate" },
      { key: "sensitive", kind: "flag", otherwise: false },
      { key: "mask", kind: "count", least: 0, most: 64 },
      TIMEOUT(5),
      { key: "digit_timeout_s", kind: "seconds", least: 1, most: 30, otherwise: 3, more: true },
      ATTEMPTS,
      { key: "confirm", kind: "confirm", more: true },
      { key: "no_input", kind: "slip", required: true },
      { key: "no_match", kind: "slip", required: true },
      BARGE_IN(true),
      TYPE_AHEAD,
      NOTE,
    ],
    exits: (step) => [go(step), slip(step, "no_input"), slip(step, "no_match"), fallback(step)],
    make: (languages) => ({ type: "collect", prompts: say(languages), into: "digits", max_digits: 6 }),
  },
  record: {
    family: "hand",
    fields: [PROMPTS, { key: "most_s", kind: "seconds", least: 5, most: 600, otherwise: 120 }, { key: "min_s", kind: "seconds", least: 0, most: 60, otherwise: 1 }, { key: "terminator", kind: "option", options: ["#", "*", ""], otherwise: "#" }, { key: "queue", kind: "queue" }, NOTE],
    exits: (step) => [go(step), way(step, "too_short", "slip", true), fallback(step)],
    make: (languages) => ({ type: "record", prompts: both(languages, { zh: "请在提示音后留言，按井号键结束。", en: "Please leave a message after the tone and press pound." }), most_s: 120 }),
  },
  set: {
    family: "logic",
    fields: [{ key: "variables", kind: "literals" }, { key: "compute", kind: "expressions" }, { key: "language", kind: "language", more: true }, NEEDS, PRIORITY, TIER, NOTE],
    exits: (step) => [go(step)],
    make: () => ({ type: "set", variables: { value: "text" } }),
  },
  language: {
    family: "logic",
    fields: [{ key: "language", kind: "language", required: true }, NOTE],
    exits: (step) => [go(step)],
    make: (languages) => ({ type: "language", language: languages[0] ?? "en" }),
  },
  condition: {
    family: "logic",
    fields: [{ key: "cases", kind: "cases", required: true }, NOTE],
    exits: (step) => [...listed(step, "cases", "case"), way(step, "otherwise", "main")],
    make: () => ({ type: "condition", cases: [{ when: 'customer.tier == "vip"' }] }),
  },
  hours: {
    family: "logic",
    fields: [{ key: "calendar", kind: "calendar", required: true }, { key: "closing_within_s", kind: "seconds", least: 1, most: 86_400, more: true }, NOTE],
    exits: (step) => [
      way(step, "open", "main"),
      way(step, "closed", "slip"),
      way(step, "holiday", "slip", true),
      ...(Object.hasOwn(step, "closing_within_s") || Object.hasOwn(step, "closing") ? [way(step, "closing", "slip")] : []),
    ],
    make: () => ({ type: "hours", calendar: "office" }),
  },
  lookup: {
    family: "data",
    fields: [{ key: "by", kind: "option", options: ["phone", "id"], required: true }, { key: "value", kind: "expression", required: true }, ...FETCH, NOTE],
    exits: (step) => [way(step, "found", "main"), way(step, "not_found", "slip"), fallback(step, false)],
    make: () => ({ type: "lookup", by: "phone", value: "call.ani", timeout_s: 2, cache_s: 300 }),
  },
  http: {
    family: "data",
    fields: [
      { key: "method", kind: "option", options: ["GET", "POST"], otherwise: "GET" },
      { key: "url", kind: "text", required: true, word: "url" },
      { key: "body", kind: "expressions", more: true, word: "body" },
      { key: "credentials", kind: "text", more: true, word: "credentials" },
      ...FETCH,
      { key: "outputs", kind: "outputs" },
      NOTE,
    ],
    exits: (step) => [go(step), way(step, "not_found", "slip", true), fallback(step, false)],
    make: () => ({ type: "http", method: "GET", url: "https://api.example.com/orders/{order}", timeout_s: 3, cache_s: 0, outputs: { state: { path: "state", as: "text" } } }),
  },
  answer: {
    family: "data",
    fields: [{ key: "from", kind: "text", required: true, word: "table" }, { key: "key", kind: "expression", required: true }, ...FETCH, { key: "outputs", kind: "outputs" }, NOTE],
    exits: (step) => [go(step), way(step, "not_found", "slip"), fallback(step, false)],
    make: () => ({ type: "answer", from: "orders", key: "order", timeout_s: 2, cache_s: 60, outputs: { state: { field: "state", as: "text" } } }),
  },
  queue: {
    family: "hand",
    fields: [{ key: "queue", kind: "queue", required: true }, NEEDS, PRIORITY, TIER, { key: "agent", kind: "expression", more: true }, NOTE],
    exits: (step) => [way(step, "while_waiting", "branch", true), way(step, "after_call", "branch", true)],
    make: () => ({ type: "queue", queue: "service" }),
  },
  music: {
    family: "wait",
    fields: [{ key: "seconds", kind: "seconds", least: 5, most: 600, required: true }, { key: "keys", kind: "music_keys" }, NOTE],
    exits: (step) => [...keyed(step, "keys"), go(step)],
    make: () => ({ type: "music", seconds: 30 }),
  },
  leave: { family: "wait", fields: [NOTE], exits: (step) => [go(step)], make: () => ({ type: "leave" }) },
  callback: {
    family: "hand",
    fields: [{ key: "queue", kind: "queue", required: true }, { key: "number", kind: "expression", word: "callback_number" }, NEEDS, PRIORITY, NOTE],
    exits: (step) => [go(step), way(step, "refused", "slip"), fallback(step)],
    make: () => ({ type: "callback", queue: "service" }),
  },
  transfer: {
    family: "hand",
    fields: [{ key: "number", kind: "expression", word: "transfer_number" }, { key: "sip", kind: "text" }, { ...PROMPTS, required: false }, { ...TIMEOUT(30), least: 5, most: 180, word: "ring_timeout_s" }, NOTE],
    exits: (step) => [way(step, "failed", "slip")],
    make: () => ({ type: "transfer", number: '"10010"', timeout_s: 30 }),
  },
  subflow: {
    family: "hand",
    fields: [{ key: "use", kind: "alias", required: true }, { key: "with", kind: "expressions", word: "with" }, { key: "results", kind: "mapping" }, { key: "exits", kind: "exit_steps", required: true }, NOTE],
    exits: (step) => {
      const exits = at(step, "exits");
      return isPlainMap(exits) ? Object.entries(exits).map(([name, to]) => ({ name, path: ["exits", name], to: target(to), tone: "branch" as const, optional: false })) : [];
    },
    make: () => ({ type: "subflow", use: "", exits: {} }),
  },
  return: { family: "end", fields: [{ key: "exit", kind: "name", required: true }, NOTE], exits: () => [], make: () => ({ type: "return", exit: "done" }), subflowOnly: true },
  survey: {
    family: "ask",
    fields: [{ key: "question", kind: "name", required: true, word: "question" }, PROMPTS, { key: "scale", kind: "option", options: ["1-5", "yes_no"], required: true }, TIMEOUT(5), ATTEMPTS, NOTE],
    exits: (step) => [go(step), fallback(step)],
    make: (languages) => ({ type: "survey", question: "satisfied", prompts: both(languages, { zh: "请为本次服务打分，1 到 5 分。", en: "How did we do, from 1 to 5?" }), scale: "1-5" }),
  },
  split: {
    family: "logic",
    fields: [{ key: "ways", kind: "ways", required: true }, NOTE],
    exits: (step) => listed(step, "ways", "way"),
    make: () => ({ type: "split", ways: [{ share: 50, name: "a" }, { share: 50, name: "b" }] }),
  },
  hangup: {
    family: "end",
    fields: [{ ...PROMPTS, required: false }, { key: "reason", kind: "name", otherwise: "completed", word: "reason" }, NOTE],
    exits: () => [],
    make: () => ({ type: "hangup" }),
  },
};

export const allKinds = Object.keys(kinds) as Kind[];

export const isKind = (text: string): text is Kind => Object.hasOwn(kinds, text);

/** The fields and exits in the order in which a file lists them: where a new one is written. */
export function orderOf(kind: Kind): readonly string[] {
  const spec = kinds[kind];
  const more = ["goto", "otherwise", "open", "closed", "holiday", "closing", "found", "too_short", "not_found", "refused", "failed", "while_waiting", "after_call", "fallback"];
  return ["type", "note", ...spec.fields.map((field) => field.key).filter((key) => key !== "note"), ...more];
}
