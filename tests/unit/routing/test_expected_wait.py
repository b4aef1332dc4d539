"""The predictor in a line whose truth is known: it covers what it says, follows changes, is not fooled by who left."""

from __future__ import annotations

import random

import pytest

from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.core.acd.expected_wait import Expected, Predictor

LOANS, CARDS = QueueId("loans"), QueueId("cards")


def learn(
    predictor: Predictor,
    *,
    count: int,
    release_s: float,
    queue: QueueId = LOANS,
    patience_s: float | None = None,
    seed: int = 1,
    agents: int = 10,
    handle_s: float = 180.0,
) -> list[tuple[Expected, float]]:
    """Works that each wait for ``ahead + 1`` releases, one every ``release_s`` on average."""
    chance = random.Random(seed)
    seen = []
    for _ in range(count):
        ahead = chance.randrange(12)
        expected = predictor.wait_left(queue, ahead=ahead, logged_on=agents, handle_s=handle_s)
        assert expected is not None
        waits_s = sum(chance.expovariate(1 / release_s) for _ in range(ahead + 1))
        gives_up_s = chance.expovariate(1 / patience_s) if patience_s else float("inf")
        if gives_up_s < waits_s:
            predictor.abandoned(expected, gives_up_s)
        else:
            predictor.answered(expected, waits_s)
        seen.append((expected, waits_s))
    return seen


def covered(seen: list[tuple[Expected, float]]) -> float:
    return sum(expected.p10_s <= waits_s <= expected.p90_s for expected, waits_s in seen) / len(seen)


def under_p50(seen: list[tuple[Expected, float]]) -> float:
    return sum(waits_s < expected.p50_s for expected, waits_s in seen) / len(seen)


def test_nobody_logged_on_is_unknown() -> None:
    assert Predictor().wait_left(LOANS, ahead=0, logged_on=0, handle_s=180.0) is None


def test_a_free_agent_is_no_wait_and_teaches_nothing() -> None:
    predictor = Predictor()
    before = predictor.snapshot()
    expected = predictor.wait_left(LOANS, ahead=0, logged_on=3, free=1, handle_s=180.0)
    assert expected is not None
    assert (expected.p10_s, expected.p50_s, expected.p90_s) == (0.0, 0.0, 0.0)
    predictor.answered(expected, 0.0)
    predictor.abandoned(expected, 1.0)
    assert predictor.snapshot() == before


def test_before_anything_was_seen_it_is_the_model() -> None:
    """Ten agents, three minutes a call: one of them becomes free every 18 s."""
    expected = Predictor().wait_left(LOANS, ahead=9, logged_on=10, handle_s=180.0)
    assert expected is not None
    assert expected.mean_s == pytest.approx(180.0)
    assert expected.p10_s < expected.p50_s < 180.0 < expected.p90_s


@pytest.mark.parametrize("release_s", [6.0, 18.0, 60.0])
def test_the_band_covers_80_percent_however_wrong_the_plan(release_s: float) -> None:
    seen = learn(Predictor(), count=6000, release_s=release_s)[1000:]
    assert covered(seen) == pytest.approx(0.8, abs=0.02)
    assert under_p50(seen) == pytest.approx(0.5, abs=0.03)


def test_who_gave_up_does_not_make_the_line_look_short() -> None:
    """A third gives up. The wait predicted is still that of a patient caller."""
    predictor = Predictor()
    seen = learn(predictor, count=8000, release_s=18.0, patience_s=240.0)[2000:]
    assert covered(seen) == pytest.approx(0.8, abs=0.03)
    assert under_p50(seen) == pytest.approx(0.5, abs=0.05)
    own = predictor.accuracy[LOANS]
    assert own.coverage == pytest.approx(0.8, abs=0.02)
    assert own.count == 8000


def test_it_finds_back_after_a_change() -> None:
    predictor = Predictor()
    learn(predictor, count=3000, release_s=18.0)
    wrong = learn(predictor, count=100, release_s=50.0, seed=2)
    right = learn(predictor, count=2000, release_s=50.0, seed=3)[500:]
    assert covered(wrong) < 0.7
    assert covered(right) == pytest.approx(0.8, abs=0.03)
    assert under_p50(right) == pytest.approx(0.5, abs=0.04)


def test_a_new_queue_begins_with_what_the_others_know() -> None:
    predictor = Predictor()
    learn(predictor, count=4000, release_s=54.0)
    expected = predictor.wait_left(CARDS, ahead=4, logged_on=10, handle_s=180.0)
    assert expected is not None
    assert expected.mean_s == pytest.approx(5 * 54.0, rel=0.2), "the plan says 5 x 18 s"


def test_works_of_other_queues_ahead_count_half() -> None:
    predictor = Predictor()
    mixed = predictor.wait_left(LOANS, ahead=6, alike=2, logged_on=10, handle_s=180.0)
    plain = predictor.wait_left(LOANS, ahead=4, logged_on=10, handle_s=180.0)
    assert mixed == plain


def test_what_who_left_saw_of_the_line_counts() -> None:
    """All give up, but the line moved: one place in 60 s, not in 18."""
    predictor = Predictor()
    for _ in range(300):
        expected = predictor.wait_left(LOANS, ahead=5, logged_on=10, handle_s=180.0)
        assert expected is not None
        predictor.abandoned(expected, 60.0, ahead=4)
    moved = predictor.wait_left(LOANS, ahead=0, logged_on=10, handle_s=180.0)
    assert moved is not None
    assert moved.place_s == 18.0
    assert moved.mean_s > 18.0


def test_one_forgotten_call_moves_little() -> None:
    calm, disturbed = Predictor(), Predictor()
    for predictor in (calm, disturbed):
        learn(predictor, count=1000, release_s=18.0)
    one = disturbed.wait_left(LOANS, ahead=0, logged_on=10, handle_s=180.0)
    assert one is not None
    disturbed.answered(one, 500_000.0)
    after, before = (p.wait_left(LOANS, ahead=3, logged_on=10, handle_s=180.0) for p in (disturbed, calm))
    assert after is not None
    assert before is not None
    assert after.p50_s == pytest.approx(before.p50_s, rel=0.15)


def test_a_snapshot_goes_on_alike() -> None:
    first = Predictor()
    learn(first, count=500, release_s=30.0, patience_s=200.0)
    second = Predictor.restore(first.snapshot())
    assert learn(first, count=200, release_s=25.0) == learn(second, count=200, release_s=25.0)
    assert first.snapshot() == second.snapshot()
    assert first.accuracy == second.accuracy


# ---- accuracy ----------------------------------------------------------------------------------------------------


def test_accuracy_before_anything_is_unknown() -> None:
    nothing = Accuracy()
    assert (nothing.count, nothing.coverage, nothing.under_p50, nothing.bias_s, nothing.mean_miss_s) == (
        0, None, None, None, None,
    )  # fmt: skip


def test_accuracy_without_anybody_who_left_is_plain_counting() -> None:
    accuracy = Accuracy()
    for waited_s in (5.0, 10.0, 30.0, 60.0, 90.0, 90.1, 200.0, 60.0, 60.0, 20.0):
        accuracy.answer(waited_s, 10.0, 50.0, 90.0)
    assert accuracy.coverage == pytest.approx(0.7)
    assert accuracy.under_p50 == pytest.approx(0.4)
    assert accuracy.bias_s == pytest.approx(125.1 / 10)
    assert accuracy.mean_miss_s == pytest.approx(395.1 / 10)


def test_accuracy_corrects_for_who_left() -> None:
    """Waits and patience exponential with the same mean: half leave; of the answered ones alone 0.75 are under P50."""
    chance, accuracy = random.Random(3), Accuracy()
    p10_s, p50_s, p90_s = 10.54, 69.31, 230.26
    for _ in range(20_000):
        waits_s, gives_up_s = chance.expovariate(0.01), chance.expovariate(0.01)
        if gives_up_s < waits_s:
            accuracy.leave(gives_up_s, p10_s, p50_s, p90_s)
        else:
            accuracy.answer(waits_s, p10_s, p50_s, p90_s)
    assert accuracy.coverage == pytest.approx(0.8, abs=0.015)
    assert accuracy.under_p50 == pytest.approx(0.5, abs=0.015)


def test_accuracies_add_up() -> None:
    first, second, both = Accuracy(), Accuracy(), Accuracy()
    for waited_s in (5.0, 70.0, 300.0):
        for accuracy in (first, both):
            accuracy.answer(waited_s, 10.0, 50.0, 90.0)
        for accuracy in (second, both):
            accuracy.leave(waited_s, 10.0, 50.0, 90.0)
    first.add(second)
    assert first == both


def test_a_clock_that_is_set_back_makes_no_wait_negative() -> None:
    predictor = Predictor()
    queue = QueueId("q")
    for end in (predictor.answered, predictor.abandoned):
        expected = predictor.wait_left(queue, ahead=3, logged_on=2, handle_s=60.0)
        assert expected is not None
        end(expected, -5.0)
    again = predictor.wait_left(queue, ahead=3, logged_on=2, handle_s=60.0)
    assert again is not None
    assert 0 <= again.p10_s <= again.p50_s <= again.p90_s
