"""What a gate has heard of since it was made: dials, and who does not want to be called. Data only."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from tandem.cti.model.durations import DAY_S
from tandem.cti.model.leads import DoNotCallEntry

WEEK_S = 7 * DAY_S


class Dials:
    """Of the last 7 days, by number and by person. There may be a million, and all are frozen with the gate: kept are
    mappings of text to one moment (to several only where there were several), one pair of them per day."""

    def __init__(self) -> None:
        self._days: dict[int, _Day] = {}

    def add(self, at: float, number: str, person: str = "") -> None:
        """Called in the order of time; what a clock set back brings is kept for longer, not for less."""
        self.forget(at)
        day = max([int(at // DAY_S), *self._days])
        numbers, persons = self._days.setdefault(day, ({}, {}))
        numbers[number] = _with(numbers.get(number), at)
        if person:
            persons[person] = _with(persons.get(person), at)

    def of_number(self, number: str) -> list[float]:
        """In the order of coming; some may be up to a day older than a week."""
        return [at for numbers, _ in self._days.values() for at in _each(numbers.get(number))]

    def of_person(self, person: str) -> list[float]:
        """The same of all his numbers."""
        return [at for _, persons in self._days.values() for at in _each(persons.get(person))]

    def forget(self, now: float) -> None:
        """Whole days that are over for more than a week."""
        last = int((now - WEEK_S) // DAY_S)
        while self._days and (oldest := next(iter(self._days))) < last:
            del self._days[oldest]


_Moments = float | tuple[float, ...]
_Day = tuple[dict[str, _Moments], dict[str, _Moments]]


def _with(before: _Moments | None, at: float) -> _Moments:
    return at if before is None else (*_each(before), at)


def _each(moments: _Moments | None) -> tuple[float, ...]:
    if moments is None:
        return ()
    return moments if isinstance(moments, tuple) else (moments,)


class Forbidden:
    """Entries heard of, by what they forbid; each kept until it is lifted or has been over for a day. A lead read
    before knows nothing of them."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], dict[str, float | None]] = {}
        self._ends: list[tuple[float, tuple[str, str], str]] = []
        """A heap of those that end: when, what they forbid, which."""

    def add(self, entries: Iterable[DoNotCallEntry]) -> None:
        """Each takes the place of what was heard of it before; one that is lifted forbids nothing any more."""
        for entry in entries:
            key = _key(entry)
            if entry.lifted:
                self._drop(key, entry.id)
                continue
            ids = self._until.setdefault(key, {})
            if entry.until is not None and (entry.id not in ids or ids[entry.id] != entry.until):
                heapq.heappush(self._ends, (entry.until, key, entry.id))
            ids[entry.id] = entry.until

    def forget(self, now: float) -> None:
        """What has been over for a day: a clock that is set back an hour still finds it."""
        while self._ends and self._ends[0][0] <= now - DAY_S:
            until, key, id_ = heapq.heappop(self._ends)
            if self._until.get(key, {}).get(id_) == until:
                self._drop(key, id_)

    def _drop(self, key: tuple[str, str], id_: str) -> None:
        kept = self._until.get(key, {})
        kept.pop(id_, None)
        if not kept:
            self._until.pop(key, None)

    def scope(self, number: str, person: str, campaign: str, now: float) -> tuple[str, float | None] | None:
        """Where it stands (``global``, ``campaign``, ``person``) and until when (None = for ever)."""
        if not self._until:
            return None
        asked = [("global", number)]
        if campaign:
            asked.append((f"campaign {campaign}", number))
        if person:
            asked.append(("person", person))
        for key in asked:
            entries = self._until.get(key)
            if entries:
                ends = [until for until in entries.values() if until is None or until > now]
                if ends:
                    known = [until for until in ends if until is not None]
                    return key[0].partition(" ")[0], max(known) if len(known) == len(ends) else None
        return None


def _key(entry: DoNotCallEntry) -> tuple[str, str]:
    if entry.scope == "person":
        return "person", entry.person
    if entry.scope == "campaign":
        return f"campaign {entry.campaign or ''}", entry.number
    return "global", entry.number
