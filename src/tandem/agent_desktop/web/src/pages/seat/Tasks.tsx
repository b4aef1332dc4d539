// Work that is not a call: offered and in hand.

import { Button, Input } from "antd";
import { useState } from "react";
import { useDeskState } from "../../desk";
import type { TaskView } from "../../generated/rest";
import { phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { lines, oneLine } from "../../text";
import { Name, Nothing, Panel, Since, Until } from "../../ui/bits";
import { useCommand } from "../../ui/useCommand";

type Asking = "return" | "done" | null;

function Task({ task }: { task: TaskView }) {
  const { t, pick } = useSpeech();
  const live = useDeskState((state) => state.status === "live");
  const { run, busy } = useCommand();
  const [asking, setAsking] = useState<Asking>(null);
  const [note, setNote] = useState("");
  const offered = task.state === "offered";
  const off = !live || busy;
  const finish = async () => {
    const taken =
      asking === "done"
        ? await run({ type: "task_done", task: task.id, note: lines(note) })
        : await run({ type: "task_return", task: task.id, note: oneLine(note).slice(0, 200) });
    if (taken) setAsking(null);
  };
  return (
    <li className={`task task-${task.state}`} data-testid="task" data-task={task.id} data-state={task.state}>
      <div className="task-head">
        <b>
          <Name>{task.title}</Name>
        </b>
        <span className="mark">
          <Name>{pick(task.queue_name, task.queue)}</Name>
        </span>
        <span className="quiet small task-time">
          {offered && task.offered_until !== null ? (
            <>
              {t("task.offer_ends")} <Until at={task.offered_until} />
            </>
          ) : (
            <Since at={task.accepted_at ?? task.created_at} />
          )}
        </span>
      </div>
      {(task.customer_name || task.number) && (
        <p className="cell-line">
          {task.customer_name && <Name>{task.customer_name}</Name>}
          {task.number && <span className="num quiet">{phoneNumber(task.number)}</span>}
        </p>
      )}
      {task.text && (
        <p className="task-text">
          <bdi>{task.text}</bdi>
        </p>
      )}
      {offered && pick(task.why) && <p className="quiet small">{pick(task.why)}</p>}
      {asking !== null && (
        <form
          className="task-ask"
          onSubmit={(event) => {
            event.preventDefault();
            void finish();
          }}
        >
          <Input
            autoFocus
            value={note}
            maxLength={asking === "done" ? 4000 : 200}
            placeholder={t(asking === "done" ? "task.done_note" : "task.return_note")}
            aria-label={t("wrap.notes")}
            onChange={(event) => setNote(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setAsking(null);
            }}
          />
          <Button size="small" type="primary" htmlType="submit" disabled={off} data-testid="task-confirm">
            {t(asking === "done" ? "task.done" : "task.return")}
          </Button>
          <Button size="small" onClick={() => setAsking(null)}>
            {t("plan.cancel")}
          </Button>
        </form>
      )}
      {asking === null && (
        <div className="task-buttons">
          {offered ? (
            <Button size="small" type="primary" disabled={off} onClick={() => void run({ type: "task_accept", task: task.id })} data-testid="task-accept">
              {t("task.accept")}
            </Button>
          ) : (
            <Button size="small" type="primary" disabled={off} onClick={() => setAsking("done")} data-testid="task-done">
              {t("task.done")}
            </Button>
          )}
          <Button size="small" disabled={off} onClick={() => setAsking("return")} data-testid="task-return">
            {t("task.return")}
          </Button>
        </div>
      )}
    </li>
  );
}

/** `onlyOffered`: beside a call, where only what runs out counts. */
export function Tasks({ onlyOffered = false }: { onlyOffered?: boolean }) {
  const { t } = useSpeech();
  const all = useDeskState((state) => state.live.tasks);
  const tasks = onlyOffered ? all.filter((task) => task.state === "offered") : all;
  if (onlyOffered && tasks.length === 0) return null;
  return (
    <Panel title={t("task.title")} icon="ticket" flush className={`fill tasks-panel ${tasks.length === 0 ? "empty" : ""}`} extra={tasks.length > 0 ? <b className="num">{tasks.length}</b> : null}>
      {tasks.length === 0 ? (
        <Nothing icon="check" title={t("task.none")}>
          {t("task.none_text")}
        </Nothing>
      ) : (
        <ul className="tasks scroll" data-testid="tasks">
          {tasks.map((task) => (
            <Task key={task.id} task={task} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
