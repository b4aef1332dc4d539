// All who are to be called back: callers, and people of campaigns who were promised a call.

import { Segmented } from "antd";
import { useState } from "react";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import { useSpeech } from "../../i18n";
import { Panel } from "../../ui/bits";
import { PromiseEntries } from "../promises/PromiseEntries";
import { usePromises } from "../promises/usePromises";
import { CallbackEntries } from "./CallbackEntries";

type Tab = "callers" | "campaigns";

export function CallbackPanel({ className }: { className: string }) {
  const { t } = useSpeech();
  const count = useDeskState((state) => state.live.callbacks?.total ?? 0);
  const mayRead = useDesk().me.may.includes("read_promises");
  const polled = usePromises(mayRead);
  const [chosen, setChosen] = useState<Tab | null>(null);
  const promised = polled.value?.promises ?? [];
  const overdue = promised.filter((one) => one.at <= serverNow()).length;
  // Until somebody chooses, what there is comes to the front.
  const tab = chosen ?? (count === 0 && promised.length > 0 ? "campaigns" : "callers");
  return (
    <Panel
      title={t("callbacks.title")}
      icon="callback"
      flush
      className={className}
      extra={
        mayRead ? (
          <Segmented<Tab>
            size="small"
            value={tab}
            onChange={setChosen}
            options={[
              { value: "callers", label: count > 0 ? `${t("promise.tab_callers")} ${count}` : t("promise.tab_callers") },
              {
                value: "campaigns",
                label: (
                  <span data-testid="promises-tab">
                    {t("promise.tab_campaigns")}
                    {promised.length > 0 && ` ${promised.length}`}
                    {overdue > 0 && <b className="promise-late" title={t("promise.overdue_count", { count: overdue })} />}
                  </span>
                ),
              },
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
