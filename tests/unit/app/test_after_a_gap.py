"""What a restart, or a cut link, must not leave without anybody to look after it."""

from __future__ import annotations

from dataclasses import replace

from tests.support.house import ANA, MEI, TOM, Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.model import events as ev
from tandem.cti.model.ids import AgentId, CallId, ConnectionId, QueueId
from tandem.cti.model.records import TaskRecord
from tandem.cti.model.states import AgentState, Phase
from tandem.routing.core.plan import AgentPlan


def talking(floor: Floor) -> CallId:
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    assert floor.center.contacts[call].phase is Phase.TALKING
    return call


def test_who_is_wanted_in_person_is_waited_for_no_longer_after_a_restart() -> None:
    skills = {"language:zh": 5, "product:accounts": 5}
    floor = Floor(make_house(skills={MEI: skills, TOM: skills}))
    call = talking(floor)
    floor.ready(TOM)
    other = floor.call("b", "+8613800138001")
    floor.settle()
    assert floor.to_agent(other) == TOM
    floor.command(MEI, m.Transfer(id=1, call=call, kind="agent", to=TOM))
    assert floor.center.contacts[call].target == TOM
    floor.restart()
    floor.pass_time(60)
    assert floor.center.contacts[call].target is None


def test_an_agent_who_does_not_come_back_after_a_restart_loses_the_call() -> None:
    floor = Floor()
    call = talking(floor)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.REJOINING
    floor.restart()
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.pass_time(120)
    assert floor.center.contacts[call].phase is Phase.QUEUED


def test_who_was_connected_by_the_switch_itself_waits_no_more() -> None:
    floor = Floor()
    call = floor.call()
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    caller, agent = ConnectionId(f"{call}.0"), ConnectionId("fallback.1")
    device = floor.center.agents[MEI].device
    leg = replace(floor.legs[caller], party=ev.Party.AGENT, device=device, joined=caller, controlled=False)
    floor.legs[agent] = leg
    floor.legs[caller].joined, floor.legs[caller].controlled, floor.legs[caller].fallback = agent, False, True
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.agent) == (Phase.TALKING, MEI)
    assert not floor.center.matcher.waiting()
    floor.ready(TOM, ANA)
    assert floor.center.agents[TOM].state is AgentState.READY


def task_of(agent: AgentId, *, state: str = "in_hand") -> TaskRecord:
    return TaskRecord(
        id="t1", rev=3, queue=QueueId("operator"), title="退款", text="", customer=None, number_e164="", language="",
        needs="", priority=0, tier=2, queued_at=5.0, state=state, agent=agent, created_by="sam", created_at=5.0,
    )  # fmt: skip


def test_a_task_in_the_hand_of_one_who_is_no_agent_any_more_goes_to_others() -> None:
    house = make_house()
    agents = {MEI: AgentPlan(login=MEI, skills={}, tasks=1)}
    floor = Floor(replace(house, plan=replace(house.plan, agents=agents)))
    gone = task_of(AgentId("gone"))
    floor.handle(c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, tasks=(gone,)))
    floor.ready(MEI)
    assert (floor.center.tasks["t1"].state, floor.center.tasks["t1"].agent) == ("offered", MEI)
