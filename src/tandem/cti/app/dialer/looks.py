"""What a campaign does now: a look whenever something has changed for it, and at the moment its pacer names. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tandem.cti.app import blend
from tandem.cti.app.dialer import agents, attempts, campaigns, clearance, days, moving, pool
from tandem.cti.app.dialer.decisions import keep_decision
from tandem.cti.app.dialer.launches import launch
from tandem.cti.app.dialer.state import First, Held, Running
from tandem.cti.app.dialer.wording import why_not
from tandem.cti.model.ids import AgentId, CallId, CampaignId
from tandem.cti.model.leads import PERSONAL_EACH, PERSONAL_S
from tandem.cti.model.states import AgentState
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.dialer.carriers import WHY
from tandem.routing.core.dialer.mode_rules import mode_now
from tandem.routing.core.dialer.pacing_settings import PACED_MODES

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

ROUNDS = 3
"""Looks at one campaign within one input; what is due then comes a moment later."""
SOON_S = 0.05
LOOK_S = 10.0
"""The longest time between two looks at a campaign at work."""
GIVE_UP_S = 2.0
"""The same while somebody's telephone rings for whom no agent may be there."""
REFUSALS = 50
"""So many leads the gate may refuse in one look."""
PROMISED = {"pacing": {"zh": "本人约定的回拨", "en": "a call that he promised"}}
PREVIEW = {"pacing": {"zh": "预览", "en": "preview"}}
AGENTLESS = {"pacing": {"zh": "无座席外呼", "en": "agentless"}}


def after_input(center: Center) -> None:
    """Everything that the input has made due."""
    dialer = center.dialer
    for _ in range(ROUNDS):
        if not dialer.due and not dialer.free:
            return
        for agent in list(dialer.free):
            agents.place(center, agent)
        due = list(dialer.due)
        dialer.due.clear()
        for campaign in due:
            run = dialer.campaigns.get(campaign)
            if run is not None:
                look(center, run)
    if dialer.due or dialer.free:
        center.wake(center.now + SOON_S, "campaign", "")


def timer(center: Center, campaign: CampaignId) -> None:
    run = center.dialer.campaigns.get(campaign)
    if run is not None and run.look_at <= center.now:
        run.look_at = float("inf")
        center.dialer.due[campaign] = None


def look(center: Center, run: Running) -> None:
    """Bring everything of this campaign to where it is to be now."""
    days.turn(run, center.now)
    campaigns.move_on(center, run)
    if run.record.id not in center.dialer.campaigns:
        return
    _mode(center, run)
    room = center.dialer.carriers.room(run.campaign.carrier, center.now)
    pool.refill(center, run, room.calls)
    agents.set_others_aside(center, run)
    agents.spare(center, run)
    moving.pass_on(center, run)
    agents.count_room(center, run)
    again_at = center.now + LOOK_S
    reason = _hindrance(center, run)
    if reason is not None:
        run.why_not = reason
    else:
        run.why_not = {}
        agents.call_up(center, run)
        lines = max(0, room.calls - clearance.lines_promised(center, run))
        again_at = min(again_at, _work(center, run, lines))
        if room.calls <= 0:
            run.why_not = dict(WHY[room.why])
            if room.why in ("resting", "unknown"):
                run.stuck_at = center.now
            again_at = min(again_at, room.again_at or again_at)
    if run.in_air and run.mode in PACED_MODES:
        for attempt in run.pacer.let_go(center.now):
            attempts.let_go(center, CallId(attempt))
        again_at = min(again_at, center.now + GIVE_UP_S)
    agents.count_room(center, run)
    if run.record.state == "running" or run.attempts or run.record.state == "draining":
        again_at = min([again_at, *(held.not_before for held in run.pool.values() if held.not_before > center.now)])
        again_at = min(again_at, pool.ask_at(run, room.calls, center.now))
        wake(center, run, again_at)


def wake(center: Center, run: Running, at: float) -> None:
    at = max(at, center.now + SOON_S)
    if at < run.look_at or run.look_at <= center.now:
        run.look_at = at
        center.wake(at, "campaign", run.record.id)


def _mode(center: Center, run: Running) -> None:
    """By hand, or by the first rule that holds."""
    rate = run.pacer.gauges(center.now).answer_rate if run.campaign.mode_rules else None
    found = mode_now(run.campaign, agents=len(run.agents), answer_rate=rate, left=run.left, before=run.rule)
    run.rule = found.rule
    if found.mode != run.mode:
        run.mode = found.mode
        run.pacer.set(campaigns.settings_of(run))


def _hindrance(center: Center, run: Running) -> dict[str, str] | None:
    """Why nothing can be begun, whatever agents and lines there are."""
    state, campaign = run.record.state, run.campaign
    if state != "running":
        return why_not(state)
    if not center.switch_up:
        return why_not("switch")
    if run.mode == "manual":
        return why_not("manual")
    if run.mode == "agentless":
        if all(flow.name != campaign.flow for flow in center.flows):
            return why_not("no_flow", flow=campaign.flow)
    elif campaign.queue not in center.plan.queues:
        return why_not("no_queue", queue=campaign.queue)
    return None


def _work(center: Center, run: Running, lines: int) -> float:
    """Launch what is to be launched; when to look again at the latest."""
    ready = {lead: held for lead, held in run.pool.items() if held.not_before <= center.now}
    if not ready:
        run.why_not = why_not("reading" if run.asked_at is not None else "no_leads")
    if run.mode == "agentless":
        return _agentless(center, run, ready, lines)
    _personal(center, run, ready)
    if run.mode == "preview":
        return _preview(center, run, ready)
    return _paced(center, run, ready, lines)


def _personal(center: Center, run: Running, ready: dict[Any, Held]) -> None:
    """Who was promised a call by an agent himself is for that agent, as soon as he is free."""
    any_ready = bool(ready)
    waiting: Counter[AgentId] = Counter()
    for lead, held in list(ready.items()):
        if held.agent is None:
            continue
        agent = center.agents.get(held.agent)
        callback_at = held.lead.callback_at
        comes = agent is not None and waiting[agent.id] < PERSONAL_EACH and _comes(center, run, agent)
        if not comes and callback_at is not None and center.now - callback_at > PERSONAL_S:
            held.agent = None
            continue
        waiting[held.agent] += 1
        del ready[lead]
        if agent is None or run.agents.get(agent.id) != "idle" or not agents.is_free(agent):
            continue
        if launch(center, run, held, agent, dict(PROMISED), first="agent") == "begun":
            run.promise_at = min(run.promise_at, center.now + pool.READ_S)  # he may have promised others
    if any_ready and not ready and not run.why_not:
        run.why_not = why_not("personal")


def _comes(center: Center, run: Running, agent: Agent) -> bool:
    """He works for this campaign, or goes to it as soon as he can."""
    at_work = center.on_shift.get(agent.id) and agent.state is not AgentState.NOT_READY
    return bool(at_work) and (agent.id in run.agents or center.dialer.claimed.get(agent.id) == run.record.id)


def _preview(center: Center, run: Running, ready: dict[Any, Held]) -> float:
    idle = list(agents.at_hand(center, run))
    free = deque(idle[: max(0, len(idle) - len(run.in_air))])
    if not free and not run.attempts and ready:
        run.why_not = _no_agent(center, run)
    _launch(center, run, ready.values(), PREVIEW, free=free, first="agent")
    return center.now + LOOK_S


def _agentless(center: Center, run: Running, ready: dict[Any, Held], lines: int) -> float:
    _launch(center, run, ready.values(), AGENTLESS, most=lines)
    room = center.dialer.carriers.room(run.campaign.carrier, center.now)
    return center.now + LOOK_S if room.again_at is None else room.again_at


def _paced(center: Center, run: Running, ready: dict[Any, Held], lines: int) -> float:
    if not run.agents:
        run.why_not = _no_agent(center, run)
        return center.now + LOOK_S
    normal = [held for held in ready.values() if not held.restricted]
    restricted = [held for held in ready.values() if held.restricted]
    segments = Counter(held.lead.segment for held in normal)
    decision = run.pacer.decide(
        now=center.now,
        segments=segments,
        lines=lines,
        restricted=len(restricted),
        left=len(ready) if run.left is None else max(run.left, len(ready)),
    )
    run.why = dict(decision.why)
    run.evidence = dict(decision.evidence)
    why = {"pacing": run.why, "evidence": run.evidence}
    one_each = decision.restricted > 0 or decision.reserved_only
    free = deque(agents.at_hand(center, run)) if one_each else deque[Agent]()
    launched = _launch(center, run, restricted, why, most=decision.restricted, free=free)
    left = sum(count for _, count in decision.launch)
    due = [held for held in normal if clearance.promised(held.lead, center.now)]
    done = _launch(center, run, due, why, most=left, free=free if decision.reserved_only else None)
    launched, left = launched + done, left - done
    by_segment: dict[str, list[Held]] = {}
    for held in normal:
        by_segment.setdefault(held.lead.segment, []).append(held)
    for segment, count in decision.launch:
        reserved = free if decision.reserved_only else None
        done = _launch(center, run, by_segment.get(segment, []), why, most=min(count, left), free=reserved)
        launched, left = launched + done, left - done
    keep_decision(center, run, launched)
    if not launched and ready and not run.why_not:
        idle = "idle" in run.agents.values()
        run.why_not = (dict(decision.why) or why_not("pacing")) if idle else _no_agent(center, run)
    return decision.look_at


def _launch(
    center: Center,
    run: Running,
    leads: Iterable[Held],
    why: dict[str, Any],
    *,
    most: int = pool.MOST,
    free: deque[Agent] | None = None,
    first: First = "customer",
) -> int:
    """Begin up to ``most`` of these, each with an agent of ``free`` when that is given (taken from it, set aside for
    him, or rung first); how many were."""
    begun = refused = 0
    for held in list(leads):
        if begun >= most or refused >= REFUSALS:
            break
        if held.lead.id not in run.pool:
            continue
        if free is not None and not free:
            break
        done = launch(center, run, held, free[0] if free else None, why, first)
        if done == "no_line":
            break
        refused += done == "refused"
        if done == "begun":
            begun += 1
            if free:
                free.popleft()
    return begun


def _no_agent(center: Center, run: Running) -> dict[str, str]:
    """Why nobody is free for it."""
    if agents.promised(run) and not run.ready:
        return why_not("personal")
    if any(agent_id in center.dialer.claimed for agent_id in run.agents):
        return why_not("outranked")
    idle = agents.idle(run)
    if idle and not any(run.pacer.stays(agent_id, center.now) for agent_id in idle):
        return why_not("leaving")
    if any(status != "away" for status in run.agents.values()):
        return why_not("no_idle")
    able = any(
        agents.may_serve(center, agent, run) and center.on_shift.get(agent_id)
        for agent_id, agent in center.agents.items()
        if blend.does_outbound(center, agent_id)
    )
    return why_not("callers_first" if able else "no_agents")
