// A call of which the server has said nothing: the switch's own emergency queue rings phones even when no server is
// there. The phone alone must do then.

import { useState } from "react";
import { useDesk, useDeskState } from "../../desk";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Name, Panel } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { AnswerOrDecline, Control, PhoneControls } from "./controls";
import { Keypad } from "./Keypad";

function Ringing() {
  const { t } = useSpeech();
  const desk = useDesk();
  return (
    <section className="panel call-panel offer ringing" data-phase="bare">
      <div className="call-line">
        <b>{t("call.ringing")}</b>
      </div>
      <AnswerOrDecline onAnswer={() => desk.answer()} onDecline={() => desk.decline()} />
    </section>
  );
}

function Talking() {
  const { t } = useSpeech();
  const desk = useDesk();
  const phone = useDeskState((state) => state.phone);
  const [keypad, setKeypad] = useState(false);
  const active = phone.session === "active";
  return (
    <section className="panel call-panel talk" data-phase="bare">
      <div className="call-line">
        <b>{t(phone.held ? "call.held" : "phase.talking")}</b>
      </div>
      <div className="controls bare" role="group" aria-label={t("call.controls")}>
        <PhoneControls
          held={phone.held}
          keypad={keypad}
          onMute={active ? () => desk.setMuted(!phone.muted) : null}
          onHold={active ? () => desk.setHeld(!phone.held) : null}
          onKeypad={active ? () => setKeypad(!keypad) : null}
        />
        <Control
          icon="hangup"
          label="control.hang_up"
          action="hang_up"
          testId="hang-up"
          danger
          onPress={active ? () => desk.hangUpPhone() : null}
        />
      </div>
      {keypad && active && <Keypad />}
    </section>
  );
}

export function BareCall() {
  const { t } = useSpeech();
  const phone = useDeskState((state) => state.phone);
  return (
    <div className="seat-call is-offer" data-testid="bare-call">
      <div className="pop">
        <Panel className="who-panel">
          <div className="who">
            <span className="avatar" aria-hidden="true">
              <Icon name="phone" size={20} />
            </span>
            <div className="who-text">
              <h1 data-testid="pop-name">
                <Name>{phoneNumber(phone.caller) || t("pop.withheld")}</Name>
              </h1>
              <p className="quiet">{t("call.bare")}</p>
            </div>
          </div>
        </Panel>
      </div>
      <aside className="seat-side">{phone.session === "incoming" ? <Ringing /> : <Talking />}</aside>
    </div>
  );
}
