"""How long calls of a queue take (talk and wrap-up): measured, and until then as the plan says."""

from __future__ import annotations

from dataclasses import dataclass

_AS_CALLS = 20.0
"""What the plan says counts as so many measured calls."""
_KEEP = 0.99
"""What a call counts after another one: the last hundred matter."""


@dataclass(slots=True)
class Handling:
    """Of one queue. Older calls count less and less."""

    total_s: float = 0.0
    calls: float = 0.0

    def add(self, handle_s: float) -> None:
        """A call was handled in so many seconds (0 or more)."""
        self.total_s = self.total_s * _KEEP + handle_s
        self.calls = self.calls * _KEEP + 1.0

    def mean_s(self, planned_s: float) -> float:
        """Expected handling time in seconds, when the plan says ``planned_s``."""
        return (self.total_s + _AS_CALLS * planned_s) / (self.calls + _AS_CALLS)
