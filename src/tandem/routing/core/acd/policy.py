"""What the matcher weighs, and how much. One value; the same policy and the same inputs give the same matches."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.skills import HIGHEST, LOWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Weights of the matcher's ideas.

    Agents for a work are compared by cost, works for an agent by slack; both in seconds, and the least is taken.
    """

    explain: int = 0
    """How many of the agents and works that were passed over a Match carries; 0: none, and no time is spent on it."""
    look: int = 12
    """How many of the longest-idle agents, and of the most urgent lanes of works per group, one decision looks at."""

    scarcity_s: float = 1500.0
    """Idle seconds that taking the last free agent of a queue costs, if that queue gets one call a second."""
    scarcity_decay: float = 0.6
    """The second last costs this share of it, the third last this share of that... (0..1)"""
    speed_of_agent: float = 1.0
    """Idle seconds that each second of slower handling costs when an agent is chosen."""
    talent: float = 2.0
    """Idle seconds that each second costs by which he is slower at this than at what he does otherwise. It sends him
    the calls that he is good at, and, unlike his speed alone, not more calls than his peers."""
    speed_of_work: float = 2.0
    """Seconds of slack that each second of slower handling counts for when a work is chosen."""
    level_factors: tuple[float, float, float, float, float] = (1.25, 1.12, 1.0, 0.93, 0.86)
    """Handling time at proficiency 1..5 relative to ``Work.handle_s``."""
    cross_site_s: float = 10.0
    """Cost of an agent of another site than the caller's; work of another site counts as having so much more slack."""

    supply_weight: float = 1.0
    """How far the expected time to the next agent of a class takes from its slack (0: slack alone)."""
    supply_most_s: float = 20.0
    """It takes no more than this."""
    share_weight: float = 0.5
    """How much a queue that misses its share in time is sped up: its works' targets are shorter by this times what it
    misses (and longer for one that is better than it is to be)."""
    share_most: float = 0.25
    """By at most this share of the target."""
    late_slack_s: float = 10.0
    """Late work stands among works that are in time as if it had so much slack left."""
    late_growth: float = 0.02
    """Each second that it is late takes so many seconds from that: of two late works, the later one goes first."""

    rate_horizon_s: float = 600.0
    """Rates (calls per queue, agents becoming free) are means over about so long."""

    def factor(self, level: int) -> float:
        """Handling time of an agent of this proficiency, relative to the middle. 0 (has not the skill) counts as 1."""
        return self.level_factors[min(max(level, LOWEST), HIGHEST) - 1]
