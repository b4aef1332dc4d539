"""Campaigns and callers share agents: callers come first."""

from __future__ import annotations

from dataclasses import replace

from tests.support.campaign_floor import SPRING, CampaignFloor, campaign, lead, outbound_house
from tests.support.house import ANA, MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.model import events as ev
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.states import Phase

AGENTS = tuple(AgentId(f"a{number}") for number in range(10))
SKILLS = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5}


def blended_floor(outbound: object = True) -> CampaignFloor:
    """Ten agents for an hour, with a campaign that can use all of them."""
    floor = CampaignFloor(outbound_house(outbound, skills=dict.fromkeys(AGENTS, SKILLS)))
    floor.ready(*AGENTS)
    floor.pass_time(3600)
    floor.add(*(lead(number) for number in range(50)))
    floor.seasoned(campaign())
    return floor


def waiting_callers(floor: CampaignFloor) -> int:
    return sum(work.kind == "voice" for work in floor.center.matcher.waiting())


def test_campaigns_get_agents_while_nobody_waits_and_never_all() -> None:
    floor = blended_floor()
    floor.run(campaign())
    floor.pass_time(10)
    center = floor.center
    assert 0 < center.campaigns_may_hold <= 6
    assert len(center.held) == center.campaigns_may_hold
    assert len(floor.dials) == len(center.held)


def test_a_held_agent_gets_no_caller_and_is_the_callers_when_he_is_given_back() -> None:
    floor = blended_floor()
    floor.run(campaign())
    floor.pass_time(10)
    held = set(floor.center.held)
    for number in range(10):
        floor.call(str(number), f"+86138001380{number:02}")
    floor.settle()
    callers = [contact for contact in floor.center.contacts.values() if not contact.mode]
    assert not held & {contact.agent for contact in callers}
    assert waiting_callers(floor) == len(held)
    floor.set_state(SPRING, "paused")
    for _ in held:
        floor.fail(-1, Cause.BUSY)
    assert not floor.center.held
    assert waiting_callers(floor) == 0


def test_callers_who_wait_get_idle_agents_back_whom_nobody_counts_on() -> None:
    floor = blended_floor()
    floor.refuse_dials = "network_congestion"
    floor.run(campaign())
    floor.pass_time(10)
    assert floor.center.held
    for number in range(10):
        call = floor.call(str(number), f"+86138001380{number:02}")
        floor.settle()
        floor.now += 1.0
        floor.to_agent(call)
    assert not floor.center.held


def test_who_does_no_outbound_work_is_not_held() -> None:
    floor = blended_floor(False)
    floor.run(campaign())
    floor.pass_time(10)
    assert not floor.center.held
    assert not floor.dials
    assert len(floor.center.matcher.available_agents) == 10


def test_who_works_for_campaigns_alone_is_no_part_of_the_share_and_gets_no_caller() -> None:
    floor = blended_floor("only")
    floor.run(campaign())
    assert len(floor.center.held) == 10
    assert floor.center.campaigns_may_hold == 0
    floor.set_state(SPRING, "stopped")
    floor.call()
    floor.settle()
    assert waiting_callers(floor) == 1


def test_a_held_agent_who_leaves_is_not_counted_on_any_more() -> None:
    floor = blended_floor()
    floor.refuse_dials = "network_congestion"
    floor.run(campaign())
    run = floor.center.dialer.campaigns[SPRING]
    floor.pass_time(5)
    agent = next(iter(floor.center.held))
    floor.handle(c.SeatClosed(agent, page_gone=True))
    assert run.agents.get(agent, "away") == "away"
    floor.pass_time(60)
    assert agent not in floor.center.held


def test_a_link_that_is_cut_again_and_again_leaves_one_timer() -> None:
    floor = blended_floor()
    for _ in range(5):
        floor.handle(ev.SwitchLost(gone=False, reason="cut"))
        floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.handle(c.PlanApplied(floor.center.plan, (), "ada"))
    assert sum(kind == "blend" for _, _, kind, _ in floor.center._timers) == 1


def test_a_plan_that_lets_agents_work_for_campaigns_counts_at_once() -> None:
    floor = CampaignFloor(outbound_house(False))
    floor.ready(MEI, TOM, ANA)
    floor.add(*(lead(number) for number in range(50)))
    floor.run(campaign())
    plan = floor.center.plan
    agents = {login: replace(agent, outbound=True) for login, agent in plan.agents.items()}
    floor.handle(c.PlanApplied(replace(plan, agents=agents), (), "ada"))
    for _ in range(12):
        floor.pass_time(300)
    assert floor.center.campaigns_may_hold > 0
    floor.add(*(lead(number) for number in range(50, 100)))
    floor.pass_time(100)
    assert floor.center.held
    floor.handle(c.PlanApplied(plan, (), "ada"))
    for leg in [leg for leg, each in floor.legs.items() if each.party is ev.Party.CUSTOMER]:
        floor.gone(leg)
    floor.settle()
    floor.pass_time(10)
    assert not floor.center.held


def test_tasks_that_wait_do_not_take_agents_from_campaigns() -> None:
    floor = blended_floor()
    before = floor.center.campaigns_may_hold
    for number in range(50):
        floor.handle(c.TaskAsked(id=f"t{number}", queue=QueueId("service"), title="退款", by="sam"))
    floor.pass_time(60)
    assert floor.center.campaigns_may_hold == before


def test_who_is_alone_works_for_the_campaign_until_a_caller_comes_and_again_when_the_line_is_empty() -> None:
    floor = CampaignFloor(outbound_house(True, skills={MEI: SKILLS}))
    floor.ready(MEI)
    floor.add(*(lead(number) for number in range(50)))
    floor.seasoned(campaign())
    floor.run(campaign())
    floor.pass_time(10)
    assert floor.center.held == {MEI: SPRING}
    talk = floor.pick_up()
    caller = floor.call()
    floor.settle()
    assert waiting_callers(floor) == 1
    assert floor.center.contacts[talk].phase is Phase.TALKING, "no call is cut"
    dialled = len(floor.dials)
    floor.hang_up_caller(talk)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=1, call=talk, disposition="done", notes=""))
    floor.settle()
    assert floor.center.contacts[caller].agent == MEI
    assert len(floor.dials) == dialled
    floor.to_agent(caller)
    floor.hang_up_caller(caller)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=2, call=caller, disposition="done", notes=""))
    floor.pass_time(60)
    assert len(floor.dials) == dialled
    for _ in range(30):
        floor.pass_time(60)
    assert len(floor.dials) > dialled
