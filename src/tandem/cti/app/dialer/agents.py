"""Agents whom campaigns have: who works for which one, from when to when. Callers come first (see ``blend``). Pure.

An agent whom a campaign has is its own while he is idle, talks for it and wraps up; in the matcher he carries a
skill of its name (``skill_of``), so that who answers is given to the campaign's own agents first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tandem.cti.app import acd, blend
from tandem.cti.app.dialer import clearance, moving, pool
from tandem.cti.app.dialer.state import Attempt, Running
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, CampaignId
from tandem.cti.model.skills import unmet
from tandem.cti.model.states import AgentState, Phase
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.dialer.apportion import Claim, turn
from tandem.routing.core.dialer.pacing_settings import AgentStatus

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

WITH_AGENTS = ("preview", "progressive", "power", "predictive")
SKILL = "campaign:"
CALL_UP_S = 1.0
STUCK_S = 60.0
"""So long after it could not dial a campaign has no agents of others for its promised calls."""
TO_BE_SERVED = (Phase.DIALLING, Phase.SCREENING, Phase.QUEUED)


def skill_of(campaign: CampaignId) -> str:
    return f"{SKILL}{campaign}"


def run_of(center: Center, agent: AgentId) -> Running | None:
    """The campaign that has him."""
    campaign = center.held.get(agent)
    return None if campaign is None else center.dialer.campaigns.get(campaign)


# ---- having and giving back --------------------------------------------------------------------------------------


def settle(center: Center, agent: Agent) -> None:
    """He has become something else: before the matcher hears of it, it is seen whether a campaign still has him."""
    off = agent.state in (AgentState.LOGGED_OFF, AgentState.NOT_READY)
    if off or not blend.does_outbound(center, agent.id):
        let_go(center, agent.id)
        return
    if not is_free(agent):
        center.dialer.free.pop(agent.id, None)
        _not_aside(center, agent.id)
        return
    if agent.id in center.dialer.aside:
        return
    run = run_of(center, agent.id)
    callers_first = blend.over(center) and not blend.only(center, agent.id)
    if run is not None and (callers_first or not _keeps(center, run, agent.id)):
        let_go(center, agent.id)
        run = None
    if run is None and center.dialer.campaigns:
        center.dialer.free[agent.id] = None
        if blend.only(center, agent.id):
            place(center, agent.id)


def set_aside(center: Center, attempt: Attempt, agent: Agent) -> None:
    """For this attempt alone, from before it is dialled until somebody answers or it is over."""
    attempt.aside = agent.id
    center.dialer.aside[agent.id] = CallId(attempt.record.id)
    _count_attempt(center, attempt)
    acd.sync_agent(center, agent)


def give_aside_back(center: Center, attempt: Attempt) -> None:
    """He is not needed for it any more."""
    agent_id, attempt.aside = attempt.aside, None
    _count_attempt(center, attempt)
    if agent_id is not None and center.dialer.aside.pop(agent_id, None) is not None:
        acd.sync_agent(center, center.agents[agent_id])


def aside_for(center: Center, call: CallId) -> Agent | None:
    """Who was set aside for this attempt, and can take it."""
    attempt = center.dialer.attempts.get(call)
    agent = center.agents.get(attempt.aside) if attempt is not None and attempt.aside is not None else None
    return agent if agent is not None and is_free(agent) and agent.id not in center.hanging else None


def assign(center: Center, call: CallId, agent: Agent, why: dict[str, str]) -> None:
    """The call is for this agent, who is free: nobody is looked for."""
    center.matcher.unavailable(agent.id)
    center.callers[call].why = why
    center.agent_step(agent, ag.Assigned(call))
    center.step(center.contacts[call], ct.Matched(agent=agent.id, device=agent.device, why=why))


def _count_attempt(center: Center, attempt: Attempt) -> None:
    contact = center.contacts.get(CallId(attempt.record.id))
    if contact is not None:
        count_in_air(center, contact)


def _not_aside(center: Center, agent_id: AgentId) -> None:
    """He serves the attempt that he was set aside for, or is not to be had for it any more."""
    call = center.dialer.aside.pop(agent_id, None)
    attempt = center.dialer.attempts.get(call) if call is not None else None
    if call is None or attempt is None:
        return
    attempt.aside = None
    _count_attempt(center, attempt)
    run = center.dialer.campaigns.get(attempt.record.campaign)
    if run is not None and center.agents[agent_id].call != call:
        run.bereft[call] = None
        center.dialer.due[run.record.id] = None


def set_others_aside(center: Center, run: Running) -> None:
    """For those who are being dialled and whose agent has left: whoever is idle now."""
    if not run.bereft:
        return
    free = longest_idle(center, run)
    for call in list(run.bereft):
        attempt = center.dialer.attempts.get(call)
        if attempt is not None and attempt.record.answered_at is None:
            agent = next(free, None)
            if agent is None:
                return
            set_aside(center, attempt, agent)
        del run.bereft[call]


def is_free(agent: Agent) -> bool:
    return agent.available and agent.call is None


def _keeps(center: Center, run: Running, agent_id: AgentId | None = None) -> bool:
    """An agent who becomes free may stay: this one, or whoever he is."""
    more_leads = run.asked_at is not None or not pool.for_all(run)
    return room(center, run) > 0 or agent_id in promised(run) or (_dials(run) and more_leads and not run.dry)


def _dials(run: Running) -> bool:
    return run.record.state == "running" and run.mode in WITH_AGENTS


def promised(run: Running) -> dict[AgentId, None]:
    """Whom it can use now, whatever others it has: each has promised somebody a call, and it is time."""
    return run.promised if run.pool and _dials(run) else {}


def room(center: Center, run: Running) -> int:
    """How many more idle agents it can use now, whoever they are: for those who may answer soon, and for who may be
    dialled. Who leaves soon may still take who may answer soon; nobody is dialled for him."""
    leaving = len(_leaving_soon(center, run).difference(promised(run)))
    staying = len(_for_anybody(run)) - leaving
    return max(0, len(run.in_air) - leaving) + _to_dial(run) - staying


def _for_anybody(run: Running) -> list[AgentId]:
    """Idle agents besides those who have promised a call themselves."""
    his_own = promised(run)
    return [agent_id for agent_id in idle(run) if agent_id not in his_own]


def _leaving_soon(center: Center, run: Running) -> set[AgentId]:
    """Idle agents who go before a call begun now would be over."""
    over_at = run.pacer.over_at(center.now)
    return {agent_id for agent_id, at in run.leaving.items() if at < over_at and run.agents.get(agent_id) == "idle"}


def _to_dial(run: Running) -> int:
    """Who may be dialled now, whichever agent he is given."""
    return min(run.ready, len(run.pool)) if _dials(run) else 0


def _too_many(run: Running) -> int:
    """Idle agents beyond one for everybody who may answer soon or may be dialled, those who leave soon included."""
    return len(_for_anybody(run)) - len(run.in_air) - _to_dial(run)


def wants(center: Center, run: Running, agent_id: AgentId) -> bool:
    """It can use this agent, who is not one of its own. Of those who leave soon it has no more than it could use."""
    leaving_at = _leaves_at(center, agent_id)
    stays = leaving_at is None or leaving_at >= run.pacer.over_at(center.now)
    return (room(center, run) > 0 and (stays or _too_many(run) < 0)) or agent_id in promised(run)


def _wants_more(center: Center, run: Running) -> bool:
    """It can use somebody whom it has not; who has promised a call and is away, or with a caller, cannot be had."""
    return room(center, run) > 0 or any(
        agent_id in center.held or ((agent := center.agents.get(agent_id)) is not None and is_free(agent))
        for agent_id in promised(run)
        if agent_id not in run.agents
    )


def count_in_air(center: Center, contact: Contact) -> None:
    """Keep ``in_air`` true: whoever may answer soon, or has, and is to have an agent whom nobody has chosen yet."""
    run = center.dialer.campaigns.get(contact.campaign)
    attempt = center.dialer.attempts.get(contact.id)
    if run is None:
        return
    seeks = contact.agent is None and contact.first == "customer" and contact.mode in WITH_AGENTS
    if seeks and contact.phase in TO_BE_SERVED and attempt is not None and attempt.aside is None:
        run.in_air[contact.id] = None
    else:
        run.in_air.pop(contact.id, None)


def place(center: Center, agent_id: AgentId) -> None:
    """A free agent goes to the campaign that is to have him, if callers can spare him: the highest priority first,
    among equals the one that has fewest for its weight."""
    center.dialer.free.pop(agent_id, None)
    agent = center.agents[agent_id]
    if not is_free(agent) or agent_id in center.held or agent_id in center.hanging or not center.switch_up:
        return
    runs = (center.dialer.campaigns.get(campaign) for campaign in center.dialer.wanting)
    wanting = [
        run for run in runs if run is not None and wants(center, run, agent_id) and may_serve(center, agent, run)
    ]
    if not wanting or not (blend.only(center, agent_id) or blend.may_take(center)):
        return
    run = min(wanting, key=lambda run: turn(claim_of(center, run, his_own=agent_id in promised(run))))
    center.held[agent_id] = run.record.id
    acd.sync_agent(center, agent)


def claim_of(center: Center, run: Running, more: int = 0, *, his_own: bool = False) -> Claim:
    """With ``more`` agents than it has; ``his_own``: one who has promised one of its callees a call is thought of."""
    campaign, agents = run.campaign, max(0, len(run.agents) + more)
    at_work = len(run.agents) - len(idle(run)) + len(_leaving_soon(center, run))
    return Claim(
        campaign=campaign.id,
        priority=campaign.priority,
        weight=campaign.weight,
        agents=agents,
        owed=agents + 1 if his_own else at_work + run.owed if run.owed else 0,
    )


def may_serve(center: Center, agent: Agent, run: Running) -> bool:
    queue = center.plan.queues.get(run.campaign.queue)
    return queue is not None and any(unmet(step.needs, agent.skills) is None for step in queue.steps)


def let_go(center: Center, agent_id: AgentId) -> None:
    """The campaign has him no longer; what waits for him is his as soon as the matcher hears of it."""
    campaign = center.held.pop(agent_id, None)
    center.dialer.claimed.pop(agent_id, None)
    center.dialer.free.pop(agent_id, None)
    _not_aside(center, agent_id)
    if campaign is None:
        return
    acd.skills_changed(center, agent_id)
    run = center.dialer.campaigns.get(campaign)
    if run is not None and run.agents.pop(agent_id, None) is not None:
        run.leaving.pop(agent_id, None)
        run.pacer.agent(agent_id, "away", now=center.now)
        center.dialer.due[campaign] = None


def give_back(center: Center, most: int) -> None:
    """Callers need agents: up to ``most`` who are idle and on whom nobody counts who may answer soon."""
    for run in sorted(center.dialer.campaigns.values(), key=lambda run: turn(claim_of(center, run)), reverse=True):
        spare = not_counted_on(run)
        for agent_id in idle(run):
            if most <= 0 or spare <= 0:
                break
            if not blend.only(center, agent_id):
                release(center, agent_id)
                most, spare = most - 1, spare - 1


def not_counted_on(run: Running) -> int:
    """Idle agents beyond one for everybody who may answer soon."""
    return len(idle(run)) - len(run.in_air)


def release(center: Center, agent_id: AgentId) -> None:
    let_go(center, agent_id)
    acd.sync_agent(center, center.agents[agent_id])


def idle(run: Running) -> list[AgentId]:
    """In the order in which they came."""
    return [agent_id for agent_id, status in run.agents.items() if status == "idle"]


def longest_idle(center: Center, run: Running) -> Iterator[Agent]:
    """Who can be given somebody now, longest idle first."""
    able = [center.agents[agent] for agent in idle(run)]
    return iter(sorted((agent for agent in able if is_free(agent)), key=lambda agent: (agent.idle_since, agent.id)))


def at_hand(center: Center, run: Running) -> Iterator[Agent]:
    """Of these, for whom somebody may be dialled: no other campaign is to have them, and they do not go before he may
    have answered."""
    return (
        agent
        for agent in longest_idle(center, run)
        if agent.id not in center.dialer.claimed and run.pacer.stays(agent.id, center.now)
    )


def spare(center: Center, run: Running) -> None:
    """Gives back idle agents for whom it has nothing to do; first those who leave soon."""
    too_many = _too_many(run) if not _keeps(center, run) else 0
    if too_many <= 0:
        return
    leaving = _leaving_soon(center, run)
    for agent_id in sorted(_for_anybody(run), key=lambda agent_id: agent_id not in leaving)[:too_many]:
        release(center, agent_id)
        center.dialer.free[agent_id] = None


def count_room(center: Center, run: Running) -> None:
    """Only campaigns that could use another agent are asked when one is free."""
    ready = [held.agent for held in run.pool.values() if held.not_before <= center.now]
    run.ready = ready.count(None)
    run.promised = {agent_id: None for agent_id in ready if agent_id is not None}
    run.owed = _owed(center, run)
    more = room(center, run)
    if more > 0 or promised(run):
        center.dialer.wanting[run.record.id] = None
        if center.dialer.claimed:
            moving.drop(center, run, kept=more, promised=promised(run))
    else:
        moving.drop(center, run)
        center.dialer.wanting.pop(run.record.id, None)


def _owed(center: Center, run: Running) -> int:
    """Nobody is drawn to a campaign that could not dial a moment ago."""
    if not _dials(run) or 0.0 <= center.now - run.stuck_at < STUCK_S:
        return 0
    return sum(
        (held.agent is None or held.agent in run.agents)
        and held.not_before <= center.now
        and clearance.promised(held.lead, center.now)
        for held in run.pool.values()
    )


def call_up(center: Center, run: Running) -> None:
    """It can use more agents: those who are free and in no campaign are thought over, once a second at most; then
    those of campaigns that come after it."""
    if not _wants_more(center, run) or 0.0 <= center.now - run.called_up_at < CALL_UP_S:
        return
    run.called_up_at = center.now
    for agent in center.agents.values():
        if is_free(agent) and agent.id not in center.held and blend.does_outbound(center, agent.id):
            place(center, agent.id)
    moving.claim(center, run)


# ---- what they do ------------------------------------------------------------------------------------------------


def tell(center: Center, agent_id: AgentId) -> None:
    """The pacer hears what this agent does."""
    run = run_of(center, agent_id)
    if run is None:
        return
    status = status_of(center, agent_id)
    known, leaving_at = run.leaving.get(agent_id), _leaves_at(center, agent_id)
    # who has asked for a break, or is to go to another campaign, gets no other call after this one
    if center.agents[agent_id].pending is AgentState.NOT_READY or agent_id in center.dialer.claimed:
        leaving_at = center.now if known is None else min(known, center.now)
    if run.agents.get(agent_id) != status or known != leaving_at:
        run.agents[agent_id] = status
        if leaving_at is None:
            run.leaving.pop(agent_id, None)
        else:
            run.leaving[agent_id] = leaving_at
        run.pacer.agent(agent_id, status, now=center.now, leaving_at=leaving_at)
        center.dialer.due[run.record.id] = None


def _leaves_at(center: Center, agent_id: AgentId) -> float | None:
    """By his shift."""
    return center.dialer.roster.leaves_at(agent_id, center.now)


def status_of(center: Center, agent_id: AgentId) -> AgentStatus:
    agent = center.agents[agent_id]
    if not agent.reachable or not center.switch_up:
        return "away"
    if agent.state is AgentState.READY:
        if agent_id in center.hanging:
            return "wrapping"
        return "reserved" if agent_id in center.dialer.aside else "idle"
    if agent.state is AgentState.WORKING_AFTER_CALL:
        return "wrapping"
    if agent.state is not AgentState.BUSY:
        return "away"
    contact = center.contacts.get(agent.call) if agent.call is not None else None
    if contact is None or not contact.mode:
        return "away"
    return "talking" if contact.phase in (Phase.TALKING, Phase.REJOINING) or contact.first == "customer" else "reserved"
