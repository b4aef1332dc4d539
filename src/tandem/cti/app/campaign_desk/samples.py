"""How many agents a campaign had and what they did, over the last two days: means of stretches of five minutes."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.agent_desktop.core.messages import CampaignRow

STEP_S = 300.0
KEPT = 2 * 288
"""Stretches of one campaign."""


@dataclass(slots=True)
class Stretch:
    count: int = 0
    idle: int = 0
    talking: int = 0
    wrapping: int = 0
    lines: float = 0.0
    lines_count: int = 0

    def mean(self, name: str) -> float:
        return float(getattr(self, name)) / self.count


class Samples:
    def __init__(self) -> None:
        self._of: dict[str, dict[int, Stretch]] = {}

    def add(self, row: CampaignRow, now: float) -> None:
        """A campaign that neither runs nor has agents leaves no trace."""
        if row.state not in ("running", "draining") and not row.agents:
            return
        stretches = self._of.setdefault(row.id, {})
        number = int(now // STEP_S)
        stretch = stretches.get(number)
        if stretch is None:
            stretch = stretches[number] = Stretch()
            for old in [known for known in stretches if known <= number - KEPT]:
                del stretches[old]
        stretch.count += 1
        stretch.idle += row.agents_idle
        stretch.talking += row.agents_talking
        stretch.wrapping += row.agents_wrapping
        if row.lines_per_agent is not None:
            stretch.lines += row.lines_per_agent
            stretch.lines_count += 1

    def of(self, campaign: str, at: float) -> Stretch | None:
        """Of the stretch in which ``at`` is; None when nothing is known."""
        return self._of.get(campaign, {}).get(int(at // STEP_S))
