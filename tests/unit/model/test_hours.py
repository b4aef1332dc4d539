from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.hours import WeeklyHours, closes_at, is_holiday, is_open, opens_at, spans_of
from tandem.cti.model.public_holidays import known_region
from tandem.cti.model.timezones import known_timezone

OFFICE = WeeklyHours(
    days={**dict.fromkeys(range(5), ((540, 720), (780, 1080))), 5: ((600, 960),)},
    closed_on=frozenset(date(2026, 10, day) for day in range(1, 8)),
    open_on={date(2026, 10, 10): ((600, 660),)},
)
BERLIN = WeeklyHours(days=dict.fromkeys(range(7), ((150, 165),)), timezone="Europe/Berlin")
"""02:30-02:45: skipped on 2026-03-29, twice on 2026-10-25."""


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def local(moment: float | None, zone: str = "Asia/Shanghai") -> str:
    return "never" if moment is None else datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("now", "open_now", "opens", "closes"),
    [
        ("2026-11-23T08:59:59", False, "2026-11-23 09:00", "never"),
        ("2026-11-23T09:00:00", True, "2026-11-23 09:00", "2026-11-23 12:00"),
        ("2026-11-23T11:59:59", True, "2026-11-23 11:59", "2026-11-23 12:00"),
        ("2026-11-23T12:00:00", False, "2026-11-23 13:00", "never"),
        ("2026-11-28T15:00:00", True, "2026-11-28 15:00", "2026-11-28 16:00"),
        ("2026-11-28T16:00:00", False, "2026-11-30 09:00", "never"),
        ("2026-09-30T18:00:00", False, "2026-10-08 09:00", "never"),
        ("2026-10-10T09:30:00", False, "2026-10-10 10:00", "never"),
        ("2026-10-10T10:30:00", True, "2026-10-10 10:30", "2026-10-10 11:00"),
    ],
)
def test_a_week_with_holidays(now: str, open_now: bool, opens: str, closes: str) -> None:
    assert is_open(OFFICE, at(now)) is open_now
    assert local(opens_at(OFFICE, at(now))) == opens
    assert local(closes_at(OFFICE, at(now))) == closes


def test_the_zone_of_the_hours_counts() -> None:
    nine_to_five = WeeklyHours(days=dict.fromkeys(range(7), ((540, 1020),)), timezone="America/New_York")
    assert is_open(nine_to_five, at("2026-11-23T22:30:00"))
    assert not is_open(nine_to_five, at("2026-11-23T10:00:00"))


def test_an_hour_that_is_skipped() -> None:
    """The clock jumps from 02:00 to 03:00, so 02:30-02:45 does not exist."""
    morning = at("2026-03-29T01:59:00", "Europe/Berlin")
    assert not any(is_open(BERLIN, morning + minute * 60) for minute in range(120))
    assert local(opens_at(BERLIN, morning), "Europe/Berlin") == "2026-03-30 02:30"
    across = WeeklyHours(days={6: ((150, 240),)}, timezone="Europe/Berlin")
    assert opens_at(across, morning) == at("2026-03-29T03:00:00", "Europe/Berlin")


def test_an_hour_that_comes_twice() -> None:
    first = at("2026-10-25T02:30:00", "Europe/Berlin", fold=0)
    assert opens_at(BERLIN, first - 3600) == first
    assert closes_at(BERLIN, first) == at("2026-10-25T02:45:00", "Europe/Berlin", fold=1) == first + 4500


def test_round_the_clock_never_closes() -> None:
    always = WeeklyHours(days=dict.fromkeys(range(7), ((0, 1440),)), timezone="Europe/Berlin")
    now = at("2026-03-29T01:59:00", "Europe/Berlin")
    assert all(is_open(always, now + hour * 3600) for hour in range(48))
    assert closes_at(always, now) is None


def test_past_midnight_in_two_spans_is_one_opening() -> None:
    night = WeeklyHours(days={4: ((1320, 1440),), 5: ((0, 360),)})
    assert local(closes_at(night, at("2026-11-27T23:00:00"))) == "2026-11-28 06:00"


def test_what_never_opens() -> None:
    assert opens_at(WeeklyHours(days={}), 0.0) is None
    assert closes_at(WeeklyHours(days={}), 0.0) is None


def test_time_zones_are_known_by_name() -> None:
    assert known_timezone("Asia/Shanghai")
    assert not known_timezone("Asia/Kunming")
    assert not known_timezone("../etc/passwd")


_SPANS = st.lists(st.integers(0, 288), min_size=2, max_size=6, unique=True).map(
    lambda marks: tuple((a * 5, b * 5) for a, b in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)
_HOURS = st.builds(
    WeeklyHours,
    days=st.dictionaries(st.integers(0, 6), _SPANS, max_size=7),
    timezone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    closed_on=st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=5),
    open_on=st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 4, 30)), _SPANS, max_size=3),
)


@given(hours=_HOURS, now=st.integers(1_772_000_000, 1_793_000_000))
def test_openings_and_closings_agree_with_the_clock_on_the_wall(hours: WeeklyHours, now: int) -> None:
    wall = datetime.fromtimestamp(now, ZoneInfo(hours.timezone))
    minute = wall.hour * 60 + wall.minute
    twice_or_skipped = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    if not twice_or_skipped:
        assert is_open(hours, now) is any(a <= minute < b for a, b in spans_of(hours, wall.date()))
    opens, closes = opens_at(hours, now), closes_at(hours, now)
    assert (opens == now) is is_open(hours, now)
    if opens is not None:
        assert is_open(hours, opens)
        assert opens == now or not is_open(hours, opens - 1)
    if closes is not None:
        assert is_open(hours, now)
        assert is_open(hours, closes - 1)
        assert not is_open(hours, closes)


CHINA = WeeklyHours(days=dict.fromkeys(range(5), ((540, 1080),)), holidays="CN")


@pytest.mark.parametrize(
    ("day", "spans", "holiday"),
    [
        ("2026-10-01", (), True),  # National Day, a Thursday
        ("2026-10-09", ((540, 1080),), False),
        ("2026-10-10", ((540, 1080),), False),  # a Saturday that is worked in return
        ("2026-10-11", (), False),  # a Sunday
    ],
)
def test_public_holidays_of_a_country(day: str, spans: tuple[tuple[int, int], ...], holiday: bool) -> None:
    assert spans_of(CHINA, date.fromisoformat(day)) == spans
    assert is_holiday(CHINA, at(f"{day}T10:00:00")) is holiday


def test_days_of_its_own_go_before_public_holidays() -> None:
    hours = replace(CHINA, open_on={date(2026, 10, 1): ((600, 660),)}, closed_on=frozenset({date(2026, 10, 9)}))
    assert spans_of(hours, date(2026, 10, 1)) == ((600, 660),)
    assert spans_of(hours, date(2026, 10, 9)) == ()
    assert is_holiday(hours, at("2026-10-09T10:00:00"))


def test_regions() -> None:
    assert known_region("CN")
    assert known_region("DE-BY")
    assert not known_region("XX")
    assert not known_region("DE-XX")
