"""Why a work still waits, and the one change that would answer it. Asked by people: it may look at all agents."""

from __future__ import annotations

from collections.abc import Container, Iterable

from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.acd.line import Entry
from tandem.routing.core.acd.pool import Member
from tandem.routing.core.acd.work import Change, Step, WhyNot


def why_not(
    entry: Entry, *, place: int, ahead: int, free: Iterable[Member], not_ready: Container[AgentId], now: float
) -> WhyNot:
    """``free``: all available agents. ``not_ready``: agents known to have no call and not to be Ready."""
    route, stage = entry.lane.route, entry.stage
    members = {member: None for group in route.stages[stage] for member in group.members}
    able = [member for member in free if entry.work.kind in member.kinds]
    return WhyNot(
        id=entry.work.id,
        place=place,
        step=stage,
        step_needs=route.steps[stage].needs,
        next_step_in_s=None if entry.step_at is None else max(0.0, entry.step_at - now),
        logged_on=len(members),
        free=sum(member in members for member in able),
        ahead=ahead,
        skipped=tuple(n for n in range(stage) if not route.step_groups[n].members),
        # who became Ready would take what stands before it first
        change=_change(entry, members, able, () if ahead else not_ready, now),
    )


def _change(
    entry: Entry, members: Iterable[Member], able: list[Member], not_ready: Container[AgentId], now: float
) -> Change:
    """The least of the changes that would do: somebody becomes Ready, a step comes sooner, a need is lowered."""
    resting = min((member.id for member in members if member.id in not_ready), default=None)
    if resting is not None:
        return Change(kind="agent_ready", agent=resting)
    route, work = entry.lane.route, entry.work
    for step in range(entry.stage + 1, len(route.steps)):
        for member in able:
            if member in route.step_groups[step].members:
                in_s = max(0.0, work.queued_at + route.steps[step].from_s - now)
                return Change(kind="next_step", agent=member.id, in_s=in_s)
    lowered = [
        (need.minimum - member.skills.get(need.skill, 0), member.idle_since, member.turn, need, member)
        for step in route.steps[: entry.stage + 1]
        for member in able
        if (need := _only_unmet(step, member)) is not None
    ]
    if lowered:
        _, _, _, need, member = min(lowered, key=lambda found: found[:3])
        return Change(kind="lower_need", agent=member.id, need=need, to=member.skills.get(need.skill, 0))
    return Change(kind="none")


def _only_unmet(step: Step, member: Member) -> Need | None:
    """The one need of the step that he does not meet; None when there are more."""
    if step.only is not None and step.only != member.id:
        return None
    unmet: Needs = tuple(need for need in step.needs if member.skills.get(need.skill, 0) < need.minimum)
    return unmet[0] if len(unmet) == 1 else None
