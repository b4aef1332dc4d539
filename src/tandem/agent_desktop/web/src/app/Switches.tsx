import { api } from "../api";
import { type Language, setLanguage, useSpeech } from "../i18n";
import { Icon } from "../ui/icons";
import { nextThemeChoice, setThemeChoice, useThemeChoice } from "../ui/theme";

/** Changes the words at once; for a person who is logged in also for the account. */
export function chooseLanguage(next: Language, account: boolean): void {
  setLanguage(next, { remember: true });
  // The choice already holds on this computer; the account follows when the server can be reached.
  if (account) api.setLanguage(next).catch(() => undefined);
}

export function LanguageSwitch({ account = false }: { account?: boolean }) {
  const { t, lang } = useSpeech();
  const other: Language = lang === "zh" ? "en" : "zh";
  return (
    <button
      type="button"
      className="bar-button"
      data-testid="language"
      aria-label={t("switch.language")}
      onClick={() => chooseLanguage(other, account)}
    >
      <span className="lang-pair" aria-hidden="true">
        <span className={lang === "zh" ? "on" : ""}>中</span>
        <span className={lang === "en" ? "on" : ""}>EN</span>
      </span>
    </button>
  );
}

export function ThemeSwitch() {
  const { t } = useSpeech();
  const choice = useThemeChoice();
  const icon = choice === "system" ? "system" : choice === "light" ? "sun" : "moon";
  const label = `${t("switch.theme")}: ${t(`theme.${choice}`)}`;
  return (
    <button
      type="button"
      className="bar-button"
      data-testid="theme"
      aria-label={label}
      onClick={() => setThemeChoice(nextThemeChoice(choice))}
    >
      <Icon name={icon} />
    </button>
  );
}
