// The large buttons of a call, each with its key: answer, decline; mute, hold, keypad.

import { useDeskState } from "../../desk";
import { type Key, useSpeech } from "../../i18n";
import { type Action, chordOf } from "../../keys";
import { Kbd } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon, type IconName } from "../../ui/icons";
import { useAction } from "../../ui/useActions";

export function Control({
  icon,
  label,
  action,
  testId,
  onPress,
  on = false,
  danger = false,
}: {
  icon: IconName;
  label: Key;
  action: Action;
  testId: string;
  /** Absent when it cannot be done now. */
  onPress: (() => void) | null;
  on?: boolean;
  danger?: boolean;
}) {
  const { t } = useSpeech();
  useAction(action, onPress);
  return (
    <Hint text={t(`action.${action}` as Key)} action={action}>
      <button
        type="button"
        className={`control ${on ? "on" : ""} ${danger ? "danger" : ""}`}
        data-testid={testId}
        aria-pressed={danger ? undefined : on}
        disabled={!onPress}
        onClick={() => onPress?.()}
      >
        <Icon name={icon} size={20} />
        <span>{t(label)}</span>
        <Kbd>{chordOf(action)}</Kbd>
      </button>
    </Hint>
  );
}

/** What the phone alone can do. A handler that is null: not now. */
export function PhoneControls({
  held,
  keypad,
  onMute,
  onHold,
  onKeypad,
}: {
  held: boolean;
  /** Whether the keypad is open. */
  keypad: boolean;
  onMute: (() => void) | null;
  onHold: (() => void) | null;
  onKeypad: (() => void) | null;
}) {
  const muted = useDeskState((state) => state.phone.muted);
  return (
    <>
      <Control icon={muted ? "micOff" : "mic"} label={muted ? "control.unmute" : "control.mute"} action="mute" testId="mute" on={muted} onPress={onMute} />
      <Control icon={held ? "play" : "pause"} label={held ? "control.retrieve" : "control.hold"} action="hold" testId="hold" on={held} onPress={onHold} />
      <Control icon="keypad" label="control.keypad" action="keypad" testId="dtmf" on={keypad} onPress={onKeypad} />
    </>
  );
}

/** A call that rings: take it or turn it away. Null: not now. */
export function AnswerOrDecline({ onAnswer, onDecline }: { onAnswer: (() => void) | null; onDecline: (() => void) | null }) {
  const { t } = useSpeech();
  useAction("answer", onAnswer);
  useAction("decline", onDecline);
  return (
    <>
      <button type="button" className="answer" data-testid="answer" disabled={!onAnswer} onClick={() => onAnswer?.()}>
        <Icon name="phone" size={22} />
        <span>{t("action.answer")}</span>
        <Kbd>{chordOf("answer")}</Kbd>
      </button>
      <button type="button" className="decline" data-testid="decline" disabled={!onDecline} onClick={() => onDecline?.()}>
        <span>{t("action.decline")}</span>
        <Kbd>{chordOf("decline")}</Kbd>
      </button>
    </>
  );
}
