import { useDeskState } from "../desk";
import { useSpeech } from "../i18n";
import { Panel } from "../ui/bits";
import { CallbackEntries } from "./callbacks/CallbackEntries";

export default function CallbacksPage() {
  const { t } = useSpeech();
  const count = useDeskState((state) => state.live.callbacks?.length ?? 0);
  return (
    <Panel
      title={t("callbacks.title")}
      icon="callback"
      flush
      className="narrow fill"
      extra={count > 0 ? <b className="num">{count}</b> : null}
    >
      <CallbackEntries />
    </Panel>
  );
}
