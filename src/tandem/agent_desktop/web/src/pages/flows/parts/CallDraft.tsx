// "Call me with this draft": the browser's softphone rings, and the draft is what one hears.

import { Button } from "antd";
import { useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../../desk";
import { flowsApi } from "../../../flowsApi";
import { dtmfKey } from "../../../keys";
import { Icon } from "../../../ui/icons";
import { inField } from "../../../ui/useActions";
import { useProblem } from "../../useProblem";
import type { Bundle } from "../document/flowFile";
import { useFlowSpeech } from "../speech";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const RING_MS = 20_000;

export function CallDraft({ bundle, errors, onClose }: { bundle: Bundle; errors: number; onClose: () => void }) {
  const { t, w } = useFlowSpeech();
  const desk = useDesk();
  const phone = useDeskState((state) => state.phone);
  const problemOf = useProblem();
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [pressed, setPressed] = useState("");
  const has = desk.me.softphone !== null;

  useEffect(() => {
    if (!has) return;
    desk.takePhone();
    return () => desk.givePhone();
  }, [desk, has]);

  const { session } = phone;
  useEffect(() => {
    if (session !== "none") setAsked(false);
    else setPressed("");
  }, [session]);
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => {
      setAsked(false);
      setProblem(t("call.no_ring"));
    }, RING_MS);
    return () => clearTimeout(timer);
  }, [asked, t]);

  const press = (key: string) => {
    if (desk.sendDigit(key)) setPressed((old) => (old + key).slice(-16));
  };
  useEffect(() => {
    if (session !== "active") return;
    const onKey = (event: KeyboardEvent) => {
      const key = dtmfKey(event);
      if (key === null || inField(event.target)) return;
      event.preventDefault();
      if (desk.sendDigit(key)) setPressed((old) => (old + key).slice(-16));
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [session, desk]);

  const call = async () => {
    setProblem(null);
    setAsked(true);
    try {
      await flowsApi.callMe({ main: bundle.main, files: { ...bundle.files } });
    } catch (error) {
      setAsked(false);
      setProblem(problemOf(error));
    }
  };
  const ready = phone.registration === "registered";
  return (
    <section className="call-draft panel" aria-label={t("call.title")} data-testid="call-draft" data-session={session}>
      <header>
        <Icon name="phone" size={14} />
        <b>{t("call.title")}</b>
        <button
          type="button"
          className="icon-button"
          aria-label={t("call.close")}
          onClick={() => {
            if (session !== "none") desk.hangUpPhone();
            onClose();
          }}
        >
          <Icon name="close" size={13} />
        </button>
      </header>
      {!has ? (
        <p className="quiet">{t("call.no_device")}</p>
      ) : session === "active" ? (
        <>
          <output className="pressed mono" aria-label={t("call.pressed")}>
            {pressed || <span className="quiet">{t("call.press")}</span>}
          </output>
          <div className="draft-keys">
            {KEYS.map((key) => (
              <button key={key} type="button" className="button" onClick={() => press(key)} data-testid={`draft-key-${key}`}>
                {key}
              </button>
            ))}
          </div>
          <Button danger type="primary" block icon={<Icon name="hangup" size={14} />} onClick={() => desk.hangUpPhone()} data-testid="draft-hang-up">
            {t("call.hang_up")}
          </Button>
        </>
      ) : session !== "none" ? (
        <>
          <p>{t("call.rings")}</p>
          <div className="call-buttons">
            <Button type="primary" icon={<Icon name="phone" size={14} />} loading={session === "answering"} onClick={() => desk.answer()} data-testid="draft-answer">
              {t("call.answer")}
            </Button>
            <Button onClick={() => desk.decline()}>{t("call.decline")}</Button>
          </div>
        </>
      ) : (
        <>
          <p className="quiet small">{t("call.about")}</p>
          <p className={ready ? "good-text small" : "warn-text small"} role="status">
            {t("phone.label")}: {w("phone", phone.registration)}
          </p>
          {errors > 0 && <p className="bad-text small">{t("call.has_errors")}</p>}
          <Button type="primary" block icon={<Icon name="phone" size={14} />} loading={asked} disabled={!ready || errors > 0} onClick={() => void call()} data-testid="draft-call">
            {t(asked ? "call.calling" : "call.start")}
          </Button>
        </>
      )}
      {phone.microphone && <p className="bad-text small">{w("microphone", phone.microphone)}</p>}
      {problem && (
        <p className="bad-text small" role="alert">
          <bdi>{problem}</bdi>
        </p>
      )}
    </section>
  );
}
