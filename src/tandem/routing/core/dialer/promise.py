"""The promise on abandoned calls: its two formulas, over a day and over the legal window, and what is left of it. Pure.

United States (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7)): abandoned / answered live by a person, per campaign over 30
days. Ofcom (Persistent Misuse statement, annex on the abandoned call rate): abandoned / (abandoned + put through to an
agent), a day; persons whom the machine detection hung up on count as abandoned, by estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tandem.cti.model.leads import CampaignDay
from tandem.routing.core.dialer.jurisdictions import Formula, Jurisdiction


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one day or of several. ``answered``: by a person, ``abandoned`` and ``talked`` of these. ``mistaken``:
    persons taken for machines, an estimate."""

    answered: int = 0
    abandoned: int = 0
    talked: int = 0
    mistaken: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            answered=self.answered + other.answered,
            abandoned=self.abandoned + other.abandoned,
            talked=self.talked + other.talked,
            mistaken=self.mistaken + other.mistaken,
        )


NOTHING = Tally()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a campaign is. ``left_today``, ``left_window``: abandoned calls that the limit still bears, as things are
    now; below 1 there is no room for another."""

    limit: float
    day: Tally
    window: Tally
    day_share: float | None
    window_share: float | None
    left_today: float
    left_window: float

    @property
    def kept(self) -> bool:
        """The law's: over the window."""
        return self.window_share is None or self.window_share <= self.limit


def tally_of(day: CampaignDay, mistaken_share: float = 0.0) -> Tally:
    """``mistaken_share``: of what was taken for a machine and hung up on, so many were persons."""
    return Tally(
        answered=day.answered, abandoned=day.abandoned, talked=day.talked, mistaken=day.machines * mistaken_share
    )


def parts(tally: Tally, formula: Formula) -> tuple[float, float]:
    """(abandoned, counted): what is divided by what."""
    if formula == "us":
        return float(tally.abandoned), float(tally.answered)
    abandoned = tally.abandoned + tally.mistaken
    return abandoned, abandoned + tally.talked


def share(tally: Tally, formula: Formula) -> float | None:
    """Of abandoned calls; None while nobody has answered."""
    abandoned, counted = parts(tally, formula)
    return abandoned / counted if counted else None


def left(tally: Tally, formula: Formula, limit: float) -> float:
    """How many more abandoned calls the limit bears now, each of them counted on both sides of the division."""
    abandoned, counted = parts(tally, formula)
    return max(0.0, (limit * counted - abandoned) / (1.0 - limit)) if limit < 1.0 else float("inf")


def limit_of(campaign_limit: float, rules: Jurisdiction) -> float:
    """The stricter one."""
    return min(campaign_limit, rules.abandon_limit)


def standing(
    days: Sequence[CampaignDay], today: CampaignDay, rules: Jurisdiction, limit: float, mistaken_share: float = 0.0
) -> Standing:
    """``days``: those before ``today`` (others are left out); ``limit``: see ``limit_of``. Days without calls need not
    be there: the window is counted in days of the calendar."""
    first = first_day(today.day, rules.window_days)
    now = tally_of(today, mistaken_share)
    window = now
    for day in days:
        if first <= day.day < today.day:
            window = window + tally_of(day, mistaken_share)
    formula = rules.formula
    return Standing(
        limit=limit,
        day=now,
        window=window,
        day_share=share(now, formula),
        window_share=share(window, formula),
        left_today=left(now, formula, limit),
        left_window=left(window, formula, limit),
    )


def worst_window(days: Iterable[CampaignDay], rules: Jurisdiction) -> tuple[str, float] | None:
    """The last day and the share of the worst window among ``days`` (all of a campaign's, in any order); None while
    nobody has answered."""
    by_day = sorted(days, key=lambda day: day.day)
    tallies = [tally_of(day) for day in by_day]
    worst: tuple[str, float] | None = None
    begin = 0
    for end, day in enumerate(by_day):
        first = first_day(day.day, rules.window_days)
        while by_day[begin].day < first:
            begin += 1
        found = share(sum(tallies[begin : end + 1], NOTHING), rules.formula)
        if found is not None and (worst is None or found > worst[1]):
            worst = day.day, found
    return worst


def first_day(last: str, days: int) -> str:
    """Of a window of so many days that ends with ``last`` (2026-11-22)."""
    return (date.fromisoformat(last) - timedelta(days=max(1, days) - 1)).isoformat()
