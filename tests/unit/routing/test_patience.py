"""Patience from censored waits: what was put in comes out again."""

from __future__ import annotations

import random

import pytest

from tandem.routing.core.patience import (
    Exponential,
    Patience,
    TwoKinds,
    Wait,
    Weibull,
    fit,
    fit_all,
    kaplan_meier,
)

SHAPES: tuple[Patience, ...] = (
    Exponential(mean_s=120.0),
    Weibull(scale_s=150.0, shape=1.6),
    TwoKinds(hasty=0.35, hasty_s=12.0, patient_s=300.0),
)


def waits(patience: Patience, count: int, *, offered_s: float = 100.0) -> list[Wait]:
    """Callers with this patience in a line whose waits are exponential with this mean."""
    chance = random.Random(7)
    made = []
    for _ in range(count):
        own, offered = patience.sample(chance.random()), chance.expovariate(1 / offered_s)
        made.append(Wait(min(own, offered), own < offered))
    return made


def test_kaplan_meier_of_a_textbook_example() -> None:
    """Remission times of the treated group of Freireich et al. (1963), in every textbook of survival analysis: S(6) =
    0.857, S(10) = 0.753, S(23) = 0.448."""
    quits = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = dict(kaplan_meier([*(Wait(t, True) for t in quits), *(Wait(t, False) for t in censored)]))
    assert {at: round(share, 3) for at, share in curve.items()} == {
        6.0: 0.857,
        7.0: 0.807,
        10.0: 0.753,
        13.0: 0.690,
        16.0: 0.627,
        22.0: 0.538,
        23.0: 0.448,
    }
    assert kaplan_meier([]) == []


@pytest.mark.parametrize("truth", SHAPES, ids=lambda shape: type(shape).__name__)
def test_the_right_shape_is_found_and_its_numbers(truth: Patience) -> None:
    found = fit(waits(truth, 20_000))
    assert found is not None
    assert type(found.patience) is type(truth) or isinstance(truth, Exponential)
    assert found.distance < 0.02
    for seconds in (5, 20, 60, 120, 200):
        assert found.patience.longer_than(seconds) == pytest.approx(truth.longer_than(seconds), abs=0.02)


def test_the_wrong_shape_is_seen_to_be_wrong() -> None:
    exponential, weibull, kinds = fit_all(waits(SHAPES[2], 20_000))
    assert exponential.distance > 0.1
    assert kinds.aic < weibull.aic < exponential.aic


def test_leaving_out_the_answered_would_be_wrong() -> None:
    seen = waits(SHAPES[0], 20_000, offered_s=30.0)
    gave_up = [wait.waited_s for wait in seen if wait.gave_up]
    assert sum(gave_up) / len(gave_up) < 30
    found = fit(seen)
    assert found is not None
    assert found.patience.mean_s == pytest.approx(120, rel=0.1)


def test_too_little_to_go_by() -> None:
    assert fit([]) is None
    assert fit([Wait(10.0, False)]) is None
    few = fit([Wait(10.0, True), Wait(20.0, False)])
    assert few is not None
    assert few.patience == Exponential(mean_s=30.0)


@pytest.mark.parametrize("patience", SHAPES, ids=lambda shape: type(shape).__name__)
@pytest.mark.parametrize("over_s", [0.0, 40.0])
def test_samples_follow_the_distribution(patience: Patience, over_s: float) -> None:
    count = 20_000
    drawn = [patience.sample((number + 0.5) / count, over_s=over_s) for number in range(count)]
    for seconds in (over_s + 5, over_s + 50, over_s + 300):
        share = sum(value > seconds for value in drawn) / count
        assert share == pytest.approx(patience.longer_than(seconds) / patience.longer_than(over_s), abs=1e-3)
    if not over_s:
        assert sum(drawn) / count == pytest.approx(patience.mean_s, rel=0.01)
