"""Overflow: which rule of a queue acts on a caller who waits, and when to look again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tandem.cti.model.ids import QueueId
from tandem.routing.core.plan import OverflowRule

LOOK_S = 2.0
"""How often conditions that no clock foretells (predictions, agents, callers) are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Of one who waits. ``predicted_s``: his whole wait (P50), None when nothing can be said; ``ready``: agents who
    are Ready or at work and meet any step of his; ``waiting``: who wait in his queue, he included."""

    waited_s: float
    predicted_s: float | None
    ready: int
    waiting: int
    visited: Collection[QueueId] = ()
    """Queues in which he has been, the present one included: he is never sent back."""


def due(rule: OverflowRule, now: Situation) -> bool:
    """All conditions that the rule gives hold. A wait that cannot be predicted (nobody is there) is over any limit."""
    return (
        (rule.waited_over_s is None or now.waited_s >= rule.waited_over_s)
        and (rule.predicted_over_s is None or now.predicted_s is None or now.predicted_s > rule.predicted_over_s)
        and (rule.ready_below is None or now.ready < rule.ready_below)
        and (rule.waiting_over is None or now.waiting > rule.waiting_over)
    )


def first_due(rules: Sequence[OverflowRule], now: Situation, acted: Collection[int]) -> int | None:
    """Index of the rule that acts now. Each acts once on a caller (``acted``: those that have), and none sends him to a
    queue where he was: however rules lead to each other, they come to an end."""
    return next((number for number in _open(rules, now, acted) if due(rules[number], now)), None)


def next_look_s(rules: Sequence[OverflowRule], now: Situation, acted: Collection[int]) -> float | None:
    """In how many seconds a rule could act at the earliest; None when none ever will."""
    looks = [max(0.0, (rules[number].waited_over_s or 0.0) - now.waited_s) for number in _open(rules, now, acted)]
    return max(LOOK_S, min(looks)) if looks else None


def _open(rules: Sequence[OverflowRule], now: Situation, acted: Collection[int]) -> list[int]:
    return [
        number
        for number, rule in enumerate(rules)
        if number not in acted and not (rule.action.kind == "queue" and rule.action.to in now.visited)
    ]
