"""What the matcher weighs, and how much. One value; the same policy and the same inputs give the same matches."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.skills import HIGHEST, LOWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Weights of the matcher's ideas. Costs of an agent are in seconds of idle time: the cheapest one is taken."""

    explain: int = 0
    """How many of the agents and works that were passed over a Match carries; 0: none, and no time is spent on it."""
    look: int = 12
    """How many of the longest-idle agents, and of the most urgent classes of work per group, one decision looks at."""
    scarcity_s: float = 1500.0
    """Idle seconds that taking the last free agent of a queue is worth, when it gets one call a second."""
    scarcity_decay: float = 0.6
    """How much less each further free agent of the same queue is worth (0..1)."""
    speed_weight: float = 0.3
    """Idle seconds that one second of longer handling is worth."""
    level_factors: tuple[float, ...] = (1.25, 1.12, 1.0, 0.93, 0.86)
    """Handling time at proficiency 1, 2, .. relative to ``Work.handle_s``."""
    cross_site_s: float = 10.0
    """Cost of an agent of another site than the caller's; work of another site is less urgent by as much."""
    supply_weight: float = 1.0
    """How far the expected time to the next agent of a class shortens its slack (0: slack alone)."""
    supply_most_s: float = 20.0
    """At most so many seconds."""
    late_slack_s: float = 5.0
    """A call that is late stands as one that has so many seconds left."""
    late_growth: float = 0.02
    """Each second that it is late takes so many seconds off that."""
    rate_period_s: float = 30.0
    """How often the rates (calls per queue, agents becoming free) are renewed."""
    rate_decay: float = 0.95
    """Share of the old counts that a renewal keeps."""

    def factor(self, level: int) -> float:
        """Handling time of an agent of this proficiency, relative to the middle. 0 (has not the skill) counts as 1."""
        return self.level_factors[min(max(level, LOWEST), HIGHEST) - 1]
