// The server's clock, as this page knows it, and one tick a second for everything that counts time on the screen.

import { useSyncExternalStore } from "react";

let offset_s = 0;

/** Called with ``Welcome.now``: later readings of `serverNow` follow the server's clock. */
export function setServerNow(now: number): void {
  offset_s = now - Date.now() / 1000;
}

/** Seconds since the Unix epoch by the server's clock. */
export function serverNow(): number {
  return Date.now() / 1000 + offset_s;
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = Math.floor(serverNow());

function tick(): void {
  second = Math.floor(serverNow());
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    tick();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The current second by the server's clock; the component renders again every second. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second);
}
