"""A promised call whose time has come goes before new contacts of any campaign, whatever its priority."""

from __future__ import annotations

import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead, outbound_house

from tandem.cti.app.dialer.agents import STUCK_S
from tandem.cti.app.dialer.clearance import lines_promised
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import CallerIds
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CampaignId
from tandem.cti.model.leads import Lead, PacingRecord

AGENTS = tuple(AgentId(f"a{number}") for number in range(6))
BOTH = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5}


def busy_floor(skills: dict[AgentId, dict[str, int]] | None = None, mode: str = "progressive") -> CampaignFloor:
    """Six agents, all of whom spring has, which comes first and has people for hours."""
    floor = CampaignFloor(outbound_house("only", skills=skills or dict.fromkeys(AGENTS, BOTH)))
    floor.ready(*AGENTS)
    floor.add(*(lead(number) for number in range(1_000, 2_500)))
    floor.seasoned(campaign(mode=mode))
    floor.run(campaign(mode=mode, priority=1))
    assert set(floor.center.held.values()) == {SPRING}
    return floor


def promised(floor: CampaignFloor, count: int, in_s: float = -1.0) -> list[Lead]:
    """People of the autumn campaign, to whom its team has promised a call at this time."""
    at = floor.now + in_s
    return [lead(number, AUTUMN, callback_at=at, next_at=at) for number in range(700, 700 + count)]


def goes_on(floor: CampaignFloor, seconds: float = 2.0) -> None:
    """Nobody whom spring dials answers."""
    floor.pass_time(seconds)
    customers = [leg for leg in floor.legs.values() if leg.party is ev.Party.CUSTOMER]
    for place, leg in reversed(list(enumerate(customers))):
        if str(leg.call).startswith(SPRING):
            floor.fail(place, Cause.NO_ANSWER)


def dialled(floor: CampaignFloor, campaign_id: CampaignId = AUTUMN) -> list[str]:
    return [dial[0] for dial in floor.dials if dial[0].startswith(campaign_id)]


def had_by(floor: CampaignFloor, campaign_id: CampaignId) -> list[AgentId]:
    return [agent for agent, held in floor.center.held.items() if held == campaign_id]


@pytest.mark.parametrize("mode", ["progressive", "predictive"])
def test_a_promise_of_a_campaign_that_comes_later_is_kept_in_time(mode: str) -> None:
    floor = busy_floor(mode=mode)
    floor.add(*promised(floor, 1, in_s=5.0), *(lead(number, AUTUMN) for number in range(800, 900)))
    floor.run(campaign(AUTUMN, mode="progressive"))
    goes_on(floor, 4.0)
    assert dialled(floor) == [], "its time has not come, and nobody else of this campaign has an agent"
    for _ in range(6):
        goes_on(floor, 4.0)
    assert dialled(floor) == ["autumn-700.1"], "the promised call, and no other"
    moved = [each for each in floor.records if isinstance(each, PacingRecord) and "from" in each.evidence]
    assert "promised calls whose time has come" in moved[0].why["en"]
    assert "约定的回拨时间已到" in moved[0].why["zh"]


def test_no_more_agents_go_than_there_are_promises_and_they_come_back() -> None:
    floor = busy_floor()
    floor.add(*promised(floor, 2), *(lead(number, AUTUMN) for number in range(800, 900)))
    floor.run(campaign(AUTUMN, mode="progressive"))
    most = 0
    for _ in range(20):
        goes_on(floor)
        most = max(most, len(had_by(floor, AUTUMN)))
    assert most == 2
    assert sorted(dialled(floor)) == ["autumn-700.1", "autumn-701.1"]
    for leg in [leg for leg in floor.legs.values() if str(leg.call).startswith(AUTUMN)]:
        floor.fail(list(floor.legs.values()).index(leg), Cause.NO_ANSWER)
    for _ in range(20):
        goes_on(floor)
    assert len(had_by(floor, SPRING)) == 6
    assert len(dialled(floor)) == 2


def test_who_may_not_serve_it_is_left_where_he_is() -> None:
    english = {"language:en": 5, "product:accounts": 5}
    floor = busy_floor(skills=dict.fromkeys(AGENTS, english))
    floor.add(*promised(floor, 1))
    floor.run(campaign(AUTUMN, mode="progressive", queue="loans"))
    for _ in range(20):
        goes_on(floor)
    assert dialled(floor) == []
    assert len(had_by(floor, SPRING)) == 6


def test_a_campaign_that_cannot_dial_draws_nobody() -> None:
    """All its numbers have had their calls of the day."""
    floor = busy_floor()
    floor.add(*promised(floor, 1))
    numbers = CallerIds(numbers=["+861012345678"], most_per_day=0)
    floor.run(campaign(AUTUMN, mode="progressive", caller_ids=numbers))
    for _ in range(10):
        goes_on(floor)
        if floor.center.dialer.campaigns[AUTUMN].stuck_at > 0.0:
            break
    for _ in range(10):
        goes_on(floor, STUCK_S / 30)
    assert dialled(floor) == []
    assert len(had_by(floor, SPRING)) == 6


def test_it_goes_before_others_of_its_own_campaign_also_of_larger_lists() -> None:
    floor = CampaignFloor(outbound_house("only", skills={AGENTS[0]: BOTH}))
    at = floor.now - 1.0
    floor.add(*(lead(number) for number in range(50)), lead(99, segment="small", callback_at=at, next_at=at))
    floor.ready(AGENTS[0])
    floor.run(campaign(mode="progressive"))
    assert [dial[0] for dial in floor.dials] == ["spring-99.1"]


def test_two_campaigns_that_owe_do_not_keep_the_last_line_from_each_other() -> None:
    floor = CampaignFloor(outbound_house("only", skills=dict.fromkeys(AGENTS, BOTH)))
    floor.ready(*AGENTS[:2])
    at = floor.now - 1.0
    floor.add(*promised(floor, 1), lead(1, callback_at=at, next_at=at))
    for name in (SPRING, AUTUMN):
        floor.run(campaign(name, mode="progressive"))
    spring, autumn = (floor.center.dialer.campaigns[name] for name in (SPRING, AUTUMN))
    for run in (spring, autumn):
        run.owed, run.agents = 1, {AGENTS[0]: "idle"}
    assert sorted(lines_promised(floor.center, run) for run in (spring, autumn)) == [0, 1]
    spring.owed = 0
    assert (lines_promised(floor.center, spring), lines_promised(floor.center, autumn)) == (1, 0)
