"""The life of one attempt, as the contact's machine tells it: dialled, rings, answered, with an agent, over. Pure.

The order in which an attempt is written and made: the gate is asked, the record is put out, then the request to the
switch; the shell carries them out in this order. What the record knows is never dialled (again): after a crash it is
found at the switch, or counts as failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tandem.cti.app.announcements import prompt_for
from tandem.cti.app.dialer import agents, clearance, days, outcome
from tandem.cti.app.dialer.state import Attempt, Running
from tandem.cti.app.dialer.wording import no_agent_texts, refusal_texts
from tandem.cti.app.floor_plan import LookUp
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.attempt_result import result_of
from tandem.cti.core.contact import Contact
from tandem.cti.model.campaigns import AttemptResult, Campaign
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import CallId
from tandem.cti.model.leads import Lead
from tandem.cti.model.states import Phase

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

HOUR_S = 3_600.0
LINE_S = 10.0
"""So long an agent waits for a line to the network."""
LINE_LOOK_S = 0.5
LOST = {"zh": "之前已拨过，或已无人知晓此呼叫", "en": "it was dialled before, or nobody knows of it any more"}
BY_A_PERSON = ("talked", "abandoned", "served", "hung_up")
"""Results of a call that a person answered."""
UNSERVED = ("served", "hung_up")
"""Of these: without an agent, and without being abandoned."""


# ---- of whom and what it is --------------------------------------------------------------------------------------


def attempt_of(center: Center, call: CallId) -> Attempt | None:
    """Under way, or over and still to be disposed of."""
    return center.dialer.attempts.get(call) or center.dialer.talked.get(call)


def run_of(center: Center, attempt: Attempt) -> Running | None:
    return center.dialer.campaigns.get(attempt.record.campaign)


def campaign_of(center: Center, contact: Contact) -> Campaign | None:
    run = center.dialer.campaigns.get(contact.campaign)
    return None if run is None else run.campaign


def lead_of(center: Center, contact: Contact) -> Lead | None:
    attempt = attempt_of(center, contact.id)
    return None if attempt is None else attempt.lead


def number_of(center: Center, contact: Contact) -> int:
    """Which attempt on the person it is, from 1."""
    attempt = attempt_of(center, contact.id)
    return 1 if attempt is None else attempt.record.number_of


def texts(center: Center, contact: Contact, what: str) -> tuple[str, ...]:
    """Media names of what he hears for whom nobody is there (``no_agent``), or his machine (``machine``)."""
    campaign = campaign_of(center, contact)
    if campaign is None:
        return ()
    said = no_agent_texts(campaign) if what == "no_agent" else campaign.machine_detection.message
    prompt = prompt_for(said, contact.language)
    name = center.dialer.sounds.get(prompt) or center.sounds.get(prompt) if prompt is not None else None
    return () if name is None else (name,)


def refusal(center: Center, contact: Contact, number: str) -> dict[str, str]:
    """Why this number of his may not be dialled now, by language; {} = it may."""
    attempt = center.dialer.attempts.get(contact.id)
    known = None if attempt is None else clearance.number_in(attempt.lead, number)
    if attempt is None or known is None:
        return {}
    run = run_of(center, attempt)
    verdict = clearance.verdict(center, run, attempt.lead, known, reserved=True, by_hand=True)
    zone = days.shown_zone(None if run is None else run.campaign, attempt.lead)
    return {} if verdict.allowed else refusal_texts(verdict, zone)


# ---- what happens ------------------------------------------------------------------------------------------------


def allow(center: Center, call: CallId) -> None:
    """It is to be dialled now: the gate at this very moment, a caller id, a line; then the record, then the switch."""
    contact = center.contacts[call]
    attempt = center.dialer.attempts.get(call)
    if attempt is None or attempt.written:
        center.step(contact, ct.DialRefused(reason=LOST["en"], why=LOST))
        return
    run = run_of(center, attempt)
    cleared = clearance.clear(center, run, attempt)
    if isinstance(cleared, clearance.Refused):
        attempt.refusal = cleared.why
        if cleared.verdict is None and _may_wait(center, attempt):
            # an agent is on the line for him: it is tried again as soon as there is a line
            again_at = cleared.again_at or center.now + LINE_LOOK_S
            center.wake(min(max(again_at, center.now + 0.05), center.now + LINE_LOOK_S), "campaign_dial", call)
            return
        center.step(contact, ct.DialRefused(reason=cleared.why["en"], why=cleared.why))
        return
    attempt.record = msgspec.structs.replace(
        attempt.record,
        at=center.now,
        number=attempt.number.number,
        caller_id=cleared.caller_id,
        carrier=cleared.carrier,
        agent=contact.agent,
        why=attempt.record.why | {"gate": msgspec.to_builtins(cleared.verdict)},
    )
    attempt.written = True
    center.dialer.to_dial.pop(call, None)
    _keep(center, attempt)
    clearance.dialled(center, run, attempt)
    detect = None
    if run is not None:
        days.count(run, dialled=1)
        wanted = run.campaign.machine_detection
        detect = wanted if wanted.use and attempt.first == "customer" else None
        run.pacer.launched(
            call,
            attempt.record.segment,
            now=center.now,
            reserved=attempt.record.reserved,
            detect=detect is not None,
        )
    center.step(
        contact,
        ct.DialAllowed(
            ring_s=cleared.ring_s,
            calling=cleared.caller_id,
            carrier=cleared.carrier,
            within_s=run.rules.answer_within_s if run is not None else 2.0,
            detect=detect,
        ),
    )


def _may_wait(center: Center, attempt: Attempt) -> bool:
    if attempt.wants_line_at is None:
        attempt.wants_line_at = center.now
    return attempt.first == "agent" and 0.0 <= center.now - attempt.wants_line_at < LINE_S


def dial_again(center: Center, call: CallId) -> None:
    """There may be a line for him now."""
    contact = center.contacts.get(call)
    if contact is not None and contact.phase is Phase.DIALLING and contact.absent and call in center.dialer.attempts:
        allow(center, call)


def ringing(center: Center, call: CallId) -> None:
    attempt = center.dialer.attempts.get(call)
    if attempt is None or attempt.record.ringing_at is not None:
        return
    attempt.record = msgspec.structs.replace(attempt.record, ringing_at=center.now)
    center.dialer.carriers.through(attempt.record.carrier, call)
    run = run_of(center, attempt)
    if run is not None:
        run.pacer.ringing(call, now=center.now)


def let_go(center: Center, call: CallId) -> None:
    """It rings for long enough, and no agent is free."""
    attempt = center.dialer.attempts.get(call)
    contact = center.contacts.get(call)
    if attempt is None or attempt.first != "customer" or contact is None or contact.mode == "agentless":
        return
    if contact.phase is Phase.DIALLING:
        attempt.result = "no_answer"
        center.step(contact, ce.LetGo())


def answered(center: Center, call: CallId) -> None:
    """Somebody, or something, picked up."""
    attempt = center.dialer.attempts.get(call)
    if attempt is None or attempt.record.answered_at is not None:
        return
    contact = center.contacts.get(call)
    # who answered while no server was there may be known to wait for longer
    since = center.now if contact is None or contact.line_at is None else min(center.now, contact.line_at)
    attempt.result = None  # had he been given up, it came to nothing
    _change(center, attempt, answered_at=since)
    run = run_of(center, attempt)
    if run is not None:
        run.pacer.answered(call, now=center.now)
        touch(center, run)
    if contact is not None and contact.ani_e164 and attempt.first == "customer":
        center.put(LookUp(call, contact.ani_e164))


def person(center: Center, call: CallId, verdict: str, why: str = "") -> None:
    """A person is there, or what is taken for one: from now on the promise runs."""
    attempt = center.dialer.attempts.get(call)
    if attempt is None:
        return
    if verdict:
        heard_s = _heard_s(center, attempt)
        _change(center, attempt, machine=verdict, person_at=center.now, machine_why=why, machine_s=heard_s)
    _count_person(center, attempt)
    run = run_of(center, attempt)
    if run is not None:
        run.pacer.person(call, now=center.now)
        touch(center, run)


def _count_person(center: Center, attempt: Attempt) -> None:
    run = run_of(center, attempt)
    if run is not None and not attempt.counted:
        attempt.counted = True
        days.count(run, answered=1)


def machine(center: Center, call: CallId, why: str = "", *, to_agent: bool = False) -> None:
    attempt = center.dialer.attempts.get(call)
    if attempt is not None:
        _change(center, attempt, machine="machine", machine_why=why, machine_s=_heard_s(center, attempt))
        if run_of(center, attempt) is None or not to_agent:
            agents.give_aside_back(center, attempt)


def _heard_s(center: Center, attempt: Attempt) -> float | None:
    """So long the detection took: it begins when the call is answered."""
    since = attempt.record.answered_at
    return None if since is None else max(0.0, center.now - since)


def connected(center: Center, call: CallId) -> None:
    """He talks with an agent."""
    attempt = center.dialer.attempts.get(call)
    contact = center.contacts.get(call)
    if attempt is None or contact is None or attempt.record.connected_at is not None:
        return
    _change(center, attempt, connected_at=center.now, agent=contact.agent)
    run = run_of(center, attempt)
    if run is not None:
        if attempt.record.machine != "machine":
            _count_person(center, attempt)
        run.connects.append(center.now)
        while run.connects[0] < center.now - HOUR_S:
            run.connects.popleft()
        if contact.agent is not None:
            run.pacer.connected(call, contact.agent, now=center.now, machine=attempt.record.machine == "machine")
            if contact.agent not in run.agents:  # another campaign's, or one who dialled by hand
                run.pacer.agent(contact.agent, "away", now=center.now)
        touch(center, run)


def missed(center: Center, call: CallId) -> None:
    """Nobody was there for him in time: he is told who called, or an agent came too late."""
    attempt = center.dialer.attempts.get(call)
    if attempt is None or attempt.missed:
        return
    _count_missed(center, attempt)
    agents.give_aside_back(center, attempt)
    contact = center.contacts.get(call)
    if contact is not None and contact.phase is Phase.DIALLING:  # he was given up in the moment when he answered
        _change(center, attempt, answered_at=center.now)
    else:
        _change(center, attempt, message_at=center.now)


def _count_missed(center: Center, attempt: Attempt) -> None:
    attempt.missed = True
    center.gate.met_nobody(attempt.record.number, center.now, attempt.record.person)
    run = run_of(center, attempt)
    if run is not None:
        _count_person(center, attempt)
        days.count(run, abandoned=1)
        run.pacer.abandoned(attempt.record.id, now=center.now)
        touch(center, run)


def message_left(center: Center, call: CallId) -> None:
    attempt = center.dialer.attempts.get(call)
    if attempt is not None:
        _change(center, attempt, message_at=center.now)


def over(center: Center, contact: Contact) -> None:
    """The call has ended."""
    attempt = center.dialer.attempts.pop(contact.id, None)
    if attempt is None:
        return
    center.dialer.to_dial.pop(contact.id, None)
    agents.give_aside_back(center, attempt)
    run = run_of(center, attempt)
    if run is not None:
        run.attempts.pop(contact.id, None)
        touch(center, run)
    if not attempt.written:
        outcome.withdrawn(center, run, attempt)
        return
    cause = None if contact.cause is None else contact.cause.value
    # who was kept waiting too long was abandoned, whatever the agent says of it later
    _over(center, run, attempt, "abandoned" if attempt.missed else attempt.result or result_of(contact), cause)


def lost(center: Center, call: CallId, attempt: Attempt) -> None:
    """The server was away, and of this call nothing is left: neither at the switch nor with us."""
    del center.dialer.attempts[call]
    agents.give_aside_back(center, attempt)
    run = run_of(center, attempt)
    if run is not None:
        run.attempts.pop(call, None)
    record = attempt.record
    result: AttemptResult = "failed"
    if record.machine == "machine":
        result = "machine"
    elif attempt.missed:
        result = "abandoned"
    elif record.answered_at is not None:
        result = "talked" if record.connected_at is not None else "hung_up"
    _over(center, run, attempt, result, "unknown")


def _over(center: Center, run: Running | None, attempt: Attempt, result: AttemptResult, cause: str | None) -> None:
    cost = clearance.over(center, run, attempt, result)
    _change(center, attempt, ended_at=center.now, result=result, cause=cause, cost=cost)
    if result in BY_A_PERSON:
        _count_person(center, attempt)
    elif attempt.counted and run is not None:
        attempt.counted = False  # it was taken for a person
        days.count(run, answered=-1)
        days.tell(run)
    if result == "abandoned" and not attempt.missed:
        _count_missed(center, attempt)
    elif result in UNSERVED and run is not None:
        run.unserved += 1
        days.tell(run)
    if run is not None:
        run.pacer.ended(attempt.record.id, result, now=center.now)
        days.count(run, machines=int(result in ("machine", "message_left")), cost=cost)
    outcome.over(center, run, attempt)


def preview_number(center: Center, contact: Contact, number: str) -> str:
    """What is dialled for a card: ``number``, one of his, or the one that was proposed. Raises BadRequest."""
    attempt = center.dialer.attempts.get(contact.id)
    if attempt is None:
        raise BadRequest.because("card_over")
    asked = center.house.normalise(number) if number else attempt.number.number
    chosen = clearance.number_in(attempt.lead, asked or number)
    if chosen is None:
        raise BadRequest.because("other_number")
    attempt.number = chosen
    return chosen.number


def preview_skipped(center: Center, contact: Contact, note: str) -> None:
    """The agent does not want to dial him now: he comes again later."""
    attempt = center.dialer.attempts.get(contact.id)
    if attempt is not None and not attempt.written:
        attempt.skipped = True


# ---- records -----------------------------------------------------------------------------------------------------


def _change(center: Center, attempt: Attempt, **changes: Any) -> None:
    if not attempt.written:
        return
    attempt.record = msgspec.structs.replace(attempt.record, rev=attempt.record.rev + 1, **changes)
    _keep(center, attempt)


def _keep(center: Center, attempt: Attempt) -> None:
    if attempt.lead.id:  # a call of no campaign is kept as a call alone
        center.keep(attempt.record)


def touch(center: Center, run: Running) -> None:
    """It is looked at when the present input is through."""
    center.dialer.due[run.record.id] = None
