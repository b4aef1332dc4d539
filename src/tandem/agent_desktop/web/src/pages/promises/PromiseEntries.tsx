// Calls that people of campaigns were promised: own ones and the team's, the soonest first, in the time of who is called.

import { App, Button, Popconfirm } from "antd";
import { type KeyboardEvent, type UIEvent, useRef, useState } from "react";
import { campaignsApi } from "../../campaignsApi";
import { serverNow } from "../../clock";
import { useDesk, useDeskState } from "../../desk";
import type { PromisedCall } from "../../generated/rest";
import { moment, phoneNumber } from "../../format";
import { useSpeech } from "../../i18n";
import { Loading, Name, Nothing } from "../../ui/bits";
import { offset_s, zoneOf } from "../../zones";
import { useProblem } from "../useProblem";
import type { Polled } from "../why/usePolled";
import { MoveDialog } from "./MoveDialog";
import type { PromiseList } from "./usePromises";
import { placeOf, timeThere } from "./times";

function Entry({ one, onMove, onCancelled }: { one: PromisedCall; onMove: () => void; onCancelled: () => void }) {
  const { t, lang } = useSpeech();
  const { message } = App.useApp();
  const problemOf = useProblem();
  const { me } = useDesk();
  const row = useRef<HTMLLIElement>(null);
  // Only who has a board knows what others are called.
  const agentName = useDeskState((state) => state.live.board?.seats.get(one.agent ?? "")?.name || (one.agent ?? ""));
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { zone, own } = zoneOf(one.zone);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const elsewhere = !own && offset_s(zone, one.at) !== offset_s(here, one.at);
  const overdue = one.at <= serverNow();
  const mayChange = one.may_change && me.may.includes("change_promises");

  const cancel = async () => {
    // Whoever works by keyboard stays in the list.
    const near = row.current?.nextElementSibling ?? row.current?.previousElementSibling;
    setAsking(false);
    setBusy(true);
    try {
      await campaignsApi.cancelPromise(one.id);
      message.success({ content: t("promise.cancelled"), key: "promise" });
      if (near instanceof HTMLElement) near.focus();
    } catch (error) {
      message.error({ content: problemOf(error), key: "promise" });
    } finally {
      setBusy(false);
      onCancelled();
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLLIElement>) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = event.key === "ArrowDown" ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
      if (next instanceof HTMLElement) {
        event.preventDefault();
        next.focus();
      }
      return;
    }
    if (!mayChange || event.target !== event.currentTarget) return;
    if (event.key === "Enter") onMove();
    else if (event.key === "Delete") setAsking(true);
    else return;
    event.preventDefault();
  };
  // Of hundreds of rows only the one that is asked about has the question.
  const button = (
    <Button size="small" type="text" danger loading={busy} onClick={() => setAsking(true)} data-testid="promise-cancel">
      {t("promise.cancel")}
    </Button>
  );
  return (
    <li ref={row} className={overdue ? "promise is-overdue" : "promise"} data-testid="promise" tabIndex={0} onKeyDown={onKeyDown}>
      <div className="promise-when">
        <b className="num">{timeThere(zone, one.at, serverNow(), t)}</b>
        {overdue && (
          <span className="mark promise-overdue" data-testid="promise-overdue">
            {t("promise.overdue")}
          </span>
        )}
        <span className="quiet small">{own ? t("promise.own_zone") : placeOf(one.zone)}</span>
        {elsewhere && <span className="quiet small num">{t("promise.here", { time: moment(one.at, serverNow(), lang) })}</span>}
      </div>
      <div className="promise-who">
        <b>{one.name ? <Name>{one.name}</Name> : <bdi className="num">{phoneNumber(one.number)}</bdi>}</b>
        {one.name && (
          <bdi className="num quiet small">{phoneNumber(one.number)}</bdi>
        )}
        {one.note && (
          <span className="promise-note">
            <Name>{one.note}</Name>
          </span>
        )}
        <span className="quiet small">
          <Name>{one.campaign_name}</Name>
          {" · "}
          {one.agent === null ? t("promise.team") : one.agent === me.user.login ? t("promise.mine") : <Name>{agentName}</Name>}
        </span>
      </div>
      {one.in_hand && !mayChange && <span className="mark">{t("promise.in_hand")}</span>}
      {mayChange && (
        <span className="promise-do">
          {one.in_hand && <span className="mark">{t("promise.in_hand")}</span>}
          <Button size="small" onClick={onMove} disabled={busy} data-testid="promise-move">
            {t("promise.move")}
          </Button>
          {asking ? (
            <Popconfirm
              title={t("promise.cancel_sure")}
              okText={t("promise.cancel_yes")}
              cancelText={t("promise.keep")}
              okButtonProps={{ autoFocus: true, danger: true }}
              open
              onOpenChange={setAsking}
              onConfirm={() => void cancel()}
            >
              {button}
            </Popconfirm>
          ) : (
            button
          )}
        </span>
      )}
    </li>
  );
}

/** Rows that are drawn at first, and more of them near the end of these. */
const STEP = 60;
const END_PX = 400;

export function PromiseEntries({ polled }: { polled: Polled<PromiseList> }) {
  const { t } = useSpeech();
  const problemOf = useProblem();
  const [moving, setMoving] = useState<PromisedCall | null>(null);
  const [drawn, setDrawn] = useState(STEP);
  const { value, error, again } = polled;
  if (value === null) {
    if (!error) return <Loading rows={3} />;
    return (
      <Nothing icon="link" title={problemOf(error)}>
        <button type="button" className="link" onClick={again}>
          {t("retry")}
        </button>
      </Nothing>
    );
  }
  if (value.promises.length === 0) {
    return (
      <Nothing icon="check" title={t("promise.none")}>
        {t("promise.none_text")}
      </Nothing>
    );
  }
  const onScroll = ({ currentTarget: list }: UIEvent) => {
    if (list.scrollTop + list.clientHeight > list.scrollHeight - END_PX && drawn < value.promises.length) setDrawn(drawn + STEP);
  };
  return (
    <>
      <ul className="promises scroll" onScroll={onScroll} data-testid="promises" aria-label={t("promise.title")}>
        {value.promises.slice(0, drawn).map((one) => (
          <Entry key={one.id} one={one} onMove={() => setMoving(one)} onCancelled={again} />
        ))}
        {value.more && drawn >= value.promises.length && <li className="quiet small promise-more">{t("promise.more", { count: value.promises.length })}</li>}
      </ul>
      {moving && (
        <MoveDialog
          key={moving.id}
          one={moving}
          onClose={() => setMoving(null)}
          onDone={() => {
            setMoving(null);
            again();
          }}
        />
      )}
    </>
  );
}
