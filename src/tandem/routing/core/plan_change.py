"""What a new plan changes, and what it would do to those who wait and work now: read before it is applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tandem.cti.model.hours import is_open
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need, Needs, unmet
from tandem.routing.core.acd import snapshot
from tandem.routing.core.acd.line import Line
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.pool import Member, Pool
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.work import Step, Work
from tandem.routing.core.plan import SECTIONS, Plan, QueuePlan, Texts
from tandem.routing.core.steps import steps_of
from tandem.routing.plan_document.writing import inline_yaml, plan_plain

MOST_NAMES = 8
_LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``path`` in the words of the file: ``queues.loans.target``. ``text``: a sentence by language."""

    path: str
    kind: Literal["added", "removed", "changed"]
    text: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """``warning``: somebody would be worse off."""

    severity: Literal["info", "warning"]
    text: Texts


# -- what it changes ---------------------------------------------------------------------------------------------------


def difference(old: Plan, new: Plan) -> list[Difference]:
    """In the order of the file, what is removed last. The order of queues and agents does not count."""
    return list(_differences(plan_plain(old), plan_plain(new), ()))


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(old, list) and isinstance(new, list):
        old, new = ({str(number): item for number, item in enumerate(items, 1)} for items in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            if key in old:
                yield from _differences(old[key], value, (*path, key))
            else:
                yield from _whole("added", value, (*path, key))
        for key, value in old.items():
            if key not in new:
                yield from _whole("removed", value, (*path, key))
    elif old != new:
        en, zh = _where(path)
        before, after = _short(old), _short(new)
        yield _difference(path, "changed", f"{en}: {before} -> {after}", f"{zh}：{before} 改为 {after}")


def _whole(kind: Literal["added", "removed"], value: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if len(path) == 1 and path[0] in SECTIONS:  # a section: its entries are what came or went
        for key, entry in value.items():
            yield from _whole(kind, entry, (*path, key))
        return
    en, zh = _where(path)
    if len(path) == 2 and path[0] in SECTIONS:
        words = (f"{en} is new", f"新增{zh}") if kind == "added" else (f"{en} is removed", f"删除{zh}")
    elif kind == "added":
        words = f"{en}: now {_short(value)}", f"{zh}：设为 {_short(value)}"
    else:
        words = f"{en}: no longer {_short(value)}", f"{zh}：取消（原为 {_short(value)}）"
    yield _difference(path, kind, *words)


def _difference(path: tuple[str, ...], kind: Literal["added", "removed", "changed"], en: str, zh: str) -> Difference:
    return Difference(path=".".join(path), kind=kind, text={"en": en, "zh": zh})


def _where(path: tuple[str, ...]) -> tuple[str, str]:
    """``queue loans: steps 2: needs`` in both languages."""
    nouns = SECTIONS.get(path[0]) if len(path) > 1 else None
    if nouns is None:
        return ": ".join(path), "：".join(path)
    rest = path[2:]
    return ": ".join((f"{nouns[0]} {path[1]}", *rest)), "：".join((f"{nouns[1]} {path[1]}", *rest))


def _short(value: Any) -> str:
    text = inline_yaml(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


# -- what it would do now ----------------------------------------------------------------------------------------------


def preview(old: Plan, new: Plan, matcher: bytes, *, now: float) -> list[Effect]:
    """``matcher``: a snapshot of the one that runs under ``old``; ``now``: its clock, seconds since the Unix epoch.

    Calls wait in the matcher with the steps that the old plan gave them. What such a call needs of its own is what its
    steps ask for beyond the queue's; where each step of the queue asks for as much, that is unknown and taken for
    nothing.
    """
    pool = Pool()
    line = Line(pool)
    snapshot.load(matcher, pool, line, Scales(Policy()))
    members = list(pool.members.values())
    works = [entry.work for entry in line.in_order()]
    moved = [_under(new, old, work) for work in works]
    after = Matcher()
    for member in members:
        agent = new.agents.get(member.id)
        after.log_on(member.id, agent.skills if agent else {}, site=agent.site if agent else "", now=now)
    matched = [match for work in moved for match in after.enqueue(work, now=now)]
    for member in sorted((member for member in members if member.free), key=lambda member: member.idle_since):
        matched += after.available(member.id, idle_since=member.idle_since, kinds=member.kinds, now=now)
    return [
        *_matches(len(matched), len(works)),
        *_agents_left_out(old, new, [member.id for member in members]),
        *_nobody_left(old, new, works, moved, members),
        *_moves(new, works),
        *_openings(old, new, works, now),
    ]


def _matches(matched: int, waiting: int) -> Iterator[Effect]:
    if matched:
        yield _effect(
            "info",
            f"{matched} waiting {'caller' if matched == 1 else 'callers'} would match at once",
            f"{matched} 位等待中的来电者会立即接通座席",
        )
    elif waiting:
        yield _effect(
            "info", f"none of the {waiting} who wait would match at once", f"等待中的 {waiting} 位暂无人立即接通"
        )
    else:
        yield _effect("info", "nobody waits now", "目前无人等待")


def _agents_left_out(old: Plan, new: Plan, at_work: list[AgentId]) -> Iterator[Effect]:
    left_out = [agent for agent in at_work if agent in old.agents and agent not in new.agents]
    if left_out:
        names = _names(left_out)
        yield _effect(
            "warning",
            f"{len(left_out)} who are at work now are not in the new plan and get only what anyone may take: {names}",
            f"{len(left_out)} 位在岗座席不在新方案中，只能接任何人都可接的来电：{names}",
        )


def _nobody_left(old: Plan, new: Plan, works: list[Work], moved: list[Work], members: list[Member]) -> Iterator[Effect]:
    """Queues that lose the last agent at work who could take their calls, or a waiting one of them."""
    olds = [member.skills for member in members]
    news = [new.agents[member.id].skills if member.id in new.agents else {} for member in members]
    able_before, able_after = _Able(olds), _Able(news)
    stranded: dict[QueueId, int] = {}
    for work, then in zip(works, moved, strict=True):
        if able_before.any(work.steps) and not able_after.any(then.steps):
            stranded[then.queue] = stranded.get(then.queue, 0) + 1
    for queue, count in stranded.items():
        yield _effect(
            "warning",
            f"queue {queue}: {count} who wait would lose the last agent at work who can take them",
            f"队列 {queue}：{count} 位等待者将不再有能接听的在岗座席",
        )
    for queue, plan in new.queues.items():
        was = old.queues.get(queue)
        if queue in stranded or was is None or able_after.any(steps_of(plan.steps, ())):
            continue
        if able_before.any(steps_of(was.steps, ())):
            yield _effect(
                "warning",
                f"queue {queue} would have no agent at work any more",
                f"队列 {queue} 将不再有在岗座席",
            )


class _Able:
    """Does anyone of these meet any of the steps? Remembered by needs."""

    def __init__(self, skills: Sequence[Mapping[str, int]]) -> None:
        self._skills = skills
        self._known: dict[Needs, bool] = {}

    def any(self, steps: tuple[Step, ...]) -> bool:
        return any(step.only is None and self._meets(step.needs) for step in steps)

    def _meets(self, needs: Needs) -> bool:
        found = self._known.get(needs)
        if found is None:
            found = self._known[needs] = any(unmet(needs, skills) is None for skills in self._skills)
        return found


def _moves(new: Plan, works: list[Work]) -> Iterator[Effect]:
    gone: dict[QueueId, int] = {}
    for work in works:
        if work.queue not in new.queues:
            gone[work.queue] = gone.get(work.queue, 0) + 1
    first = next(iter(new.queues))
    for queue, count in gone.items():
        yield _effect(
            "warning",
            f"queue {queue} goes away: {count} who wait there would go to {first}",
            f"队列 {queue} 被删除：其中等待的 {count} 位将转到 {first}",
        )


def _openings(old: Plan, new: Plan, works: list[Work], now: float) -> Iterator[Effect]:
    waiting: dict[QueueId, int] = {}
    for work in works:
        waiting[work.queue] = waiting.get(work.queue, 0) + 1
    for queue, plan in new.queues.items():
        was, is_now = old.queues.get(queue), _is_open(new, plan, now)
        if was is None or _is_open(old, was, now) == is_now:
            continue
        if is_now:
            yield _effect("info", f"queue {queue} would open at once", f"队列 {queue} 将立即开放")
        else:
            count = waiting.get(queue, 0)
            kept = "would still be served" if plan.closing == "serve" else "would be treated as callers when closed"
            kept_zh = "仍会得到服务" if plan.closing == "serve" else "按非服务时间处理"
            yield _effect(
                "warning",
                f"queue {queue} would close at once" + (f"; {count} who wait there {kept}" if count else ""),
                f"队列 {queue} 将立即关闭" + (f"；其中等待的 {count} 位{kept_zh}" if count else ""),
            )


def _is_open(plan: Plan, queue: QueuePlan, now: float) -> bool:
    hours = plan.hours.get(queue.hours)
    return hours is None or is_open(hours, now)


def _under(new: Plan, old: Plan, work: Work) -> Work:
    """The work as it would wait under the new plan."""
    queue = new.queues.get(work.queue) or next(iter(new.queues.values()))
    common = [step for step in work.steps if step.only is None]
    if not common:  # asked for by name
        return replace(work, queue=queue.id)
    was = old.queues.get(work.queue)
    own: dict[str, int] = {}
    for step, asked in zip(common, was.steps if was else (), strict=False):
        level = {need.skill: need.minimum for need in asked.needs}
        for need in step.needs:
            if need.minimum > level.get(need.skill, 0):
                own[need.skill] = max(need.minimum, own.get(need.skill, 0))
    return replace(
        work,
        queue=queue.id,
        steps=steps_of(queue.steps, tuple(Need(skill, own[skill]) for skill in sorted(own))),
        priority=work.priority + queue.priority - (was.priority if was else 0),
        target_s=queue.target_s,
        target_share=queue.target_share,
        handle_s=queue.handle_s,
    )


def _names(agents: list[AgentId]) -> str:
    return ", ".join(agents[:MOST_NAMES]) + (", ..." if len(agents) > MOST_NAMES else "")


def _effect(severity: Literal["info", "warning"], en: str, zh: str) -> Effect:
    return Effect(severity=severity, text={"en": en, "zh": zh})
