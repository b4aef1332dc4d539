// Light and dark: which one, chosen by the system or by the person. The colours: tokens.css, antdTheme.ts.

import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";
export type ThemeName = "light" | "dark";

const STORED = "tandem.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function stored(): ThemeChoice {
  const text = localStorage.getItem(STORED);
  return text === "light" || text === "dark" ? text : "system";
}

let choice = stored();

function shown(): ThemeName {
  if (choice !== "system") return choice;
  return dark.matches ? "dark" : "light";
}

function show(): void {
  document.documentElement.dataset["theme"] = shown();
  for (const listener of listeners) listener();
}

dark.addEventListener("change", show);
show();

export function setThemeChoice(next: ThemeChoice): void {
  choice = next;
  if (next === "system") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, next);
  show();
}

export function nextThemeChoice(from: ThemeChoice): ThemeChoice {
  if (from === "system") return "light";
  return from === "light" ? "dark" : "system";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

export function useThemeName(): ThemeName {
  return useSyncExternalStore(subscribe, shown);
}
