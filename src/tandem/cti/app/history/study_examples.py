"""Changes to try on a stored day, in the words of the plan in force: every one of them fits it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tandem.agent_desktop.core.study_resources import ChangeExample
from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan
from tandem.routing.plan_document.writing import plan_plain, yaml_text

_SOON_S = 15.0
_MORE_PRIORITY = 10
_MOST_PRIORITY = 100


def examples(plan: Plan) -> list[ChangeExample]:
    """As many as the plan allows: somebody more, other hours, a lower need, wider steps, priority."""
    voice = [queue for queue in plan.queues.values() if queue.kind == "voice"]
    return [*_of_agents(plan, voice), *_of_steps(voice), *_of_priority(voice)]


def _of_agents(plan: Plan, voice: list[QueuePlan]) -> Iterator[ChangeExample]:
    skilled = next((agent for agent in plan.agents.values() if agent.skills), None)
    if skilled is None:
        return
    skills = next((_skills(queue, skilled) for queue in voice if queue.steps[0].needs), dict(skilled.skills))
    yield ChangeExample(
        title={"en": "One more agent in the afternoon", "zh": "下午增加一名座席"},
        change=yaml_text({"agents": {_unused(plan): {"skills": skills, "shift": "13:00-18:00"}}}),
    )
    yield ChangeExample(
        title={"en": f"Other hours for {skilled.login}", "zh": f"调整 {skilled.login} 的班次"},
        change=yaml_text({"agents": {str(skilled.login): {"shift": "10:00-14:00 15:00-19:00"}}}),
    )


def _skills(queue: QueuePlan, other: AgentPlan) -> dict[str, int]:
    """What the first step asks for, and the languages of somebody who is there already."""
    languages = {skill: level for skill, level in other.skills.items() if skill.startswith("language:")}
    return languages | {need.skill: need.minimum for need in queue.steps[0].needs}


def _unused(plan: Plan) -> str:
    names = ["one_more", *(f"one_more_{number}" for number in range(2, len(plan.agents) + 3))]
    return next(name for name in names if AgentId(name) not in plan.agents)


def _of_steps(voice: list[QueuePlan]) -> Iterator[ChangeExample]:
    yield from _first(
        voice, _lowered, lambda name: {"en": f"{name}: a level less is enough", "zh": f"{name}：技能要求降一级"}
    )
    yield from _first(
        voice,
        _widened,
        lambda name: {"en": f"{name}: anyone after 15 seconds", "zh": f"{name}：15 秒后任何座席均可接听"},
    )


def _first(
    voice: list[QueuePlan],
    other: Callable[[QueuePlan], tuple[StepPlan, ...] | None],
    title: Callable[[str], dict[str, str]],
) -> Iterator[ChangeExample]:
    """Of the first queue whose steps can be changed like that."""
    for queue in voice:
        steps = other(queue)
        if steps is not None:
            written: Any = plan_plain(Plan(queues={queue.id: replace(queue, steps=steps)}))
            change = {"queues": {str(queue.id): {"steps": written["queues"][queue.id]["steps"]}}}
            yield ChangeExample(title=title(queue.id), change=yaml_text(change))
            return


def _lowered(queue: QueuePlan) -> tuple[StepPlan, ...] | None:
    first, *later = queue.steps
    needs = tuple(Need(need.skill, max(1, need.minimum - 1)) for need in first.needs)
    if needs == first.needs:
        return None
    # a later step may add somebody to the old first one and nobody to the new one
    return (replace(first, needs=needs), *(step for step in later if not _implies(step.needs, needs)))


def _implies(one: Needs, other: Needs) -> bool:
    """Whoever meets one meets the other."""
    levels = {need.skill: need.minimum for need in one}
    return all(levels.get(need.skill, 0) >= need.minimum for need in other)


def _widened(queue: QueuePlan) -> tuple[StepPlan, ...] | None:
    before = tuple(step for step in queue.steps if step.after_s < _SOON_S)
    if any(not step.needs for step in before):
        return None
    return (*before, StepPlan(needs=(), after_s=_SOON_S))


def _of_priority(voice: list[QueuePlan]) -> Iterator[ChangeExample]:
    if len(voice) > 1:
        queue = voice[0]
        priority = min(_MOST_PRIORITY, queue.priority + _MORE_PRIORITY)
        yield ChangeExample(
            title={"en": f"{queue.id} goes first", "zh": f"优先接听 {queue.id}"},
            change=yaml_text({"queues": {str(queue.id): {"priority": priority}}}),
        )
