"""Work that is not a call: in the same line, beside the calls, back at its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.house import MEI, TOM, Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import tasks
from tandem.cti.model.errors import CtiError, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.records import AgentStateRecord, TaskRecord
from tandem.cti.model.states import AgentState, Phase
from tandem.routing.core.acd import task as tk
from tandem.routing.core.plan import AgentPlan

SUPPORT = QueueId("operator")


def floor_with(most: int = 1) -> Floor:
    house = make_house()
    agents = {
        login: replace(house.plan.agents.get(login, AgentPlan(login=login)), tasks=most) for login in house.agents
    }
    return Floor(replace(house, plan=replace(house.plan, agents=agents)))


def ask(floor: Floor, name: str = "t1", **fields: int) -> TaskRecord:
    floor.handle(c.TaskAsked(id=name, queue=SUPPORT, title="退款", by="sam", **fields))  # type: ignore[arg-type]
    return floor.center.tasks[name]


def states(floor: Floor, name: str) -> list[str]:
    return [r.state for r in floor.records if isinstance(r, TaskRecord) and r.id == name]


def test_its_path() -> None:
    floor = floor_with()
    assert ask(floor).state == "waiting"
    assert floor.center.matcher.place(WorkId("t1")) == 1
    floor.ready(MEI)
    assert (floor.center.tasks["t1"].state, floor.center.tasks["t1"].agent) == ("offered", MEI)
    assert floor.center.task_reasons["t1"]["en"]
    floor.command(MEI, m.TaskAccept(id=1, task="t1"))
    assert floor.center.agents[MEI].state is AgentState.READY
    floor.command(MEI, m.TaskDone(id=2, task="t1", note="refunded"))
    assert states(floor, "t1") == ["waiting", "offered", "in_hand", "done"]
    assert not floor.center.tasks
    assert not tasks.on_desk(floor.center, MEI)
    assert len(floor.center.ledger) == 0


def test_a_call_comes_beside_a_task_and_no_second_task() -> None:
    floor = floor_with(most=1)
    floor.ready(MEI)
    ask(floor, "t1")
    ask(floor, "t2")
    floor.command(MEI, m.TaskAccept(id=1, task="t1"))
    assert floor.center.tasks["t2"].state == "waiting"
    call = floor.call()
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.OFFERED
    floor.command(MEI, m.TaskDone(id=2, task="t1"))
    assert floor.center.tasks["t2"].state == "waiting", "nobody is handed a task while he rings"


def test_two_at_once_for_him_who_may() -> None:
    floor = floor_with(most=2)
    floor.ready(MEI)
    for name in ("t1", "t2", "t3"):
        ask(floor, name)
    assert [record.id for record in tasks.on_desk(floor.center, MEI)] == ["t1", "t2"]


@pytest.mark.parametrize("how", ["returned", "ignored"])
def test_returned_it_keeps_its_place_and_goes_to_another(how: str) -> None:
    floor = floor_with()
    floor.ready(MEI)
    queued_at = ask(floor).queued_at
    ask(floor, "t2")
    if how == "returned":
        floor.command(MEI, m.TaskReturn(id=1, task="t1", note="not mine"))
    else:
        floor.pass_time(tasks.OFFER_S)
    record = floor.center.tasks["t1"]
    assert (record.state, record.queued_at, record.returns) == ("waiting", queued_at, 1)
    assert floor.center.matcher.place(WorkId("t1")) == 1
    floor.ready(TOM)
    assert floor.center.tasks["t1"].agent == TOM
    floor.pass_time(tasks.REST_S - 5)
    assert not tasks.on_desk(floor.center, MEI)
    floor.pass_time(10)
    assert tasks.on_desk(floor.center, MEI)


def test_who_logs_off_leaves_nothing_behind() -> None:
    floor = floor_with()
    floor.ready(MEI)
    ask(floor)
    floor.command(MEI, m.TaskAccept(id=1, task="t1"))
    floor.handle(c.LoggedOut(MEI))
    record = floor.center.tasks["t1"]
    assert (record.state, record.agent) == ("waiting", None)
    floor.ready(TOM)
    assert floor.center.tasks["t1"].agent == TOM


def test_calls_and_tasks_stand_in_one_line() -> None:
    floor = floor_with()
    ask(floor, "first")
    floor.now += 1
    call = floor.call()
    floor.settle()
    floor.now += 1
    ask(floor, "urgent", priority=50)
    order = [entry.id for entry in floor.center.ledger.entries()]
    assert order == ["urgent", "first", call]


def test_cancelled_or_refused() -> None:
    floor = floor_with()
    ask(floor)
    with pytest.raises(WrongState):
        ask(floor)
    with pytest.raises(ResourceMissing):
        floor.handle(c.TaskAsked(id="x", queue=QueueId("nowhere"), title="x", by="sam"))
    floor.handle(c.TaskCancelled("t1", "sam"))
    assert states(floor, "t1")[-1] == "cancelled"
    assert not floor.center.matcher.waiting()
    with pytest.raises(ResourceMissing):
        floor.handle(c.TaskCancelled("t1", "sam"))
    floor.ready(MEI)
    ask(floor, "t2")
    floor.command(MEI, m.TaskAccept(id=1, task="t2"))
    with pytest.raises(WrongState):
        floor.handle(c.TaskCancelled("t2", "sam"))
    with pytest.raises(CtiError):
        floor.command(TOM, m.TaskDone(id=1, task="t2"))


def test_a_restart_loses_no_task() -> None:
    floor = floor_with(most=2)
    floor.ready(MEI)
    for name in ("t1", "t2", "t3"):
        ask(floor, name)
    floor.command(MEI, m.TaskAccept(id=1, task="t1"))
    kept = {r.id: r for r in floor.records if isinstance(r, TaskRecord)}
    states = {r.agent: r for r in floor.records if isinstance(r, AgentStateRecord)}
    center = type(floor.center)(floor.house)
    center.handle(
        c.Restored(calls=(), agent_states=states, callbacks=(), counts={}, tasks=tuple(kept.values())), now=floor.now
    )
    assert {task.id: task.state for task in center.tasks.values()} == {
        "t1": "in_hand", "t2": "offered", "t3": "waiting",
    }  # fmt: skip
    assert center.matcher.place(WorkId("t3")) == 1
    center.handle(c.Tick(), now=floor.now + tasks.OFFER_S + 1)
    assert center.tasks["t2"].state == "waiting"
    assert center.matcher.place(WorkId("t2")) == 1


def test_only_its_agent_moves_it() -> None:
    record = replace_agent(MEI)
    for event in (tk.Accepted(TOM), tk.Returned(TOM)):
        with pytest.raises(CtiError):
            tk.step(record, event, now=1.0)


def replace_agent(agent: AgentId) -> TaskRecord:
    floor = floor_with()
    return tk.step(ask(floor), tk.Offered(agent, 60.0), now=1.0)


def test_who_had_a_task_that_is_cancelled_is_offered_the_next() -> None:
    floor = floor_with(most=1)
    floor.ready(MEI)
    ask(floor, "t1")
    ask(floor, "t2")
    floor.handle(c.TaskCancelled("t1", "sam"))
    assert floor.center.tasks["t2"].agent == MEI


def test_a_new_plan_changes_at_once_how_many_an_agent_takes() -> None:
    floor = floor_with(most=0)
    floor.ready(MEI)
    ask(floor, "t1")
    assert floor.center.tasks["t1"].state == "waiting"
    floor.handle(c.PlanApplied(floor_with(most=1).house.plan, (), "ada"))
    assert floor.center.tasks["t1"].agent == MEI
    floor.handle(c.PlanApplied(floor_with(most=0).house.plan, (), "ada"))
    floor.handle(c.TaskCancelled("t1", "sam"))
    ask(floor, "t2")
    assert floor.center.tasks["t2"].state == "waiting"
