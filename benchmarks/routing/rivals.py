"""The policies that the product is compared with, written from their public descriptions.

Each is given every advantage that its description leaves open: no polling delay, no callers blocked behind the head of
their queue, and those of its settings that did best on the tuning seeds.

Shared by all: an agent is free or not; a contact's step rises with its time; an agent may take a contact whose step is
at least the first one that he meets (``World.reach``). Free agents are kept per queue and step by how long they are
idle, callers per queue and tier by when they came; entries that are out of date are dropped when they come to the top.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks.routing.policy import Pair
from benchmarks.routing.world import STEP_FROM_S, TARGET_S, TIERS, World

_LATE = 1e-6
_LAST = len(STEP_FROM_S) - 1


class Head(NamedTuple):
    """The first caller of a queue and tier, to whom a certain free agent may be given."""

    since: float
    contact: int
    queue: int
    tier: int
    step: int


class Rival:
    """The machinery. A policy chooses the agent for a caller (``choose_agent``) and the caller for an agent
    (``choose_contact``)."""

    name = ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.waits = [False] * len(world.contacts)
        self.step = [0] * len(world.contacts)
        self.stamp = [0] * len(world.agents)
        self.free = [False] * len(world.agents)
        self.idle: list[list[list[tuple[float, int, int]]]] = [[[] for _ in STEP_FROM_S] for _ in world.queues]
        self.line: list[list[list[tuple[float, int]]]] = [[[] for _ in TIERS] for _ in world.queues]
        self.length = [[0] * len(TIERS) for _ in world.queues]
        self.timers: list[tuple[float, int, int]] = []

    # ---- what a policy says ----

    def choose_agent(self, contact: int, queue: int, step: int, now: float) -> int | None:
        raise NotImplementedError

    def choose_contact(self, agent: int, heads: Iterator[Head], now: float) -> int | None:
        raise NotImplementedError

    # ---- what it is told ----

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        caller = self.world.contacts[contact]
        waited_s = now - caller.arrival_s
        step = max(index for index, from_s in enumerate(STEP_FROM_S) if waited_s >= from_s - _LATE)
        self.step[contact] = step
        agent = self.choose_agent(contact, caller.queue, step, now)
        if agent is not None:
            self.unavailable(agent, now=now)
            return (Pair(contact, agent),)
        self.waits[contact] = True
        self.length[caller.queue][caller.tier] += 1
        heapq.heappush(self.line[caller.queue][caller.tier], (caller.arrival_s, contact))
        if step < _LAST:
            heapq.heappush(self.timers, (caller.arrival_s + STEP_FROM_S[step + 1], contact, step + 1))
        return ()

    def withdraw(self, contact: int, *, now: float) -> None:
        caller = self.world.contacts[contact]
        self.waits[contact] = False
        self.length[caller.queue][caller.tier] -= 1

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        contact = self.choose_contact(agent, self.heads(agent), now)
        if contact is not None:
            self.withdraw(contact, now=now)
            return (Pair(contact, agent),)
        self.free[agent] = True
        self.stamp[agent] += 1
        entry = (idle_since, agent, self.stamp[agent])
        for queue, step in self.world.reach[agent].items():
            heapq.heappush(self.idle[queue][step], entry)
        return ()

    def unavailable(self, agent: int, *, now: float) -> None:
        self.free[agent] = False

    def tick(self, *, now: float) -> Sequence[Pair]:
        pairs = []
        while self.timers and self.timers[0][0] <= now:
            _, contact, step = heapq.heappop(self.timers)
            if not self.waits[contact] or self.step[contact] >= step:
                continue
            caller = self.world.contacts[contact]
            self.step[contact] = step
            if step < _LAST:
                heapq.heappush(self.timers, (caller.arrival_s + STEP_FROM_S[step + 1], contact, step + 1))
            agent = self.choose_agent(contact, caller.queue, step, now)
            if agent is not None:
                self.withdraw(contact, now=now)
                self.unavailable(agent, now=now)
                pairs.append(Pair(contact, agent))
        return pairs

    def wake_at(self) -> float | None:
        return self.timers[0][0] if self.timers else None

    # ---- what policies ask ----

    def heads(self, agent: int) -> Iterator[Head]:
        """The oldest caller of every queue and tier whom he may take (its step is the highest there)."""
        for queue, step in self.world.reach[agent].items():
            lengths = self.length[queue]
            for tier, line in enumerate(self.line[queue]):
                if lengths[tier]:
                    while not self.waits[line[0][1]]:
                        heapq.heappop(line)
                    since, contact = line[0]
                    if self.step[contact] >= step:
                        yield Head(since, contact, queue, tier, self.step[contact])

    def top(self, heap: list[tuple[float, int, int]]) -> tuple[float, int, int] | None:
        """Who is idle longest in it."""
        while heap and not (self.free[heap[0][1]] and self.stamp[heap[0][1]] == heap[0][2]):
            heapq.heappop(heap)
        return heap[0] if heap else None

    def longest_idle(self, queue: int, step: int) -> int | None:
        best = None
        for met in range(step + 1):
            top = self.top(self.idle[queue][met])
            if top is not None and (best is None or top < best):
                best = top
        return None if best is None else best[1]


class LongestIdle(Rival):
    """The agent idle longest; the caller who has waited longest, a tier counting as so many seconds more."""

    def __init__(self, world: World, bonus_s: Sequence[float] = (300.0, 60.0, 0.0)) -> None:
        super().__init__(world)
        self.bonus_s = bonus_s
        self.name = "longest-idle"

    def choose_agent(self, contact: int, queue: int, step: int, now: float) -> int | None:
        return self.longest_idle(queue, step)

    def choose_contact(self, agent: int, heads: Iterator[Head], now: float) -> int | None:
        best = min(((head.since - self.bonus_s[head.tier], head.contact) for head in heads), default=None)
        return None if best is None else best[1]


class Targets(Rival):
    """As Twilio's TaskRouter: a workflow's targets one after the other, each with a timeout and a priority of its own;
    the worker idle longest; for a freed worker the task of the highest priority, then the oldest."""

    def __init__(self, world: World, tier_priority: Sequence[int] = (20, 5, 0), rise: int = 4) -> None:
        super().__init__(world)
        self.tier_priority, self.rise = tier_priority, rise
        self.name = "targets"

    def choose_agent(self, contact: int, queue: int, step: int, now: float) -> int | None:
        return self.longest_idle(queue, step)

    def choose_contact(self, agent: int, heads: Iterator[Head], now: float) -> int | None:
        best = min(
            ((-self.tier_priority[head.tier] - self.rise * head.step, head.since, head.contact) for head in heads),
            default=None,
        )
        return None if best is None else best[2]


class AppQueue(Rival):
    """As Asterisk's app_queue: every queue for itself, its callers by priority (QUEUE_PRIO: the tier), then in order;
    members by penalty, among equals the one whose last call is longest ago; the highest penalty that may ring rises
    with the wait (QUEUE_MAX_PENALTY by queue rules: the steps). A member of several queues goes to the heaviest queue
    with callers, among equals to the head whose next try (each tries once a second) comes first.

    ``by_level``: a penalty for each level and not for each step. ``heavy``: so many of the busiest queues (callers per
    agent) weigh more.
    """

    def __init__(self, world: World, by_level: bool = False, heavy: float = 0.0) -> None:
        super().__init__(world)
        self.by_level = by_level
        self.name = "app_queue tuned" if by_level or heavy else "app_queue"
        self.last_call = [0.0] * len(world.agents)
        self.by_penalty: list[list[list[tuple[float, int, int]]]] = [[[] for _ in range(5)] for _ in world.queues]
        reached = [0] * len(world.queues)
        for reach in world.reach:
            for queue in reach:
                reached[queue] += 1
        work = [rate * queue.handle_s for rate, queue in zip(world.rates, world.queues, strict=True)]
        ranked = sorted(range(len(world.queues)), key=lambda queue: -work[queue] / max(1, reached[queue]))
        self.weight = [0] * len(world.queues)
        for queue in ranked[: round(heavy * len(ranked))]:
            self.weight[queue] = 1

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        pairs = super().available(agent, idle_since=idle_since, now=now)
        if not pairs and self.by_level:
            entry = (idle_since, agent, self.stamp[agent])
            levels = self.world.agents[agent].levels
            for queue in self.world.reach[agent]:
                level = levels[self.world.queues[queue].skill]
                heapq.heappush(self.by_penalty[queue][5 - level], entry)
        return pairs

    def choose_agent(self, contact: int, queue: int, step: int, now: float) -> int | None:
        if not self.by_level:
            for heap in self.idle[queue][: step + 1]:
                top = self.top(heap)
                if top is not None:
                    return top[1]
            return None
        for heap in self.by_penalty[queue]:
            top = self.top(heap)
            if top is not None and self.world.reach[top[1]][queue] <= step:
                return top[1]
        return self.longest_idle(queue, step)

    def choose_contact(self, agent: int, heads: Iterator[Head], now: float) -> int | None:
        best: dict[int, Head] = {}
        for head in heads:  # tiers come in order: the first of a queue is its head
            best.setdefault(head.queue, head)
        if not best:
            return None
        return min(best.values(), key=lambda head: (-self.weight[head.queue], (head.since - now) % 1.0)).contact


class QueueAndIdleness(Rival):
    """Queue-and-idleness ratio (Gurvich and Whitt 2009, Queue-and-idleness-ratio controls in many-server service
    systems): a caller goes to the pool whose share of the idle agents is most above what is due to it, a freed agent to
    the class whose share of the waiting callers is most above what is due to it. Pools are teams; their due is their
    share of the agents. Classes are a queue's tiers; their due falls with how fast the tier is to be served.

    ``by_ratio``: the largest quotient and not the largest difference.
    """

    def __init__(self, world: World, targets_s: Sequence[float] = (2.0, 15.0, TARGET_S), by_ratio: bool = True) -> None:
        super().__init__(world)
        self.name = "queue-idleness"
        self.by_ratio = by_ratio
        teams = [agent.team for agent in world.agents]
        self.team = teams
        self.pool_share = [teams.count(team) / len(teams) for team in range(max(teams) + 1)]
        self.idle_in = [0] * len(self.pool_share)
        self.idle_all = 0
        self.waiting_all = 0
        shares = (0.05, 0.15, 0.80)
        due = [[rate * share * target for share, target in zip(shares, targets_s, strict=True)] for rate in world.rates]
        total = sum(map(sum, due))
        self.due = [[part / total for part in parts] for parts in due]
        self.pools: list[dict[int, list[list[tuple[float, int, int]]]]] = [{} for _ in world.queues]

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        pairs = super().available(agent, idle_since=idle_since, now=now)
        if not pairs:
            self.idle_in[self.team[agent]] += 1
            self.idle_all += 1
            entry = (idle_since, agent, self.stamp[agent])
            for queue, step in self.world.reach[agent].items():
                pool = self.pools[queue].setdefault(self.team[agent], [[] for _ in STEP_FROM_S])
                heapq.heappush(pool[step], entry)
        return pairs

    def unavailable(self, agent: int, *, now: float) -> None:
        if self.free[agent]:
            self.idle_in[self.team[agent]] -= 1
            self.idle_all -= 1
        super().unavailable(agent, now=now)

    def choose_agent(self, contact: int, queue: int, step: int, now: float) -> int | None:
        best, most = None, 0.0
        for team, steps in self.pools[queue].items():
            if not self.idle_in[team]:
                continue
            first = None
            for heap in steps[: step + 1]:
                top = self.top(heap)
                if top is not None and (first is None or top < first):
                    first = top
            if first is not None:
                share = self.pool_share[team]
                over = self.idle_in[team] / share if self.by_ratio else self.idle_in[team] - share * self.idle_all
                if best is None or over > most:
                    best, most = first[1], over
        return best

    def choose_contact(self, agent: int, heads: Iterator[Head], now: float) -> int | None:
        best, most = None, 0.0
        waiting = sum(map(sum, self.length)) if not self.by_ratio else 0
        for head in heads:
            length, due = self.length[head.queue][head.tier], self.due[head.queue][head.tier]
            over = length / due if self.by_ratio else length - due * waiting
            if best is None or over > most:
                best, most = head.contact, over
        return best


class Pooled(Rival):
    """No policy but a bound: every agent takes every call, in order. Run with ``pooled``."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.name = "pooled bound"
        self.queue: list[tuple[float, int]] = []
        self.agents: list[tuple[float, int, int]] = []

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        top = self.top(self.agents)
        if top is not None:
            self.free[top[1]] = False
            return (Pair(contact, top[1]),)
        self.waits[contact] = True
        heapq.heappush(self.queue, (self.world.contacts[contact].arrival_s, contact))
        return ()

    def withdraw(self, contact: int, *, now: float) -> None:
        self.waits[contact] = False

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        while self.queue and not self.waits[self.queue[0][1]]:
            heapq.heappop(self.queue)
        if self.queue:
            contact = heapq.heappop(self.queue)[1]
            self.waits[contact] = False
            return (Pair(contact, agent),)
        self.free[agent] = True
        self.stamp[agent] += 1
        heapq.heappush(self.agents, (idle_since, agent, self.stamp[agent]))
        return ()
