"""What must never happen, whatever people do and in whatever order the switch's news comes: late, twice, mixed up."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.house import ANA, MEI, TOM, Floor

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.tasks import load_of
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import CallId
from tandem.cti.model.records import CallRecord, ContactRecord
from tandem.cti.model.skills import unmet
from tandem.cti.model.states import AgentState, ConnectionState, Phase
from tandem.routing.core.acd.capacity import kinds

AGENTS = (MEI, TOM, ANA)

STEP = st.tuples(
    st.sampled_from(
        [
            "call", "call", "next", "next", "next", "next", "any", "again", "settle", "settle", "ready", "ready",
            "not_ready", "paint", "paint", "decline", "answer", "answer", "reject", "caller_gone", "leg_gone",
            "hang_up", "transfer_queue", "transfer_agent", "transfer_number", "page_gone", "page_cut", "page_back",
            "phone_out", "phone_back", "dispose", "time", "long_time", "link_cut", "switch_restart", "heal",
            "kill", "kill_late", "kill_without_store", "lose", "lose",
        ]
    ),
    st.integers(0, 11),
)  # fmt: skip


def pick(items: list[Any], number: int) -> Any:
    return items[number % len(items)] if items else None


def take(floor: Floor, what: str, number: int, calls: list[str]) -> None:
    agent = AGENTS[number % 3]
    contact = floor.center.contact_of(agent)
    match what:
        case "call":
            if len(calls) < 8:
                floor.digit = "12"[number % 2]
                calls.append(floor.call(str(len(calls))))
        case "next":
            if floor.news:
                floor.handle(floor.news.popleft())
        case "any":
            if floor.news:
                floor.news.rotate(-(number % len(floor.news)))
                event = floor.news.popleft()
                floor.seen_events.append(event)
                floor.handle(event)
        case "again":
            if floor.seen_events:
                floor.handle(floor.seen_events[-1 - number % min(len(floor.seen_events), 12)])
        case "settle":
            floor.settle()
        case "ready":
            floor.ready(agent)
        case "not_ready":
            floor.command(agent, m.SetNotReady(id=1, reason="break"))
        case "paint" if contact is not None:
            floor.handle(c.Commanded(agent, m.PopShown(id=1, call=contact.id, offer=contact.offer)))
        case "decline" if contact is not None:
            floor.handle(c.Commanded(agent, m.Decline(id=1, call=contact.id)))
        case "hang_up" if contact is not None:
            floor.handle(c.Commanded(agent, m.HangUp(id=1, call=contact.id)))
        case "transfer_queue" if contact is not None:
            floor.handle(c.Commanded(agent, m.Transfer(id=1, call=contact.id, kind="queue", to="loans")))
        case "transfer_agent" if contact is not None:
            other = AGENTS[(number + 1) % 3]
            floor.handle(c.Commanded(agent, m.Transfer(id=1, call=contact.id, kind="agent", to=other)))
        case "transfer_number" if contact is not None:
            floor.handle(c.Commanded(agent, m.Transfer(id=1, call=contact.id, kind="number", to="+861095588")))
        case "answer" | "reject" | "leg_gone":
            alerting = what != "leg_gone"
            legs = [
                key
                for key, leg in floor.legs.items()
                if leg.party is not ev.Party.CALLER and (leg.state is ConnectionState.ALERTING) is alerting
            ]
            leg_id = pick(legs, number)
            if leg_id is not None:
                if what == "answer":
                    floor.answer(leg_id)
                else:
                    floor.gone(leg_id, Cause.REJECTED)
        case "caller_gone":
            callers = [key for key, leg in floor.legs.items() if leg.party is ev.Party.CALLER]
            caller = pick(callers, number)
            if caller is not None:
                floor.gone(caller)
        case "page_gone" | "page_cut":
            floor.handle(c.SeatClosed(agent, page_gone=what == "page_gone"))
        case "page_back":
            floor.handle(c.SeatOpened(agent, on_call=number % 2 == 0))
        case "phone_out":
            floor.handle(ev.OutOfService(device=floor.center.agents[agent].device))
        case "phone_back":
            floor.handle(ev.BackInService(device=floor.center.agents[agent].device))
        case "dispose":
            wrap_up = floor.center.wrap_ups.get(agent)
            if wrap_up is not None:
                floor.handle(c.Commanded(agent, m.WrapUp(id=1, call=wrap_up.contact.id, disposition="done", notes="")))
        case "time":
            floor.pass_time(number / 2)
        case "long_time":
            floor.pass_time(45)
        case "link_cut":
            floor.handle(ev.SwitchLost(gone=False, reason="cut"))
            floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
        case "switch_restart":
            floor.legs.clear()
            floor.news.clear()
            floor.handle(ev.SwitchLost(gone=True, reason="gone"))
            floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=True))
        case "kill" | "kill_late" | "kill_without_store":
            lost = number % 6 if what == "kill_late" else 0
            floor.restart(store=what != "kill_without_store", fallback=what == "kill_late", lost=lost)
        case "lose":
            if floor.news:
                floor.news.popleft()
        case "heal":
            floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now))
        case _:
            pass


def check(floor: Floor) -> None:
    center = floor.center
    held = Counter(contact.agent for contact in center.contacts.values() if contact.agent and not contact.ended)
    assert all(count == 1 for count in held.values()), f"an agent has two calls: {held}"
    waiting = {CallId(w.id) for w in center.matcher.waiting()}
    for contact in center.contacts.values():
        if contact.ended:
            assert contact.id not in waiting, "an ended call waits"
            continue
        if contact.phase is Phase.QUEUED:
            assert contact.id in waiting, "a queued call is not looked after"
            assert contact.agent is None
        else:
            assert contact.id not in waiting, f"a call waits and is {contact.phase}"
        if contact.agent is not None:
            agent = center.agents[contact.agent]
            assert agent.call == contact.id, "contact and agent disagree"
            assert agent.state is AgentState.BUSY
    for agent in center.agents.values():
        if agent.state is AgentState.BUSY:
            assert center.contact_of(agent.id) is not None, "an agent is busy with nothing"
        if agent.state is AgentState.WORKING_AFTER_CALL:
            assert agent.id in center.wrap_ups, "a wrap-up without its form"
        free = agent.available and center.switch_up and agent.id not in (*center.held, *center.hanging)
        assert (agent.id in center.matcher.available_agents) == free
    for agent_id in center.matcher.available_agents:
        plan = center.plan.agents.get(agent_id)
        load = load_of(center, agent_id)
        takes = kinds(center.agents[agent_id], tasks=load, most_tasks=plan.tasks if plan else 0)
        for w in center.matcher.waiting():
            if w.kind not in takes:
                continue
            skills = center.agents[agent_id].skills
            reached = w.steps[: center.matcher.step_of(w.id) + 1]
            fits = any(unmet(step.needs, skills) is None and step.only in (None, agent_id) for step in reached)
            assert not fits, "a call waits for a free agent who could take it"


def legs_are_joined_once(floor: Floor) -> None:
    for key, leg in floor.legs.items():
        if leg.joined is not None:
            assert floor.legs[leg.joined].joined == key


def come_to_rest(floor: Floor) -> None:
    """All news delivered, all timers run out, all people gone: nothing may be left over."""
    for _ in range(4):
        floor.settle()
        floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now))
        floor.settle()
        floor.pass_time(60)
    for key in [key for key, leg in floor.legs.items() if leg.party.is_served]:
        floor.gone(key)
    for _ in range(3):
        floor.settle()
        floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now + 1))
        floor.settle()
        floor.pass_time(60)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=90))
@example([("call", 0), ("call", 0), ("settle", 0), ("caller_gone", 0), ("link_cut", 0)])
@example([("call", 0), ("not_ready", 0), ("caller_gone", 0), ("next", 0), ("kill", 0), ("again", 4)])
def test_never(steps: list[tuple[str, int]]) -> None:
    floor = Floor()
    floor.auto_answer = False
    floor.ready(*AGENTS)
    calls: list[str] = []
    for what, number in steps:
        with contextlib.suppress(CtiError):
            take(floor, what, number, calls)
        check(floor)
        legs_are_joined_once(floor)
    come_to_rest(floor)
    check(floor)
    assert not floor.legs, "a leg is left over"
    assert all(contact.ended for contact in floor.center.contacts.values()), "a call is left over"
    if any(what == "kill_without_store" for what, _ in steps):
        return  # who has lost the store cannot keep its rows whole; that no call is lost was shown above
    last = {record.id: record for record in floor.records if isinstance(record, CallRecord)}
    assert set(last) == set(calls) - _never_seen(floor, calls)
    assert all(record.ended_at is not None for record in last.values())
    revisions = [(r.id, r.rev) for r in floor.records if isinstance(r, CallRecord)]
    assert len(revisions) == len(set(revisions)), "two rows of a call with one revision"


def _never_seen(floor: Floor, calls: list[str]) -> set[str]:
    """Callers of whom no news ever came: the switch restarted at once."""
    return {call for call in calls if not any(r.id == call for r in floor.records if isinstance(r, CallRecord))}


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 3), st.randoms(use_true_random=False))
def test_each_stream_twice_late_and_out_of_order(times: int, random: object) -> None:
    """The same call with its news in order, and with every event ``times`` more, shuffled in a window."""
    outcomes = []
    for spoiled in (False, True):
        floor = Floor()
        floor.ready(MEI)
        call = floor.call()
        for _ in range(200):
            if not floor.news:
                contact = floor.center.contacts[call]
                if contact.phase is Phase.OFFERED:
                    floor.handle(c.Commanded(MEI, m.PopShown(id=1, call=call, offer=contact.offer)))
                elif contact.phase is Phase.TALKING and floor.talks:
                    floor.gone(contact.caller)
                elif contact.ended:
                    break
                continue
            event = floor.news.popleft()
            for _ in range(1 + times * spoiled):
                floor.handle(event)
            if spoiled:
                floor.seen_events.append(event)
                late = random.choice(floor.seen_events)  # type: ignore[attr-defined]
                if not isinstance(late, ev.ConnectionCleared):
                    floor.handle(late)
        contact = floor.center.contacts[call]
        made = sum(isinstance(r, rq.MakeConnection) for r in floor.requests)
        history = {r.id for r in floor.records if isinstance(r, ContactRecord)}
        outcomes.append((contact.phase, contact.outcome, len(floor.talks), made, history))
    assert outcomes[0] == outcomes[1]
