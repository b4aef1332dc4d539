"""Hours that are remembered: the same answers as hours that are worked out each time, also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.hours import WeeklyHours, opens_at
from tandem.routing.core.dialer.calling_hours import CommonHours, LocalHours, rules_in
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK

MARCH = datetime(2026, 3, 7, tzinfo=UTC).timestamp()
NOVEMBER = datetime(2026, 10, 31, tzinfo=UTC).timestamp()


def common(*hours: WeeklyHours) -> CommonHours:
    return CommonHours(tuple(LocalHours("rules", each) for each in hours))


def night_shift(zone: str) -> WeeklyHours:
    return WeeklyHours(days=dict.fromkeys(range(7), ((60, 180),)), timezone=zone)


@given(st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=30), st.sampled_from([MARCH, NOVEMBER]))
def test_whatever_order_the_moments_come_in(offsets: list[int], begin: float) -> None:
    """As with a clock that jumps back and forth: 1:00 to 3:00 local time, where the clock skips or repeats an hour."""
    hours = night_shift("America/New_York")
    remembered = LocalHours("rules", hours)
    for offset in offsets:
        assert remembered.opens_at(begin + offset) == LocalHours("rules", hours).first_open(begin + offset)


@given(st.lists(st.integers(0, 2 * 86_400), min_size=1, max_size=20))
def test_all_are_open_at_the_moment_that_is_said(offsets: list[int]) -> None:
    law = [each.hours for zone in ("America/New_York", "Asia/Shanghai") for each in rules_in(RULE_BOOK["us"], zone)]
    both = common(*law)
    for offset in offsets:
        found = both.closed(NOVEMBER + offset)
        if found is None:
            assert all(opens_at(each, NOVEMBER + offset) == NOVEMBER + offset for each in law)
        else:
            again_at = found[1]
            assert again_at is not None
            assert all(opens_at(each, again_at) == again_at for each in law)
            assert any(opens_at(each, again_at - 1.0) != again_at - 1.0 for each in law)


def test_summer_time_begins_and_ends() -> None:
    """8:00 in New York is 13:00 UTC in winter and 12:00 in summer: the night of the change is shorter, or longer."""
    (law,) = rules_in(RULE_BOOK["us"], "America/New_York")
    evening = datetime(2026, 3, 8, 2, tzinfo=UTC).timestamp()  # 21:00 on the day before the change
    assert law.opens_at(evening) == datetime(2026, 3, 8, 12, tzinfo=UTC).timestamp()
    evening = datetime(2026, 11, 1, 1, tzinfo=UTC).timestamp()
    assert law.opens_at(evening) == datetime(2026, 11, 1, 13, tzinfo=UTC).timestamp()


def test_in_an_hour_that_comes_twice_the_clock_on_the_wall_counts() -> None:
    """0:38 to 2:03 in Berlin, on the night when 2:00 to 3:00 comes twice: not at the first 2:06, not at the last."""
    night = LocalHours("campaign", WeeklyHours(days={6: ((38, 123),)}, timezone="Europe/Berlin"))
    midnight = datetime(2026, 10, 25, tzinfo=UTC).timestamp()  # 2:00 summer time
    open_at = [minute for minute in range(120) if night.opens_at(midnight + minute * 60.0) == midnight + minute * 60.0]
    assert open_at == [0, 1, 2, 60, 61, 62]
    assert night.opens_at(midnight + 360.0) == midnight + 3_600.0
    late = LocalHours("campaign", WeeklyHours(days={6: ((150, 240),)}, timezone="Europe/Berlin"))
    assert [at for at in range(120) if late.opens_at(midnight + at * 60.0) == midnight + at * 60.0] == [
        *range(30, 60),
        *range(90, 120),
    ]


def test_a_holiday_is_closed_all_day() -> None:
    law = rules_in(RULE_BOOK["uk"], "Europe/London")[0]
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC).timestamp()
    # the 26th is a Saturday and Boxing Day, kept on Monday the 28th; the 27th is a Sunday
    assert law.opens_at(christmas) == datetime(2026, 12, 27, 9, tzinfo=UTC).timestamp()


def test_hours_without_anything_in_common() -> None:
    never = common(night_shift("Asia/Shanghai"), night_shift("America/New_York"))
    found = never.closed(MARCH)
    assert found is not None
    assert found[1] is None
    assert never.closed(MARCH + 3_600.0) == found


def test_hours_that_never_open_and_that_never_close() -> None:
    assert LocalHours("campaign", WeeklyHours(days={})).opens_at(MARCH) is None
    always = LocalHours("campaign", WeeklyHours(days=dict.fromkeys(range(7), ((0, 1440),))))
    assert always.opens_at(MARCH) == MARCH
    assert common(WeeklyHours(days={})).closed(MARCH) is not None


def test_quiet_times_are_what_is_left_out() -> None:
    hours, quiet = rules_in(RULE_BOOK["cn"], "Asia/Shanghai")
    lunch = datetime(2026, 6, 15, 4, 30, tzinfo=UTC).timestamp()  # 12:30
    assert hours.opens_at(lunch) == lunch
    assert quiet.opens_at(lunch) == lunch + 3600.0
    assert rules_in(RULE_BOOK["none"], "Asia/Shanghai") == []


def test_when_they_are_open_together_for_the_last_time() -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    shop = WeeklyHours(days={0: ((540, 720), (780, 1080))}, timezone="UTC")
    law = WeeklyHours(days=dict.fromkeys(range(7), ((480, 1020),)), timezone="UTC")
    assert common(shop, law).last_close(day, day + 86_400) == day + 17 * 3600
    assert common(shop, law).last_close(day + 16.5 * 3600, day + 86_400) == day + 17 * 3600
    assert common(shop, law).last_close(day + 17 * 3600, day + 86_400) is None
    assert common(shop).last_close(day, day + 10 * 3600) == day + 10 * 3600, "it goes on"
    assert common().last_close(day, day + 86_400) == day + 86_400
    east = WeeklyHours(days={0: ((540, 1080),)}, timezone="Asia/Shanghai")
    assert common(law, east).last_close(day, day + 86_400) == day + 10 * 3600
