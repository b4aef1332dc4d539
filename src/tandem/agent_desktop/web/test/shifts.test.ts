import { describe, expect, it } from "vitest";
import { type PlanForm, withEdits } from "../src/pages/routing/form";
import { added, copied, copyName, crewsOf, mayBeCalled, problemsAt, removed, renamed, teamsOf, withOwn, withTeams } from "../src/pages/routing/shifts";
import { DAYS, type Span, type Turn, type Week, anotherTurn, breaksText, clock, inOrderOf, misfitOf, readBreaks, readClock, readWeek, runsOf, turnsOf, weekOf, withDay, withTimes, writeWeek } from "../src/pages/routing/week";

const turnsIn = (weekly: Record<string, string>) => turnsOf(readWeek(weekly) ?? []);
const said = (turn: Turn) => `${turn.days.join("")} ${clock(turn.begin)}-${clock(turn.end)}${turn.end > 1440 ? "+" : ""} ${breaksText(turn)}`.trim();
const saidOf = (weekly: Record<string, string>) => turnsIn(weekly).map(said);
const turn = (days: number[], begin: number, end: number, breaks: Span[] = []): Turn => ({ days, begin, end, breaks });

describe("a week of work", () => {
  it("is said with from, to and breaks", () => {
    expect(saidOf({ "mon-fri": "09:00-12:00 13:00-15:30 15:45-18:00", sat: "10:00-14:00" })).toEqual(["01234 09:00-18:00 12:00-13:00, 15:30-15:45", "5 10:00-14:00"]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["as one shift on the evening's day", { "mon-thu": "00:00-06:00 22:00-24:00", fri: "00:00-06:00", sun: "22:00-24:00" }, ["01236 22:00-06:00+"]],
    ["on every night", { "mon-sun": "00:00-06:00 22:00-24:00" }, ["0123456 22:00-06:00+"]],
    ["with a break after midnight", { mon: "22:00-24:00", tue: "00:00-02:00 02:30-06:00" }, ["0 22:00-06:00+ 02:00-02:30"]],
    ["apart from what the next day has besides", { mon: "22:00-24:00", tue: "00:00-06:00 14:00-18:00" }, ["0 22:00-06:00+", "1 14:00-18:00"]],
    ["but not when nobody worked the evening before", { tue: "00:00-06:00 22:00-24:00" }, ["1 00:00-06:00", "1 22:00-24:00"]],
    ["from the first evening on", { "mon-thu": "00:00-06:00 22:00-24:00", fri: "00:00-06:00" }, ["0 00:00-06:00", "0123 22:00-06:00+"]],
    ["apart from a day that is pieced together", { tue: "10:00-14:00 18:00-22:00" }, ["1 10:00-22:00 14:00-18:00"]],
    ["but not for more than a day", { mon: "08:00-24:00", tue: "00:00-10:00" }, ["0 08:00-24:00", "1 00:00-10:00"]],
    ["but not when it goes round the clock", { "mon-sun": "00:00-24:00" }, ["0123456 00:00-24:00"]],
  ])("goes past midnight %s", (_, weekly, turns) => {
    expect(saidOf(weekly)).toEqual(turns);
  });

  it("is the same after it was said and written, whatever it is", () => {
    let seed = 7;
    const upTo = (most: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * most);
    };
    for (let round = 0; round < 300; round += 1) {
      const borders = DAYS.map(() => [...new Set(Array.from({ length: upTo(4) * 2 }, () => upTo(49) * 30))].sort((a, b) => a - b));
      const weekly = Object.fromEntries(DAYS.map((day, at) => [day, borders[at]?.flatMap((begin, index, all) => (index % 2 === 0 && all[index + 1] !== undefined ? [`${clock(begin)}-${clock(all[index + 1] ?? 0)}`] : [])).join(" ") ?? ""]).filter(([, spans]) => spans));
      const week = readWeek(weekly);
      expect(week).not.toBeNull();
      const turns = turnsOf(week ?? []);
      expect(weekOf(turns), JSON.stringify(weekly)).toEqual(week);
      expect(readWeek(writeWeek(week ?? []))).toEqual(week);
      for (const one of turns) {
        expect(one.end - one.begin, said(one)).toBeLessThanOrEqual(1440);
        expect(readBreaks(breaksText(one), one), said(one)).toEqual(one.breaks);
        expect(withTimes(one, one.begin, one.end > 1440 ? one.end - 1440 : one.end), said(one)).toEqual(one);
      }
    }
  });

  it("reads every way in which the plan names days, and joins times that touch", () => {
    expect(saidOf({ "sat-mon": "9:00-12:00, 12:00-17:00", "tue thu": "08:00 - 10:00" })).toEqual(["056 09:00-17:00", "13 08:00-10:00"]);
    expect(["mon-", "monday", ""].map((days) => readWeek({ [days]: "09:00-10:00" }))).toEqual([null, null, null]);
    expect(["10:00-09:00", "09:00-25:00", "09:00-11:00 10:00-12:00", ""].map((spans) => readWeek({ mon: spans }))).toEqual([null, null, null, null]);
  });

  it("is written with neighbours in one line", () => {
    expect(writeWeek(readWeek({ mon: "09:00-18:00", "tue wed": "09:00-18:00", sun: "22:00-24:00" }) ?? [])).toEqual({ "mon-wed": "09:00-18:00", sun: "22:00-24:00" });
    expect(writeWeek(readWeek({}) ?? [])).toEqual({});
  });

  it("does not overlap with itself", () => {
    expect(weekOf([turn([0], 1320, 1800), turn([1], 300, 600)])).toBeNull();
    expect(weekOf([turn([6], 1320, 1800), turn([0], 300, 600)])).toBeNull();
    expect(weekOf([turn([0], 1320, 1800), turn([1], 360, 600)])?.[1]).toEqual([[0, 600]]);
  });

  it("leaves a week alone that it was made of", () => {
    const week: Week = readWeek({ mon: "22:00-24:00", tue: "00:00-06:00 06:00-08:00" }) ?? [];
    const before = structuredClone(week);
    turnsOf(week);
    expect(week).toEqual(before);
  });
});

describe("what is typed", () => {
  it.each([
    ["9", 540],
    ["930", 570],
    ["09:30", 570],
    ["9：30", 570],
    ["24:00", 1440],
    ["24:01", null],
    ["9:60", null],
    ["12:5", null],
    ["noon", null],
    ["", null],
  ])("%j is %j minutes after midnight", (typed, minutes) => {
    expect(readClock(typed)).toBe(minutes);
  });

  it("an end that is not later is on the day after, and breaks outside are gone", () => {
    const day = turn([0], 540, 1080, [[720, 780]]);
    expect(withTimes(day, 1320, 360)).toEqual(turn([0], 1320, 1800));
    expect(withTimes(turn([0], 1320, 1800, [[1560, 1590]]), 1380, 420)).toEqual(turn([0], 1380, 1860, [[1560, 1590]]));
    expect(withTimes(day, 540, 1440)?.end).toBe(1440);
    expect(withTimes(day, 540, 540)).toBeNull();
    expect(withTimes(turn([0], 0, 600), 0, 1440)).toEqual(turn([0], 0, 1440));
  });

  it("leaves a day and night as they are", () => {
    const watch = turn([0], 480, 1920, [[720, 780]]);
    expect(withTimes(watch, 480, 480)).toEqual(watch);
    expect(withTimes(watch, 540, 480)).toEqual(turn([0], 540, 1920, [[720, 780]]));
    expect(withTimes(watch, 540, 540)).toBeNull();
  });

  it.each<[string, Span[] | null]>([
    ["12:00-13:00, 15:30-15:45", [[720, 780], [930, 945]]],
    ["15:30–15:45；12至13", [[720, 780], [930, 945]]],
    ["", []],
    ["09:00-10:00", null],
    ["17:00-18:00", null],
    ["12:00-13:00 13:00-13:10", null],
    ["13:00-12:00", null],
    ["12:00", null],
    ["12:00-12:00", null],
    ["lunch", null],
  ])("breaks %j of 09:00-18:00", (typed, breaks) => {
    expect(readBreaks(typed, turn([0], 540, 1080))).toEqual(breaks);
  });

  it("breaks of the night may be before or after midnight", () => {
    expect(readBreaks("23:30-0:15 2-2:30", turn([0], 1320, 1800))).toEqual([
      [1410, 1455],
      [1560, 1590],
    ]);
  });
});

describe("days", () => {
  const two = [turn([0, 1, 2, 3, 4], 540, 1080), turn([5], 540, 780)];

  it("have one time at a time: who takes one has it, and a time without a day is gone", () => {
    expect(withDay(two, 1, 4, true).map(said)).toEqual(["0123 09:00-18:00", "45 09:00-13:00"]);
    expect(withDay(two, 0, 5, true).map(said)).toEqual(["012345 09:00-18:00"]);
    expect(withDay(two, 0, 0, false).map(said)).toEqual(["1234 09:00-18:00", "5 09:00-13:00"]);
    expect(withDay([turn([0], 1320, 1800), turn([1], 0, 360)], 1, 0, true).map(said)).toEqual(["0 22:00-06:00+", "01 00:00-06:00"]);
  });

  it.each<[string, Turn[], ReturnType<typeof misfitOf>]>([
    ["alike on other days", [turn([0], 540, 1080), turn([1], 540, 1080)], null],
    ["after enough of a pause", [turn([0], 1320, 1800), turn([1], 540, 1080)], null],
    ["that overlap", [turn([0], 1320, 1800), turn([1], 300, 600)], "overlap"],
    ["that touch", [turn([0], 1320, 1800), turn([1], 360, 600)], "not_kept"],
    ["twice on a day", [turn([0], 540, 720), turn([0], 1080, 1320)], "not_kept"],
    ["too soon after the night", [turn([0], 1320, 1800), turn([1], 539, 1080)], "not_kept"],
    ["with a break at midnight", [turn([0], 1320, 1800, [[1425, 1455]])], "not_kept"],
    ["with a long break after midnight", [turn([0], 1320, 1920, [[1500, 1680]])], "not_kept"],
  ])("and times %s can be written, or not", (_, turns, misfit) => {
    expect(misfitOf(turns)).toBe(misfit);
  });

  it("that are free are offered, with times of their own", () => {
    expect(anotherTurn([two[0] ?? turn([], 0, 0)])).toEqual(turn([5], 540, 780));
    expect(anotherTurn(two)).toEqual(turn([6], 600, 840));
    expect(anotherTurn([turn([0, 1, 2, 3, 4, 5, 6], 0, 1440)])).toBeNull();
  });

  it.each<[string, Turn[], Turn | null]>([
    ["over which the night runs on", [turn([0, 1, 2, 3, 4], 1260, 2040)], turn([5], 780, 1020)],
    ["which the night's end touches", [turn([0, 1, 2, 3, 4], 1260, 1980)], turn([5], 720, 960)],
    ["on which too little is left after the night", [turn([0], 1260, 1860), turn([1, 2, 3, 4], 1320, 1860)], turn([5], 600, 840)],
    ["all but the one that nothing runs into", [turn([0, 1, 2, 3, 4], 1320, 2520)], turn([6], 540, 780)],
    ["on which there is no room", [turn([0, 1, 2, 3, 4], 1320, 2520), turn([6], 540, 780)], null],
  ])("that are free but %s get a line that stays one, or none", (_, turns, another) => {
    expect(anotherTurn(turns)).toEqual(another);
  });

  it("are offered after every night with times that join no others", () => {
    for (let begin = 0; begin < 1440; begin += 60) {
      for (let hours = 1; hours <= 24; hours += 1) {
        const nights = turnsOf(weekOf([turn([0, 1, 2, 3, 4], begin, begin + hours * 60)]) ?? []);
        const another = anotherTurn(nights);
        const all = another ? [...nights, another] : [];
        expect(turnsOf(weekOf(all) ?? []).map(said).sort(), nights.map(said).join()).toEqual(all.map(said).sort());
        expect(another).not.toBeNull();
      }
    }
  });

  it("keep their line while they are changed", () => {
    const later = [turn([0, 1, 2, 3], 540, 1080), turn([4, 5], 540, 780)];
    expect(inOrderOf([...later].reverse(), two)).toEqual(later);
    const moved = [turn([5], 420, 780), turn([0, 1, 2, 3, 4], 540, 1080)];
    expect(inOrderOf(moved, two).map(said)).toEqual(["01234 09:00-18:00", "5 07:00-13:00"]);
    expect(inOrderOf([turn([6], 0, 60), ...two], two).at(-1)?.days).toEqual([6]);
  });

  it("are told in runs, round the end of the week too", () => {
    expect(runsOf([0, 1, 2, 3, 6])).toEqual([[6, 3]]);
    expect(runsOf([0, 2, 3])).toEqual([[0, 0], [2, 3]]);
    expect(runsOf([0, 1, 2, 3, 4, 5, 6])).toEqual([[0, 6]]);
    expect(runsOf([])).toEqual([]);
  });
});

const plan: PlanForm = {
  queues: {},
  agents: { mei: { team: "loans" }, tom: { team: "loans", shift: "night" }, ann: { team: "cards" }, joe: {}, eve: { team: "loans", shift: "gone" } },
  shifts: {
    day: { weekly: { "mon-fri": "09:00-18:00" }, teams: ["loans"], holidays: "CN", ...{ later: { version: 2 } } },
    night: { timezone: "Europe/Berlin", weekly: { sun: "22:00-24:00", mon: "00:00-06:00" }, teams: ["cards", "desk"] },
  },
};
const after = (edits: ReturnType<typeof added>) => withEdits(plan, edits);

describe("who works a shift", () => {
  it("is whose team does, but for those who name one themselves", () => {
    const { of, without } = crewsOf(plan);
    expect(Object.fromEntries(of)).toEqual({ day: { own: [], logins: ["mei"] }, night: { own: ["tom"], logins: ["tom", "ann"] } });
    expect(without).toBe(2);
    expect(crewsOf({ queues: {} })).toEqual({ of: new Map(), without: 0 });
    const many = crewsOf({ queues: {}, shifts: { day: { weekly: {} } }, agents: { a10: { shift: "day" }, a9: { shift: "day" } } });
    expect(many.of.get("day")?.own).toEqual(["a9", "a10"]);
  });

  it("may be any team, also one that nobody is of", () => {
    expect(teamsOf(plan)).toEqual([
      ["cards", 1],
      ["desk", 0],
      ["loans", 3],
    ]);
  });

  it("leaves his old shift when he gets another one", () => {
    const moved = after(withTeams(plan, "day", ["loans", "cards"]));
    expect(moved.shifts?.["day"]?.teams).toEqual(["loans", "cards"]);
    expect(moved.shifts?.["night"]?.teams).toEqual(["desk"]);
    expect(after(withTeams(plan, "day", [])).shifts?.["day"]).not.toHaveProperty("teams");
    const own = after(withOwn(plan, "night", ["mei", "ann"]));
    expect(Object.entries(own.agents ?? {}).map(([login, agent]) => [login, agent.shift])).toEqual([
      ["mei", "night"],
      ["tom", undefined],
      ["ann", "night"],
      ["joe", undefined],
      ["eve", "gone"],
    ]);
    expect(withOwn(plan, "night", ["tom"])).toEqual([]);
  });
});

describe("an edit of a shift", () => {
  it("adds one with the time zone of the others", () => {
    expect(after(added(plan, "late")).shifts?.["late"]).toEqual({ timezone: "Asia/Shanghai", weekly: { "mon-fri": "09:00-12:00 13:00-18:00" } });
    expect(added({ queues: {}, hours: { office: { timezone: "Europe/Berlin", weekly: {} } } }, "day")[0]?.value).toMatchObject({ timezone: "Europe/Berlin" });
  });

  it("copies all but the teams, also what the form does not know", () => {
    expect(after(copied(plan, "day", "day-2")).shifts?.["day-2"]).toEqual({ weekly: { "mon-fri": "09:00-18:00" }, holidays: "CN", later: { version: 2 } });
    expect(copyName(plan, "day")).toBe("day-2");
    expect(copyName(after(added(plan, "day-2")), "day-2")).toBe("day-3");
  });

  it("takes one away from those who name it", () => {
    const without = after(removed(plan, "night"));
    expect(Object.keys(without.shifts ?? {})).toEqual(["day"]);
    expect(without.agents?.["tom"]).toEqual({ team: "loans" });
    expect(withEdits(without, removed(without, "day"))).not.toHaveProperty("shifts");
  });

  it("renames one in its place, for those who name it too, and keeps the rest", () => {
    const next = after(renamed(plan, "day", "early"));
    expect(Object.keys(next.shifts ?? {})).toEqual(["early", "night"]);
    expect(next.shifts?.["early"]).toEqual(plan.shifts?.["day"]);
    expect(next.shifts?.["night"]).toEqual(plan.shifts?.["night"]);
    expect(after(renamed(plan, "night", "late")).agents?.["tom"]?.shift).toBe("late");
  });

  it("wants a name that fits and is free", () => {
    expect(["late", "b.2_x-y"].map((name) => mayBeCalled(plan, name))).toEqual([true, true]);
    expect(["day", "", "a b", "夜班", "__proto__", "x".repeat(64)].map((name) => mayBeCalled(plan, name))).toEqual([false, false, false, false, false, false]);
    expect(mayBeCalled({ queues: {} }, "constructor")).toBe(true);
  });
});

it("a problem is found at its place and at those above", () => {
  const problem = (path: string[]) => ({ line: 1, path, severity: "error" as const, what: {}, fix: {} });
  const all = [problem(["shifts", "day", "teams", "0"]), problem(["shifts", "day-2", "teams"]), problem([])];
  expect(problemsAt(all, ["shifts", "day", "teams"])).toEqual([all[0]]);
  expect(problemsAt(all, ["shifts", "day"])).toEqual([all[0]]);
  expect(problemsAt(all, ["shifts", "day", "timezone"])).toEqual([]);
});
