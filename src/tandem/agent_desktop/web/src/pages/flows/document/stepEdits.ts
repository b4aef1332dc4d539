// Changes of a flow file, as the canvas and the forms make them: each gives the new text. Pure.

import { type FileView, type FlowStepView, readFlow } from "./flowFile";
import { type Exit, type Kind, isKind, kinds, orderOf } from "./kinds";
import { type Path, insert, put, putMany, remove, rename } from "./yamlEdits";
import { type Plain, isPlainMap } from "./yamlWords";

const TOP = ["format", "kind", "name", "version", "languages", "default_language", "parameters", "results", "start", "on_error", "step_limit", "use", "calendars", "commands", "prompts", "steps", "layout"];

/** Sets a field of a step, or takes it away (undefined). */
export function setField(file: FileView, step: string, path: Path, value: Plain | undefined): string {
  const whole: Path = ["steps", step, ...path];
  if (value === undefined) return remove(file.text, whole);
  const kind = file.steps.get(step)?.kind ?? "";
  return put(file.text, whole, value, { order: path.length === 1 && isKind(kind) ? orderOf(kind) : [] });
}

export function setTop(file: FileView, path: Path, value: Plain | undefined): string {
  if (value === undefined) return remove(file.text, path);
  return put(file.text, path, value, { order: path.length === 1 ? TOP : [] });
}

/** Leads an exit to a step, or nowhere (null). */
export function connect(file: FileView, step: string, exit: Exit, to: string | null): string {
  return setField(file, step, exit.path, to ?? undefined);
}

/** A name that no step has yet: `menu`, `menu_2`, ... */
export function freeName(file: FileView, kind: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? kind : `${kind}_${number}`;
    if (!file.steps.has(name)) return name;
  }
}

export interface Added {
  text: string;
  name: string;
}

/** A new step. `from`: the exit that leads to it; the step that it led to before follows on the new one, where it can. */
export function addStep(file: FileView, kind: Kind, languages: readonly string[], place: readonly [number, number] | null, from?: { step: string; exit: Exit }): Added {
  const name = freeName(file, kind);
  let text = put(file.text, ["steps", name], kinds[kind].make(languages), { block: true });
  if (file.steps.size === 0) text = put(text, ["start"], name, { order: TOP });
  if (from) {
    const next = from.exit.to;
    const fresh = readFlow(text);
    text = connect(fresh, from.step, from.exit, name);
    const own = fresh.steps.get(name)?.exits.find((exit) => exit.tone === "main");
    if (next && own) text = connect(readFlow(text), name, own, next);
  }
  return { text: place ? putMany(text, ["layout"], { [name]: round(place) }) : text, name };
}

const round = (place: readonly [number, number]): Plain => [Math.round(place[0]), Math.round(place[1])];

/** Removes steps; whatever led to them leads nowhere then, and the checker says so. */
export function removeSteps(file: FileView, names: ReadonlySet<string>): string {
  let text = file.text;
  for (const name of names) {
    text = remove(text, ["steps", name]);
    if (file.layout.has(name)) text = remove(text, ["layout", name]);
  }
  for (const step of file.steps.values()) {
    if (names.has(step.name)) continue;
    // Lists from their end: taking an entry away must not move those that are still to come.
    for (const exit of [...step.exits].reverse()) {
      if (exit.to !== null && names.has(exit.to)) text = remove(text, ["steps", step.name, ...exit.path]);
    }
  }
  return text;
}

/** A copy beside the original, with the same exits. */
export function copyStep(file: FileView, step: FlowStepView, place: readonly [number, number] | null): Added {
  const name = freeName(file, `${step.name.replace(/_\d+$/, "").slice(0, 28)}_2`);
  const text = put(file.text, ["steps", name], step.raw, { block: true });
  return { text: place ? putMany(text, ["layout"], { [name]: round(place) }) : text, name };
}

export const STEP_NAME = /^[a-z][a-z0-9_]{0,31}$/;

/** Gives a step another name, everywhere where it is named. */
export function renameStep(file: FileView, old: string, name: string): string {
  let text = rename(file.text, ["steps", old], name);
  for (const step of file.steps.values()) {
    for (const exit of step.exits) {
      if (exit.to === old) text = put(text, ["steps", step.name === old ? name : step.name, ...exit.path], name);
    }
  }
  if (file.start === old) text = put(text, ["start"], name);
  if (file.layout.has(old)) text = rename(text, ["layout", old], name);
  const commands = file.raw["commands"];
  if (isPlainMap(commands)) {
    for (const [key, command] of Object.entries(commands)) {
      if (isPlainMap(command) && command["goto"] === old) text = put(text, ["commands", key, "goto"], name);
    }
  }
  return text;
}

/** Where the boxes stand. */
export function moveSteps(file: FileView, places: ReadonlyMap<string, readonly [number, number]>): string {
  const values: Record<string, Plain> = {};
  for (const [name, place] of places) values[name] = round(place);
  return putMany(file.text, ["layout"], values);
}

export function forgetLayout(file: FileView): string {
  return remove(file.text, ["layout"]);
}

export function addItem(file: FileView, step: string, path: Path, value: Plain): string {
  const list = path.reduce<Plain | undefined>((at, key) => (isPlainMap(at) ? at[String(key)] : Array.isArray(at) ? (at as readonly Plain[])[Number(key)] : undefined), file.steps.get(step)?.raw);
  const kind = file.steps.get(step)?.kind ?? "";
  return insert(file.text, ["steps", step, ...path], Array.isArray(list) ? list.length : 0, value, { order: isKind(kind) ? orderOf(kind) : [] });
}

export function newFlow(name: string, languages: readonly string[], queue: string): string {
  const texts: Record<string, string> = { zh: "您好，欢迎致电。", en: "Welcome, and thank you for calling." };
  return [
    "format: 1",
    `name: ${name}`,
    `languages: [${languages.join(", ")}]`,
    `default_language: ${languages[0] ?? "en"}`,
    "start: welcome",
    `on_error: ${queue}`,
    "",
    "steps:",
    "  welcome:",
    "    type: play",
    `    prompts: {${languages.map((code) => `${code}: ${code === "en" ? `"${texts["en"]}"` : (texts[code] ?? "...")}`).join(", ")}}`,
    "    goto: to_agent",
    "",
    `  to_agent: {type: queue, queue: ${queue}}`,
    "",
  ].join("\n");
}

export function newSubflow(name: string): string {
  return ["format: 1", "kind: subflow", `name: ${name}`, "start: done", "", "steps:", "  done: {type: return, exit: done}", ""].join("\n");
}

/** Rows that differ in one entry are changed there, so that comments beside the others stay. */
export function changedRow(old: Record<string, string>, rows: Record<string, string>): { put: [string, string] } | { remove: string } | { rename: [string, string] } | null {
  const gone = Object.keys(old).filter((key) => !(key in rows));
  const come = Object.keys(rows).filter((key) => !(key in old));
  const other = Object.keys(rows).filter((key) => key in old && old[key] !== rows[key]);
  const [wasKey, isKey, changed] = [gone[0], come[0], other[0]];
  if (gone.length === 1 && come.length === 1 && other.length === 0 && wasKey !== undefined && isKey !== undefined && old[wasKey] === rows[isKey]) return { rename: [wasKey, isKey] };
  if (gone.length === 1 && come.length + other.length === 0 && wasKey !== undefined && Object.keys(rows).length > 0) return { remove: wasKey };
  const put = isKey ?? changed;
  if (gone.length === 0 && come.length + other.length === 1 && put !== undefined) return { put: [put, rows[put] ?? ""] };
  return null;
}
