import { useSpeech } from "../i18n";
import { Nothing } from "../ui/bits";

export function Splash() {
  const { t } = useSpeech();
  return (
    <div className="middle" role="status" aria-label={t("loading")}>
      <i className="spinner" aria-hidden="true" />
    </div>
  );
}

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useSpeech();
  return (
    <div className="middle" role="alert">
      <Nothing icon="link" title={t("unreachable.title")}>
        <p>{t("unreachable.text")}</p>
        <button type="button" className="button" onClick={onRetry}>
          {t("retry")}
        </button>
      </Nothing>
    </div>
  );
}
