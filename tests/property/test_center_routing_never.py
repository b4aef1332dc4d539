"""What routing must never do, in the whole center: plans change, queues close, callers overflow and are called back.

An ordinary run has the same few hundred histories each time; TANDEM_HISTORIES says how many others to look for.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.property.test_center_never import AGENTS, check, come_to_rest, legs_are_joined_once, take
from tests.support.customers import customer
from tests.support.house import ANA, DNIS, MEI, TOM, Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.house import House
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import CtiError
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, ConnectionId, QueueId, WorkId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.needs import parse_needs
from tandem.cti.model.records import ContactLine, CustomerMatch, TaskRecord
from tandem.cti.model.states import Phase
from tandem.routing.core.plan import Action, OverflowRule, Plan, QueuePlan, StepPlan, Sticky

HISTORIES = int(os.environ.get("TANDEM_HISTORIES", "300"))

STEP = st.tuples(
    st.sampled_from(
        [
            "call", "call", "call", "next", "next", "next", "any", "again", "lose", "settle", "settle", "ready",
            "ready", "not_ready", "paint", "paint", "decline", "answer", "answer", "reject", "caller_gone", "leg_gone",
            "hang_up", "transfer_queue", "page_gone", "page_back", "phone_out", "phone_back", "dispose", "time", "time",
            "long_time", "link_cut", "switch_restart", "heal", "kill", "plan", "plan", "close", "reopen", "known",
            "store", "promise", "cancel", "clock_back", "task", "task", "task_accept", "task_return",
            "task_done", "task_cancel", "kill_late", "log_out", "transfer_agent", "fallback",
        ]
    ),
    st.integers(0, 11),
)  # fmt: skip

SERVICE, LOANS, SUPPORT = QueueId("service"), QueueId("loans"), QueueId("support")


def plans(first: Plan) -> list[Plan]:
    """Some plans for the same house: with steps, closed, overflowing in a circle, sticky, without a queue."""
    service = first.queues[SERVICE]
    steps = (
        StepPlan(needs=parse_needs("product:accounts>=5")),
        StepPlan(needs=parse_needs("product:accounts>=1"), after_s=3, predicted_over_s=30),
        StepPlan(needs=(), after_s=8),
    )
    to_support = OverflowRule(action=Action(kind="queue", to="support"), waited_over_s=4)
    to_service = OverflowRule(action=Action(kind="queue", to="service"), waited_over_s=4)
    offer = OverflowRule(action=Action(kind="callback"), waited_over_s=3)
    message = OverflowRule(action=Action(kind="message"), ready_below=1, waiting_over=2)
    voicemail = OverflowRule(action=Action(kind="voicemail"), waited_over_s=20)
    outside = OverflowRule(action=Action(kind="number", to="+861095588"), waited_over_s=15)
    everybody = {login: replace(agent, outbound=True, tasks=1) for login, agent in first.agents.items()}

    def plan(**changes: object) -> Plan:
        changed: QueuePlan = replace(service, **changes)  # type: ignore[arg-type]
        return replace(first, queues={**first.queues, SERVICE: changed})

    return [
        first,
        plan(steps=steps, sticky=Sticky(up_to_s=6)),
        plan(overflow=(offer, voicemail)),
        plan(overflow=(message, outside)),
        replace(
            plan(overflow=(to_support,)),
            queues={
                **first.queues,
                SERVICE: replace(service, overflow=(to_support,)),
                SUPPORT: replace(first.queues[SUPPORT], overflow=(to_service,)),
            },
        ),
        replace(plan(hours="never", closed=Action(kind="callback")), hours={"never": WeeklyHours(days={})}),
        replace(first, queues={LOANS: first.queues[LOANS], SUPPORT: first.queues[SUPPORT]}),
        replace(first, agents={login: replace(agent, skills={}) for login, agent in everybody.items()}),
        replace(first, agents=everybody, sites={"kunming": frozenset({DNIS})}),
    ]


def known(number: int, now: float) -> CustomerMatch:
    line = ContactLine(
        id="h",  # type: ignore[arg-type]
        at=now - 100.0,
        channel="voice",
        direction="inbound",
        agent_name="",
        queue="service",
        outcome="answered",
        disposition="",
        notes="",
        duration_s=60.0,
        agent=AGENTS[number % 3],
    )
    return customer(
        f"k{number % 2}",
        name="王小明",
        tier=("vip", "gold", "standard", "unheard-of")[number % 4],
        numbers=[],
        contacts=[line],
        owner=AGENTS[(number + 1) % 3],
    )


def take_routing(floor: Floor, choices: list[Plan], what: str, number: int, calls: list[str]) -> None:
    agent = AGENTS[number % 3]
    match what:
        case "plan":
            floor.handle(c.PlanApplied(replace(choices[number % len(choices)], version=number), (), "ada"))
        case "close":
            queue = (None, SERVICE, SUPPORT)[number % 3]
            floor.handle(c.Closed(c.Closure(queue=queue, by="sofia", at=floor.now), ()))
        case "reopen":
            floor.handle(c.Reopened((None, SERVICE, SUPPORT)[number % 3]))
        case "store":
            floor.store_away = not floor.store_away
        case "known":
            if calls:
                found = (known(number, floor.now),)
                floor.handle(c.CustomersFound(calls[number % len(calls)], found, number % 2 == 0))  # type: ignore[arg-type]
        case "promise":
            floor.handle(
                c.CallbackAsked(
                    id=f"p{len(floor.records)}-{number}",
                    number="+8613800138000",
                    queue=SERVICE,
                    first="agent" if number % 2 else "customer",
                    by=agent,
                )
            )
        case "cancel":
            for id_ in list(floor.center.callbacks)[:1]:
                floor.handle(c.CallbackCancelled(id_, agent))
        case "task":
            id_ = f"t{sum(isinstance(r, TaskRecord) for r in floor.records)}"
            floor.handle(c.TaskAsked(id=id_, queue=(SERVICE, SUPPORT)[number % 2], title="退款", by="sam"))
        case "task_accept" | "task_return" | "task_done":
            command = {"task_accept": m.TaskAccept, "task_return": m.TaskReturn, "task_done": m.TaskDone}[what]
            for id_ in list(floor.center.desks.get(agent, ()))[:1]:
                floor.handle(c.Commanded(agent, command(id=1, task=id_)))
        case "task_cancel":
            for id_ in list(floor.center.tasks)[number % 2 : 2]:
                floor.handle(c.TaskCancelled(id_, "sam"))
        case "log_out":
            floor.handle(c.LoggedOut(agent))
        case "fallback":
            connected_by_the_switch(floor, agent)
        case "clock_back":
            floor.now -= number / 4
        case _:
            take(floor, what, number, calls)


def connected_by_the_switch(floor: Floor, agent: AgentId) -> None:
    """While the link is cut, the switch's own queue gives a caller to a phone that is free."""
    device = floor.center.agents[agent].device
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    free = all(leg.device != device for leg in floor.legs.values())
    callers = [
        key for key, leg in floor.legs.items() if leg.party is ev.Party.CALLER and leg.controlled and not leg.joined
    ]
    if free and callers:
        caller, theirs = floor.legs[callers[0]], ConnectionId(f"f-{len(floor.talks)}-{len(floor.requests)}")
        floor.legs[theirs] = replace(
            caller, party=ev.Party.AGENT, device=device, joined=callers[0], controlled=False, memory=""
        )
        caller.joined, caller.controlled, caller.fallback = theirs, False, True
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))


def tasks_are_looked_after(floor: Floor) -> None:
    center = floor.center
    on_desks = [id_ for desk in center.desks.values() for id_ in desk]
    assert len(on_desks) == len(set(on_desks)), "a task lies on two desks"
    for task in center.tasks.values():
        waits = center.matcher.place(WorkId(task.id)) is not None
        assert waits is (task.state == "waiting"), f"a task is {task.state}, and waits: {waits}"
        assert (task.id in on_desks) is (task.state in ("offered", "in_hand"))
        assert (WorkId(task.id) in center.ledger) is (task.state in ("waiting", "offered"))
        if task.agent is not None:
            assert task.id in center.desks[task.agent]
            assert center.on_shift[task.agent], "a task lies on the desk of one who is not at work"
    assert set(on_desks) <= set(center.tasks), "a task that is over lies on a desk"


def dialled_once(floor: Floor) -> None:
    made: Counter[ConnectionId] = Counter(
        request.connection for request in floor.requests if isinstance(request, rq.MakeConnection)
    )
    assert all(count == 1 for count in made.values()), f"a connection was asked for twice: {made}"


def nobody_is_called_back(floor: Floor) -> None:
    made = [each for each in floor.requests if isinstance(each, rq.MakeConnection)]
    assert all(each.party is not ev.Party.CUSTOMER for each in made), "he does not want to be called"


def the_line_is_in_order(floor: Floor) -> None:
    center = floor.center
    places = [center.matcher.place(work.id) for work in center.matcher.waiting()]
    assert places == list(range(1, len(places) + 1)), "places are not unique and in order"
    ledger = [center.ledger.place(entry.id) for entry in center.ledger.entries()]
    assert ledger == list(range(1, len(ledger) + 1))
    waiting = Counter(work.queue for work in center.matcher.waiting() if work.kind == "voice")
    assert +center.waiting_in == waiting, "who waits in a queue is counted wrongly"


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=70), st.booleans())
@example([("call", 0), ("settle", 0), ("paint", 0), ("fallback", 1)], False)
@example([("call", 0), ("call", 1), ("settle", 0), ("fallback", 1)], False)
@example([("call", 0), ("fallback", 0), ("leg_gone", 0), ("kill_late", 1)], False)
@example([("store", 0), ("promise", 1), ("kill", 1), ("store", 0), ("time", 9), ("time", 9)], True)
def test_never(steps: list[tuple[str, int]], forbidden: bool) -> None:
    """``forbidden``: long ago, whom we promise calls said that he wants none."""
    house: House = make_house()
    floor = Floor(house=house)
    if forbidden:
        floor.forbidden.append(
            DoNotCallEntry(
                id="old",
                rev=1,
                scope="global",
                number="+8613800138000",
                person="",
                campaign=None,
                at=0.0,
                by="sam",
                source="file",
            )
        )
    floor.auto_answer = False
    choices = plans(house.plan)
    floor.ready(MEI, TOM, ANA)
    calls: list[str] = []
    for what, number in steps:
        with contextlib.suppress(CtiError):
            take_routing(floor, choices, what, number, calls)
        check(floor)
        legs_are_joined_once(floor)
        dialled_once(floor)
        if forbidden:
            nobody_is_called_back(floor)
        the_line_is_in_order(floor)
        tasks_are_looked_after(floor)
    for _ in range(3):  # who is being dialled cannot be cancelled before he has been
        for id_ in list(floor.center.callbacks):
            with contextlib.suppress(CtiError):
                floor.handle(c.CallbackCancelled(id_, MEI))
        come_to_rest(floor)
    check(floor)
    assert not floor.legs, "a leg is left over"
    assert all(contact.ended for contact in floor.center.contacts.values()), "a call is left over"
    stuck = [contact for contact in floor.center.contacts.values() if contact.phase is Phase.ENDED and contact.agent]
    assert all(floor.center.agents[contact.agent].call != contact.id for contact in stuck if contact.agent) or any(
        wrap_up for wrap_up in floor.center.wrap_ups
    ), "an agent is stuck with a call that is over"
