import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isWord } from "../src/i18n";
import { diffLines } from "../src/pages/routing/diff";
import { bothOf, nextOutbound, readBeginning, readDates, readDays, readNeeds, readNumbers, readSpans, readStep, readTarget, readTime, secondsOf, skillsOf, type PlanForm, withAnotherStep, withEdits, writeNeeds, writeStep } from "../src/pages/routing/form";

const plan: PlanForm = {
  queues: {
    loans: { name: "Loans", steps: ["language:zh>=3 and vip>=1", { after: "10 s", needs: "anyone" }] },
    cards: { name: { zh: "信用卡", en: "Cards" } },
  },
  agents: { mei: { skills: { "language:zh": 5 } }, tom: {} },
};

describe("needs", () => {
  it.each(["language:zh>=3 and product:loans>=2", "vip>=1", "anyone"])("%s is written as it was read", (text) => {
    expect(writeNeeds(readNeeds(text) ?? [])).toBe(text);
  });

  it("without a level are level 1", () => {
    expect(readNeeds("vip and language:zh >= 2")).toEqual([
      { skill: "vip", minimum: 1 },
      { skill: "language:zh", minimum: 2 },
    ]);
  });

  it.each(["vip>=6", "vip or tech", "vip>3", "(vip)"])("%s stays text", (text) => {
    expect(readNeeds(text)).toBeNull();
  });
});

describe("steps and targets", () => {
  it.each(["vip>=2", { after: "10 s", needs: "anyone" }, { after: "0 s", or_predicted_over: "20 s", needs: "vip>=1" }])(
    "a step is written as it was read",
    (step) => {
      expect(writeStep(readStep(step))).toEqual(step);
    },
  );

  it("another step comes before the one for anyone and asks for less", () => {
    expect(withAnotherStep(["a>=4 and b>=1", { after: "1 min", needs: "anyone" }])).toEqual([
      "a>=4 and b>=1",
      { after: "30 s", needs: "a>=3 and b>=1" },
      { after: "1 min", needs: "anyone" },
    ]);
    expect(withAnotherStep(["a>=1 and b>=1", { after: "20 s", needs: "anyone" }])[1]).toEqual({ after: "10 s", needs: "a>=1" });
  });

  it("another step after the last that asks for something is for anyone", () => {
    expect(withAnotherStep(["a>=4", { after: "2 min", needs: "a>=2" }]).at(-1)).toEqual({ after: "130 s", needs: "anyone" });
    expect(withAnotherStep([])).toEqual(["anyone"]);
  });

  it.each([
    ["90 s", 90],
    ["1.5 h", 5400],
    ["", 0],
  ])("%j is %d seconds", (time, seconds) => {
    expect(secondsOf(time)).toBe(seconds);
  });

  it("reads a target", () => {
    expect(readTarget("87.5% in 20 s")).toEqual({ percent: 87.5, time: "20 s" });
    expect(readTarget("fast")).toBeNull();
    expect(readTarget(undefined)).toBeNull();
  });

  it.each([
    ["20", "20 s"],
    ["3min", "3 min"],
    [" 1.5 h ", "1.5 h"],
    ["5 分钟", "5 min"],
    ["", ""],
    ["-3 s", null],
    ["soon", null],
  ])("the time %j is %j", (typed, said) => {
    expect(readTime(typed)).toBe(said);
  });

  it("one name counts for both languages", () => {
    expect(bothOf("Loans")).toEqual({ zh: "Loans", en: "Loans" });
  });
});

describe("calling", () => {
  it("reads beginnings of numbers", () => {
    expect(["+86", " 86 ", "0044", "everywhere", "Everywhere"].map(readBeginning)).toEqual(["+86", "+86", "+44", "everywhere", "everywhere"]);
    expect(["", "abc", "+0", "+86;1"].map(readBeginning)).toEqual([null, null, null, null]);
  });

  it("reads numbers with their country", () => {
    expect(readNumbers("+8613800138000, +12025550123 +8613800138000")).toEqual(["+8613800138000", "+12025550123"]);
    expect(readNumbers("")).toEqual([]);
    expect(readNumbers("13800138000")).toBeNull();
  });
});

describe("hours", () => {
  it.each([
    ["9:00 - 12:00, 13:00-18:00", "9:00-12:00 13:00-18:00"],
    ["00:00-24:00", "00:00-24:00"],
    ["9-18", null],
    ["", null],
    ["09:60-10:00", null],
  ])("the times %j are %j", (typed, said) => {
    expect(readSpans(typed)).toBe(said);
  });

  it.each([
    ["Mon-Fri", "mon-fri"],
    ["sat, sun", "sat sun"],
    ["monday", null],
    ["", null],
  ])("the days %j are %j", (typed, said) => {
    expect(readDays(typed)).toBe(said);
  });

  it("days of the year may be none, and must be days", () => {
    expect(readDates("2026-05-01, 2026-10-01..2026-10-07")).toEqual(["2026-05-01", "2026-10-01..2026-10-07"]);
    expect(readDates("")).toEqual([]);
    expect(readDates("May 1")).toBeNull();
  });
});

describe("the form", () => {
  it("knows every skill that somebody has or a step asks for", () => {
    expect(skillsOf(plan)).toEqual(["language:zh", "vip"]);
    expect(skillsOf({ queues: {} })).toEqual([]);
  });

  it("shows edits at once and leaves the old plan alone", () => {
    const changed = withEdits(plan, [
      { path: ["agents", "mei", "skills", "vip"], value: 3 },
      { path: ["agents", "mei", "skills", "language:zh"], value: null },
      { path: ["agents", "ann", "skills", "vip"], value: 1 },
      { path: ["queues", "loans", "steps", "-"], value: "anyone" },
      { path: ["queues", "loans", "steps", "0"], value: null },
      { path: ["queues", "cards"], value: null },
    ]);
    expect(changed.agents).toEqual({ mei: { skills: { vip: 3 } }, tom: {}, ann: { skills: { vip: 1 } } });
    expect(changed.queues).toEqual({ loans: { name: "Loans", steps: [{ after: "10 s", needs: "anyone" }, "anyone"] } });
    expect(plan.agents?.["mei"]?.skills).toEqual({ "language:zh": 5 });
    expect(plan.queues["cards"]).toBeDefined();
  });
});

describe("the difference of two versions", () => {
  const lines = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `line ${from + index}`).join("\n");

  it("is nothing between equal texts", () => {
    expect(diffLines("a\nb", "a\nb")).toEqual([]);
  });

  it("shows what was taken away before what came, with a little around it", () => {
    const found = diffLines(lines(20), lines(20).replace("line 10\n", "LINE 10\nmore\n"));
    expect(found.filter((line) => line.kind === "removed").map((line) => line.text)).toEqual(["line 10"]);
    expect(found.filter((line) => line.kind === "added").map((line) => [line.text, line.line])).toEqual([
      ["LINE 10", 11],
      ["more", 12],
    ]);
    expect(found.filter((line) => line.kind === "same")).toHaveLength(6);
    expect(found[0]?.kind).toBe("gap");
    expect(found.at(-1)?.kind).toBe("gap");
  });

  it("keeps what both have in the middle", () => {
    const found = diffLines("a\nx\nb\ny\nc", "a\nb\nz\nc");
    expect(found.map((line) => `${line.kind[0]}${line.text}`)).toEqual(["sa", "rx", "sb", "ry", "az", "sc"]);
  });

  it("of long texts that have nothing in common is quick", () => {
    expect(diffLines(lines(5_000), lines(5_000, 5_000)).filter((line) => line.kind === "added")).toHaveLength(5_000);
  });
});

it("an agent's outbound mark goes round: never, between callers, only", () => {
  expect([undefined, false, true, "only" as const].map(nextOutbound)).toEqual([true, true, "only", null]);
});

it("every rule of the matcher has a short word", () => {
  const reasons = readFileSync(new URL("../../../routing/core/acd/reasons.py", import.meta.url), "utf8");
  const table = /RULES: [^=]*= \{([\s\S]*?)\n\}/.exec(reasons)?.[1] ?? "";
  const codes = [...table.matchAll(/^ {4}"(\w+)":/gm)].map((found) => found[1] ?? "");
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !isWord("rule", code))).toEqual([]);
});
