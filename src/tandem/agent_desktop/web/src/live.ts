// The page's end of the live channel (see core/messages.py): connects, resumes, numbers, asks and waits for replies.
// No React and no document here: the socket, the clock and chance come from outside.

import { type Hello, PROTOCOL, type PageMessage, type ServerMessage } from "./generated/live";

export type LiveStatus =
  /** Not started, or stopped on purpose. */
  | "stopped"
  /** A socket is being opened or has not been welcomed yet. */
  | "connecting"
  | "live"
  /** Cut; the next attempt is set. */
  | "waiting"
  /** Another page of this user took over. Only `takeOver` goes on. */
  | "replaced"
  /** The session is over: log in again. */
  | "logged_out"
  /** The server speaks another version: load the page again. */
  | "outdated";

export interface SocketLike {
  onopen: ((this: never, event: never) => unknown) | null;
  onmessage: ((this: never, event: never) => unknown) | null;
  onclose: ((this: never, event: never) => unknown) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface LiveOptions {
  url: string;
  open(url: string): SocketLike;
  onStatus(status: LiveStatus): void;
  onMessage(message: Exclude<ServerMessage, { type: "reply" }>): void;
  /** Whether this page's phone has a live session: tells the server a cut line from a page that was loaded again. */
  onCall(): boolean;
  /** Asks over HTTP whether the server is there at all; rejects when it is not. */
  alive(): Promise<unknown>;
  random?(): number;
}

type WithoutId<T> = T extends { id: number } ? Omit<T, "id"> : never;
export type Command = WithoutId<PageMessage>;

/** A command that was refused, or whose outcome is unknown (`disconnected`, `timeout`). */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    readonly reason: string = "",
    readonly values: Record<string, string | number> = {},
    readonly texts: Record<string, string> = {},
  ) {
    super(message);
  }
}

interface Waiting {
  resolve(): void;
  reject(error: CommandError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Close codes of the server (seat_socket.py). */
const CLOSED: Readonly<Record<number, LiveStatus>> = {
  4400: "outdated",
  4401: "logged_out",
  4403: "logged_out",
  4409: "replaced",
};
const SERVER_RESTARTS = 1012;

export const HANDSHAKE_MS = 8_000;
export const REPLY_MS = 6_000;
export const QUIET_MS = 20_000;
const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 5_000;

/** Full delay of attempt n (0, 1, ...): 250 ms doubling to 5 s, of which `random` takes off up to a half. */
export function backoff_ms(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(attempt, 10));
  return Math.round(Math.max(BACKOFF_MIN_MS, full * (1 - random / 2)));
}

export class LiveClient {
  status: LiveStatus = "stopped";
  private view: Hello["view"] = "seat";
  private socket: SocketLike | null = null;
  private session: string | null = null;
  private seq = 0;
  private attempt = 0;
  private nextId = 1;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private handshakeTimer: ReturnType<typeof setTimeout> | undefined;
  private quietTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly options: LiveOptions) {}

  /** Connects; with another view than before, as a new page session. */
  start(view: Hello["view"]): void {
    if (this.status !== "stopped" && view === this.view) return;
    this.drop();
    this.view = view;
    this.session = null;
    this.attempt = 0;
    this.connect();
  }

  stop(): void {
    this.drop();
    this.session = null;
    this.setStatus("stopped");
  }

  /** After `replaced`: this page takes the user's channel back. */
  takeOver(): void {
    this.drop();
    this.session = null;
    this.attempt = 0;
    this.connect();
  }

  /** The network or the page came back: do not sit out the rest of a delay. */
  hurry(): void {
    if (this.status === "waiting") {
      this.attempt = 0;
      this.connect();
    }
  }

  /** Sends a command. Resolves when the server accepted it, rejects with a CommandError. Never sent twice. */
  send(command: Command): Promise<void> {
    const socket = this.socket;
    if (this.status !== "live" || !socket) {
      return Promise.reject(new CommandError("disconnected", "not connected", true));
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new CommandError("timeout", "no reply", false));
        // A silent cut looks like this; coming back with the state of the server tells what became of the command.
        this.reconnect();
      }, REPLY_MS);
      this.waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...command, id }));
    });
  }

  private setStatus(status: LiveStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.options.onStatus(status);
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    this.setStatus("connecting");
    let socket: SocketLike;
    try {
      socket = this.options.open(this.options.url);
    } catch {
      this.retryLater();
      return;
    }
    this.socket = socket;
    this.handshakeTimer = setTimeout(() => this.lost(socket, 0), HANDSHAKE_MS);
    socket.onopen = () => {
      const hello: Hello = {
        type: "hello",
        protocol: PROTOCOL,
        view: this.view,
        resume: this.session === null ? null : { session: this.session, seq: this.seq },
        on_call: this.options.onCall(),
      };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (socket !== this.socket) return;
      this.listenForQuiet();
      this.receive(JSON.parse(String(event.data)) as ServerMessage);
    };
    socket.onclose = (event: { code: number }) => this.lost(socket, event.code);
  }

  private receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        clearTimeout(this.handshakeTimer);
        if (message.protocol !== PROTOCOL) {
          this.drop();
          this.setStatus("outdated");
          return;
        }
        this.session = message.session;
        this.seq = message.seq;
        this.attempt = 0;
        this.options.onMessage(message);
        this.setStatus("live");
        return;
      case "reply": {
        const waiting = this.waiting.get(message.id);
        if (!waiting) return;
        this.waiting.delete(message.id);
        clearTimeout(waiting.timer);
        if (message.error === null) waiting.resolve();
        else {
          const { code, message: sentence, retryable, reason, values, texts } = message.error;
          waiting.reject(new CommandError(code, sentence, retryable, reason, values, texts));
        }
        return;
      }
      case "replaced":
        this.drop();
        this.session = null;
        this.setStatus("replaced");
        return;
      default:
        if (message.seq <= this.seq) return;
        if (message.seq > this.seq + 1) {
          // Something is missing: what is on the screen cannot be trusted, so ask for whole documents.
          this.session = null;
          this.reconnect();
          return;
        }
        this.seq = message.seq;
        this.options.onMessage(message);
    }
  }

  private lost(socket: SocketLike, code: number): void {
    if (socket !== this.socket) return;
    this.drop();
    const final = CLOSED[code];
    if (final) {
      this.session = null;
      this.setStatus(final);
      return;
    }
    if (code === SERVER_RESTARTS) this.attempt = 0;
    this.retryLater();
  }

  private reconnect(): void {
    if (this.status !== "live" && this.status !== "connecting") return;
    this.drop();
    this.connect();
  }

  private retryLater(): void {
    const delay = backoff_ms(this.attempt, (this.options.random ?? Math.random)());
    this.attempt += 1;
    this.setStatus("waiting");
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  /** A page cannot see WebSocket pings. After a long silence it asks over HTTP whether the server is still there. */
  private listenForQuiet(): void {
    clearTimeout(this.quietTimer);
    this.quietTimer = setTimeout(() => {
      const socket = this.socket;
      this.options.alive().then(
        () => {
          if (socket === this.socket) this.listenForQuiet();
        },
        () => {
          if (socket === this.socket) this.reconnect();
        },
      );
    }, QUIET_MS);
  }

  /** Lets go of the socket and fails what was waiting for a reply. */
  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.handshakeTimer);
    clearTimeout(this.quietTimer);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
    }
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(new CommandError("disconnected", "connection lost", false));
    }
  }
}
