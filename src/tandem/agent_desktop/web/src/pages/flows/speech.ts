// The words of the flows' pages. They are many, and only these pages use them: so they are loaded with them.

import { useCallback } from "react";
import { type Key, type Speech, type Values, fill, useSpeech } from "../../i18n";
import { flowsEn } from "./words.en";
import { flowsZh } from "./words.zh";

export type FlowKey = keyof typeof flowsEn;

export const flowBooks: Record<"zh" | "en", Record<FlowKey, string>> = { zh: flowsZh, en: flowsEn };

export interface FlowSpeech extends Omit<Speech, "t" | "w"> {
  t(key: FlowKey | Key, values?: Values): string;
  /** The word for a code; the code itself when there is none. */
  w(group: string, code: string | null | undefined): string;
  /** The word for a code, or '' when there is none. */
  known(group: string, code: string): string;
}

export function useFlowSpeech(): FlowSpeech {
  const speech = useSpeech();
  const { lang, t, w } = speech;
  const book = flowBooks[lang] as Record<string, string>;
  return {
    ...speech,
    t: useCallback((key, values) => (Object.hasOwn(book, key) ? fill(book[key] as string, values) : t(key as Key, values)), [book, t]),
    w: useCallback((group, code) => (code && Object.hasOwn(book, `${group}.${code}`) ? (book[`${group}.${code}`] as string) : w(group, code)), [book, w]),
    known: useCallback((group, code) => book[`${group}.${code}`] ?? "", [book]),
  };
}
