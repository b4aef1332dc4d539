from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.recordings.core.space import Space, SpaceLimits, judge
from tandem.recordings.core.watch import Ended, Outcome, Phase, Seen, WatchState, WatchTimes, begin, step

TIMES = WatchTimes(first_look_s=3.0, next_look_s=10.0)
GROWN, SAME, GONE = Seen(200), Seen(100), Seen(None)
S, G, T, M, F = Phase.STARTED, Phase.GROWING, Phase.STALLED, Phase.MISSING, Phase.FINISHED


def test_the_first_look_is_due_after_three_seconds_then_every_ten() -> None:
    state = begin(TIMES, now=100.0)
    assert state.look_at == 103.0
    outcome = step(state, Seen(10), TIMES, now=103.5)
    assert outcome == Outcome(WatchState(phase=G, bytes=10, look_at=113.5), None, 113.5)


@pytest.mark.parametrize(
    ("before", "event", "after", "told"),
    [
        (S, GROWN, G, None),
        (S, SAME, T, T),
        (S, GONE, M, M),
        (S, Ended(), F, None),
        (G, GROWN, G, None),
        (G, SAME, T, T),
        (G, GONE, M, M),
        (G, Ended(), F, None),
        (T, GROWN, G, G),
        (T, SAME, T, None),
        (T, GONE, M, M),
        (T, Ended(), F, None),
        (M, GROWN, G, G),
        (M, SAME, T, T),
        (M, GONE, M, None),
        (M, Ended(), F, None),
        (F, GROWN, F, None),
        (F, SAME, F, None),
        (F, GONE, F, None),
        (F, Ended(), F, None),
    ],
)
def test_every_row_of_the_table(before: Phase, event: Seen | Ended, after: Phase, told: Phase | None) -> None:
    outcome = step(WatchState(phase=before, bytes=100, look_at=0.0), event, TIMES, now=50.0)
    assert (outcome.state.phase, outcome.told) == (after, told)
    assert outcome.wake_at == (None if after is F else 60.0)


def test_a_file_that_shrank_does_not_grow_but_is_measured_anew() -> None:
    outcome = step(WatchState(phase=G, bytes=100, look_at=0.0), Seen(5), TIMES, now=1.0)
    assert (outcome.state.phase, outcome.state.bytes) == (T, 5)


@given(
    st.lists(
        st.tuples(st.floats(0, 20), st.one_of(st.builds(Seen, st.none() | st.integers(0, 10**9)), st.just(Ended())))
    )
)
def test_a_change_is_told_once_and_the_end_is_the_end(events: list[tuple[float, Seen | Ended]]) -> None:
    state, now, last_told, over = begin(TIMES, now=0.0), 0.0, S, False
    for passed_s, event in events:
        now += passed_s
        early = isinstance(event, Seen) and now < state.look_at
        outcome = step(state, event, TIMES, now=now)
        if early:
            assert outcome.state == state
        if outcome.told is not None:
            assert outcome.told is not last_told
            assert outcome.told is outcome.state.phase
            last_told = outcome.told
        over = over or isinstance(event, Ended)
        assert (outcome.state.phase is F) == over == (outcome.wake_at is None)
        assert over or (outcome.wake_at is not None and outcome.wake_at > now - 1e-9)
        state = outcome.state


def test_the_disk_is_judged_with_a_margin_on_the_way_back() -> None:
    limits = SpaceLimits(low_bytes=1000, full_bytes=100)
    space, seen = Space.ENOUGH, []
    for free in (5000, 1000, 999, 1050, 1100, 99, 105, 110, 2000):
        space = judge(space, free, limits)
        seen.append(space.value)
    assert seen == ["enough", "enough", "low", "low", "enough", "full", "full", "low", "enough"]
