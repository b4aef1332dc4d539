"""Opening hours: is it open, until when, when does it open again. ``at`` is seconds since the Unix epoch.

Hours are written in local time, as the clock on the wall there shows them: where summer time skips 02:30, what begins
at 02:30 begins when the clock jumps; where 02:30 comes twice, a span lasts from its first beginning to its last end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tandem.cti.model.public_holidays import is_public_holiday, makes_up_for_holiday

MAX_DAYS_AHEAD = 400
"""How far ``opens_at`` looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """Half-open spans per weekday (0 = Monday), in minutes after local midnight (0..1440)."""

    days: Mapping[int, tuple[tuple[int, int], ...]]
    timezone: str = "Asia/Shanghai"
    closed_on: frozenset[date] = frozenset()
    open_on: Mapping[date, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Days with other hours than their weekday's."""
    holidays: str = ""
    """The country (``CN``) or part of one (``DE-BY``) on whose public holidays it is closed; '' for none."""


def spans_of(hours: WeeklyHours, day: date) -> tuple[tuple[int, int], ...]:
    """Of one day, in minutes after local midnight. Days with hours of their own go before holidays, these before the
    weekday. A weekend's day on which is worked in return for a holiday (as in China) has the hours of a Monday."""
    if day in hours.open_on:
        return hours.open_on[day]
    if _is_closed_for_holiday(hours, day):
        return ()
    if hours.holidays and makes_up_for_holiday(hours.holidays, day):
        return hours.days.get(0, ())
    return hours.days.get(day.weekday(), ())


def is_holiday(hours: WeeklyHours, at: float) -> bool:
    """The day of ``at``, in the time zone of the hours, is one of the days that it is closed on, or a public holiday;
    also when it has hours of its own."""
    return _is_closed_for_holiday(hours, datetime.fromtimestamp(at, ZoneInfo(hours.timezone)).date())


def _is_closed_for_holiday(hours: WeeklyHours, day: date) -> bool:
    return day in hours.closed_on or bool(hours.holidays and is_public_holiday(hours.holidays, day))


def is_open(hours: WeeklyHours, at: float) -> bool:
    return any(begin <= at for begin, _ in _intervals(hours, at, days=1))


def closes_at(hours: WeeklyHours, at: float) -> float | None:
    """When it closes next; None when it is closed at ``at``, or open without a break for more than a year."""
    end = at
    for begin, until in _intervals(hours, at, days=MAX_DAYS_AHEAD):
        if begin > end:
            break
        end = until
    return end if at < end < at + (MAX_DAYS_AHEAD - 2) * 86_400 else None


def opens_at(hours: WeeklyHours, at: float) -> float | None:
    """``at`` itself when it is open; None when it does not open for more than a year."""
    return next((max(begin, at) for begin, _ in _intervals(hours, at, days=MAX_DAYS_AHEAD)), None)


def _intervals(hours: WeeklyHours, at: float, *, days: int) -> Iterator[tuple[float, float]]:
    """Open intervals that end after ``at``, in order, up to so many days after that of ``at``."""
    zone = ZoneInfo(hours.timezone)
    today = datetime.fromtimestamp(at, zone).date()
    for ahead in range(-1, days + 1):
        day = today + timedelta(days=ahead)
        for opens, closes in spans_of(hours, day):
            begin, end = _moment(day, opens, zone, last=False), _moment(day, closes, zone, last=True)
            if at < end and begin < end:
                yield begin, end


def _moment(day: date, minute: int, zone: ZoneInfo, *, last: bool) -> float:
    """When the clock on the wall shows this time. Of a time that comes twice, the first for a beginning and the last
    for an end; of one that is skipped, the jump."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - made aware below
    early = wall.replace(tzinfo=zone, fold=0)
    late = wall.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.timestamp()
    if (early.astimezone(UTC).astimezone(zone).replace(tzinfo=None)) != wall:
        return _jump(late.timestamp(), early.timestamp(), zone)
    return late.timestamp() if last else early.timestamp()


def _jump(before: float, after: float, zone: ZoneInfo) -> float:
    """The first second of the new offset between two moments around a change (a gap of the clock)."""
    low, high = int(before), int(after)
    offset = datetime.fromtimestamp(high, zone).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle + 1
    return float(low)
