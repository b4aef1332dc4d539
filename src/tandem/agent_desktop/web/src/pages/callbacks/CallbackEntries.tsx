// People whom a failure of the switch cut off, or who asked for it: to be called back, then marked done.

import { App, Button } from "antd";
import { type UIEvent, memo, useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../desk";
import type { CallbackRow } from "../../generated/live";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { Loading, Name, Nothing, Since } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/icons";
import { useCommand } from "../../ui/useCommand";
import { MOST, STEP } from "./bounds";

const Entry = memo(function Entry({ entry }: { entry: CallbackRow }) {
  const { t, w } = useSpeech();
  const names = useNames();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const connection = useDeskState((state) => state.live.connection);
  // The list has it a moment later. What the list says after that, or on a new connection, is what is so.
  const [done, setDone] = useState<{ entry: CallbackRow; connection: number } | null>(null);
  const leaving = done !== null && done.entry === entry && done.connection === connection;
  const mayFinish = useDesk().me.may.includes("finish_callback");
  const copy = () => {
    navigator.clipboard.writeText(entry.number_e164).then(
      () => message.success({ content: t("copied"), key: "copied" }),
      () => undefined,
    );
  };
  return (
    <li className="callback" data-testid="callback">
      <div className="callback-who">
        <b>
          {entry.caller_name && <Name>{entry.caller_name}</Name>}
        </b>
        <span className="callback-number num">
          <bdi>{phoneNumber(entry.number_e164)}</bdi>
          {"clipboard" in navigator && (
            <Hint text={t("copy")}>
              <button type="button" className="icon-button" aria-label={t("copy")} onClick={copy}>
                <Icon name="copy" size={13} />
              </button>
            </Hint>
          )}
        </span>
        <span className="quiet small">
          {w("callback_reason", entry.reason.replaceAll(" ", "_"))}
          {entry.queue && (
            <>
              {" · "}
              <Name>{names.queue(entry.queue)}</Name>
            </>
          )}
          {" · "}
          {t("ago")} <Since at={entry.created_at} />
        </span>
      </div>
      {mayFinish && (
        <Button
          size="small"
          data-testid="callback-done"
          disabled={!live || busy || leaving}
          onClick={() => void run({ type: "callback_done", callback: entry.id }).then((taken) => setDone(taken ? { entry, connection } : null))}
        >
          {t("callbacks.done")}
        </Button>
      )}
    </li>
  );
});

const END_PX = 400;

export function CallbackEntries() {
  const { t } = useSpeech();
  const desk = useDesk();
  const callbacks = useDeskState((state) => state.live.callbacks);
  const [first, setFirst] = useState(STEP);
  useEffect(() => desk.showCallbacks(first), [desk, first]);
  useEffect(() => () => desk.showCallbacks(0), [desk]);
  if (callbacks === null || (callbacks.rows.size === 0 && callbacks.total > 0)) return <Loading rows={3} />;
  const { total, rows } = callbacks;
  if (total === 0) {
    return (
      <Nothing icon="check" title={t("callbacks.none")}>
        {t("callbacks.none_text")}
      </Nothing>
    );
  }
  const onScroll = ({ currentTarget: list }: UIEvent) => {
    const nearEnd = list.scrollTop + list.clientHeight > list.scrollHeight - END_PX;
    if (nearEnd && rows.size >= first && first < Math.min(total, MOST)) setFirst(first + STEP);
  };
  return (
    <ul className="callbacks scroll" onScroll={onScroll} data-testid="callbacks">
      {[...rows.values()].map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
      {rows.size >= MOST && total > MOST && (
        <li className="quiet small" data-testid="callbacks-more">
          {t("callbacks.more", { shown: MOST, count: total })}
        </li>
      )}
    </ul>
  );
}
