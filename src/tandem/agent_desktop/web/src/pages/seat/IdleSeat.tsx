// Between calls: today's own calls, and the people who are waiting to be called back.

import { useCallback, useEffect, useState } from "react";
import { api } from "../../api";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import type { CallLine } from "../../generated/rest";
import { clockTime, duration, phoneNumber, sameDay } from "../../format";
import { useSpeech } from "../../i18n";
import { useNames } from "../../names";
import { pathOf } from "../../roles";
import { navigate } from "../../router";
import { Kbd, Loading, Name, Nothing, Panel, Since, toneOf } from "../../ui/bits";
import { Icon } from "../../ui/icons";
import { chordOf } from "../../keys";
import { CallbackPanel } from "../callbacks/CallbackPanel";
import { NotLoaded } from "../notices";
import { DialPad } from "./DialPad";
import { useReasonWord } from "./StateControl";
import { Tasks } from "./Tasks";

const LIST_LIMIT = 200;

/** Own calls of today; loaded again whenever the agent becomes free, which is when a call has been added. */
function useTodaysCalls(): { calls: CallLine[] | null; failed: boolean; again: () => void } {
  const { me } = useDesk();
  const connection = useDeskState((state) => state.live.connection);
  const [calls, setCalls] = useState<CallLine[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const load = () =>
      api.calls({ agent: me.user.login }, null, LIST_LIMIT, controller.signal).then(
        (page) => {
          setFailed(false);
          setCalls(page.calls.filter((call) => sameDay(call.started_at, serverNow())));
        },
        () => {
          if (!controller.signal.aborted) setFailed(true);
        },
      );
    void load();
    // What was just written may reach the store a moment later.
    const timer = setTimeout(() => void load(), 2_000);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [me, connection, turn]);
  return { calls, failed, again: useCallback(() => setTurn((old) => old + 1), []) };
}

function StateCard() {
  const { t, w } = useSpeech();
  const agent = useDeskState((state) => state.live.agent);
  const reasonWord = useReasonWord();
  if (!agent) return null;
  const ready = agent.state === "ready";
  return (
    <div className={`state-card tone-${toneOf(agent.state)}`}>
      <div>
        <p className="state-card-word">
          {w("state", agent.state)}
          {agent.reason && <span> · {reasonWord(agent.reason)}</span>}
        </p>
        <p className="quiet">
          {ready ? (
            t("idle.waiting")
          ) : (
            <>
              {t("idle.press")} <Kbd>{chordOf("ready")}</Kbd> {t("idle.press_to")}
            </>
          )}
        </p>
      </div>
      <span className="state-card-clock">
        <Since at={agent.since} />
      </span>
    </div>
  );
}

function Sum({ calls }: { calls: readonly CallLine[] }) {
  const { t } = useSpeech();
  const answered = calls.filter((call) => call.talk_s > 0);
  const talk = answered.reduce((sum, call) => sum + call.talk_s, 0);
  return (
    <dl className="sum">
      <div>
        <dt>{t("idle.calls")}</dt>
        <dd className="num">{answered.length}</dd>
      </div>
      <div>
        <dt>{t("idle.talk")}</dt>
        <dd className="num">{duration(talk)}</dd>
      </div>
      <div>
        <dt>{t("idle.average")}</dt>
        <dd className="num">{answered.length > 0 ? duration(talk / answered.length) : "–"}</dd>
      </div>
    </dl>
  );
}

function CallRow({ call }: { call: CallLine }) {
  const { t, w, lang } = useSpeech();
  const names = useNames();
  const open = () => navigate(`${pathOf.calls}?call=${encodeURIComponent(call.id)}`);
  const name = call.customer_name || call.caller_name;
  return (
    <tr onClick={open} data-testid="today-call">
      <td className="num quiet">{clockTime(call.started_at, lang)}</td>
      <td>
        <button type="button" className="row-link cell-line">
          {name && (
            <b>
              <Name>{name}</Name>
            </b>
          )}
          <span className={name ? "quiet num" : "num"}>{phoneNumber(call.number) || (name ? "" : t("pop.withheld"))}</span>
        </button>
      </td>
      <td>
        <Name>{names.queue(call.queue)}</Name>
      </td>
      <td>
        <span className={`outcome outcome-${call.outcome ?? "open"}`}>{w("outcome", call.outcome ?? "open")}</span>
      </td>
      <td className="num right">{duration(call.wait_s)}</td>
      <td className="num right">{call.talk_s > 0 ? duration(call.talk_s) : "–"}</td>
    </tr>
  );
}

export function IdleSeat() {
  const { t } = useSpeech();
  const { calls, failed, again } = useTodaysCalls();
  const mayDial = useDesk().me.may.includes("dial");
  return (
    <div className="seat-idle">
      <div className="seat-idle-main">
        <StateCard />
        <Panel
          title={t("idle.today")}
          icon="list"
          flush
          className="fill"
          extra={calls && calls.length > 0 ? <Sum calls={calls} /> : null}
        >
          {calls === null && !failed && <Loading rows={6} />}
          {calls === null && failed && (
            <NotLoaded onAgain={again} />
          )}
          {calls !== null && calls.length === 0 && (
            <Nothing icon="phone" title={t("idle.none")}>
              {t("idle.none_text")}
            </Nothing>
          )}
          {calls !== null && calls.length > 0 && (
            <div className="scroll">
              <table className="rows">
                <thead>
                  <tr>
                    <th>{t("col.time")}</th>
                    <th>{t("col.caller")}</th>
                    <th>{t("col.queue")}</th>
                    <th>{t("col.outcome")}</th>
                    <th className="right">{t("col.wait")}</th>
                    <th className="right">{t("col.talk")}</th>
                  </tr>
                </thead>
                <tbody>
                  {calls.map((call) => (
                    <CallRow key={call.id} call={call} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Panel>
      </div>
      <div className="seat-idle-side">
        {mayDial && <DialPad />}
        <Tasks />
        <CallbackPanel className="fill" />
      </div>
      <p className="seat-idle-foot quiet small">
        <Icon name="help" size={14} /> {t("idle.keys")} <Kbd>?</Kbd>
      </p>
    </div>
  );
}
