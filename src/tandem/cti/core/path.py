"""The path of an inbound contact, as a machine: ``step(contact, event, now) -> Outcome(contact, effects, wake_at)``.

The table at the end is keyed by (phase, event type). A pair that is not in it: news of the switch is ignored (it may
come late or twice), a person's command raises IllegalTransition. Either way the state is unchanged.

    IVR -> QUEUED -> OFFERED -> RINGING -> TALKING -> ENDED
             ^---------+----------+          |  ^
             ^-------- REJOINING <-----------+--+     (agent's leg lost; back by itself, or queued again)
             ^-------- TRANSFERRING <--------+        (outside number; queued again when it does not answer)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tandem.cti.core.connections import advance
from tandem.cti.core.contact import (
    Advance,
    AgentFreed,
    Ask,
    CallBackOwed,
    Contact,
    CustomerKnown,
    DeadlinePassed,
    DeclineAsked,
    Effect,
    FlowEnded,
    FlowPlays,
    HangUpAsked,
    Matched,
    Note,
    PopPainted,
    QueueAsked,
    RecordingBegan,
    RecordingOver,
    SeatLeft,
    SeatReached,
    Seek,
    Seen,
    StopSeeking,
    Stretch,
    SwitchGone,
    TransferAsked,
    remember,
)
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Held,
    Joined,
    MediaEnded,
    Originated,
    Parted,
    Party,
    RequestFailed,
    Retrieved,
    RouteRequested,
)
from tandem.cti.model.ids import ConnectionId, DeviceId, RecordingId
from tandem.cti.model.requests import (
    ClearConnection,
    Collect,
    Join,
    MakeConnection,
    Play,
    Record,
    Remember,
    Retake,
    StartMusic,
    StopRecording,
)
from tandem.cti.model.states import ConnectionState, NotReadyReason, Phase
from tandem.cti.model.states import Outcome as End

P = Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How long things may take, in seconds."""

    pop_s: float = 3.0
    """From the offer until the page has painted the pop; then the seat counts as lost."""
    ring_s: float = 20.0
    """How long the agent's phone rings before "no answer"."""
    media_s: float = 180.0
    """The longest that one prompt or menu can last; then it counts as failed."""
    rejoin_s: float = 30.0
    """How long a caller waits for an agent whose page was reloaded, before he is queued again."""
    hang_up_check_s: float = 2.0
    """An agent's leg ended and his page stayed open this long: he hung up on his phone."""
    person_s: float = 30.0
    """How long a transfer to one person waits for him before anyone with the needs will do."""
    outside_s: float = 30.0
    """How long an outside number rings."""
    join_tries: int = 3
    record: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    contact: Contact
    effects: tuple[Effect, ...]
    wake_at: float | None
    """When ``DeadlinePassed`` is due, on the same clock as ``now``; None = never."""


@dataclass(slots=True)
class _Turn:
    """One step being taken."""

    contact: Contact
    now: float
    rules: Rules
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        self.contact = replace(self.contact, **changes)

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def note(self, kind: str, text: str, **data: Any) -> None:
        self.do(Note(kind=kind, text=text, data=data))

    def remember(self) -> None:
        contact = self.contact
        self.do(Ask(Remember(call=contact.id, connection=contact.caller, memory=remember(contact))))

    def clear(self, connection: ConnectionId | None, cause: Cause = Cause.NORMAL) -> None:
        if connection is not None and self.contact.legs.get(connection) not in (ConnectionState.NULL, None):
            self.do(Ask(ClearConnection(call=self.contact.id, connection=connection, cause=cause)))

    def music(self) -> None:
        if self.contact.caller_ready:
            self.do(Ask(StartMusic(call=self.contact.id, connection=self.contact.caller)))

    def enter(self, phase: Phase, ended_by: str, deadline: float | None = None) -> None:
        """Leave the present phase and write down how long it was."""
        old, now = self.contact, self.now
        self.do(
            Stretch(
                kind=_STRETCH.get(old.phase, old.phase.value),
                started_at=old.since,
                ended_by=ended_by,
                agent=old.agent,
                queue=old.queue,
            )
        )
        talk_s = old.talk_s + (now - old.since if old.phase is P.TALKING else 0.0)
        self.set(phase=phase, since=now, deadline=deadline, joins=0, talk_s=talk_s)


_STRETCH = {P.QUEUED: "queue", P.OFFERED: "offer", P.RINGING: "ring", P.TALKING: "talk", P.REJOINING: "rejoin"}


def begin(event: Originated | RouteRequested, *, ani_e164: str, flow: str, now: float) -> Contact:
    """A new contact for a caller's connection; feed ``event`` to ``step`` next."""
    return Contact(
        id=event.call,
        caller=event.connection,
        ani=event.calling,
        ani_e164=ani_e164,
        name=event.name,
        dnis=event.called,
        flow=flow,
        started_at=now,
        since=now,
        legs={event.connection: ConnectionState.NULL},
    )


# ---- shared moves ------------------------------------------------------------------------------------------------


def _new_leg(t: _Turn, device: DeviceId, party: Party, ring_s: float) -> None:
    c = t.contact
    number = c.legs_made + 1
    leg = ConnectionId(f"{c.id}.{number}")
    t.set(leg=leg, leg_ready=False, legs_made=number, joins=0, legs={**c.legs, leg: ConnectionState.INITIATED})
    t.remember()
    t.do(
        Ask(
            MakeConnection(
                call=c.id,
                connection=leg,
                party=party,
                device=device,
                calling=c.ani_e164 or c.ani,
                name=c.name,
                timeout_s=ring_s,
            )
        )
    )


def _queue(t: _Turn, ended_by: str) -> None:
    """(Back) into the queue; the place in line is kept by ``queued_at``."""
    t.enter(P.QUEUED, ended_by, deadline=t.now + t.rules.person_s if t.contact.target else None)
    queued_at = t.contact.queued_at if t.contact.queued_at is not None else t.now
    t.set(queued_at=queued_at, agent=None, device=None, leg=None, leg_ready=False, seat_away=False, leaving=False)
    t.remember()
    t.do(Seek())


def _stop_recording(t: _Turn) -> None:
    c = t.contact
    if c.recording is not None:
        if c.legs.get(c.caller) is not ConnectionState.NULL:
            t.do(Ask(StopRecording(call=c.id, connection=c.caller, recording=c.recording)))
        t.do(RecordingOver(recording=c.recording, agent=c.agent))
        t.set(recording=None)


def _try_join(t: _Turn) -> None:
    c = t.contact
    if not (c.caller_ready and c.leg_ready and c.leg is not None) or c.joins >= t.rules.join_tries:
        return
    if t.rules.record and c.recording is None and c.phase is P.TALKING:
        recording = RecordingId(f"{c.id}-{c.legs_made}")
        t.set(recording=recording)
        t.do(Ask(Record(call=c.id, connection=c.caller, recording=recording)), RecordingBegan(recording=recording))
    t.set(joins=t.contact.joins + 1)
    t.do(Ask(Join(call=c.id, connection=c.caller, other=c.leg)))


def _talk(t: _Turn) -> None:
    """The agent's leg was answered: the two are joined (as soon as the caller is ours)."""
    first = t.contact.answered_at is None
    t.enter(P.TALKING, "answered")
    t.set(leg_ready=True, seat_away=False)
    if first:
        queued_at = t.contact.queued_at if t.contact.queued_at is not None else t.now
        t.set(answered_at=t.now, waited_s=max(0.0, t.now - queued_at))
    t.remember()
    t.note("accepted", "the agent answered", agent=t.contact.agent)
    _try_join(t)


def _give_back(t: _Turn, refused: NotReadyReason | None, why: str) -> None:
    """The offer failed: the agent is freed and the caller is offered on, at his old place."""
    agent, leg = t.contact.agent, t.contact.leg
    assert agent is not None
    t.clear(leg, Cause.CANCELLED)
    t.note("offered_on", why, agent=agent, reason=refused or "withdrawn")
    # the agent first: a freed one may take this very call again only if he is Ready
    t.do(AgentFreed(agent=agent, refused=refused))
    t.set(target=None)
    _queue(t, why)


def _rejoin(t: _Turn, why: str, *, seat_away: bool) -> None:
    """The agent's leg is gone but not the call: music until the seat is back."""
    t.note("agent_lost", why, agent=t.contact.agent)
    t.enter(P.REJOINING, why, deadline=t.now + (t.rules.rejoin_s if seat_away else t.rules.hang_up_check_s))
    t.set(leg=None, leg_ready=False, seat_away=seat_away)
    t.remember()
    t.music()


def _leave(t: _Turn) -> None:
    """The agent's side ends the call."""
    t.set(leaving=True, deadline=None)
    t.clear(t.contact.caller)
    t.clear(t.contact.leg)


def _end(t: _Turn, outcome: End, cause: Cause) -> None:
    c = t.contact
    _stop_recording(t)
    t.clear(c.leg)
    if c.phase is P.QUEUED:
        t.do(StopSeeking())
    t.enter(P.ENDED, outcome.value)
    waited_s = c.waited_s
    if c.answered_at is None and c.queued_at is not None:
        waited_s = t.now - c.queued_at
    t.set(outcome=outcome, cause=cause, ended_at=t.now, waited_s=waited_s, caller_ready=False)
    t.note("ended", f"{outcome.value} ({cause.value})", outcome=outcome.value, cause=cause.value)
    if c.agent is not None:
        t.do(AgentFreed(agent=c.agent, talked=c.phase in (P.TALKING, P.REJOINING)))


def _outcome_without_caller(c: Contact) -> End:
    if c.phase is P.IVR:
        return c.outcome or End.ABANDONED_IN_IVR
    if c.phase is P.TRANSFERRING:
        return End.TRANSFERRED_OUT
    return End.ANSWERED if c.answered_at is not None else End.ABANDONED_IN_QUEUE


# ---- any phase ---------------------------------------------------------------------------------------------------


def _cleared(t: _Turn, e: ConnectionCleared) -> None:
    if e.connection == t.contact.caller:
        _end(t, _outcome_without_caller(t.contact), e.cause)
    elif e.connection == t.contact.leg:
        _leg_gone(t, e.cause)


def _failed(t: _Turn, e: Failed) -> None:
    if e.connection == t.contact.leg:
        _leg_gone(t, e.cause)


_REFUSALS = {
    Cause.NO_ANSWER: NotReadyReason.NO_ANSWER,
    Cause.NORMAL: NotReadyReason.NO_ANSWER,
    Cause.BUSY: NotReadyReason.DECLINED,
    Cause.REJECTED: NotReadyReason.DECLINED,
    Cause.UNREACHABLE: NotReadyReason.PHONE_LOST,
}


def _leg_gone(t: _Turn, cause: Cause) -> None:
    c = t.contact
    if c.phase is P.RINGING:
        t.set(leg=None)
        _give_back(t, _REFUSALS.get(cause, NotReadyReason.CALL_FAILED), f"the phone did not answer ({cause.value})")
    elif c.phase is P.TALKING and not c.leaving:
        _rejoin(t, f"the agent's connection ended ({cause.value})", seat_away=c.seat_away)
    elif c.phase is P.REJOINING:
        t.set(leg=None, leg_ready=False, deadline=min(c.deadline or t.now, t.now + t.rules.hang_up_check_s))
    elif c.phase is P.TRANSFERRING:
        if c.deadline is None:
            _leave(t)
        else:
            t.note("transfer_failed", f"the number did not answer ({cause.value})", cause=cause.value)
            _queue(t, "transfer failed")


def _caller_here(t: _Turn) -> bool:
    """The caller's connection is handed to us; False when that is no news."""
    news = not t.contact.caller_ready
    t.set(caller_ready=True)
    return news


def _joined(t: _Turn, e: Joined) -> None:
    if e.connection == t.contact.caller:
        if t.contact.caller_ready and t.contact.phase is P.TALKING:
            t.note("talking", "caller and agent are joined", agent=t.contact.agent)
        if t.contact.caller_ready and t.contact.phase is P.TRANSFERRING:
            t.note("transferred_out", "caller and number are joined")
            t.set(deadline=None)
        t.set(caller_ready=False)
    elif e.connection == t.contact.leg:
        t.set(leg_ready=False)


def _held(t: _Turn, e: Held) -> None:
    t.note("held", "the agent put the caller on hold")


def _retrieved(t: _Turn, e: Retrieved) -> None:
    t.note("retrieved", "the agent is back from hold")


def _news_of_a_leg(t: _Turn, e: Any) -> None:
    """Only the connection state changes."""


def _customer(t: _Turn, e: CustomerKnown) -> None:
    t.set(customer=e.customer)


def _switch_gone(t: _Turn, e: SwitchGone) -> None:
    t.set(legs=dict.fromkeys(t.contact.legs, ConnectionState.NULL))
    t.do(CallBackOwed(reason="switch failure"))
    _end(t, End.SWITCH_FAILURE, Cause.SWITCH_FAILURE)


# ---- IVR -----------------------------------------------------------------------------------------------------------


def _invited(t: _Turn) -> None:
    c = t.contact
    if c.events == 0:
        t.note("invite", f"call to {c.dnis}", ani=c.ani_e164 or c.ani, dnis=c.dnis)


def _ivr_originated(t: _Turn, e: Originated) -> None:
    _invited(t)


def _ivr_route(t: _Turn, e: RouteRequested) -> None:
    if e.connection != t.contact.caller or not _caller_here(t):
        return
    if t.contact.media == 0:
        _invited(t)
        t.note("answered", f"flow {t.contact.flow} answers", flow=t.contact.flow)
        t.do(Advance(what="start"))
    else:
        t.do(Advance(what="resume"))


def _ivr_plays(t: _Turn, e: FlowPlays) -> None:
    c = t.contact
    t.set(
        media=c.media if e.again and c.media else c.media + 1,
        flow_state=e.flow_state,
        language=e.language,
        pressed=e.pressed,
        deadline=t.now + t.rules.media_s,
    )
    t.remember()
    call, connection, token = c.id, c.caller, t.contact.token
    t.do(
        Ask(
            Collect(
                call=call,
                connection=connection,
                prompts=e.prompts,
                max_digits=e.max_digits,
                timeout_s=e.timeout_s,
                token=token,
            )
            if e.max_digits
            else Play(call=call, connection=connection, prompts=e.prompts, token=token)
        )
    )


def _ivr_media(t: _Turn, e: MediaEnded) -> None:
    if e.connection != t.contact.caller or e.token != t.contact.token or t.contact.deadline is None:
        return
    t.set(deadline=None)
    if not e.ok:
        t.do(Advance(what="failed"))
    elif e.digits:
        t.note("digit", f"pressed {e.digits}", digits=e.digits)
        t.do(Advance(what="digits", digits=e.digits))
    else:
        t.do(Advance(what="no_input"))


def _ivr_refused(t: _Turn, e: RequestFailed) -> None:
    if e.request in ("Play", "Collect") and e.code not in ("resource_missing", "link_down"):
        t.set(deadline=None)
        t.do(Advance(what="failed"))


def _ivr_deadline(t: _Turn, e: DeadlinePassed) -> None:
    t.set(deadline=None)
    t.do(Advance(what="failed"))


def _ivr_queue(t: _Turn, e: QueueAsked) -> None:
    t.set(queue=e.queue, needs=e.needs, priority=e.priority, language=e.language, pressed=e.pressed)
    t.note(
        "queued",
        f"queue {e.queue}",
        queue=e.queue,
        needs=[str(need) for need in e.needs],
        priority=e.priority,
        language=e.language,
    )
    t.music()
    _queue(t, "flow")


def _ivr_ended(t: _Turn, e: FlowEnded) -> None:
    t.set(outcome=End.SELF_SERVED, deadline=None)
    t.note("flow_ended", e.reason)
    t.clear(t.contact.caller)


# ---- queue and offer -----------------------------------------------------------------------------------------------


def _caller_back(t: _Turn, e: RouteRequested) -> None:
    """The caller is ours again (after a transfer, a lost leg, the fallback queue)."""
    if e.connection == t.contact.caller and _caller_here(t):
        t.music()
    elif e.connection != t.contact.caller and e.connection != t.contact.leg:
        t.clear(e.connection)


def _queued_match(t: _Turn, e: Matched) -> None:
    t.enter(P.OFFERED, "matched", deadline=t.now + t.rules.pop_s)
    c = t.contact
    t.set(agent=e.agent, device=e.device, offer=c.offer + 1, seat_away=False, talk_before_s=c.talk_s)
    t.note("matched", e.why["en"], agent=e.agent, why=e.why, offer=t.contact.offer)
    t.remember()


def _queued_deadline(t: _Turn, e: DeadlinePassed) -> None:
    if t.contact.target is not None:
        t.note("target_given_up", f"{t.contact.target} was not free in time; anyone with the needs will do")
        t.set(target=None, deadline=None)
        t.do(StopSeeking(), Seek())


def _offer_painted(t: _Turn, e: PopPainted) -> None:
    if e.offer != t.contact.offer:
        return
    device = t.contact.device
    assert device is not None
    t.note("pop_shown", "the pop is on the agent's page", agent=t.contact.agent, offer=e.offer)
    # the switch ends the ringing; the deadline is for the case that it never says so
    t.enter(P.RINGING, "pop shown", deadline=t.now + t.rules.ring_s + 5.0)
    _new_leg(t, device, Party.AGENT, t.rules.ring_s)


def _offer_deadline(t: _Turn, e: DeadlinePassed) -> None:
    _give_back(t, NotReadyReason.SEAT_LOST, "the page did not show the call")


def _decline(t: _Turn, e: DeclineAsked) -> None:
    _give_back(t, NotReadyReason.DECLINED, "declined")


def _offer_seat_left(t: _Turn, e: SeatLeft) -> None:
    if e.page_gone:
        _give_back(t, None, "the agent's page was closed")


def _ringing_delivered(t: _Turn, e: Delivered) -> None:
    if e.connection == t.contact.leg:
        t.note("ringing", f"phone {e.device} rings", agent=t.contact.agent)


def _ringing_route(t: _Turn, e: RouteRequested) -> None:
    if e.connection == t.contact.leg:
        _talk(t)
    else:
        _caller_back(t, e)


def _ringing_deadline(t: _Turn, e: DeadlinePassed) -> None:
    _give_back(t, NotReadyReason.NO_ANSWER, "no answer")


def _request_failed(t: _Turn, e: RequestFailed) -> None:
    """A request that the switch refused: what matters is found out by looking (reconcile), but a leg that was never
    made will send no event."""
    if e.request == "MakeConnection" and e.connection == t.contact.leg and e.code != "outcome_unknown":
        _leg_gone(t, Cause.UNKNOWN)
    elif e.request == "Join" and t.contact.phase in (P.TALKING, P.TRANSFERRING):
        _try_join(t)


# ---- talk ----------------------------------------------------------------------------------------------------------


def _talk_route(t: _Turn, e: RouteRequested) -> None:
    c = t.contact
    if e.connection == c.caller:
        if not _caller_here(t):
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
        _try_join(t)
    elif e.connection == c.caller:
        t.music()


def _talk_hang_up(t: _Turn, e: HangUpAsked) -> None:
    t.note("hung_up", "the agent hung up", agent=t.contact.agent)
    _leave(t)


def _talk_transfer(t: _Turn, e: TransferAsked) -> None:
    c = t.contact
    assert c.agent is not None
    t.note(
        "transfer",
        f"transferred to {e.number or e.target or e.queue}",
        agent=c.agent,
        queue=e.queue,
        target=e.target,
        number=e.number,
    )
    _stop_recording(t)
    t.clear(c.leg)
    t.do(AgentFreed(agent=c.agent, talked=True))
    if e.number:
        t.enter(P.TRANSFERRING, "transferred", deadline=t.now + t.rules.outside_s + 5.0)
        t.set(agent=None, device=None, transfer_to=e.number)
        _new_leg(t, DeviceId(e.number), Party.OUTSIDE, t.rules.outside_s)
        return
    t.set(target=e.target)
    if e.queue is not None:
        t.set(queue=e.queue, needs=e.needs)
    _queue(t, "transferred")


def _talk_seat_left(t: _Turn, e: SeatLeft) -> None:
    if t.contact.leaving:
        return
    t.set(seat_away=True)
    if e.page_gone:
        # the browser took the phone with it: the caller must not talk to nobody
        t.clear(t.contact.leg)
        _rejoin(t, "the agent's page was closed or reloaded", seat_away=True)


def _talk_seat_reached(t: _Turn, e: SeatReached) -> None:
    if e.on_call or t.contact.leaving:
        t.set(seat_away=False)
        return
    t.clear(t.contact.leg)
    _rejoin(t, "the agent's page came back without its call", seat_away=True)
    _ring_again(t)


def _ring_again(t: _Turn) -> None:
    c = t.contact
    if c.leg is None and c.device is not None:
        t.note("rejoining", "the agent's phone is rung again", agent=c.agent)
        _new_leg(t, c.device, Party.AGENT, t.rules.ring_s)


def _rejoin_reached(t: _Turn, e: SeatReached) -> None:
    if t.contact.seat_away and not t.contact.leaving:
        _ring_again(t)


def _rejoin_left(t: _Turn, e: SeatLeft) -> None:
    t.set(seat_away=True, deadline=t.contact.since + t.rules.rejoin_s)


def _rejoin_deadline(t: _Turn, e: DeadlinePassed) -> None:
    c = t.contact
    if not c.seat_away:
        t.note("hung_up", "the agent hung up on the phone", agent=c.agent)
        _leave(t)
    elif t.now >= c.since + t.rules.rejoin_s:
        _stop_recording(t)
        _give_back(t, NotReadyReason.SEAT_LOST, "the agent did not come back")
    else:
        t.set(deadline=c.since + t.rules.rejoin_s)
        _ring_again(t)


def _transfer_route(t: _Turn, e: RouteRequested) -> None:
    _talk_route(t, e)


def _transfer_deadline(t: _Turn, e: DeadlinePassed) -> None:
    t.clear(t.contact.leg)
    t.note("transfer_failed", "the number did not answer")
    _queue(t, "transfer failed")


# ---- ended -----------------------------------------------------------------------------------------------------------


def _ended_route(t: _Turn, e: RouteRequested) -> None:
    """A leg that was answered too late, or that outlived the caller."""
    t.clear(e.connection)


# ---- after a gap: what the switch really has -------------------------------------------------------------------------


def _seen(t: _Turn, e: Seen) -> None:
    c = t.contact
    if e.caller is None:
        t.set(legs=dict.fromkeys(c.legs, ConnectionState.NULL))
        if e.leg is not None and c.leg is not None:
            t.set(legs={**t.contact.legs, c.leg: e.leg})
        _end(t, _outcome_without_caller(c), Cause.UNKNOWN)
        return
    legs = {**c.legs, c.caller: e.caller}
    if c.leg is not None:
        legs[c.leg] = e.leg or ConnectionState.NULL
    t.set(legs=legs, caller_ready=e.caller_controlled, leg_ready=e.leg_controlled)
    if e.in_fallback:
        _seen_in_fallback(t, e)
    elif c.phase is P.IVR:
        if e.caller_controlled:
            t.do(Advance(what="resume" if c.media or c.flow_state else "start"))
    elif c.phase is P.QUEUED:
        t.music()
        t.do(Seek())
    elif c.phase is P.OFFERED:
        t.set(deadline=t.now + t.rules.pop_s + t.rules.hang_up_check_s)
    elif c.phase is P.RINGING:
        if e.leg is None:
            t.set(leg=None)
            _give_back(t, None, "the ringing ended while the server was away")
        elif e.leg_controlled:
            _talk(t)
        elif e.joined:
            _talk(t)
            t.set(caller_ready=False, leg_ready=False)
        else:
            t.set(deadline=t.now + t.rules.ring_s)
    elif e.leg is None and c.leg is not None:
        if c.phase is P.TALKING:
            t.set(leg=None)
            _rejoin(t, "the agent's connection ended while the server was away", seat_away=True)
        else:
            _leg_gone(t, Cause.UNKNOWN)
    elif e.caller_controlled and e.leg_controlled:
        t.set(joins=0)
        _try_join(t)


def _seen_in_fallback(t: _Turn, e: Seen) -> None:
    c = t.contact
    if e.joined and e.fallback_agent is not None:
        t.note("fallback", "the switch's own queue connected the caller while the server was away")
        t.enter(P.TALKING, "fallback")
        leg = e.fallback_leg
        t.set(agent=e.fallback_agent, leg=leg, leg_ready=False, answered_at=c.answered_at or t.now)
        if leg is not None:
            t.set(legs={**t.contact.legs, leg: ConnectionState.CONNECTED})
        return
    if e.joined:
        return
    t.note("fallback", "taken back from the switch's own queue")
    t.do(Ask(Retake(call=c.id, connection=c.caller)))
    if c.phase in (P.OFFERED, P.RINGING, P.REJOINING) and c.agent is not None:
        _give_back(t, None, "the dead-man switch took the caller")
    elif c.phase is P.QUEUED:
        t.do(Seek())
    elif c.phase in (P.TALKING, P.TRANSFERRING):
        if c.agent is not None:
            t.do(AgentFreed(agent=c.agent, talked=True))
        _queue(t, "the dead-man switch took the caller")


# ---- the table -------------------------------------------------------------------------------------------------------

_Row = Callable[[_Turn, Any], None]

_ALWAYS: dict[type, _Row] = {
    ConnectionCleared: _cleared,
    Failed: _failed,
    Joined: _joined,
    Established: _news_of_a_leg,
    Delivered: _news_of_a_leg,
    Parted: _news_of_a_leg,
    Held: _held,
    Retrieved: _retrieved,
    CustomerKnown: _customer,
    SwitchGone: _switch_gone,
    Seen: _seen,
}

TABLE: dict[tuple[Phase, type], _Row] = {
    **{(phase, event): row for phase in P if phase is not P.ENDED for event, row in _ALWAYS.items()},
    (P.IVR, Originated): _ivr_originated,
    (P.IVR, RouteRequested): _ivr_route,
    (P.IVR, FlowPlays): _ivr_plays,
    (P.IVR, MediaEnded): _ivr_media,
    (P.IVR, RequestFailed): _ivr_refused,
    (P.IVR, DeadlinePassed): _ivr_deadline,
    (P.IVR, QueueAsked): _ivr_queue,
    (P.IVR, FlowEnded): _ivr_ended,
    (P.QUEUED, RouteRequested): _caller_back,
    (P.QUEUED, Matched): _queued_match,
    (P.QUEUED, DeadlinePassed): _queued_deadline,
    (P.OFFERED, RouteRequested): _caller_back,
    (P.OFFERED, PopPainted): _offer_painted,
    (P.OFFERED, DeadlinePassed): _offer_deadline,
    (P.OFFERED, DeclineAsked): _decline,
    (P.OFFERED, SeatLeft): _offer_seat_left,
    (P.RINGING, Delivered): _ringing_delivered,
    (P.RINGING, RouteRequested): _ringing_route,
    (P.RINGING, RequestFailed): _request_failed,
    (P.RINGING, DeadlinePassed): _ringing_deadline,
    (P.RINGING, DeclineAsked): _decline,
    (P.RINGING, SeatLeft): _offer_seat_left,
    (P.TALKING, RouteRequested): _talk_route,
    (P.TALKING, RequestFailed): _request_failed,
    (P.TALKING, HangUpAsked): _talk_hang_up,
    (P.TALKING, TransferAsked): _talk_transfer,
    (P.TALKING, SeatLeft): _talk_seat_left,
    (P.TALKING, SeatReached): _talk_seat_reached,
    (P.REJOINING, RouteRequested): _ringing_route,
    (P.REJOINING, RequestFailed): _request_failed,
    (P.REJOINING, HangUpAsked): _talk_hang_up,
    (P.REJOINING, SeatReached): _rejoin_reached,
    (P.REJOINING, SeatLeft): _rejoin_left,
    (P.REJOINING, DeadlinePassed): _rejoin_deadline,
    (P.TRANSFERRING, RouteRequested): _transfer_route,
    (P.TRANSFERRING, RequestFailed): _request_failed,
    (P.TRANSFERRING, DeadlinePassed): _transfer_deadline,
    (P.ENDED, RouteRequested): _ended_route,
}

_COMMANDS = (PopPainted, DeclineAsked, HangUpAsked, TransferAsked)
_OF_ONE_LEG = (Held, Retrieved)


def step(contact: Contact, event: Any, *, now: float, rules: Rules) -> Outcome:
    """The contact after ``event``, and what is to be done.

    Raises IllegalTransition for a command that makes no sense in this phase; anything else that has no row is no news.
    """
    row = TABLE.get((contact.phase, type(event)))
    connection: ConnectionId | None = getattr(event, "connection", None)
    legs = contact.legs
    if connection is not None:
        before = legs.get(connection)
        if before is not None:
            after = advance(before, event)
            if after is before and isinstance(event, (*_OF_ONE_LEG, Delivered, Failed, ConnectionCleared)):
                return Outcome(contact, (), contact.deadline)  # late or doubled
            if after is not before:
                legs = {**legs, connection: after}
        elif not isinstance(event, RouteRequested):
            return Outcome(contact, (), contact.deadline)  # a leg that is not, or no longer, of this contact
    if row is None:
        if isinstance(event, _COMMANDS):
            raise IllegalTransition(f"the call is {contact.phase.value}: {type(event).__name__} is not possible now")
        if contact.legs is legs:
            return Outcome(contact, (), contact.deadline)
        return Outcome(replace(contact, legs=legs, rev=contact.rev + 1), (), contact.deadline)
    turn = _Turn(contact if legs is contact.legs else replace(contact, legs=legs), now, rules)
    row(turn, event)
    after_turn = turn.contact
    if after_turn is not contact or turn.effects:
        after_turn = replace(
            after_turn,
            rev=contact.rev + 1,
            events=contact.events + sum(isinstance(effect, Note) for effect in turn.effects),
            segments=contact.segments + sum(isinstance(effect, Stretch) for effect in turn.effects),
        )
    return Outcome(after_turn, tuple(turn.effects), after_turn.deadline)
