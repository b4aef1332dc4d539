import { describe, expect, it } from "vitest";
import type { Board, CallbackRow, Callbacks, SeatRow, ServerMessage, WaitingRow } from "../src/generated/live";
import { groupOf, health, matchesSeat, skillsText, waitingCallers } from "../src/pages/board/rows";
import { type LiveState, apply, emptyState } from "../src/state";

const row = (login: string, part: Partial<SeatRow> = {}): SeatRow => ({
  login,
  name: login,
  device: "1001",
  state: "ready",
  reason: null,
  since: 0,
  online: true,
  phone_ok: true,
  call: null,
  phase: null,
  with_number: "",
  with_name: "",
  queue: null,
  skills: {},
  ...part,
});
const waiting = (call: string, part: Partial<WaitingRow> = {}): WaitingRow => ({
  call,
  phase: "queued",
  queue: "a",
  place: 1,
  number: "",
  name: "",
  tier: "",
  language: "zh",
  since: 0,
  priority: 0,
  needs: "",
  agent: null,
  ...part,
});
const board = (part: Partial<Board>): Board => ({
  type: "board",
  seq: 1,
  whole: false,
  seats: [],
  queues: [],
  calls: [],
  gone_seats: [],
  gone_calls: [],
  ...part,
});
const after = (...messages: ServerMessage[]): LiveState => messages.reduce(apply, emptyState);

describe("board", () => {
  it("replaces rows of the same key and takes away what is gone", () => {
    const state = after(
      board({ whole: true, seats: [row("a"), row("b")], calls: [waiting("1"), waiting("2")] }),
      board({ seats: [row("b", { state: "busy" }), row("c")], gone_seats: ["a"], gone_calls: ["1"] }),
    );
    expect([...state.board!.seats.keys()]).toEqual(["b", "c"]);
    expect(state.board!.seats.get("b")?.state).toBe("busy");
    expect([...state.board!.calls.keys()]).toEqual(["2"]);
  });

  it("is replaced by a whole one", () => {
    const state = after(board({ whole: true, seats: [row("a")] }), board({ whole: true, seats: [row("z")] }));
    expect([...state.board!.seats.keys()]).toEqual(["z"]);
  });

  it("is the same when a message is applied twice", () => {
    const change = board({ seats: [row("b")], gone_calls: ["1"] });
    const first = after(board({ whole: true, seats: [row("a")], calls: [waiting("1")] }), change);
    expect(apply(first, change)).toEqual(first);
  });

  it("keeps the very same maps where nothing changed", () => {
    const state = after(board({ whole: true, seats: [row("a")] }));
    expect(apply(state, board({ calls: [waiting("1")] })).board!.seats).toBe(state.board!.seats);
  });
});

describe("callbacks", () => {
  const caller = (id: string, name = ""): CallbackRow => ({ id, caller_name: name, number_e164: "+8613800138000", queue: null, reason: "asked", created_at: 0 });
  const callbacks = (part: Partial<Callbacks>): Callbacks => ({ type: "callbacks", seq: 1, whole: false, total: 2, rows: [], gone: [], ...part });
  const names = (state: LiveState) => [...state.callbacks!.rows.values()].map((row) => row.id + row.caller_name);

  it("keep the order: who changed stays where he is, who comes is the last", () => {
    const state = after(
      callbacks({ whole: true, total: 9, rows: [caller("a"), caller("b"), caller("c")] }),
      callbacks({ total: 8, rows: [caller("b", "Bo"), caller("d")], gone: ["a"] }),
    );
    expect(names(state)).toEqual(["bBo", "c", "d"]);
    expect(state.callbacks!.total).toBe(8);
  });

  it("are replaced by whole ones, and the count alone leaves the rows as they are", () => {
    const state = after(callbacks({ whole: true, rows: [caller("a")] }), callbacks({ whole: true, rows: [caller("z")] }));
    expect(names(state)).toEqual(["z"]);
    const counted = apply(state, callbacks({ total: 7 }));
    expect(counted.callbacks!.rows).toBe(state.callbacks!.rows);
    expect(counted.callbacks!.total).toBe(7);
  });
});

describe("waiting callers", () => {
  it("stand in the one line: those being rung first, by place, the menu last, talkers not at all", () => {
    const calls = [
      waiting("b3", { queue: "b", place: 3 }),
      waiting("ivr", { queue: null, phase: "ivr", place: null }),
      waiting("a4", { place: 4 }),
      waiting("talk", { phase: "talking" }),
      waiting("a1", { place: 1, since: 99 }),
      waiting("aRing", { phase: "ringing", place: null }),
      waiting("b2", { queue: "b", place: 2 }),
    ];
    expect(waitingCallers(calls).map((call) => call.call)).toEqual(["aRing", "a1", "b2", "b3", "a4", "ivr"]);
  });
});

describe("seats", () => {
  it("are offline only when nothing is going on at them", () => {
    expect(groupOf(row("a", { online: false, state: "not_ready" }))).toBe("offline");
    expect(groupOf(row("a", { online: false, state: "busy" }))).toBe("busy");
    expect(groupOf(row("a", { online: false, state: "working_after_call" }))).toBe("working_after_call");
    expect(groupOf(row("a", { state: "not_ready" }))).toBe("not_ready");
  });

  it("are found by every word, also by skill and by the name of the queue", () => {
    const seat = row("mei", { name: "陈美", queue: "loans", skills: { "language:zh": 5 } });
    expect(matchesSeat(seat, ["陈"], () => "")).toBe(true);
    expect(matchesSeat(seat, ["mei", "贷款"], () => "贷款业务")).toBe(true);
    expect(matchesSeat(seat, ["language:zh"], () => "")).toBe(true);
    expect(matchesSeat(seat, ["mei", "tom"], () => "")).toBe(false);
  });

  it("show their best skills first", () => {
    expect(skillsText({ "language:zh": 3, "product:cards": 5, plain: 3 })).toBe("cards 5 · zh 3 · plain 3");
  });
});

describe("service level", () => {
  it("is judged against 80 %, and not at all before the first call", () => {
    expect([null, 0.8, 0.79, 0.59].map(health)).toEqual([null, "good", "fair", "bad"]);
  });
});

describe("seat", () => {
  it("is taken as a whole", () => {
    const agent = { login: "a" } as never;
    const state = after(
      { type: "seat", seq: 1, agent, call: { id: "1" } as never, wrap_up: null },
      { type: "seat", seq: 2, agent, call: null, wrap_up: { call: "1" } as never },
    );
    expect(state.call).toBeNull();
    expect(state.wrapUp).toEqual({ call: "1" });
  });

  it("counts welcomes, so that what must be said again is said again", () => {
    const hello = { type: "welcome", protocol: 2, session: "s", seq: 0, resumed: true, now: 0 } as const;
    expect(after(hello, hello).connection).toBe(2);
  });
});
