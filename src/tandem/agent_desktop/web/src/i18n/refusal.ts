// What the server refused, as a sentence in the reader's language.

import { type Key, type Language, type Values, fill, isWord, translate, word } from "./index";

export interface Refusal {
  code: string;
  message: string;
  reason?: string | undefined;
  values?: Values | undefined;
  /** What the server says itself, by language. */
  texts?: Record<string, string> | undefined;
}

/** Values of these names are codes, for which there are words. */
const CODES: Readonly<Record<string, string>> = { state: "refusal_state", wanted: "refusal_state" };

/** Of a field that has not its shape; several kinds stand with a bar between. */
const KINDS = ["expected", "got"];

function shown(lang: Language, name: string, value: string | number): string | number {
  if (name === "field" && value === "$") return translate(lang, "json.whole");
  if (KINDS.includes(name)) return String(value).split(" | ").map((kind) => word(lang, "json", kind)).join(" / ");
  return CODES[name] ? word(lang, CODES[name], String(value)) : value;
}

export function refusalText(lang: Language, refusal: Refusal): string {
  const { code, message, reason, values = {}, texts = {} } = refusal;
  if (reason && isWord("refusal", reason)) {
    const said = Object.entries(values).map(([name, value]) => [name, shown(lang, name, value)]);
    return fill(translate(lang, `refusal.${reason}` as Key), { ...Object.fromEntries(said), text: texts[lang] || texts["en"] || "" });
  }
  // Its sentence is more exact than our word for the code, but in English.
  return (lang === "en" && message) || (isWord("error", code) ? word(lang, "error", code) : message || code);
}
