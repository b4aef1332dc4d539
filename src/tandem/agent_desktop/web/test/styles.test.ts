import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { themes } from "../src/ui/antdTheme";

const read = (name: string) => readFileSync(new URL(`../src/styles/${name}`, import.meta.url), "utf8");

/** WCAG 2.2, 1.4.3: relative luminance and contrast of two sRGB colours `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const [light = "", dark = ""] = read("tokens.css").split(':root[data-theme="dark"]');
const coloursOf = (text: string) => Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2] ?? ""]));

describe.each([
  ["light", coloursOf(light)],
  ["dark", coloursOf(dark)],
])("the %s palette", (_, colours) => {
  const on = (text: string, ground: string) => contrast(colours[text] ?? "", colours[ground] ?? "");

  it.each(["text", "text-2", "text-3"])("%s can be read on every ground", (text) => {
    for (const ground of ["page", "surface", "sunken", "hover", "accent-soft"]) expect(on(text, ground), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["accent", "ready", "pause", "busy", "after", "bad"])("%s can be read on panels and on its own soft ground", (tone) => {
    for (const ground of ["surface", `${tone}-soft`]) expect(on(tone, ground), ground).toBeGreaterThanOrEqual(4.5);
  });

  it("buttons and badges can be read", () => {
    for (const [text, ground] of [["on-accent", "accent"], ["on-ready", "ready"], ["vip-text", "vip"], ["gold", "gold-soft"]] as const) expect(on(text, ground), ground).toBeGreaterThanOrEqual(4.5);
  });
});

it("the quietest grey is for dots and lines, not for text", () => {
  for (const file of readdirSync(new URL("../src/styles/", import.meta.url))) expect(read(file), file).not.toMatch(/[^-]color: var\(--off\)/);
});

it("the number of a step under way can be read in the dark", () => {
  const { token, components } = themes.dark;
  expect(contrast(components?.Steps?.colorTextLightSolid ?? "#ffffff", token?.colorPrimary ?? "")).toBeGreaterThanOrEqual(4.5);
});

describe("with less motion", () => {
  it("animations end at once instead of never: antd shows a dialog when its animation has ended", () => {
    const rule = /@media \(prefers-reduced-motion: reduce\) \{([\s\S]*?)\n\}/.exec(read("app.css"))?.[1] ?? "";
    expect(rule).toContain("animation-duration: 0.01ms");
    expect(rule).not.toContain("animation: none");
    // With any duration all properties have one, and menus are placed by what is not yet so.
    expect(rule).toContain("transition: none");
  });
});
