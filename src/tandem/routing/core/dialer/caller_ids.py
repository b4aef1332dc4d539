"""Which of our numbers a callee sees, and which of them rest because they are answered less. Pure; data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers

from tandem.cti.model.campaigns import CallerIds
from tandem.routing.core.dialer.zones import facts_of

LEAST_CALLS = 50
"""Before so many calls nothing is said of a number's answer rate."""
PRIOR_CALLS = 20.0
"""The pool's rate counts for so many calls of each number."""
AS_GOOD = 0.9
"""Numbers whose rate is this share of the best one's are as good: the one used least today goes first."""
FADE_AFTER = 1_000
"""Counts of a number are halved then: what is lately counts more."""


@dataclass(slots=True, kw_only=True)
class _Number:
    calls: float = 0.0
    answered: float = 0.0
    day: str = ""
    today: int = 0
    rests_until: float | None = None
    rested_for: tuple[float, float] = (0.0, 0.0)
    """Its answer rate and the others' when the rest began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Of one number. ``until``: seconds since the Unix epoch; the rates, 0..1, are its own and that of the others when
    the rest began."""

    until: float
    answer_rate: float
    others_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdRow:
    """For a page. ``answer_rate``: None before ``LEAST_CALLS`` calls. ``rested_for``: of one that rests, its answer
    rate and that of the others when the rest began."""

    number: str
    calls_today: int
    answer_rate: float | None
    rests_until: float | None
    rested_for: tuple[float, float] | None


@dataclass(slots=True, kw_only=True)
class CallerIdPool:
    """Of one campaign. Moments are seconds since the Unix epoch; ``day`` is the campaign's (2026-11-22)."""

    settings: CallerIds = field(default_factory=CallerIds)
    _numbers: dict[str, _Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set(self.settings)

    def set(self, settings: CallerIds) -> None:
        """Numbers that stay keep what is known of them."""
        self.settings = settings
        self._numbers = {number: self._numbers.get(number, _Number()) for number in settings.numbers}

    def choose(self, to: str, now: float, day: str) -> str | None:
        """For a call to ``to`` (E.164): '' when the campaign has no pool (the carrier shows its own), None when all of
        its numbers were used as often today as they may. Numbers that rest are used when all of them do."""
        if not self.settings.numbers:
            return ""
        usable = [
            number for number, each in self._numbers.items() if self._today(each, day) < self.settings.most_per_day
        ]
        awake = [number for number in usable if not self._rests(self._numbers[number], now)] or usable
        if not awake:
            return None
        nearest = max(_nearness(number, to) for number in awake)
        near = [number for number in awake if _nearness(number, to) == nearest]
        best = max(self._rate(self._numbers[number]) for number in near)
        good = [number for number in near if self._rate(self._numbers[number]) >= best * AS_GOOD]
        return min(good, key=lambda number: self._today(self._numbers[number], day))

    def dialled(self, number: str, day: str) -> None:
        """A call has begun that shows this number (E.164); one that is not of the pool is no news."""
        each = self._numbers.get(number)
        if each is not None:
            each.today = self._today(each, day) + 1
            each.day = day

    def ended(self, number: str, *, answered: bool, now: float) -> Rest | None:
        """A call that reached the callee's network is over; ``answered``: by whomever or whatever. The rest that it
        has begun, if any."""
        each = self._numbers.get(number)
        if each is None:
            return None
        each.calls += 1
        each.answered += answered
        if each.calls > FADE_AFTER:
            each.calls /= 2.0
            each.answered /= 2.0
        if each.calls >= LEAST_CALLS and not self._rests(each, now):
            others = self._pool_rate(but=each)
            if others is not None and each.answered / each.calls < others * self.settings.rest_below:
                each.rests_until = now + self.settings.rest_s
                each.rested_for = (each.answered / each.calls, others)
                each.calls = each.answered = 0.0
                return Rest(until=each.rests_until, answer_rate=each.rested_for[0], others_rate=others)
        return None

    def restore(
        self, number: str, *, calls: int, answered: int, today: int, day: str, rest: Rest | None = None
    ) -> None:
        """What is known of it from before: of ``calls`` so many were ``answered``; ``today`` dialled on ``day``.
        ``rest``: its last one, since which its calls are counted."""
        each = self._numbers.get(number)
        if each is None:
            return
        share = min(1.0, FADE_AFTER / 2.0 / max(1, calls))
        each.calls, each.answered = calls * share, answered * share
        each.today, each.day = today, day
        if rest is not None:
            each.rests_until, each.rested_for = rest.until, (rest.answer_rate, rest.others_rate)

    def rows(self, now: float, day: str) -> list[CallerIdRow]:
        """One a number, in the order of the settings."""
        return [
            CallerIdRow(
                number=number,
                calls_today=self._today(each, day),
                answer_rate=each.answered / each.calls if each.calls >= LEAST_CALLS else None,
                rests_until=each.rests_until if self._rests(each, now) else None,
                rested_for=each.rested_for if self._rests(each, now) else None,
            )
            for number, each in self._numbers.items()
        ]

    @staticmethod
    def _today(each: _Number, day: str) -> int:
        return each.today if each.day == day else 0

    def _rests(self, each: _Number, now: float) -> bool:
        """A clock that was set back makes no rest longer."""
        return each.rests_until is not None and now < each.rests_until <= now + self.settings.rest_s

    def _pool_rate(self, but: _Number | None = None) -> float | None:
        """None before there are calls enough to compare with."""
        calls = sum(each.calls for each in self._numbers.values() if each is not but)
        answered = sum(each.answered for each in self._numbers.values() if each is not but)
        return answered / calls if calls >= LEAST_CALLS else None

    def _rate(self, each: _Number) -> float:
        pool = self._pool_rate()
        prior = 0.5 if pool is None else pool
        return (each.answered + PRIOR_CALLS * prior) / (each.calls + PRIOR_CALLS)


def _nearness(ours: str, theirs: str) -> int:
    """2: the same area; 1: the same country; 0: another."""
    if facts_of(ours).country != facts_of(theirs).country or not facts_of(ours).country:
        return 0
    area = _area(ours)
    return 2 if area and area == _area(theirs) else 1


@lru_cache(maxsize=65_536)
def _area(number: str) -> str:
    """Country code and area code; '' for numbers without an area."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    digits = phonenumbers.length_of_geographical_area_code(parsed)
    national = phonenumbers.national_significant_number(parsed)
    return f"{parsed.country_code} {national[:digits]}" if digits else ""
