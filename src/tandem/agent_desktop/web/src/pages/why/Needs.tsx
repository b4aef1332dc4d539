import { NO_NEEDS, needs } from "../../format";
import { useSpeech } from "../../i18n";
import { Name } from "../../ui/bits";

/** What a step asks for, in few words. */
export function Needs({ text }: { text: string }) {
  const { t } = useSpeech();
  return <Name>{NO_NEEDS.has(text) ? t("form.anyone") : needs(text)}</Name>;
}
