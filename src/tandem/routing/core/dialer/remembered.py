"""What a gate has heard of since it was made: dials, and who does not want to be called. Data only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tandem.cti.model.leads import DoNotCallEntry
from tandem.routing.core.dialer.jurisdictions import DAY_S

WEEK_S = 7 * DAY_S


class Dials:
    """Of the last 7 days, by number and by person; memory is bounded by their count."""

    def __init__(self) -> None:
        self._all: deque[tuple[float, str, str]] = deque()
        self._of: dict[str, deque[float]] = {}

    def add(self, at: float, number: str, person: str = "") -> None:
        """Called in the order of time; what a clock set back brings is kept for longer, not for less."""
        self.forget(at)
        self._all.append((at, number, person))
        for key in _keys(number, person):
            self._of.setdefault(key, deque()).append(at)

    def of_number(self, number: str) -> deque[float] | None:
        return self._of.get(number)

    def of_person(self, person: str) -> deque[float] | None:
        return self._of.get(f"p:{person}")

    def forget(self, now: float) -> None:
        while self._all and self._all[0][0] <= now - WEEK_S:
            _, number, person = self._all.popleft()
            for key in _keys(number, person):
                dials = self._of[key]
                dials.popleft()
                if not dials:
                    del self._of[key]


def _keys(number: str, person: str) -> tuple[str, ...]:
    return (number, f"p:{person}") if person else (number,)


class Forbidden:
    """Entries heard of, by what they forbid; each kept until it is lifted. A lead read before knows nothing of them."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], dict[str, float | None]] = {}

    def add(self, entries: Iterable[DoNotCallEntry]) -> None:
        for entry in entries:
            key = _key(entry)
            if entry.lifted:
                kept = self._until.get(key, {})
                kept.pop(entry.id, None)
                if not kept:
                    self._until.pop(key, None)
            else:
                self._until.setdefault(key, {})[entry.id] = entry.until

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
