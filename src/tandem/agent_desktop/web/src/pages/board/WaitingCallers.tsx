import { useMemo } from "react";
import type { QueueRow, WaitingRow } from "../../generated/live";
import { needs, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { useAgentName } from "../../names";
import { Name, Nothing, Since, Tier } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { Band } from "../why/Band";
import { type Column, DataGrid } from "../../ui/DataGrid";

export function WaitingCallers({
  calls,
  queues,
}: {
  calls: readonly WaitingRow[];
  queues: ReadonlyMap<string, QueueRow>;
}) {
  const { t, w, pick } = useSpeech();
  const nameOf = useAgentName();
  const columns = useMemo<Column<WaitingRow>[]>(
    () => [
      {
        key: "place",
        title: t("col.place"),
        width: "34px",
        align: "right",
        render: (call) => <b className="num">{call.place ?? "–"}</b>,
      },
      {
        key: "caller",
        title: t("col.caller"),
        width: "minmax(0, 1fr)",
        render: (call) => (
          <span className="two">
            <span className="cell-line">
              {call.kind === "virtual" && <Icon name="callback" size={13} />}
              {call.kind === "task" && <Icon name="ticket" size={13} />}
              <Name>{call.name || phoneNumber(call.number) || t("pop.withheld")}</Name>
              {(call.tier === "vip" || call.tier === "gold") && <Tier tier={call.tier} />}
            </span>
            <span className="cell-line quiet small" title={[needs(call.needs), pick(call.why_not)].filter(Boolean).join(" — ") || undefined}>
              {call.phase === "queued" ? (
                <Name>{pick(call.queue ? queues.get(call.queue)?.name : null, call.queue ?? "")}</Name>
              ) : (
                <span className={`phase phase-${call.phase}`}>
                  {w("phase", call.phase)}
                  {call.agent && (
                    <>
                      {" "}
                      <Name>{nameOf(call.agent)}</Name>
                    </>
                  )}
                </span>
              )}
            </span>
          </span>
        ),
      },
      {
        key: "since",
        title: t("col.wait"),
        width: "46px",
        align: "right",
        render: (call) => <Since at={call.since} />,
      },
      {
        key: "still",
        title: t("board.still"),
        width: "54px",
        from_px: 325,
        align: "right",
        render: (call) => <Band p50_s={call.predicted_p50_s} p90_s={call.predicted_p90_s} short />,
      },
    ],
    [t, w, pick, nameOf, queues],
  );
  return (
    <DataGrid
      columns={columns}
      rows={calls}
      rowKey={(call) => call.call}
      label={t("board.waiting")}
      testId="board-waiting"
      rowPx={46}
      empty={<Nothing icon="check" title={t("board.no_waiting")} />}
    />
  );
}
