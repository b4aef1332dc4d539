"""Thresholds that are set by themselves: one step after the other, on trial, and taken back when it costs more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.campaigns import MachineDetection, TuningStep, in_sample
from tandem.cti.model.detections import Heard
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import CallId
from tandem.routing.core.dialer.machine_costs import PERSON_COST_S, band, cost, mistaken
from tandem.routing.core.dialer.machine_steps import MOST_STEPS, next_step, taken

USUAL = MachineDetection(use=True, tune="by_itself", sample_one_in=50)
LONG = Heard(said="machine", kind="LONGGREETING", threshold=1_500, calls=1_000, connected=40, marked=30)
HUMAN = Heard(said="human", kind="HUMAN", threshold=800, calls=400, connected=300, marked=60, marked_s=600.0)
RANGES = {
    "greeting_ms": (1_500, 3_000),
    "words": (4, 8),
    "initial_silence_ms": (2_500, 5_000),
    "after_greeting_silence_ms": (600, 1_200),
    "total_ms": (3_500, 5_000),
}


def settings(**changes: Any) -> MachineDetection:
    return msgspec.structs.replace(USUAL, **changes)


def did(step: TuningStep | None) -> tuple[str, int, int, bool] | None:
    return None if step is None else (step.threshold, step.before, step.after, step.taken_back)


def test_the_band_of_a_share() -> None:
    assert band(0, 0) == (0.0, 1.0)
    low, high = band(3, 60)
    assert (round(low, 3), round(high, 3)) == (0.017, 0.137)
    assert band(0, 40)[0] == 0.0
    assert band(40, 40)[1] == 1.0


def test_persons_are_measured_on_those_whom_agents_heard() -> None:
    found = mistaken([LONG, HUMAN])
    assert (found.heard, found.persons, found.share) == (40, 10, 0.25)
    assert found.low < 0.25 < found.high


def test_what_the_errors_cost() -> None:
    assert cost([]).calls == 0
    both = cost([LONG, HUMAN])
    assert both.calls == 1_400
    assert both.each_s == pytest.approx((600.0 + 1_000 * 0.25 * PERSON_COST_S) / 1_400)
    unheard = cost([replace(LONG, connected=0, marked=0), HUMAN])
    assert unheard.each_s == pytest.approx(600.0 / 1_400), "who was never heard is not in it"
    assert cost([replace(LONG, calls=10_000, connected=4_000, marked=3_000), HUMAN]).error_s < both.error_s


def test_persons_in_the_sample_loosen_what_judged_them() -> None:
    step = next_step(USUAL, [LONG], now=5.0)
    assert did(step) == ("greeting_ms", 1_500, 1_700, False)
    assert step is not None
    after = taken(USUAL, step)
    assert (after.greeting_ms, after.steps, step.at) == (1_700, [step], 5.0)
    assert step.cost_s > 0
    assert step.why["zh"]


def test_more_persons_are_risked_only_where_it_is_known_how_many_they_are() -> None:
    assert next_step(USUAL, [HUMAN], now=0.0) is None
    sample = Heard(said="machine", kind="MAXWORDS", threshold=4, calls=2_000, connected=60, marked=60)
    assert did(next_step(USUAL, [HUMAN, sample], now=0.0)) == ("after_greeting_silence_ms", 800, 1_000, False)
    assert next_step(USUAL, [HUMAN, replace(sample, connected=19, marked=19)], now=0.0) is None
    assert next_step(USUAL, [HUMAN, replace(sample, marked=54)], now=0.0) is None, "6 of 60: up to 20 %"


def test_what_the_operator_entered_moves_nothing_by_itself() -> None:
    unheard = replace(LONG, connected=0, marked=0)
    assert next_step(settings(mistaken_share=0.3), [unheard], now=0.0) is None


def loosened(**changes: Any) -> MachineDetection:
    step = TuningStep(at=0.0, threshold="greeting_ms", before=1_500, after=1_700, why={}, cost_s=1.0, cost_error_s=0.1)
    return settings(**{"greeting_ms": 1_700, "steps": [step], **changes})


COSTLY = Heard(said="human", kind="HUMAN", threshold=800, calls=600, connected=500, marked=120, marked_s=2_400.0)


def test_a_step_that_costs_more_is_taken_back_and_left_alone() -> None:
    back = next_step(loosened(), [COSTLY], now=DAY_S)
    assert did(back) == ("greeting_ms", 1_700, 1_500, True)
    assert back is not None
    assert "4.0 s" in back.why["en"]
    assert "1.0" in back.why["en"]
    after = taken(loosened(), back)
    assert next_step(after, [LONG], now=10 * DAY_S) is None, "it is not tried again"
    by_hand = msgspec.structs.replace(after, greeting_ms=1_600)
    assert did(next_step(by_hand, [replace(LONG, threshold=1_600)], now=10 * DAY_S)) == (
        "greeting_ms", 1_600, 1_800, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "at", "given"),
    [
        ([COSTLY], DAY_S - 1, {}),
        ([replace(COSTLY, calls=299)], DAY_S, {}),
        ([COSTLY], DAY_S, {"greeting_ms": 1_800}),
        ([replace(COSTLY, marked=40, marked_s=700.0)], DAY_S, {}),
    ],
    ids=["a day has not passed", "too few calls", "set by hand since", "by chance"],
)
def test_a_step_is_not_taken_back(heard: list[Heard], at: float, given: dict[str, Any]) -> None:
    step = next_step(loosened(**given), heard, now=at)
    assert step is None or not step.taken_back


def test_no_threshold_turns_round() -> None:
    longer = TuningStep(at=0.0, threshold="after_greeting_silence_ms", before=800, after=1_000, why={}, cost_s=9.0)
    sample = Heard(said="machine", kind="MAXWORDS", threshold=4, calls=2_000, connected=60, marked=60)
    few = Heard(said="human", kind="HUMAN", threshold=1_000, calls=600, connected=500, marked=2, marked_s=20.0)
    assert next_step(settings(after_greeting_silence_ms=1_000, steps=[longer]), [few, sample], now=DAY_S) is None
    assert did(next_step(settings(after_greeting_silence_ms=1_000), [few, sample], now=DAY_S)) == (
        "after_greeting_silence_ms", 1_000, 900, False,
    )  # fmt: skip


def test_what_was_taken_back_is_not_left_the_other_way_either() -> None:
    longer = TuningStep(at=0.0, threshold="after_greeting_silence_ms", before=800, after=1_000, why={})
    back = TuningStep(at=1.0, threshold="after_greeting_silence_ms", before=1_000, after=800, why={}, taken_back=True)
    few = Heard(said="human", kind="HUMAN", threshold=800, calls=600, connected=500, marked=2, marked_s=20.0)
    assert next_step(settings(steps=[longer, back]), [few], now=2 * DAY_S) is None
    assert next_step(settings(steps=[]), [few], now=2 * DAY_S) is not None


shares = st.floats(0.0, 1.0)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, tuple[int, float, float, float]]:
    """Callers as they are, whatever the thresholds: word -> calls a day, share with an agent, share marked, seconds."""
    kinds = ("HUMAN", "TOOLONG", "LONGGREETING", "MAXWORDS", "INITIALSILENCE")
    heard = st.just(0.0) | st.floats(0.05, 1.0)
    drawn = st.tuples(st.just(0) | st.integers(300, 3_000), heard, shares, st.floats(1.0, 60.0))
    return {kind: draw(drawn) for kind in kinds}


def day(world: dict[str, tuple[int, float, float, float]], now: MachineDetection, days: int) -> list[Heard]:
    limits = {
        "HUMAN": now.after_greeting_silence_ms,
        "TOOLONG": now.initial_silence_ms + now.total_ms,
        "LONGGREETING": now.greeting_ms,
        "MAXWORDS": now.words,
        "INITIALSILENCE": now.initial_silence_ms,
    }
    said = {"HUMAN": "human", "TOOLONG": "unsure"}
    heard = []
    for kind, (calls, with_agent, share, each_s) in world.items():
        connected = round(calls * days * with_agent)
        marked = round(connected * share)
        heard.append(
            Heard(
                said=said.get(kind, "machine"),
                kind=kind,
                threshold=limits[kind],
                calls=calls * days,
                connected=connected,
                marked=marked,
                marked_s=marked * each_s,
            )
        )
    return heard


def follow(now: MachineDetection, world: Any, days: int) -> list[tuple[int, str, int, int, bool]]:
    """Day by day on one world; gives the steps, with their day."""
    done: list[tuple[int, str, int, int, bool]] = []
    since = 0
    for today in range(1, days + 1):
        step = next_step(now, day(world, now, today - since), now=today * DAY_S)
        if step is not None:
            now, since = taken(now, step), today
            done.append((today, step.threshold, step.before, step.after, step.taken_back))
            for threshold, (low, high) in RANGES.items():
                assert low <= getattr(now, threshold) <= high, threshold
            assert len(now.steps) <= MOST_STEPS
    return done


@given(worlds())
def test_on_callers_who_stay_as_they_are_everything_comes_to_rest(world: Any) -> None:
    done = follow(USUAL, world, 90)
    assert all(today <= 60 for today, *_ in done)
    for threshold in RANGES:
        ways = [after > before for _, each, before, after, back in done if each == threshold and not back]
        assert len(set(ways)) <= 1, "it never turns round"
        backs = [back for _, each, _, _, back in done if each == threshold]
        assert True not in backs[:-1], "a step that was taken back is the last of its threshold"


@given(st.lists(worlds(), min_size=1, max_size=8))
def test_whatever_the_callers_become_no_threshold_leaves_its_range(many: list[Any]) -> None:
    now, seen = USUAL, 0
    for number, world in enumerate(many):
        for today in range(12):
            at = (number * 12 + today + 1) * DAY_S
            step = next_step(now, day(world, now, 1), now=at)
            if step is None:
                continue
            seen += 1
            now = taken(now, step)
            for threshold, (low, high) in RANGES.items():
                assert low <= getattr(now, threshold) <= high
    assert seen <= 27, "eight, four, five, three and three steps, and one back for each"


def test_the_sample_is_one_in_so_many_and_the_same_whenever_it_is_asked() -> None:
    calls = [CallId(f"lead-{number}.{attempt}") for number in range(5_000) for attempt in (1, 2)]
    chosen = [call for call in calls if in_sample(USUAL, call)]
    assert 150 <= len(chosen) <= 250
    assert chosen == [call for call in calls if in_sample(USUAL, call)]
    assert not any(in_sample(settings(sample_one_in=0), call) for call in calls)
    assert not any(in_sample(settings(on_machine="agent"), call) for call in calls)
    assert all(in_sample(settings(sample_one_in=1), call) for call in calls[:10])
