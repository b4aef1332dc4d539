"""Agents who work for campaigns as well: how many, and who, at any moment. The center's part of blending. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd
from tandem.cti.app.floor_plan import CampaignReturns, CampaignsYield, CampaignTakes
from tandem.cti.model.errors import ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CallId
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.blending import Inbound, allowance

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

LOOK_EVERY_S = 5.0


def hold(center: Center, input_: CampaignTakes) -> None:
    """A campaign takes a free agent: no caller is given to him until he is released.

    Raises ResourceMissing, WrongState (he may not, is not free, or callers come first now).
    """
    agent = center.agent(input_.agent)
    if not _blended(center, agent.id):
        raise WrongState(f"{agent.id} does no outbound work: the plan says so")
    if agent.id in center.held:
        return
    if not agent.available or agent.call is not None:
        raise WrongState(f"{agent.id} is not free")
    look(center)
    if len(center.held) >= center.campaigns_may_hold:
        raise WrongState("callers come first now: campaigns may hold no further agent")
    center.held[agent.id] = None
    acd.sync_agent(center, agent)


def release(center: Center, input_: CampaignReturns) -> None:
    """The campaign gives him back; what waits for him is his at once."""
    if input_.agent not in center.agents:
        raise ResourceMissing(f"there is no agent {input_.agent}")
    if input_.agent in center.held:
        del center.held[input_.agent]
        acd.sync_agent(center, center.agents[input_.agent])


def look(center: Center) -> None:
    """Move the share; when campaigns hold more than they may, ask them to yield."""
    gone = [agent for agent in center.held if not center.agents[agent].reachable or not _blended(center, agent)]
    for agent in gone:
        release(center, CampaignReturns(agent))
    blended = [
        agent for agent in center.agents.values() if _blended(center, agent.id) and center.on_shift.get(agent.id)
    ]
    if not blended:
        center.campaigns_may_hold = 0
        return
    before = center.campaigns_may_hold
    center.blending, center.campaigns_may_hold = allowance(
        center.blending, _inbound(center, blended), center.plan.blending, now=center.now
    )
    over = len(center.held) - center.campaigns_may_hold
    if over > 0 and center.campaigns_may_hold < before:
        center.put(CampaignsYield(over))


def begin(center: Center) -> None:
    """Look from now on, if that is not done already."""
    if not center.blend_timer:
        timer(center)


def timer(center: Center) -> None:
    """Look again and again while somebody may do both."""
    look(center)
    center.blend_timer = any(plan.outbound for plan in center.plan.agents.values())
    if center.blend_timer:
        center.wake(center.now + LOOK_EVERY_S, "blend", "")


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
        held=len(center.held),
        free=sum(agent.available and agent.call is None and agent.id not in center.held for agent in blended),
        predicted_wait_s=soonest.p50_s if soonest else None,
        target_s=min(queue.target_s for queue in center.plan.queues.values()),
    )


def _blended(center: Center, agent: AgentId) -> bool:
    plan = center.plan.agents.get(agent)
    return plan is not None and plan.outbound
