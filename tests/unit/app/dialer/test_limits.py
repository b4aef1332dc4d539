"""What the pacing keeps: the limit as the law of the campaign counts it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead
from tests.support.house import ANA, MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.dialer import days, launches, looks
from tandem.cti.app.dialer.launches import Launch
from tandem.cti.app.dialer.rows import campaign_row
from tandem.cti.app.dialer.state import Held, Running
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import AttemptPlan
from tandem.cti.model.ids import AgentId
from tandem.cti.model.requests import ClearConnection
from tandem.routing.core.acd.agent import Agent


def many_ring() -> CampaignFloor:
    """Three telephones for the one agent, each for 40 s."""
    floor = CampaignFloor()
    floor.add(*(lead(number) for number in range(60)))
    busy = campaign(mode="power", ratio=3.0, ring_s=40.0)
    floor.seasoned(busy)
    floor.run(busy)
    floor.ready(AgentId("mei"))
    floor.settle()
    return floor


@pytest.mark.parametrize(("rules", "counted"), [("us", 1_000), ("uk", 900)])
def test_who_hangs_up_himself_does_not_count_for_ofcom(rules: str, counted: int) -> None:
    floor = CampaignFloor()
    floor.run(campaign(rules=rules))
    run = floor.center.dialer.campaigns[SPRING]
    yesterday = msgspec.structs.replace(run.today, day="1970-01-01", answered=1_000, abandoned=20, talked=880)
    run.days = {yesterday.day: yesterday, **run.days}
    days.tell(run)
    assert days.answered(run, yesterday) == counted
    row = campaign_row(floor.center, run, floor.now)
    assert row.abandon_limit == 0.03
    if rules == "us":  # the window of thirty days; Ofcom's is the day itself
        assert row.abandon_ratio_window is None or row.abandon_ratio_window == pytest.approx(20 / counted)


def test_who_rings_for_long_enough_is_given_up_when_the_last_agent_has_a_call() -> None:
    floor = CampaignFloor()
    floor.add(*(lead(number) for number in range(60)))
    floor.seasoned(campaign(mode="power", ratio=3.0, ring_s=40.0))
    floor.run(campaign(mode="power", ratio=3.0, ring_s=40.0))
    floor.ready(AgentId("mei"))
    floor.settle()
    first = {attempt for attempt, _, _ in floor.dials}
    assert len(first) == 3
    floor.pass_time(10.0)
    talks = str(floor.pick_up(0))
    floor.pass_time(4.0)
    assert {attempt for attempt in first if floor.last(attempt).result} == set()
    floor.pass_time(13.0)
    over = {attempt: floor.last(attempt).result for attempt in first - {talks}}
    assert set(over.values()) == {"no_answer"}
    assert all(15.0 <= (floor.last(attempt).ended_at or 0.0) - floor.last(attempt).at < 30.0 for attempt in over)
    assert floor.last(talks).result is None
    assert floor.center.dialer.campaigns[SPRING].today.abandoned == 0


@pytest.mark.parametrize("what", ["break", "draining", "paused"])
def test_nobody_rings_on_when_no_agent_is_left(what: str) -> None:
    floor = many_ring()
    first = {attempt for attempt, _, _ in floor.dials}
    if what == "break":
        floor.command(AgentId("mei"), m.SetNotReady(id=1, reason="break"))
    else:
        floor.pick_up(0)
        floor.set_state(SPRING, what)  # type: ignore[arg-type]
    floor.settle()
    floor.pass_time(19.0)
    results = [floor.last(attempt).result for attempt in first]
    assert results.count("no_answer") == (3 if what == "break" else 2)


def test_who_is_given_up_and_answers_in_that_moment_is_counted_and_kept_as_what_he_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = many_ring()
    first = {attempt for attempt, _, _ in floor.dials}
    talks = str(floor.pick_up(0))
    legs = {str(leg.call): key for key, leg in floor.legs.items()}
    late = min(first - {talks})
    make = floor.request

    def answers_first(request: Any) -> None:
        if isinstance(request, ClearConnection) and request.connection == legs[late] and legs[late] in floor.legs:
            device = floor.legs[legs[late]].device
            floor.news.append(ev.Established(call=request.call, connection=request.connection, device=device))
        make(request)

    monkeypatch.setattr(floor, "request", answers_first)
    floor.pass_time(18.0)
    record = floor.last(late)
    assert (record.result, record.message_at) == ("abandoned", None)
    assert record.answered_at is not None
    assert floor.center.dialer.campaigns[SPRING].today.abandoned == 1


def test_an_agent_who_was_not_used_for_one_whom_the_gate_refuses_is_there_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = CampaignFloor()
    made, looked, promised = launches.launch, looks.look, lead(0, callback_at=floor.now, next_at=floor.now)
    tried: list[set[str]] = []

    def look(center: Center, run: Running) -> None:
        tried.append(set())
        looked(center, run)

    def launch(center: Center, run: Running, held: Held, agent: Agent | None, *rest: Any) -> Launch:
        tried[-1].add(held.lead.id)
        if held.lead.id == promised.id:
            del run.pool[promised.id]
            return "refused"
        return made(center, run, held, agent, *rest)

    monkeypatch.setattr(looks, "launch", launch)
    monkeypatch.setattr(looks, "look", look)
    floor.slow = True
    floor.run(campaign(mode="progressive"))
    floor.ready(AgentId("mei"))
    floor.add(promised, lead(1))
    floor.handle(floor.read(floor.wanted.pop(0)))
    run = floor.center.dialer.campaigns[SPRING]
    assert run.pacer.decide(now=floor.now, segments={"": 1}, lines=1).reserved_only
    assert [attempt for attempt, _, _ in floor.dials] == ["spring-1.1"]
    assert {"spring-0", "spring-1"} in tried, "in the same look"


@pytest.mark.parametrize("killed", [False, True])
def test_who_met_nobody_is_dialled_by_another_campaign_with_an_agent_reserved_only(killed: bool) -> None:
    """Which had him in hand already, under another name: nothing that was read of him says so."""
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(lead(1), lead(1, AUTUMN, person="another"))
    each_at_once: dict[str, Any] = {"attempts": AttemptPlan(gap_s=0.0), "mode": "power", "ratio": 2.0}
    spring, autumn = campaign(**each_at_once), campaign(AUTUMN, **each_at_once)
    floor.seasoned(spring, autumn)
    floor.run(spring)
    floor.auto_answer = False  # her phone rings and rings
    call = floor.pick_up()
    floor.run(autumn)
    floor.now += 1.7
    floor.handle(c.Tick())
    assert (floor.last(call).message_at, floor.last(call).result) == (floor.now, None), "he hears who called"
    if killed:
        floor.restart()
    else:
        assert set(floor.center.dialer.campaigns[AUTUMN].pool) == {"autumn-1"}
    his = lead(1, AUTUMN, person="another")
    assert floor.center.gate.may_call(his, his.numbers[0], floor.now, campaign=autumn).rule == "abandoned"
    floor.auto_answer = True
    floor.ready(MEI, TOM, ANA)
    floor.pass_time(30)
    assert [floor.last(attempt).reserved for attempt, _, _ in floor.dials] == [False, True]


def test_the_cost_cap_counts_calls_in_the_air_and_ends_with_the_day() -> None:
    floor = CampaignFloor()
    floor.ready(MEI, TOM, ANA)
    floor.add(*(lead(number) for number in range(20)))
    capped = campaign(cost_cap=0.25, mode="power", ratio=3.0)
    floor.seasoned(capped)
    floor.run(capped)
    run = floor.center.dialer.campaigns[SPRING]
    assert len(floor.dials) == 3, "of nine: each costs a tenth at least, if it is answered"
    assert run.why_not["en"] == "today's cost cap is used up"
    calls = [floor.pick_up(place) for place in range(3)]
    floor.pass_time(70)
    talked_with = {call: floor.center.contacts[call].agent for call in calls}
    for call in calls:
        floor.hang_up_caller(call)
    floor.settle()
    for call, agent in talked_with.items():
        assert agent is not None
        floor.command(agent, m.WrapUp(id=1, call=call, disposition="done", notes=""))
    assert run.today.cost == pytest.approx(0.6), "two minutes begun of each"
    floor.pass_time(30)
    assert "idle" in run.agents.values()
    assert len(floor.dials) == 3
    floor.now += 86_400.0
    floor.handle(c.Tick())
    floor.pass_time(1)
    assert len(floor.dials) > 3
