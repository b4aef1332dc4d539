// Light and dark: one palette, read by antd as tokens and by our own style sheet as custom properties.

import { type ThemeConfig, theme as antdTheme } from "antd";
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

const shared = {
  fontFamily: "var(--font)",
  fontSize: 13,
  borderRadius: 7,
  controlHeight: 32,
  motionDurationMid: "0.12s",
  motionDurationSlow: "0.16s",
  wireframe: false,
};

export const themes: Record<ThemeName, ThemeConfig> = {
  light: {
    algorithm: antdTheme.defaultAlgorithm,
    cssVar: { key: "light" },
    hashed: false,
    token: {
      ...shared,
      colorPrimary: "#0b7285",
      colorInfo: "#1864ab",
      colorSuccess: "#217a43",
      colorWarning: "#b35c00",
      colorError: "#c92a2a",
      colorLink: "#0b7285",
      colorTextBase: "#17212b",
      colorBgLayout: "#f2f5f7",
    },
  },
  dark: {
    algorithm: antdTheme.darkAlgorithm,
    cssVar: { key: "dark" },
    hashed: false,
    token: {
      ...shared,
      colorPrimary: "#3bb4c9",
      colorInfo: "#5aa9f0",
      colorSuccess: "#4fbf7a",
      colorWarning: "#e0a140",
      colorError: "#f0706a",
      colorLink: "#3bb4c9",
      colorTextBase: "#e6ecf1",
      colorBgBase: "#11171d",
      colorBgLayout: "#0c1116",
      colorBgContainer: "#151c23",
      colorBgElevated: "#1c252e",
    },
  },
};
