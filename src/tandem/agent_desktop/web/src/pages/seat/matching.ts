// Why a customer may be the caller, in the reader's language.

import { type Language, translate, word } from "../../i18n";

/** `why`: words of a fixed vocabulary (tandem.crm_bridge.core.match), joined by "; ". What is not of it stays as it came. */
export function matchText(lang: Language, why: string): string {
  const said = (one: string) => {
    const digits = /^same last (\d+) digits$/.exec(one)?.[1];
    if (digits !== undefined) return translate(lang, "match.tail", { count: digits });
    if (one === "exact number") return translate(lang, "match.exact");
    if (one === "latest contact") return translate(lang, "match.latest");
    return one === "vip" || one === "gold" ? word(lang, "tier", one) : one;
  };
  return why.split("; ").map(said).join(lang === "zh" ? "，" : ", ");
}
