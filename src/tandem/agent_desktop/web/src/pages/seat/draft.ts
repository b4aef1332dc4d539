// Notes and disposition of a call as they are being written. Kept per call in this tab, so that a reload loses nothing.

import { useCallback, useState } from "react";

export interface Draft {
  notes: string;
  disposition: string | null;
}

const PREFIX = "tandem.draft.";
const empty: Draft = { notes: "", disposition: null };

export function readDraft(storage: Storage, call: string): Draft {
  try {
    const stored = JSON.parse(storage.getItem(PREFIX + call) ?? "null") as Partial<Draft> | null;
    return {
      notes: typeof stored?.notes === "string" ? stored.notes : "",
      disposition: typeof stored?.disposition === "string" ? stored.disposition : null,
    };
  } catch {
    return empty;
  }
}

export function writeDraft(storage: Storage, call: string, draft: Draft): void {
  try {
    storage.setItem(PREFIX + call, JSON.stringify(draft));
  } catch {
    // Storage is full or forbidden: the draft still lives in the page.
  }
}

/** Forgets the drafts of all calls but this one. */
export function forgetDrafts(storage: Storage, except: string | null): void {
  for (const key of Object.keys(storage)) {
    if (key.startsWith(PREFIX) && key !== PREFIX + except) storage.removeItem(key);
  }
}

export function useDraft(call: string): [Draft, (part: Partial<Draft>) => void] {
  const [state, setState] = useState(() => ({ call, draft: readDraft(sessionStorage, call) }));
  const current = state.call === call ? state.draft : readDraft(sessionStorage, call);
  const change = useCallback(
    (part: Partial<Draft>) => {
      setState((old) => {
        const base = old.call === call ? old.draft : readDraft(sessionStorage, call);
        const draft = { ...base, ...part };
        writeDraft(sessionStorage, call, draft);
        return { call, draft };
      });
    },
    [call],
  );
  return [current, change];
}
