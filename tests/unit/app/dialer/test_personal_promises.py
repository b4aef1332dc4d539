"""Promises of one agent himself: they take nobody else's place, and no agents of other campaigns but their own."""

from __future__ import annotations

import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead, outbound_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app.dialer import pool
from tandem.cti.app.dialer.state import Running
from tandem.cti.app.dialer.wording import why_not
from tandem.cti.model import events as ev
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CampaignId
from tandem.cti.model.leads import PERSONAL_EACH, PERSONAL_S, Lead

AGENTS = tuple(AgentId(f"a{number}") for number in range(6))
HIS = AGENTS[0]
SKILLS = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5}


def made_floor() -> CampaignFloor:
    floor = CampaignFloor(outbound_house("only", skills=dict.fromkeys(AGENTS, SKILLS)))
    floor.ready(*AGENTS)
    return floor


def promised(floor: CampaignFloor, count: int, campaign_id: CampaignId = SPRING, first: int = 0) -> list[Lead]:
    """Leads whom the first agent has promised a call, now."""
    at = floor.now - 1.0
    return [
        lead(number, campaign_id, callback_at=at, callback_agent=HIS, next_at=at)
        for number in range(first, first + count)
    ]


def takes_a_break(floor: CampaignFloor) -> None:
    floor.command(HIS, m.SetNotReady(id=1, reason="break"))


def nobody_answers(floor: CampaignFloor, campaign_id: CampaignId = SPRING) -> None:
    customers = [leg for leg in floor.legs.values() if leg.party is ev.Party.CUSTOMER]
    for place, leg in reversed(list(enumerate(customers))):
        if str(leg.call).startswith(campaign_id):
            floor.fail(place, Cause.NO_ANSWER)


def with_promises_of_who_is_away(count: int) -> tuple[CampaignFloor, Running]:
    """Beside 300 other leads."""
    floor = made_floor()
    takes_a_break(floor)
    floor.add(*promised(floor, count), *(lead(number) for number in range(100, 400)))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    return floor, floor.center.dialer.campaigns[SPRING]


def test_promises_of_an_agent_who_is_away_starve_nobody() -> None:
    floor, spring = with_promises_of_who_is_away(25)
    for _ in range(10):
        floor.pass_time(10)
        nobody_answers(floor)
    assert len(floor.dials) >= 50
    assert sum(held.agent == HIS for held in spring.pool.values()) == 25


def test_with_nobody_else_to_dial_the_campaign_says_so() -> None:
    floor = made_floor()
    takes_a_break(floor)
    floor.add(*promised(floor, 3))
    floor.run(campaign(mode="progressive"))
    spring = floor.center.dialer.campaigns[SPRING]
    floor.pass_time(10)
    assert len(spring.pool) == 3
    assert spring.why_not == why_not("personal")


def test_so_many_promises_are_in_hand_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MOST", 30)
    floor, spring = with_promises_of_who_is_away(70)
    for _ in range(12):
        floor.pass_time(10)
        nobody_answers(floor)
        assert sum(held.agent == HIS for held in spring.pool.values()) <= 30
    assert len(floor.dials) >= 50


def two_campaigns(*his: Lead, floor: CampaignFloor, spring: int = 0, autumn: int = 1) -> None:
    """Spring has all agents; autumn, which begins later, has only promises of the first one."""
    floor.add(*(lead(number) for number in range(600)))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive", priority=spring))
    assert set(floor.center.held.values()) == {SPRING}
    floor.add(*his)
    floor.run(campaign(AUTUMN, mode="progressive", priority=autumn))


def test_a_campaign_claims_for_promises_only_who_has_made_them() -> None:
    floor = made_floor()
    two_campaigns(*promised(floor, 20, AUTUMN, 700), floor=floor)
    for _ in range(20):
        floor.pass_time(2)
        nobody_answers(floor)
        assert set(floor.center.dialer.claimed) <= {HIS}
        assert [agent for agent, held in floor.center.held.items() if held == AUTUMN] in ([], [HIS])
    assert floor.center.held[HIS] == AUTUMN
    assert [dial for dial in floor.dials if dial[0].startswith("autumn")]


def test_he_is_claimed_besides_those_for_everybody_else() -> None:
    floor = made_floor()
    two_campaigns(*promised(floor, 3, AUTUMN, 700), lead(800, AUTUMN), floor=floor)
    floor.pass_time(1)
    claimed = {agent for agent, held in (floor.center.held | floor.center.dialer.claimed).items() if held == AUTUMN}
    assert HIS in claimed
    assert len(claimed) == 2


def test_who_has_kept_his_promises_goes_back() -> None:
    floor = made_floor()
    two_campaigns(*promised(floor, 1, AUTUMN, 700), floor=floor)
    for _ in range(20):
        floor.pass_time(2)
        nobody_answers(floor)
        nobody_answers(floor, AUTUMN)
    assert [dial for dial in floor.dials if dial[0].startswith("autumn")]
    assert floor.center.held[HIS] == SPRING


def test_who_works_for_what_comes_first_goes_to_make_his_call_and_comes_back() -> None:
    floor = made_floor()
    two_campaigns(*promised(floor, 1, AUTUMN, 700), floor=floor, spring=1, autumn=0)
    for _ in range(40):
        floor.pass_time(2)
        nobody_answers(floor)
        assert [agent for agent, held in floor.center.held.items() if held == AUTUMN] in ([], [HIS])
        if any(dial[0].startswith("autumn") for dial in floor.dials):
            break
    assert floor.center.contact_of(HIS).campaign == AUTUMN  # type: ignore[union-attr]
    for _ in range(20):
        floor.pass_time(2)
        nobody_answers(floor)
        nobody_answers(floor, AUTUMN)
    assert set(floor.center.held.values()) == {SPRING}


def test_a_promise_of_who_is_away_goes_to_the_team_in_the_end() -> None:
    floor = made_floor()
    takes_a_break(floor)
    floor.add(*promised(floor, 1))
    floor.run(campaign(mode="progressive"))
    floor.pass_time(PERSONAL_S - 60.0)
    assert floor.dials == []
    floor.pass_time(120.0)
    assert len(floor.dials) == 1


def test_it_waits_on_for_him_who_talks_for_the_campaign() -> None:
    floor = made_floor()
    floor.add(*(lead(number) for number in range(100, 106)))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    for _ in AGENTS:
        floor.pick_up(0)
    assert floor.center.dialer.campaigns[SPRING].agents[HIS] == "talking"
    floor.add(*promised(floor, 1))
    floor.pass_time(PERSONAL_S + 120.0)
    [held] = floor.center.dialer.campaigns[SPRING].pool.values()
    assert held.agent == HIS


def test_of_many_that_are_late_he_who_is_at_work_keeps_the_next_ones() -> None:
    floor = made_floor()
    floor.add(*(lead(number) for number in range(100, 106)))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    for _ in AGENTS:
        floor.pick_up(0)
    floor.add(*promised(floor, 12))
    floor.pass_time(PERSONAL_S + 120.0)
    held = [each.agent for each in floor.center.dialer.campaigns[SPRING].pool.values()]
    assert held == [HIS] * PERSONAL_EACH
    assert len(floor.dials) == len(AGENTS) + 12 - PERSONAL_EACH, "the others are called by the team"


def test_a_promise_is_read_when_its_time_comes_however_many_others_are_in_hand() -> None:
    """With few agents those in hand last for an hour; whoever was promised a call waits no longer than for an agent."""
    floor = made_floor()
    at = floor.now + 120.0
    floor.add(*(lead(number) for number in range(100, 400)))
    floor.add(lead(1, callback_at=at, next_at=at))
    floor.seasoned(campaign(mode="progressive"))
    floor.run(campaign(mode="progressive"))
    spring = floor.center.dialer.campaigns[SPRING]
    floor.pass_time(5)
    floor.pass_time(120)
    assert pool.for_all(spring) > pool.wanted(spring, 100) // 2, "there was no other reason to read"
    assert next(iter(spring.pool)) == "spring-1", "he is the next to be dialled"
