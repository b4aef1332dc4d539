import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { putsItselfThrough } from "../src/desk";
import type { CallView, CampaignCard, CampaignRow } from "../src/generated/live";
import type { CampaignSummary, DaySeries, Inspected, Waterfall } from "../src/generated/rest";
import { isWord } from "../src/i18n";
import { en } from "../src/i18n/en";
import { complete, defaults, problemsAt, problemsElsewhere, put, readEntries, readSpans, results, spansText, usualRetries } from "../src/pages/campaigns/document";
import { hasPoints, optionOf, plotKinds } from "../src/pages/campaigns/dayPlots";
import { gateRules } from "../src/pages/campaigns/gateRules";
import { MAX_FIELD_NAME, assign, fieldOf, forbiddenUses, guessed, mappingProblem, uses } from "../src/pages/campaigns/mapping";
import { pathOfCampaign } from "../src/pages/campaigns/paths";
import { barLength, budgetTone, campaignLines, count, matches, modes, percent, sentenceOf, stateAfter, stateRank, states, verbsFor } from "../src/pages/campaigns/rows";
import { campaignBooks } from "../src/pages/campaigns/speech";
import { barsOf } from "../src/pages/campaigns/waterfall";
import { leavesAmong } from "../src/pages/seat/dispositions";
import { mayBeDialled, numberToDial } from "../src/pages/seat/numbers";
import { apply, emptyState } from "../src/state";
import { inputIn, momentIn, offset_s, timeIn, zoneOf } from "../src/zones";

const python = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const literal = (source: string, name: string) => {
  const body = new RegExp(`^${name} = Literal\\[([\\s\\S]*?)\\]`, "m").exec(source)?.[1] ?? "";
  return [...body.matchAll(/"(\w+)"/g)].map((found) => found[1] ?? "");
};
const model = python("cti/model/campaigns.py").replace(/\bDAY_S\b/g, "86_400.0");
const words = campaignBooks.en as Record<string, string>;
const unsaid = (group: string, codes: readonly string[]) => codes.filter((code) => !Object.hasOwn(words, `${group}.${code}`) && !isWord(group, code));

const row = (id: string, part: Partial<CampaignRow> = {}): CampaignRow =>
  ({ id, name: id, state: "running", mode: "predictive", mode_set: "predictive", why: {}, why_not: {}, ...part }) as CampaignRow;
const summary = (id: string, part: Partial<CampaignSummary> = {}): CampaignSummary =>
  ({ id, name: id, state: "draft", mode: "manual", why: "", ...part }) as CampaignSummary;

describe("the server's codes", () => {
  it("of campaigns all have a word", () => {
    expect(literal(model, "State").length).toBe(6);
    expect(unsaid("campaign_state", literal(model, "State"))).toEqual([]);
    expect([...states].sort()).toEqual(literal(model, "State").sort());
    expect([...modes].sort()).toEqual(literal(model, "Mode").sort());
    expect(unsaid("mode", modes)).toEqual([]);
    expect(unsaid("mode_text", modes)).toEqual([]);
    expect(unsaid("result", literal(model, "AttemptResult"))).toEqual([]);
    expect(unsaid("lead_state", literal(model, "LeadState"))).toEqual([]);
  });

  it("of the gate are the same rules in the same order", () => {
    const source = python("routing/core/dialer/gate_words.py");
    const table = /^RULES: [^=]*= \{([\s\S]*?)^\}/m.exec(source)?.[1] ?? "";
    const rules = [...table.matchAll(/^ {4}"(\w+)":/gm)].map((found) => found[1] ?? "");
    expect([...gateRules]).toEqual(rules);
    expect(unsaid("gate", rules)).toEqual([]);
  });

  it("of a list's columns are the ones that can be chosen", () => {
    const source = python("cti/app/lists/columns.py");
    const numbers = [...(/NUMBER_USES = \(([^)]*)\)/.exec(source)?.[1] ?? "").matchAll(/"([\w.]+)"/g)].map((found) => found[1] ?? "");
    const others = [...(/LEAD_USES = frozenset\(([\s\S]*?)^\)/m.exec(source)?.[1] ?? "").matchAll(/"(\w+)"/g)].map((found) => found[1] ?? "");
    expect([...uses].sort()).toEqual([...numbers, ...others].sort());
    expect(unsaid("use", [...uses, ...forbiddenUses])).toEqual([]);
    expect(MAX_FIELD_NAME).toBe(Number(/MAX_FIELD_NAME = (\d+)/.exec(source)?.[1]));
  });

  it("of notes on a call, results and scopes have words", () => {
    expect(unsaid("event", ["campaign", "preview", "preview_dial", "preview_skipped", "screened", "let_go", "promise_missed", "no_agent", "machine_message", "machine_sampled", "machine_marked", "do_not_call", "call_again"])).toEqual([]);
    expect(unsaid("dnc_scope", ["global", "campaign", "person"])).toEqual([]);
    expect(unsaid("dnc_source", ["agent", "flow", "import", "operator", "api"])).toEqual([]);
    expect(unsaid("order", ["list", "newest", "fewest_attempts", "random"])).toEqual([]);
    expect(unsaid("number_kind", ["mobile", "home", "work"])).toEqual([]);
  });

  it("take no word away from the other pages", () => {
    expect(Object.keys(words).filter((key) => Object.hasOwn(en, key))).toEqual([]);
  });
});

describe("rows", () => {
  it("of the channel know better than what was loaded; what only one side knows is shown as well", () => {
    const lines = campaignLines([summary("a"), summary("b")], new Map([["b", row("b", { name: "B", mode: "progressive" })], ["new", row("new")]]));
    expect(lines.map((line) => [line.id, line.name, line.state, line.mode, line.modeSet])).toEqual([
      ["a", "a", "draft", "manual", "manual"],
      ["b", "B", "running", "progressive", "predictive"],
      ["new", "new", "running", "predictive", "predictive"],
    ]);
    expect(campaignLines([], null)).toEqual([]);
  });

  it("of 500 campaigns are filtered by every word", () => {
    const lines = campaignLines(Array.from({ length: 500 }, (_, index) => summary(`c${index}`, { name: `Spring cards ${index}` })), null);
    expect(lines.filter((line) => matches(line, ["spring", "499"])).map((line) => line.id)).toEqual(["c499"]);
    expect(lines.filter((line) => matches(line, []))).toHaveLength(500);
  });

  it("say why nothing is dialled before why something was", () => {
    expect(sentenceOf(null)).toBeNull();
    expect(sentenceOf(row("a", { why: { en: "launched" } }))).toEqual({ text: { en: "launched" }, stuck: false });
    expect(sentenceOf(row("a", { why: { en: "launched" }, why_not: { en: "hours" } }))).toEqual({ text: { en: "hours" }, stuck: true });
    expect(sentenceOf(row("a", { state: "paused", why_not: { en: "paused" } }))?.stuck).toBe(false);
    expect(sentenceOf(row("a", { ringing: 0, agents_talking: 1, agents_wrapping: 0, why_not: { en: "every agent is busy" } }))?.stuck).toBe(false);
  });

  it("can be started, paused, drained, stopped as their state allows", () => {
    expect(verbsFor("running")).toEqual(["pause", "drain", "stop"]);
    expect(verbsFor("paused")).toEqual(["start", "drain", "stop"]);
    expect(verbsFor("draining")).toEqual(["start", "stop"]);
    for (const state of ["draft", "stopped", "completed", "new to us"]) expect(verbsFor(state)).toEqual(["start"]);
    for (const state of states) for (const verb of verbsFor(state)) expect(stateAfter[verb]).not.toBe(state);
    expect(stateRank("running")).toBeLessThan(stateRank("stopped"));
    expect(stateRank("new to us")).toBe(states.length);
  });

  it("are replaced, changed and taken away as the channel says, twice with no other end", () => {
    const whole = { type: "campaigns" as const, seq: 1, whole: true, rows: [row("a"), row("b")], gone: [] };
    const change = { type: "campaigns" as const, seq: 2, whole: false, rows: [row("b", { state: "paused" })], gone: ["a"] };
    const once = apply(apply(emptyState, whole), change);
    expect([...(once.campaigns?.values() ?? [])].map((one) => [one.id, one.state])).toEqual([["b", "paused"]]);
    expect(apply(once, change)).toEqual(once);
    expect([...(apply(once, whole).campaigns?.keys() ?? [])]).toEqual(["a", "b"]);
  });
});

describe("the abandon budget", () => {
  it("is near from four fifths on and over above the limit", () => {
    expect([null, 0, 0.0239, 0.024, 0.03, 0.0301].map((ratio) => budgetTone(ratio, 0.03))).toEqual(["none", "good", "good", "near", "near", "over"]);
  });

  it("reaches the mark of the limit exactly at the limit, and never leaves its bar", () => {
    expect(barLength(0.03, 0.03)).toBeCloseTo(0.75);
    expect(barLength(0.9, 0.03)).toBe(1);
    expect([barLength(null, 0.03), barLength(0, 0.03), barLength(-1, 0.03)]).toEqual([0, 0, 0]);
    expect(barLength(0.01, 0)).toBe(1);
  });

  it("is written with its decimals", () => {
    expect([percent(0.0183, 2), percent(0.31, 0), percent(null)]).toEqual(["1.83 %", "31 %", "–"]);
    expect([count(12_345.4), count(0), count(null), count(undefined)]).toEqual(["12,345", "0", "–", "–"]);
  });
});

describe("the waterfall", () => {
  const waterfall: Waterfall = {
    campaign: "a",
    at: 0,
    total: 10_000,
    steps: [
      { rule: "do_not_call", count: 3_100, left: 6_900, until: null, text: { en: "x" } },
      { rule: "consent", count: 0, left: 6_900, until: null, text: {} },
      { rule: "hours", count: 6_888, left: 12, until: 8, text: {} },
    ],
    callable_now: 12,
    restricted: 0,
    again_at: null,
  };

  it("goes from all to those who may be called; reasons without anybody are left out", () => {
    const bars = barsOf(waterfall);
    expect(bars.map((bar) => [bar.kind, bar.rule, bar.count])).toEqual([
      ["total", null, 10_000],
      ["step", "do_not_call", 3_100],
      ["step", "hours", 6_888],
      ["callable", "yes", 12],
    ]);
    expect(bars[1]).toMatchObject({ left: 0.69, gone: 0.31 });
    expect(bars[2]?.until).toBe(8);
    for (const [index, bar] of bars.entries()) {
      const before = index > 0 ? bars[index - 1] : undefined;
      if (bar.kind === "step" && before) expect(bar.left + bar.gone).toBeCloseTo(before.left);
    }
  });

  it("of no contacts divides by nothing", () => {
    const bars = barsOf({ ...waterfall, total: 0, steps: [], callable_now: 0 });
    expect(bars.every((bar) => bar.left === 0 && bar.gone === 0)).toBe(true);
  });
});

describe("a campaign's document", () => {
  it("has the defaults of the server", () => {
    const value = (source: string, name: string) => new RegExp(`^ {4}${name}: [^=\\n]*= (.+)$`, "m").exec(source)?.[1]?.replace(/(?<=\d)_(?=\d)/g, "");
    const body = (name: string) => new RegExp(`^class ${name}\\(([\\s\\S]*?)(?=^class |^@)`, "m").exec(`${model}\n@`)?.[1] ?? "";
    const same = (name: string, ours: object) => {
      let compared = 0;
      for (const [key, mine] of Object.entries(ours)) {
        const theirs = value(body(name), key);
        expect(theirs, `${name}.${key}`).toBeDefined();
        if (typeof mine === "number") expect(Number(theirs), `${name}.${key}`).toBe(mine);
        else if (typeof mine === "string" && mine !== "") expect(theirs, `${name}.${key}`).toBe(`"${mine}"`);
        else if (typeof mine === "boolean") expect(theirs, `${name}.${key}`).toBe(mine ? "True" : "False");
        else if (mine === null) expect(theirs, `${name}.${key}`).toBe("None");
        compared += 1;
      }
      return compared;
    };
    expect(same("Campaign", defaults)).toBeGreaterThan(25);
    const { retries, day_parts, ...plan } = defaults.attempts;
    expect(same("AttemptPlan", plan)).toBe(4);
    same("CallerIds", defaults.caller_ids);
    same("MachineDetection", defaults.machine_detection);
    expect(retries).toBe(usualRetries);
    expect(spansText(day_parts)).toBe("08:00-12:00, 12:00-17:00, 17:00-21:00");
    const usual = /def _usual_retries[\s\S]*?\n {4}\}/.exec(model)?.[0] ?? "";
    const theirs = [...usual.matchAll(/"(\w+)": Retry\(after_s=([\d_.]+), times=(\d+)(, other_part_of_day=True)?\)/g)].map(
      ([, result, after_s, times, other]) => [result, Number(after_s?.replaceAll("_", "")), Number(times), other !== undefined],
    );
    expect(Object.entries(usualRetries).map(([result, retry]) => [result, retry.after_s, retry.times, retry.other_part_of_day])).toEqual(theirs);
    expect([...results].sort()).toEqual(Object.keys(usualRetries).sort());
  });

  it("is filled up without touching what is set", () => {
    const whole = complete({ id: "a", name: "A", ring_s: 40, attempts: { gap_s: 60 } });
    expect([whole.ring_s, whole.attempts.gap_s, whole.attempts.most_per_person, whole.abandon_limit]).toEqual([40, 60, 8, 0.03]);
  });

  it("is changed at a path, and nothing else with it", () => {
    const old = complete({ id: "a", name: "A" });
    const changed = put(old, ["attempts", "retries", "busy", "times"], 9);
    expect(changed.attempts.retries?.["busy"]).toEqual({ ...usualRetries["busy"], times: 9 });
    expect(changed.attempts.retries?.["failed"]).toBe(old.attempts.retries?.["failed"]);
    expect(changed.caller_ids).toBe(old.caller_ids);
    expect(usualRetries["busy"]?.times).toBe(3);
    expect(Object.keys(put(old, ["attempts", "retries", "busy"], undefined).attempts.retries ?? {})).not.toContain("busy");
    expect(put({ rows: [{ a: 1 }, { a: 2 }] }, ["rows", 1, "a"], 3)).toEqual({ rows: [{ a: 1 }, { a: 3 }] });
  });

  it("has its problems beside the fields, by the whole name of each", () => {
    const problem = (field: string) => ({ field, severity: "error" as const, what: {}, fix: {} });
    const problems = [problem("attempts.retries.busy.after_s"), problem("attempts.retries.busy_line"), problem("name"), problem("")];
    expect(problemsAt(problems, "attempts.retries.busy")).toEqual([problems[0]]);
    expect(problemsElsewhere(problems, ["name", "attempts.retries.busy"])).toEqual([problems[1], problems[3]]);
  });

  it("reads hours as they are written, and nothing that is none", () => {
    expect(readSpans("13:30-18:00，9:00 – 12:00")).toEqual([
      { begin: 540, end: 720 },
      { begin: 810, end: 1080 },
    ]);
    expect(readSpans("")).toEqual([]);
    expect(readSpans("20:00-24:00")).toEqual([{ begin: 1200, end: 1440 }]);
    for (const bad of ["9-12", "09:00-09:00", "12:00-09:00", "09:61-10:00", "23:00-24:01", "x"]) expect(readSpans(bad), bad).toBeNull();
    expect(readSpans(spansText([{ begin: 5, end: 65 }]))).toEqual([{ begin: 5, end: 65 }]);
    expect(readEntries(" +1,+2\n\n+1；+3 ")).toEqual(["+1", "+2", "+3"]);
  });
});

describe("the columns of a list", () => {
  const inspected = { columns: [{ header: "Tel", use: "number" }, { header: "Name", use: "name" }, { header: "", use: "" }] } as unknown as Inspected;

  it("are as the server guessed until somebody says otherwise", () => {
    expect(guessed(inspected)).toEqual(["number", "name", ""]);
  });

  it("have one name each; several numbers are fine", () => {
    const headers = ["Tel", "Name", ""];
    expect(assign(["number", "name", ""], headers, 2, "name")).toEqual(["number", "field.Name", "name"]);
    expect(assign(["number", "name", ""], headers, 2, "number")).toEqual(["number", "name", "number"]);
    expect(assign(["number", "name", ""], headers, 1, "")).toEqual(["number", "", ""]);
  });

  it("become fields under names the server takes", () => {
    expect(fieldOf("a\u0000b\r\nc", 0)).toBe("field.a b c");
    expect(fieldOf("", 4)).toBe("field.column 5");
    expect(fieldOf("=cmd|'/c'!A0", 0)).toBe("field.=cmd|'/c'!A0");
    expect(fieldOf("x".repeat(500), 0)).toHaveLength("field.".length + MAX_FIELD_NAME);
  });

  it("must have a number, and no field twice", () => {
    expect(mappingProblem(["name", ""])).toBe("no_number");
    expect(mappingProblem(["number.work", "field.a", "field.a"])).toBe("doubled_field");
    expect(mappingProblem(["number.work", "field.a", "field.b"])).toBeNull();
    expect([mappingProblem(["until"], true), mappingProblem(["person"], true), mappingProblem(["number"], true)]).toEqual(["no_who", null, null]);
  });
});

describe("times of other zones", () => {
  const at = Date.UTC(2026, 10, 22, 10, 5) / 1000;

  it("are what the clocks there show", () => {
    expect([timeIn("Asia/Shanghai", at), timeIn("America/Chicago", at), timeIn("Asia/Kathmandu", at)]).toEqual(["18:05", "04:05", "15:50"]);
    expect(offset_s("Asia/Kathmandu", at)).toBe(20_700);
    for (const zone of ["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati", "UTC"]) {
      expect(momentIn(zone, inputIn(zone, at)), zone).toBe(at);
    }
  });

  it("that the clocks leave out are no times; of doubled ones the first counts", () => {
    expect(momentIn("America/Chicago", "2026-03-08T02:30")).toBeNull();
    expect(momentIn("America/Chicago", "2026-03-08T03:00")).toBe(Date.UTC(2026, 2, 8, 8) / 1000);
    expect(momentIn("America/Chicago", "2026-11-01T01:30")).toBe(Date.UTC(2026, 10, 1, 6, 30) / 1000);
    expect(momentIn("UTC", "2026-02-30T10:00")).toBeNull();
    expect(momentIn("UTC", "soon")).toBeNull();
  });

  it("come from the first zone that is known, else from the reader's own", () => {
    expect(zoneOf("Mars/Olympus|Europe/London")).toEqual({ zone: "Europe/London", own: false });
    expect(zoneOf("")).toEqual({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, own: true });
  });
});

describe("a campaign's call at the seat", () => {
  const number = (value: string, refused = {}) => ({ number: value, kind: "", local_time: "", refused, zone: "" });
  const card = (part: Partial<CampaignCard>) => ({ number: "+1", numbers: [number("+1"), number("+2"), number("+3", { en: "no" })], ...part }) as CampaignCard;
  const call = (part: Partial<CallView>) => ({ auto_answer: true, answered_at: null, ...part }) as CallView;

  it("is dialled at the number chosen, never at one that is refused", () => {
    expect(numberToDial(card({}), null)).toBe("+1");
    expect(numberToDial(card({}), "+2")).toBe("+2");
    expect(numberToDial(card({}), "+3")).toBe("+1");
    expect(numberToDial(card({ number: "+3" }), null)).toBe("+1");
    expect(numberToDial(card({ numbers: [number("+3", { en: "no" })] }), "+3")).toBeNull();
    expect(mayBeDialled(number("+3", { zh: "不可" }))).toBe(false);
  });

  it("is answered by the page alone when the server says so and nobody has talked yet", () => {
    expect(putsItselfThrough(call({}))).toBe(true);
    expect(putsItselfThrough(call({ auto_answer: false }))).toBe(false);
    expect(putsItselfThrough(call({ answered_at: 7 }))).toBe(false);
    expect(putsItselfThrough(null)).toBe(false);
  });

  it("offers the campaign's dispositions only, also one that is gone from the tree", () => {
    const leaf = (code: string) => ({ code, zh: code, en: code, path: [] });
    expect(leavesAmong([leaf("a"), leaf("b")], [])).toHaveLength(2);
    expect(leavesAmong([leaf("a"), leaf("b")], ["b", "gone"]).map((one) => one.code)).toEqual(["b", "gone"]);
  });
});

describe("the plots of a day", () => {
  const colors = new Proxy({}, { get: (_, name) => String(name) }) as never;
  const said = new Proxy({}, { get: (_, name) => String(name) }) as never;
  const point = (at: number, rate: number | null) =>
    ({ at, dialled: 9, answered: 3, abandoned: 1, machines: 0, talked: 2, agents_idle: 1, agents_talking: 2, agents_wrapping: 0, lines_per_agent: rate, answer_rate: rate });
  const series: DaySeries = { campaign: "a", day: "2026-11-22", zone: "Asia/Shanghai", step_s: 300, points: [point(0, 0.3), point(300, null)], caller_ids: null, carriers: null };

  it("have the hours of the campaign's zone and a gap where nothing is known", () => {
    const option = optionOf("rate", series, said, colors) as { xAxis: { data: string[] }; series: { data: unknown[] }[] };
    expect(option.xAxis.data).toEqual(["08:00", "08:05"]);
    expect(option.series[0]?.data).toEqual([0.3, null]);
  });

  it("say when nothing is known, and show what is no line yet", () => {
    const unknown: DaySeries = { ...series, points: [{ ...point(0, null), agents_talking: null }] };
    expect(plotKinds.filter((kind) => hasPoints(kind, unknown))).toEqual(["calls"]);
    expect(plotKinds.filter((kind) => hasPoints(kind, series))).toEqual([...plotKinds]);
    const option = optionOf("rate", series, said, colors) as { series: { showSymbol: boolean }[] };
    expect(option.series[0]?.showSymbol).toBe(true);
  });

  it("draw their tooltips: none is made of HTML", () => {
    for (const kind of plotKinds) {
      expect((optionOf(kind, series, said, colors) as { tooltip: { renderMode: string } }).tooltip.renderMode).toBe("richText");
    }
  });
});

it("addresses keep what they are given", () => {
  expect(pathOfCampaign("a&b=c")).toBe("/campaigns?campaign=a%26b%3Dc");
  expect(pathOfCampaign("a", "waterfall", { reason: "hours" })).toBe("/campaigns?campaign=a&view=waterfall&reason=hours");
});
