"""Skills: what a call needs, what an agent has. Proficiency runs from 1 (can) to 5 (expert)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """At least ``minimum`` (1..5) in ``skill`` (``language:zh``, ``product:loans``)."""

    skill: str
    minimum: int = LOWEST

    def __str__(self) -> str:
        return f"{self.skill}>={self.minimum}"


Needs = tuple[Need, ...]


def unmet(needs: Needs, proficiency: Mapping[str, int]) -> Need | None:
    """The first need that this proficiency does not meet, or None when it meets all."""
    return next((need for need in needs if proficiency.get(need.skill, 0) < need.minimum), None)


def needs_text(needs: Needs) -> str:
    """``language:zh>=3 and product:loans>=2``; ``no special skill`` when there is none."""
    return " and ".join(map(str, needs)) or "no special skill"
