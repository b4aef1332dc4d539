"""Rows of the table for an attempt on a lead: a campaign's call, or one that an agent dials by hand.

    The person first:  DIALLING -> (SCREENING) -> QUEUED -> RINGING -> TALKING
                                                     +---------+----> PARTING: no agent in time, he hears who called
    The agent first:   QUEUED -> (PREVIEW) -> RINGING -> DIALLING -> RINGING -> TALKING

From the moment when a person is on the line until an agent is joined with him, ``Contact.connect_by`` is set: what we
promise him. All this time the contact is QUEUED or RINGING, whatever becomes of one agent or another, and its deadline
is that promise. TALKING begins when both hear each other, not when the agent's phone answers.

Nobody is dialled twice: see ``callback_rows``.
"""

from __future__ import annotations

from tandem.cti.core.campaign_events import (
    AgentJoined,
    AttemptBegun,
    CustomerRings,
    LetGo,
    MachineMarked,
    MachineMessageLeft,
    MachineThere,
    PersonThere,
    PreviewDialAsked,
    PreviewSkipped,
    PromiseMissed,
    TextGiven,
    TextWanted,
)
from tandem.cti.core.contact import (
    Advance,
    AgentFreed,
    Ask,
    Contact,
    DeadlinePassed,
    DialAsked,
    Matched,
    PopPainted,
    Reached,
    SeatLeft,
    Seek,
    StopSeeking,
)
from tandem.cti.core.turn import (
    Turn,
    caller_here,
    end_contact,
    give_back,
    line_deadline,
    new_leg,
    record_talk,
    requeue,
    stop_recording,
    try_join,
)
from tandem.cti.model.campaigns import in_sample
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.events import MachineDetected, MediaEnded, MessageBegun, Party, RequestFailed, RouteRequested
from tandem.cti.model.requests import DetectMachine, LeaveMessage, Play
from tandem.cti.model.states import NotReadyReason, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import GREETINGS, Entry

P = Phase
_DETECTION_SLACK_S = 1.0
"""The switch ends the listening; the deadline is for the case that it never says so."""


def attempt_begun(t: Turn, e: AttemptBegun) -> None:
    c = t.contact
    if c.events or not c.absent:
        return
    t.note(
        Entry.CAMPAIGN_CUSTOMER if c.first == "customer" else Entry.CAMPAIGN_AGENT,
        campaign=c.campaign,
        lead=c.lead,
        mode=c.mode,
        number=c.ani_e164,
        first=c.first,
    )
    if c.first == "customer":
        t.do(DialAsked())
        return
    t.set(deadline=line_deadline(t))
    if c.mode != "manual":  # who dials by hand does it himself
        t.do(Seek())


# ---- an agent for it ----


def attempt_matched(t: Turn, e: Matched) -> None:
    """He reads the card, or his phone, which his page answers, is rung at once: the page has the pop before."""
    c = t.contact
    preview = c.preview and c.absent
    if preview:
        t.enter(P.PREVIEW, "matched", deadline=None if c.preview_s is None else t.now + c.preview_s)
    t.set(agent=e.agent, device=e.device, offer=c.offer + 1, seat_away=False, talk_before_s=c.talk_s)
    t.note(Entry.MATCHED, agent=e.agent, why=e.why, offer=t.contact.offer, decision=e.decision)
    if preview:
        t.note(Entry.PREVIEW, agent=e.agent)
    else:
        _ring_agent(t, "matched")


def _ring_agent(t: Turn, ended_by: str) -> None:
    device = t.contact.device
    assert device is not None
    t.enter(P.RINGING, ended_by, deadline=line_deadline(t))
    if t.contact.connect_by is None:  # nobody waits on the line: the switch ends the ringing
        t.set(deadline=t.now + t.rules.ring_s + 5.0)
    new_leg(t, device, Party.AGENT, t.rules.ring_s)


def painted(t: Turn, e: PopPainted) -> None:
    """The page tells that it shows the call; nothing waits for that."""
    c = t.contact
    if not c.mode:
        raise IllegalTransition(f"the call is {c.phase.value}: PopPainted is not possible now")
    if e.offer == c.offer:
        t.note(Entry.POP_SHOWN, agent=c.agent, offer=e.offer)


def preview_dial(t: Turn, e: PreviewDialAsked) -> None:
    if e.number and e.number != t.contact.ani_e164:
        t.set(ani=e.number, ani_e164=e.number)
    t.note(Entry.PREVIEW_DIAL, agent=t.contact.agent, number=t.contact.ani_e164)
    _ring_agent(t, "dialled")


def preview_over(t: Turn, e: DeadlinePassed) -> None:
    t.note(Entry.PREVIEW_DIAL_TIME, agent=t.contact.agent, number=t.contact.ani_e164)
    _ring_agent(t, "time over")


def preview_skipped(t: Turn, e: PreviewSkipped) -> None:
    skipped = Entry.PREVIEW_SKIPPED_NOTE if e.note else Entry.PREVIEW_SKIPPED
    t.note(skipped, agent=t.contact.agent, note=e.note)
    end_contact(t, End.NOT_REACHED, Cause.CANCELLED)


def preview_left(t: Turn, e: SeatLeft) -> None:
    if e.page_gone:
        give_back(t, None, Entry.OFFERED_ON_PAGE_CLOSED)


# ---- nobody answers ----


def let_go(t: Turn, e: LetGo) -> None:
    """Who has answered by then stays, and is served as ever; should both meet in the switch: see ``hung_up_by_us``."""
    c = t.contact
    if c.first == "customer" and c.dialled and not c.leaving:
        t.note(Entry.LET_GO)
        t.set(leaving=True)
        t.clear(c.caller, Cause.CANCELLED, unanswered=True)


def given_up(c: Contact) -> bool:
    return c.phase is P.DIALLING and c.leaving and c.first == "customer" and bool(c.mode)


def hung_up_by_us(t: Turn) -> None:
    """He answered in the very moment when he was given up: nobody was there for him."""
    c = t.contact
    if c.first == "customer" and c.mode and c.line_at is not None and c.answered_at is None:
        broken(t)


# ---- who answered ----


def answered(t: Turn) -> None:
    """The customer's phone was answered: by whom, and is an agent on the line already?"""
    c = t.contact
    t.set(line_at=t.now)
    t.note(Entry.REACHED)
    t.do(Reached())
    if c.agent is not None:  # his leg is there; should it not be ours at this moment, it is joined when it is
        t.set(connect_by=t.now + c.within_s)
        t.enter(P.RINGING, "answered", deadline=line_deadline(t))
        t.do(PersonThere(verdict=""))
        try_join(t)
    elif c.detect is not None:
        _listen(t)
    else:
        person(t, "", t.now)


def _listen(t: Turn) -> None:
    c, detect = t.contact, t.contact.detect
    assert detect is not None
    longest_s = (detect.initial_silence_ms + detect.total_ms) / 1000.0
    t.enter(P.SCREENING, "answered", deadline=t.now + longest_s + _DETECTION_SLACK_S)
    t.set(media=c.media + 1)
    t.remember()
    ask = DetectMachine(
        call=c.id,
        connection=c.caller,
        token=t.contact.token,
        initial_silence_ms=detect.initial_silence_ms,
        greeting_ms=detect.greeting_ms,
        after_greeting_silence_ms=detect.after_greeting_silence_ms,
        total_ms=detect.total_ms,
        words=detect.words,
        listen=True,
    )
    t.do(Ask(ask))


def screened(t: Turn, e: MachineDetected) -> None:
    c = t.contact
    if e.connection != c.caller or e.token != c.token:
        return
    t.set(machine=e.verdict)
    t.note(Entry.SCREENED, verdict=e.verdict, why=e.why)
    if e.verdict == "machine":
        _machine(t, e.why)
        return
    # a person's greeting was over when the silence began by which he was known
    silence_s = c.detect.after_greeting_silence_ms / 1000.0 if c.detect and e.verdict == "human" else 0.0
    person(t, e.verdict, max(t.now - silence_s, c.since), e.why)


def screening_refused(t: Turn, e: RequestFailed) -> None:
    if e.request == "DetectMachine":
        _unsure(t)


def screening_over(t: Turn, e: DeadlinePassed) -> None:
    _unsure(t)


def _unsure(t: Turn) -> None:
    """The detector says nothing: whoever it is, is served as a person."""
    t.set(machine="unsure")
    person(t, "unsure", t.now)


def _machine(t: Turn, why: str) -> None:
    c = t.contact
    sampled = c.detect is not None and c.mode != "agentless" and in_sample(c.detect, c.id)
    to_agent = sampled or (c.detect is not None and c.detect.on_machine == "agent")
    t.do(MachineThere(why=why, to_agent=to_agent))
    if sampled and c.detect is not None:
        one_in = c.detect.sample_one_in
        t.note(Entry.MACHINE_SAMPLED, one_in=one_in)
    if to_agent:
        _await_agent(t, t.now)
    else:
        _serve_machine(t)


def _serve_machine(t: Turn) -> None:
    """It has its message, or is hung up on."""
    detect = t.contact.detect
    if detect is not None and detect.on_machine == "message":
        _part(t, End.MACHINE, "machine")
        t.do(TextWanted(what="machine"))
    else:
        _hang_up_on_machine(t)


def _hang_up_on_machine(t: Turn) -> None:
    t.clear(t.contact.caller)
    end_contact(t, End.MACHINE, Cause.NORMAL)


def person(t: Turn, verdict: str, greeted_at: float, why: str = "") -> None:
    """Somebody listens: the flow begins, or an agent is looked for, for so long as we promised."""
    c = t.contact
    t.do(PersonThere(verdict=verdict, why=why))
    if c.mode == "agentless":
        t.enter(P.IVR, "answered")
        t.set(as_caller=True)
        t.note(Entry.ANSWERED_DIALLED, flow=c.flow, version=c.flow_version)
        t.remember()
        t.do(Advance(what="start"))
        return
    _await_agent(t, greeted_at)


def _await_agent(t: Turn, greeted_at: float) -> None:
    t.set(connect_by=greeted_at + t.contact.within_s)
    requeue(t, "answered")


# ---- the promise ----


def agent_answered(t: Turn) -> None:
    """His phone was answered: the two are joined. It is RINGING until they are."""
    t.set(leg_ready=True)
    try_join(t, tone=True)


def promise_due(t: Turn) -> None:
    """In QUEUED or RINGING: no agent is joined with him, and his time is over."""
    c = t.contact
    assert c.connect_by is not None
    if c.joins and t.now < c.connect_by + t.rules.join_s:
        # it was asked for and is not to be broken off again; should it come late, it is counted as that
        if t.now >= c.connect_by:
            broken(t)
        t.set(deadline=c.connect_by if t.now < c.connect_by else c.connect_by + t.rules.join_s)
        return
    no_agent(t)


def broken(t: Turn) -> None:
    if not t.contact.missed and t.contact.machine != "machine":
        t.set(missed=True)
        t.note(Entry.PROMISE_MISSED, within_s=t.contact.within_s)
        t.do(PromiseMissed())


def no_agent(t: Turn) -> None:
    """Nobody is there for him in time: he hears who called; a machine hears nothing."""
    c = t.contact
    if c.agent is not None:
        silent = c.phase is P.RINGING and not c.leg_ready and t.now - c.since >= t.rules.own_answer_s
        t.clear(c.leg, Cause.CANCELLED)
        t.note(Entry.OFFERED_ON_LATE, agent=c.agent, reason="no_answer" if silent else "withdrawn")
        t.do(AgentFreed(agent=c.agent, refused=NotReadyReason.NO_ANSWER if silent else None))
        t.set(agent=None, device=None, leg=None, leg_ready=False)
    elif c.phase is P.QUEUED:
        t.do(StopSeeking())
    broken(t)
    if c.machine == "machine":
        _serve_machine(t)
        return
    _part(t, End.NO_AGENT, "no agent in time")
    t.do(TextWanted(what="no_agent"))


def _part(t: Turn, outcome: End, ended_by: str) -> None:
    t.enter(P.PARTING, ended_by, deadline=t.now + t.rules.media_s)
    t.set(outcome=outcome, agent=None, device=None, leg=None, leg_ready=False, connect_by=None)
    t.remember()


def attempt_joined(t: Turn) -> None:
    """Person and agent hear each other."""
    c = t.contact
    if c.connect_by is not None and t.now > c.connect_by:
        broken(t)
    t.enter(P.TALKING, "answered")
    since = c.line_at if c.line_at is not None else t.now
    t.set(answered_at=t.now, waited_s=max(0.0, t.now - since), connect_by=None, seat_away=False)
    t.note(Entry.TALKING_DIALLED, agent=c.agent)
    t.remember()
    record_talk(t)
    t.do(AgentJoined())


# ---- last words, and a message for a machine ----


def text_given(t: Turn, e: TextGiven) -> None:
    c = t.contact
    if not e.prompts:
        t.clear(c.caller)
    elif c.caller_ready:
        t.set(media=c.media + 1)
        call, connection, token = c.id, c.caller, t.contact.token
        if c.outcome is End.MACHINE:
            t.do(Ask(LeaveMessage(call=call, connection=connection, prompts=e.prompts, token=token)))
        else:
            t.note(Entry.NO_AGENT)
            t.do(Ask(Play(call=call, connection=connection, prompts=e.prompts, token=token)))


def message_begun(t: Turn, e: MessageBegun) -> None:
    """When, and by what it was known that the greeting was over."""
    c = t.contact
    if e.connection != c.caller or e.token != c.token:
        return
    since = c.line_at if c.line_at is not None else c.since
    at_s = round(t.now - since, 1)
    if not e.beep_hz:
        t.note(Entry.MACHINE_BEEP_AGAIN if e.again else GREETINGS[e.why], why=e.why, at_s=at_s, again=e.again)
        return
    t.note(
        Entry.MACHINE_TONE_AGAIN if e.again else Entry.MACHINE_TONE,
        why=e.why,
        at_s=at_s,
        again=e.again,
        beep_at_s=round(at_s - e.beep_ago_s, 1),
        beep_hz=round(e.beep_hz),
        beep_s=round(e.beep_s, 2),
    )


def text_heard(t: Turn, e: MediaEnded) -> None:
    c = t.contact
    if e.connection != c.caller or e.token != c.token:
        return
    if e.ok:
        t.set(heard=True)
        if c.outcome is End.MACHINE:
            t.do(MachineMessageLeft())
    t.clear(c.caller)


def text_here(t: Turn, e: RouteRequested) -> None:
    """He is ours (again): taken back from an agent's leg, or from the switch's own queue."""
    if e.connection != t.contact.caller or not caller_here(t):
        return
    want_text(t)


def want_text(t: Turn) -> None:
    c = t.contact
    if c.heard or c.leaving:
        t.clear(c.caller)
    else:
        t.set(deadline=t.now + t.rules.media_s)
        t.do(TextWanted(what="machine" if c.outcome is End.MACHINE else "no_agent"))


def text_refused(t: Turn, e: RequestFailed) -> None:
    """Not ours at this moment: he comes back to us, or is gone."""
    if e.request in ("Play", "LeaveMessage"):
        t.set(caller_ready=False, deadline=t.now + t.rules.join_s)


def machine_marked(t: Turn, e: MachineMarked) -> None:
    c = t.contact
    if not c.mode or c.agent is None:
        raise IllegalTransition("only a campaign's call can be on a machine")
    t.note(Entry.MACHINE_MARKED, agent=c.agent)
    stop_recording(t)
    t.clear(c.leg)
    t.do(AgentFreed(agent=c.agent))
    _part(t, End.MACHINE, "machine")
    t.set(machine="machine", answered_at=None, seat_away=False, leaving=True, deadline=t.now + t.rules.join_s)
    t.clear(c.caller)


def customer_rings(t: Turn) -> None:
    if t.contact.mode:
        t.do(CustomerRings())
