"""The shapes of opening hours: times of the day, weekdays, days of the year; and how each is written out."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from tandem.cti.documents.document import Node, Sequence
from tandem.cti.documents.reading import Reading, Schema, called, read_all
from tandem.cti.documents.shapes import Table, Text, item, record
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.public_holidays import known_region

MAX_DAYS = 3660

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SOME_DAYS = "(?:{0})(?:-(?:{0}))?".format("|".join(_WEEKDAYS))
_DAYS = re.compile(rf"{_SOME_DAYS}(?: {_SOME_DAYS})*")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2}) *- *([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Spans = tuple[tuple[int, int], ...]


class SpansOfDay:
    """``09:00-12:00 13:00-18:00`` -> minutes after midnight, half-open."""

    def read(self, node: Node, reading: Reading) -> Spans:
        scalar = reading.scalar(node, "times of the day")
        parts = scalar.text.replace(",", " ").split()
        matches = [_SPAN.fullmatch(part) for part in parts]
        if not parts or None in matches:
            fix = 'Write them like "09:00-12:00 13:00-18:00".'
            raise reading.refusal(node, "bad_hours", f"{called(node)} are not times of the day", fix)
        spans = tuple((int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in matches if m is not None)
        for match, (opens, closes) in zip(matches, spans, strict=True):
            if match and (int(match[2]) > 59 or int(match[4]) > 59 or closes > 1440):
                raise reading.refusal(node, "bad_hours", f'"{match[0]}" is no time of a day', "Use 00:00 to 24:00.")
            if match and opens >= closes:
                fix = "Where it goes past midnight, end at 24:00 and begin the next day at 00:00."
                raise reading.refusal(node, "bad_hours", f'"{match[0]}" ends before it begins', fix)
        if any(closes > opens for (_, closes), (opens, _) in pairwise(spans)):
            fix = "Write them in order, without overlap."
            raise reading.refusal(node, "bad_hours", "these times overlap or are not in order", fix)
        return spans

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^ *[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}"}


def spans_text(spans: Spans) -> str:
    return " ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


class Weekly:
    """``{mon-fri: 09:00-18:00, sat: 10:00-16:00}`` -> spans by weekday, 0 = Monday. Days that are absent are closed."""

    table = Table(_DAYS, 'days are written like "mon", "mon-fri" or "sat sun"', SpansOfDay())

    def read(self, node: Node, reading: Reading) -> MappingOf[int, Spans]:
        found: dict[int, Spans] = {}
        mapping = reading.mapping(node, "a mapping from days to hours")
        for key, spans in self.table.read(node, reading).items():
            for day in _days(key):
                if day in found:
                    line = next((k for k, _ in mapping.entries if k.text == key), node)
                    what = f"{_WEEKDAYS[day]} is given twice"
                    raise reading.refusal(line, "duplicate_day", what, "Name each day once.")
                found[day] = spans
        return dict(sorted(found.items()))

    def schema(self) -> Schema:
        return self.table.schema()


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        days.extend(range(start, end + 1) if start <= end else [*range(start, 7), *range(end + 1)])
    return days


def weekly_plain(days: MappingOf[int, Spans]) -> dict[str, str]:
    """Neighbours with equal hours become one line."""
    plain: dict[str, str] = {}
    first = 0
    for day in range(1, 8):
        if day < 7 and days.get(day) == days.get(first):
            continue
        if days.get(first):
            name = _WEEKDAYS[first] if first == day - 1 else f"{_WEEKDAYS[first]}-{_WEEKDAYS[day - 1]}"
            plain[name] = spans_text(days[first])
        first = day
    return plain


class Dates:
    """``[2026-05-01, 2026-10-01..2026-10-07]``."""

    def read(self, node: Node, reading: Reading) -> frozenset[date]:
        if not isinstance(node, Sequence):
            fix = "Write it like [2026-05-01, 2026-10-01..2026-10-07]."
            raise reading.refusal(node, "wrong_type", f"{called(node)} stands where a list of days belongs", fix)
        ranges = read_all(partial(self._range, item, reading) for item in node.items)
        days = frozenset(first + timedelta(n) for first, last in ranges for n in range((last - first).days + 1))
        if len(days) > MAX_DAYS:
            raise reading.refusal(node, "too_many", f"more than {MAX_DAYS} days", "Leave out what is long past.")
        return days

    def _range(self, node: Node, reading: Reading) -> tuple[date, date]:
        scalar = reading.scalar(node, "a day")
        first, _, last = scalar.text.partition("..")
        begin = read_date(first.strip(), node, reading)
        end = read_date(last.strip(), node, reading) if last else begin
        if not 0 <= (end - begin).days < MAX_DAYS:
            raise reading.refusal(node, "bad_date", f"{called(node)} ends before it begins", "Write the earlier first.")
        return begin, end

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": "string", "pattern": rf"^{_DATE.pattern}(\.\.{_DATE.pattern})?$"}}


def read_date(text: str, node: Node, reading: Reading) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise reading.refusal(node, "bad_date", f'"{text[:40]}" is not a day', "Write it like 2026-10-01.") from None


def dates_plain(days: frozenset[date]) -> list[str]:
    ordered, plain = sorted(days), []
    start = 0
    for place in range(1, len(ordered) + 1):
        if place < len(ordered) and (ordered[place] - ordered[place - 1]).days == 1:
            continue
        first, last = ordered[start], ordered[place - 1]
        plain.append(first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}")
        start = place
    return plain


class HoursByDate:
    """``{2026-10-10: 09:00-18:00}``."""

    table = Table(_DATE, "a day is written like 2026-10-10", SpansOfDay())

    def read(self, node: Node, reading: Reading) -> MappingOf[date, Spans]:
        table = self.table.read(node, reading)
        days = read_all(partial(read_date, text, node, reading) for text in table)
        return dict(sorted(zip(days, table.values(), strict=True)))

    def schema(self) -> Schema:
        return self.table.schema()


class Region:
    """A country or a part of one whose public holidays are known: ``CN``, ``DE-BY``."""

    text = Text(8, re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,5})?"), "a country is written like CN, a part of one like DE-BY")

    def read(self, node: Node, reading: Reading) -> str:
        region = self.text.read(node, reading)
        if not known_region(region):
            fix = "Use ISO 3166 codes, such as CN, US or DE-BY, or list the days under closed:."
            raise reading.refusal(node, "unknown_region", f'the public holidays of "{region}" are not known', fix)
        return region

    def schema(self) -> Schema:
        return self.text.schema()


@record
class HoursRecord:
    """Opening hours as they stand in a file. What it does not say is None: the defaults are those of WeeklyHours."""

    weekly: MappingOf[int, Spans] = item(Weekly(), "{mon-fri: 09:00-12:00 13:00-18:00}")
    timezone: str | None = item(Text(64), "as in the IANA database, such as Asia/Shanghai", default=None)
    closed: frozenset[date] | None = item(Dates(), "days on which it is closed", default=None)
    open: MappingOf[date, Spans] | None = item(
        HoursByDate(), "days with other hours than their weekday's", default=None
    )
    holidays: str | None = item(
        Region(), "the country, such as CN, or part of one, such as DE-BY, whose public holidays it keeps", default=None
    )

    def made(self) -> WeeklyHours:
        given: dict[str, Any] = {
            "timezone": self.timezone,
            "closed_on": self.closed,
            "open_on": self.open,
            "holidays": self.holidays,
        }
        return WeeklyHours(days=self.weekly, **{name: value for name, value in given.items() if value is not None})


def hours_plain(hours: WeeklyHours) -> dict[str, Any]:
    plain: dict[str, Any] = {"timezone": hours.timezone, "weekly": weekly_plain(hours.days)}
    if hours.holidays:
        plain["holidays"] = hours.holidays
    if hours.closed_on:
        plain["closed"] = dates_plain(hours.closed_on)
    if hours.open_on:
        plain["open"] = {day.isoformat(): spans_text(spans) for day, spans in sorted(hours.open_on.items())}
    return plain
