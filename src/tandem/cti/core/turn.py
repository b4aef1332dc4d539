"""One step being taken, and the moves that several phases share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tandem.cti.core.contact import (
    Advance,
    AgentFreed,
    Ask,
    CallBackOwed,
    Contact,
    DialAsked,
    Effect,
    Note,
    RecordingBegan,
    RecordingOver,
    Seek,
    StopSeeking,
    Stretch,
    changed,
)
from tandem.cti.core.memory import remember
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    Party,
)
from tandem.cti.model.ids import AgentId, ConnectionId, DeviceId, RecordingId
from tandem.cti.model.requests import (
    ClearConnection,
    Join,
    MakeConnection,
    Record,
    Remember,
    StartMusic,
    StopRecording,
)
from tandem.cti.model.states import ConnectionState, NotReadyReason, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import Entry

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
    dip_silence_s: float = 1.0
    """A dip that takes longer than this has music behind it."""
    come_back_s: float = 10.0
    """How soon a caller must be ours again after the agent's leg ended, for the branch after the talk."""
    place_kept_s: float = 600.0
    """How long he who left the line for the flow can have his place again."""
    broken_off_s: float = 0.5
    """A prompt breaks off when its caller hangs up, and the news of that comes after: so long it is waited for."""
    rejoin_s: float = 30.0
    """How long a caller waits for an agent whose page was reloaded, before he is queued again."""
    hang_up_check_s: float = 2.0
    """An agent's leg ended and his page stayed open this long: he hung up on his phone."""
    person_s: float = 30.0
    """How long a transfer to one person waits for him before anyone with the needs will do."""
    outside_s: float = 30.0
    """How long an outside number rings."""
    message_lead_s: float = 0.3
    """So long before the time is over in which an agent is to be joined with a campaign's callee it is decided that
    none will be: his message must have begun by then."""
    join_s: float = 1.0
    """So long an answered phone may take to be joined with a campaign's callee before he hears the message instead."""
    own_answer_s: float = 1.5
    """An agent's page answers a campaign's call by itself. One that has not after so long does not."""
    join_tries: int = 3
    record: bool = True


@dataclass(slots=True)
class Turn:
    """One step being taken."""

    contact: Contact
    now: float
    rules: Rules
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        self.contact = changed(self.contact, **changes)

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def note(self, entry: Entry, **data: Any) -> None:
        self.do(Note(entry=entry, data=data))

    def remember(self) -> None:
        contact = self.contact
        if contact.absent:
            return  # there is no connection to leave it with
        self.do(Ask(Remember(call=contact.id, connection=contact.caller, memory=remember(contact))))

    def clear(self, connection: ConnectionId | None, cause: Cause = Cause.NORMAL, *, unanswered: bool = False) -> None:
        if connection is not None and self.contact.legs.get(connection) not in (ConnectionState.NULL, None):
            call = self.contact.id
            self.do(Ask(ClearConnection(call=call, connection=connection, cause=cause, unanswered=unanswered)))

    def music(self) -> None:
        if self.contact.caller_ready:
            self.do(Ask(StartMusic(call=self.contact.id, connection=self.contact.caller)))

    def enter(self, phase: Phase, ended_by: str, deadline: float | None = None) -> None:
        """Leave the present phase and write down how long it was."""
        old, now = self.contact, self.now
        self.do(
            Stretch(
                kind=STRETCH.get(old.phase, old.phase.value),
                started_at=old.since,
                ended_by=ended_by,
                agent=old.agent,
                queue=old.queue,
            )
        )
        talk_s = old.talk_s + (now - old.since if old.phase is P.TALKING else 0.0)
        self.set(phase=phase, since=now, deadline=deadline, joins=0, talk_s=talk_s)
        if phase not in WITH_FLOW:
            self.flow_rests()

    def flow_rests(self) -> None:
        """The flow waits for nothing; an answer that still comes is no news."""
        if self.contact.in_hand:
            self.set(in_hand="", in_hand_until=None, patience_until=None, recorded_at=None)


BEFORE_TALK = frozenset({P.SCREENING, P.QUEUED, P.OFFERED, P.RINGING})
STRETCH = {P.QUEUED: "queue", P.OFFERED: "offer", P.RINGING: "ring", P.TALKING: "talk", P.REJOINING: "rejoin"}
WITH_FLOW = frozenset({P.IVR, P.QUEUED, P.OFFERED, P.RINGING, P.SURVEY})
"""Where the flow may wait for something."""


def new_leg(t: Turn, device: DeviceId, party: Party, ring_s: float) -> None:
    c = t.contact
    number = c.legs_made + 1
    leg = ConnectionId(f"{c.id}.{number}")
    t.set(leg=leg, leg_ready=False, legs_made=number, joins=0, legs={**c.legs, leg: ConnectionState.INITIATED})
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
    t.remember()  # after the request: somebody waits for the ringing


def requeue(t: Turn, ended_by: str, **changes: Any) -> None:
    """(Back) into the queue, perhaps another one (``changes``); the place in line is kept by ``queued_at``."""
    t.enter(P.QUEUED, ended_by, deadline=line_deadline(t))
    queued_at = t.contact.queued_at if t.contact.queued_at is not None else t.now
    t.set(queued_at=queued_at, agent=None, device=None, leg=None, leg_ready=False, seat_away=False, leaving=False)
    if t.contact.line_at is None and not t.contact.absent:
        t.set(line_at=t.now)
    t.set(**changes)
    t.remember()
    t.do(Seek())
    if t.contact.waits:
        t.do(Advance(what="wait"))


def line_deadline(t: Turn) -> float | None:
    """How long he waits in the line before something else is done."""
    c = t.contact
    if c.connect_by is not None:
        return c.connect_by - t.rules.message_lead_s
    return t.now + t.rules.person_s if c.target or c.for_campaign else None


def transfer_failed(t: Turn, cause: Cause | None = None) -> None:
    """The outside number did not answer: back into the flow that asked for it, or into the line, at his place."""
    if cause is None:
        t.note(Entry.TRANSFER_FAILED)
    else:
        t.note(Entry.TRANSFER_FAILED_CAUSE, cause=cause.value)
    if not t.contact.flow_transfer:
        requeue(t, "transfer failed")
        return
    t.enter(P.IVR, "transfer failed")
    t.set(flow_transfer=False, leg=None, leg_ready=False, transfer_to="")
    t.do(Advance(what="transfer_failed"))


def stop_recording(t: Turn) -> None:
    c = t.contact
    if c.recording is not None:
        if c.legs.get(c.caller) is not ConnectionState.NULL:
            t.do(Ask(StopRecording(call=c.id, connection=c.caller, recording=c.recording)))
        t.do(RecordingOver(recording=c.recording, agent=c.agent))
        t.set(recording=None)


def try_join(t: Turn, *, tone: bool = False) -> None:
    c = t.contact
    if not (c.caller_ready and c.leg_ready and c.leg is not None) or c.joins >= t.rules.join_tries:
        return
    if c.phase is P.TALKING:
        record_talk(t)
    t.set(joins=t.contact.joins + 1)
    t.do(Ask(Join(call=c.id, connection=c.caller, other=c.leg, tone=tone)))


def record_talk(t: Turn) -> None:
    c = t.contact
    if t.rules.record and c.recording is None:
        recording = RecordingId(f"{c.id}-{c.legs_made}")
        t.set(recording=recording)
        t.do(Ask(Record(call=c.id, connection=c.caller, recording=recording)), RecordingBegan(recording=recording))


def begin_talk(t: Turn) -> None:
    """The agent's leg was answered: the two are joined (as soon as the caller is ours)."""
    c = t.contact
    if c.absent:
        begin_dial(t)
        return
    t.enter(P.TALKING, "answered")
    t.set(leg_ready=True, seat_away=False)
    if c.answered_at is None:
        t.set(answered_at=t.now, waited_s=waited_s(c, t.now))
    t.remember()
    if c.phase is not P.DIALLING:
        t.note(Entry.ACCEPTED, agent=c.agent)
    try_join(t)


def waited_s(c: Contact, now: float) -> float:
    """How long he has waited on the line. Who is called back does not, until he answers."""
    if c.left_line_at is not None:
        return c.waited_s
    since = c.line_at if c.line_at is not None or c.outbound else c.queued_at
    return 0.0 if since is None else max(0.0, now - since)


def begin_dial(t: Turn) -> None:
    """Somebody is to be called back; his agent, if he has one by now, hears music meanwhile, or that it rings."""
    leg = t.contact.leg
    t.enter(P.DIALLING, "answered" if leg is not None else "due")
    t.set(leg_ready=leg is not None, seat_away=False)
    if leg is not None:
        t.note(Entry.ACCEPTED, agent=t.contact.agent)
        t.do(Ask(StartMusic(call=t.contact.id, connection=leg, ringing=bool(t.contact.mode))))
    t.do(DialAsked())


def drop_agent(t: Turn, why: Entry, **said: str) -> None:
    """The agent is gone, the customer's phone rings on: when he answers he stands in the line, at his place."""
    c = t.contact
    assert c.agent is not None
    t.note(why, agent=c.agent, **said)
    t.clear(c.leg)
    t.do(AgentFreed(agent=c.agent))
    t.set(agent=None, device=None, leg=None, leg_ready=False)
    t.remember()


def give_back(t: Turn, refused: NotReadyReason | None, why: Entry, **said: str) -> None:
    """The offer failed: the agent is freed and the caller is offered on, at his old place."""
    agent, leg = t.contact.agent, t.contact.leg
    assert agent is not None
    t.clear(leg, Cause.CANCELLED)
    t.note(why, agent=agent, reason=refused or "withdrawn", **said)
    # the agent first: a freed one may take this very call again only if he is Ready
    t.do(AgentFreed(agent=agent, refused=refused))
    t.set(target=None)
    if t.contact.mode == "manual" and t.contact.absent:
        t.set(agent=None, device=None, leg=None)
        end_contact(t, End.NOT_REACHED, Cause.CANCELLED)  # it was his own call
        return
    requeue(t, why.text(said))


def begin_rejoin(t: Turn, why: Entry, *, seat_away: bool, **said: str) -> None:
    """The agent's leg is gone but not the call: music until the seat is back."""
    t.note(why, agent=t.contact.agent, **said)
    t.enter(P.REJOINING, why.text(said), deadline=t.now + (t.rules.rejoin_s if seat_away else t.rules.hang_up_check_s))
    t.set(leg=None, leg_ready=False, seat_away=seat_away)
    t.remember()
    t.music()


def leave(t: Turn) -> None:
    """The agent's side ends the call: it is over, or the flow goes on with the caller."""
    c = t.contact
    if c.after_call and c.agent is not None and c.legs.get(c.caller) is not ConnectionState.NULL:
        begin_survey(t, c.agent)
        return
    t.set(leaving=True, deadline=None)
    t.clear(t.contact.caller)
    t.clear(t.contact.leg)


def begin_survey(t: Turn, agent: AgentId) -> None:
    """The talk is over, the agent goes to his wrap-up; the caller has another step or two of the flow."""
    stop_recording(t)
    t.clear(t.contact.leg)
    t.do(AgentFreed(agent=agent, talked=True))
    t.enter(P.SURVEY, "agent hung up", deadline=t.now + t.rules.come_back_s)
    t.set(served_by=agent, agent=None, device=None, leg=None, leg_ready=False, seat_away=False, after_call=False)
    t.remember()
    if t.contact.caller_ready:
        survey_here(t)


def survey_here(t: Turn) -> None:
    t.set(deadline=None)
    t.do(Advance(what="after"))


def keep_message(t: Turn) -> bool:
    """A flow's message is over: it is kept, and its ledger told; False when it is too short to be one."""
    c = t.contact
    assert c.recorded_at is not None
    stop_recording(t)
    if t.now - c.recorded_at < c.message_min_s:
        return False
    if c.phase is P.IVR:
        t.set(outcome=End.VOICEMAIL)
    if c.message_queue and not c.draft:
        t.do(CallBackOwed(reason="voicemail", recording=c.recording, queue=c.message_queue))
    return True


def end_contact(t: Turn, outcome: End, cause: Cause) -> None:
    c = t.contact
    if c.recorded_at is not None and keep_message(t) and c.phase is P.IVR:
        outcome = End.VOICEMAIL
    stop_recording(t)
    # an agent who has somebody dialled is told by his phone why that one did not answer
    t.clear(c.leg, cause if c.mode and c.phase is P.DIALLING else Cause.NORMAL)
    if c.phase is P.VOICEMAIL and outcome is End.VOICEMAIL:
        t.do(CallBackOwed(reason="voicemail", recording=c.recording))
    if c.phase is P.QUEUED:
        t.do(StopSeeking())
    t.enter(P.ENDED, outcome.value)
    waited = c.waited_s if c.answered_at is not None else waited_s(c, t.now)
    t.set(outcome=outcome, cause=cause, ended_at=t.now, waited_s=waited, caller_ready=False)
    t.note(Entry.ENDED, outcome=outcome.value, cause=cause.value)
    if c.agent is not None:
        t.do(AgentFreed(agent=c.agent, talked=c.phase in (P.TALKING, P.REJOINING)))


def outcome_without_caller(c: Contact) -> End:
    if c.phase is P.IVR:
        return c.outcome or End.ABANDONED_IN_IVR
    if c.phase is P.TRANSFERRING and c.deadline is None:  # the number answered
        return End.TRANSFERRED_OUT
    if c.phase is P.DIALLING or (c.for_campaign and c.answered_at is None and c.phase in BEFORE_TALK):
        return End.NOT_REACHED
    if c.phase is P.PARTING:
        return c.outcome or End.MESSAGE
    if c.phase is P.VOICEMAIL and c.recording is not None:
        return End.VOICEMAIL
    return End.ANSWERED if c.answered_at is not None else End.ABANDONED_IN_QUEUE


REFUSALS = {
    Cause.NO_ANSWER: NotReadyReason.NO_ANSWER,
    Cause.NORMAL: NotReadyReason.NO_ANSWER,
    Cause.BUSY: NotReadyReason.DECLINED,
    Cause.REJECTED: NotReadyReason.DECLINED,
    Cause.UNREACHABLE: NotReadyReason.PHONE_LOST,
}


def leg_gone(t: Turn, cause: Cause) -> None:
    c = t.contact
    if c.phase is P.RINGING:
        t.set(leg=None)
        refused = REFUSALS.get(cause, NotReadyReason.CALL_FAILED)
        give_back(t, refused, Entry.OFFERED_ON_PHONE, cause=cause.value)
    elif c.phase is P.TALKING and not c.leaving:
        begin_rejoin(t, Entry.AGENT_LOST, seat_away=c.seat_away, cause=cause.value)
    elif c.phase is P.DIALLING and not c.leaving:
        drop_agent(t, Entry.AGENT_LOST, cause=cause.value)
    elif c.phase is P.REJOINING:
        t.set(leg=None, leg_ready=False, deadline=min(c.deadline or t.now, t.now + t.rules.hang_up_check_s))
    elif c.phase is P.TRANSFERRING:
        if c.deadline is None:
            leave(t)
        else:
            transfer_failed(t, cause)


def caller_here(t: Turn) -> bool:
    """The caller's connection is handed to us; False when that is no news."""
    news = not t.contact.caller_ready
    t.set(caller_ready=True)
    return news
