// The palette of tokens.css, as antd wants it.

import { type ThemeConfig, theme as antdTheme } from "antd";
import type { ThemeName } from "./theme";

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
      colorBorder: "#d3dce3",
      colorBorderSecondary: "#e9eef2",
      colorTextPlaceholder: "#66747f",
      colorTextDescription: "#5d6b78",
      controlItemBgActive: "#e1f1f4",
      controlItemBgActiveHover: "#d3eaee",
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
      colorBorder: "#33414d",
      colorBorderSecondary: "#212b35",
      colorTextPlaceholder: "#84929e",
      colorTextDescription: "#93a1ad",
      controlItemBgActive: "#0f272d",
      controlItemBgActiveHover: "#123038",
    },
    // White on the bright accent of the dark palette cannot be read.
    components: { Button: { primaryColor: "#06181c", dangerColor: "#1d0807" }, Steps: { colorTextLightSolid: "#06181c" } },
  },
};
