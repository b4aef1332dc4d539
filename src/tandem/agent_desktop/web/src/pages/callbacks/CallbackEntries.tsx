// People whom a failure of the switch cut off, or who asked for it: to be called back, then marked done.

import { App, Button } from "antd";
import { useDesk, useDeskState } from "../../desk";
import type { CallbackRecord } from "../../generated/rest";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { Loading, Name, Nothing, Since } from "../../ui/bits";
import { Hint } from "../../ui/Hint";
import { Icon } from "../../ui/icons";
import { useCommand } from "../../ui/useCommand";

function Entry({ entry }: { entry: CallbackRecord }) {
  const { t, w } = useSpeech();
  const names = useNames();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
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
          disabled={!live || busy}
          onClick={() => void run({ type: "callback_done", callback: entry.id })}
        >
          {t("callbacks.done")}
        </Button>
      )}
    </li>
  );
}

export function CallbackEntries() {
  const { t } = useSpeech();
  const open = useDeskState((state) => state.live.callbacks);
  if (open === null) return <Loading rows={3} />;
  if (open.length === 0) {
    return (
      <Nothing icon="check" title={t("callbacks.none")}>
        {t("callbacks.none_text")}
      </Nothing>
    );
  }
  return (
    <ul className="callbacks scroll" data-testid="callbacks">
      {open.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ul>
  );
}
