import { useCallback } from "react";
import { ApiError } from "../api";
import { isWord, useSpeech } from "../i18n";

/** A failure as a sentence. The server's own one is the more exact, but in English. */
export function useProblem(): (error: unknown) => string {
  const { lang, w } = useSpeech();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return String(error);
      const known = isWord("error", error.code) ? w("error", error.code) : "";
      return lang === "en" && error.status > 0 ? error.message : known || error.message;
    },
    [lang, w],
  );
}
