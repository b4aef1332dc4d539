// Lines of a call's timeline in the reader's words. The server's text is English; its data is for every language.

import type { TimelineLine } from "../../generated/rest";
import { type Language, isWord, word } from "../../i18n";
import type { Names } from "../../names";

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What happened beyond the kind itself: who, which digits, why. Empty when the kind says it all. */
export function detailOf(line: TimelineLine, lang: Language, names: Names): string {
  const { data, kind } = line;
  const joined = (...parts: string[]) => parts.filter(Boolean).join(" · ");
  const why = data["why"];
  if (typeof why === "object" && why !== null) return text((why as Record<string, unknown>)[lang]) || line.text;
  switch (kind) {
    case "matched":
      return line.text;
    case "invite":
      return [text(data["ani"]), text(data["dnis"])].filter(Boolean).join(" → ");
    case "digit":
      return text(data["digits"]);
    case "ended":
      return word(lang, "outcome", text(data["outcome"]));
    case "offered_on":
    case "agent_lost":
      return joined(text(data["agent"]), lang === "en" ? line.text : word(lang, "reason", text(data["reason"])));
    case "history_written":
      return names.disposition(text(data["disposition"]));
    default: {
      const facts = joined(text(data["flow"]), names.queue(text(data["queue"])), text(data["agent"]), text(data["number"]));
      const known = isWord("event", kind);
      // A kind that we have no word for speaks for itself, in the server's English.
      return facts || (known && !/failed|given_up|fallback/.test(kind) ? "" : line.text);
    }
  }
}

/** Times in a timeline count from the call's first event. */
export function zeroOf(timeline: readonly TimelineLine[], startedAt: number): number {
  return Math.min(startedAt, timeline[0]?.at ?? startedAt);
}
