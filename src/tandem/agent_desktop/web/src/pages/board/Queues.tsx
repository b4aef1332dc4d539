import type { QueueRow } from "../../generated/live";
import { serverNow, useSecond } from "../../clock";
import { duration, moment, share } from "../../format";
import { useSpeech } from "../../i18n";
import { Name, Nothing } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { Band } from "../why/Band";
import { judged } from "../studies/judging";
import { health } from "./rows";

function Longest({ since, target_s }: { since: number | null; target_s: number }) {
  useSecond();
  if (since === null) return <span className="quiet">–</span>;
  const waited = serverNow() - since;
  return <b className={`num ${waited > target_s ? "level-bad-text" : ""}`}>{duration(waited)}</b>;
}

function Level({ queue }: { queue: QueueRow }) {
  const { t } = useSpeech();
  const state = health(queue.service_level);
  return (
    <div className="level" title={t("board.target", { seconds: queue.target_s })}>
      <span className="num">{share(queue.service_level)}</span>
      <span
        className={`level-bar level-${state ?? "none"}`}
        role="meter"
        aria-label={t("col.service_level")}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={queue.service_level ?? 0}
      >
        <i style={{ width: `${(queue.service_level ?? 0) * 100}%` }} />
      </span>
    </div>
  );
}

/** What who calls now is told, and whether that has been true so far. */
function Predicted({ queue }: { queue: QueueRow }) {
  const { t } = useSpeech();
  const coverage = queue.coverage ?? null;
  const state = judged({ coverage, count: coverage === null ? 0 : Number.MAX_SAFE_INTEGER });
  return (
    <span className="cell-line predicted">
      <Band p50_s={queue.predicted_p50_s} p90_s={queue.predicted_p90_s} />
      {coverage !== null && (
        <span className={`num small judged judged-${state}`} title={t("board.coverage", { share: share(coverage) })}>
          {share(coverage)}
        </span>
      )}
    </span>
  );
}

function Closed({ queue }: { queue: QueueRow }) {
  const { t, pick, lang } = useSpeech();
  if (queue.open ?? true) return null;
  const opens = queue.opens_at ? t("board.opens_at", { time: moment(queue.opens_at, serverNow(), lang) }) : "";
  return (
    <span className="mark mark-closed" title={[pick(queue.closed_why), opens].filter(Boolean).join(" · ")} data-testid="queue-closed">
      {queue.closed_by_hand && <Icon name="stop" size={11} />}
      {t("queue.closed")}
    </span>
  );
}

export function Queues({ queues }: { queues: readonly QueueRow[] }) {
  const { t, pick } = useSpeech();
  if (queues.length === 0) return <Nothing icon="list" title={t("board.no_queues")} />;
  const asa = (queue: QueueRow) => (queue.asa_s === null ? "–" : duration(Math.round(queue.asa_s)));
  return (
    <div className="scroll queue-scroll">
      <table className="rows queue-rows" data-testid="board-queues">
        <thead>
          <tr>
            <th>{t("col.queue")}</th>
            <th className="right">{t("col.waiting")}</th>
            <th className="right">{t("col.longest")}</th>
            <th className="right">{t("board.predicted")}</th>
            <th className="right">{t("col.talking")}</th>
            <th className="right">{t("col.ready")}</th>
            <th className="right">{t("col.offered")}</th>
            <th className="right">{t("col.answered")}</th>
            <th className="right">{t("col.abandoned")}</th>
            <th className="right">{t("col.asa")}</th>
            <th>{t("col.service_level")}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <tr key={queue.id} data-queue={queue.id}>
              <td>
                <span className="cell-line">
                  <b>
                    <Name>{pick(queue.name, queue.id)}</Name>
                  </b>
                  <Closed queue={queue} />
                </span>
              </td>
              <td className="right">
                <b className={`num ${queue.waiting > 0 ? "count-on" : "quiet"}`}>{queue.waiting}</b>
                {(queue.virtual ?? 0) > 0 && (
                  <span className="num quiet small" title={t("board.virtual")}>
                    {" "}
                    +{queue.virtual}
                  </span>
                )}
              </td>
              <td className="right">
                <Longest since={queue.longest_wait_since} target_s={queue.target_s} />
              </td>
              <td className="right">
                <Predicted queue={queue} />
              </td>
              <td className="num right">{queue.talking}</td>
              <td className="num right" title={t("board.ready_of", { ready: queue.ready, all: queue.on_shift ?? 0 })}>
                {queue.ready}
              </td>
              <td className="num right">{queue.offered}</td>
              <td className="num right">{queue.answered}</td>
              <td className="num right">{queue.abandoned}</td>
              <td className="num right">{asa(queue)}</td>
              <td>
                <Level queue={queue} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
