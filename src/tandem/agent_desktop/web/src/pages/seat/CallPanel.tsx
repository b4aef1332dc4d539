// The call at hand: answer or decline; then timer, recording, mute, hold, keypad, transfer, hang up.

import { useEffect, useState } from "react";
import { putsItselfThrough, useDesk, useDeskState } from "../../desk";
import type { CallView } from "../../generated/live";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Since, Until } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useCommand } from "../../ui/useCommand";
import { ThroughPanel } from "./CampaignCall";
import { AnswerOrDecline, Control, PhoneControls } from "./controls";
import { Keypad } from "./Keypad";
import { TransferDialog } from "./TransferDialog";

function Offer({ call }: { call: CallView }) {
  const { t } = useSpeech();
  const desk = useDesk();
  const session = useDeskState((state) => state.phone.session);
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const canAnswer = session === "incoming";
  // Without the server the phone can still turn the call away.
  const canDecline = live ? !busy : canAnswer;
  const decline = () => {
    desk.decline();
    if (live) void run({ type: "decline", call: call.id });
  };
  return (
    <section className={`panel call-panel offer ${canAnswer ? "ringing" : ""}`} data-phase={call.phase}>
      <div className="call-line">
        <b>{session === "answering" ? t("call.answering") : canAnswer ? t("call.ringing") : t("call.offered")}</b>
        {call.ring_until !== null && (
          <span className="quiet">
            <Until at={call.ring_until} />
          </span>
        )}
      </div>
      <AnswerOrDecline onAnswer={canAnswer ? () => desk.answer() : null} onDecline={canDecline ? decline : null} />
    </section>
  );
}

function RecordingMark({ call }: { call: CallView }) {
  const { w } = useSpeech();
  const recording = call.recording;
  if (!recording) return null;
  return (
    <span
      className={`rec rec-${recording.state}`}
      data-testid="recording"
      data-state={recording.state}
      title={recording.detail || undefined}
    >
      <i className="rec-dot" aria-hidden="true" />
      {w("recording", recording.state)}
    </span>
  );
}

function Talk({ call }: { call: CallView }) {
  const { t, w } = useSpeech();
  const desk = useDesk();
  const phone = useDeskState((state) => state.phone);
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const [keypad, setKeypad] = useState(false);
  const [transfer, setTransfer] = useState(false);
  const talking = phone.session === "active";
  const held = phone.held || call.held;
  const moving = call.phase === "transferring";
  const dialling = call.phase === "dialling";
  const hangUp = live
    ? busy
      ? null
      : () => void run({ type: "hang_up", call: call.id })
    : talking
      ? () => desk.hangUpPhone()
      : null;

  useEffect(() => {
    if (!talking) setKeypad(false);
  }, [talking]);

  return (
    <section className={`panel call-panel talk phase-${call.phase} ${held ? "is-held" : ""}`} data-phase={call.phase}>
      <div className="call-line">
        <b>{held && call.phase === "talking" ? t("call.held") : dialling ? t("dialling.title") : w("phase", call.phase)}</b>
        <RecordingMark call={call} />
      </div>
      {dialling && call.campaign ? (
        <p className="call-dialled">
          <b className="num">
            <bdi>{phoneNumber(call.campaign.number)}</bdi>
          </b>
          <span className="quiet small">{t("dialling.hint")}</span>
        </p>
      ) : (
        <div className="call-clock">{call.answered_at === null ? "–" : <Since at={call.answered_at} />}</div>
      )}
      {call.phase === "rejoining" && (
        <p className="call-note" role="status">
          {t("call.rejoining")}
          {call.rejoin_until !== null && (
            <>
              {" "}
              <Until at={call.rejoin_until} />
            </>
          )}
        </p>
      )}
      {call.phase === "talking" && phone.session === "none" && (
        <p className="call-note" role="status">
          {t("call.no_audio")}
        </p>
      )}
      {phone.session === "incoming" && (
        // After a reload the microphone may have to be asked for by hand.
        <button type="button" className="answer" data-testid="answer" onClick={() => desk.answer()}>
          <Icon name="phone" size={20} />
          <span>{t("call.rejoin_by_hand")}</span>
        </button>
      )}
      <div className="controls" role="group" aria-label={t("call.controls")}>
        <PhoneControls
          held={held}
          keypad={keypad}
          onMute={talking ? () => desk.setMuted(!phone.muted) : null}
          onHold={talking && !dialling ? () => desk.setHeld(!held) : null}
          onKeypad={talking && !held ? () => setKeypad(!keypad) : null}
        />
        <Control
          icon="transfer"
          label="control.transfer"
          action="transfer"
          testId="transfer"
          onPress={live && talking && !moving && !dialling ? () => setTransfer(true) : null}
        />
        <Control
          icon="hangup"
          label="control.hang_up"
          action="hang_up"
          testId="hang-up"
          danger
          onPress={hangUp}
        />
      </div>
      {keypad && talking && <Keypad />}
      <TransferDialog call={call.id} open={transfer && talking} onClose={() => setTransfer(false)} />
    </section>
  );
}

export function CallPanel({ call }: { call: CallView }) {
  if (call.phase !== "offered" && call.phase !== "ringing") return <Talk call={call} />;
  return putsItselfThrough(call) ? <ThroughPanel call={call} /> : <Offer call={call} />;
}
