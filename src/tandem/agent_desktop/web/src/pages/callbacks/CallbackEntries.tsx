// People whom a failure of the switch cut off, or who asked for it: to be called back, then marked done.

import { App, Button } from "antd";
import { useDeskState } from "../../desk";
import type { CallbackRecord } from "../../generated/rest";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Hint, Loading, Name, Nothing, Since } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useCommand } from "../../ui/useCommand";

function Entry({ entry }: { entry: CallbackRecord }) {
  const { t, w } = useSpeech();
  const { message } = App.useApp();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
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
          <Name>{entry.caller_name || phoneNumber(entry.number_e164)}</Name>
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
          {w("callback_reason", entry.reason)}
          {entry.queue && (
            <>
              {" · "}
              <Name>{entry.queue}</Name>
            </>
          )}
          {" · "}
          {t("ago")} <Since at={entry.created_at} />
        </span>
      </div>
      <Button
        size="small"
        data-testid="callback-done"
        disabled={!live || busy}
        onClick={() => void run({ type: "callback_done", callback: entry.id })}
      >
        {t("callbacks.done")}
      </Button>
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
