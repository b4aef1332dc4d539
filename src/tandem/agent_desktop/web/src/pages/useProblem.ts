import { useCallback } from "react";
import { ApiError } from "../api";
import { useLanguage } from "../i18n";
import { refusalText } from "../i18n/refusal";

/** A failure as a sentence. */
export function useProblem(): (error: unknown) => string {
  const lang = useLanguage();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return String(error);
      // Without an answer (status 0) the sentence is ours, and in English only.
      return refusalText(lang, error.status > 0 ? error : { code: error.code, message: "" });
    },
    [lang],
  );
}
