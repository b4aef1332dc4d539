// Words of the pages. The language can change at any moment; everything that speaks renders again at once.

import { useCallback, useSyncExternalStore } from "react";
import type { Language } from "../format";
import { en } from "./en";
import { zh } from "./zh";

export type { Language } from "../format";
export type Words = Record<keyof typeof en, string>;
export type Key = keyof typeof en;
export type Values = Record<string, string | number>;

const books: Record<Language, Words> = { zh, en };
const STORED = "tandem.language";

export function asLanguage(text: string | null | undefined): Language | null {
  if (!text) return null;
  if (text.toLowerCase().startsWith("zh")) return "zh";
  return text.toLowerCase().startsWith("en") ? "en" : null;
}

let current: Language = asLanguage(localStorage.getItem(STORED)) ?? asLanguage(navigator.language) ?? "en";
document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
const listeners = new Set<() => void>();

export function language(): Language {
  return current;
}

/** True when the person has chosen on this computer before; else the account's language is taken. */
export function languageChosenHere(): boolean {
  return localStorage.getItem(STORED) !== null;
}

export function setLanguage(next: Language, options: { remember: boolean }): void {
  if (options.remember) localStorage.setItem(STORED, next);
  if (next === current) return;
  current = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  for (const listener of listeners) listener();
}

/** Puts values into a text: `{count}` is the value, `{count:call|calls}` the first word when it is 1, else the second. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, (whole: string, name: string, one?: string, more?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || more === undefined) return String(value);
    return String(value) === "1" ? one : more;
  });
}

export function translate(in_: Language, key: Key, values?: Values): string {
  return fill(books[in_][key], values);
}

/** The word for a code of the server (state, outcome, reason ...); the code itself when we have none. */
export function word(in_: Language, group: string, code: string | null | undefined): string {
  if (!code) return "";
  const key = `${group}.${code}`;
  return (books[in_] as Record<string, string>)[key] ?? code.replaceAll("_", " ");
}

/** Whether there is a word for this code. */
export function isWord(group: string, code: string): boolean {
  return `${group}.${code}` in books.en;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

export interface Speech {
  lang: Language;
  t(key: Key, values?: Values): string;
  w(group: string, code: string | null | undefined): string;
  /** Picks from `{zh, en}` as the server sends names. */
  pick(names: { zh?: string; en?: string } | Record<string, string> | null | undefined, fallback?: string): string;
}

export function useSpeech(): Speech {
  const lang = useLanguage();
  return {
    lang,
    t: useCallback((key, values) => translate(lang, key, values), [lang]),
    w: useCallback((group, code) => word(lang, group, code), [lang]),
    pick: useCallback(
      (names, fallback = "") => {
        const both = names as Record<string, string> | null | undefined;
        return both?.[lang] || both?.["en"] || both?.["zh"] || fallback;
      },
      [lang],
    ),
  };
}
