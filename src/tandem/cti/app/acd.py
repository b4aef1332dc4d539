"""The center's way to the matcher: who waits, who is free, and what a match brings about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from tandem.cti.app import blend, overflow, tasks
from tandem.cti.app.dialer import agents as campaign_agents
from tandem.cti.app.dialer import shifts
from tandem.cti.app.floor_plan import LookUp, PlanApplied
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import AgentId, CallId, QueueId, WorkId
from tandem.cti.model.records import CustomerMatch
from tandem.cti.model.skills import Need
from tandem.cti.model.states import AgentState, Phase
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd import capacity
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.expected_wait import Expected
from tandem.routing.core.acd.handling import Handling
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.reasons import sentences
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.acd.work import Match, Step, Work
from tandem.routing.core.plan import Plan, QueuePlan, Tier
from tandem.routing.core.steps import steps_of

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_NOBODY = (Step(needs=(), only=AgentId("")),)
ANY_AGENT_S = 1.0
CAMPAIGN_LEVEL = 3
"""Of the skill that stands for a campaign: of middling speed."""
SET_ASIDE = {"zh": "拨打前已为其预留的座席", "en": "the agent who was set aside for him before he was dialled"}
CANDIDATES = 12
"""A decision names up to so many agents who were not taken."""


def policy_of(plan: Plan) -> Policy:
    return Policy(explain=CANDIDATES, cross_site_s=plan.cross_site_s)


# ---- work --------------------------------------------------------------------------------------------------------


def seek(center: Center, call: CallId) -> None:
    """The contact looks for an agent from now on."""
    contact = center.contacts[call]
    if contact.phase is not Phase.QUEUED or center.matcher.place(WorkId(call)) is not None:
        return
    if contact.for_campaign:
        _seek_for_campaign(center, contact)
        return
    caller = center.callers[call]
    caller.work = _work(center, contact)
    center.waiting_in[caller.work.queue] += 1
    known = center.ledger.get(caller.work.id)
    if known is not None:
        # the ledger's order is the matcher's
        center.ledger.enter(msgspec.structs.replace(known, tier=caller.work.tier, priority=caller.work.priority))
    matches = center.matcher.enqueue(caller.work, now=center.now)
    if not matches and caller.expected is None:
        caller.expected, caller.expected_at = expected_wait(center, call), center.now
    take(center, matches)
    if center.held and center.matcher.place(WorkId(call)) is not None:
        blend.caller_waits(center)
    if center.matcher.place(WorkId(call)) is not None:
        overflow.look(center, call)


def _seek_for_campaign(center: Center, contact: Contact) -> None:
    """Somebody whom a campaign has called, or is to call, looks for one of its agents. From ``ANY_AGENT_S`` on whoever
    another campaign has will do, too: he has two seconds in all. Who has an agent set aside for him gets that one."""
    aside = campaign_agents.aside_for(center, contact.id)
    if aside is not None:
        campaign_agents.assign(center, contact.id, aside, dict(SET_ASIDE))
        return
    caller = center.callers[contact.id]
    queue = center.plan.queues.get(contact.queue) if contact.queue is not None else None
    own = Need(campaign_agents.skill_of(contact.campaign), 1)
    needs = [step.needs for step in queue.steps] if queue is not None else [()]
    own_steps = tuple(Step(needs=(*each, own)) for each in needs)
    steps = own_steps + tuple(Step(needs=each, from_s=ANY_AGENT_S) for each in needs)
    if contact.target:
        steps = (Step(needs=(), only=contact.target),)
    of_campaign = contact.target is None or contact.target in center.held
    caller.work = Work(
        id=WorkId(contact.id),
        queue=contact.queue or QueueId(""),
        queued_at=center.now,
        steps=steps,
        tier=0,
        priority=contact.priority,
        target_s=contact.within_s,
        kind="campaign" if of_campaign else "voice",
    )
    if not of_campaign:
        center.waiting_in[caller.work.queue] += 1
    take(center, center.matcher.enqueue(caller.work, now=center.now))


def leave(center: Center, call: CallId) -> None:
    """The contact waits no more, and not because of a match."""
    caller = center.callers[call]
    if caller.work is not None and caller.work.kind == "campaign":
        center.matcher.withdraw(caller.work.id)
        return
    waits = caller.work is not None and center.matcher.place(caller.work.id) is not None
    ahead, alike = center.matcher.ahead_of(WorkId(call)) if waits and caller.expected is not None else (None, None)
    if _withdraw(center, call) and caller.expected is not None:
        waited_s = center.now - caller.expected_at
        center.predictor.abandoned(caller.expected, waited_s, ahead=ahead, alike=alike)
        caller.expected = None


def _withdraw(center: Center, call: CallId) -> bool:
    work = center.callers[call].work
    if work is None or not center.matcher.withdraw(work.id):
        return False
    if work.kind == "voice":
        center.waiting_in[work.queue] -= 1
    return True


def again(center: Center, call: CallId) -> None:
    """What decides about a waiting contact has changed (who he is, his queue's rules): he waits anew, at his place."""
    if _withdraw(center, call):
        seek(center, call)


def nobody_may(center: Center, call: CallId) -> bool:
    """It waits for nobody: its queue was closed when it was put into the line."""
    work = center.callers[call].work
    return work is not None and work.steps == _NOBODY


def _work(center: Center, contact: Contact) -> Work:
    queue = queue_of(center.plan, contact)
    tier = tier_of(center, contact)
    assert contact.queued_at is not None
    return Work(
        id=WorkId(contact.id),
        queue=queue.id,
        queued_at=contact.queued_at,
        steps=_steps(center, contact, queue),
        tier=tier.rank,
        priority=queue.priority + tier.priority + contact.priority,
        target_s=queue.target_s,
        target_share=queue.target_share,
        handle_s=handle_s(center, queue),
        site=next((site for site, numbers in center.plan.sites.items() if contact.dnis in numbers), ""),
    )


def queue_of(plan: Plan, contact: Contact) -> QueuePlan:
    """Its queue; where that is gone (the plan changed), the first one: nobody waits for nothing."""
    queue = plan.queues.get(contact.queue) if contact.queue is not None else None
    return queue if queue is not None and queue.kind == "voice" else plan.for_calls[0]


def handle_s(center: Center, queue: QueuePlan) -> float:
    """How long a call of this queue is expected to take, in seconds."""
    return center.handling[queue.id].mean_s(queue.handle_s)


def customer_of(center: Center, contact: Contact) -> CustomerMatch | None:
    """The customer whom the caller was taken for."""
    caller = center.callers.get(contact.id)
    return next((c for c in (caller.customers if caller else ()) if c.id == contact.customer), None)


def tier_of(center: Center, contact: Contact) -> Tier:
    """What the flow gave him, or that of the customer whom the caller was taken for; the last one of who is unknown."""
    known = customer_of(center, contact)
    tiers = {tier.name: tier for tier in center.plan.tiers}
    found = tiers.get(contact.tier) or (tiers.get(known.tier) if known is not None else None)
    return found or center.plan.tiers[-1]


def _steps(center: Center, contact: Contact, queue: QueuePlan) -> tuple[Step, ...]:
    if contact.target:
        # who is asked for by name need not have the queue's skills
        return (Step(needs=(), only=contact.target),)
    if overflow.closed_for(center, contact, queue) is not None:
        return _NOBODY  # he keeps his place while he is told, or answers what he is offered
    steps = steps_of(queue.steps, contact.needs)
    preferred = _preferred(center, contact, queue)
    if preferred is None or queue.sticky is None:
        return steps
    assert contact.queued_at is not None
    until_s = max(0.0, center.now - contact.queued_at) + queue.sticky.up_to_s
    # until then for him alone; from then on the queue's own steps, as far as their time has come
    return (
        Step(needs=(), only=preferred),
        *(step if step.from_s >= until_s else replace(step, from_s=until_s) for step in steps),
    )


def _preferred(center: Center, contact: Contact, queue: QueuePlan) -> AgentId | None:
    """Who knows this customer, if he is at work and expected to be free soon enough. Only for the first offer."""
    sticky = queue.sticky
    caller = center.callers[contact.id]
    if sticky is None or contact.offer or not caller.customers:
        return None
    customer = caller.customers[0]
    if sticky.prefer == "owner":
        login = customer.owner
    else:
        since = center.now - sticky.within_days * DAY_S
        # an answered contact: he who was rung in vain knows him no better
        login = next((c.agent for c in customer.contacts if c.agent and c.at >= since and c.duration_s > 0), None)
    agent = center.agents.get(login) if login else None
    if agent is None or agent.pending is AgentState.NOT_READY or not agent.reachable:
        return None
    if agent.state is AgentState.READY:
        return agent.id
    if agent.state not in (AgentState.BUSY, AgentState.WORKING_AFTER_CALL):
        return None
    busy_s = center.now - agent.since
    return agent.id if handle_s(center, queue) - busy_s < sticky.up_to_s else None


def expected_wait(center: Center, call: CallId) -> Expected | None:
    """The wait still to come of a contact; None when it does not wait, or nobody is there who could serve it."""
    caller = center.callers.get(call)
    work = caller.work if caller else None
    if work is None or center.matcher.place(work.id) is None:
        return None
    needs = work.steps[center.matcher.step_of(work.id)].needs
    ahead, alike = center.matcher.ahead_of(work.id)
    return center.predictor.wait_left(
        work.queue,
        tier=work.tier,
        ahead=ahead,
        alike=alike,
        logged_on=center.matcher.logged_on(needs),
        handle_s=work.handle_s,
    )


# ---- matches -----------------------------------------------------------------------------------------------------


def take(center: Center, matches: Iterable[Match]) -> None:
    """Carry out what the matcher decided."""
    for match in matches:
        _matched(center, match)


def _matched(center: Center, match: Match) -> None:
    if match.work.kind == "task":
        tasks.matched(center, match)
        return
    call = CallId(match.work.id)
    caller = center.callers[call]
    if match.work.kind == "voice":
        center.waiting_in[match.work.queue] -= 1
    decision = _decision(match)
    if caller.expected is not None:
        decision["predicted"] = {"p50_s": caller.expected.p50_s, "p90_s": caller.expected.p90_s}
        center.predictor.answered(caller.expected, center.now - caller.expected_at)
        caller.expected = None
    agent = center.agents[match.agent]
    caller.why = sentences(match, center.names)
    center.agent_step(agent, ag.Assigned(call))
    center.step(
        center.contacts[call],
        ct.Matched(agent=match.agent, device=agent.device, why=caller.why, decision=decision),
    )
    contact = center.contacts[call]
    if contact.ani_e164:
        # he may have waited for long: what happened since belongs into the history that this agent sees
        center.put(LookUp(contact.id, contact.ani_e164))


def _decision(match: Match) -> dict[str, Any]:
    """What is kept of a decision: everything that explains it."""
    decision: dict[str, Any] = msgspec.to_builtins(match)
    work = decision.pop("work")
    decision["needs"] = [str(need) for need in match.work.steps[match.step].needs]
    return decision | {key: work[key] for key in ("queue", "queued_at", "tier", "priority", "target_s", "site")}


# ---- agents ------------------------------------------------------------------------------------------------------


def skills_of(plan: Plan, agent: AgentId) -> Mapping[str, int]:
    known = plan.agents.get(agent)
    return known.skills if known else {}


def line_skills(center: Center, agent: Agent) -> Mapping[str, int]:
    """As the matcher knows them: with that of the campaign that has him."""
    campaign = center.held.get(agent.id)
    return agent.skills if campaign is None else {**agent.skills, campaign_agents.skill_of(campaign): CAMPAIGN_LEVEL}


def skills_changed(center: Center, agent_id: AgentId) -> None:
    """A campaign has him, or has him no more; he is given nothing before he is said to be available again."""
    if center.on_shift.get(agent_id):
        center.matcher.unavailable(agent_id)
        _log_on(center, center.agents[agent_id])


def sync_agent(center: Center, agent: Agent) -> None:
    """Tell the matcher what this agent can take now."""
    campaign_agents.settle(center, agent)
    agent = center.agents[agent.id]
    on_shift = agent.state is not AgentState.LOGGED_OFF
    if on_shift is not center.on_shift.get(agent.id, False):
        center.on_shift[agent.id] = on_shift
        if on_shift:
            _log_on(center, agent)
        else:
            take(center, center.matcher.log_off(agent.id, now=center.now))
            tasks.logged_off(center, agent.id)
    plan = center.plan.agents.get(agent.id)
    kinds = capacity.kinds(
        agent,
        tasks=tasks.load_of(center, agent.id),
        most_tasks=plan.tasks if plan else 0,
        held=agent.id in center.held,
        callers=plan is None or plan.outbound != "only",
    )
    if kinds and center.switch_up and agent.id not in center.hanging and agent.id not in center.dialer.aside:
        matches = center.matcher.available(agent.id, idle_since=agent.idle_since, kinds=kinds, now=center.now)
        take(center, matches)
    else:
        center.matcher.unavailable(agent.id)
    campaign_agents.tell(center, agent.id)


def _log_on(center: Center, agent: Agent) -> None:
    plan = center.plan.agents.get(agent.id)
    skills = line_skills(center, agent)
    matches = center.matcher.log_on(agent.id, skills, site=plan.site if plan else "", now=center.now)
    take(center, matches)


# ---- the plan ----------------------------------------------------------------------------------------------------


def apply_plan(center: Center, input_: PlanApplied) -> None:
    """From this moment every decision is made by the new plan; who waits keeps his place."""
    center.gate.set_rules(input_.plan.calling, input_.plan.hours)
    center.matcher.policy = policy_of(input_.plan)
    center.plan, center.sounds = input_.plan, {**center.sounds, **dict(input_.sounds)}
    for queue in input_.plan.queues:
        center.counts.setdefault(queue, QueueCounts())
        center.handling.setdefault(queue, Handling())
    # all wait anew only when all agents have their new skills: no decision is made by half a plan
    waiting = [CallId(work.id) for work in center.matcher.waiting() if work.kind != "task"]
    queued = [work.id for work in center.matcher.waiting() if work.kind == "task"]
    for task in queued:
        center.matcher.withdraw(task)
    for call in waiting:
        _withdraw(center, call)
    for agent_id, agent in list(center.agents.items()):
        skills = skills_of(input_.plan, agent_id)
        center.agents[agent_id] = replace(agent, skills=skills)
        if center.on_shift.get(agent_id):
            _log_on(center, center.agents[agent_id])
            sync_agent(center, center.agents[agent_id])  # how many tasks he takes
    for call in waiting:
        seek(center, call)
    for task in queued:
        tasks.seek(center, task)
    blend.begin(center)
    shifts.begin(center)
    center.dirty_seats.update(center.agents)
