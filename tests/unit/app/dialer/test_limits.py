"""What the pacing keeps: the limit as the law of the campaign counts it."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, CampaignFloor, campaign, lead

from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.rows import campaign_rows
from tandem.cti.model.ids import AgentId


@pytest.mark.parametrize(("rules", "counted"), [("us", 1_000), ("uk", 900)])
def test_who_hangs_up_himself_does_not_count_for_ofcom(rules: str, counted: int) -> None:
    floor = CampaignFloor()
    floor.run(campaign(rules=rules))
    run = floor.center.dialer.campaigns[SPRING]
    yesterday = msgspec.structs.replace(run.today, day="1970-01-01", answered=1_000, abandoned=20, talked=880)
    run.days = {yesterday.day: yesterday, **run.days}
    days.tell(run)
    assert days.answered(run, yesterday) == counted
    row = campaign_rows(floor.center, floor.now)[0]
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
