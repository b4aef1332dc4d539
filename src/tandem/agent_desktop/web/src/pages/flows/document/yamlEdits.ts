// Changes of a YAML text that leave everything else as it stands: comments, order, quotes, line breaks. The `yaml`
// package's document says where a value stands; only those characters are replaced. Pure.

import { type Document, type Node, type Pair, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq, isMap, isScalar, isSeq, parseDocument } from "yaml";
import { type Plain, type PlainMap, behindKey, flowText, foldedText, itemText, pairText, scalarText } from "./yamlWords";

export type Path = readonly (string | number)[];

/** The text cannot be edited there: it has errors, or the result would not say what it should. */
export class EditRefused extends Error {}

interface Splice {
  from: number;
  to: number;
  text: string;
}

type Collection = YAMLMap<ParsedNode, ParsedNode | null> | YAMLSeq<ParsedNode>;
type Item = { key: Node | null; value: ParsedNode | null };

export interface Order {
  /** A new key is put behind the last one that comes before it here. */
  order?: readonly string[] | undefined;
  /** Collections are written over several lines. */
  block?: boolean | undefined;
}

/** Documents of the last texts: an edit reads what is there and what comes of it, and the canvas both again. */
const known = new Map<string, Document.Parsed>();
const MOST_KNOWN = 12;

/** The document must not be changed: it is shared. */
export function read(text: string): Document.Parsed {
  const found = known.get(text);
  if (found) return found;
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
  known.set(text, document);
  return document;
}

function edited(text: string, path: Path, wanted: Plain | undefined, change: (document: Document.Parsed) => readonly Splice[]): string {
  const document = read(text);
  if (document.errors.length > 0) throw new EditRefused("the text has errors");
  let next = text;
  for (const { from, to, text: put } of [...change(document)].sort((a, b) => b.from - a.from)) {
    next = next.slice(0, from) + put + next.slice(to);
  }
  if (text.includes("\r\n")) next = next.replace(/\r?\n/g, "\r\n");
  const after = read(next);
  const now = after.errors.length > 0 ? undefined : valueAt(after, path);
  if (after.errors.length > 0 || !same(now, wanted)) throw new EditRefused(`cannot be written at ${path.join(".")}`);
  return next;
}

function valueAt(document: Document.Parsed, path: Path): Plain | undefined {
  const node = document.getIn(path, true) as Node | null | undefined;
  if (node === undefined) return undefined;
  // No aliases: flow files have none, and a bomb of them must not go off here.
  return node === null ? null : (node.toJS(document, { maxAliasCount: 0 }) as Plain);
}

export function same(a: Plain | undefined, b: Plain | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same((a as PlainMap)[key], (b as PlainMap)[key]));
}

// ---- where things stand --------------------------------------------------------------------------------------------

const isCollection = (node: unknown): node is Collection => isMap(node) || isSeq(node);
const startOf = (node: Node): number => node.range?.[0] ?? 0;
const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;
const columnOf = (text: string, at: number): number => at - lineStart(text, at);

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" && end > at ? end - 1 : end;
}

function itemsOf(collection: Collection): Item[] {
  if (isSeq(collection)) return collection.items.map((value) => ({ key: null, value: value as ParsedNode }));
  return (collection.items as Pair<ParsedNode, ParsedNode | null>[]).map(({ key, value }) => ({ key, value }));
}

/** Behind the last character that belongs to the value; comments and empty lines after it do not. */
function endOf(text: string, node: Node): number {
  if (isCollection(node) && !node.flow) {
    const last = itemsOf(node).at(-1);
    if (last) return endOfItem(text, last);
  }
  let end = node.range?.[1] ?? 0;
  while (end > startOf(node) && /\s/.test(text[end - 1] ?? "")) end -= 1;
  return end;
}

function behindColon(text: string, key: Node): number {
  return text.indexOf(":", key.range?.[1] ?? 0) + 1;
}

function endOfItem(text: string, { key, value }: Item): number {
  const end = value ? endOf(text, value) : 0;
  return key ? Math.max(end, behindColon(text, key)) : end;
}

const startOfItem = ({ key, value }: Item): number => startOf((key ?? value) as Node);

function find(document: Document.Parsed, path: Path): { parent: Collection; index: number; item: Item } | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isCollection(parent)) return null;
  const last = path.at(-1);
  const items = itemsOf(parent);
  const index = isSeq(parent) ? Number(last) : items.findIndex(({ key }) => isScalar(key) && String(key.value) === String(last));
  const item = items[index];
  return item ? { parent, index, item } : null;
}

// ---- put -----------------------------------------------------------------------------------------------------------

function replaced(text: string, parent: Collection, { key, value }: Item, wanted: Plain, options: Order): Splice {
  const inFlow = parent.flow === true;
  if (value && isScalar(value) && startOf(value) < endOf(text, value) && !isPlainObject(wanted)) {
    const scalar = value as Scalar;
    const from = startOf(value);
    const to = endOf(text, value);
    if (typeof wanted === "string" && (scalar.type === "BLOCK_FOLDED" || scalar.type === "BLOCK_LITERAL")) {
      const old = text.slice(from, to);
      const indent = Math.max(2, /\n+( *)\S/.exec(old)?.[1]?.length ?? 2);
      const header = /^[^\s#]+/.exec(old)?.[0] ?? ">-";
      const folded = header.startsWith(">") ? foldedText(wanted, indent, header) : null;
      return { from, to, text: folded ?? scalarText(wanted, inFlow, "double") };
    }
    const quote = scalar.type === "QUOTE_SINGLE" ? "single" : scalar.type === "QUOTE_DOUBLE" ? "double" : undefined;
    return { from, to, text: scalarText(wanted, inFlow, typeof scalar.value === "string" ? quote : undefined) };
  }
  if (inFlow || !key) {
    if (value && startOf(value) < endOf(text, value)) {
      const column = columnOf(text, startOf(value)) - 2;
      return { from: startOf(value), to: endOf(text, value), text: inFlow ? flowText(wanted) : itemText(wanted, column) };
    }
    const at = key ? (text.indexOf(":", key.range?.[1] ?? 0) >= 0 ? behindColon(text, key) : (key.range?.[1] ?? 0)) : startOfItem({ key, value });
    return { from: at, to: at, text: ` ${flowText(wanted)}` };
  }
  const from = behindColon(text, key);
  const to = value ? Math.max(from, endOf(text, value)) : from;
  const column = columnOf(text, startOf(key));
  const block = options.block || (isCollection(value) && !value.flow);
  return { from, to, text: behindKey(wanted, column, from - startOf(key) + 1, block && isPlainObject(wanted)) };
}

const isPlainObject = (value: Plain): value is PlainMap | readonly Plain[] => typeof value === "object" && value !== null;

function added(text: string, map: YAMLMap<ParsedNode, ParsedNode | null>, key: string, value: Plain, { order = [], block = false }: Order): Splice {
  const items = itemsOf(map);
  const place = order.indexOf(key);
  const before = new Set(place < 0 ? [] : order.slice(0, place));
  let index = place < 0 ? items.length - 1 : -1;
  if (place >= 0) {
    items.forEach(({ key: known }, at) => {
      if (isScalar(known) && (before.has(String(known.value)) || !order.includes(String(known.value)))) index = at;
    });
  }
  const previous = items[index];
  if (map.flow) {
    const pair = `${scalarText(key, true)}: ${flowText(value)}`;
    if (previous) return { from: endOfItem(text, previous), to: endOfItem(text, previous), text: `, ${pair}` };
    const next = items[0];
    const at = next ? startOfItem(next) : startOf(map) + 1;
    return { from: at, to: at, text: next ? `${pair}, ` : pair };
  }
  const first = items[0];
  const column = first ? columnOf(text, startOfItem(first)) : 0;
  const pair = pairText(key, value, column, block);
  if (!previous) {
    const at = first ? startOfItem(first) : startOf(map);
    return { from: at, to: at, text: `${pair}\n${" ".repeat(column)}` };
  }
  const at = lineEnd(text, endOfItem(text, previous));
  const airy = items.length > 1 && isAiry(text, items);
  return { from: at, to: at, text: `${airy ? "\n" : ""}\n${" ".repeat(column)}${pair}` };
}

/** Whether empty lines stand between the entries. */
function isAiry(text: string, items: readonly Item[]): boolean {
  return items.slice(1).filter((item, index) => {
    const previous = items[index];
    return previous !== undefined && /\n[ \t\r]*\n/.test(text.slice(endOfItem(text, previous), startOfItem(item)));
  }).length * 2 > items.length - 1;
}

/** Sets the value at `path`; keys that are missing on the way come into being. */
export function put(text: string, path: Path, value: Plain, options: Order = {}): string {
  return edited(text, path, value, (document) => {
    const found = find(document, path);
    if (found) {
      const old = found.item.value;
      if (old && same(old.toJS(document, { maxAliasCount: 0 }) as Plain, value)) return [];
      return [replaced(text, found.parent, found.item, value, options)];
    }
    // The deepest map that exists gets all the rest.
    for (let depth = path.length - 1; depth >= 0; depth -= 1) {
      const map = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      const rest = path.slice(depth + 1).reduceRight<Plain>((inner, key) => ({ [String(key)]: inner }), value);
      const key = String(path[depth]);
      if (isMap(map)) {
        const home = map as YAMLMap<ParsedNode, ParsedNode | null>;
        const holder = depth > 0 ? find(document, path.slice(0, depth)) : null;
        if (home.items.length === 0 && holder && !holder.parent.flow) {
          return [replaced(text, holder.parent, holder.item, { [key]: rest }, { ...options, block: true })];
        }
        return [added(text, home, key, rest, depth === path.length - 1 ? options : { ...options, order: depth === 0 ? options.order : [] })];
      }
      if (depth > 0 && (map === null || (isScalar(map) && map.value === null))) {
        const holder = find(document, path.slice(0, depth));
        if (holder) return [replaced(text, holder.parent, holder.item, { [key]: rest }, { ...options, block: true })];
      }
      if (map !== undefined && depth > 0) throw new EditRefused(`no map at ${path.slice(0, depth).join(".")}`);
      if (depth === 0 && document.contents === null) return [{ from: text.length, to: text.length, text: `${pairText(key, rest, 0)}\n` }];
    }
    throw new EditRefused("not a map");
  });
}

// ---- take away -----------------------------------------------------------------------------------------------------

/** Comment lines right above an entry, of the same indent, go with it. */
function withComments(text: string, at: number): number {
  const column = columnOf(text, at);
  let from = lineStart(text, at);
  while (from > 0) {
    const above = lineStart(text, from - 1);
    const line = text.slice(above, from);
    if (!line.trimStart().startsWith("#") || line.length - line.trimStart().length !== column) break;
    from = above;
  }
  return from;
}

function removal(text: string, collection: Collection, index: number): Splice {
  const items = itemsOf(collection);
  const item = items[index] as Item;
  const next = items[index + 1];
  const previous = items[index - 1];
  if (collection.flow) {
    if (next) return { from: startOfItem(item), to: startOfItem(next), text: "" };
    return { from: previous ? endOfItem(text, previous) : startOfItem(item), to: endOfItem(text, item), text: "" };
  }
  const start = startOfItem(item);
  const ownLine = isSeq(collection) ? /^\s*-\s*$/.test(text.slice(lineStart(text, start), start)) : text.slice(lineStart(text, start), start).trim() === "";
  // The first entry of a map that begins behind a dash: the next one takes its place.
  if (!ownLine && next) return { from: start, to: startOfItem(next), text: "" };
  const dash = isSeq(collection) ? text.lastIndexOf("-", start) : start;
  const from = withComments(text, dash);
  let to = Math.min(text.length, lineEnd(text, endOfItem(text, item)));
  to = text.startsWith("\r\n", to) ? to + 2 : to < text.length ? to + 1 : to;
  const emptyBefore = /\n[ \t\r]*\n$/.test(text.slice(0, from));
  const emptyAfter = /^[ \t\r]*(\n|$)/.exec(text.slice(to));
  // One of two empty lines goes with the entry; before the first of them there is none.
  if ((emptyBefore || (index === 0 && next)) && emptyAfter && to < text.length) to += emptyAfter[0].length;
  return { from, to, text: "" };
}

/** Takes the entry away; a collection that would be left empty goes with it. */
export function remove(text: string, path: Path): string {
  const document = read(text);
  if (document.errors.length > 0) throw new EditRefused("the text has errors");
  let target = path;
  let found = find(document, target);
  if (!found) return text;
  while (itemsOf(found.parent).length === 1 && target.length > 1) {
    target = target.slice(0, -1);
    const holder = find(document, target);
    if (!holder) break;
    found = holder;
  }
  const place = found;
  const wanted = isSeq(place.parent) ? (itemsOf(place.parent)[place.index + 1]?.value?.toJS(document, { maxAliasCount: 0 }) as Plain | undefined) : undefined;
  return edited(text, target, wanted, () => [removal(text, place.parent, place.index)]);
}

// ---- lists and names -----------------------------------------------------------------------------------------------

/** A new item of the list at `path`, which comes into being when it is missing. `index`: at most its length. */
export function insert(text: string, path: Path, index: number, value: Plain, options: Order = {}): string {
  const document = read(text);
  const list = document.getIn(path, true);
  if (!isSeq(list) || list.items.length === 0) return put(text, path, [value], options);
  return edited(text, [...path, index], value, () => {
    const seq = list as YAMLSeq<ParsedNode>;
    const items = itemsOf(seq);
    const next = items[index];
    const last = items.at(-1) as Item;
    if (seq.flow) {
      if (next) return [{ from: startOfItem(next), to: startOfItem(next), text: `${flowText(value)}, ` }];
      return [{ from: endOfItem(text, last), to: endOfItem(text, last), text: `, ${flowText(value)}` }];
    }
    const dash = text.lastIndexOf("-", startOfItem(next ?? last));
    const column = columnOf(text, dash);
    const entry = `- ${itemText(value, column)}`;
    if (next) return [{ from: dash, to: dash, text: `${entry}\n${" ".repeat(column)}` }];
    const at = lineEnd(text, endOfItem(text, last));
    return [{ from: at, to: at, text: `\n${" ".repeat(column)}${entry}` }];
  });
}

/** Two neighbours of a list change places. */
export function swap(text: string, path: Path, index: number): string {
  const document = read(text);
  const list = document.getIn(path, true);
  if (!isSeq(list)) return text;
  const [a, b] = [list.items[index] as Node | undefined, list.items[index + 1] as Node | undefined];
  if (!a || !b) return text;
  const wanted = b.toJS(document, { maxAliasCount: 0 }) as Plain;
  const [cutA, cutB] = [text.slice(startOf(a), endOf(text, a)), text.slice(startOf(b), endOf(text, b))];
  return edited(text, [...path, index], wanted, () => [
    { from: startOf(a), to: endOf(text, a), text: cutB },
    { from: startOf(b), to: endOf(text, b), text: cutA },
  ]);
}

/** A key gets another name and keeps its place. */
export function rename(text: string, path: Path, name: string): string {
  const found = find(read(text), path);
  const key = found?.item.key;
  if (!found || !key || String(path.at(-1)) === name) return text;
  const to = [...path.slice(0, -1), name];
  const document = read(text);
  if (find(document, to)) throw new EditRefused(`${name} is there already`);
  const wanted = valueAt(document, path);
  const quote = isScalar(key) && (key as Scalar).type === "QUOTE_DOUBLE" ? "double" : undefined;
  return edited(text, to, wanted, () => [{ from: startOf(key), to: key.range?.[1] ?? 0, text: scalarText(name, found.parent.flow === true, quote) }]);
}

/** Many small values of one map at once (one reading of the text): those that exist are replaced, the others added. */
export function putMany(text: string, path: readonly string[], values: PlainMap): string {
  const document = read(text);
  const map = document.getIn(path, true);
  if (!isMap(map) || map.items.length === 0) return Object.keys(values).length === 0 ? text : put(text, path, values, { block: true });
  const home = map as YAMLMap<ParsedNode, ParsedNode | null>;
  const wanted = { ...(home.toJS(document, { maxAliasCount: 0 }) as PlainMap), ...values };
  return edited(text, path, wanted, () => {
    const splices: Splice[] = [];
    const fresh: string[] = [];
    const items = itemsOf(home);
    const column = columnOf(text, startOf(items[0]?.key as Node));
    for (const [key, value] of Object.entries(values)) {
      const found = items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!found) fresh.push(home.flow ? `, ${scalarText(key, true)}: ${flowText(value)}` : `\n${" ".repeat(column)}${pairText(key, value, column)}`);
      else if (!same(found.value?.toJS(document, { maxAliasCount: 0 }) as Plain, value)) splices.push(replaced(text, home, found, value, {}));
    }
    const last = items.at(-1) as Item;
    const end = endOfItem(text, last);
    if (fresh.length > 0) {
      const at = home.flow ? end : lineEnd(text, end);
      splices.push({ from: at, to: at, text: fresh.join("") });
    }
    return splices;
  });
}

export interface Place {
  /** Lines from 1. */
  from: number;
  to: number;
}

function lineOf(text: string, at: number): number {
  let line = 1;
  for (let n = text.indexOf("\n"); n >= 0 && n < at; n = text.indexOf("\n", n + 1)) line += 1;
  return line;
}

/** The lines on which the entry at `path` stands. */
export function placeOf(text: string, document: Document.Parsed, path: Path): Place | null {
  const found = find(document, path);
  if (!found) return null;
  return { from: lineOf(text, startOfItem(found.item)), to: lineOf(text, endOfItem(text, found.item)) };
}

/** Names of the entries of the map at `path` with their lines, in one pass over the text. */
export function placesIn(text: string, document: Document.Parsed, path: Path): Map<string, Place> {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const places = new Map<string, Place>();
  if (!isMap(map)) return places;
  let line = 1;
  let at = 0;
  const count = (upTo: number) => {
    for (let n = text.indexOf("\n", at); n >= 0 && n < upTo; n = text.indexOf("\n", n + 1)) line += 1;
    at = Math.max(at, upTo);
    return line;
  };
  for (const item of itemsOf(map as YAMLMap<ParsedNode, ParsedNode | null>)) {
    const name = isScalar(item.key) ? String(item.key.value) : "";
    const from = count(startOfItem(item));
    places.set(name, { from, to: count(endOfItem(text, item)) });
  }
  return places;
}
