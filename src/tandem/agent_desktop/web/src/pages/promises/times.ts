// How the moment of a promise is written: as the clock there shows it. Pure.

import type { useSpeech } from "../../i18n";
import { inputIn } from "../../zones";

const DAY_S = 86_400;

/** `today 14:05`, `tomorrow 14:05`, `11-25 14:05`: days and hours of the zone. */
export function timeThere(zone: string, at: number, now: number, t: ReturnType<typeof useSpeech>["t"]): string {
  const [day = "", time = ""] = inputIn(zone, at).split("T");
  const dayOf = (moment: number) => inputIn(zone, moment).slice(0, 10);
  if (day === dayOf(now)) return t("promise.today", { time });
  if (day === dayOf(now + DAY_S)) return t("promise.tomorrow", { time });
  return `${day.slice(5)} ${time}`;
}

/** `Shanghai` of `Asia/Shanghai`; of several zones all. */
export const placeOf = (zones: string): string =>
  zones
    .split("|")
    .map((zone) => zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " "))
    .join(" / ");
