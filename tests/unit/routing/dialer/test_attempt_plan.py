"""What comes after each result of an attempt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from tests.unit.routing.dialer.people import NOON, NUMBER, lead, number

from tandem.cti.model.campaigns import AttemptPlan, AttemptResult, Retry, Span
from tandem.cti.model.ids import AgentId
from tandem.routing.core.dialer.attempt_plan import (
    RESULTS,
    after,
    counted,
    disposed,
    forbidden,
    numbers_in_order,
    promised,
    said,
)

HOUR, DAY = 3_600.0, 86_400.0
PLAN = AttemptPlan()
OTHER = "+12125550199"


@pytest.mark.parametrize(
    ("result", "state", "wait_s"),
    [
        ("busy", "open", 900.0),
        ("no_answer", "open", 5 * HOUR),  # after 4 h it is still the afternoon: the evening begins at 17:00
        ("machine", "open", 4 * HOUR),
        ("message_left", "open", DAY),
        ("abandoned", "open", DAY),
        ("hung_up", "open", DAY),
        ("failed", "open", 1_800.0),
        ("rejected", "open", DAY),
        ("congestion", "open", 60.0),
        ("withdrawn", "open", 0.0),
        ("talked", "done", 0.0),
        ("served", "done", 0.0),
        ("invalid_number", "invalid", 0.0),
    ],
)
def test_each_result(result: AttemptResult, state: str, wait_s: float) -> None:
    record = after(lead(), NUMBER, result, NOON, PLAN)
    assert (record.state, record.next_at - NOON) == (state, wait_s)
    assert (record.attempts, record.results, record.rev) == (1, {result: 1}, 2)
    assert (record.abandoned_at == NOON) == (result == "abandoned")
    assert record.last_at == (None if result in ("congestion", "withdrawn") else NOON)
    assert record.bad_numbers == ([NUMBER] if result == "invalid_number" else [])


def test_every_result_is_known() -> None:
    assert set(get_args(AttemptResult)) <= set(RESULTS)


def test_busy_is_tried_again_three_times() -> None:
    tried = lead()
    states = []
    for n in range(4):
        record = after(tried, NUMBER, "busy", NOON + n * HOUR, PLAN)
        states.append((record.state, record.why))
        tried = lead(attempts=record.attempts, results=record.results, rev=record.rev)
    assert [state for state, _ in states] == ["open", "open", "open", "exhausted"]
    assert states[1][1] == "busy again 2026-06-15T17:15Z 2/3"
    assert said(states[1][1], "en", "America/New_York") == "busy, again at 06-15 13:15 New York, 2 of 3"
    assert said(states[1][1], "zh", "Asia/Shanghai") == "忙，06-16 01:15 Shanghai 再拨，第 2 次，共 3 次"
    assert said(states[3][1], "en") == "busy, attempts used up, 4 of 3"


def test_limits_of_the_person_and_of_his_numbers() -> None:
    few = AttemptPlan(most_per_person=3, most_per_number=2)
    assert after(lead(attempts=2), NUMBER, "busy", NOON, few).state == "exhausted"
    spared = lead(attempts=4, results={"congestion": 2, "withdrawn": 1, "recycled": 0})
    assert counted(spared) == 1
    assert after(spared, NUMBER, "busy", NOON, few).state == "open"
    once = lead(number(attempts=1))
    assert after(once, NUMBER, "busy", NOON, few).state == "exhausted"
    assert after(lead(number(attempts=1), number(OTHER)), NUMBER, "busy", NOON, few).state == "open"
    assert after(lead(number(attempts=1), number(OTHER, bad=True)), NUMBER, "busy", NOON, few).state == "exhausted"


def test_a_result_that_the_plan_does_not_name_ends_it() -> None:
    assert after(lead(), NUMBER, "busy", NOON, AttemptPlan(retries={})).state == "done"


def test_the_gap_is_kept_whatever_the_plan_says() -> None:
    quick = AttemptPlan(retries={"busy": Retry(after_s=60.0, times=3)}, gap_s=900.0)
    assert after(lead(), NUMBER, "busy", NOON, quick).next_at == NOON + 900.0


def test_a_network_without_a_line_is_waited_for_longer_and_longer() -> None:
    waits = [
        after(lead(attempts=n, results={"congestion": n}), NUMBER, "congestion", NOON, PLAN).next_at - NOON
        for n in (0, 1, 2, 10, 10_000)
    ]
    assert waits == [60.0, 120.0, 240.0, 3_600.0, 3_600.0]


def test_a_dead_number_leaves_the_other_one() -> None:
    record = after(lead(number(), number(OTHER)), NUMBER, "invalid_number", NOON, PLAN)
    assert (record.state, record.bad_numbers) == ("open", [NUMBER])
    assert said(record.why, "en") == "number does not exist, another number is dialled"
    last = after(lead(number(), number(OTHER, bad=True)), NUMBER, "invalid_number", NOON, PLAN)
    assert (last.state, last.bad_numbers) == ("invalid", [NUMBER, OTHER])


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (9, datetime(2026, 6, 15, 13, tzinfo=UTC)),  # morning: after 4 h it is the afternoon
        (15, datetime(2026, 6, 15, 19, tzinfo=UTC)),  # afternoon: after 4 h it is the evening
        (18, datetime(2026, 6, 16, 8, tzinfo=UTC)),  # evening: after 4 h it is night, then comes the morning
        (3, datetime(2026, 6, 15, 7, tzinfo=UTC)),  # was in no part
    ],
)
def test_another_part_of_the_day(hour: int, expected: datetime) -> None:
    at = datetime(2026, 6, 15, hour, tzinfo=UTC).timestamp()
    record = after(lead(number(zone="UTC")), NUMBER, "no_answer", at, PLAN)
    assert datetime.fromtimestamp(record.next_at, UTC) == expected


def test_the_same_part_again_is_passed_over() -> None:
    plan = AttemptPlan(
        retries={"no_answer": Retry(after_s=3_600.0, times=3, other_part_of_day=True)},
        day_parts=(Span(begin=480, end=720), Span(begin=1020, end=1260)),
    )
    at = datetime(2026, 6, 15, 9, tzinfo=UTC).timestamp()
    assert after(lead(number(zone="UTC")), NUMBER, "no_answer", at, plan).next_at == at + 8 * HOUR
    evening = datetime(2026, 6, 15, 19, tzinfo=UTC).timestamp()
    assert after(lead(number(zone="UTC")), NUMBER, "no_answer", evening, plan).next_at == evening + 13 * HOUR


def test_the_part_is_that_of_the_callees_day_when_clocks_change() -> None:
    """The evening before summer time ends in New York: 8:00 on the next day is 25 hours after 7:00."""
    plan = AttemptPlan(
        retries={"no_answer": Retry(after_s=60.0, times=3, other_part_of_day=True)},
        day_parts=(Span(begin=480, end=720), Span(begin=1020, end=1440)),
        gap_s=0.0,
    )
    evening = datetime(2026, 11, 1, 0, tzinfo=UTC).timestamp()  # 20:00
    assert (
        after(lead(), NUMBER, "no_answer", evening, plan).next_at == datetime(2026, 11, 1, 13, tzinfo=UTC).timestamp()
    )


def test_a_promise_stays_until_somebody_was_talked_with() -> None:
    record = promised(lead(attempts=1), NOON + DAY, AgentId("anna"), "after lunch", "callback")
    assert (record.state, record.next_at, record.callback_at) == ("open", NOON + DAY, NOON + DAY)
    assert said(record.why, "en") == "callback, again at 06-16 16:00 UTC, by the same agent"
    waits = lead(callback_at=NOON, callback_agent=AgentId("anna"))
    busy = after(waits, NUMBER, "busy", NOON, PLAN)
    assert (busy.callback_at, busy.callback_agent) == (NOON + 900.0, AgentId("anna"))
    talked = after(waits, NUMBER, "talked", NOON, PLAN)
    assert (talked.callback_at, talked.callback_agent) == (None, None)


def test_what_the_agent_says_came_of_it() -> None:
    assert disposed(lead(), "sold", ["sold"], at=NOON).state == "success"
    record = disposed(lead(callback_at=NOON), "no interest", ["sold"], at=NOON)
    assert (record.state, record.disposition, record.callback_at) == ("done", "no interest", None)
    assert forbidden(lead(), at=NOON).state == "do_not_call"


def test_the_next_number() -> None:
    first, second = number(last_at=NOON, attempts=1, last_result="busy"), number(OTHER)
    assert numbers_in_order(lead(first, second), PLAN) == [second, first]
    same = AttemptPlan(retries={"busy": Retry(after_s=900.0, times=3, other_number=False)})
    assert numbers_in_order(lead(second, first), same) == [first, second]
    assert numbers_in_order(lead(number(), second), PLAN) == [number(), second]
    assert numbers_in_order(lead(number(bad=True)), PLAN) == []
    both = [number(last_at=NOON, attempts=1, last_result="busy"), number(OTHER, last_at=NOON - 5, attempts=1)]
    assert numbers_in_order(lead(*both), PLAN)[0].number == OTHER


def test_words_that_are_not_ours_stay() -> None:
    assert said("imported twice", "zh") == "imported twice"
    assert said("", "en") == ""
    assert said("moved by mei", "zh") == "mei 改了回拨时间"
    assert said("given by sue: tom", "en") == "callback given to tom by sue"
    assert said("given by sue: *", "en") == "callback given to the team by sue"
    assert said("given by sue: *", "zh") == "sue 把回拨转给团队"
    assert said("call back promised by ana", "en") == "callback promised by ana"
    assert said("recycled by mei: busy, no_answer", "zh") == "mei 重新放回名单（忙、无人接听）"
    assert said("opened again by mei", "en") == "opened again by mei"
    assert said("gate hours", "en") == "outside the hours"
    assert said("gate x", "en") == "gate x"
    assert said("busy again 2026-99-99T00:00Z", "en") == "busy, 2026-99-99T00:00Z"
