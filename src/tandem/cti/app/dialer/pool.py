"""The leads that a campaign has in hand: read ahead, a few at a time, and given back when they are not wanted. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from tandem.cti.app import callbacks
from tandem.cti.app.dialer import clearance, days
from tandem.cti.app.dialer.state import Held, Running
from tandem.cti.app.floor_plan import CallsForbidden, LeadsRead, LeadsRemoved, LeadsWanted
from tandem.cti.model.campaigns import LeadState
from tandem.cti.model.ids import LeadId, ListId
from tandem.cti.model.leads import DoNotCallEntry, Lead, Verdict
from tandem.routing.core.dialer import attempt_plan
from tandem.routing.core.dialer.lead_order import place

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

LEAST = 20
MOST = 500
"""At once: of those for whom any agent will do, and of those who wait for one agent."""
PER_AGENT = 6
ANSWER_S = 15.0
"""So long an answer of the store is waited for."""
LOOK_S = 60.0
"""How often it is looked whether a lead's time has come, when nothing says that one has."""
STALE_S = 900.0
"""A lead that was read so long ago is given back: what was known of it may be old."""
HELD_S = 600.0
"""A lead whose time comes within so long is kept in hand."""
AGAIN_S = 21_600.0
"""He to whom the gate says no without saying until when is asked about again after so long."""
OURS = ("state", "cost", "quota")
"""Rules that say no for the campaign's sake, not for the lead's."""
READ_S = 0.25
"""Between two questions to the store, when the last one was answered with leads."""
SPOILED_S = 5.0
"""The first pause after the gate refused all that was read; doubled each time, up to ``LOOK_S``."""


def wanted(run: Running, lines: int) -> int:
    """How many leads to have in hand; 0: none."""
    if run.record.state != "running" or run.mode == "manual":
        return 0
    by_line = 2 * lines if run.mode == "agentless" else 0
    return min(MOST, max(LEAST, PER_AGENT * len(run.agents), by_line))


def for_all(run: Running) -> int:
    """How many are in hand whom any of its agents may be given. Who waits for one agent, who may be away, takes
    nobody else's place."""
    if run.mode == "agentless":
        return len(run.pool)
    return sum(held.agent is None for held in run.pool.values())


def refill(center: Center, run: Running, lines: int) -> None:
    """Ask for more when there are few, and give back what is old or not wanted."""
    now = center.now
    most = wanted(run, lines)
    back = drop_old(run, now) if most else list(run.pool)
    for lead in back:
        del run.pool[lead]
    if ask_at(run, lines, now) <= now:
        promised = for_all(run) > most // 2
        _ask(center, run, LEAST if promised else most - for_all(run), promised=promised)
    elif back or run.owes:
        _ask(center, run, 0)


def ask_at(run: Running, lines: int, now: float) -> float:
    """When more are asked for; while there are enough, only who was promised a call, when his time comes."""
    most = wanted(run, lines)
    if not most:
        return float("inf")
    answered_at = run.asked_at + ANSWER_S if run.asked_at is not None and _waits(run, now) else now
    if for_all(run) > most // 2:
        return max(now, run.promise_at, answered_at) if for_all(run) < MOST else float("inf")
    return max(now, run.read_at, answered_at)


def drop_old(run: Running, now: float) -> list[LeadId]:
    return [lead for lead, held in run.pool.items() if not 0.0 <= now - held.since < STALE_S]


def give_back(center: Center, run: Running) -> None:
    """Everything that is not being dialled."""
    if run.pool:
        run.pool.clear()
        _ask(center, run, 0)


def _ask(center: Center, run: Running, count: int, *, promised: bool = False) -> None:
    """One question at a time: what is given back while one is open is said with the next."""
    if _waits(run, center.now):
        run.owes = True
        return
    run.asked_at, run.asked, run.owes = center.now, 0 if promised else count, False
    if count:
        run.promise_at = float("inf")
    center.put(LeadsWanted(campaign=run.record.id, count=count, in_hand=in_hand(center, run), promised=promised))


def _waits(run: Running, now: float) -> bool:
    return run.asked_at is not None and 0.0 <= now - run.asked_at < ANSWER_S


def in_hand(center: Center, run: Running) -> tuple[LeadId, ...]:
    dialler = center.dialer
    dialled = (dialler.attempts[call].lead.id for call in run.attempts if call in dialler.attempts)
    return (*run.pool, *dialled)


def read(center: Center, input_: LeadsRead) -> None:
    """What the store has put in hand. What is not wanted any more is given back."""
    run = center.dialer.campaigns.get(input_.campaign)
    if run is None:
        if input_.leads:
            center.put(LeadsWanted(campaign=input_.campaign, count=0))
        return
    if input_.promise_at is not None:
        run.promise_at = min(run.promise_at, max(input_.promise_at, center.now + READ_S))
    unasked = run.asked_at is None
    asked, run.asked_at, run.asked = run.asked, None, 0
    run.left = run.left if input_.left is None else input_.left
    run.callable_now = run.callable_now if input_.callable_now is None else input_.callable_now
    if input_.closes_at is not None:
        days.leads_close(run, input_.closes_at, center.now)
    if input_.successes is not None:
        run.successes = max(run.successes, input_.successes)
    for field, value, count in input_.quotas:
        run.quotas[field, value] = max(run.quotas.get((field, value), 0), count)
    busy = set(in_hand(center, run))
    gone = center.dialer.taken_back
    taken = sum(lead.id in busy or (lead.list not in gone and put(center, run, lead)) for lead in input_.leads)
    if asked or input_.leads:
        _when_next(run, input_, taken, center.now)
    elif unasked and input_.again_at is not None:  # somebody has put leads there
        run.read_at = min(run.read_at, max(center.now, input_.again_at))
    sort(run, center.now)
    if taken < len(input_.leads) or run.owes:
        _ask(center, run, 0)
    center.dialer.due[run.record.id] = None


def _when_next(run: Running, input_: LeadsRead, taken: int, now: float) -> None:
    """When to ask again at the earliest."""
    run.again_at = input_.again_at
    run.dry = not input_.leads
    if taken:
        run.spoiled, run.read_at = 0, now + READ_S
    elif input_.leads:
        run.spoiled += 1
        run.read_at = now + min(LOOK_S, SPOILED_S * 2.0 ** min(run.spoiled, 8))
    else:
        again_at = now + LOOK_S if input_.again_at is None else input_.again_at
        run.read_at = max(now + 1.0, min(again_at, now + LOOK_S))


def sort(run: Running, now: float) -> None:
    """Promised callbacks first, then by priority, then as the campaign wants it."""
    order = run.campaign.order
    placed = sorted(
        ((place(held.lead, order, now, number), held) for number, held in enumerate(run.pool.values())),
        key=lambda pair: pair[0],
    )
    run.pool = {held.lead.id: held for _, held in placed}


def put(center: Center, run: Running, lead: Lead) -> bool:
    """Into the pool. False: the gate will not let him through soon; where it says when, that is kept, so that he does
    not come again before."""
    if run.record.state != "running":
        return False
    found = clearance.number_for(center, run, lead)
    if found is None:
        return False
    number, restricted, said = found
    if not said.allowed and (said.again_at is None or said.again_at > center.now + HELD_S):
        put_off(center, lead, said)
        return False
    agent = lead.callback_agent if lead.callback_at is not None else None
    if agent is not None and len(run.pool) >= MOST and len(run.pool) - for_all(run) >= MOST:
        _later(center, lead, center.now + HELD_S, "too many wait for their agents")
        return False
    run.pool[lead.id] = Held(
        lead=lead,
        number=number,
        since=center.now,
        restricted=restricted,
        agent=agent,
        not_before=0.0 if said.allowed or said.again_at is None else said.again_at,
    )
    return True


def put_off(center: Center, lead: Lead, said: Verdict) -> None:
    """The gate's no, kept with the lead: he is not read again before it may be another word."""
    if said.rule in OURS or lead.state == "removed":
        return
    never = said.again_at is None
    next_at = center.now + AGAIN_S if said.again_at is None else said.again_at
    state: LeadState = "do_not_call" if said.rule == "do_not_call" and never else "open"
    if state == "open" and next_at <= lead.next_at:
        return
    _later(center, lead, next_at, f"gate {said.rule}", state)


def _later(center: Center, lead: Lead, at: float, why: str, state: LeadState = "open") -> None:
    center.keep(attempt_plan.record_of(lead, state=state, next_at=max(at, lead.next_at), why=why))


def forbidden(center: Center, input_: CallsForbidden) -> None:
    """From this moment on. Whoever is being dialled is let go on; nobody else is begun."""
    forbid(center, input_.entries)


def forbid(center: Center, entries: Collection[DoNotCallEntry]) -> None:
    """The gate hears of it, and whoever was promised a call."""
    if not entries:
        return
    center.gate.forbid(entries)
    callbacks.forbidden(center, {entry.number for entry in entries if entry.number and not entry.lifted})
    center.dialer.due.update(dict.fromkeys(center.dialer.campaigns))


def removed(center: Center, input_: LeadsRemoved) -> None:
    """A list was taken back: what is in hand of it, or comes yet, is not dialled; who is shown to an agent is taken
    from him."""
    center.dialer.taken_back.append(input_.list)
    for run in center.dialer.campaigns.values():
        for lead in [lead for lead, held in run.pool.items() if held.lead.list == input_.list]:
            del run.pool[lead]
        center.dialer.due[run.record.id] = None
    _recall(center, input_.list)


def _recall(center: Center, list_: ListId) -> None:
    for call, attempt in list(center.dialer.attempts.items()):
        if attempt.lead.list == list_:
            attempt.lead = msgspec.structs.replace(attempt.lead, state="removed")
            clearance.recall(center, call)
