"""The predictor under any history: always an ordered band of seconds, always the same for the same history."""

from __future__ import annotations

from math import isfinite

from hypothesis import example, given
from hypothesis import strategies as st

from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.expected_wait import Expected, Predictor

QUEUES = [QueueId(name) for name in ("loans", "cards", "other")]

questions = st.tuples(
    st.sampled_from(QUEUES),
    st.integers(0, 2),
    st.integers(0, 2000),
    st.none() | st.integers(0, 2000),
    st.integers(0, 6000),
    st.integers(0, 2),
    st.floats(1, 3600),
)
ends = st.tuples(st.sampled_from(["answered", "abandoned", "saw", "waits"]), st.floats(0, 100_000), st.integers(0, 50))
histories = st.lists(st.tuples(questions, ends), max_size=60)


def ask(predictor: Predictor, question: tuple[QueueId, int, int, int | None, int, int, float]) -> Expected | None:
    queue, tier, ahead, alike, logged_on, free, handle_s = question
    return predictor.wait_left(
        queue, tier=tier, ahead=ahead, alike=alike, logged_on=logged_on, free=free, handle_s=handle_s
    )


def live(predictor: Predictor, history: list[tuple[tuple, tuple[str, float, int]]]) -> list[Expected | None]:  # type: ignore[type-arg]
    seen = []
    for question, (end, waited_s, ahead) in history:
        expected = ask(predictor, question)
        seen.append(expected)
        if expected is None or end == "waits":
            continue
        if end == "answered":
            predictor.answered(expected, waited_s)
        else:
            predictor.abandoned(expected, waited_s, ahead=ahead if end == "saw" else None)
    return seen


GONE_AT_ONCE = ((QUEUES[0], 0, 0, None, 1, 0, 1.0), ("abandoned", 5e-324, 0))
"""The shortest time that there is: a rate per second would have no end."""


@given(histories)
@example([GONE_AT_ONCE, ((QUEUES[0], 0, 0, None, 1, 0, 1.0), ("answered", 0.0, 0))])
def test_an_ordered_band_of_seconds_or_unknown(history: list) -> None:  # type: ignore[type-arg]
    for (question, _), expected in zip(history, live(Predictor(), history), strict=True):
        _, _, _, _, logged_on, free, _ = question
        assert (expected is None) == (logged_on == 0)
        if expected is not None:
            assert 0 <= expected.p10_s <= expected.p50_s <= expected.p90_s
            assert isfinite(expected.p90_s)
            assert free == 0 or expected.p90_s == 0


@given(histories, histories)
def test_a_restored_one_goes_on_alike(before: list, after: list) -> None:  # type: ignore[type-arg]
    first = Predictor()
    live(first, before)
    second = Predictor.restore(first.snapshot())
    assert live(first, after) == live(second, after)
    assert first.snapshot() == second.snapshot()


@given(histories)
def test_shares_are_shares_and_nobody_is_forgotten(history: list) -> None:  # type: ignore[type-arg]
    predictor = Predictor()
    seen = live(predictor, history)
    ended = sum(
        expected is not None and expected.place_s > 0 and end[0] != "waits"
        for (_, end), expected in zip(history, seen, strict=True)
    )
    assert sum(accuracy.count for accuracy in predictor.accuracy.values()) == ended
    for accuracy in predictor.accuracy.values():
        for share in (accuracy.coverage, accuracy.under_p50):
            assert share is None or -1e-9 <= share <= 1 + 1e-9


@given(st.integers(0, 200), st.integers(1, 500), st.floats(10, 1000))
def test_before_anything_was_seen_more_ahead_or_fewer_agents_is_longer(
    ahead: int, agents: int, handle_s: float
) -> None:
    predictor = Predictor()
    one, more, fewer = (
        predictor.wait_left(QUEUES[0], ahead=places, logged_on=logged_on, handle_s=handle_s)
        for places, logged_on in ((ahead, agents + 1), (ahead + 1, agents + 1), (ahead, agents))
    )
    assert one is not None
    assert more is not None
    assert fewer is not None
    assert one.p50_s < more.p50_s
    assert one.p50_s < fewer.p50_s
