"""The matcher: which waiting call goes to which free agent.

Rule: a call goes to the agent who has been idle longest among those who meet its needs; a freed agent takes the call
with the highest priority, and among equals the one that has waited longest. Pure: no clock, no I/O, no randomness.

Calls and agents are kept per *class* (a set of needs and, for a transfer to a person, that person): the number of
classes is small, so no event looks at all agents or all calls. Between events no class ever has both a waiting call and
an available agent: every method that could change that returns the one match it makes.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.skills import Needs, needs_text, unmet

_Class = tuple[Needs, AgentId | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A call that waits. ``queued_at`` decides its place and survives every requeue."""

    call: CallId
    needs: Needs
    priority: int
    queued_at: float
    target: AgentId | None = None
    """Only this agent will do (transfer to a person)."""

    @property
    def order(self) -> tuple[int, float, CallId]:
        return (-self.priority, self.queued_at, self.call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One decision, with all that its reason needs."""

    call: CallId
    agent: AgentId
    needs: Needs
    priority: int
    waited_s: float
    idle_s: float
    eligible: int
    """How many available agents could have taken it (1 or more)."""
    waiting: int
    """How many calls this agent could have taken instead, this one included."""
    targeted: bool


@dataclass(slots=True)
class _Bucket:
    calls: list[tuple[tuple[int, float, CallId], CallId]] = field(default_factory=list)
    agents: list[tuple[float, AgentId]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Free:
    proficiency: Mapping[str, int]
    idle_since: float


def _drop(items: list[Any], item: Any) -> None:
    del items[bisect_left(items, item)]


class Matcher:
    """Holds the waiting calls and the available agents; returns matches."""

    def __init__(self) -> None:
        self._waiting: dict[CallId, Waiting] = {}
        self._free: dict[AgentId, _Free] = {}
        self._buckets: dict[_Class, _Bucket] = {}
        self._line: list[tuple[tuple[int, float, CallId], CallId]] = []

    # ---- what changes ----

    def enqueue(self, waiting: Waiting, *, now: float) -> Match | None:
        """A call begins to wait (or waits again, at its old place). Raises WrongState when it already waits."""
        if waiting.call in self._waiting:
            raise WrongState(f"call {waiting.call} already waits")
        key = (waiting.needs, waiting.target)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(
                agents=sorted((free.idle_since, agent) for agent, free in self._free.items() if _fits(key, agent, free))
            )
        self._waiting[waiting.call] = waiting
        insort(bucket.calls, (waiting.order, waiting.call))
        insort(self._line, (waiting.order, waiting.call))
        return self._take(waiting, bucket.agents[0][1], now=now) if bucket.agents else None

    def withdraw(self, call: CallId) -> bool:
        """The call no longer waits. False when it did not wait."""
        waiting = self._waiting.pop(call, None)
        if waiting is None:
            return False
        key = (waiting.needs, waiting.target)
        bucket = self._buckets[key]
        _drop(bucket.calls, (waiting.order, call))
        _drop(self._line, (waiting.order, call))
        if not bucket.calls and waiting.target is not None:
            del self._buckets[key]  # classes of needs are few and stay; classes of one person would pile up
        return True

    def agent_available(
        self, agent: AgentId, proficiency: Mapping[str, int], *, idle_since: float, now: float
    ) -> Match | None:
        """The agent can take a call from now on (said again: his skills or idle time changed)."""
        self.agent_unavailable(agent)
        free = self._free[agent] = _Free(proficiency, idle_since)
        best: Waiting | None = None
        for key, bucket in self._buckets.items():
            if _fits(key, agent, free):
                insort(bucket.agents, (idle_since, agent))
                if not bucket.calls:
                    continue
                first = self._waiting[bucket.calls[0][1]]
                if best is None or first.order < best.order:
                    best = first
        return None if best is None else self._take(best, agent, now=now)

    def agent_unavailable(self, agent: AgentId) -> bool:
        """The agent can take no call. False when he could not before."""
        free = self._free.pop(agent, None)
        if free is None:
            return False
        for key, bucket in self._buckets.items():
            if _fits(key, agent, free):
                _drop(bucket.agents, (free.idle_since, agent))
        return True

    # ---- what can be asked ----

    def place(self, call: CallId) -> int | None:
        """Place in the one line of all waiting calls, from 1; None when the call does not wait."""
        waiting = self._waiting.get(call)
        return None if waiting is None else bisect_left(self._line, (waiting.order, call)) + 1

    def waiting(self) -> list[Waiting]:
        """All waiting calls, in line."""
        return [self._waiting[call] for _, call in self._line]

    @property
    def available(self) -> frozenset[AgentId]:
        return frozenset(self._free)

    # ---- inside ----

    def _take(self, waiting: Waiting, agent: AgentId, *, now: float) -> Match:
        free = self._free[agent]
        bucket = self._buckets[(waiting.needs, waiting.target)]
        match = Match(
            call=waiting.call,
            agent=agent,
            needs=waiting.needs,
            priority=waiting.priority,
            waited_s=max(0.0, now - waiting.queued_at),
            idle_s=max(0.0, now - free.idle_since),
            eligible=len(bucket.agents),
            waiting=sum(len(b.calls) for key, b in self._buckets.items() if _fits(key, agent, free)),
            targeted=waiting.target is not None,
        )
        self.agent_unavailable(agent)
        self.withdraw(waiting.call)
        return match


def _fits(key: _Class, agent: AgentId, free: _Free) -> bool:
    needs, target = key
    return (target is None or target == agent) and unmet(needs, free.proficiency) is None


_LANGUAGES_ZH = {"language:zh": "中文", "language:en": "英语"}


def _needs_zh(needs: Needs) -> str:
    """``中文≥3、loans≥2``: readable without the syntax of skills."""
    words = [f"{_LANGUAGES_ZH.get(need.skill, need.skill.rpartition(':')[2])}≥{need.minimum}" for need in needs]
    return "、".join(words) or "无特殊技能要求"


def reason(match: Match, name: str) -> dict[str, str]:
    """Why this agent, in one sentence per language (``zh``, ``en``)."""
    idle, waited = round(match.idle_s), round(match.waited_s)
    if match.targeted:
        return {
            "en": f"The caller was transferred to {name} in person and waited {waited} s.",
            "zh": f"来电被指定转接给{name}，已等待 {waited} 秒。",
        }
    needs, needs_zh = needs_text(match.needs), _needs_zh(match.needs)
    others = match.eligible - 1
    if others:
        choice_en = f"{name} was idle longest ({idle} s) of {match.eligible} free agents with {needs}"
        choice_zh = f"在 {match.eligible} 位符合“{needs_zh}”的空闲座席中，{name}空闲最久（{idle} 秒）"
    else:
        choice_en = f"{name} was the only free agent with {needs} (idle {idle} s)"
        choice_zh = f"{name}是唯一符合“{needs_zh}”的空闲座席（已空闲 {idle} 秒）"
    ahead_en = f", and it was first of {match.waiting} calls that {name} can take" if match.waiting > 1 else ""
    ahead_zh = f"，并在{name}可接的 {match.waiting} 个来电中排第一" if match.waiting > 1 else ""
    return {
        "en": f"{choice_en}; the call had waited {waited} s at priority {match.priority}{ahead_en}.",
        "zh": f"{choice_zh}；来电优先级 {match.priority}，已等待 {waited} 秒{ahead_zh}。",
    }
