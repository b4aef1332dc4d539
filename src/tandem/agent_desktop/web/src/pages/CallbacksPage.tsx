import { Segmented } from "antd";
import { useState } from "react";
import { useDesk, useDeskState } from "../desk";
import { useSpeech } from "../i18n";
import { Panel } from "../ui/bits";
import { CallbackEntries } from "./callbacks/CallbackEntries";
import { PromiseEntries } from "./promises/PromiseEntries";
import { usePromises } from "./promises/usePromises";

type Tab = "callers" | "campaigns";

export default function CallbacksPage() {
  const { t } = useSpeech();
  const count = useDeskState((state) => state.live.callbacks?.length ?? 0);
  const mayRead = useDesk().me.may.includes("read_promises");
  const polled = usePromises(mayRead);
  const [tab, setTab] = useState<Tab>("callers");
  const promised = polled.value?.promises.length ?? 0;
  const word = (text: string, many: number) => (many > 0 ? `${text} ${many}` : text);
  return (
    <Panel
      title={t("callbacks.title")}
      icon="callback"
      flush
      className="narrow fill"
      extra={
        mayRead ? (
          <Segmented<Tab>
            size="small"
            value={tab}
            onChange={setTab}
            options={[
              { value: "callers", label: word(t("promise.tab_callers"), count) },
              { value: "campaigns", label: <span data-testid="promises-tab">{word(t("promise.tab_campaigns"), promised)}</span> },
            ]}
          />
        ) : count > 0 ? (
          <b className="num">{count}</b>
        ) : null
      }
    >
      {tab === "callers" ? <CallbackEntries /> : <PromiseEntries polled={polled} />}
    </Panel>
  );
}
