import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../api";

export interface LoadedValue<T> {
  value: T | null;
  error: string | null;
  busy: boolean;
  again: () => void;
}

/** Loads once, and again when asked; what was loaded stays on the screen meanwhile. */
export function useLoaded<T>(load: () => Promise<T>): LoadedValue<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
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
          setError(null);
        },
        (problem: unknown) => {
          if (!gone) setError(problem instanceof ApiError ? problem.message : String(problem));
        },
      )
      .finally(() => {
        if (!gone) setBusy(false);
      });
    return () => {
      gone = true;
    };
  }, [load, turn]);
  return { value, error, busy, again: useCallback(() => setTurn((old) => old + 1), []) };
}
