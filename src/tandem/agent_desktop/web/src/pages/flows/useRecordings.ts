// Which prompts have a recording of their own: a language and its words, exactly as they are written.

import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { flowsApi } from "../../flowsApi";
import type { PromptRecording } from "../../generated/rest";

export interface Recordings {
  of(language: string, text: string): PromptRecording | undefined;
  put(recording: PromptRecording): void;
  drop(language: string, text: string): void;
}

const keyOf = (language: string, text: string) => `${language}\n${text.trim()}`;
const Context = createContext<Recordings | null>(null);
export const RecordingsProvider = Context.Provider;

/** Loaded once; what one uploads or removes oneself is known at once. */
export function useLoadedRecordings(): Recordings {
  const [known, setKnown] = useState<ReadonlyMap<string, PromptRecording>>(new Map());
  const put = useCallback((recording: PromptRecording) => setKnown((old) => new Map(old).set(keyOf(recording.language, recording.text), recording)), []);
  const drop = useCallback((language: string, text: string) => setKnown((old) => new Map([...old].filter(([key]) => key !== keyOf(language, text)))), []);
  useEffect(() => {
    let gone = false;
    flowsApi.recordings().then(
      ({ recordings }) => {
        if (!gone) setKnown((own) => new Map([...recordings.map((one) => [keyOf(one.language, one.text), one] as const), ...own]));
      },
      // Without the list the marks are missing; uploading says itself what is wrong.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return useMemo(() => ({ of: (language, text) => known.get(keyOf(language, text)), put, drop }), [known, put, drop]);
}

export function useRecordings(): Recordings {
  const recordings = useContext(Context);
  if (!recordings) throw new Error("no recordings here");
  return recordings;
}
