"""What comes of an attempt: for the lead, for the goal, and by what the agent says of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from tandem.agent_desktop.core import messages as m
from tandem.cti.app.dialer import clearance, days, pool
from tandem.cti.app.dialer.state import Attempt, Held, Promise, Running
from tandem.cti.app.floor_plan import LeadAgain
from tandem.cti.core.contact import Contact
from tandem.cti.model.campaigns import SUCCESS, AttemptPlan, AttemptResult
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.leads import DoNotCallEntry, Lead, LeadRecord
from tandem.routing.core.dialer import attempt_plan

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

SKIP_S = 900.0
"""So much later comes he whom an agent did not want to dial."""
MOST_TALKED = 5_000
"""Attempts that wait for what the agent says of them: should nobody ever say it, the oldest is forgotten."""
FURTHEST_S = 366 * DAY_S
_NO_PLAN = AttemptPlan()


def over(center: Center, run: Running | None, attempt: Attempt) -> None:
    """It was dialled, and has its result."""
    result = attempt.record.result
    if run is not None:
        days.count(run, talked=int(result == "talked"))
    settle(center, run, attempt)
    if attempt.record.connected_at is not None and attempt.lead.id:
        center.dialer.talked[CallId(attempt.record.id)] = attempt
        if len(center.dialer.talked) > MOST_TALKED:
            del center.dialer.talked[next(iter(center.dialer.talked))]


def settle(center: Center, run: Running | None, attempt: Attempt) -> None:
    """What becomes of the lead, by the result and by what was agreed; said again, it replaces what was said before."""
    record, promise = attempt.record, attempt.promise
    if not attempt.lead.id or record.result is None or record.ended_at is None:
        return
    others = _others(center, attempt)
    lead = max((attempt.lead, *(other.lead for other in others)), key=lambda each: each.rev)
    plan = _NO_PLAN if run is None else run.campaign.attempts
    if not attempt.lead_kept:
        kept = attempt_plan.after(lead, record.number, cast(AttemptResult, record.result), record.ended_at, plan)
        attempt.lead_kept = True
    else:
        kept = attempt_plan.record_of(lead, state=lead.state, next_at=lead.next_at, why="")
    lead = taken_over(lead, kept)
    disposition = promise.disposition
    if promise.do_not_call:
        kept = attempt_plan.forbidden(lead, at=center.now, disposition=disposition)
    elif promise.again_at is not None:
        kept = _promised(lead, promise, disposition)
    elif disposition is not None:
        success = () if run is None else run.campaign.success
        kept = attempt_plan.disposed(lead, disposition, success, at=center.now)
    before, attempt.lead = attempt.lead, taken_over(lead, kept)
    center.keep(kept)
    for other in others:
        other.lead = attempt.lead
    if run is not None and lead.id in run.pool and kept.state != "open":
        del run.pool[lead.id]
    if run is not None and kept.state == SUCCESS and before.state != SUCCESS:
        _succeeded(run, attempt.lead)


def _promised(lead: Lead, promise: Promise, disposition: str | None) -> LeadRecord:
    assert promise.again_at is not None
    return attempt_plan.promised(
        lead, promise.again_at, promise.again_by, promise.note, disposition, number=promise.number
    )


def _others(center: Center, attempt: Attempt) -> list[Attempt | Held]:
    """The same lead, held or dialled again before the agent had said what came of this call."""
    if not attempt.lead_kept:
        return []
    dialer, lead = center.dialer, attempt.lead.id
    run = dialer.campaigns.get(attempt.record.campaign)
    held = run.pool.get(lead) if run is not None else None
    again = [
        each
        for each in (*dialer.attempts.values(), *dialer.talked.values())
        if each.lead.id == lead and each is not attempt
    ]
    return [*again, held] if held is not None else [*again]


def taken_over(lead: Lead, kept: LeadRecord) -> Lead:
    """The lead as the record says that it is."""
    bad = set(kept.bad_numbers)
    return msgspec.structs.replace(
        lead,
        rev=kept.rev,
        state=kept.state,
        attempts=kept.attempts,
        results=kept.results,
        last_at=kept.last_at,
        next_at=kept.next_at,
        callback_at=kept.callback_at,
        callback_agent=kept.callback_agent,
        callback_note=kept.callback_note,
        callback_number=kept.callback_number,
        abandoned_at=kept.abandoned_at,
        numbers=tuple(msgspec.structs.replace(each, bad=each.number in bad) for each in lead.numbers),
    )


def _succeeded(run: Running, lead: Lead) -> None:
    days.count(run, successes=1)
    run.successes += 1
    for quota in run.campaign.quotas:
        if lead.fields.get(quota.field) == quota.value:
            key = quota.field, quota.value
            run.quotas[key] = run.quotas.get(key, 0) + 1


def withdrawn(center: Center, run: Running | None, attempt: Attempt) -> None:
    """It was not dialled after all, but its id is used up. The lead is held again, or given back."""
    if not attempt.lead.id:
        return
    promise, lead = attempt.promise, used_up(attempt.lead)
    if promise.do_not_call:
        center.keep(attempt_plan.forbidden(lead, at=center.now))
    elif promise.again_at is not None:
        center.keep(_promised(lead, promise, None))
    elif attempt.skipped:
        next_at = max(lead.next_at, center.now + SKIP_S)
        center.keep(attempt_plan.record_of(lead, state="open", next_at=next_at, why="withdrawn"))
    else:
        put_back(center, run, attempt.lead)


def put_back(center: Center, run: Running | None, lead: Lead) -> None:
    """The id of his next attempt is used up without a dial; he may be dialled under another one."""
    kept = attempt_plan.record_of(used_up(lead), state="open", next_at=lead.next_at, why="withdrawn")
    removed = lead.state == "removed"
    lead = taken_over(lead, kept)
    if run is not None and run.record.state == "running" and not removed:
        kept = msgspec.structs.replace(kept, state="in_hand")
        center.keep(kept)
        if not pool.put(center, run, lead):
            run.owes = True
    else:
        center.keep(kept)


def again(center: Center, asked: LeadAgain) -> None:
    """Out of hand, and read again when his time comes. Raises WrongState: he is not in hand, or being dialled."""
    run = center.dialer.campaigns.get(asked.campaign)
    held = run.pool.pop(asked.lead, None) if run is not None else None
    if run is None or held is None:
        raise WrongState.because("lead_in_hand")
    match asked.what:
        case "promised":
            kept = attempt_plan.promised(held.lead, asked.at, asked.agent, asked.note, None, number=asked.number)
        case "cancelled":
            kept = attempt_plan.cancelled(held.lead, asked.at)
        case _:
            kept = attempt_plan.opened(held.lead, asked.at)
    center.keep(msgspec.structs.replace(kept, why=asked.why))
    center.dialer.due[run.record.id] = None


def used_up(lead: Lead) -> Lead:
    """With one more attempt, of which nobody heard."""
    results = {**lead.results, "withdrawn": lead.results.get("withdrawn", 0) + 1}
    return msgspec.structs.replace(lead, attempts=lead.attempts + 1, results=results)


# ---- what agents say ---------------------------------------------------------------------------------------------


def disposed(center: Center, contact: Contact, agent: AgentId, code: str) -> None:
    """The agent's disposition, when he has wrapped up."""
    attempt = _find(center, contact.id)
    if attempt is None:
        return
    attempt.promise.disposition = code
    if attempt.written:
        attempt.record = msgspec.structs.replace(attempt.record, rev=attempt.record.rev + 1, disposition=code)
        if attempt.lead.id:
            center.keep(attempt.record)
    _say(center, attempt)
    center.dialer.talked.pop(contact.id, None)


def mark_machine(center: Center, agent: AgentId, call: CallId) -> None:
    """ "That was a machine": so the attempt counts. Raises WrongState."""
    attempt = _at_work(center, call)
    attempt.record = msgspec.structs.replace(attempt.record, rev=attempt.record.rev + 1, machine="machine")
    if not attempt.missed:  # who was kept waiting too long was, machine or not
        attempt.result = "machine"
    if attempt.lead.id:
        center.keep(attempt.record)


def do_not_call(center: Center, agent: AgentId, command: m.DoNotCall) -> None:
    """From the next second on. Raises WrongState."""
    call = CallId(command.call)
    attempt = _find(center, call)
    contact = center.contacts.get(call)
    number = attempt.number.number if attempt is not None else contact.ani_e164 if contact is not None else ""
    person = attempt.lead.person if attempt is not None else ""
    campaign = attempt.record.campaign if attempt is not None and attempt.record.campaign else None
    scope = command.scope
    if (scope == "person" and not person) or (scope == "campaign" and campaign is None):
        scope = "global"
    if not number and scope != "person":
        raise WrongState.because("no_number_to_forbid")
    entry = DoNotCallEntry(
        id=f"{call}.{scope}",
        rev=1,
        scope=scope,
        number="" if scope == "person" else number,
        person=person if scope == "person" else "",
        campaign=campaign if scope == "campaign" else None,
        at=center.now,
        by=agent,
        source="agent",
    )
    center.keep(entry)
    pool.forbid(center, (entry,))
    if attempt is not None:
        attempt.promise.do_not_call = True
        _say(center, attempt)


def call_again(center: Center, agent: AgentId, command: m.CallAgain) -> None:
    """He is promised another call. Raises BadRequest, WrongState."""
    attempt = _find(center, CallId(command.call))
    if attempt is None or not attempt.lead.id:
        raise WrongState.because("campaign_call_long_over")
    if not center.now < command.at < center.now + FURTHEST_S:
        raise BadRequest.because("moment_not_near")
    number = center.house.normalise(command.number) if command.number else ""
    if command.number and clearance.number_in(attempt.lead, number) is None:
        raise BadRequest.because("other_number")
    promise = attempt.promise
    promise.again_at, promise.again_by = command.at, agent if command.personal else None
    promise.note, promise.number = command.note, number
    _say(center, attempt)


def _say(center: Center, attempt: Attempt) -> None:
    """Kept at once, also while the call goes on: a promise is not lost with the server."""
    settle(center, center.dialer.campaigns.get(attempt.record.campaign), attempt)
    promise, lead = attempt.promise, attempt.lead
    if attempt.record.ended_at is None and promise.again_at is not None and lead.id:
        kept = _promised(lead, promise, None)
        kept = msgspec.structs.replace(kept, state="in_hand")
        attempt.lead = taken_over(lead, kept)
        center.keep(kept)


def _find(center: Center, call: CallId) -> Attempt | None:
    return center.dialer.attempts.get(call) or center.dialer.talked.get(call)


def _at_work(center: Center, call: CallId) -> Attempt:
    attempt = center.dialer.attempts.get(call)
    if attempt is None:
        raise WrongState.because("campaign_call_over")
    return attempt
