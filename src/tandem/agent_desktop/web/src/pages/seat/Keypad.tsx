import { useEffect, useState } from "react";
import { useDesk } from "../../desk";
import { useSpeech } from "../../i18n";
import { dtmfKey } from "../../keys";
import { inField } from "../../ui/useActions";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export function Keypad() {
  const desk = useDesk();
  const { t } = useSpeech();
  const [sent, setSent] = useState("");

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = dtmfKey(event);
      if (key === null || inField(event.target)) return;
      event.preventDefault();
      desk.sendDigit(key);
      setSent((old) => (old + key).slice(-24));
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [desk]);

  const click = (key: string) => {
    desk.sendDigit(key);
    setSent((old) => (old + key).slice(-24));
  };
  return (
    <div className="keypad" role="group" aria-label={t("control.keypad")} data-testid="keypad">
      <output className="keypad-sent num">{sent || t("keypad.hint")}</output>
      <div className="keypad-keys">
        {KEYS.map((key) => (
          <button key={key} type="button" data-testid={`dtmf-${key}`} onClick={() => click(key)}>
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}
