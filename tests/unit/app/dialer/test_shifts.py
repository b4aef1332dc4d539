"""The end of a shift, and the pacing: nobody is dialled for who will be gone, and the sentence says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead, outbound_house
from tests.support.house import MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.app.dialer.state import Running
from tandem.cti.app.dialer.wording import why_not
from tandem.cti.app.history.center_state import HouseCode, freeze, thaw
from tandem.cti.app.house import House
from tandem.cti.model.campaigns import Mode
from tandem.cti.model.causes import Cause
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.states import AgentState
from tandem.routing.core.plan import Plan, ShiftPlan
from tandem.routing.core.shifts import LINGERS_S

MIDNIGHT = 950_400.0
"""A Monday, UTC."""
ENDS_AT = MIDNIGHT + 14 * 3600
SHIFT = ShiftPlan(hours=WeeklyHours(days={0: ((780, 840), (870, 960))}, timezone="UTC"), teams=("team",))


def _with_shift(plan: Plan, shift: ShiftPlan = SHIFT) -> Plan:
    agents = {login: replace(agent, team="team") for login, agent in plan.agents.items()}
    return replace(plan, agents=agents, shifts={"day": shift})


def _house() -> House:
    house = outbound_house()
    return replace(house, plan=_with_shift(house.plan))


def _floor(mode: Mode = "predictive", *, begins_at: float = ENDS_AT - 600) -> tuple[CampaignFloor, Running]:
    floor = CampaignFloor(_house())
    floor.pass_time(begins_at - floor.now)
    floor.ready(MEI, TOM)
    floor.add(*(lead(number) for number in range(60)))
    floor.seasoned(campaign(mode=mode))
    floor.run(campaign(mode=mode))
    return floor, floor.center.dialer.campaigns[SPRING]


@pytest.mark.parametrize("mode", ["preview", "progressive", "power", "predictive"])
def test_nobody_is_dialled_for_who_will_be_gone(mode: Mode) -> None:
    floor, run = _floor(mode, begins_at=ENDS_AT - 10)
    assert not run.attempts
    assert not floor.dials
    assert set(run.agents.values()) == {"idle"}, "they are still there"
    assert run.leaving == {MEI: ENDS_AT, TOM: ENDS_AT}


def test_until_then_they_are_dialled_for_and_the_decision_says_that_they_leave() -> None:
    floor, run = _floor(begins_at=ENDS_AT - 200)
    assert run.attempts
    decision = run.pacer.decide(now=floor.now, segments={"": 100}, lines=100)
    assert decision.why["en"].endswith("; 2 agents leave within 5 min")
    assert decision.why["zh"].endswith("；5 分钟内 2 名座席离岗")
    assert decision.evidence["leaving"] == 2
    early, run = _floor(begins_at=ENDS_AT - 900)
    why = run.pacer.decide(now=early.now, segments={"": 100}, lines=100).why
    assert "leave" not in why["en"]


def test_who_stays_is_there_and_is_dialled_for_again() -> None:
    floor, run = _floor(begins_at=ENDS_AT - 10)
    floor.pass_time(LINGERS_S)
    assert not run.attempts, "he is about to go"
    floor.pass_time(15)
    assert run.leaving == {}
    assert run.attempts
    assert all(floor.center.agents[agent].state is AgentState.READY for agent in (MEI, TOM)), "nobody is logged out"


def test_the_next_stretch_of_the_shift_is_told_at_its_beginning() -> None:
    floor, run = _floor(begins_at=ENDS_AT + 1780)
    assert run.leaving == {}
    floor.pass_time(ENDS_AT + 1801 - floor.now)
    assert run.leaving == dict.fromkeys((MEI, TOM), MIDNIGHT + 16 * 3600)


def test_a_new_plan_counts_at_once() -> None:
    floor, run = _floor(begins_at=ENDS_AT - 10)
    assert not run.attempts
    later = ShiftPlan(hours=WeeklyHours(days={0: ((780, 900),)}, timezone="UTC"), teams=("team",))
    floor.handle(c.PlanApplied(_with_shift(floor.center.plan, later), (), "ada"))
    assert run.leaving == dict.fromkeys((MEI, TOM), ENDS_AT + 3600)
    assert run.attempts
    floor.handle(c.PlanApplied(replace(floor.center.plan, shifts={}), (), "ada"))
    assert run.leaving == {}
    floor.set_state(SPRING, "paused")
    floor.pass_time(ENDS_AT + 3600 - floor.now)
    assert run.leaving == {}, "the borders of a plan that is gone mean nothing"


def test_who_asks_for_a_break_goes_before_his_shift_ends() -> None:
    floor, run = _floor(begins_at=ENDS_AT - 3000)
    floor.pick_up()
    [agent] = [agent for agent, status in run.agents.items() if status == "talking"]
    floor.command(agent, m.SetNotReady(id=1, reason="break"))
    asked_at = floor.now
    assert run.leaving[agent] == asked_at
    floor.pass_time(5)
    floor.center.sync_agent(floor.center.agents[agent])
    assert run.leaving[agent] == asked_at, "said once"
    floor.command(agent, m.SetReady(id=2))
    assert run.leaving[agent] == ENDS_AT


def test_after_a_restart_it_is_known_again() -> None:
    floor, _ = _floor(begins_at=ENDS_AT - 10)
    floor.restart()
    floor.pass_time(2)
    run = floor.center.dialer.campaigns[SPRING]
    assert run.leaving == {MEI: ENDS_AT, TOM: ENDS_AT}
    assert not run.attempts
    floor.pass_time(LINGERS_S + 15)
    assert run.leaving == {}
    assert run.attempts


def test_a_frozen_center_knows_its_shifts_when_it_is_thawed() -> None:
    floor, _ = _floor(begins_at=ENDS_AT - 10)
    house = floor.center.house
    floor.center = thaw(freeze(floor.center), HouseCode.of(house))
    run = floor.center.dialer.campaigns[SPRING]
    assert run.leaving == {MEI: ENDS_AT, TOM: ENDS_AT}
    floor.pass_time(LINGERS_S + 15)
    assert run.leaving == {}
    assert run.attempts


def test_the_shifts_have_one_timer_however_often_the_plan_changes() -> None:
    floor, _ = _floor(begins_at=ENDS_AT - 600)
    for _ in range(5):
        floor.handle(c.PlanApplied(floor.center.plan, (), "ada"))
    floor.pass_time(600 + LINGERS_S)
    assert [at for at, _, kind, _ in floor.center._timers if kind == "shift"] == [ENDS_AT + 1800]
    assert floor.center.dialer.border_at == ENDS_AT + 1800


def test_the_board_says_until_when_he_is_expected() -> None:
    floor, _ = _floor(begins_at=ENDS_AT - 600)
    assert views.seat_row(floor.center, MEI).until == ENDS_AT
    floor.center.dirty_seats.clear()
    floor.pass_time(600 + LINGERS_S)
    assert views.seat_row(floor.center, MEI).until is None
    assert MEI in floor.center.dirty_seats


def _one_leaves() -> CampaignFloor:
    """Mei's shift ends in 20 seconds; the others are in a team that works no shifts."""
    house = outbound_house()
    teams = {MEI: "team"}
    agents = {login: replace(agent, team=teams.get(login, "evenings")) for login, agent in house.plan.agents.items()}
    floor = CampaignFloor(replace(house, plan=replace(house.plan, agents=agents, shifts={"day": SHIFT})))
    floor.pass_time(ENDS_AT - 20 - floor.now)
    return floor


def test_who_leaves_soon_takes_no_place_of_who_stays() -> None:
    floor = _one_leaves()
    floor.ready(MEI)
    floor.pass_time(1)
    floor.ready(TOM)
    floor.add(lead(0))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    floor.pass_time(3)
    run = floor.center.dialer.campaigns[SPRING]
    assert len(floor.dials) == 1, "for Tom"
    assert list(run.agents) == [TOM], "there is nobody left whom Mei could be given"


def test_of_those_who_leave_soon_a_campaign_has_no_more_than_it_could_use() -> None:
    floor = CampaignFloor(_house())
    floor.pass_time(ENDS_AT - 20 - floor.now)
    floor.add(lead(0))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    floor.ready(MEI, TOM)
    floor.pass_time(30)
    run = floor.center.dialer.campaigns[SPRING]
    assert not floor.dials
    assert len(run.agents) == 1


def test_a_promise_draws_nobody_who_leaves_soon() -> None:
    floor = _one_leaves()
    floor.ready(MEI, TOM)
    floor.add(*(lead(number) for number in range(20)))
    documents = (campaign(mode="progressive"), campaign(AUTUMN, mode="progressive"))
    floor.seasoned(*documents)
    floor.run(documents[0])
    spring = floor.center.dialer.campaigns[SPRING]
    assert set(spring.agents) == {MEI, TOM}
    at = floor.now - 1.0
    floor.add(lead(100, AUTUMN, callback_at=at, next_at=at))
    floor.run(documents[1])
    assert set(floor.center.dialer.claimed) <= {TOM}
    for place in reversed(range(len(floor.legs))):
        floor.fail(place, Cause.NO_ANSWER)
    floor.pass_time(4)
    assert [attempt for attempt, _, _ in floor.dials if attempt.startswith("autumn")], "Tom calls as it was promised"
    assert MEI in spring.agents


def test_an_idle_floor_that_leaves_soon_is_not_said_to_be_busy() -> None:
    _, run = _floor("preview", begins_at=ENDS_AT - 10)
    assert run.why_not == why_not("leaving")
