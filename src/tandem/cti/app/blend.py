"""Agents who work for campaigns as well: how many campaigns may have at any moment. The center's part of it. Pure.

Which campaign has whom: see ``dialer.agents``. Agents who work for campaigns alone (``outbound: only``) are no part of
the share; campaigns have them whenever they are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd
from tandem.cti.app.dialer import agents
from tandem.cti.model.ids import AgentId, CallId
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.blending import Inbound, allowance

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

LOOK_EVERY_S = 5.0
AGAIN_S = 0.5
"""Between two looks for the sake of single agents."""


def does_outbound(center: Center, agent: AgentId) -> bool:
    """Campaigns may have him, now and then or always."""
    plan = center.plan.agents.get(agent)
    return plan is not None and bool(plan.outbound)


def only(center: Center, agent: AgentId) -> bool:
    """He works for campaigns alone."""
    plan = center.plan.agents.get(agent)
    return plan is not None and plan.outbound == "only"


def may_take(center: Center) -> bool:
    """Campaigns may have one more of those who take callers, too."""
    _look_again(center)
    return _held(center) < center.campaigns_may_hold


def over(center: Center) -> bool:
    """They have more than they may: whoever becomes free goes back to the callers."""
    _look_again(center)
    return _held(center) > center.campaigns_may_hold


def _look_again(center: Center) -> None:
    if not 0.0 <= center.now - center.blended_at < AGAIN_S:
        look(center)


def look(center: Center) -> None:
    """Move the share."""
    center.blended_at = center.now
    blended = [
        agent for agent in center.agents.values() if _blended(center, agent.id) and center.on_shift.get(agent.id)
    ]
    if not blended:
        center.campaigns_may_hold = 0
        return
    center.blending, center.campaigns_may_hold = allowance(
        center.blending, _inbound(center, blended), center.plan.blending, now=center.now
    )


def begin(center: Center) -> None:
    """Look from now on, if that is not done already."""
    if not center.blend_timer:
        timer(center)


def caller_waits(center: Center) -> None:
    """Somebody has found no agent free: campaigns give back whom they can do without."""
    if over(center):
        agents.give_back(center, _held(center) - center.campaigns_may_hold)


def timer(center: Center) -> None:
    """Look again and again while somebody may do both; what campaigns have too many of goes back at once."""
    look(center)
    too_many = _held(center) - center.campaigns_may_hold
    if too_many > 0:
        agents.give_back(center, too_many)
    elif too_many < 0:
        center.dialer.due.update(center.dialer.wanting)
    center.blend_timer = any(plan.outbound for plan in center.plan.agents.values())
    if center.blend_timer:
        center.wake(center.now + LOOK_EVERY_S, "blend", "")


def _held(center: Center) -> int:
    return sum(not only(center, agent) for agent in center.held)


def _inbound(center: Center, blended: list[Agent]) -> Inbound:
    groups = {group for agent in blended for group in agent.skills}
    waiting = [
        work
        for work in center.matcher.waiting()
        if work.kind == "voice"
        and (any(need.skill in groups for step in work.steps for need in step.needs) or not work.steps[-1].needs)
    ]
    soonest = acd.expected_wait(center, CallId(waiting[-1].id)) if waiting else None
    return Inbound(
        service_level=center.window.service_level(now=center.now),
        waiting=len(waiting),
        blended=len(blended),
        held=_held(center),
        free=sum(agent.available and agent.call is None and agent.id not in center.held for agent in blended),
        predicted_wait_s=soonest.p50_s if soonest else None,
        target_s=min(queue.target_s for queue in center.plan.queues.values()),
    )


def _blended(center: Center, agent: AgentId) -> bool:
    plan = center.plan.agents.get(agent)
    return plan is not None and plan.outbound is True
