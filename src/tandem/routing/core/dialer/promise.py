"""The promise on abandoned calls: its two formulas, over a day and over the legal window. Pure.

United States (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7)): abandoned / answered live by a person, per campaign over 30
days. Ofcom (Persistent Misuse statement, annex on the abandoned call rate): abandoned / (abandoned + put through to an
agent), a day; persons whom the machine detection hung up on count as abandoned, by estimate.
"""

from __future__ import annotations

import math
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


def limit_of(campaign_limit: float, rules: Jurisdiction) -> float:
    """The stricter one."""
    return min(campaign_limit, rules.abandon_limit)


def answers_owed(answered: int, abandoned: int, limit: float) -> int:
    """So many more answers of which none is abandoned bring the share down to ``limit`` (0..1); 0: it is there. A limit
    below 0.001 counts as that."""
    if abandoned <= limit * answered:
        return 0
    return max(1, math.ceil(round(abandoned / max(limit, 1e-3), 6)) - answered)


def first_day(last: str, days: int) -> str:
    """Of a window of so many days that ends with ``last`` (2026-11-22)."""
    return (date.fromisoformat(last) - timedelta(days=max(1, days) - 1)).isoformat()
