"""Blending under any sequence of what can be seen: bounded, fast down, slow up, no to and fro."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tandem.routing.core.acd.blending import CALM_S, RAISE_EVERY_S, Inbound, Share, allowance
from tandem.routing.core.plan import Blending

PLAN = Blending()


@st.composite
def seen(draw: st.DrawFn) -> Inbound:
    blended = draw(st.integers(0, 300))
    held = draw(st.integers(0, blended))
    return Inbound(
        service_level=draw(st.none() | st.floats(0, 1)),
        waiting=draw(st.integers(0, 50)),
        blended=blended,
        held=held,
        free=draw(st.integers(0, blended - held)),
        predicted_wait_s=draw(st.none() | st.floats(0, 600)),
    )


well = st.builds(
    Inbound,
    service_level=st.just(0.95),
    waiting=st.just(0),
    blended=st.just(100),
    held=st.integers(0, 60),
    free=st.just(40),
    predicted_wait_s=st.just(0.0),
)


@given(st.lists(st.tuples(st.floats(0, 120), well | seen()), max_size=60))
def test_bounds_and_no_rise_soon_after_a_fall(history: list[tuple[float, Inbound]]) -> None:
    share, now = Share(), 0.0
    fell_at = rose_at = float("-inf")
    for passed_s, inbound in history:
        now += passed_s
        before = share.level
        share, allowed = allowance(share, inbound, PLAN, now=now)
        assert 0 <= allowed <= max(PLAN.most * inbound.blended, min(1, inbound.blended))
        if inbound.blended > 1:
            assert allowed <= max(inbound.held - 1, inbound.held + inbound.free - 1 - inbound.waiting, 0), (
                "one agent at least is kept for the next caller"
            )
        if inbound.waiting and inbound.held:
            assert allowed < inbound.held or inbound.free > inbound.waiting
        if share.level < before:
            fell_at = now
        elif share.level > before:
            assert now - fell_at >= CALM_S
            assert now - rose_at >= RAISE_EVERY_S
            rose_at = now


@given(st.lists(st.tuples(st.floats(0.1, 120), st.booleans(), st.integers(0, 3)), min_size=1, max_size=60))
def test_who_is_alone_is_lent_when_the_line_has_been_empty_and_never_while_somebody_waits(
    history: list[tuple[float, bool, int]],
) -> None:
    share, now, empty_since = Share(), 0.0, float("-inf")
    for passed_s, held, waiting in history:
        now += passed_s
        inbound = Inbound(service_level=None, waiting=waiting, blended=1, held=held, free=not held)
        share, allowed = allowance(share, inbound, PLAN, now=now)
        if waiting:
            assert allowed == 0, "callers have the first claim"
            empty_since = now
        elif now - empty_since >= CALM_S + RAISE_EVERY_S and not held:
            assert allowed == 1


@given(seen(), st.integers(0, 200), st.lists(st.floats(0.1, 60), min_size=1, max_size=80))
def test_while_nothing_changes_it_goes_one_way(inbound: Inbound, level: int, gaps: list[float]) -> None:
    share, now, levels = Share(level=level), 0.0, []
    for gap in gaps:
        now += gap
        share, _ = allowance(share, inbound, PLAN, now=now)
        levels.append(share.level)
    assert levels in (sorted(levels), sorted(levels, reverse=True))


@given(seen(), st.lists(st.floats(0.1, 60), min_size=1, max_size=80))
def test_with_campaigns_that_take_what_they_may_it_settles(inbound: Inbound, gaps: list[float]) -> None:
    """Agents go from free to held and back; nothing else happens: no agent goes to and fro."""
    share, now, moves = Share(), 0.0, []
    total = inbound.held + inbound.free
    for gap in gaps:
        now += gap
        share, allowed = allowance(share, inbound, PLAN, now=now)
        held = min(allowed, total)
        if held != inbound.held:
            moves.append(held > inbound.held)
        inbound = replace(inbound, held=held, free=total - held)
    assert moves in (sorted(moves), sorted(moves, reverse=True))
