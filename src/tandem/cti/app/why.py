"""Reasons, for people: why an agent got a call, why a caller still waits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tandem.agent_desktop.core.routing_resources import (
    CallWhy,
    CandidateLine,
    ChangeLine,
    DecisionLine,
    OvertakenLine,
    WhyWaiting,
)
from tandem.cti.app import acd, overflow, tasks
from tandem.cti.model.ids import AgentId, CallId, WorkId
from tandem.cti.model.skills import needs_text
from tandem.cti.model.states import AgentState
from tandem.routing.core.acd.reasons import (
    REASONS,
    RULES,
    change_sentence,
    why_not_sentences,
)

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

Decided = tuple[float, Mapping[str, Any]]
"""When, and the data of the timeline's ``matched`` line."""


def call_why(center: Center, call: CallId, decided: Iterable[Decided], *, now: float) -> CallWhy:
    """Every decision about a call, oldest first, and, while it waits, why nobody has it yet."""
    waiting = why_waiting(center, WorkId(call), now=now)
    return CallWhy(call=call, decisions=decision_lines(decided, center.names), waiting=waiting)


def decision_lines(decided: Iterable[Decided], names: Mapping[AgentId, str]) -> list[DecisionLine]:
    """``names``: of agents, by log-in; who is not in there goes by his log-in."""
    return [line for at, data in decided if (line := _decision(names, at, data)) is not None]


def _decision(names: Mapping[AgentId, str], at: float, data: Mapping[str, Any]) -> DecisionLine | None:
    """None for a line that was written before decisions were kept."""
    d = data.get("decision")
    if not d:
        return None
    predicted = d.get("predicted") or {}
    return DecisionLine(
        at=at,
        agent=d["agent"],
        agent_name=_name(names, d["agent"]),
        queue=d["queue"],
        rule=d["rule"],
        text=data.get("why", {}),
        step=d["step"],
        step_needs=" and ".join(d["needs"]),
        place=d["place"],
        waited_s=d["waited_s"],
        idle_s=d["idle_s"],
        cost_s=d["cost"],
        eligible=d["eligible"],
        waiting=d["waiting"],
        predicted_p50_s=predicted.get("p50_s"),
        predicted_p90_s=predicted.get("p90_s"),
        candidates=[
            CandidateLine(
                agent=c["agent"],
                name=_name(names, c["agent"]),
                idle_s=c["idle_s"],
                cost_s=c["cost"],
                reason=c["reason"],
                text=dict(REASONS[c["reason"]]) if c["reason"] in REASONS else {},
            )
            for c in d["candidates"]
        ],
        overtaken=[
            OvertakenLine(
                id=o["id"],
                queue=o["queue"],
                waited_s=o["waited_s"],
                rule=o["rule"],
                text=dict(RULES[o["rule"]]) if o["rule"] in RULES else {},
            )
            for o in d["overtaken"]
        ],
        skipped=list(d["skipped"]),
    )


def why_waiting(center: Center, entry: WorkId, *, now: float) -> WhyWaiting | None:
    """``entry``: a call, a call back or a task. None when it does not wait for an agent now."""
    record = center.callbacks.get(entry)
    work = entry if record is None else WorkId(record.attempt or "")  # a call back waits as its next attempt
    caller, task = center.callers.get(CallId(work)), center.tasks.get(work)
    waiting = caller.work if caller else task
    why = center.matcher.why_not(work, now=now, not_ready=_resting(center, for_task=task is not None))
    if why is None or waiting is None:
        return None
    left = acd.expected_wait(center, CallId(work))
    change = why.change
    text, change_text = why_not_sentences(why, center.names), change_sentence(why, center.names)
    if caller is not None and acd.nobody_may(center, CallId(work)):
        text, change_text = _closed(center, CallId(work), why.place)
    return WhyWaiting(
        id=entry,
        queue=waiting.queue,
        place=why.place,
        waited_s=max(0.0, now - waiting.queued_at),
        step=why.step,
        step_needs=needs_text(why.step_needs),
        next_step_in_s=why.next_step_in_s,
        logged_on=why.logged_on,
        free=why.free,
        ahead=why.ahead,
        skipped=list(why.skipped),
        predicted_p50_s=left.p50_s if left else None,
        predicted_p90_s=left.p90_s if left else None,
        text=text,
        change=ChangeLine(
            kind=change.kind,
            text=change_text,
            agent=change.agent,
            agent_name=_name(center.names, change.agent) if change.agent else "",
            need=str(change.need) if change.need else "",
            in_s=change.in_s,
        ),
    )


def _closed(center: Center, call: CallId, place: int) -> tuple[dict[str, str], dict[str, str]]:
    """Why it waits, and what would help: not an agent, its queue is closed."""
    state = overflow.opening(center, acd.queue_of(center.plan, center.contacts[call]))
    en, zh = (f" ({state.why['en']})", f"（{state.why['zh']}）") if state.why else ("", "")
    return (
        {"en": f"Place {place} in line. Its queue is closed{en}.", "zh": f"排在第 {place} 位。所在队列已关闭{zh}。"},
        {"en": "It goes on when the queue opens.", "zh": "队列开放后继续。"},
    )


def _resting(center: Center, *, for_task: bool) -> set[AgentId]:
    """Agents whom nothing but their own Not ready keeps from such work."""
    resting = {a.id for a in center.agents.values() if a.state is AgentState.NOT_READY and a.reachable}
    if not for_task:
        return resting
    plans = center.plan.agents
    return {agent for agent in resting if agent in plans and tasks.load_of(center, agent) < plans[agent].tasks}


def _name(names: Mapping[AgentId, str], login: str) -> str:
    return names.get(AgentId(login), login)
