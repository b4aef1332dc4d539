"""Rows of the table for calls that we make: a call back or an attempt on a lead, the agent or the customer rung first.

The customer is dialled at most once for a contact: only ``DialAllowed`` does it, and only where ``dialled`` is not set.
"""

from __future__ import annotations

from tandem.cti.core.campaign_rows import answered, customer_rings, given_up
from tandem.cti.core.contact import (
    Ask,
    CallbackBegun,
    DeadlinePassed,
    DialAllowed,
    DialAsked,
    DialRefused,
    Reached,
    Recalled,
    SeatLeft,
    Seek,
    Seen,
)
from tandem.cti.core.memory import remember
from tandem.cti.core.turn import (
    Turn,
    begin_dial,
    begin_talk,
    caller_here,
    drop_agent,
    end_contact,
    give_back,
    requeue,
)
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import Delivered, Established, Party, RequestFailed, RouteRequested
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.requests import MakeConnection
from tandem.cti.model.states import ConnectionState, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import Entry

P = Phase
ANSWER_SLACK_S = 5.0
"""The switch ends the ringing; the deadline is for the case that it never says so."""


def callback_begun(t: Turn, e: CallbackBegun) -> None:
    c = t.contact
    if c.events or not c.absent:
        return
    begun = Entry.CALLBACK_CUSTOMER if c.first == "customer" else Entry.CALLBACK_AGENT
    t.note(begun, number=c.ani_e164, queue=c.queue, first=c.first)
    if c.first == "customer":
        begin_dial(t)
    else:
        t.do(Seek())


def dial_allowed(t: Turn, e: DialAllowed) -> None:
    c = t.contact
    if c.dialled:
        return
    t.note(Entry.DIALLED, number=c.ani_e164)
    legs = {**c.legs, c.caller: ConnectionState.INITIATED}
    t.set(dialled=True, legs=legs, deadline=t.now + e.ring_s + ANSWER_SLACK_S, within_s=e.within_s, detect=e.detect)
    if e.calling:
        t.set(dnis=DeviceId(e.calling))
    t.do(
        Ask(
            MakeConnection(
                call=c.id,
                connection=c.caller,
                party=Party.CUSTOMER,
                device=DeviceId(c.ani_e164),
                calling=t.contact.dnis,
                name="",
                timeout_s=e.ring_s,
                memory=remember(t.contact),
                carrier=e.carrier,
            )
        )
    )


def dial_refused(t: Turn, e: DialRefused) -> None:
    if t.contact.dialled:
        return
    if e.why is None:
        t.note(Entry.DIAL_REFUSED_CODE, refusal=e.reason)
    else:
        t.note(Entry.DIAL_REFUSED, why=dict(e.why))
    end_contact(t, End.NOT_REACHED, Cause.CANCELLED)


def dialling_delivered(t: Turn, e: Delivered) -> None:
    if e.connection == t.contact.caller:
        t.note(Entry.RINGING_CUSTOMER, device=e.device)
        customer_rings(t)


def dial_route(t: Turn, e: RouteRequested) -> None:
    c = t.contact
    if e.connection == c.caller:
        if c.leaving and not given_up(c):
            t.clear(c.caller)
        elif caller_here(t):
            t.set(leaving=False)
            reached(t)
    elif e.connection == c.leg:
        t.set(leg_ready=True)
    else:
        t.clear(e.connection)


def dial_established(t: Turn, e: Established) -> None:
    """What is given up may end before it is ours."""
    if e.connection == t.contact.caller and given_up(t.contact):
        t.set(line_at=t.now)
        t.do(Reached())


def reached(t: Turn) -> None:
    """The customer answered: he talks with the agent who waits for him, or waits for one, at his place."""
    if t.contact.mode:
        answered(t)
        return
    t.set(line_at=t.now)
    t.note(Entry.REACHED)
    t.do(Reached())
    if t.contact.leg_ready:
        begin_talk(t)
        return
    if t.contact.agent is not None:
        drop_agent(t, Entry.AGENT_LOST_EARLY)
    t.music()
    requeue(t, "answered")


def dial_failed(t: Turn, e: RequestFailed) -> None:
    if e.request == "MakeConnection" and e.connection == t.contact.caller and e.code != "outcome_unknown":
        end_contact(t, End.NOT_REACHED, Cause.UNKNOWN)


def dial_deadline(t: Turn, e: DeadlinePassed) -> None:
    t.clear(t.contact.caller, Cause.CANCELLED)
    end_contact(t, End.NOT_REACHED, Cause.NO_ANSWER)


def dial_seat_left(t: Turn, e: SeatLeft) -> None:
    if e.page_gone and t.contact.agent is not None and not t.contact.leaving:
        drop_agent(t, Entry.AGENT_LOST_PAGE_CLOSED)


def recalled(t: Turn, e: Recalled) -> None:
    if t.contact.absent:
        end_contact(t, End.NOT_REACHED, Cause.CANCELLED)


# ---- what is found after a gap ----


def seen_absent(t: Turn, e: Seen) -> None:
    """Nobody was dialled yet: what there is, is the agent's side."""
    c = t.contact
    if c.leg is not None:
        t.set(legs={**c.legs, c.leg: e.leg or ConnectionState.NULL}, leg_ready=e.leg_controlled)
    if c.phase is P.QUEUED:
        t.do(Seek())
    elif c.phase is P.OFFERED:
        t.set(deadline=t.now + t.rules.pop_s + t.rules.hang_up_check_s)
    elif c.phase is P.RINGING:
        if e.leg is None:
            t.set(leg=None)
            give_back(t, None, Entry.OFFERED_ON_UNSEEN)
        elif e.leg_controlled:
            begin_dial(t)
        else:
            t.set(deadline=t.now + t.rules.ring_s)
    elif c.phase is P.DIALLING:
        if e.leg is None and c.agent is not None:
            drop_agent(t, Entry.AGENT_LOST_UNSEEN)
        t.do(DialAsked())


def seen_dialling(t: Turn, e: Seen) -> None:
    """The customer's leg is there: it rings, or he has answered meanwhile."""
    c = t.contact
    if e.leg is None and c.agent is not None:
        drop_agent(t, Entry.AGENT_LOST_UNSEEN)
    if e.joined:
        t.set(leg_ready=True, line_at=t.now)
        t.do(Reached())
        begin_talk(t)
        t.set(caller_ready=False, leg_ready=False)
    elif e.caller_controlled:
        reached(t)
    elif c.deadline is None or c.deadline <= t.now:
        t.set(deadline=t.now + t.rules.outside_s)
