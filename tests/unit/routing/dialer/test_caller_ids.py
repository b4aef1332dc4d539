"""Which number a callee sees, and which rest."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.campaigns import CallerIds
from tandem.routing.core.dialer.caller_ids import CallerIdPool, Rest

NEW_YORK, NEW_YORK_TOO, LOS_ANGELES, SHANGHAI = "+12125550100", "+12125550101", "+13105550100", "+862161234567"
DAY, NOW = "2026-06-15", 1_000_000.0


def pool(*numbers: str, **more: float) -> CallerIdPool:
    return CallerIdPool(settings=CallerIds(numbers=list(numbers), **more))  # type: ignore[arg-type]


def seen(of: CallerIdPool, number: str, calls: int, answered: int) -> None:
    for n in range(calls):
        of.ended(number, answered=n < answered, now=NOW)


def test_without_a_pool_the_carrier_shows_its_own() -> None:
    assert pool().choose(NEW_YORK, NOW, DAY) == ""


def test_the_same_area_then_the_same_country() -> None:
    of = pool(SHANGHAI, LOS_ANGELES, NEW_YORK)
    assert of.choose("+12125559999", NOW, DAY) == NEW_YORK
    assert of.choose("+13105559999", NOW, DAY) == LOS_ANGELES
    assert of.choose("+14155559999", NOW, DAY) in (LOS_ANGELES, NEW_YORK)
    assert of.choose("+8613800138000", NOW, DAY) == SHANGHAI
    assert of.choose("+442079460000", NOW, DAY) in (SHANGHAI, LOS_ANGELES, NEW_YORK)
    assert of.choose("nonsense", NOW, DAY) is not None


def test_equals_take_turns() -> None:
    of = pool(NEW_YORK, NEW_YORK_TOO)
    chosen = []
    for _ in range(10):
        number = of.choose("+12125559999", NOW, DAY)
        assert number
        of.dialled(number, DAY)
        chosen.append(number)
    assert chosen.count(NEW_YORK) == 5


def test_the_one_that_is_answered_more_goes_first() -> None:
    of = pool(NEW_YORK, NEW_YORK_TOO)
    seen(of, NEW_YORK, 200, 40)
    seen(of, NEW_YORK_TOO, 200, 60)
    for _ in range(20):
        number = of.choose("+12125559999", NOW, DAY)
        assert number == NEW_YORK_TOO
        of.dialled(number, DAY)


def test_one_that_is_hardly_answered_rests_for_a_day() -> None:
    of = pool(NEW_YORK, NEW_YORK_TOO)
    seen(of, NEW_YORK, 60, 20)
    seen(of, NEW_YORK_TOO, 49, 2)
    assert of.rows(NOW, DAY)[1].rests_until is None
    seen(of, NEW_YORK_TOO, 1, 0)
    resting = of.rows(NOW, DAY)[1]
    assert (resting.rests_until, resting.rested_for) == (NOW + 86_400.0, (2 / 50, 20 / 60))
    assert of.rows(NOW, DAY)[0].rested_for is None
    assert of.rows(NOW + 86_400.0, DAY)[1].rested_for is None
    for _ in range(5):
        assert of.choose("+12125559999", NOW, DAY) == NEW_YORK
        of.dialled(NEW_YORK, DAY)
    assert of.choose("+12125559999", NOW + 86_400.0, DAY) == NEW_YORK_TOO
    assert of.choose("+12125559999", NOW - 90_000.0, DAY) == NEW_YORK_TOO  # the clock was set back


def test_when_all_rest_or_none_is_left() -> None:
    of = pool(NEW_YORK, most_per_day=2)
    of._numbers[NEW_YORK].rests_until = NOW + 5.0
    assert of.choose(SHANGHAI, NOW, DAY) == NEW_YORK
    of.dialled(NEW_YORK, DAY)
    of.dialled(NEW_YORK, DAY)
    assert of.choose(SHANGHAI, NOW, DAY) is None
    assert of.choose(SHANGHAI, NOW, "2026-06-16") == NEW_YORK


def test_changed_pools_keep_what_is_known() -> None:
    of = pool(NEW_YORK, LOS_ANGELES)
    seen(of, NEW_YORK, 60, 20)
    of.dialled(NEW_YORK, DAY)
    of.set(CallerIds(numbers=[NEW_YORK, SHANGHAI]))
    rows = {row.number: row for row in of.rows(NOW, DAY)}
    assert set(rows) == {NEW_YORK, SHANGHAI}
    assert (rows[NEW_YORK].calls_today, rows[NEW_YORK].answer_rate) == (1, 20 / 60)
    assert rows[SHANGHAI].answer_rate is None
    of.dialled(LOS_ANGELES, DAY)
    of.ended(LOS_ANGELES, answered=True, now=NOW)


def test_what_is_lately_counts_more() -> None:
    of = pool(NEW_YORK)
    seen(of, NEW_YORK, 1_001, 1_001)
    assert of._numbers[NEW_YORK].calls < 1_000


def test_what_was_known_before_counts_but_does_not_weigh_for_ever() -> None:
    of = pool(NEW_YORK, NEW_YORK_TOO)
    of.restore(NEW_YORK, calls=20_000, answered=4_000, today=7, day=DAY)
    of.restore(NEW_YORK_TOO, calls=200, answered=60, today=300, day=DAY)
    of.restore("+13105550199", calls=9, answered=9, today=9, day=DAY)
    assert [(row.number, row.calls_today, row.answer_rate) for row in of.rows(NOW, DAY)] == [
        (NEW_YORK, 7, 0.2),
        (NEW_YORK_TOO, 300, 0.3),
    ]
    assert of.choose("+12125559999", NOW, DAY) == NEW_YORK_TOO
    seen(of, NEW_YORK, 500, 250)
    assert (of.rows(NOW, DAY)[0].answer_rate or 0.0) > 0.3


def test_the_rest_that_a_call_has_begun_is_told_once() -> None:
    of = pool(NEW_YORK, NEW_YORK_TOO)
    seen(of, NEW_YORK, 60, 20)
    seen(of, NEW_YORK_TOO, 49, 2)
    rest = of.ended(NEW_YORK_TOO, answered=False, now=NOW)
    assert rest == Rest(until=NOW + 86_400.0, answer_rate=2 / 50, others_rate=20 / 60)
    assert [of.ended(NEW_YORK_TOO, answered=False, now=NOW + 1.0) for _ in range(60)] == [None] * 60
    assert of.ended("+12120000000", answered=False, now=NOW) is None


@given(seed=st.integers(0, 2**32), restart=st.integers(0, 600))
def test_a_restart_changes_no_choice(seed: int, restart: int) -> None:
    """With what the store keeps: how often each was used and answered since its last rest, and that rest."""
    chance = Random(seed)
    rates = {NEW_YORK: 0.4, NEW_YORK_TOO: 0.1, LOS_ANGELES: 0.3}
    one = pool(*rates, rest_s=150.0)
    other = pool(*rates, rest_s=150.0)
    used = Counter[str]()
    since: dict[str, list[bool]] = {}
    rests: dict[str, Rest] = {}
    for number in range(600):
        now = NOW + number
        ours = chance.choice(list(rates))
        answered = chance.random() < rates[ours]
        if number == restart:
            other = pool(*rates, rest_s=150.0)
            for each in rates:
                lately = since.get(each, [])
                counts = {"calls": len(lately), "answered": sum(lately), "today": used[each]}
                other.restore(each, **counts, day=DAY, rest=rests.get(each))
        assert one.rows(now, DAY) == other.rows(now, DAY)
        assert one.choose("+14155559999", now, DAY) == other.choose("+14155559999", now, DAY)
        used[ours] += 1
        since.setdefault(ours, []).append(answered)
        for of in (one, other):
            of.dialled(ours, DAY)
        rest = one.ended(ours, answered=answered, now=now)
        assert rest == other.ended(ours, answered=answered, now=now)
        if rest is not None:
            rests[ours], since[ours] = rest, []
    assert rests
