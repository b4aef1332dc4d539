// The words of the campaigns' pages: loaded with them, like those of the flows.

import { useCallback } from "react";
import { type Key, type Speech, type Values, fill, useSpeech } from "../../i18n";
import { campaignsPageEn } from "./words.en";
import { campaignsPageZh } from "./words.zh";

export type CampaignKey = keyof typeof campaignsPageEn;

export const campaignBooks: Record<"zh" | "en", Record<CampaignKey, string>> = { zh: campaignsPageZh, en: campaignsPageEn };

export interface CampaignSpeech extends Omit<Speech, "t" | "w"> {
  t(key: CampaignKey | Key, values?: Values): string;
  /** The word for a code; the code itself when there is none. */
  w(group: string, code: string | null | undefined): string;
}

export function useCampaignSpeech(): CampaignSpeech {
  const speech = useSpeech();
  const { lang, t, w } = speech;
  const book = campaignBooks[lang] as Record<string, string>;
  return {
    ...speech,
    t: useCallback((key, values) => (Object.hasOwn(book, key) ? fill(book[key] as string, values) : t(key as Key, values)), [book, t]),
    w: useCallback((group, code) => (code && Object.hasOwn(book, `${group}.${code}`) ? (book[`${group}.${code}`] as string) : w(group, code)), [book, w]),
  };
}
