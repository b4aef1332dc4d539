"""What is suggested for the machine detection, by what agents said of its verdicts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.campaigns import MachineDetection
from tandem.cti.model.detections import Heard
from tandem.routing.core.dialer.machine_tuning import Advice, advise

USUAL = MachineDetection(use=True)
HUMAN = Heard(said="human", kind="HUMAN", threshold=800, calls=150, connected=120, marked=30, marked_s=180.0)
UNSURE = Heard(said="unsure", kind="TOOLONG", threshold=6_020, calls=150, connected=120, marked=30, marked_s=180.0)
LONG = Heard(said="machine", kind="LONGGREETING", threshold=1_500, calls=150)


def settings(**changes: Any) -> MachineDetection:
    return msgspec.structs.replace(USUAL, **changes)


def step(advice: Advice) -> tuple[str | None, int, int]:
    return advice.change, advice.before, advice.after


def test_nothing_is_said_of_nothing() -> None:
    assert advise(USUAL, []).change is None


def test_machines_that_pause_ask_for_a_longer_silence_and_the_price_is_said() -> None:
    advice = advise(USUAL, [HUMAN])
    assert step(advice) == ("after_greeting_silence_ms", 800, 1_000)
    assert advice.more_mistaken
    assert "200 ms" in advice.effect["en"]
    assert "6 s" in advice.text["en"]


def test_verdicts_that_come_too_late_ask_for_more_time() -> None:
    assert step(advise(USUAL, [UNSURE])) == ("total_ms", 3_500, 4_000)


@pytest.mark.parametrize(
    "few",
    [
        replace(HUMAN, marked=19),
        replace(HUMAN, connected=301),
        replace(HUMAN, threshold=600),
        replace(HUMAN, kind="SOMETHING"),
        replace(UNSURE, threshold=5_000),
    ],
)
def test_few_marks_or_those_of_another_threshold_change_nothing(few: Heard) -> None:
    assert advise(USUAL, [few]).change is None


def test_where_machines_go_to_agents_persons_among_them_are_seen() -> None:
    put_through = replace(LONG, connected=100, marked=75)
    advice = advise(USUAL, [HUMAN, put_through])
    assert step(advice) == ("greeting_ms", 1_500, 1_700)
    assert not advice.more_mistaken


@pytest.mark.parametrize(
    ("kind", "threshold", "changed"),
    [
        ("LONGGREETING", 1_500, ("greeting_ms", 1_500, 1_700)),
        ("MAXWORDS", 4, ("words", 4, 5)),
        ("INITIALSILENCE", 2_500, ("initial_silence_ms", 2_500, 3_000)),
    ],
)
def test_what_listening_found_loosens_what_judged_most(
    kind: str, threshold: int, changed: tuple[str, int, int]
) -> None:
    most = Heard(said="machine", kind=kind, threshold=threshold, calls=150)
    other = Heard(said="machine", kind="MAXWORDS" if kind != "MAXWORDS" else "LONGGREETING", threshold=4, calls=60)
    assert step(advise(settings(mistaken_share=0.1), [other, most])) == changed
    assert advise(settings(mistaken_share=0.04), [most]).change is None


def test_where_nobody_marks_persons_are_served_sooner() -> None:
    advice = advise(USUAL, [replace(HUMAN, connected=200, marked=3)])
    assert step(advice) == ("after_greeting_silence_ms", 800, 700)
    assert not advice.more_mistaken
    assert (
        advise(settings(after_greeting_silence_ms=600), [replace(HUMAN, threshold=600, connected=200, marked=3)]).change
        is None
    )


COUNTS = st.integers(0, 400)
HEARD = st.builds(
    lambda said, kind, threshold, connected, marked: Heard(
        said=said, kind=kind, threshold=threshold, calls=connected, connected=connected, marked=min(marked, connected)
    ),
    st.sampled_from(["human", "unsure", "machine"]),
    st.sampled_from(["HUMAN", "TOOLONG", "LONGGREETING", "MAXWORDS", "INITIALSILENCE", ""]),
    st.sampled_from([4, 800, 1_200, 1_500, 2_500, 6_000]),
    COUNTS,
    COUNTS,
)


@given(st.lists(HEARD, max_size=6), st.sampled_from([600, 800, 1_200]), st.sampled_from([1_500, 2_950, 3_000]))
def test_steps_are_bounded_and_what_costs_persons_is_said(heard: list[Heard], silence: int, greeting: int) -> None:
    detection = settings(after_greeting_silence_ms=silence, greeting_ms=greeting, mistaken_share=0.2)
    advice = advise(detection, heard)
    assert set(advice.text) == {"zh", "en"}
    if advice.change is None:
        return
    assert advice.before == getattr(detection, advice.change) != advice.after
    assert abs(advice.after - advice.before) <= 500
    assert set(advice.effect) == {"zh", "en"}
    if advice.change == "greeting_ms":
        assert advice.before < advice.after <= 3_000, "a shorter one would be hung up on"
    if advice.change == "after_greeting_silence_ms":
        assert 600 <= advice.after <= 1_200
    if advice.change == "total_ms" or (advice.change == "after_greeting_silence_ms" and advice.after > advice.before):
        assert advice.more_mistaken
