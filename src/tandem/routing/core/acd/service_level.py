"""Counts of one queue over a day, and what is computed from them.

Service level = answered within the target / (offered - abandoned within the target): callers who give up at once are
not held against the queue (the most used of the four usual definitions).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class QueueCounts:
    """``offered`` counts callers whose wait in this queue is over (answered or abandoned)."""

    answered: int = 0
    abandoned: int = 0
    answered_in_target: int = 0
    abandoned_in_target: int = 0
    waited_s: float = 0.0
    """Sum over answered callers."""

    @property
    def offered(self) -> int:
        return self.answered + self.abandoned

    def answer(self, waited_s: float, target_s: float) -> None:
        self.answered += 1
        self.waited_s += waited_s
        self.answered_in_target += waited_s <= target_s

    def abandon(self, waited_s: float, target_s: float) -> None:
        self.abandoned += 1
        self.abandoned_in_target += waited_s <= target_s

    @property
    def service_level(self) -> float | None:
        """0..1; None while nothing counts."""
        counted = self.offered - self.abandoned_in_target
        return self.answered_in_target / counted if counted > 0 else None

    @property
    def asa_s(self) -> float | None:
        """Average speed of answer in seconds; None before the first answer."""
        return self.waited_s / self.answered if self.answered else None
