// Lines of a call's timeline in the reader's words: by the code and the values that the server gives with its text.

import type { TimelineLine } from "../../generated/rest";
import { type Language, fill, isWord, word } from "../../i18n";
import { phoneNumber } from "../../format";
import type { Names } from "../../names";

type EveryName = Names & { agent(login: string): string };

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Values of these names are codes, for which there are words in this group. */
const GROUPS: Readonly<Record<string, string>> = {
  cause: "cause",
  failure: "failure",
  mode: "mode",
  outcome: "outcome",
  refusal: "dial_refusal",
  scope: "scope",
  verdict: "verdict",
};

function shown(name: string, value: unknown, lang: Language, names: EveryName): string {
  // A sentence that the server says in both languages itself.
  if (typeof value === "object" && value !== null) return text((value as Record<string, unknown>)[lang]);
  if (name === "queue") return names.queue(text(value));
  if (name === "disposition") return names.disposition(text(value));
  if (name === "ani" || name === "number") return phoneNumber(text(value));
  if (name === "target") return names.agent(text(value));
  const group = GROUPS[name];
  return group ? word(lang, group, text(value)) : text(value);
}

/** The agent whom it concerns, and in a sentence what happened. */
export function detailOf(line: TimelineLine, lang: Language, names: EveryName): string {
  const { data } = line;
  const code = text(data["code"]);
  if (!isWord("timeline", code)) {
    // Older than the codes, or newer than this page: its English text, which for a choice comes in both languages.
    return (typeof data["why"] === "object" && shown("why", data["why"], lang, names)) || line.text;
  }
  const values = Object.entries(data).map(([name, value]) => [name, shown(name, value, lang, names)]);
  const sentence = fill(word(lang, "timeline", code), Object.fromEntries(values));
  // Why an agent was chosen names him.
  return data["agent"] && code !== "matched" ? `${names.agent(text(data["agent"]))} · ${sentence}` : sentence;
}

/** Times in a timeline count from the call's first event. */
export function zeroOf(timeline: readonly TimelineLine[], startedAt: number): number {
  return Math.min(startedAt, timeline[0]?.at ?? startedAt);
}
