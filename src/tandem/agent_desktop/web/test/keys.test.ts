import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type KeyPress, TYPING_GUARD_MS, type Where, actionsFor, chordOfPress, dtmfKey, shortcuts } from "../src/keys";

const press = (key: string, part: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  isComposing: false,
  ...part,
});
const free: Where = { inField: false, onButton: false, sinceTyping_ms: Number.POSITIVE_INFINITY };

it("rest while anything asks: whoever asks does so by useQuestion, and every dialog says that it is open", () => {
  const folder = new URL("../src/", import.meta.url);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx") && name !== "ui/useQuestion.tsx")) {
    const text = readFileSync(new URL(file, folder), "utf8");
    expect(text, file).not.toMatch(/useModal\(|\bmodal\b.*App\.useApp\(|\bModal\.(confirm|warning|info|error|success)\(/);
    if (/<Modal\b/.test(text)) expect(text, file).toContain("useDialog(");
  }
});

describe("chords", () => {
  it("are named one way only", () => {
    expect(chordOfPress(press("a"))).toBe("A");
    expect(chordOfPress(press("E", { shiftKey: true }))).toBe("Shift+E");
    expect(chordOfPress(press("?", { shiftKey: true }))).toBe("?");
    expect(chordOfPress(press("Enter", { metaKey: true }))).toBe("Ctrl+Enter");
    expect(chordOfPress(press("Enter", { ctrlKey: true, shiftKey: true }))).toBe("Ctrl+Shift+Enter");
    expect(chordOfPress(press("1", { altKey: true }))).toBe("Alt+1");
    expect(chordOfPress(press("¡", { altKey: true, code: "Digit1" }))).toBe("Alt+1");
    expect(chordOfPress(press("ф", { code: "KeyA" }))).toBe("A");
    expect(chordOfPress(press("é", { code: "Digit2" }))).toBe("é");
  });

  it("belong to one action each", () => {
    const all = shortcuts.flatMap(({ chords }) => chords);
    expect(new Set(all).size).toBe(all.length);
  });

  it("that work in fields need Ctrl", () => {
    for (const { inFields, chords } of shortcuts) {
      if (inFields) expect(chords.every((chord) => chord.startsWith("Ctrl+"))).toBe(true);
    }
  });
});

describe("actions", () => {
  it("answer by Enter or A, hang up only with Shift", () => {
    expect(actionsFor(press("Enter"), free)).toEqual(["answer"]);
    expect(actionsFor(press("a"), free)).toEqual(["answer"]);
    expect(actionsFor(press("e"), free)).toEqual([]);
    expect(actionsFor(press("E", { shiftKey: true }), free)).toEqual(["hang_up"]);
  });

  it("never fire while typing in a field, save for Ctrl chords", () => {
    const field = { ...free, inField: true };
    for (const { chords } of shortcuts) {
      for (const chord of chords.filter((one) => !one.includes("+") || one === "+")) {
        expect(actionsFor(press(chord), field), chord).toEqual([]);
      }
    }
    expect(actionsFor(press("Enter", { ctrlKey: true }), field)).toEqual(["save_ready"]);
  });

  it("do not answer with the end of a word that was typed into a field which is gone", () => {
    expect(actionsFor(press("a"), { ...free, sinceTyping_ms: TYPING_GUARD_MS - 1 })).toEqual([]);
    expect(actionsFor(press("a"), { ...free, sinceTyping_ms: TYPING_GUARD_MS })).toEqual(["answer"]);
  });

  it("leave Enter to a focused button", () => {
    expect(actionsFor(press("Enter"), { ...free, onButton: true })).toEqual([]);
    expect(actionsFor(press("a"), { ...free, onButton: true })).toEqual(["answer"]);
  });

  it("ignore held keys and input methods", () => {
    expect(actionsFor(press("m", { repeat: true }), free)).toEqual([]);
    expect(actionsFor(press("Enter", { isComposing: true }), free)).toEqual([]);
  });
});

describe("keypad", () => {
  it("takes digits, star and hash only", () => {
    expect(["0", "9", "*", "#"].map((key) => dtmfKey(press(key)))).toEqual(["0", "9", "*", "#"]);
    expect(["a", "Enter", "10"].map((key) => dtmfKey(press(key)))).toEqual([null, null, null]);
    expect(dtmfKey(press("1", { altKey: true }))).toBeNull();
  });
});
