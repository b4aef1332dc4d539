"""Agents to campaigns: priority, weight, ability, no needless moves."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.ids import AgentId, CampaignId
from tandem.routing.core.dialer.apportion import Candidate, Want, apportion, shares

A, B, C = CampaignId("a"), CampaignId("b"), CampaignId("c")


def agents(count: int, *able: CampaignId, now: CampaignId | None = None, begin: int = 0) -> list[Candidate]:
    ids = (AgentId(f"x{begin + n:03}") for n in range(count))
    return [Candidate(agent=agent, able=frozenset(able), now=now) for agent in ids]


def test_a_higher_priority_has_them_first() -> None:
    wants = [Want(campaign=A, priority=0), Want(campaign=B, priority=5, most=7)]
    assert shares(apportion(agents(10, A, B), wants)) == {B: 7, A: 3}


def test_by_weight_within_a_priority() -> None:
    wants = [Want(campaign=A, weight=1.0), Want(campaign=B, weight=3.0)]
    assert shares(apportion(agents(20, A, B), wants)) == {A: 5, B: 15}
    capped = [Want(campaign=A, weight=1.0), Want(campaign=B, weight=3.0, most=4)]
    assert shares(apportion(agents(20, A, B), capped)) == {A: 16, B: 4}


def test_only_who_can_and_only_who_is_wanted() -> None:
    given_ = apportion([*agents(3, A), *agents(2, B, begin=5)], [Want(campaign=A, most=2), Want(campaign=C)])
    assert Counter(given_.values()) == {A: 2}
    assert apportion([], [Want(campaign=A)]) == {}
    assert apportion(agents(3, A), []) == {}
    assert apportion(agents(3, A), [Want(campaign=A, weight=0.0), Want(campaign=A, most=0)]) == {}


def test_nobody_is_moved_without_need() -> None:
    settled = [*agents(5, A, B, now=A), *agents(5, A, B, now=B, begin=5)]
    wants = [Want(campaign=A), Want(campaign=B)]
    assert apportion(settled, wants) == {each.agent: each.now for each in settled}
    one_more = apportion([*settled, *agents(1, A, B, begin=20)], wants)
    assert sum(one_more[each.agent] != each.now for each in settled) == 0


def test_one_who_can_more_makes_room_for_one_who_cannot() -> None:
    both, only_a = agents(1, A, B, now=A), agents(1, A, begin=5)
    wants = [Want(campaign=A, most=1), Want(campaign=B, most=1)]
    assert apportion([*both, *only_a], wants) == {both[0].agent: B, only_a[0].agent: A}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Candidate], list[Want]]:
    able = st.frozensets(st.sampled_from([A, B, C]))
    now = st.sampled_from([None, A, B, C])
    candidates = [
        Candidate(agent=AgentId(f"x{n}"), able=draw(able), now=draw(now)) for n in range(draw(st.integers(0, 12)))
    ]
    wants = [
        Want(
            campaign=campaign,
            priority=draw(st.integers(0, 1)),
            weight=draw(st.sampled_from([0.5, 1.0, 4.0])),
            most=draw(st.integers(0, 12)),
        )
        for campaign in (A, B, C)
    ]
    return candidates, wants


@given(worlds())
def test_in_every_world(world: tuple[list[Candidate], list[Want]]) -> None:
    candidates, wants = world
    given_ = apportion(candidates, wants)
    able = {each.agent: each.able for each in candidates}
    counts = shares(given_)
    assert all(campaign in able[agent] for agent, campaign in given_.items())
    assert all(counts.get(want.campaign, 0) <= want.most for want in wants)
    for agent in able.keys() - given_.keys():  # nobody is idle who is wanted
        assert all(counts.get(want.campaign, 0) == want.most for want in wants if want.campaign in able[agent])
    assert apportion(candidates, wants) == given_
