"""Rows that stand in every phase, and what is done when the switch is looked at after a gap."""

from __future__ import annotations

from typing import Any

from tandem.cti.core.callback_rows import seen_absent, seen_dialling
from tandem.cti.core.campaign_events import AgentJoined
from tandem.cti.core.campaign_rows import attempt_joined, broken, hung_up_by_us
from tandem.cti.core.campaign_seen import promised, seen_promised
from tandem.cti.core.contact import (
    Advance,
    AgentFreed,
    Ask,
    CallBackOwed,
    CustomerKnown,
    Seek,
    Seen,
    StopSeeking,
    SwitchGone,
)
from tandem.cti.core.overflow_rows import record_message
from tandem.cti.core.turn import (
    Turn,
    begin_rejoin,
    begin_talk,
    end_contact,
    give_back,
    leg_gone,
    outcome_without_caller,
    requeue,
    try_join,
)
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    ConnectionCleared,
    Failed,
    Held,
    Joined,
    Retrieved,
)
from tandem.cti.model.requests import (
    Retake,
)
from tandem.cti.model.states import ConnectionState, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import Entry

P = Phase
_WITH_MUSIC = (P.OFFERED, P.RINGING, P.REJOINING, P.TRANSFERRING)


def gone(t: Turn, e: ConnectionCleared | Failed) -> None:
    if e.connection == t.contact.caller:
        if e.cause is Cause.CANCELLED:
            hung_up_by_us(t)
        end_contact(t, outcome_without_caller(t.contact), e.cause)
    elif e.connection == t.contact.leg:
        leg_gone(t, e.cause)


def joined(t: Turn, e: Joined) -> None:
    if e.connection == t.contact.caller:
        if t.contact.connect_by is not None and t.contact.phase is P.RINGING:
            attempt_joined(t)
        elif t.contact.caller_ready and t.contact.phase is P.TALKING:
            t.note(Entry.TALKING, agent=t.contact.agent)
        if t.contact.caller_ready and t.contact.phase is P.TRANSFERRING:
            t.note(Entry.TRANSFERRED_OUT)
            t.set(deadline=None)
        t.set(caller_ready=False)
    elif e.connection == t.contact.leg:
        t.set(leg_ready=False)


def held(t: Turn, e: Held) -> None:
    t.note(Entry.HELD)


def retrieved(t: Turn, e: Retrieved) -> None:
    t.note(Entry.RETRIEVED)


def news_of_a_leg(t: Turn, e: Any) -> None:
    """Only the connection state changes."""


def customer(t: Turn, e: CustomerKnown) -> None:
    t.set(customer=e.customer)


def switch_gone(t: Turn, e: SwitchGone) -> None:
    c = t.contact
    t.set(legs=dict.fromkeys(c.legs, ConnectionState.NULL))
    if (
        c.phase in (P.PARTING, P.VOICEMAIL, P.SURVEY)
        and (outcome := outcome_without_caller(c)) is not End.ABANDONED_IN_QUEUE
    ):
        end_contact(t, outcome, Cause.SWITCH_FAILURE)  # nothing is lost: he was about to go
        return
    if c.for_campaign:  # its plan of attempts says when he is called again
        _lost_person(t)
        end_contact(t, End.NOT_REACHED if c.absent else End.SWITCH_FAILURE, Cause.SWITCH_FAILURE)
        return
    t.do(CallBackOwed(reason="switch failure"))
    end_contact(t, End.SWITCH_FAILURE, Cause.SWITCH_FAILURE)


def _lost_person(t: Turn) -> None:
    """He had answered and waited for an agent when he was lost: nobody was there for him."""
    if t.contact.connect_by is not None:
        broken(t)


def seen(t: Turn, e: Seen) -> None:
    c = t.contact
    if c.absent:
        seen_absent(t, e)
        return
    if e.caller is None:
        t.set(legs=dict.fromkeys(c.legs, ConnectionState.NULL))
        if e.leg is not None and c.leg is not None:
            t.set(legs={**t.contact.legs, c.leg: e.leg})
        if c.connect_by is not None and t.now >= c.connect_by:
            _lost_person(t)  # he may have hung up earlier: it is counted as the worse
        end_contact(t, outcome_without_caller(c), Cause.UNKNOWN)
        return
    legs = {**c.legs, c.caller: e.caller}
    if c.leg is not None:
        legs[c.leg] = e.leg or ConnectionState.NULL
    t.set(legs=legs, caller_ready=e.caller_controlled, leg_ready=e.leg_controlled)
    if promised(c):
        seen_promised(t, e)
        if not (e.in_fallback and e.joined):
            return
    if c.phase in _WITH_MUSIC:
        t.music()  # he may have come back to us unheard of
    if e.in_fallback:
        seen_in_fallback(t, e)
    elif c.phase is P.IVR:
        if e.caller_controlled:
            t.do(Advance(what="resume" if c.media or c.flow_state else "start", again=True))
    elif c.phase is P.QUEUED:
        t.set(callback_offer=0, asks_number=False)  # the center offers again
        t.music()
        t.do(Seek())
        if c.waits and e.caller_controlled:
            t.flow_rests()
            t.do(Advance(what="wait", again=True))
    elif c.phase is P.SURVEY:
        if e.caller_controlled:
            t.set(deadline=None)
            t.do(Advance(what="after", again=True))
        elif c.deadline is None:
            t.set(deadline=t.now + t.rules.come_back_s)
    elif c.phase is P.DIALLING:
        seen_dialling(t, e)
    elif c.phase is P.PARTING:
        if e.caller_controlled:
            t.set(deadline=None)
            t.clear(c.caller)
    elif c.phase is P.VOICEMAIL:
        if e.caller_controlled:
            record_message(t)
    elif c.phase is P.OFFERED:
        t.set(deadline=t.now + t.rules.pop_s + t.rules.hang_up_check_s)
    elif c.phase is P.RINGING:
        if e.leg is None:
            t.set(leg=None)
            give_back(t, None, Entry.OFFERED_ON_UNSEEN)
        elif e.leg_controlled:
            begin_talk(t)
        elif e.joined:
            begin_talk(t)
            t.set(caller_ready=False, leg_ready=False)
        else:
            t.set(deadline=t.now + t.rules.ring_s)
    elif c.phase is P.REJOINING and c.leg is None:
        if c.deadline is None:  # it is not remembered with the connection
            t.set(seat_away=True, deadline=t.now + t.rules.rejoin_s)
    elif e.leg is None and c.leg is not None:
        if c.phase is P.TALKING:
            t.set(leg=None)
            begin_rejoin(t, Entry.AGENT_LOST_UNSEEN, seat_away=True)
        else:
            leg_gone(t, Cause.UNKNOWN)
    elif e.caller_controlled and e.leg_controlled:
        t.set(joins=0)
        try_join(t)


def seen_in_fallback(t: Turn, e: Seen) -> None:
    c = t.contact
    if e.joined and e.fallback_agent is not None:
        t.note(Entry.FALLBACK_CONNECTED)
        if c.phase is P.QUEUED:
            t.do(StopSeeking())
        leg = e.fallback_leg
        if c.leg != leg:
            t.clear(c.leg)  # a phone that we had ring for him
        if c.agent not in (None, e.fallback_agent):
            t.do(AgentFreed(agent=c.agent))
        t.enter(P.TALKING, "fallback")
        t.set(agent=e.fallback_agent, leg=leg, leg_ready=False, answered_at=c.answered_at or t.now)
        if leg is not None:
            t.set(legs={**t.contact.legs, leg: ConnectionState.CONNECTED})
        if c.for_campaign and c.answered_at is None:
            t.do(AgentJoined())
        return
    if e.joined:
        return
    t.note(Entry.FALLBACK_RETAKEN)
    t.do(Ask(Retake(call=c.id, connection=c.caller)))
    if c.phase in (P.OFFERED, P.RINGING, P.REJOINING) and c.agent is not None:
        give_back(t, None, Entry.OFFERED_ON_FALLBACK)
    elif c.phase is P.QUEUED:
        t.do(Seek())
    elif c.phase in (P.TALKING, P.TRANSFERRING):
        if c.flow_transfer:
            t.enter(P.IVR, "the dead-man switch took the caller")  # it goes on when he is ours again
            t.clear(c.leg)
            t.set(flow_transfer=False, leg=None, leg_ready=False, caller_ready=False)
            return
        if c.agent is not None:
            t.do(AgentFreed(agent=c.agent, talked=True))
        requeue(t, "the dead-man switch took the caller")
