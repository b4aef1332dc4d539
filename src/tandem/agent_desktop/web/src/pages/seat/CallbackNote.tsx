// What an agent must know before he speaks first: this is a callback, which one, and what was promised.

import { serverNow } from "../../clock";
import type { CallbackView } from "../../generated/live";
import { clockTime, moment, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Name } from "../../ui/bits";
import { Icon } from "../../ui/icons";

export function CallbackNote({ callback }: { callback: CallbackView }) {
  const { t, lang } = useSpeech();
  const now = serverNow();
  return (
    <section className="panel callback-note" data-testid="callback-note" data-attempt={callback.attempt}>
      <p className="callback-note-head">
        <Icon name="callback" size={18} />
        <b>{t("callback.this_is")}</b>
        <span className="mark num">{t("callback.attempt", { number: callback.attempt, most: callback.attempts_allowed })}</span>
      </p>
      <p>
        {t(callback.mode === "agent" ? "callback.you_first" : "callback.he_first")}{" "}
        <span className="num">
          <bdi>{phoneNumber(callback.number)}</bdi>
        </span>
      </p>
      <p className="quiet">
        {t(callback.created_by ? "callback.promised_at" : "callback.asked_at", { time: moment(callback.asked_at, now, lang) })}
        {callback.created_by && (
          <>
            {" "}
            <Name>{callback.created_by}</Name>
          </>
        )}
        {callback.window && (
          <span className="num">
            {" · "}
            {moment(callback.window.start_at, now, lang)} – {clockTime(callback.window.end_at, lang)}
          </span>
        )}
      </p>
      {callback.note && (
        <p className="who-note">
          <Icon name="note" size={14} /> <bdi>{callback.note}</bdi>
        </p>
      )}
    </section>
  );
}
