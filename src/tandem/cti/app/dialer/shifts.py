"""Shifts in the center: at each of their borders the pacing and the pages hear until when agents are expected. Pure."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from tandem.cti.app.dialer import agents
from tandem.routing.core.shifts import Roster

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def begin(center: Center) -> None:
    """By the plan as it is now, from now on."""
    center.dialer.roster = Roster(center.plan)
    _look(center)


def timer(center: Center) -> None:
    if center.dialer.border_at <= center.now:
        _look(center)


def _look(center: Center) -> None:
    dialer = center.dialer
    dialer.border_at = dialer.roster.changes_at(center.now)
    if dialer.border_at < inf:
        center.wake(dialer.border_at, "shift", "")
    for agent_id in list(center.held):
        agents.tell(center, agent_id)
    center.dirty_seats.update(agent for agent in center.agents if dialer.roster.hours_of(agent) is not None)
