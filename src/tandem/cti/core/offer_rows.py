"""Rows of the table from the queue to the ringing phone."""

from __future__ import annotations

from tandem.cti.core.campaign_rows import agent_answered, attempt_matched, promise_due
from tandem.cti.core.contact import (
    Advance,
    DeadlinePassed,
    DeclineAsked,
    Matched,
    PopPainted,
    SeatLeft,
    Seek,
    StopSeeking,
)
from tandem.cti.core.flow_events import FlowOverdue
from tandem.cti.core.turn import (
    Turn,
    begin_talk,
    caller_here,
    end_contact,
    give_back,
    leg_gone,
    line_deadline,
    new_leg,
    try_join,
)
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    Delivered,
    Party,
    RequestFailed,
    RouteRequested,
)
from tandem.cti.model.states import NotReadyReason, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import Entry

P = Phase


def caller_back(t: Turn, e: RouteRequested) -> None:
    """The caller is ours again (after a transfer, a lost leg, the fallback queue)."""
    if e.connection == t.contact.caller and caller_here(t):
        if t.contact.connect_by is None:  # he who has just said hello hears no music
            t.music()
        if t.contact.waits:
            t.flow_rests()  # what he heard broke off when he was taken from us
            if t.contact.phase is P.QUEUED:
                t.do(Advance(what="wait"))
    elif e.connection != t.contact.caller and e.connection != t.contact.leg:
        t.clear(e.connection)


def flow_overtaken(t: Turn, e: FlowOverdue) -> None:
    """It did not answer while an agent is rung; should he not be connected, it is asked again."""
    t.flow_rests()


def queued_match(t: Turn, e: Matched) -> None:
    c = t.contact
    if c.mode and (c.absent or c.connect_by is not None):
        attempt_matched(t, e)
        return
    t.enter(P.OFFERED, "matched", deadline=t.now + t.rules.pop_s)
    t.set(agent=e.agent, device=e.device, offer=c.offer + 1, seat_away=False, talk_before_s=c.talk_s)
    # not remembered with the connection: without the store an offer in the air begins anew, at the same place
    t.note(Entry.MATCHED, agent=e.agent, why=e.why, offer=t.contact.offer, decision=e.decision)


def queued_deadline(t: Turn, e: DeadlinePassed) -> None:
    c = t.contact
    if c.connect_by is not None:
        promise_due(t)
    elif c.mode and c.absent:
        end_contact(t, End.NOT_REACHED, Cause.CANCELLED)  # nobody is there for it: the lead goes back
    elif c.target is not None:
        t.note(Entry.TARGET_GIVEN_UP, target=t.contact.target)
        t.set(target=None)
        t.set(deadline=line_deadline(t))
        t.do(StopSeeking(), Seek())
    elif c.for_campaign:
        t.note(Entry.AS_CALLER)
        t.set(as_caller=True, deadline=None)
        t.do(StopSeeking(), Seek())


def offer_painted(t: Turn, e: PopPainted) -> None:
    if e.offer != t.contact.offer:
        return
    device = t.contact.device
    assert device is not None
    t.note(Entry.POP_SHOWN, agent=t.contact.agent, offer=e.offer)
    # the switch ends the ringing; the deadline is for the case that it never says so
    t.enter(P.RINGING, "pop shown", deadline=t.now + t.rules.ring_s + 5.0)
    new_leg(t, device, Party.AGENT, t.rules.ring_s)


def offer_deadline(t: Turn, e: DeadlinePassed) -> None:
    give_back(t, NotReadyReason.SEAT_LOST, Entry.OFFERED_ON_NOT_SHOWN)


def decline(t: Turn, e: DeclineAsked) -> None:
    give_back(t, NotReadyReason.DECLINED, Entry.OFFERED_ON_DECLINED)


def offer_seat_left(t: Turn, e: SeatLeft) -> None:
    if e.page_gone:
        give_back(t, None, Entry.OFFERED_ON_PAGE_CLOSED)


def ringing_delivered(t: Turn, e: Delivered) -> None:
    if e.connection == t.contact.leg:
        t.note(Entry.RINGING, device=e.device, agent=t.contact.agent)


def ringing_route(t: Turn, e: RouteRequested) -> None:
    if e.connection == t.contact.leg:
        if t.contact.connect_by is not None:
            agent_answered(t)
        else:
            begin_talk(t)
    else:
        caller_back(t, e)


def ringing_deadline(t: Turn, e: DeadlinePassed) -> None:
    if t.contact.connect_by is not None:
        promise_due(t)
    else:
        give_back(t, NotReadyReason.NO_ANSWER, Entry.OFFERED_ON_NO_ANSWER)


def request_failed(t: Turn, e: RequestFailed) -> None:
    """A request that the switch refused: what matters is found out by looking (reconcile), but a leg that was never
    made will send no event."""
    if e.request == "MakeConnection" and e.connection == t.contact.leg and e.code != "outcome_unknown":
        leg_gone(t, Cause.UNKNOWN)
    elif e.request == "Join" and (t.contact.phase in (P.TALKING, P.TRANSFERRING) or t.contact.connect_by is not None):
        try_join(t)
