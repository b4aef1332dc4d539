// The agent's seat. A caller takes the page: pop on the left, what to do on the right; the same places in the wrap-up.

import { useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../desk";
import type { CallView } from "../../generated/live";
import { Loading } from "../../ui/bits";
import { useLasting } from "../../ui/useLasting";
import { afterPaint } from "./afterPaint";
import { BareCall } from "./BareCall";
import { CallPanel } from "./CallPanel";
import { CallbackNote } from "./CallbackNote";
import { CampaignMarks, PreviewPanel } from "./CampaignCall";
import { CustomerPane } from "./CustomerPane";
import { Disposal } from "./Disposal";
import { IdleSeat } from "./IdleSeat";
import { ShortWhy } from "./ShortWhy";
import { Tasks } from "./Tasks";
import { forgetDrafts } from "./draft";
import { numberToDial } from "./numbers";

const LINGER_MS = 600;

/** Tells the server that the pop of this offer is on the screen; again after a new connection while still offered. */
function usePopShown(call: CallView | null): void {
  const desk = useDesk();
  const connection = useDeskState((state) => state.live.connection);
  const live = useDeskState((state) => state.status === "live");
  // A campaign's call does not wait for this; it is noted all the same, to tell that the pop was there before the voice.
  const id = call?.phase === "offered" || call?.campaign ? (call?.id ?? null) : null;
  const offer = call?.offer ?? 0;
  useEffect(() => {
    if (id === null || !live) return;
    return afterPaint(() => {
      // A refusal means that the offer is over already; the next Seat says so.
      desk.send({ type: "pop_shown", call: id, offer }).catch(() => undefined);
    });
  }, [desk, id, offer, connection, live]);
}

export default function SeatPage() {
  const call = useDeskState((state) => state.live.call);
  const wrapUp = useDeskState((state) => state.live.wrapUp);
  const known = useDeskState((state) => state.live.agent !== null);
  const onPhone = useDeskState((state) => state.phone.session !== "none");
  // The switch's emergency queue rings without a word of the server. (At the end of a call the leg lingers a moment.)
  const bare = useLasting(onPhone && call === null && wrapUp === null, LINGER_MS);
  usePopShown(call);
  const [choice, setChoice] = useState<{ call: string; number: string } | null>(null);

  const current = call?.id ?? wrapUp?.call ?? null;
  useEffect(() => {
    if (known) forgetDrafts(sessionStorage, current);
  }, [known, current]);

  if (bare) return <BareCall />;
  if (!known) return <Loading rows={6} />;
  const pop = call?.pop ?? wrapUp?.pop;
  if (!pop || current === null) return <IdleSeat />;
  const preview = call?.phase === "preview";
  const offered = preview || call?.phase === "offered" || call?.phase === "ringing";
  const card = call ? (call.campaign ?? null) : (wrapUp?.campaign ?? null);
  const chosen = choice?.call === current ? choice.number : null;
  const number = card && (preview ? numberToDial(card, chosen) : card.number);
  return (
    <div className={`seat-call ${offered ? "is-offer" : ""}`}>
      <CustomerPane
        key={`pop-${current}`}
        callId={current}
        pop={pop}
        call={call}
        chosen={wrapUp?.customer ?? null}
        card={card}
        number={number}
        onNumber={preview ? (one) => setChoice({ call: current, number: one }) : null}
      />
      <aside className="seat-side">
        {call?.callback && <CallbackNote callback={call.callback} />}
        {call && preview && card && <PreviewPanel key={current} call={current} card={card} number={number} />}
        {call && !(preview && card) && <CallPanel call={call} />}
        {card && (preview || !offered) && call?.phase !== "dialling" && <CampaignMarks key={`marks-${current}`} call={current} card={card} talking={call !== null && !preview} />}
        {call && !offered && <ShortWhy call={call} />}
        {!offered && <Disposal key={current} call={current} wrapUp={call ? null : wrapUp} only={card?.dispositions ?? []} />}
        {!offered && <Tasks onlyOffered />}
      </aside>
    </div>
  );
}
