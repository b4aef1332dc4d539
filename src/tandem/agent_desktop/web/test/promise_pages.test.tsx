// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"disableComputedStyleRendering": true}}
// Calls that were promised, drawn without a browser over the mock server's data.

import { App, ConfigProvider } from "antd";
import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as mock from "../mock/campaigns.mjs";
import type { SeatRow } from "../src/generated/live";
import { type Desk, DeskProvider, type DeskState } from "../src/desk";
import { setLanguage, type useSpeech } from "../src/i18n";
import CallbacksPage from "../src/pages/CallbacksPage";
import { placeOf, timeThere } from "../src/pages/promises/times";
import { idlePhone } from "../src/phoneState";
import { type BoardState, emptyState } from "../src/state";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const MAY = ["read_callbacks", "read_promises", "change_promises"];
let asked: { method: string; path: string; body: unknown }[] = [];
let root: Root | null = null;
let fails: [number, unknown] | null = null;

async function answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input), "http://mock.invalid");
  const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
  const method = init?.method ?? "GET";
  asked.push({ method, path: url.pathname, body });
  const refused = method === "GET" ? null : fails;
  const targets = { agents: [{ login: "tom", name: "Tom" }], queues: [] };
  const [status, value] = refused ?? (url.pathname === "/api/transfer-targets" ? [200, targets] : null) ?? mock.answer(method, url.pathname, url.searchParams, body) ?? [404, { code: "resource_missing", message: "none" }];
  return new Response(value === null ? null : JSON.stringify(value), { status });
}

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await act(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
}

async function draw(may: readonly string[] = MAY, role = "agent", board: BoardState | null = null): Promise<void> {
  const state: DeskState = { status: "live", phone: idlePhone, live: { ...emptyState, board, callbacks: { total: 0, rows: new Map() } } };
  const desk = {
    me: { user: { login: role === "agent" ? "agent1" : role, name: "Anna", role, language: "en", device: null }, may, not_ready_reasons: [] },
    snapshot: () => state,
    subscribe: () => () => undefined,
    showCallbacks: () => undefined,
  } as unknown as Desk;
  const box = document.createElement("div");
  document.body.append(box);
  root = createRoot(box);
  await act(async () => {
    root?.render(
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <DeskProvider value={desk}>
            <CallbacksPage />
          </DeskProvider>
        </App>
      </ConfigProvider>,
    );
  });
  await settle();
}

const all = (testId: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)];
async function click(element: HTMLElement | undefined): Promise<void> {
  await act(async () => element?.click());
  await settle();
}
async function press(element: HTMLElement | undefined, key: string): Promise<void> {
  await act(async () => {
    element?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  });
  await settle();
}
async function campaignsTab(): Promise<void> {
  await click(all("promises-tab")[0]?.closest("label") ?? undefined);
}

beforeEach(() => {
  asked = [];
  fails = null;
  setLanguage("en", { remember: false });
  mock.setPromises(5);
  vi.stubGlobal("fetch", answer);
});

afterEach(async () => {
  await act(async () => root?.unmount());
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("promised calls", () => {
  it("with none says what comes here, in both languages", async () => {
    mock.setPromises(0);
    await draw();
    await campaignsTab();
    expect(document.body.textContent).toContain("No promised calls");
    await act(async () => setLanguage("zh", { remember: false }));
    expect(document.body.textContent).toContain("没有约定的外呼");
  });

  it("shows who, what was agreed, what is overdue, and holds on to no markup", async () => {
    await draw();
    await campaignsTab();
    const rows = all("promise");
    expect(rows).toHaveLength(5);
    expect(rows[0]?.textContent).toContain("about to be dialled");
    expect(rows[0]?.textContent).toContain("Shanghai");
    expect(rows[1]?.textContent).toContain("New York / Chicago");
    expect(all("promise-overdue").length).toBe(2);
    expect(document.body.textContent).toContain("onerror=");
    expect(document.querySelectorAll("img, [onerror]")).toHaveLength(0);
  });

  it("offers changes of one's own only", async () => {
    await draw();
    await campaignsTab();
    expect(all("promise-move")).toHaveLength(3);
    await act(async () => root?.unmount());
    document.body.replaceChildren();
    await draw(["read_callbacks", "read_promises"]);
    await campaignsTab();
    expect(all("promise")).toHaveLength(5);
    expect(all("promise-move")).toHaveLength(0);
  });

  it("says agents' names to who has a board, and their log-ins while it does not know them", async () => {
    const anna = { login: "agent1", name: "Anna" } as SeatRow;
    await draw(MAY, "supervisor", { seats: new Map([["agent1", anna]]), queues: new Map(), calls: new Map() });
    await campaignsTab();
    expect(all("promise").filter((one) => one.textContent?.includes("· Anna"))).toHaveLength(4);
    await act(async () => root?.unmount());
    document.body.replaceChildren();
    await draw(MAY, "supervisor");
    await campaignsTab();
    expect(all("promise").filter((one) => one.textContent?.includes("· agent1"))).toHaveLength(4);
  });

  it("is not there for who may not read it", async () => {
    await draw(["read_callbacks"]);
    expect(all("promises-tab")).toHaveLength(0);
    expect(asked).toHaveLength(0);
  });

  it("is given to anybody by who supervises, and kept or given to the team by an agent", async () => {
    await draw([...MAY, "read_transfer_targets"], "supervisor");
    await campaignsTab();
    await click(all("promise-move")[0]);
    const field = all("promise-agent")[0]?.querySelector("input") as HTMLInputElement;
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, "to");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const offered = [...document.querySelectorAll<HTMLElement>(".ant-select-item-option")];
    expect(offered.map((one) => one.textContent)).toEqual(["Tom (tom)"]);
    await click(offered[0]);
    await click(all("promise-save")[0]);
    expect((asked.find((one) => one.method === "PUT")?.body as { agent: string }).agent).toBe("tom");
    await act(async () => root?.unmount());
    document.body.replaceChildren();
    await draw();
    await campaignsTab();
    await click(all("promise-move")[0]);
    const select = all("promise-agent")[0]?.querySelector("input");
    await act(async () => void select?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true })));
    expect([...document.querySelectorAll(".ant-select-item-option")].map((one) => one.textContent)).toEqual(["Me", "Anybody in the team"]);
  });

  it("moves one by the keyboard, and says what the server refuses", async () => {
    await draw();
    await campaignsTab();
    const row = all("promise")[1];
    await press(row, "ArrowDown");
    expect(document.activeElement).toBe(all("promise")[2]);
    await press(row, "Enter");
    fails = [409, { code: "wrong_state", message: "this call is about to be dialled", retryable: false }];
    await click(all("promise-save")[0]);
    expect(document.querySelector("[role=alert]")?.textContent).toContain("about to be dialled");
    fails = null;
    await click(all("promise-save")[0]);
    const put = asked.filter((one) => one.method === "PUT");
    expect(put.map((one) => one.path)).toEqual(["/api/dial/promises/p1", "/api/dial/promises/p1"]);
    expect((put[1]?.body as { at: number }).at).toBeGreaterThan(Date.now() / 1000);
    expect((put[1]?.body as { agent: string | null }).agent).toBeNull();
    expect(all("promise-overdue")).toHaveLength(1);
  });

  it("leaves the keyboard at the button that asked, when the dialog is closed by Esc", async () => {
    await draw();
    await campaignsTab();
    const button = all("promise-move")[0];
    button?.focus();
    await click(button);
    expect(document.activeElement?.closest("[role=dialog]")).not.toBeNull();
    await press(all("promise-at")[0], "Escape");
    expect(all("promise-at")).toEqual([]);
    expect(document.activeElement).toBe(button);
  });

  it("cancels one only when asked twice", async () => {
    await draw();
    await campaignsTab();
    await press(all("promise")[1], "Delete");
    expect(asked.some((one) => one.method === "DELETE")).toBe(false);
    await click([...document.querySelectorAll<HTMLElement>(".ant-popconfirm button")].find((one) => one.textContent?.includes("Cancel the call")));
    expect(asked.find((one) => one.method === "DELETE")?.path).toBe("/api/dial/promises/p1");
    expect(all("promise")).toHaveLength(4);
    expect(document.activeElement?.textContent).toContain("欧阳志强");
  });

  it("of 500 draws some, and more when they are scrolled to", async () => {
    mock.setPromises(500);
    await draw();
    await campaignsTab();
    expect(all("promise")).toHaveLength(60);
    expect(document.body.textContent).toContain("Campaigns 450");
    await act(async () => {
      all("promises")[0]?.dispatchEvent(new Event("scroll", { bubbles: true }));
    });
    expect(all("promise")).toHaveLength(120);
  });
});

describe("the time of a promise", () => {
  const t = ((key: string, given?: { time: string }) => `${key.split(".")[1]} ${given?.time}`) as ReturnType<typeof useSpeech>["t"];

  it("is that of the clock there", () => {
    const now = Date.UTC(2026, 10, 22, 20, 0) / 1000; // in Shanghai it is four in the morning of the 23rd
    expect(timeThere("Asia/Shanghai", now + 3_600, now, t)).toBe("today 05:00");
    expect(timeThere("America/New_York", now + 3_600, now, t)).toBe("today 16:00");
    expect(timeThere("America/New_York", now + 86_400, now, t)).toBe("tomorrow 15:00");
    expect(timeThere("Asia/Shanghai", now + 3 * 86_400, now, t)).toBe("11-26 04:00");
  });

  it("names the place", () => {
    expect(placeOf("America/New_York|America/Chicago")).toBe("New York / Chicago");
    expect(placeOf("")).toBe("");
  });
});
