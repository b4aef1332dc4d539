"""How long callers and free agents waited for each other: figures from the telephones' logs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import Figure, percentile

TARGET_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One ring of a phone; seconds since the epoch. ``called_at``: its caller's INVITE; ``waiting_since``: from then on
    he was in line for this agent. ``freed_at``: the agent's last click, None when he was rung before since then."""

    called_at: float
    waiting_since: float
    freed_at: float | None
    rung_at: float
    answered_at: float | None
    ignored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """``occupancy``: 0..1. ``replies_s``: pages' commands."""

    served: Sequence[Served]
    calls: int
    gave_up: int
    replies_s: Sequence[float]
    occupancy: float

    @property
    def free_to_ring_s(self) -> list[float]:
        """From the click that made an agent free to the INVITE at his phone, when a caller was in line for him."""
        return [
            one.rung_at - one.freed_at
            for one in self.served
            if one.freed_at is not None and one.waiting_since < one.freed_at
        ]

    @property
    def call_to_ring_s(self) -> list[float]:
        """From a caller's INVITE to the INVITE at the first phone, when its agent was free before."""
        return [
            one.rung_at - one.waiting_since
            for one in self.served
            if one.freed_at is not None and one.freed_at < one.waiting_since == one.called_at
        ]

    @property
    def waits_s(self) -> list[float]:
        """Of those who were answered: from the INVITE to the agent's answer."""
        return [one.answered_at - one.called_at for one in self.served if one.answered_at is not None]

    def figures(self) -> list[Figure]:
        answered = len(self.waits_s)
        within = sum(1 for wait in self.waits_s if wait <= TARGET_S)
        figures = [
            Figure("calls", self.calls, ""),
            Figure("  answered", answered, ""),
            Figure("  hung up before an agent answered", self.gave_up, ""),
            Figure("phones rung", len(self.served), ""),
            Figure("  not answered on purpose", sum(1 for one in self.served if one.ignored), ""),
            Figure("agents busy, ringing and wrap-up included", self.occupancy * 100, "% of the time"),
            Figure(f"answered within {TARGET_S:g} s, of all calls", within / max(1, self.calls) * 100, "%"),
        ]
        figures += _spread("caller's INVITE -> agent answers", self.waits_s, 1.0, "s")
        figures += _spread("agent free, callers wait -> his phone's INVITE", self.free_to_ring_s, 1e3, "ms")
        figures += _spread("caller's INVITE, agent free -> phone's INVITE", self.call_to_ring_s, 1e3, "ms")
        figures += _spread("page's command -> reply", self.replies_s, 1e3, "ms")
        return figures


def _spread(what: str, values: Sequence[float], scale: float, unit: str) -> list[Figure]:
    if not values:
        return [Figure(f"{what}: how many", 0, "")]
    return [
        Figure(f"{what}: how many", len(values), ""),
        *(Figure(f"  p{percent}", percentile(values, percent) * scale, unit) for percent in (50, 90, 99)),
        Figure("  longest", max(values) * scale, unit),
    ]
