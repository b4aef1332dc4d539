// How times, numbers and shares are written. Pure; the language only decides the words.

export type Language = "zh" | "en";

const locales: Record<Language, string> = { zh: "zh-CN", en: "en-GB" };

/** 0:05, 12:34, 1:02:03. Negative counts as zero. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const s = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${s}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${s}`;
}

/** An offset inside a call with tenths: +0.0, +12.3, +2:05.1. */
export function offset(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const whole = Math.floor(tenths / 10);
  if (whole < 60) return `+${whole}.${tenths % 10}`;
  return `+${duration(whole)}.${tenths % 10}`;
}

const cache = new Map<string, Intl.DateTimeFormat>();

function dateFormat(language: Language, kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${kind}`;
  let format = cache.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locales[language], options);
    cache.set(key, format);
  }
  return format;
}

/** 14:05 */
export function clockTime(at: number, language: Language): string {
  return dateFormat(language, "time", { hour: "2-digit", minute: "2-digit", hour12: false }).format(at * 1000);
}

/** 14:05:09 */
export function clockTimeSeconds(at: number, language: Language): string {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
  return dateFormat(language, "seconds", options).format(at * 1000);
}

/** 2026-11-21, in the local time zone. */
export function date(at: number, language: Language): string {
  return dateFormat(language, "date", { year: "numeric", month: "short", day: "numeric" }).format(at * 1000);
}

export function sameDay(a: number, b: number): boolean {
  return new Date(a * 1000).toDateString() === new Date(b * 1000).toDateString();
}

/** Today only the time, this year without the year, else everything. */
export function moment(at: number, now: number, language: Language): string {
  if (sameDay(at, now)) return clockTime(at, language);
  const thisYear = new Date(at * 1000).getFullYear() === new Date(now * 1000).getFullYear();
  if (!thisYear) return date(at, language);
  const day = dateFormat(language, "day", { month: "short", day: "numeric" }).format(at * 1000);
  return `${day} ${clockTime(at, language)}`;
}

/** +86 138 0013 8000 for the eye; anything that is not E.164 is left alone. */
export function phoneNumber(number: string): string {
  const chinese = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(number);
  if (chinese) return `+86 ${chinese[1]} ${chinese[2]} ${chinese[3]}`;
  const chineseFixed = /^\+86(10|2\d|[3-9]\d{2})(\d{4})(\d{3,4})$/.exec(number);
  if (chineseFixed) return `+86 ${chineseFixed[1]} ${chineseFixed[2]} ${chineseFixed[3]}`;
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  const other = /^\+(\d{2})(\d{2,4})(\d{3})(\d{3,4})$/.exec(number);
  if (other) return `+${other[1]} ${other[2]} ${other[3]} ${other[4]}`;
  return number;
}

/** 0.873 -> "87 %"; null -> an en dash. */
export function share(value: number | null): string {
  return value === null ? "–" : `${Math.round(value * 100)} %`;
}

/** How the server writes that nothing in particular is needed. */
export const NO_NEEDS: ReadonlySet<string> = new Set(["", "anyone", "no special skill"]);

/** ``language:zh>=3 and product:loans>=2`` -> "zh ≥ 3 · loans ≥ 2"; what does not look like that is left alone. */
export function needs(text: string): string {
  const parts = text.split(" and ").map((part) => /^(?:[\w-]+:)?([\w-]+)>=(\d)$/.exec(part));
  if (!parts.every((part) => part !== null)) return text;
  return parts.map((part) => `${part[1]} ≥ ${part[2]}`).join(" · ");
}

/** What `<input type="datetime-local">` shows for a moment, in the reader's time zone. */
export function localInput(at: number): string {
  const day = new Date(at * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const wide = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/u;

/** One or two letters for the round mark beside a name: 王 for 王小明, JS for John Smith. */
export function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  const first = [...(words[0] ?? "")][0];
  if (!first) return "?";
  if (wide.test(first)) return first;
  const last = words.length > 1 ? [...(words[words.length - 1] ?? "")][0] : "";
  return (first + (last ?? "")).toLocaleUpperCase();
}
