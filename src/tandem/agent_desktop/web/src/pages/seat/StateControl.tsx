// The agent's state in the bar: what it is, since when, what comes after the call, and the two ways to change it.

import { Popover } from "antd";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { askForNotifications } from "../../app/useAttention";
import { useDesk, useDeskState } from "../../desk";
import { useSpeech } from "../../i18n";
import { MicrophoneError, tryMicrophone } from "../../microphone";
import { Dot, Kbd, Since, toneOf } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/icons";
import { useAction } from "../../ui/useActions";
import { useCommand } from "../../ui/useCommand";
import { useQuestion } from "../../ui/useQuestion";

/** Asks for the microphone first: a Ready agent whom no caller could hear helps nobody. */
function useGoReady(): { go: () => void; busy: boolean; holder: ReactNode } {
  const { me } = useDesk();
  const [tell, holder] = useQuestion();
  const { t, w } = useSpeech();
  const { run, busy } = useCommand();
  const [asking, setAsking] = useState(false);
  const go = async () => {
    askForNotifications();
    if (me.softphone) {
      setAsking(true);
      try {
        await tryMicrophone();
      } catch (error) {
        tell({
          okCancel: false,
          title: t("microphone.title"),
          content: w("microphone", error instanceof MicrophoneError ? error.problem : "failed"),
          okText: t("understood"),
        });
        return;
      } finally {
        setAsking(false);
      }
    }
    await run({ type: "set_ready" });
  };
  return { go: () => void go(), busy: busy || asking, holder };
}

function Reasons({ onPick, onClose }: { onPick: (code: string) => void; onClose: () => void }) {
  const { me } = useDesk();
  const { pick, t } = useSpeech();
  const list = useRef<HTMLDivElement>(null);
  const reasons = me.not_ready_reasons;

  useEffect(() => {
    list.current?.querySelector("button")?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
      return;
    }
    if (step !== 0) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
      return;
    }
    const reason = reasons[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && reason) {
      event.preventDefault();
      onPick(reason.code);
    }
  };

  return (
    <div className="reasons" ref={list} role="menu" aria-label={t("action.not_ready")} onKeyDown={onKeyDown}>
      {reasons.map((reason, index) => (
        <button
          key={reason.code}
          type="button"
          role="menuitem"
          data-testid={`reason-${reason.code}`}
          onClick={() => onPick(reason.code)}
        >
          <span>{pick({ zh: reason.zh, en: reason.en }, reason.code)}</span>
          <Kbd>{String(index + 1)}</Kbd>
        </button>
      ))}
    </div>
  );
}

/** Words for a reason: the server's own list first, then ours for those that rules set. */
export function useReasonWord(): (code: string | null) => string {
  const { me } = useDesk();
  const { pick, w } = useSpeech();
  return useCallback(
    (code) => {
      if (!code) return "";
      const chosen = me.not_ready_reasons.find((reason) => reason.code === code);
      return chosen ? pick({ zh: chosen.zh, en: chosen.en }, code) : w("reason", code);
    },
    [me, pick, w],
  );
}

export function StateControl() {
  const { t, w } = useSpeech();
  const agent = useDeskState((state) => state.live.agent);
  const phase = useDeskState((state) => state.live.call?.phase ?? null);
  const live = useDeskState((state) => state.status === "live");
  const reasonWord = useReasonWord();
  const { go, busy, holder } = useGoReady();
  const { run, busy: leaving } = useCommand();
  const [open, setOpen] = useState(false);

  const occupied = agent?.state === "busy" || agent?.state === "working_after_call";
  const wantsReady = agent?.pending === "ready";
  const wantsPause = agent?.pending === "not_ready";
  const canReady = live && agent !== null && agent.state !== "ready" && !busy && (!occupied || !wantsReady);
  const canPause = live && agent !== null && !leaving;
  useAction("ready", canReady ? go : null);
  useAction("not_ready", canPause ? () => setOpen(true) : null);

  const choose = (code: string) => {
    setOpen(false);
    void run({ type: "set_not_ready", reason: code });
  };

  if (!agent) return <div className="state-control" />;
  const word = agent.state === "busy" && phase ? w("phase", phase) : w("state", agent.state);
  return (
    <div className="state-control">
      {holder}
      <div
        className={`state-pill tone-${toneOf(agent.state, phase)}`}
        data-testid="agent-state"
        data-state={agent.state}
        data-reason={agent.reason ?? ""}
        data-pending={agent.pending ?? ""}
      >
        <Dot tone={toneOf(agent.state, phase)} />
        <b>{word}</b>
        {agent.reason && <span className="state-reason">{reasonWord(agent.reason)}</span>}
        <Since at={agent.since} />
        {occupied && wantsPause && (
          <span className="state-pending" data-testid="pending">
            → {w("state", "not_ready")}
          </span>
        )}
      </div>
      <Hint text={occupied ? t("state.ready_after") : t("action.ready")} action="ready">
        <button
          type="button"
          className={`state-button go ${occupied ? "later" : ""} ${agent.state === "ready" || (occupied && wantsReady) ? "on" : ""}`}
          data-testid="ready"
          disabled={!canReady}
          aria-pressed={agent.state === "ready" || (occupied && wantsReady)}
          onClick={go}
        >
          <Icon name="check" />
          <span>{t("action.ready")}</span>
        </button>
      </Hint>
      <Hint text={occupied ? t("state.pause_after") : t("action.not_ready")} action="not_ready">
        <span>
          <Popover
            open={open}
            onOpenChange={setOpen}
            trigger="click"
            placement="bottomRight"
            arrow={false}
            destroyOnHidden
            content={<Reasons onPick={choose} onClose={() => setOpen(false)} />}
          >
            <button
              type="button"
              className={`state-button ${agent.state === "not_ready" || (occupied && wantsPause) ? "on" : ""}`}
              data-testid="not-ready"
              disabled={!canPause}
              aria-haspopup="menu"
              aria-expanded={open}
            >
              <Icon name="pause" />
              <span>{t("action.not_ready")}</span>
              <Icon name="down" size={12} />
            </button>
          </Popover>
        </span>
      </Hint>
    </div>
  );
}
