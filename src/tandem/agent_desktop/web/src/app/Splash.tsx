import { Button, Spin } from "antd";
import { useSpeech } from "../i18n";
import { Nothing } from "../ui/bits";

export function Splash() {
  const { t } = useSpeech();
  return (
    <div className="middle" role="status" aria-label={t("loading")}>
      <Spin delay={200} />
    </div>
  );
}

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useSpeech();
  return (
    <div className="middle" role="alert">
      <Nothing icon="link" title={t("unreachable.title")}>
        <p>{t("unreachable.text")}</p>
        <Button onClick={onRetry}>{t("retry")}</Button>
      </Nothing>
    </div>
  );
}
