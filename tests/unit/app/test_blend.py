"""Campaigns and callers share agents: callers come first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.house import ANA, MEI, TOM, Floor, make_house

from tandem.cti.app import floor_plan as c
from tandem.cti.model import events as ev
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId, QueueId

AGENTS = tuple(AgentId(f"a{number}") for number in range(10))
SKILLS = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5}


def blended_floor() -> Floor:
    house = make_house(skills=dict.fromkeys(AGENTS, SKILLS))
    agents = {login: replace(plan, outbound=True) for login, plan in house.plan.agents.items()}
    floor = Floor(house=replace(house, plan=replace(house.plan, agents=agents)))
    floor.ready(*AGENTS)
    floor.pass_time(3600)
    return floor


def test_campaigns_get_agents_while_nobody_waits_and_never_all() -> None:
    floor = blended_floor()
    center = floor.center
    assert 0 < center.campaigns_may_hold <= 6
    held = 0
    for agent in AGENTS:
        try:
            floor.handle(c.CampaignTakes(agent))
            held += 1
        except WrongState:
            break
    assert held == center.campaigns_may_hold
    assert len(center.matcher.available_agents) == 10 - held


def test_a_held_agent_gets_no_caller_and_is_the_callers_when_released() -> None:
    floor = blended_floor()
    floor.handle(c.CampaignTakes(AGENTS[0]))
    for number in range(10):
        floor.call(str(number), f"+86138001380{number:02}")
    floor.settle()
    taken = {contact.agent for contact in floor.center.contacts.values()}
    assert AGENTS[0] not in taken
    waiting = floor.center.matcher.waiting()
    assert len(waiting) == 1
    floor.pass_time(10)
    outputs = [o for o in floor.outputs if isinstance(o, c.CampaignsYield)]
    assert outputs, "who waits asks campaigns to give agents back"
    floor.handle(c.CampaignReturns(AGENTS[0]))
    assert floor.center.agents[AGENTS[0]].call is not None


def test_who_does_no_outbound_work_is_not_held() -> None:
    floor = Floor()
    floor.ready(MEI, TOM, ANA)
    with pytest.raises(WrongState):
        floor.handle(c.CampaignTakes(MEI))
    assert MEI in floor.center.matcher.available_agents


def test_a_held_agent_who_leaves_is_not_held_any_more() -> None:
    floor = blended_floor()
    floor.handle(c.CampaignTakes(AGENTS[0]))
    floor.handle(c.SeatClosed(AGENTS[0], page_gone=True))
    floor.pass_time(10)
    assert AGENTS[0] not in floor.center.held


def test_a_link_that_is_cut_again_and_again_leaves_one_timer() -> None:
    floor = blended_floor()
    for _ in range(5):
        floor.handle(ev.SwitchLost(gone=False, reason="cut"))
        floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.handle(c.PlanApplied(floor.center.plan, (), "ada"))
    assert sum(kind == "blend" for _, _, kind, _ in floor.center._timers) == 1


def test_a_plan_that_lets_agents_work_for_campaigns_counts_at_once() -> None:
    floor = Floor()
    floor.ready(MEI, TOM, ANA)
    plan = floor.center.plan
    agents = {login: replace(agent, outbound=True) for login, agent in plan.agents.items()}
    floor.handle(c.PlanApplied(replace(plan, agents=agents), (), "ada"))
    floor.pass_time(3600)
    assert floor.center.campaigns_may_hold > 0
    floor.handle(c.CampaignTakes(MEI))
    floor.handle(c.PlanApplied(plan, (), "ada"))
    floor.pass_time(10)
    assert MEI in floor.center.matcher.available_agents


def test_tasks_that_wait_do_not_take_agents_from_campaigns() -> None:
    floor = blended_floor()
    before = floor.center.campaigns_may_hold
    for number in range(50):
        floor.handle(c.TaskAsked(id=f"t{number}", queue=QueueId("service"), title="退款", by="sam"))
    floor.pass_time(60)
    assert floor.center.campaigns_may_hold == before
