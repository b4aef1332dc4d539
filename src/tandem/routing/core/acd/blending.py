"""Blending: how many of the agents who may do both campaigns can hold now.

Two bounds; the lower one counts. The *level* moves with the inbound service level of the last 15 minutes: it is halved
every half minute while that is low (or the predicted wait is over the target), stays between the two thresholds, and
grows by a twentieth of the agents a minute once it is high again and two minutes have passed since it last fell. The
*reserve* looks at this moment: campaigns may take free agents only beyond those who are kept for the next callers, and
every caller who waits asks one agent back. What was asked back comes back only by the slow way, so that campaigns and
callers do not pull the same agents to and fro.

Of few agents the share is at least one, unless it is 0. Who is alone would be the reserve himself and never work for a
campaign: nobody is kept back then. With a caller in line he is asked back, and lent again two minutes after that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import ceil

from tandem.routing.core.plan import Blending

WINDOW_S = 900.0
_SLICE_S = 30.0
HALVE_EVERY_S = 30.0
RAISE_EVERY_S = 60.0
CALM_S = 120.0
"""So long after it fell the level does not rise."""
STEP_SHARE = 0.05
"""Of the blended agents: what the level rises by, and what is kept in reserve; at least one agent."""


class Window:
    """Inbound service level of the last 15 minutes, from counts in slices of 30 s."""

    def __init__(self) -> None:
        self._slices: deque[tuple[int, int, int]] = deque()
        """(number of the slice, answered in time, counted)."""

    def count(self, in_time: bool, *, now: float) -> None:
        """A wait is over, and counts (see ``service_level``: who gave up within the target does not)."""
        number = int(now // _SLICE_S)
        if self._slices and self._slices[-1][0] >= number:
            number, met, counted = self._slices.pop()
        else:
            met, counted = 0, 0
        self._slices.append((number, met + in_time, counted + 1))

    def service_level(self, *, now: float) -> float | None:
        """0..1; None when nobody called."""
        while self._slices and self._slices[0][0] <= (now - WINDOW_S) // _SLICE_S:
            self._slices.popleft()
        counted = sum(counted for _, _, counted in self._slices)
        return sum(met for _, met, _ in self._slices) / counted if counted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What the controller sees. ``blended``: agents logged on who may do both; ``held``: of those, by campaigns (in a
    campaign's call or reserved for one); ``free``: of those, Ready and not held; ``waiting``: callers in line whom one
    of them could take; ``predicted_wait_s``: P50 for a caller who came now, None when it is not known."""

    service_level: float | None
    waiting: int
    blended: int
    held: int
    free: int
    predicted_wait_s: float | None = None
    target_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """State of the controller. ``level``: agents; campaigns begin with none."""

    level: int = 0
    fell_at: float = float("-inf")
    halved_at: float = float("-inf")
    rose_at: float = float("-inf")


def allowance(share: Share, seen: Inbound, plan: Blending, *, now: float) -> tuple[Share, int]:
    """How many blended agents campaigns may hold now (0..``plan.most`` of them, or one), and the state to ask with next
    time.

    Ask whenever something changed, and every few seconds. When it is less than ``held``, campaigns take no new agent
    and give back who becomes free; calls in progress are never cut."""
    most = min(seen.blended, max(ceil(plan.most), int(plan.most * seen.blended + 1e-9)))
    step = max(1, ceil(STEP_SHARE * seen.blended))
    reserve = 0 if seen.blended == 1 else step
    at_once = max(0, seen.held + seen.free - reserve - seen.waiting)
    low = seen.service_level is not None and seen.service_level < plan.yield_below
    slow = seen.predicted_wait_s is not None and seen.predicted_wait_s > seen.target_s
    calm = (
        (seen.service_level is None or seen.service_level >= plan.resume_above)
        and not slow
        and not seen.waiting
        and seen.free > reserve
    )
    level = min(share.level, most)
    if at_once < seen.held:
        level = min(level, at_once)
    if (low or slow) and now - share.halved_at >= HALVE_EVERY_S:
        level //= 2
        share = replace(share, halved_at=now)
    elif calm and level < most and now - share.fell_at >= CALM_S and now - share.rose_at >= RAISE_EVERY_S:
        level = min(most, level + step)
        share = replace(share, rose_at=now)
    if level < share.level:
        share = replace(share, fell_at=now)
    share = replace(share, level=level)
    return share, min(level, at_once)
