"""The matcher against a slow reference that looks at everybody: what must never happen, in any history.

A history is a string of bytes: events come late, twice, or not at all, and the clock jumps both ways. An ordinary run
has the same few hundred each time; TANDEM_HISTORIES says how many others to look for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need, unmet
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.policy import Policy
from tandem.routing.core.acd.reasons import REASONS, RULES, sentences, why_not_sentences
from tandem.routing.core.acd.work import Kind, Match, Step, Work

HISTORIES = int(os.environ.get("TANDEM_HISTORIES", "300"))
AGENTS = tuple(AgentId(f"a{number}") for number in range(5))
SKILLS = ("language:zh", "product:loans", "product:cards")
SITES = ("", "east", "west")
KINDS: tuple[frozenset[Kind], ...] = (frozenset({"voice"}), frozenset({"voice", "task"}), frozenset({"task"}))
EXPLAIN = 50
ROUTES: tuple[tuple[Step, ...], ...] = (
    (Step(needs=()),),
    (
        Step(needs=(Need("language:zh", 4),)),
        Step(needs=(Need("language:zh", 2),), from_s=5.0),
        Step(needs=(), from_s=10),
    ),
    (
        Step(needs=(Need("product:loans", 3), Need("language:zh", 2))),
        Step(needs=(Need("product:loans", 1),), from_s=5.0),
    ),
    # The second step does not hold the first one.
    (Step(needs=(Need("product:cards", 2),)), Step(needs=(Need("product:loans", 2),), from_s=8.0)),
    (Step(needs=(), only=AGENTS[0]), Step(needs=(Need("product:cards", 2),), from_s=15.0)),
    (Step(needs=(Need("language:zh", 3),), only=AGENTS[1]), Step(needs=(Need("language:zh", 3),), from_s=6.0)),
    (Step(needs=(), only=AGENTS[2]),),
    (Step(needs=(Need("nobody:has", 1),)), Step(needs=(Need("product:loans", 5),), from_s=20.0)),
)


@dataclass
class Waiting:
    work: Work
    step: int
    floor: int

    @property
    def order(self) -> tuple[int, int, float, str]:
        return (self.work.tier, -self.work.priority, self.work.queued_at, self.work.id)

    @property
    def lane(self) -> tuple[object, ...]:
        work = self.work
        return (work.queue, work.tier, work.priority, work.site, work.kind, work.steps, self.floor)


@dataclass
class Slow:
    """Who is there, who is free, what waits and how far it has come."""

    skills: dict[AgentId, dict[str, int]] = field(default_factory=dict)
    free: dict[AgentId, frozenset[Kind]] = field(default_factory=dict)
    waiting: dict[WorkId, Waiting] = field(default_factory=dict)

    def meets(self, agent: AgentId, step: Step) -> bool:
        skills = self.skills.get(agent)
        return skills is not None and step.only in (None, agent) and unmet(step.needs, skills) is None

    def can_take(self, agent: AgentId, kinds: frozenset[Kind], waiting: Waiting) -> bool:
        steps = waiting.work.steps[: waiting.step + 1]
        return waiting.work.kind in kinds and any(self.meets(agent, step) for step in steps)

    def widen(self, now: float) -> None:
        for waiting in self.waiting.values():
            steps, queued_at = waiting.work.steps, waiting.work.queued_at
            for number in range(waiting.step + 1, len(steps)):
                if queued_at + steps[number].from_s <= now:
                    waiting.step = number
            while waiting.step + 1 < len(steps) and not any(self.meets(a, steps[waiting.step]) for a in self.skills):
                waiting.step += 1
        for ahead in self.waiting.values():
            ahead.step = max(w.step for w in self.waiting.values() if w.lane == ahead.lane and w.order >= ahead.order)


class History:
    """One history, told to a matcher, to a copy that was restored from it, and to the reference."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.fast = Matcher(policy)
        self.copy: Matcher | None = None
        self.slow = Slow()
        self.now = 1000.0
        self.given: list[WorkId] = []
        self.works = 0
        self.punctual = False
        """The matcher was told the time before the event."""
        self.new: WorkId | None = None
        """Came with this event: after whatever was due before it."""
        self.freed: AgentId | None = None
        """Became free with this event."""

    def tell(self, event: Callable[[Matcher], list[Match]]) -> None:
        matches = event(self.fast)
        if self.copy is not None:
            assert event(self.copy) == matches
        self.slow.widen(self.now)
        for match in matches:
            self.check(match, alone=self.punctual and len(matches) == 1)
            del self.slow.waiting[match.work.id], self.slow.free[match.agent]
            self.given.append(match.work.id)

    def check(self, match: Match, *, alone: bool) -> None:
        slow = self.slow
        assert match.work.id in slow.waiting, "given twice, or never waited"
        assert match.agent in slow.free, "was not free"
        kinds, taken = slow.free[match.agent], slow.waiting[match.work.id]
        assert slow.can_take(match.agent, kinds, taken), "illegal"
        step = next(n for n, step in enumerate(taken.work.steps) if slow.meets(match.agent, step))
        assert match.step == step
        line = [waiting for waiting in slow.waiting.values() if waiting is taken or waiting.work.id != self.new]
        mine = [waiting for waiting in line if slow.can_take(match.agent, kinds, waiting)]
        passed = sorted(waiting.order for waiting in mine if waiting.order < taken.order)
        assert match.rule in RULES
        assert match.waited_s >= 0.0
        assert match.idle_s >= 0.0
        if match.agent == self.freed:  # of steps that come due for others, the earlier one counts first
            assert match.work.tier == min(waiting.work.tier for waiting in mine)
            alike = [other for other in mine if other.work.queue == match.work.queue and other.order in passed]
            assert not any(other.work.priority == match.work.priority for other in alike), "overtaken in its class"
            if self.policy.explain:
                assert [other.id for other in match.overtaken] == [WorkId(order[3]) for order in passed]
        if self.policy.explain:
            assert all(other.rule in RULES for other in match.overtaken)
            assert all(other.reason in REASONS for other in match.candidates)
            assert all(match.cost <= other.cost for other in match.candidates)
        if alone:
            able = [agent for agent, theirs in slow.free.items() if slow.can_take(agent, theirs, taken)]
            assert match.eligible == len(able)
            assert match.waiting == len(mine)
            if self.policy.explain:
                assert {other.agent for other in match.candidates} == {*able} - {match.agent}
            assert match.place == 1 + sum(waiting.order < taken.order for waiting in line)
        assert "\n" not in "".join(sentences(match, {AGENTS[0]: "梅"}).values())

    def settled(self) -> None:
        """What holds between any two events."""
        slow, fast = self.slow, self.fast
        assert not any(
            slow.can_take(agent, kinds, waiting)
            for agent, kinds in slow.free.items()
            for waiting in slow.waiting.values()
        ), "waits although somebody is free"
        line = sorted(slow.waiting.values(), key=lambda waiting: waiting.order)
        assert [work.id for work in fast.waiting()] == [waiting.work.id for waiting in line]
        assert [fast.place(waiting.work.id) for waiting in line] == list(range(1, len(line) + 1))
        assert [fast.step_of(waiting.work.id) for waiting in line] == [waiting.step for waiting in line]
        assert fast.available_agents == set(slow.free)

    # ---- events ----

    def play(self, a: int, b: int, c: int) -> None:
        self.now += (0.0, 0.5, 1.0, 3.0, 7.0, 30.0, -5.0, 4000.0 if c & 64 else -3000.0)[c & 7]
        agent = AGENTS[b % len(AGENTS)]
        self.punctual, self.new, self.freed = False, None, None
        if a & 32:
            self.tell(lambda matcher: matcher.tick(now=self.now))
            self.punctual = True
        events = (self.log_on, self.log_off, self.free, self.free, self.free, self.busy, self.come, self.come)
        events[a % 8](agent, b, c)
        if a & 8 and a & 16:
            self.leave(b)
        if a & 128 and a & 64 and a & 8:
            self.hurry(b, c)
        self.settled()

    def log_on(self, agent: AgentId, b: int, c: int) -> None:
        skills = {skill: 1 + (b * 7 + c * 3 + n) % 5 for n, skill in enumerate(SKILLS) if (b + c) >> n & 1}
        site = SITES[c % 3]
        self.slow.skills[agent] = skills
        self.tell(lambda matcher: matcher.log_on(agent, skills, site=site, now=self.now))

    def log_off(self, agent: AgentId, b: int, c: int) -> None:
        if b & 32:
            self.slow.skills.pop(agent, None)
            self.slow.free.pop(agent, None)
            self.tell(lambda matcher: matcher.log_off(agent, now=self.now))

    def free(self, agent: AgentId, b: int, c: int) -> None:
        kinds = KINDS[(b >> 4) % 3]
        if agent not in self.slow.skills:
            with pytest.raises(WrongState):
                self.fast.available(agent, idle_since=self.now, now=self.now)
            return
        self.slow.free[agent] = kinds
        self.freed = agent
        idle_since = self.now - (c >> 3)
        self.tell(lambda matcher: matcher.available(agent, idle_since=idle_since, kinds=kinds, now=self.now))

    def busy(self, agent: AgentId, b: int, c: int) -> None:
        was = self.slow.free.pop(agent, None) is not None
        assert all(matcher.unavailable(agent) == was for matcher in (self.fast, self.copy) if matcher)

    def come(self, agent: AgentId, b: int, c: int) -> None:
        """A new work, one that waits already, or one that was given before (nobody answered it)."""
        self.works += 1
        again = c & 128 and self.given
        name = self.given[b % len(self.given)] if again else WorkId(f"w{self.works:03}")
        work = Work(
            id=name,
            queue=QueueId(f"q{b % 3}"),
            queued_at=self.now - (c & 15),
            steps=ROUTES[(b >> 2) % len(ROUTES)],
            tier=(c >> 4) & 1,
            priority=int(b & 192 == 192),
            kind="task" if b % 7 == 0 else "voice",
            site=SITES[(b >> 3) % 3],
        )
        if name in self.slow.waiting:
            with pytest.raises(WrongState):
                self.fast.enqueue(work, now=self.now)
            return
        self.slow.waiting[name] = Waiting(work, 0, 0)
        self.new = name
        self.tell(lambda matcher: matcher.enqueue(work, now=self.now))

    def leave(self, b: int) -> None:
        if self.slow.waiting and b & 3 == 0:
            name = sorted(self.slow.waiting)[b % len(self.slow.waiting)]
            del self.slow.waiting[name]
            assert all(matcher.withdraw(name) for matcher in (self.fast, self.copy) if matcher)
            assert not self.fast.withdraw(name)
            assert self.fast.place(name) is None

    def hurry(self, b: int, c: int) -> None:
        if self.slow.waiting:
            name = sorted(self.slow.waiting)[b % len(self.slow.waiting)]
            waiting = self.slow.waiting[name]
            self.new = self.freed = None
            self.slow.widen(self.now)
            if c % 4 > waiting.step:
                waiting.step = waiting.floor = min(c % 4, len(waiting.work.steps) - 1)
            self.tell(lambda matcher: matcher.widen(name, c % 4, now=self.now))

    def ask(self) -> None:
        for name in self.slow.waiting:
            why = self.fast.why_not(name, now=self.now)
            assert why is not None
            assert why.free == 0
            assert why.ahead == self.fast.ahead(name) < why.place
            assert "\n" not in "".join(why_not_sentences(why).values())

    def save(self) -> None:
        self.copy = Matcher.restore(self.fast.snapshot(), self.policy)
        assert self.copy.wake_at() == self.fast.wake_at()


@given(st.binary(min_size=30, max_size=240), st.sampled_from([0, EXPLAIN]), st.integers(0, 60))
@settings(max_examples=HISTORIES)
def test_whatever_happens(events: bytes, explain: int, save_at: int) -> None:
    history = History(Policy(explain=explain, look=EXPLAIN))
    for number, (a, b, c) in enumerate(zip(events[::3], events[1::3], events[2::3], strict=False)):
        history.play(a, b, c)
        if number == save_at:
            history.save()
    history.ask()


@given(st.binary(min_size=60, max_size=240))
@settings(max_examples=max(1, HISTORIES // 10))
def test_with_a_narrow_look_everybody_is_still_served(events: bytes) -> None:
    history = History(Policy(look=1))
    for a, b, c in zip(events[::3], events[1::3], events[2::3], strict=False):
        history.play(a, b, c)
