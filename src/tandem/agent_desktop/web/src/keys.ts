// Keyboard shortcuts: one map, read by the tooltips, the help sheet and the listener.

export type Action =
  | "ready"
  | "not_ready"
  | "answer"
  | "decline"
  | "mute"
  | "hold"
  | "keypad"
  | "transfer"
  | "hang_up"
  | "notes"
  | "disposition"
  | "more_time"
  | "save_ready"
  | "save_not_ready"
  | "page_1"
  | "page_2"
  | "page_3"
  | "page_4"
  | "page_5"
  | "page_6"
  | "page_7"
  | "page_8"
  | "page_9"
  | "preview_dial"
  | "preview_skip"
  | "machine"
  | "do_not_call"
  | "call_again"
  | "dial_pad"
  | "flow_undo"
  | "flow_redo"
  | "flow_find"
  | "flow_add"
  | "flow_delete"
  | "flow_test"
  | "flow_save"
  | "search"
  | "language"
  | "theme"
  | "help";

export interface Shortcut {
  action: Action;
  /** Chords as shown and as matched: modifiers in the order Ctrl, Alt, Shift, then the key. */
  chords: readonly string[];
  /** Also works while typing (only chords with Ctrl may). */
  inFields?: boolean;
  /** Not taken for a moment after the person has been typing: an offer must not be answered by a half-written word. */
  guarded?: boolean;
}

export const shortcuts: readonly Shortcut[] = [
  { action: "answer", chords: ["Enter", "A"], guarded: true },
  { action: "decline", chords: ["D"], guarded: true },
  { action: "mute", chords: ["M"], guarded: true },
  { action: "hold", chords: ["H"], guarded: true },
  { action: "keypad", chords: ["K"], guarded: true },
  { action: "transfer", chords: ["T"], guarded: true },
  { action: "hang_up", chords: ["Shift+E"], guarded: true },
  { action: "notes", chords: ["W"], guarded: true },
  { action: "disposition", chords: ["C"], guarded: true },
  { action: "save_ready", chords: ["Ctrl+Enter"], inFields: true },
  { action: "save_not_ready", chords: ["Ctrl+Shift+Enter"], inFields: true },
  { action: "more_time", chords: ["+", "="], guarded: true },
  { action: "ready", chords: ["R"], guarded: true },
  { action: "not_ready", chords: ["N"], guarded: true },
  { action: "preview_dial", chords: ["P"], guarded: true },
  { action: "preview_skip", chords: ["X"], guarded: true },
  { action: "machine", chords: ["V"], guarded: true },
  { action: "do_not_call", chords: ["Shift+D"], guarded: true },
  { action: "call_again", chords: ["G"], guarded: true },
  { action: "dial_pad", chords: ["O"], guarded: true },
  { action: "flow_undo", chords: ["Ctrl+Z"] },
  { action: "flow_redo", chords: ["Ctrl+Y", "Ctrl+Shift+Z"] },
  { action: "flow_find", chords: ["Ctrl+F"], inFields: true },
  { action: "flow_add", chords: ["Insert", "S"], guarded: true },
  { action: "flow_delete", chords: ["Delete", "Backspace"] },
  { action: "flow_test", chords: ["Ctrl+E"], inFields: true },
  { action: "flow_save", chords: ["Ctrl+S"], inFields: true },
  { action: "search", chords: ["/"] },
  { action: "page_1", chords: ["Alt+1"] },
  { action: "page_2", chords: ["Alt+2"] },
  { action: "page_3", chords: ["Alt+3"] },
  { action: "page_4", chords: ["Alt+4"] },
  { action: "page_5", chords: ["Alt+5"] },
  { action: "page_6", chords: ["Alt+6"] },
  { action: "page_7", chords: ["Alt+7"] },
  { action: "page_8", chords: ["Alt+8"] },
  { action: "page_9", chords: ["Alt+9"] },
  { action: "language", chords: ["L"], guarded: true },
  { action: "theme", chords: ["Y"], guarded: true },
  { action: "help", chords: ["?"] },
];

/** The first chord of an action, as a tooltip shows it. */
export function chordOf(action: Action): string {
  return shortcuts.find((shortcut) => shortcut.action === action)?.chords[0] ?? "";
}

export interface KeyPress {
  key: string;
  /** The key's place on the keyboard, e.g. KeyA, Digit1. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  isComposing: boolean;
}

export interface Where {
  /** The focus is in something one types into. */
  inField: boolean;
  /** The focus is on a button or link, whose own key Enter (and Space) is. */
  onButton: boolean;
  /** Milliseconds since a key was pressed in a field. */
  sinceTyping_ms: number;
}

export const TYPING_GUARD_MS = 700;

/** Where the layout or Alt gives another sign (Cyrillic, Option on a Mac), the key's place counts. */
function latin({ key, code, altKey }: KeyPress): string {
  if (/^[ -~]$/.test(key) || (key.length > 1 && key !== "Dead")) return key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  const digit = altKey ? /^Digit(\d)$/.exec(code)?.[1] : undefined;
  return letter ?? digit ?? key;
}

export function chordOfPress(press: KeyPress): string {
  const key = latin(press);
  const isLetter = /^[a-z]$/i.test(key);
  const name = isLetter ? key.toUpperCase() : key;
  // Shift is part of a symbol such as "?" itself; it only counts with letters and named keys.
  const shiftCounts = isLetter || name.length > 1;
  return [
    press.ctrlKey || press.metaKey ? "Ctrl" : "",
    press.altKey ? "Alt" : "",
    press.shiftKey && shiftCounts ? "Shift" : "",
    name,
  ]
    .filter(Boolean)
    .join("+");
}

/** The actions this key press asks for, most wanted first; what is possible at the moment is the page's to say. */
export function actionsFor(press: KeyPress, where: Where): Action[] {
  if (press.isComposing || press.repeat) return [];
  const chord = chordOfPress(press);
  if (chord === "Enter" && where.onButton) return [];
  return shortcuts
    .filter((shortcut) => {
      if (!shortcut.chords.includes(chord)) return false;
      if (where.inField && !shortcut.inFields) return false;
      return !(shortcut.guarded && where.sinceTyping_ms < TYPING_GUARD_MS);
    })
    .map((shortcut) => shortcut.action);
}

/** A key of the telephone keypad, or null. */
export function dtmfKey(press: KeyPress): string | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
  return /^[0-9*#]$/.test(press.key) ? press.key : null;
}
