// One line under the bar when something the person relies on is away; a whole screen when this page is not the one.

import { Button } from "antd";
import { useDesk, useDeskState } from "../desk";
import { useSpeech } from "../i18n";
import { Nothing } from "../ui/bits";
import { Icon } from "../ui/icons";
import { useLasting } from "../ui/useLasting";

/** A short break (a server that restarts in a second) is shown in the bar only, not shouted. */
const SHOUT_AFTER_MS = 1_200;

export function Banners({ seat }: { seat: boolean }) {
  const { t, w } = useSpeech();
  const status = useDeskState((state) => state.status);
  const service = useDeskState((state) => state.live.service);
  const connected = useDeskState((state) => state.live.connection > 0);
  const phone = useDeskState((state) => state.phone);
  const hasCall = useDeskState((state) => state.live.call !== null);
  const cut = useLasting(status === "waiting" || status === "connecting", SHOUT_AFTER_MS);
  const phoneAway = useLasting(
    seat && connected && phone.registration !== "registered" && phone.registration !== "off",
    SHOUT_AFTER_MS,
  );

  let tone: "bad" | "warn" = "bad";
  let text = "";
  if (cut) text = t(hasCall ? "banner.cut_call" : connected ? "banner.cut" : "banner.connecting");
  else if (!service.switchUp) text = t("banner.switch_down");
  else if (phone.microphone !== null) text = w("microphone", phone.microphone);
  else if (phoneAway) text = t("banner.phone_away");
  else if (!service.databaseUp) {
    tone = "warn";
    text = t("banner.database_down");
  }
  return (
    <div className="banner-slot" role="status" aria-live="polite" data-testid="banner">
      {text && (
        <div className={`banner banner-${tone}`}>
          <Icon name="alert" />
          <span>{text}</span>
        </div>
      )}
    </div>
  );
}

export function Covered({ status }: { status: "replaced" | "outdated" }) {
  const { t } = useSpeech();
  const desk = useDesk();
  return (
    <div className="middle" role="alert" data-testid={status}>
      <Nothing icon={status === "replaced" ? "copy" : "refresh"} title={t(`${status}.title`)}>
        <p>{t(`${status}.text`)}</p>
        <Button
          type="primary"
          data-testid="take-over"
          onClick={() => (status === "replaced" ? desk.takeOver() : window.location.reload())}
        >
          {t(`${status}.go`)}
        </Button>
      </Nothing>
    </div>
  );
}
