// The desk of one person who is logged in: live channel, phone and what both say, in one place outside of React.

import { createContext, useContext, useSyncExternalStore } from "react";
import { api } from "./api";
import { setServerNow } from "./clock";
import type { CallView } from "./generated/live";
import type { Me } from "./generated/rest";
import { type Command, CommandError, LiveClient, type LiveStatus } from "./live";
import type { Phone } from "./phone";
import { type PhoneState, idlePhone } from "./phoneState";
import { announceCall, startRinging, stopRinging } from "./ring";
import { type LiveState, apply, emptyState } from "./state";

export interface DeskState {
  status: LiveStatus;
  live: LiveState;
  phone: PhoneState;
}

const REFUSED_RETRY_MS = 3_000;
const WATCH_RETRY_MS = 1_000;

/** A call that the page answers by itself, as long as nobody has talked on it. */
export function putsItselfThrough(call: CallView | null): boolean {
  return call?.auto_answer === true && call.answered_at === null;
}

export class Desk {
  private state: DeskState = { status: "stopped", live: emptyState, phone: idlePhone };
  private readonly listeners = new Set<() => void>();
  private readonly client: LiveClient;
  private phone: Phone | null = null;
  private phoneWanted = false;
  private phoneLent = false;
  private view: "seat" | "board" | null = null;
  private refusedTimer: ReturnType<typeof setTimeout> | undefined;
  private callbacksShown = 0;
  private watchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly me: Me,
    onLoggedOut: () => void,
  ) {
    this.client = new LiveClient({
      url: me.seat_socket_url,
      open: (url) => new WebSocket(url),
      onStatus: (status) => {
        this.change({ status });
        if (status === "logged_out") onLoggedOut();
        if (status === "replaced") this.stopPhone();
        // A session that goes on may have missed what was asked for last; asking twice changes nothing.
        if (status === "live") this.watchCallbacks();
      },
      onMessage: (message) => {
        if (message.type === "welcome") setServerNow(message.now);
        this.change({ live: apply(this.state.live, message) });
      },
      onCall: () => this.state.phone.session === "active",
      alive: () => api.alive(),
    });
  }

  snapshot = (): DeskState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(view: "seat" | "board"): void {
    this.view = view;
    this.client.start(view);
    if (view === "seat" || this.phoneLent) this.startPhone();
    else this.stopPhone();
  }

  stop(): void {
    this.phoneLent = false;
    clearTimeout(this.watchTimer);
    this.client.stop();
    this.stopPhone();
    stopRinging();
  }

  takeOver(): void {
    this.client.takeOver();
    if (this.view === "seat" || this.phoneLent) this.startPhone();
  }

  hurry(): void {
    this.client.hurry();
  }

  send(command: Command): Promise<void> {
    return this.client.send(command);
  }

  /** So many of the first who are to be called back are on the screen; 0: only how many there are. */
  showCallbacks(first: number): void {
    this.callbacksShown = first;
    this.watchCallbacks();
  }

  private watchCallbacks(): void {
    clearTimeout(this.watchTimer);
    // Without a line it is said when there is one.
    if (this.client.status !== "live") return;
    this.client.send({ type: "watch_callbacks", first: this.callbacksShown }).catch((error: unknown) => {
      const again = error instanceof CommandError && error.retryable;
      if (again) this.watchTimer = setTimeout(() => this.watchCallbacks(), WATCH_RETRY_MS);
    });
  }

  answer(): void {
    void this.phone?.answer();
  }

  decline(): void {
    this.phone?.decline();
  }

  /** Ends the leg at the phone, without the server. */
  hangUpPhone(): void {
    this.phone?.hangUp();
  }

  setMuted(muted: boolean): void {
    this.phone?.setMuted(muted);
  }

  setHeld(held: boolean): void {
    this.phone?.setHeld(held);
  }

  /** The phone of somebody without a seat, for as long as a page needs it. */
  takePhone(): void {
    this.phoneLent = true;
    this.startPhone();
  }

  givePhone(): void {
    this.phoneLent = false;
    if (this.view !== "seat") this.stopPhone();
  }

  sendDigit(digit: string): boolean {
    return this.phone?.sendDigit(digit) ?? false;
  }

  /** The page is going away: end the leg now, so that the caller hears music instead of silence. */
  leave(): void {
    this.stopPhone();
  }

  private startPhone(): void {
    const credentials = this.me.softphone;
    if (!credentials || this.phoneWanted) return;
    this.phoneWanted = true;
    import("./phone").then(
      (module) => {
        if (!this.phoneWanted) return;
        this.phone = new module.Phone({
          // One call at a seat: when the center rings it, an older session is dead.
          expected: () => {
            const call = this.state.live.call;
            return ["ringing", "rejoining"].includes(call?.phase ?? "") || putsItselfThrough(call);
          },
          onRefused: () => this.renewCredentials(),
          onState: (phone) => this.change({ phone }),
        });
        this.phone.start(credentials);
      },
      () => {
        // The chunk could not be loaded (server away): try again.
        this.phoneWanted = false;
        this.refusedTimer = setTimeout(() => this.startPhone(), REFUSED_RETRY_MS);
      },
    );
  }

  private stopPhone(): void {
    clearTimeout(this.refusedTimer);
    this.phoneWanted = false;
    this.phone?.stop();
    this.phone = null;
  }

  private renewCredentials(): void {
    clearTimeout(this.refusedTimer);
    this.refusedTimer = setTimeout(() => {
      // A call in progress does not need the registration; starting anew would end it.
      if (this.state.phone.session !== "none") {
        this.renewCredentials();
        return;
      }
      api.me().then(
        (me) => {
          if (this.phoneWanted && me.softphone) this.phone?.start(me.softphone);
        },
        () => this.renewCredentials(),
      );
    }, REFUSED_RETRY_MS);
  }

  private change(part: Partial<DeskState>): void {
    this.state = { ...this.state, ...part };
    this.follow();
    for (const listener of this.listeners) listener();
  }

  /** What happens by itself: ringing sounds; a seat that is being brought back answers, and a campaign's call. */
  private follow(): void {
    const { phone, live } = this.state;
    const rejoining = live.call?.phase === "rejoining";
    const through = putsItselfThrough(live.call);
    const byItself = rejoining || through;
    if (phone.session === "incoming" && !byItself) startRinging();
    else stopRinging();
    // Not while he reads a preview: then nobody waits for him, and an open microphone is none of our business.
    if (through && phone.session === "none" && live.call?.phase !== "preview") this.phone?.warmUp();
    if (!through) this.phone?.coolDown();
    if (phone.session === "incoming" && byItself && phone.microphone === null) {
      // The tone is heard while the line is set up; to wait for its end would be taken off the two seconds.
      if (through) announceCall();
      void this.phone?.answer();
    }
    if (phone.session === "active" && !live.call && live.agent?.state === "working_after_call") this.phone?.drop();
  }
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no desk here");
  return desk;
}

/** A part of the desk's state; the component renders again only when that part changes. */
export function useDeskState<T>(select: (state: DeskState) => T): T {
  const desk = useDesk();
  return useSyncExternalStore(desk.subscribe, () => select(desk.snapshot()));
}
