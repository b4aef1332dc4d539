import { useEffect, useRef, useState } from "react";

export interface Polled<T> {
  value: T | null;
  error: unknown;
  again: () => void;
}

/** Loads again and again while the page is in sight; what was loaded stays on the screen meanwhile. */
export function usePolled<T>(load: ((signal: AbortSignal) => Promise<T>) | null, every_ms: number): Polled<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const loaded = useRef(load);
  useEffect(() => {
    if (loaded.current !== load) {
      loaded.current = load;
      setValue(null);
      setError(null);
    }
    if (load === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      if (document.visibilityState === "hidden") {
        timer = setTimeout(ask, every_ms);
        return;
      }
      load(controller.signal)
        .then(
          (answer) => {
            setValue(answer);
            setError(null);
          },
          (problem: unknown) => {
            if (!controller.signal.aborted) setError(problem);
          },
        )
        .finally(() => {
          if (!controller.signal.aborted) timer = setTimeout(ask, every_ms);
        });
    };
    ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [load, every_ms, turn]);
  return { value, error, again: () => setTurn((old) => old + 1) };
}
