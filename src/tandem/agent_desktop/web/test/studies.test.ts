import { describe, expect, it } from "vitest";
import type { Measure } from "../src/generated/rest";
import { localInput } from "../src/format";
import { countLines, lineSpan } from "../src/pages/routing/textLines";
import { amount, judged, verdict } from "../src/pages/studies/judging";
import { meanText, partsOf, questionsOf, sinceDays } from "../src/pages/studies/surveys";
import { bandOf, pathOf, ticks, timeOfDay } from "../src/pages/studies/scale";

describe("surveys", () => {
  const line = { question: "satisfied", scale: "1-5", name: "mei", asked: 6, answered: 4, mean: 4, counts: { "5": 3, "4": 0, "3": 0, "2": 0, "1": 1 } };

  it("say a mean of a scale, and of yes or no the share of yes", () => {
    expect(meanText(line)).toBe("4.00");
    expect(meanText({ ...line, scale: "yes_no", mean: 0.756 })).toBe("76 %");
    expect(meanText({ ...line, answered: 0, mean: null })).toBe("–");
  });

  it("show the distribution from the worst answer to the best", () => {
    expect(partsOf(line).map((part) => [part.answer, part.share])).toEqual([["1", 0.25], ["2", 0], ["3", 0], ["4", 0], ["5", 0.75]]);
    expect(partsOf({ ...line, answered: 0, counts: { "1": 0, "0": 0 } }).map((part) => part.share)).toEqual([0, 0]);
    expect(questionsOf([line, { ...line, question: "solved" }, line])).toEqual(["satisfied", "solved"]);
  });

  it("begin at a midnight", () => {
    const noon = new Date(2026, 10, 22, 12).getTime() / 1000;
    expect(sinceDays(noon, 1)).toBe(new Date(2026, 10, 22).getTime() / 1000);
    expect(sinceDays(noon, 7)).toBe(new Date(2026, 10, 16).getTime() / 1000);
  });
});

describe("the axis of a plot", () => {
  it.each([
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [9, [0, 2.5, 5, 7.5, 10]],
    [0.3, [0, 0.1, 0.2, 0.3]],
    [1234, [0, 500, 1000, 1500]],
    [0, [0, 1]],
    [Number.NaN, [0, 1]],
  ])("up to %d has the lines %j", (most, lines) => {
    expect(ticks(most)).toEqual(lines);
  });

  it("always reaches the largest value, with few lines", () => {
    for (let value = 0.001; value < 1e7; value *= 1.37) {
      const lines = ticks(value);
      expect(lines.at(-1)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
      expect(lines.length).toBeLessThanOrEqual(6);
    }
  });

  it("begins a line anew behind a gap", () => {
    expect(pathOf([[0, 1], [1, 2], null, [3, 4]])).toBe("M0.0 1.0L1.0 2.0M3.0 4.0");
    expect(bandOf([[0, 1], [1, 1]], [[0, 2], [1, 3]])).toBe("M0.0 2.0L1.0 3.0L1.0 1.0L0.0 1.0Z");
    expect(bandOf([], [])).toBe("");
  });

  it("says the time of the day", () => {
    expect(timeOfDay(570)).toBe("09:30");
  });
});

describe("a measure before and after", () => {
  const measure = (part: Partial<Measure>): Measure => ({
    name: "x",
    unit: "share",
    better: "higher",
    title: {},
    before: 0,
    after: 0,
    difference: 0.05,
    low: 0.01,
    high: 0.09,
    ...part,
  });

  it("is judged only beyond chance", () => {
    expect(verdict(measure({}))).toBe("better");
    expect(verdict(measure({ better: "lower" }))).toBe("worse");
    expect(verdict(measure({ difference: -0.05, low: -0.09, high: -0.01 }))).toBe("worse");
    expect(verdict(measure({ low: -0.01 }))).toBe("unclear");
    expect(verdict(measure({ better: "neither" }))).toBe("neither");
  });

  it("is written in its unit", () => {
    expect(amount(0.8123, "share")).toBe("81.2 %");
    expect(amount(0.05, "share", true)).toBe("+5.0");
    expect(amount(-4.25, "seconds", true)).toBe("-4.3 s");
    expect(amount(1234, "count")).toBe("1234");
  });
});

it("the accuracy of predictions is judged only by enough of them", () => {
  expect(judged({ coverage: 0.8, count: 5000 })).toBe("good");
  expect(judged({ coverage: 0.5, count: 20 })).toBe("few");
  expect(judged({ coverage: null, count: 5000 })).toBe("few");
  expect(judged({ coverage: 0.77, count: 5000 })).toBe("narrow");
  expect(judged({ coverage: 0.83, count: 5000 })).toBe("wide");
});

describe("lines of the text", () => {
  it("are found by number", () => {
    expect(lineSpan("ab\ncd\n", 1)).toEqual([0, 2]);
    expect(lineSpan("ab\ncd\n", 2)).toEqual([3, 5]);
    expect(lineSpan("ab\ncd\n", 3)).toEqual([6, 6]);
    expect(lineSpan("ab", 9)).toEqual([2, 2]);
  });

  it("are counted", () => {
    expect(countLines("")).toBe(1);
    expect(countLines("a\nb\n")).toBe(3);
  });
});

it("a moment is put into a field for local time and read back", () => {
  const at = Date.parse("2026-03-02T09:05:00") / 1000;
  expect(localInput(at)).toBe("2026-03-02T09:05");
  expect(Date.parse(localInput(at)) / 1000).toBe(at);
});
