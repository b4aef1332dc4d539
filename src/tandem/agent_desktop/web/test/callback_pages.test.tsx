// @vitest-environment happy-dom
// @vitest-environment-options {"settings": {"disableComputedStyleRendering": true}}
// Who is to be called back: the list asks for as much as it shows, and the desk says so on every connection.

import { App, ConfigProvider } from "antd";
import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TopBar } from "../src/app/TopBar";
import { Desk, DeskProvider, type DeskState } from "../src/desk";
import type { CallbackRow, Callbacks } from "../src/generated/live";
import type { Me } from "../src/generated/rest";
import { setLanguage } from "../src/i18n";
import type { Command } from "../src/live";
import CallbacksPage from "../src/pages/CallbacksPage";
import { idlePhone } from "../src/phoneState";
import { type LiveState, apply, emptyState } from "../src/state";

// To draw hundreds of rows takes a test long.
vi.mock("../src/pages/callbacks/bounds", () => ({ STEP: 10, MOST: 30 }));

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const MAY = ["read_callbacks", "finish_callback"];
const me = { user: { login: "sue", name: "Sue", role: "supervisor", language: "en", device: null }, may: MAY, seat_socket_url: "ws://here/live", not_ready_reasons: [], softphone: null } as unknown as Me;
const row = (index: number): CallbackRow => ({ id: `k${index}`, number_e164: `+86138001${38_000 + index}`, caller_name: `Caller ${index}`, queue: null, reason: "switch failure", created_at: index });

/** Answers as the server does: of all who are open a page has the first so many. */
class StandIn {
  state: DeskState = { status: "live", phone: idlePhone, live: emptyState };
  watched: number[] = [];
  sent: Command[] = [];
  open: CallbackRow[];
  private readonly listeners = new Set<() => void>();
  readonly me = me;

  constructor(count: number) {
    this.open = Array.from({ length: count }, (_, index) => row(index));
  }

  snapshot = () => this.state;
  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  showCallbacks(first: number): void {
    const had = this.watched.at(-1) ?? 0;
    this.watched.push(first);
    const whole = had > first;
    this.say({ whole, rows: this.open.slice(whole ? 0 : had, first) });
  }
  send = (command: Command): Promise<void> => {
    this.sent.push(command);
    return Promise.resolve();
  };
  say(part: Partial<Callbacks>): void {
    this.take(apply(this.state.live, { type: "callbacks", seq: 0, whole: false, total: this.open.length, rows: [], gone: [], ...part }));
  }
  welcome(): void {
    this.take(apply(this.state.live, { type: "welcome", protocol: 2, session: "s", seq: 0, resumed: true, now: 1 }));
  }
  private take(live: LiveState): void {
    this.state = { ...this.state, live };
    for (const listener of this.listeners) listener();
  }
}

let root: Root | null = null;
const all = (testId: string) => [...document.querySelectorAll<HTMLElement>(`[data-testid="${testId}"]`)];

async function draw(desk: StandIn, page = true): Promise<void> {
  if (root === null) {
    const box = document.createElement("div");
    document.body.append(box);
    root = createRoot(box);
  }
  await act(async () => {
    root?.render(
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <DeskProvider value={desk as unknown as Desk}>
            <TopBar pages={["board", "callbacks"]} current="callbacks" seat={false} onHelp={() => undefined} onLogOut={() => undefined} />
            {page && <CallbacksPage />}
          </DeskProvider>
        </App>
      </ConfigProvider>,
    );
  });
}

async function scrollDown(): Promise<void> {
  await act(async () => {
    all("callbacks")[0]?.dispatchEvent(new Event("scroll", { bubbles: true }));
  });
}

beforeEach(() => setLanguage("en", { remember: false }));
afterEach(async () => {
  await act(async () => root?.unmount());
  root = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("those to be called back", () => {
  it("with none, says so", async () => {
    await draw(new StandIn(0));
    expect(all("callback")).toHaveLength(0);
    expect(all("callback-count")).toHaveLength(0);
    expect(document.body.textContent).toContain("Nobody to call back");
  });

  it("of five shows all, and their number at the top of every page", async () => {
    const desk = new StandIn(5);
    await draw(desk);
    expect(all("callback").map((one) => one.querySelector("b")?.textContent)).toEqual(["Caller 0", "Caller 1", "Caller 2", "Caller 3", "Caller 4"]);
    expect(all("callback-count")[0]?.textContent).toBe("5");
    await draw(desk, false);
    expect(desk.watched).toEqual([10, 0]);
    expect(desk.state.live.callbacks).toEqual({ total: 5, rows: new Map() });
    expect(all("callback-count")[0]?.textContent).toBe("5");
  });

  it("of 5,000 asks for the first, for more when they are scrolled to, and in the end says that there are more", async () => {
    const desk = new StandIn(5_000);
    await draw(desk);
    expect(all("callback")).toHaveLength(10);
    expect(all("callback-count")[0]?.textContent).toBe("5000");
    await scrollDown();
    expect(all("callback")).toHaveLength(20);
    for (let step = 0; step < 3; step += 1) await scrollDown();
    expect(all("callback")).toHaveLength(30);
    expect(desk.watched).toEqual([10, 20, 30]);
    expect(all("callbacks-more")[0]?.textContent).toBe("The first 30 of 5000. The others come up as these are done.");
    await act(async () => setLanguage("zh", { remember: false }));
    expect(all("callbacks-more")[0]?.textContent).toBe("共 5000 个，此处为最早的 30 个；完成后依次显示其余。");
  });

  it("does not ask for more while what it has asked for is on its way, nor for more than there are", async () => {
    const desk = new StandIn(14);
    await draw(desk);
    const answer = desk.showCallbacks.bind(desk);
    desk.showCallbacks = (first) => void desk.watched.push(first);
    await scrollDown();
    await scrollDown();
    expect(desk.watched).toEqual([10, 20]);
    desk.watched.pop();
    await act(async () => answer(20));
    await scrollDown();
    expect(all("callback")).toHaveLength(14);
    expect(desk.watched).toEqual([10, 20]);
    expect(all("callbacks-more")).toHaveLength(0);
  });

  it("has the button of one that is done rest until the list has it", async () => {
    const desk = new StandIn(2);
    await draw(desk);
    const button = () => all("callback-done")[0] as HTMLButtonElement;
    await act(async () => button().click());
    expect(desk.sent).toEqual([{ type: "callback_done", callback: "k0" }]);
    expect(button().disabled).toBe(true);
    desk.open.shift();
    await act(async () => desk.say({ gone: ["k0"] }));
    expect(all("callback")).toHaveLength(1);
    expect(button().disabled).toBe(false);
  });

  it("has that button again when the list has the same one anew, or a new connection tells what is open", async () => {
    const desk = new StandIn(1);
    await draw(desk);
    const button = () => all("callback-done")[0] as HTMLButtonElement;
    await act(async () => button().click());
    await act(async () => desk.say({}));
    expect(button().disabled).toBe(true);
    await act(async () => desk.say({ rows: [row(0)] }));
    expect(button().disabled).toBe(false);
    await act(async () => button().click());
    expect(button().disabled).toBe(true);
    await act(async () => desk.welcome());
    expect(button().disabled).toBe(false);
    expect(desk.sent).toHaveLength(2);
  });
});

describe("the desk", () => {
  class FakeSocket {
    static last: FakeSocket;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;
    sent: { type: string; id: number; first: number }[] = [];
    constructor() {
      FakeSocket.last = this;
    }
    send(text: string): void {
      this.sent.push(JSON.parse(text) as { type: string; id: number; first: number });
    }
    close(): void {}
    says(message: object): void {
      this.onmessage?.({ data: JSON.stringify(message) });
    }
    welcomes(resumed: boolean): void {
      this.onopen?.();
      this.says({ type: "welcome", protocol: 2, session: "s", seq: 0, resumed, now: 1 });
    }
    get watched(): number[] {
      return this.sent.filter((one) => one.type === "watch_callbacks").map((one) => one.first);
    }
  }

  function started(): Desk {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    const desk = new Desk(me, () => undefined);
    desk.start("board");
    return desk;
  }

  it("says on every connection what is shown, also what was asked for while there was none", () => {
    const desk = started();
    desk.showCallbacks(50);
    expect(FakeSocket.last.sent).toEqual([]);
    FakeSocket.last.welcomes(false);
    expect(FakeSocket.last.watched).toEqual([50]);
    FakeSocket.last.onclose?.({ code: 1006 });
    desk.showCallbacks(100);
    vi.advanceTimersByTime(500);
    FakeSocket.last.welcomes(true);
    expect(FakeSocket.last.watched).toEqual([100]);
    desk.showCallbacks(0);
    expect(FakeSocket.last.watched).toEqual([100, 0]);
    desk.stop();
  });

  it("asks again a second later when the server has too much to do, and then for what is shown by then", async () => {
    const desk = started();
    FakeSocket.last.welcomes(false);
    const socket = FakeSocket.last;
    const refuse = async (retryable: boolean) => {
      const id = socket.sent.at(-1)?.id;
      socket.says({ type: "reply", id, error: { code: "overload", message: "wait", retryable } });
      await vi.advanceTimersByTimeAsync(0);
    };
    await refuse(true);
    expect(socket.watched).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socket.watched).toEqual([0, 0]);
    await refuse(true);
    desk.showCallbacks(50);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(socket.watched).toEqual([0, 0, 50]);
    await refuse(false);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(socket.watched).toEqual([0, 0, 50]);
    desk.stop();
  });
});
