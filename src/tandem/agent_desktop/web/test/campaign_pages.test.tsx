// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"disableComputedStyleRendering": true}}
// The pages of campaigns, drawn without a browser over the mock server's data: what is there, what is sent, and that
// what strangers wrote stays text.

import { App, ConfigProvider } from "antd";
import { type ReactNode, act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as mock from "../mock/campaigns.mjs";
import { dispositions, seatRow } from "../mock/data.mjs";
import { type Desk, DeskProvider, type DeskState } from "../src/desk";
import type { CallView } from "../src/generated/live";
import { setLanguage } from "../src/i18n";
import { CampaignDesk } from "../src/pages/campaigns/CampaignDesk";
import { NewCampaign } from "../src/pages/campaigns/CampaignForm";
import { CampaignList } from "../src/pages/campaigns/CampaignList";
import { CopyDialog } from "../src/pages/campaigns/CopyDialog";
import { DoNotCall } from "../src/pages/campaigns/DoNotCall";
import { LeadPanel } from "../src/pages/campaigns/LeadPanel";
import type { CampaignView } from "../src/pages/campaigns/paths";
import { CallingForm } from "../src/pages/routing/CallingForm";
import { DialPad } from "../src/pages/seat/DialPad";
import { idlePhone } from "../src/phoneState";
import { emptyState } from "../src/state";
import { useAction } from "../src/ui/useActions";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 150 });

const MAY = ["read_campaigns", "change_campaigns", "forbid_calls", "dial"];
let asked: { method: string; path: string; body: unknown }[] = [];
let sent: unknown[] = [];
let root: Root | null = null;
let box: HTMLElement;

function fakeDesk(part: Partial<DeskState["live"]> = {}, may: readonly string[] = MAY): Desk {
  const state: DeskState = { status: "live", phone: idlePhone, live: { ...emptyState, campaigns: new Map(mock.rows().map((row) => [row.id, row])), ...part } };
  return {
    me: { user: { login: "sofia", name: "Sofia", role: "supervisor", language: "en", device: null }, may, not_ready_reasons: [] },
    snapshot: () => state,
    subscribe: () => () => undefined,
    send: (command: unknown) => {
      sent.push(command);
      return Promise.resolve();
    },
  } as unknown as Desk;
}

async function answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input), "http://mock.invalid");
  const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
  const method = init?.method ?? "GET";
  asked.push({ method, path: url.pathname + url.search, body });
  if (url.pathname === "/api/dispositions") return new Response(JSON.stringify(dispositions));
  const [status, value] = mock.answer(method, url.pathname, url.searchParams, body) ?? [404, { code: "resource_missing", message: "none" }];
  return new Response(value === null ? null : JSON.stringify(value), { status });
}

async function settle(rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await act(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
}

async function draw(page: ReactNode, desk = fakeDesk()): Promise<void> {
  box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  await act(async () => {
    root?.render(
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <DeskProvider value={desk}>{page}</DeskProvider>
        </App>
      </ConfigProvider>,
    );
  });
  await settle();
}

const all = (testId: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)];
const one = (testId: string) => {
  const found = all(testId)[0];
  if (!found) throw new Error(`there is no ${testId}: ${document.body.textContent?.slice(0, 300)}`);
  return found;
};
async function click(element: HTMLElement): Promise<void> {
  await act(async () => element.click());
  await settle();
}
async function type(element: HTMLElement, text: string): Promise<void> {
  const field = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : (element.querySelector("input") as HTMLInputElement);
  await act(async () => {
    const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field) as object, "value")?.set;
    setter?.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await settle();
}
/** Markup that a stranger's text would have become. */
const foreign = () => document.querySelectorAll("img, [onerror], script, iframe").length;

beforeEach(() => {
  asked = [];
  sent = [];
  setLanguage("en", { remember: false });
  mock.resize(5);
  mock.setLists(3);
  vi.stubGlobal("fetch", answer);
});

afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  mock.breakChain(false);
  mock.interruptImport(false);
});

describe("the table of campaigns", () => {
  it("with none says what one is for, and offers the first only to who may make one", async () => {
    mock.resize(0);
    await draw(<CampaignList />, fakeDesk({ campaigns: new Map() }));
    expect(document.body.textContent).toContain("No campaigns yet");
    expect(all("campaign-new")).toHaveLength(1);
    await act(async () => root?.unmount());
    document.body.replaceChildren();
    await draw(<CampaignList />, fakeDesk({ campaigns: new Map() }, ["read_campaigns"]));
    expect(all("campaign-new")).toHaveLength(0);
  });

  it("of 500 draws what is in sight, finds by text and state, and holds on to no markup", async () => {
    mock.resize(500);
    await draw(<CampaignList />);
    const drawn = () => document.querySelectorAll("[data-row]").length;
    expect(drawn()).toBeGreaterThan(5);
    expect(drawn()).toBeLessThan(40);
    expect(document.body.textContent).toContain("onerror=");
    expect(foreign()).toBe(0);
    await type(one("campaign-filter"), "dormant 101");
    expect(drawn()).toBe(1);
    await type(one("campaign-filter"), "");
    await click(one("campaigns-paused"));
    expect(document.querySelectorAll("[data-row] [data-state=running]")).toHaveLength(0);
    expect(drawn()).toBeGreaterThan(5);
  });

  it("starts and pauses by one click", async () => {
    await draw(<CampaignList />);
    await click(one("campaign-pause"));
    expect(asked.filter(({ path }) => path.endsWith("/state"))).toEqual([{ method: "POST", path: expect.stringMatching(/campaigns\/c\d\/state/), body: { state: "paused" } }]);
  });

  it("asks before it ends a day that is over the limit", async () => {
    const states = () => asked.filter(({ path }) => path.endsWith("/state")).map(({ path, body }) => [path, body]);
    await draw(<CampaignDesk id="c2" view="now" reason={null} />);
    await click(one("campaign-stop"));
    expect(one("over-limit").textContent).toContain("Today 3.4 % of the calls that people answered met nobody, over the limit of 3.0 %, until 366 more have answered.");
    expect(states()).toEqual([]);
    await click(one("over-limit-sure"));
    expect(states()).toEqual([["/api/campaigns/c2/state", { state: "stopped" }]]);
  });

  it("has the focus of a question that cannot be taken back on its other answer", async () => {
    await draw(<CampaignDesk id="c2" view="now" reason={null} />);
    await click(one("campaign-stop"));
    expect(document.activeElement?.textContent).toBe("Let it go on");
  });

  it("lets no shortcut act behind a question", async () => {
    const heard: string[] = [];
    const Page = () => {
      useAction("language", () => heard.push("language"));
      useAction("page_1", () => heard.push("page_1"));
      useAction("search", () => heard.push("search"));
      return <CampaignDesk id="c0" view="lists" reason={null} />;
    };
    const press = (key: string, code: string, altKey = false) =>
      act(async () => void (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, code, altKey, bubbles: true, cancelable: true })));
    const pressAll = async () => {
      await press("l", "KeyL");
      await press("1", "Digit1", true);
      await press("/", "Slash");
    };
    await draw(<Page />);
    await pressAll();
    expect(heard).toEqual(["language", "page_1", "search"]);
    heard.length = 0;
    await click(one("list-undo"));
    await pressAll();
    expect(heard).toEqual([]);
    await click(document.querySelector<HTMLElement>(".ant-modal-confirm-btns button:not(.ant-btn-dangerous)") as HTMLElement);
    await pressAll();
    expect(heard).toEqual(["language", "page_1", "search"]);
  });

  it("is copied once by Enter pressed twice", async () => {
    await draw(<CopyDialog id="c0" name="Renewals" onClose={() => undefined} />);
    const name = document.querySelector(".ant-modal input");
    await act(async () => {
      for (const kind of ["keydown", "keyup", "keydown"]) name?.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", bubbles: true }));
    });
    await settle();
    expect(asked.filter(({ method }) => method === "POST").map(({ path }) => path)).toEqual(["/api/campaigns/c0/copy"]);
  });

  it("says of a contact that is over its own state, not one of the campaign", async () => {
    setLanguage("zh", { remember: false });
    await draw(<LeadPanel id="c0-lead2" onClose={() => undefined} onChanged={() => undefined} />);
    const over = document.querySelector('[data-testid="lead-detail"] [data-rule="over"] .evidence');
    expect(over?.textContent).toContain("名单已撤回");
  });

  it("stops one that keeps its limit by one click", async () => {
    await draw(<CampaignDesk id="c0" view="now" reason={null} />);
    await click(one("campaign-stop"));
    expect(asked.filter(({ path }) => path.endsWith("/state"))).toHaveLength(1);
  });

  it("switches the mode of one that dials only after a second click", async () => {
    await draw(<CampaignList />);
    await click(one("campaign-mode"));
    await click(one("mode-power"));
    const modes = () => asked.filter(({ path }) => path.endsWith("/mode"));
    expect(modes()).toEqual([]);
    await click(one("mode-sure"));
    expect(modes().map(({ body }) => body)).toEqual([{ mode: "power" }]);
  });

  it("shows buttons only to who may press them", async () => {
    await draw(<CampaignList />, fakeDesk({}, ["read_campaigns"]));
    expect(all("campaign-pause")).toHaveLength(0);
    expect(all("campaign-mode")).toHaveLength(0);
    expect(all("campaign-why").length).toBeGreaterThan(0);
  });
});

describe("a campaign", () => {
  const open = async (view: CampaignView, reason: string | null = null) => draw(<CampaignDesk id="c0" view={view} reason={reason} />);

  it.each(["now", "waterfall", "decisions", "contacts", "lists", "rules", "compliance", "edit"] as const)("has a page %s in both languages without markup of strangers", async (view) => {
    await open(view);
    expect(all("campaign-desk")).toHaveLength(1);
    expect(document.body.textContent).not.toContain("could not be loaded");
    const english = document.body.textContent;
    await act(async () => setLanguage("zh", { remember: false }));
    await settle();
    expect(document.body.textContent).not.toBe(english);
    expect(foreign()).toBe(0);
  });

  it("that is not there says so", async () => {
    await draw(<CampaignDesk id="gone" view="now" reason={null} />);
    expect(document.body.textContent).toContain("There is no such campaign");
    expect(one("desk-to-list").getAttribute("href")).toBe("/campaigns");
  });

  it("asks for the contacts behind a bar, and opens one with its verdict and attempts", async () => {
    await open("waterfall", "hours");
    expect(asked.some(({ path }) => path.includes("/leads?reason=hours"))).toBe(true);
    expect(document.querySelector(".fall[data-rule=hours]")?.className).toContain("on");
    await click(document.querySelector("[data-testid=leads] [data-row]") as HTMLElement);
    expect(one("verdict").dataset["rule"]).toBeTruthy();
    expect(all("attempt")).toHaveLength(3);
  });

  it("names agents, dispositions and causes as people do, not by their codes", async () => {
    const board = { seats: new Map([["agent1", { ...seatRow(0), login: "agent1", name: "Chen Mei" }]]), queues: new Map(), waiting: [] } as unknown as DeskState["live"]["board"];
    await draw(<LeadPanel id="lead-1" onClose={() => undefined} onChanged={() => undefined} />, fakeDesk({ board }));
    const [talked] = all("attempt");
    await click(talked?.querySelector("button") as HTMLElement);
    const said = all("attempt")[0]?.textContent;
    for (const word of ["Chen Mei", "Upgrade", "hung up"]) expect(said).toContain(word);
    for (const code of ["agent1", "sales.upgrade", "normal_clearing"]) expect(said).not.toContain(code);
  });

  it("offers agents by name where somebody is promised a call", async () => {
    const board = { seats: new Map([["agent1", { ...seatRow(0), login: "agent1", name: "Chen Mei" }]]), queues: new Map(), waiting: [] } as unknown as DeskState["live"]["board"];
    await draw(<LeadPanel id="lead-1" onClose={() => undefined} onChanged={() => undefined} />, fakeDesk({ board }));
    await click(one("lead-callback"));
    await act(async () => void one("lead-callback-agent").dispatchEvent(new MouseEvent("mousedown", { bubbles: true })));
    const named = [...document.querySelectorAll<HTMLElement>(".ant-select-item-option")].find((option) => option.textContent === "Chen Mei");
    await click(named as HTMLElement);
    await click(one("lead-callback-save"));
    expect(asked.find(({ method, path }) => method !== "GET" && path.includes("callback"))?.body).toMatchObject({ agent: "agent1" });
  });

  it("says that agents are still being loaded while nobody told who there is", async () => {
    await draw(<LeadPanel id="lead-1" onClose={() => undefined} onChanged={() => undefined} />);
    await click(one("lead-callback"));
    await act(async () => void one("lead-callback-agent").dispatchEvent(new MouseEvent("mousedown", { bubbles: true })));
    await settle();
    expect(one("lead-callback-agent").querySelector(".anticon-loading")).not.toBeNull();
    expect(document.querySelector(".ant-select-dropdown")?.textContent).toBe("Loading");
  });

  it("says moments in its own zone, and names it", async () => {
    await open("contacts");
    expect(document.querySelector("[role=columnheader]:last-child, .grid-head > :last-child")?.textContent ?? document.body.textContent).toContain("Again, Shanghai");
    await open("waterfall");
    expect(one("waterfall").textContent).toMatch(/\(.*\d\d:\d\d Shanghai\)/);
  });

  it("takes a list back only after a second click", async () => {
    await open("lists");
    await click(one("list-undo"));
    expect(asked.filter(({ method }) => method === "DELETE")).toEqual([]);
    await click(one("list-undo-sure"));
    expect(asked.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual(["/api/lists/l0"]);
  });

  it("says which import was interrupted, and what is there of it", async () => {
    await open("lists");
    expect(all("list-cut-off")).toHaveLength(0);
    mock.interruptImport(true);
    await open("lists");
    expect(one("list-cut-off").textContent).toContain("nothing of it is there");
    expect(foreign()).toBe(0);
  });

  it("shows a broken chain, and both formulas", async () => {
    mock.breakChain(true);
    await open("compliance");
    expect(one("chain").dataset["holds"]).toBe("false");
    expect(one("chain").textContent).toMatch(/The sheet of .* was changed after it was made\./);
    expect(all("sheet-day").filter((line) => line.textContent.includes("changed"))).toHaveLength(1);
    expect(one("sheet-mistaken").dataset["source"]).toBe("measured");
    expect([...one("formulas").querySelectorAll("tbody tr")].map((row) => (row as HTMLElement).dataset["formula"])).toEqual(["us", "ofcom"]);
  });

  it("says of a broken chain that it is so, also where no day is to be named", async () => {
    vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) =>
      /\/sheets$/.test(String(input)) ? new Response(JSON.stringify({ chain_holds: false, broken_day: null, broken_why: "missing", sheets: [] })) : answer(input, init),
    );
    await open("compliance");
    expect(one("chain").textContent).toBe("The chain is brokenThe stored sheets do not follow one another without a gap.");
    await act(async () => setLanguage("zh", { remember: false }));
    expect(one("chain").textContent).toBe("链已断裂存放的日报没有完整地前后相接。");
  });

  it("shows what the machine detection's errors cost, and makes the next step by one click", async () => {
    await open("rules");
    expect(one("machine-costs").textContent).toContain("71 of 590");
    expect(one("machine-costs").textContent).toContain("5.0 % (1.7 % to 13.7 %, 95 %)");
    expect(all("machine-steps")).toHaveLength(0);
    expect(one("machine-advice").dataset.change).toBe("after_greeting_silence_ms");
    await click(one("machine-apply"));
    const saved = asked.find(({ method }) => method === "PUT")?.body as { document: { name: string; machine_detection: unknown } };
    expect(saved.document.machine_detection).toMatchObject({ use: true, after_greeting_silence_ms: 1000, greeting_ms: 1500 });
    expect(saved.document.name).not.toBe("");
  });

  it("tells what the tuning did by itself and why, and offers no click", async () => {
    await draw(<CampaignDesk id="c3" view="rules" reason={null} />);
    expect(all("machine-advice")).toHaveLength(0);
    const steps = [...one("machine-steps").querySelectorAll("li")].map((step) => step.textContent ?? "");
    expect(steps).toHaveLength(3);
    expect(steps[0]).toContain("700 → 800 ms");
    expect(steps[0]).toContain("taken back");
    expect(steps[2]).toContain("agents left 10 unmarked");
  });

  it("forecasts recycling before it does it", async () => {
    await open("rules");
    expect(all("recycle-do")).toHaveLength(0);
    await click(one("recycle-try"));
    await click(one("recycle-do"));
    expect(asked.filter(({ path }) => path.endsWith("/recycle")).map(({ body }) => (body as { try_only: boolean }).try_only)).toEqual([true, false]);
  });
});

describe("the form", () => {
  it("sends the whole document, two things first; what is wrong stands beside its field", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"], shouldAdvanceTime: true, advanceTimeDelta: 200 });
    await draw(<NewCampaign />);
    expect(all("two-things")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    expect([one("form-status").textContent, all("field-problem")]).toEqual(["Fill in a name, and it can be saved.", []]);
    expect(one("campaign-save").hasAttribute("disabled")).toBe(true);
    await type(one("campaign-name"), "  Spring\u0000 ");
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    vi.useRealTimers();
    expect(all("field-problem").map((problem) => problem.dataset["field"])).toContain("queue");
    expect(one("form-status").textContent).toContain("it can be saved");
    await click(one("campaign-save"));
    const made = asked.find(({ method, path }) => method === "POST" && path === "/api/campaigns")?.body as { document: { name: string; abandon_limit: number; attempts: { gap_s: number } } };
    expect([made.document.name, made.document.abandon_limit, made.document.attempts.gap_s]).toEqual(["Spring", 0.03, 900]);
  });
});

describe("the rules of calling, in the routing plan", () => {
  const form = { queues: {}, hours: { daytime: { weekly: { "mon-fri": "09:00-18:00" } } }, calling: { rules: "cn", hours: { "+86": "daytime" } } };

  it("say what the chosen rule book asks for, and change it by one edit", async () => {
    const edits: unknown[] = [];
    await draw(<CallingForm form={form} edit={(said) => edits.push(...said)} />);
    expect(one("calling-book").textContent).toContain("asked for in campaigns only");
    const select = one("calling-rules").querySelector("input") as HTMLInputElement;
    await act(async () => void select.dispatchEvent(new MouseEvent("mousedown", { bubbles: true })));
    const options = [...document.querySelectorAll<HTMLElement>(".ant-select-item-option")];
    expect(options).toHaveLength(4);
    await click(options[0] as HTMLElement);
    expect(edits).toEqual([{ path: ["calling", "rules"], value: "us" }]);
  });

  it("take no number for none", async () => {
    const edits: unknown[] = [];
    await draw(<CallingForm form={form} edit={(said) => edits.push(...said)} />);
    await type(one("calling-per-day"), "0");
    await act(async () => void one("calling-per-day").dispatchEvent(new FocusEvent("focusout", { bubbles: true })));
    expect(edits).toEqual([]);
  });
});

describe("who is not to be called", () => {
  it("is entered, and lifted with a reason only", async () => {
    mock.makeEntries(20);
    await draw(<DoNotCall />);
    expect(document.querySelectorAll("[data-row]").length).toBeGreaterThan(5);
    expect(foreign()).toBe(0);
    await click(one("dnc-lift"));
    expect((one("dnc-lift-save") as HTMLButtonElement).disabled).toBe(true);
    await type(one("dnc-reason"), "asked for it\u0007 himself");
    await click(one("dnc-lift-save"));
    expect(asked.find(({ method }) => method === "DELETE")?.path).toBe("/api/do-not-call/d0?reason=asked+for+it++himself");
    expect(all("dnc-lift-save")).toHaveLength(0);
    expect(document.querySelector("[data-row=d0] .lifted")).not.toBeNull();
    await click(one("dnc-add"));
    await type(one("dnc-number"), "+8613800000001");
    await click(one("dnc-save"));
    expect(document.querySelector("[data-row]")?.textContent).toContain("+86 138 0000 0001");
  });

  it("may be read by who may not change it", async () => {
    await draw(<DoNotCall />, fakeDesk({}, ["read_campaigns"]));
    expect([all("dnc-add"), all("dnc-lift"), all("dnc-import")].flat()).toEqual([]);
  });
});

describe("dialling by hand", () => {
  const ready = { agent: { login: "a", state: "ready" } as never };

  it("says the gate's refusal as the gate says it", async () => {
    await draw(<DialPad />, fakeDesk(ready));
    await type(one("dial-number"), "+1 312 555 0142");
    await click(one("dial-go"));
    expect(asked.at(-1)).toEqual({ method: "POST", path: "/api/dial", body: { number: "+13125550142", campaign: "c0" } });
    expect(one("dial-refused").textContent).toContain("it is 04:05 there");
  });

  it("sends nothing that is no number, and nothing while on a call", async () => {
    await draw(<DialPad />, fakeDesk(ready));
    for (const bad of ["500&PJSIP/x/1900", "1", "abc", "1".repeat(40)]) {
      await type(one("dial-number"), bad);
      expect((one("dial-go") as HTMLButtonElement).disabled, bad).toBe(true);
    }
    await act(async () => root?.unmount());
    document.body.replaceChildren();
    await draw(<DialPad />, fakeDesk({ agent: { login: "a", state: "busy" } as never }));
    await type(one("dial-number"), "+13125550142");
    expect((one("dial-go") as HTMLButtonElement).disabled).toBe(true);
  });
});

describe("the seat", () => {
  const pop = { number: "+8613800138000", number_e164: "+8613800138000", caller_name: "", customers: [], looked_up: true, unknown_contacts: 0, language: "zh", queue: "q", queue_name: {}, pressed: [], waited_s: 0, needs: "", why: {} };
  const seat = async (name: string, part: Partial<CallView>) => {
    const { default: SeatPage } = await import("../src/pages/seat/SeatPage");
    const call = { id: "c0-lead1.1", offer: 1, phase: "preview", held: false, started_at: 0, queued_at: 0, ring_until: null, answered_at: null, rejoin_until: null, recording: null, pop, campaign: mock.cards[name]?.(), auto_answer: true, ...part } as CallView;
    await draw(<SeatPage />, fakeDesk({ agent: { login: "a", state: "busy" } as never, call }));
  };

  it("shows whom to dial, with a limit, and dials the number that was chosen", async () => {
    await seat("preview", {});
    expect(all("preview-left")).toHaveLength(1);
    expect(document.body.textContent).toContain("0:30");
    const numbers = all("card-number").map((number) => number.querySelector("button") as HTMLButtonElement);
    expect(numbers.map((number) => number.disabled)).toEqual([false, false, true]);
    await click(numbers[1] as HTMLElement);
    await click(one("preview-dial"));
    expect(sent).toContainEqual({ type: "preview_dial", call: "c0-lead1.1", number: "+862161234567" });
    await click(one("preview-skip"));
    expect(sent).toContainEqual({ type: "preview_skip", call: "c0-lead1.1" });
  });

  it("has nothing to dial when every number is refused", async () => {
    await seat("refused", {});
    expect((one("preview-dial") as HTMLButtonElement).disabled).toBe(true);
    expect(all("mark-machine")).toHaveLength(0);
  });

  it("has no answer to press for a call that is put through, and shows script and fields meanwhile", async () => {
    await seat("through", { phase: "ringing" });
    expect(all("through")).toHaveLength(1);
    expect(all("answer")).toHaveLength(0);
    expect(one("card-script").textContent).toContain("王小明先生");
    expect(one("card-fields").textContent).toContain("YL-2019-004417");
  });

  it("marks machine and do-not-call while talking, whatever strangers wrote", async () => {
    await seat("hostile", { phase: "talking", answered_at: 1 });
    expect(foreign()).toBe(0);
    await click(one("mark-machine"));
    await click(one("do-not-call"));
    await click(one("do-not-call-person"));
    expect(sent.filter((command) => (command as { type: string }).type !== "pop_shown")).toEqual([
      { type: "mark_machine", call: "c0-lead1.1" },
      { type: "do_not_call", call: "c0-lead1.1", scope: "person" },
    ]);
  });

  it("promises a call in the time of him who is called", async () => {
    await seat("through", { phase: "talking", answered_at: 1 });
    await click(one("call-again"));
    await type(one("call-again-at"), "2099-03-01T09:30");
    await click(one("call-again-personal"));
    await type(one("call-again-note"), "brochure\u0007first");
    await click(one("call-again-save"));
    expect(sent).toContainEqual({ type: "call_again", call: "c0-lead1.1", at: Date.UTC(2099, 2, 1, 1, 30) / 1000, personal: true, number: "", note: "brochure first" });
  });
});
