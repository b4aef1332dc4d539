"""Agents go to the campaign that comes first, also when it begins later, and nobody in the air is left alone for it."""

from __future__ import annotations

import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead, outbound_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app.dialer import agents
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CampaignId
from tandem.cti.model.leads import PacingRecord
from tandem.cti.model.states import Phase

AGENTS = tuple(AgentId(f"a{number}") for number in range(6))
SKILLS = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5}


def busy_floor(mode: str = "progressive", skills: dict[AgentId, dict[str, int]] | None = None) -> CampaignFloor:
    """Six agents who work for the spring campaign; autumn has leads and is about to begin."""
    floor = CampaignFloor(outbound_house("only", skills=skills or dict.fromkeys(AGENTS, SKILLS)))
    floor.ready(*AGENTS)
    floor.add(*(lead(number) for number in range(300)), *(lead(number, AUTUMN) for number in range(400, 700)))
    floor.seasoned(campaign(mode=mode))
    floor.run(campaign(mode=mode))
    assert set(floor.center.held.values()) == {SPRING}
    return floor


def count(floor: CampaignFloor, campaign_id: CampaignId) -> int:
    return list(floor.center.held.values()).count(campaign_id)


@pytest.mark.parametrize("mode", ["progressive", "predictive", "preview"])
def test_a_campaign_of_higher_priority_that_begins_later_has_the_agents(mode: str) -> None:
    floor = busy_floor(mode)
    floor.run(campaign(AUTUMN, priority=1))
    spring = floor.center.dialer.campaigns[SPRING]
    for _ in range(40):
        if mode == "preview":
            for agent in AGENTS:
                contact = floor.center.contact_of(agent)
                if contact is not None and contact.phase is Phase.PREVIEW and contact.campaign == SPRING:
                    floor.command(agent, m.PreviewSkip(id=1, call=contact.id))
        before = count(floor, SPRING)
        floor.pass_time(2)
        if count(floor, SPRING) < before:
            assert len(agents.idle(spring)) >= len(spring.in_air), "who may answer has nobody"
        rings = [leg.call for leg in floor.legs.values()]
        for place, call in reversed(list(enumerate(rings))):
            if str(call).startswith("spring"):
                floor.fail(place, Cause.NO_ANSWER)
    assert count(floor, AUTUMN) == 6
    assert not spring.attempts


def test_calls_in_the_air_keep_their_agents_and_nobody_else_is_dialled_for_them() -> None:
    floor = busy_floor("predictive")
    spring = floor.center.dialer.campaigns[SPRING]
    in_air = len(spring.in_air)
    assert in_air >= 6
    dialled = len(floor.dials)
    floor.run(campaign(AUTUMN, priority=1))
    floor.pass_time(5)
    assert len([dial for dial in floor.dials[dialled:] if dial[0].startswith("spring")]) == 0
    assert count(floor, SPRING) == 6, "all of them may be needed"
    talks = [floor.pick_up(0) for _ in range(6)]
    floor.settle()
    assert all(floor.center.contacts[call].phase is Phase.TALKING for call in talks)
    assert all(not floor.center.contacts[call].missed for call in talks)


def test_who_talks_goes_when_he_has_wrapped_up() -> None:
    floor = busy_floor()
    calls = [floor.pick_up(0) for _ in range(6)]
    floor.run(campaign(AUTUMN, priority=1))
    floor.pass_time(5)
    assert count(floor, SPRING) == 6
    agent = floor.center.contacts[calls[0]].agent
    assert agent is not None
    floor.hang_up_caller(calls[0])
    floor.settle()
    floor.command(agent, m.WrapUp(id=1, call=calls[0], disposition="done", notes=""))
    floor.pass_time(2)
    assert floor.center.held[agent] == AUTUMN


def test_the_log_of_both_campaigns_says_so() -> None:
    floor = busy_floor()
    floor.run(campaign(AUTUMN, priority=3))
    floor.pass_time(2)
    said = [record for record in floor.records if isinstance(record, PacingRecord) and "to" in record.evidence]
    assert {record.campaign for record in said} == {SPRING, AUTUMN}
    assert said[0].why["en"].startswith("6 agents go from spring (priority 0) to autumn (priority 3)")
    assert "优先级 3" in said[0].why["zh"]
    assert set(said[0].evidence["agents"]) == set(AGENTS)
    assert "en" in floor.center.dialer.campaigns[SPRING].why_not


def test_an_equal_campaign_that_begins_later_gets_its_share_and_weights_can_be_changed() -> None:
    floor = busy_floor()
    floor.run(campaign(AUTUMN))
    clear(floor)
    assert (count(floor, SPRING), count(floor, AUTUMN)) == (3, 3)
    floor.run(campaign(AUTUMN, weight=2.0))
    clear(floor)
    assert (count(floor, SPRING), count(floor, AUTUMN)) == (2, 4)
    held = dict(floor.center.held)
    clear(floor)
    assert floor.center.held == held, "nobody goes to and fro"


def clear(floor: CampaignFloor) -> None:
    """Nobody who is dialled answers, for a while."""
    for _ in range(6):
        floor.pass_time(2)
        for _ in list(floor.legs):
            floor.fail(0, Cause.NO_ANSWER)


def test_who_cannot_serve_it_stays() -> None:
    skills = {agent: SKILLS if number < 2 else {"language:zh": 5} for number, agent in enumerate(AGENTS)}
    floor = busy_floor(skills=skills)
    floor.run(campaign(AUTUMN, priority=1, queue="loans"))
    clear(floor)
    assert count(floor, AUTUMN) == 2


def test_a_claim_ends_with_its_reason() -> None:
    floor = busy_floor()
    for _ in range(6):
        floor.pick_up(0)
    floor.run(campaign(AUTUMN, priority=1))
    floor.pass_time(2)
    assert set(floor.center.dialer.claimed.values()) == {AUTUMN}
    floor.set_state(AUTUMN, "paused")
    assert not floor.center.dialer.claimed
    assert not floor.center.dialer.campaigns[SPRING].leaving
    floor.set_state(AUTUMN, "running")
    floor.pass_time(2)
    assert len(floor.center.dialer.claimed) == 6
    floor.run(campaign(SPRING, priority=2))
    floor.pass_time(2)
    assert not floor.center.dialer.claimed


def test_leads_whose_time_has_not_come_claim_nobody() -> None:
    floor = busy_floor()
    later = [lead(number, AUTUMN, next_at=floor.now + 300.0) for number in range(400, 700)]
    floor.add(*later)
    floor.run(campaign(AUTUMN, priority=1))
    floor.pass_time(20)
    assert not floor.center.dialer.claimed
    assert count(floor, SPRING) == 6
