// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"disableComputedStyleRendering": true}}
// The shifts on the page of the routing plan, drawn without a browser over the mock server: what is there, what becomes
// of the plan, and that what is wrong stands at its field.

import { App, ConfigProvider } from "antd";
import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as mock from "../mock/routing.mjs";
import { type Desk, DeskProvider } from "../src/desk";
import type { FormEdit } from "../src/generated/rest";
import { setLanguage } from "../src/i18n";
import RoutingPage from "../src/pages/RoutingPage";
import type { ShiftForm } from "../src/pages/routing/form";
import { type Draft, useDraft } from "../src/pages/routing/useDraft";
import { idlePhone } from "../src/phoneState";
import { emptyState } from "../src/state";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 150 });

let plan: { text: string; form: { shifts?: Record<string, ShiftForm>; agents?: Record<string, { shift?: string; team?: string }> } | null };
let root: Root | null = null;

const desk = {
  me: { user: { login: "sofia", name: "Sofia", role: "supervisor", language: "en", device: null }, may: ["change_routing"], not_ready_reasons: [] },
  snapshot: () => ({ status: "live", phone: idlePhone, live: emptyState }),
  subscribe: () => () => undefined,
} as unknown as Desk;

async function answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input), "http://mock.invalid");
  const body = (typeof init?.body === "string" ? JSON.parse(init.body) : null) as { edits?: FormEdit[] } | null;
  const [status, value] = mock.answer(init?.method ?? "GET", url.pathname, url.searchParams, body) ?? [404, { code: "resource_missing", message: "none" }];
  if (body?.edits && (value as typeof plan).form) plan = value as typeof plan;
  return new Response(JSON.stringify(value), { status });
}

const shift = (name: string) => plan.form?.shifts?.[name];
const all = (testId: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)];
const one = (testId: string) => {
  const found = all(testId)[0];
  if (!found) throw new Error(`there is no ${testId}: ${document.body.textContent?.slice(0, 300)}`);
  return found;
};
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="plan-shift-list"] [data-row]')].map((row) => row.dataset["row"]);
const field = (testId: string) => one(testId) as HTMLInputElement;

/** Until the page's own timers, which wait for more to be typed, have run and been answered. */
async function settle(): Promise<void> {
  for (let round = 0; round < 6; round += 1) await act(async () => vi.advanceTimersByTimeAsync(200));
}
async function click(element: HTMLElement): Promise<void> {
  await act(async () => element.click());
  await settle();
}
async function press(element: HTMLElement, key: string): Promise<void> {
  const keyCode = key === "Enter" ? 13 : 0;
  for (const kind of ["keydown", "keyup"]) await act(async () => element.dispatchEvent(new KeyboardEvent(kind, { key, code: key, keyCode, bubbles: true, cancelable: true })));
}
async function put(element: HTMLInputElement, text: string): Promise<void> {
  await act(async () => {
    const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element) as object, "value")?.set;
    setter?.call(element, text);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
async function type(testId: string, text: string): Promise<void> {
  const element = field(testId);
  await put(element, text);
  await press(element, "Enter");
  await settle();
}
/** Types into a list of choices and takes the first that fits. */
async function choose(testId: string, text: string): Promise<void> {
  const box = one(testId);
  const input = box.querySelector("input") as HTMLInputElement;
  await act(async () => input.focus());
  await put(input, text);
  await settle();
  await press(input, "Enter");
  await settle();
}
const day = (row: number, name: string) => [...(document.querySelectorAll(".turn")[row]?.querySelectorAll<HTMLElement>(".turn-days button") ?? [])].find((button) => button.textContent === name) as HTMLElement;
const pressed = (row: number) => [...(document.querySelectorAll(".turn")[row]?.querySelectorAll('[aria-pressed="true"]') ?? [])].map((button) => button.textContent).join(" ");

async function draw(agents: number, shifts?: Record<string, ShiftForm>): Promise<void> {
  mock.resize(agents, 5);
  if (shifts) mock.state.form.shifts = shifts;
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  await act(async () =>
    root?.render(
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <DeskProvider value={desk}>
            <RoutingPage />
          </DeskProvider>
        </App>
      </ConfigProvider>,
    ),
  );
  await settle();
  await click(one("plan-shifts").closest("label")?.querySelector("input") ?? one("plan-shifts"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", answer);
  setLanguage("en", { remember: false });
});

afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("shifts", () => {
  it("when there are none, say what they are good for, in both languages, and make the first", async () => {
    await draw(0);
    expect(one("no-shifts").textContent).toContain("Campaigns dial nobody for an agent who will be gone");
    expect(one("no-shifts").textContent).toContain("logs nobody in or out");
    await act(async () => setLanguage("zh", { remember: false }));
    expect(one("no-shifts").textContent).toContain("看板显示座席预计在岗到几点");
    await click(one("shift-first"));
    expect(shift("day")).toEqual({ timezone: "Asia/Shanghai", weekly: { "mon-fri": "09:00-12:00 13:00-18:00" } });
    expect(field("shift-name").value).toBe("day");
    expect(one("problems-teams").textContent).toContain("没有座席上这个班次");
    expect(all("shift-without")).toHaveLength(0);
  });

  it("are listed with their times, hours and agents, and found by team and agent", async () => {
    await draw(500);
    expect(rows()).toEqual(["day", "late", "night", "training"]);
    const [first = "", , third = ""] = [...document.querySelectorAll('[data-testid="plan-shift-list"] [data-row]')].map((row) => row.textContent ?? "");
    expect(first).toContain("Mon–Fri 09:00–18:00; Sat 10:00–14:00");
    expect(first).toContain("42.8 h");
    expect(first).toContain("216");
    expect(third).toContain("Sun–Thu 22:00–06:00");
    expect(one("shift-without").textContent).toContain("No shift: 142 of 500");
    const search = document.querySelector<HTMLInputElement>(".filter-text input") as HTMLInputElement;
    await put(search, "team5");
    expect(rows()).toEqual(["night"]);
    await put(search, "agent4");
    expect(rows()).toEqual(["day", "late", "night"]);
    await put(search, "nobody");
    expect(rows()).toEqual([]);
  });

  it("are added by name and copied without their teams; the copy's name is there to be changed", async () => {
    await draw(5);
    await type("shift-new", "day");
    expect(rows()).toEqual(["day", "late", "night", "training"]);
    await type("shift-new", "early");
    expect(rows()).toEqual(["day", "late", "night", "training", "early"]);
    expect(field("shift-name").value).toBe("early");
    await click(document.querySelector<HTMLElement>('[data-row="late"]') as HTMLElement);
    await click(one("shift-copy"));
    expect(field("shift-name").value).toBe("late-2");
    expect(document.activeElement).toBe(field("shift-name"));
    const { teams, ...rest } = shift("late") ?? { weekly: {} };
    expect(teams).toEqual(["team4"]);
    expect(shift("late-2")).toEqual(rest);
    await type("shift-name", "late");
    expect(document.body.textContent).toContain("each name once");
    await type("shift-name", "later");
    expect(rows()).toEqual(["day", "late", "night", "training", "early", "later"]);
    expect(document.activeElement).toBe(field("shift-name"));
  });

  it("are removed after a question when somebody works them, and come back by undo", async () => {
    await draw(5);
    const before = structuredClone(mock.state.form);
    await click(one("shift-remove"));
    expect(document.body.textContent).toContain("3 agents work it");
    await click(document.querySelector<HTMLElement>(".ant-modal-confirm-btns .ant-btn-dangerous") as HTMLElement);
    expect(rows()).toEqual(["late", "night", "training"]);
    expect(document.activeElement).toBe(document.querySelector('[data-row="late"]'));
    expect(plan.form).toEqual({ ...before, shifts: { late: before.shifts?.["late"], night: before.shifts?.["night"], training: before.shifts?.["training"] } });
    await click(one("plan-undo"));
    expect(rows()).toEqual(["day", "late", "night", "training"]);
    await click(document.querySelector<HTMLElement>('[data-row="training"]') as HTMLElement);
    await click(one("shift-remove"));
    expect(rows()).toEqual(["day", "late", "night"]);
    expect(document.activeElement).toBe(document.querySelector('[data-row="day"]'));
  });

  it("when the last is removed, leave the keyboard at what makes the first", async () => {
    await draw(0, { day: { timezone: "Asia/Shanghai", weekly: { mon: "09:00-18:00" } } });
    await click(one("shift-remove"));
    expect(document.activeElement).toBe(one("shift-first"));
  });
});

it("very many edits go in as many requests as the server wants, and are undone at once", async () => {
  const asked: number[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    const { text, edits } = JSON.parse(init.body as string) as { text: string; edits?: FormEdit[] };
    if (edits) asked.push(edits.length);
    return new Response(JSON.stringify({ text: `${text}+`, problems: [], form: {} }));
  });
  const base = { version: 1, text: "plan", form: {}, problems: [], note: "", created_by: "", created_at: 0, closures: [] };
  let draft = null as Draft | null;
  function Harness() {
    draft = useDraft(base);
    return null;
  }
  root = createRoot(document.createElement("div"));
  await act(async () => root?.render(<Harness />));
  await act(async () => draft?.edit(Array.from({ length: 2001 }, (_, index) => ({ path: ["agents"], value: { index } }))));
  await settle();
  expect(asked).toEqual([2000, 1]);
  expect(draft?.text).toBe("plan++");
  await act(async () => draft?.undo());
  expect([draft?.text, draft?.canUndo]).toEqual(["plan", false]);
});

describe("the times of a shift", () => {
  it("are changed by from, to and breaks, past midnight too; all else stays", async () => {
    await draw(5);
    const before = structuredClone(mock.state.form);
    expect([field("turn-from-0").value, field("turn-to-0").value, field("turn-breaks-0").value]).toEqual(["09:00", "18:00", "12:00-13:00, 15:30-15:45"]);
    await type("turn-breaks-0", "12-12:30");
    expect(shift("day")?.weekly).toEqual({ "mon-fri": "09:00-12:00 12:30-18:00", sat: "10:00-14:00" });
    await type("turn-to-0", "2");
    expect(document.querySelector('[data-testid="turn-problem"]')).toBeNull();
    expect(shift("day")?.weekly).toEqual({ mon: "09:00-12:00 12:30-24:00", "tue-fri": "00:00-02:00 09:00-12:00 12:30-24:00", sat: "00:00-02:00 10:00-14:00" });
    expect([field("turn-to-0").value, document.querySelector(".turn .mark")?.textContent]).toEqual(["02:00", "next day"]);
    const { weekly: _, ...rest } = before.shifts?.["day"] ?? { weekly: {} };
    const { weekly: __, ...kept } = shift("day") ?? { weekly: {} };
    expect(kept).toEqual(rest);
    expect({ ...plan.form, shifts: { ...plan.form?.shifts, day: before.shifts?.["day"] } }).toEqual(before);
  });

  it("that do not fit are told at the field and change nothing", async () => {
    await draw(5);
    const text = () => document.querySelector('[data-testid="turn-problem"]')?.textContent ?? "";
    await type("turn-from-0", "noon");
    expect(text()).toContain("A time of the day");
    expect(field("turn-from-0").getAttribute("aria-describedby")).toBe(one("turn-problem").id);
    await type("turn-from-0", "09:00");
    expect(text()).toBe("");
    await type("turn-breaks-0", "8:30-10");
    expect(text()).toContain("within the shift");
    await type("turn-to-0", "10:30");
    await type("turn-to-0", "9");
    expect(text()).toContain("may not end when it begins");
    await type("turn-to-1", "9:30");
    await type("turn-from-0", "9:15");
    expect(shift("day")?.weekly).toEqual({ "mon-fri": "09:15-10:30", sat: "10:00-24:00", sun: "00:00-09:30" });
    await click(day(0, "Sun"));
    expect(text()).toContain("overlap");
    expect(pressed(0)).toBe("Mon Tue Wed Thu Fri");
  });

  it("that the plan would give back as others are told too, in both languages, and change nothing", async () => {
    const weekly = { mon: "21:00-24:00", "tue-fri": "00:00-06:00 21:00-24:00", sat: "00:00-06:00 12:00-16:00", sun: "10:00-14:00" };
    await draw(5, { night: { timezone: "Asia/Shanghai", weekly } });
    const week = () => one("week-picture").getAttribute("aria-label");
    const before = week();
    expect(before).toBe("Mon–Fri 21:00–06:00; Sat 12:00–16:00; Sun 10:00–14:00");
    const text = () => document.querySelector('[data-testid="turn-problem"]')?.textContent ?? "";
    await type("turn-from-1", "8:00");
    expect(text()).toContain("leave three hours");
    expect(field("turn-from-1").getAttribute("aria-invalid")).toBe("true");
    await act(async () => setLanguage("zh", { remember: false }));
    expect(text()).toContain("至少隔三小时");
    await act(async () => setLanguage("en", { remember: false }));
    expect(week()).toBe(before);
    await type("turn-from-1", "12:00");
    expect(text()).toBe("");
    await type("turn-breaks-0", "23:45-0:15");
    expect(text()).toContain("leave three hours");
    await type("turn-breaks-0", "");
    await click(day(2, "Mon"));
    expect(text()).toContain("leave three hours");
    expect([pressed(0), pressed(2)]).toEqual(["Mon Tue Wed Thu Fri", "Sun"]);
    expect(week()).toBe(before);
  });

  it("round the clock may be left as they are", async () => {
    await draw(5, { watch: { timezone: "Asia/Shanghai", weekly: { mon: "08:00-24:00", tue: "00:00-08:00" } } });
    expect([field("turn-from-0").value, field("turn-to-0").value]).toEqual(["08:00", "08:00"]);
    await type("turn-to-0", "08:00");
    await type("turn-from-0", "8");
    expect(all("turn-problem")).toHaveLength(0);
    await type("turn-to-0", "7");
    expect(shift("watch")?.weekly).toEqual({ mon: "08:00-24:00", tue: "00:00-07:00" });
  });

  it("that are taken away leave the keyboard at the next, or at what adds some", async () => {
    await draw(5, { day: { timezone: "Asia/Shanghai", weekly: { "mon-fri": "09:00-18:00", sat: "10:00-14:00", sun: "11:00-12:00" } } });
    const remove = async (row: number) => {
      const button = document.querySelectorAll<HTMLElement>(".turn > .turn-line > .icon-button")[row] as HTMLElement;
      await act(async () => button.focus());
      await click(button);
    };
    await remove(1);
    expect(pressed(1)).toBe("Sun");
    expect(document.activeElement).toBe(day(1, "Mon"));
    await remove(1);
    expect(document.activeElement).toBe(one("turn-add"));
    await remove(0);
    expect(document.activeElement).toBe(one("turn-add"));
  });

  it("are given to days with a click or the arrows; a day has one of them", async () => {
    await draw(5);
    expect([pressed(0), pressed(1)]).toEqual(["Mon Tue Wed Thu Fri", "Sat"]);
    await click(day(1, "Fri"));
    expect([pressed(0), pressed(1)]).toEqual(["Mon Tue Wed Thu", "Fri Sat"]);
    await click(one("turn-add"));
    expect(shift("day")?.weekly).toHaveProperty("sun", "09:00-13:00");
    await click(day(2, "Sun"));
    expect(pressed(2)).toBe("Sun");
    await act(async () => day(2, "Sun").focus());
    await press(day(2, "Sun"), "ArrowRight");
    expect(document.activeElement).toBe(day(2, "Mon"));
    await click(document.activeElement as HTMLElement);
    expect([pressed(0), pressed(2)]).toEqual(["Tue Wed Thu", "Mon Sun"]);
    expect(document.activeElement).toBe(day(2, "Mon"));
    await click(document.querySelectorAll<HTMLElement>(".turn > .turn-line > .icon-button")[0] as HTMLElement);
    expect(shift("day")?.weekly).toEqual({ mon: "09:00-13:00", "fri-sat": "10:00-14:00", sun: "09:00-13:00" });
  });

  it("are a picture of the calendar's days", async () => {
    await draw(5);
    await click(document.querySelector<HTMLElement>('[data-row="night"]') as HTMLElement);
    expect(one("week-picture").getAttribute("aria-label")).toBe("Sun–Thu 22:00–06:00");
    const bars = [...document.querySelectorAll(".week-track")].map((track) => [...track.querySelectorAll("i")].map((bar) => bar.title).join(" "));
    expect(bars).toEqual([...Array<string>(4).fill("00:00–02:00 02:30–06:00 22:00–24:00"), "00:00–02:00 02:30–06:00", "", "22:00–24:00"]);
  });

  it("that never are is an error at the week, and cannot be applied", async () => {
    await draw(5);
    await click(document.querySelector<HTMLElement>('[data-row="training"]') as HTMLElement);
    await click(document.querySelector<HTMLElement>(".turn > .turn-line > .icon-button") as HTMLElement);
    expect(one("problems-weekly").textContent).toContain("never open");
    expect((one("plan-preview") as HTMLButtonElement).disabled).toBe(true);
    await click(one("turn-add"));
    expect(all("problems-weekly")).toHaveLength(0);
  });
});

describe("who works a shift", () => {
  it("is chosen by team, which leaves its other shift, and by agent", async () => {
    await draw(20);
    await choose("shift-teams", "team4");
    expect(shift("day")?.teams).toEqual(["team1", "team2", "team3", "team4"]);
    expect(shift("late")).not.toHaveProperty("teams");
    await choose("shift-own", "agent12");
    expect(plan.form?.agents?.["agent12"]).toMatchObject({ team: "team5", shift: "day" });
    await choose("shift-own", "agent12");
    expect(plan.form?.agents?.["agent12"]).not.toHaveProperty("shift");
    expect(document.querySelector('[data-row="late"] .problem-warning')).not.toBeNull();
  });

  it("is told where the checker finds it wrong, in the list and at the field", async () => {
    await draw(5, { day: { weekly: { mon: "09:00-18:00" }, teams: ["team1"] }, night: { weekly: { sun: "22:00-24:00" }, teams: ["team2", "team1"] } });
    expect(all("problems-teams")).toHaveLength(0);
    expect(document.querySelectorAll('[data-row="night"] .problem-error')).toHaveLength(1);
    await click(document.querySelector<HTMLElement>('[data-row="night"]') as HTMLElement);
    expect(one("problems-teams").textContent).toContain('the team "team1" works the shift "day" already Name the team in one shift');
    await act(async () => setLanguage("zh", { remember: false }));
    expect(one("problems-teams").textContent).toContain("这个班组已在另一个班次中 一个班组只排一个班次");
  });

  it("and days that the plan cannot hold are refused at their field", async () => {
    await draw(5);
    await click(document.querySelector<HTMLElement>('[data-row="late"]') as HTMLElement);
    const times = document.querySelector<HTMLInputElement>('.hours-rows input[aria-label="Works"]') as HTMLInputElement;
    await put(times, "22:00-06:00");
    await press(times, "Enter");
    await settle();
    expect(one("problems-open").textContent).toContain('"22:00-06:00" ends before it begins Where it goes past midnight');
    expect(one("refused").textContent).toContain("begins. Where");
    expect(all("problems-closed")).toHaveLength(0);
    expect(times.value).toBe("10:00-14:00 14:30-24:00");
  });
});
