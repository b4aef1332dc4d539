"""Person or machine where there is noise without a pause."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.core.answer_judge import is_loud, judge
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import DetectMachine

WANTED = DetectMachine(
    call=CallId("c"),
    connection=ConnectionId("c.0"),
    token=Token("t"),
    initial_silence_ms=2_500,
    greeting_ms=1_500,
    after_greeting_silence_ms=800,
    total_ms=3_500,
    words=4,
)
NOISE = 700.0


def levels(*parts: tuple[float, float], noise: float = NOISE, seed: int = 1) -> list[float]:
    """(how many times the noise, seconds), with the spread that 20 ms of noise have."""
    chance = np.random.default_rng(seed)
    return [
        float(noise * times * chance.normal(1, 0.056)) for times, seconds in parts for _ in range(round(seconds * 50))
    ]


def verdict(heard: list[float]) -> str:
    found = judge(heard, WANTED)
    return found[0] if found else ""


@given(st.floats(0.0, 0.8), st.floats(0.15, 1.2), st.floats(2.5, 8.0), st.floats(300, 3_000), st.integers(0, 999))
def test_a_short_word_and_then_only_the_street_is_a_person(
    before_s: float, word_s: float, times: float, noise: float, seed: int
) -> None:
    heard = levels((1, before_s), (times, word_s), (1, 1.0), noise=noise, seed=seed)
    assert verdict(heard) == "human"
    assert not verdict(heard[: round((before_s + word_s + 0.5) * 50)])


@given(st.floats(0.7, 1.2), st.floats(2.5, 8.0), st.integers(0, 999))
def test_a_long_greeting_is_a_machine(pause_s: float, times: float, seed: int) -> None:
    assert verdict(levels((1, pause_s), (times, 2.0), seed=seed)) == "machine"


def test_words_are_not_counted() -> None:
    words = levels((1, 0.3), *((4, 0.2), (1, 0.2)) * 5)
    assert judge(words, WANTED) is None
    assert verdict([*words, *levels((1, 0.7))]) == "human"


def test_a_short_sound_is_no_word() -> None:
    assert judge(levels((1, 0.5), (4, 0.04), (1, 2.0)), WANTED) is None


@pytest.mark.parametrize("heard", [[], levels((1, 0.3)), levels((1, 5.0))])
def test_of_noise_alone_nothing_is_said(heard: list[float]) -> None:
    assert judge(heard, WANTED) is None


def test_what_is_loud() -> None:
    assert is_loud(levels((1, 1.0)))
    assert is_loud([0.0] * 20 + levels((1, 1.0))), "the network's own silence is no pause"
    assert not is_loud(levels((1, 0.4)))
    assert not is_loud(levels((1, 1.0), (0.2, 0.1), (1, 0.5)))
