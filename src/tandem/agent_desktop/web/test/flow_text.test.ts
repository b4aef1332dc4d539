import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EditRefused, insert, put, putMany, read, remove, rename, swap } from "../src/pages/flows/document/yamlEdits";
import { diffLines } from "../src/pages/routing/diff";

const folder = new URL("../../../../../examples/flows/", import.meta.url);
const examples = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml"))
  .map((name): [string, string] => [name, readFileSync(new URL(name, folder), "utf8")]);

const changes = (older: string, newer: string) =>
  diffLines(older, newer).filter((line) => line.kind === "added" || line.kind === "removed").map((line) => `${line.kind === "added" ? "+" : "-"}${line.text}`);

const js = (text: string) => read(text).toJS() as Record<string, Record<string, Record<string, unknown>>>;

const small = `# About the file
steps:
  # The first step
  hello:   {type: play,  prompts: a, goto: next}   # trailing
  next:
    type: menu   # a menu

    choices:
      "1": {goto: hello, label: {zh: 一, en: "One"}}
      '2':
        goto: next
    prompts:
      - a
      # between
      - {zh: 您好, en: Hi}
    text: >-
      folded words
      go on
    single: 'it''s'

  # The last step
  last: {type: hangup}
# The end
start: hello
`;

describe("an edit of one field", () => {
  it.each(examples)("of every step of %s changes that line and no other", (_, text) => {
    const steps = js(text)["steps"] ?? {};
    expect(Object.keys(steps).length).toBeGreaterThan(0);
    for (const [name, step] of Object.entries(steps)) {
      for (const [key, value] of Object.entries(step)) {
        const [path, next]: [(string | number)[], string] = typeof value === "string" && !value.includes("\n") ? [["steps", name, key], `${value}_x`] : [["steps", name, "note"], "a remark"];
        const after = put(text, path, next);
        const found = changes(text, after);
        expect(found.length, `${name}.${key}: ${found.join(" | ")}`).toBeLessThanOrEqual(2);
        expect(read(after).getIn(path)).toBe(next);
      }
    }
  });

  it.each(examples)("and back again gives %s as it was", (_, text) => {
    const start = js(text)["start"] as unknown as string;
    expect(put(put(text, ["start"], "elsewhere"), ["start"], start)).toBe(text);
    const more = put(text, ["steps", start, "something_new"], "a remark");
    expect(more).not.toBe(text);
    expect(remove(more, ["steps", start, "something_new"])).toBe(text);
  });

  it.each(examples)("reads all of %s, and taking each step away leaves the others", (_, text) => {
    const names = Object.keys(js(text)["steps"] ?? {});
    for (const name of names) {
      const after = remove(text, ["steps", name]);
      expect(Object.keys(js(after)["steps"] ?? {})).toEqual(names.filter((one) => one !== name));
      expect(changes(text, after).filter((line) => line.startsWith("+"))).toEqual([]);
    }
  });

  it("keeps quotes, spaces and comments beside it", () => {
    expect(changes(small, put(small, ["steps", "hello", "goto"], "last"))).toEqual([
      "-  hello:   {type: play,  prompts: a, goto: next}   # trailing",
      "+  hello:   {type: play,  prompts: a, goto: last}   # trailing",
    ]);
    expect(put(small, ["steps", "next", "single"], "don't")).toContain("single: 'don''t'\n");
    expect(put(small, ["steps", "next", "type"], "play")).toContain("type: play   # a menu");
    expect(put(small, ["steps", "next", "choices", "1", "label", "en"], "1")).toContain('en: "1"}}');
  });

  it("keeps a folded text folded", () => {
    const after = put(small, ["steps", "next", "text"], "other words");
    expect(after).toContain("text: >-\n      other words\n    single");
    expect(put(small, ["steps", "next", "text"], "two\nlines")).toContain('text: "two\\nlines"\n    single');
  });

  it("changes nothing when the value is the same", () => {
    expect(put(small, ["steps", "next", "prompts"], ["a", { zh: "您好", en: "Hi" }])).toBe(small);
  });

  it("works with Windows line ends", () => {
    const windows = small.replaceAll("\n", "\r\n");
    for (const change of [(text: string) => put(text, ["steps", "next", "text"], "other"), (text: string) => remove(text, ["steps", "next"]), (text: string) => put(text, ["steps", "fresh"], { type: "hangup" })]) {
      expect(change(windows)).toBe(change(small).replaceAll("\n", "\r\n"));
    }
  });
});

describe("something new", () => {
  it("goes where its order says", () => {
    const after = put(small, ["steps", "next", "barge_in"], false, { order: ["type", "prompts", "barge_in", "choices"] });
    expect(changes(small, after)).toEqual(["+    barge_in: false"]);
    expect(Object.keys(js(after)["steps"]?.["next"] ?? {})).toEqual(["type", "choices", "prompts", "text", "single", "barge_in"]);
    const inFlow = put(small, ["steps", "hello", "barge_in"], true, { order: ["type", "prompts", "barge_in", "goto"] });
    expect(inFlow).toContain("prompts: a, barge_in: true, goto: next}");
  });

  it("is a step with an empty line, as the others", () => {
    expect(changes(small, put(small, ["steps", "fresh"], { type: "play", prompts: { zh: "好", en: "Fine" }, goto: "last" }))).toEqual([
      "+  fresh: {type: play, prompts: {zh: 好, en: Fine}, goto: last}",
    ]);
  });

  it("brings the maps on its way", () => {
    const after = put(small, ["layout", "hello"], [10, 20]);
    expect(changes(small, after)).toEqual(["+layout: {hello: [10, 20]}"]);
    expect(put("steps: {}\n", ["steps", "a", "type"], "hangup")).toBe("steps:\n  a: {type: hangup}\n");
    expect(put("steps:\nstart: a\n", ["steps", "a"], { type: "hangup" })).toBe("steps:\n  a: {type: hangup}\nstart: a\n");
  });

  it("is quoted when YAML would take it for something else", () => {
    for (const value of ["yes", "12", "9:00", "2026-05-01", "a: b", "# no", "", " x", "null", "~", "*", "[a", "it: ", "a #b", "- x", "\u2028"]) {
      expect(read(put(small, ["start"], value)).get("start"), JSON.stringify(value)).toBe(value);
      expect(read(put(small, ["steps", "hello", "goto"], value)).getIn(["steps", "hello", "goto"])).toBe(value);
    }
  });

  it("in a list stands at its place", () => {
    expect(changes(small, insert(small, ["steps", "next", "prompts"], 1, "b"))).toEqual(["+      - b"]);
    expect(changes(small, insert(small, ["steps", "next", "prompts"], 2, { zh: "好", en: "Fine" }))).toEqual(["+      - {zh: 好, en: Fine}"]);
    expect(insert("a: [1, 2]\n", ["a"], 1, 5)).toBe("a: [1, 5, 2]\n");
    expect(insert("a: [1, 2]\n", ["a"], 2, 5)).toBe("a: [1, 2, 5]\n");
    expect(insert("b: 1\n", ["a"], 0, "x")).toBe("b: 1\na: [x]\n");
  });
});

describe("taking away", () => {
  it("takes the comment above along, and one empty line", () => {
    const after = remove(small, ["steps", "last"]);
    expect(changes(small, after)).toEqual(["-", "-  # The last step", "-  last: {type: hangup}"].slice(-2));
    expect(after).toContain("# The end");
    expect(remove(small, ["steps", "hello"])).not.toContain("The first step");
  });

  it("leaves one empty line between the others", () => {
    const airy = "steps:\n  a: {type: hangup}\n\n  b: {type: hangup}\n\n  c: {type: hangup}\n";
    expect(remove(airy, ["steps", "b"])).toBe("steps:\n  a: {type: hangup}\n\n  c: {type: hangup}\n");
    expect(remove(airy, ["steps", "a"])).toBe("steps:\n\n  b: {type: hangup}\n\n  c: {type: hangup}\n".replace("steps:\n\n", "steps:\n"));
  });

  it("leaves no empty collection", () => {
    expect(remove("a: 1\nb:\n  c: {d: 2}\n", ["b", "c", "d"])).toBe("a: 1\n");
    expect(remove("a: [1]\nb: 2\n", ["a", 0])).toBe("b: 2\n");
  });

  it("of a list keeps the others", () => {
    expect(changes(small, remove(small, ["steps", "next", "prompts", 0]))).toEqual(["-      - a"]);
    expect(remove("a: [1, 2, 3]\n", ["a", 2])).toBe("a: [1, 2]\n");
    expect(remove("a:\n  - b: 1\n    c: 2\n", ["a", 0, "b"])).toBe("a:\n  - c: 2\n");
  });
});

describe("names and places", () => {
  it("a step keeps its place when it is renamed", () => {
    expect(changes(small, rename(small, ["steps", "last"], "bye"))).toEqual(["-  last: {type: hangup}", "+  bye: {type: hangup}"]);
    expect(() => rename(small, ["steps", "last"], "next")).toThrow(EditRefused);
    expect(rename(small, ["steps", "next", "choices", "1"], "3")).toContain('"3": {goto: hello');
  });

  it("neighbours of a list change places", () => {
    const after = swap(small, ["steps", "next", "prompts"], 0);
    expect(js(after)["steps"]?.["next"]?.["prompts"]).toEqual([{ zh: "您好", en: "Hi" }, "a"]);
    expect(after).toContain("# between");
  });

  it("many places are written at once, the others stay", () => {
    const first = putMany(small, ["layout"], { hello: [1, 2], next: [3, 4] });
    expect(changes(small, first)).toEqual(["+layout:", "+  hello: [1, 2]", "+  next: [3, 4]"]);
    expect(changes(first, putMany(first, ["layout"], { next: [5, 6], last: [7, 8] }))).toEqual(["-  next: [3, 4]", "+  next: [5, 6]", "+  last: [7, 8]"]);
    expect(remove(first, ["layout"])).toBe(small);
  });

  it("a text with errors is not touched", () => {
    expect(() => put("a: [1\n", ["a"], 1)).toThrow(EditRefused);
    expect(() => put("a: 1\n", ["a", "b"], 1)).toThrow(EditRefused);
  });
});
