import { useCallback, useEffect, useState } from "react";
import { useDesk } from "../../desk";
import { useSpeech } from "../../i18n";
import { dtmfKey } from "../../keys";
import { inField } from "../../ui/useActions";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export function Keypad() {
  const desk = useDesk();
  const { t } = useSpeech();
  const [sent, setSent] = useState("");
  const [failed, setFailed] = useState(false);
  const press = useCallback(
    (key: string) => {
      const done = desk.sendDigit(key);
      setFailed(!done);
      if (done) setSent((old) => (old + key).slice(-24));
    },
    [desk],
  );

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const key = dtmfKey(event);
      if (key === null || inField(event.target)) return;
      event.preventDefault();
      press(key);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [press]);

  return (
    <div className="keypad" role="group" aria-label={t("control.keypad")} data-testid="keypad">
      <output className="keypad-sent num">{failed ? t("keypad.failed") : sent || t("keypad.hint")}</output>
      <div className="keypad-keys">
        {KEYS.map((key) => (
          <button key={key} type="button" data-testid={`dtmf-${key}`} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}
