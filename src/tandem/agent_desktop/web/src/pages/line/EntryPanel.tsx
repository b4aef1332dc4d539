// One who waits, in detail: why nobody yet, attempts, and what can be done.

import { App, Button, Popconfirm } from "antd";
import { useState } from "react";
import { serverNow } from "../../clock";
import { useDesk } from "../../desk";
import type { LineEntry } from "../../generated/rest";
import { clockTime, duration, moment, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { routingApi } from "../../routingApi";
import { Name, Nothing, Panel, Tier, Until } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { useProblem } from "../useProblem";
import { LiveWhy } from "../why/Waiting";

function Attempts({ entry }: { entry: LineEntry }) {
  const { t, w, lang } = useSpeech();
  return (
    <section>
      <h3>{t("line.attempts", { count: entry.attempts.length, most: entry.attempts_allowed })}</h3>
      {entry.attempts.length === 0 && <p className="quiet">{t("line.no_attempts")}</p>}
      <ul className="attempts">
        {entry.attempts.map((attempt, index) => (
          <li key={index}>
            <span className="num quiet">{moment(attempt.at, serverNow(), lang)}</span> {w("attempt", attempt.outcome)}
          </li>
        ))}
      </ul>
      {entry.next_attempt_at !== null && (
        <p>
          {t("line.next_attempt")} <Until at={entry.next_attempt_at} />
        </p>
      )}
    </section>
  );
}

export function EntryPanel({ entry, onMove, onChanged }: { entry: LineEntry | null; onMove: () => void; onChanged: () => void }) {
  const { t, w, lang } = useSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const names = useNames();
  const { me } = useDesk();
  const [busy, setBusy] = useState(false);
  if (entry === null) {
    return (
      <Panel className="fill">
        <Nothing icon="line" title={t("line.choose")}>
          {t(me.may.includes("read_routing") ? "line.choose_text" : "line.choose_agent_text")}
        </Nothing>
      </Panel>
    );
  }
  // Agents move only what they promised, and are not told about the rest of the house.
  const all = me.may.includes("read_routing");
  const isCallback = entry.mode !== "";
  const mine = all || entry.created_by === me.user.login;
  const mayMove = isCallback && mine && me.may.includes("call_back");
  const cancel = async () => {
    setBusy(true);
    try {
      await routingApi.cancelCallback(entry.id);
      // The way back: the same promise once more. His place is his first one's no longer.
      const again = { number: entry.number, queue: entry.queue, mode: entry.mode === "customer" ? "customer" : "agent", window: entry.window, name: entry.name, note: entry.note } as const;
      message.success({
        key: "callback-cancelled",
        duration: 12,
        content: (
          <>
            {t("line.cancelled")}{" "}
            <button type="button" className="link" onClick={() => routingApi.callBack(again).then(onChanged, (error: unknown) => message.error(problemOf(error)))}>
              {t("line.promise_again")}
            </button>
          </>
        ),
      });
      onChanged();
    } catch (error) {
      message.error(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const cancelTask = async () => {
    setBusy(true);
    try {
      await routingApi.cancelTask(entry.id);
      message.success(t("task.cancelled"));
      onChanged();
    } catch (error) {
      message.error(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      className="fill entry-panel"
      testId="line-entry"
      title={<Name>{entry.name || phoneNumber(entry.number) || (entry.kind === "task" ? entry.id : t("pop.withheld"))}</Name>}
      extra={
        entry.kind === "task" && me.may.includes("cancel_task") ? (
          <Popconfirm title={t("task.cancel_sure")} okText={t("task.cancel")} cancelText={t("line.keep")} onConfirm={() => void cancelTask()}>
            <Button size="small" danger loading={busy} data-testid="task-cancel">
              {t("task.cancel")}
            </Button>
          </Popconfirm>
        ) : (
          mayMove && (
          <>
            <Button size="small" icon={<Icon name="clock" size={13} />} onClick={onMove} data-testid="callback-move">
              {t("line.move")}
            </Button>
            <Popconfirm title={t("line.cancel_sure")} okText={t("line.cancel")} cancelText={t("line.keep")} onConfirm={() => void cancel()}>
              <Button size="small" danger loading={busy} data-testid="callback-cancel">
                {t("line.cancel")}
              </Button>
            </Popconfirm>
          </>
          )
        )
      }
    >
      <div className="entry scroll">
        <p className="entry-marks">
          <span className={`mark kind-${entry.kind}`}>{w("line_kind", entry.kind)}</span>
          {entry.tier && <Tier tier={entry.tier} />}
          <span className="quiet">{w("line_state", entry.state)}</span>
        </p>
        <dl className="facts">
          <div>
            <dt>{t("customer.number")}</dt>
            <dd className="num">
              <bdi>{phoneNumber(entry.number) || "–"}</bdi>
            </dd>
          </div>
          <div>
            <dt>{t("col.queue")}</dt>
            <dd>
              <Name>{names.queue(entry.queue)}</Name>
            </dd>
          </div>
          <div>
            <dt>{t("line.since")}</dt>
            <dd className="num">
              {clockTime(entry.since, lang)} · {duration(entry.waited_s)}
            </dd>
          </div>
          {entry.site && (
            <div>
              <dt>{t("line.site")}</dt>
              <dd>{entry.site}</dd>
            </div>
          )}
          {isCallback && (
            <div>
              <dt>{t("line.mode")}</dt>
              <dd>{t(entry.mode === "customer" ? "line.mode_customer" : "line.mode_agent")}</dd>
            </div>
          )}
          {entry.window && (
            <div>
              <dt>{t("line.window")}</dt>
              <dd className="num">
                {moment(entry.window.start_at, serverNow(), lang)} – {clockTime(entry.window.end_at, lang)}
              </dd>
            </div>
          )}
          {entry.created_by && (
            <div>
              <dt>{t("line.promised_by")}</dt>
              <dd>
                <Name>{entry.created_by}</Name>
              </dd>
            </div>
          )}
        </dl>
        {entry.note && (
          <p className="who-note">
            <Icon name="note" size={14} /> <bdi>{entry.note}</bdi>
          </p>
        )}
        {all && entry.place !== null && (
          <section>
            <h3>{t("why.title_waiting")}</h3>
            <LiveWhy id={entry.id} />
          </section>
        )}
        {isCallback && <Attempts entry={entry} />}
      </div>
    </Panel>
  );
}
