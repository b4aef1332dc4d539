import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { BundleProblem, FlowNumbers, JourneyLink } from "../src/generated/rest";
import { matches, readFlow, readingOrder, summaryOf, usedFile, usesOf } from "../src/pages/flows/document/flowFile";
import { begin, change, redo, undo } from "../src/pages/flows/document/history";
import { allKinds, kinds, orderOf } from "../src/pages/flows/document/kinds";
import { changesOf, exitKey, paintCoverage, paintNumbers, problemsOf, together } from "../src/pages/flows/document/overlay";
import { arrange, neighbour, placesOf } from "../src/pages/flows/document/places";
import { fitted, sankey } from "../src/pages/flows/document/sankey";
import { addStep, changedRow, connect, copyStep, forgetLayout, moveSteps, newFlow, newSubflow, removeSteps, renameStep, setField } from "../src/pages/flows/document/stepEdits";
import { firstTests } from "../src/pages/flows/document/testTemplate";
import { diffLines } from "../src/pages/routing/diff";

const main = readFileSync(new URL("../../../../../examples/flows/main.yaml", import.meta.url), "utf8");
const changes = (older: string, newer: string) =>
  diffLines(older, newer).filter((line) => line.kind === "added" || line.kind === "removed").map((line) => `${line.kind === "added" ? "+" : "-"}${line.text}`);

const exitOf = (text: string, step: string, name: string) => {
  const found = readFlow(text).steps.get(step)?.exits.find((exit) => exit.name === name);
  if (!found) throw new Error(`no exit ${name}`);
  return found;
};

describe("a flow file", () => {
  const file = readFlow(main);

  it("is read as steps with exits, in the order in which a caller meets them", () => {
    expect(file.languages).toEqual(["zh", "en"]);
    expect(readingOrder(file)[0]).toBe(file.start);
    expect(new Set(readingOrder(file)).size).toBe(file.steps.size);
    expect(file.steps.get("language")?.exits.map((exit) => [exit.name, exit.to])).toContainEqual(["1", "in_chinese"]);
    expect(file.steps.get("language")?.place.from).toBeGreaterThan(10);
  });

  it("shows its words in the reader's language", () => {
    const step = file.steps.get("services");
    expect(step && summaryOf(step, "en", file)).toContain("For accounts and cards");
    expect(step && summaryOf(step, "zh", file)).toContain("账户和银行卡");
  });

  it("is searched by step, prompt and value", () => {
    expect(matches(file, "say_loans")).toEqual(["say_loans", "services"]);
    expect(matches(file, "欢迎致电")).toEqual(["language"]);
    expect(matches(file, "PRODUCT:LOANS")).toEqual(["loans"]);
    expect(matches(file, "  ")).toEqual([]);
    expect(usesOf(file, "to_agent")).toBe(3);
  });

  it("with mistakes is read as far as it goes", () => {
    expect(readFlow("steps: [1").readable).toBe(false);
    expect(readFlow("steps: [1").error?.line).toBe(1);
    expect(readFlow("- a\n- b\n").readable).toBe(false);
    const odd = readFlow("steps:\n  a: 5\n  b: {type: magic, goto: a}\n  constructor: {type: play, goto: b}\nlayout: {a: [x, 1], b: [1, 2, 3], constructor: [4, 5]}\n");
    expect([...odd.steps.keys()]).toEqual(["a", "b", "constructor"]);
    expect([...odd.layout]).toEqual([["constructor", [4, 5]]]);
    expect(readFlow("a: &x [1]\nb: *x\n").readable).toBe(false);
  });

  it("finds the files it uses beside itself", () => {
    expect(usedFile("main.yaml", "identify.yaml")).toBe("identify.yaml");
    expect(usedFile("parts/a.yaml", "./b.yaml")).toBe("parts/b.yaml");
  });
});

describe("every kind of step", () => {
  it.each(allKinds)("%s can be added, its exits led on, its name changed, and be taken away", (kind) => {
    const added = addStep(readFlow(main), kind, ["zh", "en"], [10, 20]);
    const step = readFlow(added.text).steps.get(added.name);
    expect(step?.kind).toBe(kind);
    expect(changes(main, added.text).filter((line) => line.startsWith("-"))).toEqual([]);
    let text = added.text;
    for (const exit of step?.exits ?? []) text = connect(readFlow(text), added.name, exit, "services");
    expect(readFlow(text).steps.get(added.name)?.exits.every((exit) => exit.to === "services")).toBe(true);
    const renamed = renameStep(readFlow(text), added.name, "other_name");
    expect(readFlow(renamed).steps.get("other_name")?.kind).toBe(kind);
    expect(readFlow(renamed).layout.get("other_name")).toEqual([10, 20]);
    expect(removeSteps(readFlow(renamed), new Set(["other_name"]))).toBe(main);
  });

  it("writes a field where its kind lists it", () => {
    const file = readFlow(main);
    expect(changes(main, setField(file, "services", ["attempts"], 4))).toEqual(["+    attempts: 4"]);
    expect(changes(main, setField(file, "say_loans", ["barge_in"], true))[1]).toBe("+  say_loans: {type: play, prompts: to_agent, barge_in: true, goto: loans}");
    expect(orderOf("menu")[0]).toBe("type");
    expect(new Set(allKinds.map((kind) => kinds[kind].family)).size).toBe(7);
  });
});

describe("the published schema", () => {
  interface Shape {
    properties: Record<string, { minimum?: number; maximum?: number; enum?: unknown[] }>;
    required: string[];
  }
  const schema = JSON.parse(readFileSync(new URL("../../../../../docs/reference/flow.schema.json", import.meta.url), "utf8")) as { $defs: Record<string, Shape> };
  const exitsOf = (kind: (typeof allKinds)[number]) => kinds[kind].exits({ ...kinds[kind].make(["en"]), closing_within_s: 1 }).map((exit) => String(exit.path[0]));

  it.each(allKinds)("has the fields of the form of %s, and no others", (kind) => {
    const known = new Set(["type", ...kinds[kind].fields.map((field) => field.key), ...exitsOf(kind)]);
    expect([...known].sort()).toEqual([...new Set(["note", ...Object.keys(schema.$defs[kind]?.properties ?? {})])].sort());
  });

  it.each(allKinds)("and the form of %s has its bounds and what it asks for", (kind) => {
    const shape = schema.$defs[kind];
    for (const field of kinds[kind].fields) {
      const property = shape?.properties[field.key];
      if (field.required) expect(shape?.required, field.key).toContain(field.key);
      if (property?.maximum !== undefined) expect([field.least, field.most], field.key).toEqual([property.minimum, property.maximum]);
      if (property?.enum) expect(field.options, field.key).toEqual(property.enum);
    }
  });
});

describe("steps and their exits", () => {
  it("a line that is drawn is one line of the file", () => {
    expect(changes(main, connect(readFlow(main), "in_chinese", exitOf(main, "in_chinese", "goto"), "operator"))).toEqual(["-    goto: services", "+    goto: operator"]);
    expect(changes(main, connect(readFlow(main), "services", exitOf(main, "services", "3"), "operator"))).toHaveLength(2);
  });

  it("a step can be put between two others", () => {
    const { text, name } = addStep(readFlow(main), "play", ["zh", "en"], null, { step: "in_chinese", exit: exitOf(main, "in_chinese", "goto") });
    expect(exitOf(text, "in_chinese", "goto").to).toBe(name);
    expect(exitOf(text, name, "goto").to).toBe("services");
  });

  it("whatever led to a step that is gone leads nowhere", () => {
    const text = removeSteps(readFlow(main), new Set(["say_operator"]));
    expect(exitOf(text, "services", "no_input").to).toBeNull();
    expect(exitOf(text, "services", "0").to).toBeNull();
    expect(readFlow(text).steps.get("services")?.raw["no_input"]).toEqual({ prompts: "nothing_heard" });
  });

  it("a new name is used everywhere", () => {
    const text = renameStep(readFlow(main), "services", "choose");
    expect(readFlow(text).steps.has("services")).toBe(false);
    expect(exitOf(text, "in_english", "goto").to).toBe("choose");
    expect(changes(main, renameStep(readFlow(main), "language", "first"))).toHaveLength(4);
  });

  it("a copy has the same fields", () => {
    const file = readFlow(main);
    const { text, name } = copyStep(file, file.steps.get("services")!, [1, 2]);
    expect(readFlow(text).steps.get(name)?.raw).toEqual(file.steps.get("services")?.raw);
  });

  it("places are kept in the file and can be forgotten", () => {
    const moved = moveSteps(readFlow(main), new Map([["language", [1.4, 2.6]]]));
    expect(changes(main, moved)).toEqual(["+layout:", "+  language: [1, 3]"]);
    expect(forgetLayout(readFlow(moved))).toBe(main);
  });

  it("new files can be read", () => {
    expect([...readFlow(newFlow("night", ["zh", "en"], "service")).steps.keys()]).toEqual(["welcome", "to_agent"]);
    expect(readFlow(newSubflow("identify")).subflow).toBe(true);
  });
});

describe("what the server says", () => {
  const text = "steps:\n  who: {type: subflow, use: id, exits: {known: bye}}\n  bye: {type: hangup}\n";
  const inner = "kind: subflow\nsteps:\n  ask: {type: collect, goto: done}\n  done: {type: return, exit: known}\n";
  const problem = (part: Partial<BundleProblem>): BundleProblem => ({ file: "main.yaml", line: 0, step: "", severity: "error", code: "x", what: {}, fix: {}, ...part });

  it("about a step stands at it, also when it lies in a sub-flow", () => {
    const problems = [problem({ step: "bye", line: 3 }), problem({ file: "id.yaml", step: "who/ask", line: 3 }), problem({ line: 1 }), problem({ line: 2 })];
    const shown = problemsOf(problems, readFlow(text), "main.yaml", []);
    expect([...shown].map(([step, list]) => [step, list.length])).toEqual([
      ["bye", 1],
      ["who", 2],
      ["", 1],
    ]);
    expect([...problemsOf(problems, readFlow(inner), "id.yaml", [{ step: "who", file: "id.yaml" }]).keys()]).toEqual(["ask"]);
  });

  it("is painted on both levels", () => {
    const coverage = { nodes: { "who/ask": 3, "who/done": 2, bye: 2 }, edges: [{ step: "who/ask", exit: "goto", to: "who/done", count: 2 }, { step: "who/done", exit: "known", to: "bye", count: 2 }], node_ratio: 1, edge_ratio: 1 };
    const outer = paintCoverage(coverage, readFlow(text), []);
    expect([outer.nodes.get("who"), outer.edges.get(exitKey("who", "known"))]).toEqual([3, 2]);
    const within = paintCoverage(coverage, readFlow(inner), [{ step: "who", file: "id.yaml" }]);
    expect([within.nodes.get("ask"), within.edges.get(exitKey("ask", "goto")), within.edges.get(exitKey("ask", "no_input"))]).toEqual([3, 2, 0]);
    const numbers = { nodes: [{ step: "who/ask", entered: 9, exits: { goto: 5 }, abandoned: 4, mean_s: 1, no_input: 0, no_match: 0 }] } as unknown as FlowNumbers;
    expect(paintNumbers(numbers, readFlow(text), []).lost.get("who")).toBe(4);
    const back = { nodes: [{ step: "who/done", entered: 5, exits: { known: 5 }, abandoned: 0, mean_s: 1, no_input: 0, no_match: 0 }] } as unknown as FlowNumbers;
    expect(paintNumbers(back, readFlow(text), []).edges.get(exitKey("who", "known"))).toBe(5);
  });

  it("of two versions: what is new, gone, other", () => {
    const older = readFlow(main);
    const newer = readFlow(main.replace("您好，欢迎致电云岭银行。", "欢迎。").replace("  operator: {type: queue, queue: service}", "  other: {type: hangup}"));
    expect(Object.fromEntries(changesOf(older, newer))).toEqual({ language: "changed", other: "added", operator: "removed" });
    expect(together(older, newer).steps.has("operator")).toBe(true);
  });
});

describe("places", () => {
  const boxes = [
    { name: "a", height: 100, to: ["b", "c"] },
    { name: "b", height: 60, to: ["c"] },
    { name: "c", height: 60, to: ["c", "nowhere"] },
  ];

  it("lead from left to right and do not cover each other", () => {
    const places = arrange(boxes);
    expect(places.get("a")!.x).toBeLessThan(places.get("b")!.x);
    expect(places.get("b")!.x).toBeLessThan(places.get("c")!.x);
  });

  it("of the file count; a new box stands free beside the one that leads to it", () => {
    const places = placesOf(new Map([["a", [0, 0]], ["b", [344, 0]]]), boxes);
    expect(places.get("a")).toEqual({ x: 0, y: 0 });
    expect(places.get("c")!.y).toBeGreaterThan(60);
  });

  it("arrow keys go to what lies in their direction", () => {
    const places = new Map([["a", { x: 0, y: 0 }], ["b", { x: 300, y: 0 }], ["c", { x: 300, y: 200 }], ["d", { x: 0, y: 210 }]]);
    expect([neighbour(places, "a", "right"), neighbour(places, "b", "down"), neighbour(places, "c", "left"), neighbour(places, "a", "up")]).toEqual(["b", "c", "d", null]);
  });
});

describe("journeys", () => {
  const links: JourneyLink[] = [
    { depth: 0, source: "menu", target: "a", calls: 60 },
    { depth: 0, source: "menu", target: "end:hung_up", calls: 40 },
    { depth: 1, source: "a", target: "end:queue:cards", calls: 60 },
    { depth: 1, source: "a", target: "never", calls: 0 },
  ];

  it("become bars and ribbons as thick as there are callers", () => {
    const picture = sankey(links, 400, 900);
    expect(picture.bars.map((bar) => [bar.name, bar.calls]).sort()).toEqual([["a", 60], ["end:hung_up", 40], ["end:queue:cards", 60], ["menu", 100]]);
    const [first, second] = picture.ribbons;
    expect(picture.ribbons).toHaveLength(3);
    expect((first?.thick ?? 0) / (first?.calls ?? 1)).toBeCloseTo((second?.thick ?? 0) / (second?.calls ?? 1), 5);
    for (const bar of picture.bars) expect(bar.y + bar.height).toBeLessThanOrEqual(picture.height);
  });

  it("use the room there is, and no less than can be read", () => {
    const last = (wide_px: number) => Math.max(...sankey(links, 400, wide_px).bars.map((bar) => bar.x));
    expect(last(400)).toBeLessThan(last(600));
    expect(sankey(links, 400, 10).column_px).toBeGreaterThan(100);
    expect(sankey(links, 400, 700).width).toBeLessThanOrEqual(700);
  });

  it("have labels that fit", () => {
    expect(fitted("Accounts", 70)).toBe("Accounts");
    expect(fitted("Accounts and cards", 70)).toBe("Accounts …");
    expect(fitted("账户和银行卡", 70)).toBe("账户和银…");
  });

  it("may be none", () => {
    expect(sankey([], 400, 900).bars).toEqual([]);
  });
});

describe("undo", () => {
  const bundle = (text: string) => ({ main: "main.yaml", files: { "main.yaml": text }, tests: {} });

  it("goes back and forth, and what is typed in one go is one step", () => {
    let history = begin(bundle("a"));
    history = change(history, bundle("ab"), "text", 1_000);
    history = change(history, bundle("abc"), "text", 1_500);
    history = change(history, bundle("abcd"), "text", 9_000);
    expect(undo(history).now).toEqual(bundle("abc"));
    expect(undo(undo(history)).now).toEqual(bundle("a"));
    expect(redo(undo(history)).now).toEqual(bundle("abcd"));
    expect(change(undo(history), bundle("x"), "", 9_100).future).toEqual([]);
    expect(change(history, bundle("abcd"), "text", 99_000)).toBe(history);
  });
});

describe("the first tests of a flow", () => {
  const words = { head: "one\ntwo", silent: 'a "silent" one', pressed: (key: string, label: string) => `${key}: ${label}` };
  const menu = (text: string) => readFlow(`start: hello\nsteps:\n  hello: {type: play, goto: ask}\n  bye: {type: hangup}\n${text}`);

  it("are made from its first menu", () => {
    const text = firstTests(menu('  ask: {type: menu, attempts: 2, choices: {"2": {goto: bye, label: {en: Bye}}, "1": {goto: hello}}, no_input: {goto: bye}}\n'), "main.yaml", "en", words);
    expect(parse(text)).toEqual({
      format: 1,
      flow: "main.yaml",
      tests: [
        { name: 'a "silent" one', caller: [{ silence: 2 }], expect: { path: ["ask", "bye"] } },
        { name: "2: Bye", caller: [{ press: "2" }], expect: { path: ["ask", "bye"] } },
        { name: "1: hello", caller: [{ press: "1" }], expect: { path: ["ask", "hello"] } },
      ],
    });
    expect(text.startsWith("# one\n# two\n")).toBe(true);
  });

  it("begin at the start where there is no menu", () => {
    expect(parse(firstTests(menu(""), "main.yaml", "en", words)).tests).toEqual([{ name: 'a "silent" one', caller: [{ silence: 3 }], expect: { path: ["hello"] } }]);
  });
});

describe("rows of a calendar", () => {
  const old = { "mon-fri": "09:00-18:00", sat: "09:00-12:00" };
  it("are changed where they differ", () => {
    expect(changedRow(old, { ...old, sat: "10:00-12:00" })).toEqual({ put: ["sat", "10:00-12:00"] });
    expect(changedRow(old, { ...old, sun: "10:00-12:00" })).toEqual({ put: ["sun", "10:00-12:00"] });
    expect(changedRow(old, { "mon-fri": "09:00-18:00" })).toEqual({ remove: "sat" });
    expect(changedRow(old, { "mon-thu": "09:00-18:00", sat: "09:00-12:00" })).toEqual({ rename: ["mon-fri", "mon-thu"] });
    expect(changedRow({ sat: "09:00-12:00" }, {})).toBeNull();
  });
});
