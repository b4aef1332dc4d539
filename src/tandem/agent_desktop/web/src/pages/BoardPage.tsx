// The supervisor's board: queues and waiting callers above, seats below; pushed, never polled.

import { useMemo } from "react";
import { useDeskState } from "../desk";
import { useSpeech } from "../i18n";
import { Loading, Panel } from "../ui/bits";
import { Queues } from "./board/Queues";
import { Seats } from "./board/Seats";
import { WaitingCallers } from "./board/WaitingCallers";
import { waitingCallers } from "./board/rows";

export default function BoardPage() {
  const { t } = useSpeech();
  const board = useDeskState((state) => state.live.board);
  const waiting = useMemo(() => (board ? waitingCallers(board.calls.values()) : []), [board]);
  const queues = useMemo(() => (board ? [...board.queues.values()] : []), [board]);
  const seats = useMemo(() => (board ? [...board.seats.values()] : []), [board]);
  if (!board) return <Loading rows={8} />;
  return (
    <div className="board">
      <Panel title={t("board.queues")} icon="list" flush className="board-queues">
        <Queues queues={queues} />
      </Panel>
      <Panel
        title={t("board.waiting")}
        icon="phone"
        flush
        className="board-waiting fill"
        extra={<b className="num">{waiting.length}</b>}
      >
        <WaitingCallers calls={waiting} queues={board.queues} />
      </Panel>
      <Seats seats={seats} queues={board.queues} />
    </div>
  );
}
