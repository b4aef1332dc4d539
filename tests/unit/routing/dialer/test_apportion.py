"""Which campaign has which agent: by priority, then by weight, and the same whether he is free or moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.ids import CampaignId
from tandem.routing.core.dialer.apportion import Claim, comes_before, last, turn


def claim(name: str = "a", priority: int = 0, weight: float = 1.0, agents: int = 0, owed: int = 0) -> Claim:
    return Claim(campaign=CampaignId(name), priority=priority, weight=weight, agents=agents, owed=owed)


claims = st.lists(
    st.builds(
        Claim,
        campaign=st.uuids().map(str).map(CampaignId),
        priority=st.integers(0, 2),
        weight=st.sampled_from([0.5, 1.0, 2.0, 3.0]),
        agents=st.integers(0, 12),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    ("wants", "holds", "goes"),
    [
        (claim(priority=1, agents=50), claim(agents=1), True),
        (claim(agents=0), claim(priority=1, agents=50), False),
        (claim(agents=0), claim(agents=1), False),
        (claim(agents=0), claim(agents=2), True),
        (claim(agents=1), claim(agents=2), False),
        (claim(weight=2.0, agents=2), claim(agents=2), False),
        (claim(weight=2.0, agents=1), claim(agents=2), True),
        (claim(owed=1), claim(priority=1, agents=50), True),
        (claim(owed=1, agents=1), claim(priority=1, agents=50), False),
        (claim(priority=1), claim(agents=1, owed=1), False),
        (claim(priority=1), claim(agents=2, owed=1), True),
        (claim(priority=1, owed=1), claim(agents=1, owed=1), True),
        (claim(owed=1), claim(priority=1, agents=1, owed=1), False),
    ],
)
def test_who_has_to_let_one_go(wants: Claim, holds: Claim, goes: bool) -> None:
    assert comes_before(wants, holds) is goes


def test_who_would_be_served_last_gives_first() -> None:
    few, many, high = claim("b", agents=3), claim("c", agents=5), claim("d", priority=2, agents=9)
    assert last(claim(priority=1), [few, many, high]) == many
    assert last(claim(priority=1), [high, claim("e")]) is None


def settled(given_: list[Claim]) -> dict[str, int]:
    """After all moves that the rule wants; each campaign can use anybody."""
    shares = {each.campaign: each for each in given_}
    for _ in range(10_000):
        for wants in sorted(shares.values(), key=turn):
            holder = last(wants, [each for each in shares.values() if each is not wants])
            if holder is not None:
                shares[holder.campaign] = replace(holder, agents=holder.agents - 1)
                shares[wants.campaign] = replace(wants, agents=wants.agents + 1)
                break
        else:
            return {name: each.agents for name, each in shares.items()}
    raise AssertionError("agents go round and round")


@given(claims)
def test_moving_ends_and_nobody_is_better_placed_elsewhere(given_: list[Claim]) -> None:
    after = settled(given_)
    assert sum(after.values()) == sum(each.agents for each in given_)
    highest = max(each.priority for each in given_)
    assert all(after[each.campaign] == 0 for each in given_ if each.priority < highest)
    equals = [replace(each, agents=after[each.campaign]) for each in given_ if each.priority == highest]
    for holder in equals:
        for other in equals:
            if holder.agents:
                assert (holder.agents - 1) / holder.weight <= other.agents / other.weight


@given(claims, st.data())
def test_what_is_owed_comes_before_all_priorities_and_moving_ends(given_: list[Claim], data: st.DataObject) -> None:
    given_ = [replace(each, owed=data.draw(st.integers(0, 6))) for each in given_]
    after = settled(given_)
    short = [each for each in given_ if after[each.campaign] < each.owed]
    beyond = [each for each in given_ if after[each.campaign] > each.owed]
    assert not (short and beyond), "somebody waits for a promised call while an agent is there for new ones"
    for low in given_:
        for high in given_:
            if low.priority < high.priority and after[low.campaign]:
                assert after[low.campaign] <= low.owed, "but for that, priorities hold"


@given(claims)
def test_moving_comes_to_what_placing_one_by_one_comes_to(given_: list[Claim]) -> None:
    """Up to ties: the largest share for its weight is the same."""
    shares = {each.campaign: replace(each, agents=0) for each in given_}
    for _ in range(sum(each.agents for each in given_)):
        first = min(shares.values(), key=turn)
        shares[first.campaign] = replace(first, agents=first.agents + 1)
    after = settled(given_)
    heights = [
        sorted((each.priority, (count - 1) / each.weight) for each in given_ if (count := counts[each.campaign]))[-1:]
        for counts in (after, {name: each.agents for name, each in shares.items()})
    ]
    assert heights[0] == heights[1]
