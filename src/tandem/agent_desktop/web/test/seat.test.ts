import { beforeEach, describe, expect, it, vi } from "vitest";
import { detailOf, zeroOf } from "../src/pages/calls/timeline";
import { findLeaves, leavesOf } from "../src/pages/seat/dispositions";
import { forgetDrafts, readDraft, writeDraft } from "../src/pages/seat/draft";
import { matchText } from "../src/pages/seat/matching";
import { asNumber, findTargets } from "../src/pages/seat/targets";
import { problemOf } from "../src/microphone";
import { pageAt, pagesFor } from "../src/roles";
import { lines, oneLine } from "../src/text";
import { afterPaint } from "../src/pages/seat/afterPaint";

const node = (code: string, zh: string, en: string, children: ReturnType<typeof Object>[] = []) =>
  ({ code, zh, en, children }) as never;
const tree = [
  node("cards", "银行卡", "Cards", [
    node("lost", "挂失", "Lost", [node("abroad", "境外", "Abroad")]),
    node("limit", "额度", "Limit"),
  ]),
  node("praise", "表扬", "Praise"),
];

describe("dispositions", () => {
  const leaves = leavesOf(tree);
  it("are the leaves only, each branch's own before its branches", () => {
    expect(leaves.map((leaf) => leaf.code)).toEqual(["praise", "limit", "abroad"]);
    expect(leaves[2]?.path.map((step) => step.en)).toEqual(["Cards", "Lost"]);
  });

  it("are found by every word, in either language, also by the branch above", () => {
    expect(findLeaves(leaves, "银行 额").map((leaf) => leaf.code)).toEqual(["limit"]);
    expect(findLeaves(leaves, "CARDS").map((leaf) => leaf.code)).toEqual(["limit", "abroad"]);
    expect(findLeaves(leaves, "lost praise")).toEqual([]);
    expect(findLeaves(leaves, "")).toHaveLength(3);
  });
});

describe("drafts", () => {
  let storage: Storage;
  beforeEach(() => {
    const items: Record<string, string> = {};
    storage = Object.defineProperties(items, {
      getItem: { value: (key: string) => items[key] ?? null },
      setItem: { value: (key: string, value: string) => (items[key] = value) },
      removeItem: { value: (key: string) => delete items[key] },
    }) as unknown as Storage;
  });

  it("come back after a reload", () => {
    writeDraft(storage, "c1", { notes: "half a sen", disposition: "lost" });
    expect(readDraft(storage, "c1")).toEqual({ notes: "half a sen", disposition: "lost" });
    expect(readDraft(storage, "c2")).toEqual({ notes: "", disposition: null });
  });

  it("of other calls are forgotten", () => {
    writeDraft(storage, "c1", { notes: "a", disposition: null });
    writeDraft(storage, "c2", { notes: "b", disposition: null });
    storage.setItem("else", "kept");
    forgetDrafts(storage, "c2");
    expect(Object.keys(storage).sort()).toEqual(["else", "tandem.draft.c2"]);
    forgetDrafts(storage, null);
    expect(Object.keys(storage)).toEqual(["else"]);
  });

  it("survive nonsense and a full storage", () => {
    storage.setItem("tandem.draft.c1", '{"notes": 7');
    expect(readDraft(storage, "c1").notes).toBe("");
    const full = { setItem: vi.fn(() => { throw new Error("quota"); }) } as unknown as Storage;
    expect(() => writeDraft(full, "c1", { notes: "a", disposition: null })).not.toThrow();
  });
});

describe("why a customer may be the caller", () => {
  it("is said in the reader's language", () => {
    const said = "exact number; gold; latest contact";
    expect(matchText("zh", said)).toBe("号码完全一致，金卡，最近有联络");
    expect(matchText("en", said)).toBe("exact number, Gold, latest contact");
    expect(matchText("zh", "same last 9 digits; vip")).toBe("末 9 位相同，VIP");
  });

  it("stays as it came where there is no word for it", () => {
    expect(matchText("zh", "<b>CRM</b>; exact number")).toBe("<b>CRM</b>，号码完全一致");
    expect(matchText("en", "")).toBe("");
  });
});

describe("text that leaves the page", () => {
  it("has no control characters", () => {
    expect(oneLine("a\u0000b\r\nc\u007f ")).toBe("a b c");
    expect(lines("a\r\nb\u0007\tc\u001b")).toBe("a\nb\tc");
    expect(lines("王小明\u202e")).toBe("王小明\u202e");
  });
});

describe("transfer", () => {
  const targets = {
    agents: [
      { login: "mei", name: "陈美", role: "agent", language: "zh" as const, device: "1001" },
      { login: "tom", name: "Tom Baker", role: "agent", language: "en" as const, device: "1002" },
    ],
    queues: [{ id: "loans", zh: "贷款业务", en: "Loans" }],
  };
  const found = (search: string) => findTargets(targets, search, "en", "mei").map((target) => `${target.kind}:${target.to}`);

  it("offers queues and colleagues, never oneself", () => {
    expect(found("")).toEqual(["queue:loans", "agent:tom"]);
    expect(found("贷款")).toEqual(["queue:loans"]);
  });

  it("dials what looks like a number, and finds a device by it as well", () => {
    expect(found("1002")).toEqual(["agent:tom", "number:1002"]);
    expect(found("+86 (871) 6532-0018")).toEqual(["number:+8687165320018"]);
  });

  it.each([["a1"], ["1"], ["+"], ["12;rm"], ["1".repeat(21)], ["1&2"]])("does not dial %s", (text) =>
    expect(asNumber(text)).toBeNull(),
  );
});

describe("timeline", () => {
  const line = (kind: string, text: string, data: Record<string, unknown> = {}) => ({ at: 5, kind, text, data });
  const names = {
    queue: (id: string | null | undefined) => (id ? `queue ${id}` : ""),
    disposition: (code: string | null | undefined) => `<${code}>`,
    agent: (login: string) => (login === "mei" ? "陈美" : login),
  };
  it("tells why an agent was chosen in the reader's language", () => {
    const why = { zh: "空闲最久", en: "Longest idle" };
    const matched = line("matched", "Longest idle", { code: "matched", why, agent: "mei" });
    expect(detailOf(matched, "zh", names)).toBe("空闲最久");
    expect(detailOf(matched, "en", names)).toBe("Longest idle");
    expect(detailOf(line("matched", "Longest idle", { why }), "zh", names)).toBe("空闲最久");
  });

  it("says each entry by its code, with words for what the codes among its values mean", () => {
    const said = (kind: string, code: string, values: Record<string, unknown>) => detailOf(line(kind, "in English", { code, ...values }), "zh", names);
    expect(said("invite", "invite", { ani: "+861", dnis: "95533" })).toBe("+861 呼入 95533");
    expect(said("invite", "invite", { ani: "+8613800138000", dnis: "95533" })).toBe("+86 138 0013 8000 呼入 95533");
    expect(said("ended", "ended", { outcome: "answered", cause: "busy" })).toBe("已接听（占线）");
    expect(said("queued", "queued.rescued", { queue: "vip", failure: "step_limit" })).toBe("队列 queue vip，因为流程无法继续：步骤过多");
    expect(said("agent_lost", "agent_lost", { cause: "no_answer", agent: "mei" })).toBe("陈美 · 座席的连接已断开（无人接听）");
    expect(said("transfer", "transfer.agent", { target: "mei" })).toContain("陈美");
    expect(said("history_written", "history_written", { disposition: "lost" })).toBe("已保存小结 <lost> 与备注");
    expect(said("screened", "screened", { verdict: "machine", why: "TOOLONG-1900" })).toBe("检测结果：应答机（TOOLONG-1900）");
  });

  it("shows what has no code, or one of tomorrow, as its text", () => {
    expect(detailOf(line("transfer_failed", "the number did not answer", { agent: "mei" }), "zh", names)).toBe("the number did not answer");
    expect(detailOf(line("something_new", "the server's words", { code: "something_new" }), "zh", names)).toBe("the server's words");
    expect(detailOf(line("screened", "the detector says: human", { why: "HUMAN" }), "zh", names)).toBe("the detector says: human");
  });

  it("counts from the first event", () => {
    expect(zeroOf([line("invite", "")], 7)).toBe(5);
    expect(zeroOf([], 7)).toBe(7);
  });
});

describe("pages", () => {
  it("follow the role and what the server allows", () => {
    expect(pagesFor("agent", ["open_seat", "read_calls"])).toEqual(["seat", "calls"]);
    expect(pagesFor("supervisor", ["open_board", "read_calls"])).toEqual(["board", "calls"]);
    expect(pagesFor("nobody", ["open_seat"])).toEqual([]);
  });

  it("are found by path", () => {
    expect([pageAt("/"), pageAt("/board"), pageAt("/nowhere"), pageAt("/board/")]).toEqual(["seat", "board", null, null]);
  });
});

describe("microphone", () => {
  it.each([
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "busy"],
    ["TypeError", "failed"],
  ])("%s means %s", (name, problem) => {
    const error = new Error("x");
    error.name = name;
    expect(problemOf(error)).toBe(problem);
  });
});

describe("after paint", () => {
  const frames: (() => void)[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    frames.length = 0;
    vi.stubGlobal("requestAnimationFrame", (callback: () => void) => frames.push(callback));
    vi.stubGlobal("cancelAnimationFrame", () => undefined);
    vi.stubGlobal("document", { hidden: false });
  });
  const frame = () => frames.splice(0).forEach((callback) => callback());

  it("waits for the second frame", () => {
    const done = vi.fn();
    afterPaint(done);
    frame();
    expect(done).not.toHaveBeenCalled();
    frame();
    expect(done).toHaveBeenCalledTimes(1);
    vi.runAllTimers();
    expect(done).toHaveBeenCalledTimes(1);
  });

  it("does not wait for frames that a hidden tab never gets", () => {
    vi.stubGlobal("document", { hidden: true });
    const done = vi.fn();
    afterPaint(done);
    vi.advanceTimersByTime(0);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it("says nothing once cancelled", () => {
    const done = vi.fn();
    afterPaint(done)();
    frame();
    frame();
    vi.runAllTimers();
    expect(done).not.toHaveBeenCalled();
  });
});
