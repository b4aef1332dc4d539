// A campaign's document as the form edits it. Pure. Defaults are those of model/campaigns.py (a test compares them).

import type { Campaign, CampaignProblem, Retry, Span } from "../../generated/rest";

export type Path = readonly (string | number)[];

export const results = ["busy", "no_answer", "machine", "message_left", "abandoned", "hung_up", "failed", "rejected"] as const;

const retry = (after_s: number, times: number, other_part_of_day = false): Retry => ({ after_s, times, other_number: true, other_part_of_day });

export const usualRetries: Readonly<Record<string, Retry>> = {
  busy: retry(900, 3),
  no_answer: retry(14_400, 4, true),
  machine: retry(14_400, 3),
  message_left: retry(86_400, 1),
  abandoned: retry(86_400, 1),
  hung_up: retry(86_400, 1),
  failed: retry(1_800, 3),
  rejected: retry(86_400, 1),
};

export const defaults = {
  mode: "progressive",
  queue: "",
  flow: "",
  rules: "none",
  countries: [],
  consent_needed: false,
  hours: null,
  abandon_limit: 0.03,
  target_wait_s: 10,
  ratio: 1.5,
  preview_s: null,
  ring_s: 25,
  wrap_up_s: null,
  caller_ids: { numbers: [], rest_below: 0.5, rest_s: 86_400, most_per_day: 1_000 },
  carrier: "",
  cost_cap: null,
  attempts: {
    retries: usualRetries,
    most_per_number: 6,
    most_per_person: 8,
    most_per_person_a_day: 3,
    gap_s: 900,
    day_parts: [
      { begin: 480, end: 720 },
      { begin: 720, end: 1020 },
      { begin: 1020, end: 1260 },
    ],
  },
  machine_detection: {
    use: false,
    on_machine: "hang_up",
    message: {},
    initial_silence_ms: 2_500,
    greeting_ms: 1_500,
    after_greeting_silence_ms: 800,
    total_ms: 3_500,
    words: 4,
    tune: "by_hand",
    sample_one_in: 0,
    steps: [],
    mistaken_share: 0,
  },
  order: "list",
  weight: 1,
  priority: 0,
  mode_rules: [],
  goal: { successes: null },
  quotas: [],
  script: "",
  dispositions: [],
  success: [],
  message: {},
} satisfies Omit<Campaign, "id" | "name">;

export type Full = Required<Campaign>;

/** The document with everything that it leaves to the defaults. */
export function complete(document: Campaign): Full {
  return {
    ...(defaults as unknown as Full),
    ...document,
    caller_ids: { ...defaults.caller_ids, ...document.caller_ids },
    attempts: { ...(defaults.attempts as unknown as Full["attempts"]), ...document.attempts },
    machine_detection: { ...(defaults.machine_detection as unknown as Full["machine_detection"]), ...document.machine_detection },
    goal: { ...defaults.goal, ...document.goal },
  };
}

/** The same document with another value at a path; `undefined` takes a key of a record away. */
export function put<T>(whole: T, path: Path, value: unknown): T {
  const [head, ...rest] = path;
  if (head === undefined) return value as T;
  if (Array.isArray(whole)) return whole.map((one: unknown, index) => (index === head ? put(one, rest, value) : one)) as T;
  const old = (whole ?? {}) as Record<string, unknown>;
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(old).filter(([key]) => key !== head)) as T;
  }
  return { ...old, [head]: put(old[head], rest, value) } as T;
}

/** Problems of a field or of what is in it, by its dotted name. */
export function problemsAt(problems: readonly CampaignProblem[], field: string): CampaignProblem[] {
  return problems.filter((problem) => problem.field === field || problem.field.startsWith(`${field}.`));
}

/** Those that no field of the form stands for. */
export function problemsElsewhere(problems: readonly CampaignProblem[], fields: readonly string[]): CampaignProblem[] {
  return problems.filter((problem) => !fields.some((field) => problem.field === field || problem.field.startsWith(`${field}.`)));
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** `09:00-12:00, 13:00-18:00` */
export function spansText(spans: readonly Span[] | undefined): string {
  return (spans ?? []).map((span) => `${clock(span.begin)}-${clock(span.end)}`).join(", ");
}

/** Spans as `spansText` writes them, in their order; null when the text is none. '' is no span. */
export function readSpans(text: string): Span[] | null {
  const spans: Span[] = [];
  for (const part of text.split(/[,;，；]/).map((one) => one.trim()).filter(Boolean)) {
    const found = /^(\d{1,2})[:：](\d{2})\s*[-–—~]\s*(\d{1,2})[:：](\d{2})$/.exec(part);
    if (!found) return null;
    const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number);
    const begin = fromHour * 60 + fromMinute;
    const end = toHour * 60 + toMinute;
    if (fromMinute > 59 || toMinute > 59 || end > 1440 || begin >= end) return null;
    spans.push({ begin, end });
  }
  return spans.sort((a, b) => a.begin - b.begin);
}

/** Lines or comma-separated entries; each once. */
export function readEntries(text: string): string[] {
  return [...new Set(text.split(/[\n,;，；]/).map((one) => one.trim()).filter(Boolean))];
}
