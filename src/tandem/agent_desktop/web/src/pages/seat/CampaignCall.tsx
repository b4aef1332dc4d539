// What an agent does with a campaign's call: dial or skip whom the card shows, be put through, say what it was.

import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { serverNow, useSecond } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import type { CallView, CampaignCard } from "../../generated/live";
import { duration, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { chordOf } from "../../keys";
import { Kbd } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/icons";
import { useAction } from "../../ui/useActions";
import { useCommand } from "../../ui/useCommand";
import { CallAgainDialog } from "./CallAgainDialog";

/** Seconds a countdown starts from are not sent: the longest that was seen is the whole. */
function Countdown({ until }: { until: number }) {
  const { t } = useSpeech();
  useSecond();
  const left = Math.max(0, until - serverNow());
  const [whole] = useState(() => Math.max(1, left));
  return (
    <div className={`wrap-timer ${left < 6 ? "overdue" : ""}`} role="timer" data-testid="preview-left">
      <div className="wrap-timer-text">
        <span>{t("preview.by_itself")}</span>
        <b className="num">{duration(Math.ceil(left))}</b>
      </div>
      <progress max={1} value={Math.min(1, left / whole)} aria-hidden="true" />
    </div>
  );
}

export function PreviewPanel({ call, card, number }: { call: string; card: CampaignCard; number: string | null }) {
  const { t } = useSpeech();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const can = live && !busy;
  const dial = can && number !== null ? () => void run({ type: "preview_dial", call, number: number === card.number ? "" : number }) : null;
  const skip = can ? () => void run({ type: "preview_skip", call }) : null;
  useAction("preview_dial", dial);
  useAction("preview_skip", skip);
  return (
    <section className="panel call-panel offer preview" data-phase="preview" data-testid="preview">
      <div className="call-line">
        <b>{t("preview.title")}</b>
        {card.preview_until === null && <span className="quiet small">{t("preview.by_hand")}</span>}
      </div>
      {card.preview_until !== null && <Countdown until={card.preview_until} />}
      <button type="button" className="answer" data-testid="preview-dial" disabled={dial === null} onClick={() => dial?.()}>
        <Icon name="phone" size={22} />
        <span className="answer-text">
          {t("preview.dial")} {number !== null && <bdi className="num">{phoneNumber(number)}</bdi>}
        </span>
        <Kbd>{chordOf("preview_dial")}</Kbd>
      </button>
      {number === null && (
        <p className="call-note" role="status">
          {t("preview.none")}
        </p>
      )}
      <button type="button" className="decline skip" data-testid="preview-skip" disabled={skip === null} onClick={() => skip?.()}>
        <Icon name="skip" size={15} />
        <span>{t("preview.skip")}</span>
        <Kbd>{chordOf("preview_skip")}</Kbd>
      </button>
    </section>
  );
}

/** The page answers by itself; a button stands there only for when it could not. */
export function ThroughPanel({ call }: { call: CallView }) {
  const { t } = useSpeech();
  const desk = useDesk();
  const phone = useDeskState((state) => state.phone);
  const blocked = phone.session === "incoming" && phone.microphone !== null;
  useAction("answer", blocked ? () => desk.answer() : null);
  return (
    <section className="panel call-panel offer through" data-phase={call.phase} data-testid="through" role="status">
      <div className="call-line">
        <b>{t("through.title")}</b>
      </div>
      {blocked ? (
        <>
          <p className="call-note">{t("through.blocked")}</p>
          <button type="button" className="answer" data-testid="answer" onClick={() => desk.answer()}>
            <Icon name="phone" size={22} />
            <span>{t("action.answer")}</span>
            <Kbd>{chordOf("answer")}</Kbd>
          </button>
        </>
      ) : (
        <p className="through-line">
          <i className="spinner" aria-hidden="true" /> {t("through.answering")}
        </p>
      )}
    </section>
  );
}

const SCOPES = ["global", "campaign", "person"] as const;

/** Before, during and after the call; `talking`: only then can it have been a machine. */
export function CampaignMarks({ call, card, talking }: { call: string; card: CampaignCard; talking: boolean }) {
  const { t } = useSpeech();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const [open, setOpen] = useState(false);
  const [again, setAgain] = useState(false);
  const [done, setDone] = useState<"machine" | "do_not_call" | null>(null);
  const can = live && !busy;
  const machine = async () => {
    if (await run({ type: "mark_machine", call })) {
      setDone("machine");
      message.success(t("mark.was_machine"));
    }
  };
  const forbid = async (scope: (typeof SCOPES)[number]) => {
    setOpen(false);
    if (await run({ type: "do_not_call", call, scope })) {
      setDone("do_not_call");
      message.success(t("mark.forbidden"));
    }
  };
  useAction("machine", can && talking && done !== "machine" ? () => void machine() : null);
  useAction("do_not_call", can ? () => setOpen(true) : null);
  useAction("call_again", can ? () => setAgain(true) : null);
  return (
    <section className="panel campaign-marks" role="group" aria-label={t("mark.label")} data-talking={talking}>
      {talking && (
        <Hint text={t("action.machine")} action="machine">
          <Button icon={<Icon name="robot" size={15} />} disabled={!can || done === "machine"} onClick={() => void machine()} data-testid="mark-machine">
            {t("mark.machine")}
          </Button>
        </Hint>
      )}
      <Dropdown
        trigger={["click"]}
        open={open}
        onOpenChange={setOpen}
        disabled={!can}
        autoFocus
        menu={{
          items: SCOPES.map((scope) => ({ key: scope, label: t(`mark.scope_${scope}`), "data-testid": `do-not-call-${scope}` })),
          onClick: ({ key }) => void forbid(key as (typeof SCOPES)[number]),
        }}
      >
        <Button danger icon={<Icon name="forbid" size={15} />} disabled={!can} data-testid="do-not-call" title={`${t("action.do_not_call")} (${chordOf("do_not_call")})`}>
          {t("mark.do_not_call")}
        </Button>
      </Dropdown>
      <Hint text={t("action.call_again")} action="call_again">
        <Button icon={<Icon name="calendar" size={15} />} disabled={!can} onClick={() => setAgain(true)} data-testid="call-again">
          {t("mark.call_again")}
        </Button>
      </Hint>
      {again && <CallAgainDialog call={call} card={card} onClose={() => setAgain(false)} />}
    </section>
  );
}
