import { useCallback, useEffect, useState } from "react";
import { useProblem } from "./useProblem";

export interface LoadedValue<T> {
  value: T | null;
  error: string | null;
  busy: boolean;
  again: () => void;
}

/** Loads once, and again when asked; what was loaded stays on the screen meanwhile. */
export function useLoaded<T>(load: () => Promise<T>): LoadedValue<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<{ why: unknown } | null>(null);
  const problemOf = useProblem();
  const [busy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let gone = false;
    setBusy(true);
    load()
      .then(
        (loaded) => {
          if (gone) return;
          setValue(loaded);
          setFailure(null);
        },
        (problem: unknown) => {
          if (!gone) setFailure({ why: problem });
        },
      )
      .finally(() => {
        if (!gone) setBusy(false);
      });
    return () => {
      gone = true;
    };
  }, [load, turn]);
  return { value, error: failure && problemOf(failure.why), busy, again: useCallback(() => setTurn((old) => old + 1), []) };
}
