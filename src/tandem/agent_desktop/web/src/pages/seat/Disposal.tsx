// Notes and disposition: written during the call, finished in the wrap-up. One component, so the cursor never jumps.

import { Button, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef } from "react";
import type { WrapUpView } from "../../generated/live";
import { serverNow, useSecond } from "../../clock";
import { useDeskState } from "../../desk";
import { duration } from "../../format";
import { useSpeech } from "../../i18n";
import { Kbd } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { chordOf } from "../../keys";
import { useAction } from "../../ui/useActions";
import { lines } from "../../text";
import { useCommand } from "../../ui/useCommand";
import { DispositionPicker } from "./DispositionPicker";
import { useDraft } from "./draft";

function WrapTimer({ wrapUp }: { wrapUp: WrapUpView }) {
  const { t } = useSpeech();
  useSecond();
  const left = wrapUp.until - serverNow();
  const overdue = wrapUp.overdue || left <= 0;
  const whole = Math.max(1, wrapUp.until - wrapUp.started_at);
  return (
    <div className={`wrap-timer ${overdue ? "overdue" : ""}`} role="timer" data-overdue={overdue}>
      <div className="wrap-timer-text">
        <span>{overdue ? t("wrap.overdue") : t("wrap.left")}</span>
        <b className="num">{overdue ? `+${duration(-left)}` : duration(Math.ceil(left))}</b>
      </div>
      <progress max={1} value={overdue ? 1 : 1 - left / whole} aria-hidden="true" />
    </div>
  );
}

export function Disposal({
  call,
  wrapUp,
  only,
}: {
  call: string;
  wrapUp: WrapUpView | null;
  /** The dispositions that may be chosen; [] = all. */
  only: readonly string[];
}) {
  const { t } = useSpeech();
  const live = useDeskState((state) => state.status === "live");
  const [draft, change] = useDraft(call);
  const { run, busy } = useCommand();
  const { run: runMore, busy: adding } = useCommand();
  const notes = useRef<TextAreaRef>(null);
  const canSave = live && wrapUp !== null && draft.disposition !== null && !busy;

  const save = (next: "ready" | "not_ready") => {
    if (!canSave || draft.disposition === null) return;
    void run({ type: "wrap_up", call, disposition: draft.disposition, notes: lines(draft.notes), next });
  };
  const more = () => void runMore({ type: "more_time", call });
  const toNotes = () => notes.current?.focus({ cursor: "end" });
  useAction("notes", toNotes);
  useAction("save_ready", canSave ? () => save("ready") : null);
  useAction("save_not_ready", canSave ? () => save("not_ready") : null);
  useAction("more_time", live && wrapUp && !adding ? more : null);

  return (
    <section className="disposal" data-testid={wrapUp ? "wrap-up" : "call-notes"} data-call={call}>
      {wrapUp && (
        <div className="wrap-head">
          <WrapTimer wrapUp={wrapUp} />
          <Hint text={t("action.more_time")} action="more_time">
            <Button size="small" data-testid="more-time" disabled={!live || adding} onClick={more}>
              {t("wrap.more")}
            </Button>
          </Hint>
        </div>
      )}
      <label className="field-label" htmlFor="notes">
        {t("wrap.notes")} <Kbd>{chordOf("notes")}</Kbd>
      </label>
      <Input.TextArea
        id="notes"
        ref={notes}
        data-testid="notes"
        className="notes"
        rows={4}
        maxLength={4000}
        dir="auto"
        placeholder={t("wrap.notes_hint")}
        value={draft.notes}
        onChange={(event) => change({ notes: event.target.value })}
      />
      <div className="field-label">
        {t("wrap.disposition")}
        {wrapUp !== null && draft.disposition === null && <em className="required">{t("wrap.required")}</em>}
      </div>
      <DispositionPicker
        value={draft.disposition}
        only={only}
        onChange={(disposition) => change({ disposition })}
        onDone={toNotes}
        autoFocus={wrapUp !== null}
      />
      {wrapUp && (
        <div className="wrap-actions">
          <Hint text={t("action.save_ready")} action="save_ready">
            <Button
              type="primary"
              size="large"
              data-testid="save-ready"
              loading={busy}
              disabled={!canSave}
              onClick={() => save("ready")}
            >
              {t("wrap.save_ready")} <Kbd>{chordOf("save_ready")}</Kbd>
            </Button>
          </Hint>
          <Hint text={t("action.save_not_ready")} action="save_not_ready">
            <Button size="large" data-testid="save-not-ready" disabled={!canSave} onClick={() => save("not_ready")}>
              {t("wrap.save_not_ready")}
            </Button>
          </Hint>
        </div>
      )}
    </section>
  );
}
