import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PROTOCOL, type Seat, type ServerMessage } from "../src/generated/live";
import {
  CommandError,
  HANDSHAKE_MS,
  LiveClient,
  type LiveStatus,
  QUIET_MS,
  REPLY_MS,
  type SocketLike,
  backoff_ms,
} from "../src/live";

class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  sent: Record<string, unknown>[] = [];
  closedWith: number | undefined;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  opens(): void {
    this.onopen?.call(null as never, {} as never);
  }

  says(message: object): void {
    this.onmessage?.call(null as never, { data: JSON.stringify(message) } as never);
  }

  closes(code = 1006): void {
    this.onclose?.call(null as never, { code } as never);
  }
}

const welcome = (part: object = {}) => ({
  type: "welcome",
  protocol: PROTOCOL,
  session: "s1",
  seq: 0,
  resumed: false,
  now: 1000,
  ...part,
});
const seat = (seq: number): Seat => ({ type: "seat", seq, agent: {} as Seat["agent"], call: null, wrap_up: null });

function desk() {
  const sockets: FakeSocket[] = [];
  const statuses: LiveStatus[] = [];
  const messages: ServerMessage[] = [];
  let onCall = false;
  const alive = vi.fn(() => Promise.resolve());
  const client = new LiveClient({
    url: "ws://here/live",
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onStatus: (status) => statuses.push(status),
    onMessage: (message) => messages.push(message),
    onCall: () => onCall,
    alive,
    random: () => 0,
  });
  const last = () => sockets.at(-1)!;
  const live = (part: object = {}) => {
    last().opens();
    last().says(welcome(part));
  };
  return { client, sockets, statuses, messages, alive, last, live, setOnCall: (value: boolean) => (onCall = value) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("coming in", () => {
  it("says hello first, without anything to resume, and is live when welcomed", () => {
    const d = desk();
    d.client.start("seat");
    d.last().opens();
    expect(d.last().sent).toEqual([{ type: "hello", protocol: PROTOCOL, view: "seat", resume: null, on_call: false }]);
    expect(d.client.status).toBe("connecting");
    d.last().says(welcome());
    expect(d.client.status).toBe("live");
    expect(d.messages).toHaveLength(1);
  });

  it("starts once for the same view and anew for another", () => {
    const d = desk();
    d.client.start("seat");
    d.client.start("seat");
    expect(d.sockets).toHaveLength(1);
    d.client.start("board");
    expect(d.sockets).toHaveLength(2);
    expect(d.sockets[0]!.closedWith).toBe(1000);
  });

  it("gives up a handshake that gets no welcome", () => {
    const d = desk();
    d.client.start("seat");
    d.last().opens();
    vi.advanceTimersByTime(HANDSHAKE_MS);
    expect(d.client.status).toBe("waiting");
    vi.advanceTimersByTime(250);
    expect(d.sockets).toHaveLength(2);
  });

  it("asks for a reload when the server speaks another protocol", () => {
    const d = desk();
    d.client.start("seat");
    d.live({ protocol: PROTOCOL + 1 });
    expect(d.client.status).toBe("outdated");
    vi.advanceTimersByTime(60_000);
    expect(d.sockets).toHaveLength(1);
  });
});

describe("sequence", () => {
  it("delivers in order and drops what it already has", () => {
    const d = desk();
    d.client.start("seat");
    d.live({ seq: 4 });
    d.last().says(seat(5));
    d.last().says(seat(5));
    d.last().says(seat(4));
    d.last().says(seat(6));
    expect(d.messages.filter((message) => message.type === "seat").map((message) => (message as Seat).seq)).toEqual([5, 6]);
  });

  it("reconnects without resuming after a gap", () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    d.last().says(seat(1));
    d.last().says(seat(3));
    expect(d.messages).toHaveLength(2);
    expect(d.sockets).toHaveLength(2);
    d.last().opens();
    expect(d.last().sent[0]).toMatchObject({ resume: null });
  });

  it("resumes where it stood after a cut, and says whether the phone is on a call", () => {
    const d = desk();
    d.client.start("seat");
    d.live({ session: "abc" });
    d.last().says(seat(1));
    d.setOnCall(true);
    d.last().closes();
    expect(d.client.status).toBe("waiting");
    vi.advanceTimersByTime(250);
    d.last().opens();
    expect(d.last().sent[0]).toMatchObject({ resume: { session: "abc", seq: 1 }, on_call: true });
    d.last().says(welcome({ session: "abc", seq: 1, resumed: true }));
    d.last().says(seat(2));
    expect((d.messages.at(-1) as Seat).seq).toBe(2);
  });

  it("starts counting anew when the server has forgotten the session", () => {
    const d = desk();
    d.client.start("seat");
    d.live({ seq: 0 });
    d.last().says(seat(1));
    d.last().closes();
    vi.advanceTimersByTime(250);
    d.live({ session: "new", seq: 0, resumed: false });
    d.last().says(seat(1));
    expect(d.messages.filter((message) => message.type === "seat")).toHaveLength(2);
  });
});

describe("back-off", () => {
  it("doubles from 250 ms to 5 s and keeps within them whatever the jitter", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoff_ms(attempt, 0))).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000,
    ]);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      for (const random of [0, 0.3, 0.999]) {
        expect(backoff_ms(attempt, random)).toBeGreaterThanOrEqual(250);
        expect(backoff_ms(attempt, random)).toBeLessThanOrEqual(5000);
      }
    }
  });

  it("grows with each failure and starts over after a welcome", () => {
    const d = desk();
    d.client.start("seat");
    d.last().closes();
    vi.advanceTimersByTime(250);
    d.last().closes();
    vi.advanceTimersByTime(499);
    expect(d.sockets).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(d.sockets).toHaveLength(3);
    d.live();
    d.last().closes();
    vi.advanceTimersByTime(250);
    expect(d.sockets).toHaveLength(4);
  });

  it("does not wait when the network is back", () => {
    const d = desk();
    d.client.start("seat");
    for (let attempt = 0; attempt < 5; attempt += 1) {
      d.last().closes();
      vi.advanceTimersByTime(5000);
    }
    d.last().closes();
    const before = d.sockets.length;
    d.client.hurry();
    expect(d.sockets).toHaveLength(before + 1);
  });

  it("comes back at once when the server restarts", () => {
    const d = desk();
    d.client.start("seat");
    for (let attempt = 0; attempt < 5; attempt += 1) {
      d.last().closes();
      vi.advanceTimersByTime(5000);
    }
    d.last().closes(1012);
    const before = d.sockets.length;
    vi.advanceTimersByTime(250);
    expect(d.sockets).toHaveLength(before + 1);
  });
});

describe("commands", () => {
  it("number each command and settle by its reply", async () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    const first = d.client.send({ type: "set_ready" });
    const second = d.client.send({ type: "set_not_ready", reason: "meal" });
    expect(d.last().sent.slice(1)).toEqual([
      { type: "set_ready", id: 1 },
      { type: "set_not_ready", reason: "meal", id: 2 },
    ]);
    d.last().says({ type: "reply", id: 2, error: { code: "wrong_state", message: "not now", retryable: false } });
    d.last().says({ type: "reply", id: 1, error: null });
    await expect(first).resolves.toBeUndefined();
    await expect(second).rejects.toMatchObject({ code: "wrong_state", message: "not now" });
  });

  it("are refused while not connected", async () => {
    const d = desk();
    await expect(d.client.send({ type: "set_ready" })).rejects.toMatchObject({ code: "disconnected" });
    d.client.start("seat");
    d.last().opens();
    await expect(d.client.send({ type: "set_ready" })).rejects.toBeInstanceOf(CommandError);
    expect(d.last().sent).toHaveLength(1);
  });

  it("fail when the line is cut and are never sent again", async () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    const pending = d.client.send({ type: "set_ready" });
    d.last().closes();
    await expect(pending).rejects.toMatchObject({ code: "disconnected", retryable: false });
    vi.advanceTimersByTime(250);
    d.live({ resumed: true });
    expect(d.last().sent.map((message) => message["type"])).toEqual(["hello"]);
  });

  it("time out, and the page then asks the server for the truth", async () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    const pending = d.client.send({ type: "set_ready" });
    vi.advanceTimersByTime(REPLY_MS);
    await expect(pending).rejects.toMatchObject({ code: "timeout" });
    expect(d.sockets).toHaveLength(2);
  });

  it("ignore a reply nobody waits for", () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    d.last().says({ type: "reply", id: 99, error: null });
    expect(d.client.status).toBe("live");
  });
});

describe("ends that are final", () => {
  it.each([
    [4400, "outdated"],
    [4401, "logged_out"],
    [4403, "logged_out"],
    [4409, "replaced"],
  ] as const)("close code %i means %s and no new attempt", (code, status) => {
    const d = desk();
    d.client.start("seat");
    d.last().opens();
    d.last().closes(code);
    expect(d.client.status).toBe(status);
    vi.advanceTimersByTime(60_000);
    expect(d.sockets).toHaveLength(1);
  });

  it("goes quiet when replaced, until the person takes over", () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    d.last().says({ type: "replaced", seq: 1 });
    expect(d.client.status).toBe("replaced");
    d.client.hurry();
    vi.advanceTimersByTime(60_000);
    expect(d.sockets).toHaveLength(1);
    d.client.takeOver();
    d.last().opens();
    expect(d.last().sent[0]).toMatchObject({ resume: null });
  });

  it("stops for good when stopped", () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    const socket = d.last();
    d.client.stop();
    socket.says(seat(1));
    socket.closes();
    vi.advanceTimersByTime(60_000);
    expect(d.client.status).toBe("stopped");
    expect(d.sockets).toHaveLength(1);
    expect(d.messages).toHaveLength(1);
  });
});

describe("silence", () => {
  it("is harmless while the server answers over HTTP", async () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    await vi.advanceTimersByTimeAsync(QUIET_MS * 3);
    expect(d.alive).toHaveBeenCalledTimes(3);
    expect(d.client.status).toBe("live");
  });

  it("is a cut when the server does not", async () => {
    const d = desk();
    d.alive.mockRejectedValue(new Error("no route"));
    d.client.start("seat");
    d.live();
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(d.sockets).toHaveLength(2);
  });

  it("is broken by any message", async () => {
    const d = desk();
    d.client.start("seat");
    d.live();
    await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
    d.last().says(seat(1));
    await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
    expect(d.alive).not.toHaveBeenCalled();
  });
});
