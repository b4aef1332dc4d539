"""Rows of the table from the answer to the end: talk, hold, transfer, a lost seat and its return."""

from __future__ import annotations

from tandem.cti.core.contact import (
    AgentFreed,
    DeadlinePassed,
    HangUpAsked,
    SeatLeft,
    SeatReached,
    TransferAsked,
)
from tandem.cti.core.turn import (
    Turn,
    begin_rejoin,
    caller_here,
    give_back,
    leave,
    new_leg,
    requeue,
    stop_recording,
    transfer_failed,
    try_join,
)
from tandem.cti.model.events import (
    Party,
    RouteRequested,
)
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.states import NotReadyReason, Phase
from tandem.cti.model.timeline import Entry

P = Phase


def talk_route(t: Turn, e: RouteRequested) -> None:
    c = t.contact
    if e.connection == c.caller:
        if not caller_here(t):
            return
    elif e.connection == c.leg:
        if c.leg_ready:
            return
        t.set(leg_ready=True)
    else:
        t.clear(e.connection)
        return
    if c.leaving:
        t.clear(e.connection)
    elif t.contact.caller_ready and t.contact.leg_ready:
        try_join(t)
    elif e.connection == c.caller:
        t.music()


def talk_hang_up(t: Turn, e: HangUpAsked) -> None:
    t.note(Entry.HUNG_UP, agent=t.contact.agent)
    leave(t)


def talk_transfer(t: Turn, e: TransferAsked) -> None:
    c = t.contact
    assert c.agent is not None
    t.note(
        Entry.TRANSFER_NUMBER if e.number else Entry.TRANSFER_AGENT if e.target else Entry.TRANSFER_QUEUE,
        agent=c.agent,
        queue=e.queue,
        target=e.target,
        number=e.number,
    )
    stop_recording(t)
    t.clear(c.leg)
    t.do(AgentFreed(agent=c.agent, talked=True))
    if e.number:
        t.enter(P.TRANSFERRING, "transferred", deadline=t.now + t.rules.outside_s + 5.0)
        t.set(agent=None, device=None, transfer_to=e.number)
        new_leg(t, DeviceId(e.number), Party.OUTSIDE, t.rules.outside_s)
        return
    t.set(target=e.target, waits=False)  # what the flow says of a queue is not said of another one
    if e.queue is not None:
        t.set(queue=e.queue, needs=e.needs, as_caller=bool(t.contact.mode))
    requeue(t, "transferred")


def talk_seat_left(t: Turn, e: SeatLeft) -> None:
    if t.contact.leaving:
        return
    t.set(seat_away=True)
    if e.page_gone:
        # the browser took the phone with it: the caller must not talk to nobody
        t.clear(t.contact.leg)
        begin_rejoin(t, Entry.AGENT_LOST_PAGE_CLOSED, seat_away=True)


def talk_seat_reached(t: Turn, e: SeatReached) -> None:
    if e.on_call or t.contact.leaving:
        t.set(seat_away=False)
        return
    t.clear(t.contact.leg)
    begin_rejoin(t, Entry.AGENT_LOST_PAGE_BACK, seat_away=True)
    ring_again(t)


def ring_again(t: Turn) -> None:
    c = t.contact
    if c.leg is None and c.device is not None:
        t.note(Entry.REJOINING, agent=c.agent)
        new_leg(t, c.device, Party.AGENT, t.rules.ring_s)


def rejoin_reached(t: Turn, e: SeatReached) -> None:
    if t.contact.seat_away and not t.contact.leaving:
        ring_again(t)


def rejoin_left(t: Turn, e: SeatLeft) -> None:
    t.set(seat_away=True, deadline=t.contact.since + t.rules.rejoin_s)


def rejoin_deadline(t: Turn, e: DeadlinePassed) -> None:
    c = t.contact
    if not c.seat_away:
        t.note(Entry.HUNG_UP_PHONE, agent=c.agent)
        leave(t)
    elif t.now >= c.since + t.rules.rejoin_s:
        stop_recording(t)
        give_back(t, NotReadyReason.SEAT_LOST, Entry.OFFERED_ON_NOT_BACK)
    else:
        t.set(deadline=c.since + t.rules.rejoin_s)
        ring_again(t)


def transfer_route(t: Turn, e: RouteRequested) -> None:
    talk_route(t, e)


def transfer_deadline(t: Turn, e: DeadlinePassed) -> None:
    t.clear(t.contact.leg)
    transfer_failed(t)


def ended_route(t: Turn, e: RouteRequested) -> None:
    """A leg that was answered too late, or that outlived the caller."""
    t.clear(e.connection)
