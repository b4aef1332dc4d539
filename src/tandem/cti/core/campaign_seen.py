"""What is found of a campaign's call after a gap: who is up reaches an agent in time, or hears the message at once."""

from __future__ import annotations

from tandem.cti.core.campaign_events import PersonThere
from tandem.cti.core.campaign_rows import answered, attempt_joined, broken, given_up, no_agent, person, want_text
from tandem.cti.core.contact import Ask, Contact, Reached, Seek, Seen
from tandem.cti.core.turn import Turn, drop_agent, give_back, line_deadline, try_join
from tandem.cti.model.requests import Retake
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.states import Phase
from tandem.cti.model.timeline import Entry

P = Phase


def promised(c: Contact) -> bool:
    """He was dialled for a campaign, and neither talks nor is he with the flow."""
    last_words = c.phase is P.PARTING and c.outcome in (End.NO_AGENT, End.MACHINE)
    waits = c.phase in (P.DIALLING, P.SCREENING) or c.connect_by is not None
    return bool(c.mode) and not c.absent and (last_words or waits)


def seen_promised(t: Turn, e: Seen) -> None:
    c = t.contact
    if given_up(c):
        t.set(leaving=False)  # and he is still there: nobody heard of it
    if c.phase is P.PARTING:
        if e.caller_controlled or e.in_fallback:
            _take_back(t, e)
            want_text(t)
    elif e.in_fallback:
        _in_fallback(t, e)
    elif c.phase is P.DIALLING:
        _dialling(t, e)
    elif e.joined:
        attempt_joined(t)
        t.set(caller_ready=False, leg_ready=False)
    elif c.phase is P.SCREENING:
        _screening(t)
    elif c.connect_by is not None and t.now >= c.connect_by - t.rules.message_lead_s:
        no_agent(t)
    elif c.phase is P.QUEUED:
        t.set(deadline=line_deadline(t))
        t.do(Seek())
    elif e.leg is None:
        t.set(leg=None)
        give_back(t, None, Entry.OFFERED_ON_UNSEEN)
    else:
        t.set(deadline=line_deadline(t), joins=0)
        try_join(t, tone=True)


def _dialling(t: Turn, e: Seen) -> None:
    """His phone rings, or he has answered meanwhile; when it is not known since when, it counts as too long."""
    c = t.contact
    if e.leg is None and c.agent is not None:
        drop_agent(t, Entry.AGENT_LOST_UNSEEN)
    if e.joined:
        t.set(line_at=t.now, connect_by=t.now)
        t.do(Reached())
        attempt_joined(t)
        t.set(caller_ready=False, leg_ready=False)
    elif e.caller_controlled and c.mode == "agentless":
        answered(t)
    elif e.caller_controlled:
        _answered_meanwhile(t, e)
    elif c.deadline is None or c.deadline <= t.now:
        t.set(deadline=t.now + t.rules.outside_s)


def _answered_meanwhile(t: Turn, e: Seen) -> None:
    """What is left of his time is used: an agent who is free at once has him, else he hears the message."""
    c = t.contact
    waited_s = c.within_s if e.answered_for_s is None else max(0.0, e.answered_for_s)
    in_time = waited_s < c.within_s - t.rules.message_lead_s
    line_at = t.now - waited_s if in_time else t.now
    t.set(line_at=line_at)
    t.note(Entry.REACHED_UNSEEN, waited_s=e.answered_for_s)
    t.do(Reached())
    if not in_time:
        t.set(connect_by=t.now)
        _late(t)
    elif c.agent is not None:
        t.set(connect_by=line_at + c.within_s)
        t.enter(P.RINGING, "answered", deadline=line_deadline(t))
        t.do(PersonThere(verdict=""))
        try_join(t)
    else:
        # nobody has listened whether he is a person
        verdict = "" if c.detect is None else "unsure"
        t.set(machine=verdict)
        person(t, verdict, line_at)


def _late(t: Turn) -> None:
    """The agent who waits for him has him at once, with nobody he hears the message."""
    if t.contact.leg_ready:
        broken(t)
        t.enter(P.RINGING, "answered", deadline=t.now + t.rules.join_s)
        try_join(t)
    else:
        no_agent(t)


def _screening(t: Turn) -> None:
    """What the detector said is lost: he counts as a person since he answered."""
    c = t.contact
    t.set(machine="unsure")
    person(t, "unsure", c.since)
    after = t.contact
    if after.connect_by is not None and t.now >= after.connect_by - t.rules.message_lead_s:
        no_agent(t)


def _in_fallback(t: Turn, e: Seen) -> None:
    """The dead-man switch took him: an agent has him by now, or he is taken back and hears the message."""
    if t.contact.line_at is None:
        t.set(line_at=t.now)
        t.do(Reached())
    broken(t)
    if e.joined:
        t.set(connect_by=None)
        return
    _take_back(t, e)
    no_agent(t)


def _take_back(t: Turn, e: Seen) -> None:
    if e.in_fallback:
        t.note(Entry.FALLBACK_RETAKEN)
        t.do(Ask(Retake(call=t.contact.id, connection=t.contact.caller)))
        t.set(caller_ready=False)
