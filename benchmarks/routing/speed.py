"""CPU time of the matcher's decisions: ``python -m benchmarks.routing.speed``.

A centre of 6,000 agents and 200 skills with thousands of callers waiting is driven for a fixed number of events, drawn
by a fixed seed: callers come, hang up, agents become free, go away, steps widen. Only the calls to the matcher are
timed, each by itself, in CPU time of this thread; the clock's own cost is printed and is in the percentiles. A second
floor has a tenth of its agents free, a third 10,000 queues.

Memory is that of the matcher alone: resident memory of a process of its own before and after filling it.
"""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.report import Figure, percentile, resident_mib, say, show

from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.work import Match, Step, Work

AGENTS, SKILLS, WAITING, EVENTS = 6_000, 200, 5_000, 200_000
MANY_QUEUES = 10_000
"""Of 6,000 agents; the queues share the 200 skills."""
HANDLE_S = 300.0


class Floor:
    """A matcher, and the world around it as far as it must be known to feed it."""

    def __init__(self, seed: int, queues: int) -> None:
        self.chance = random.Random(seed)
        self.now = 0.0
        self.matcher = Matcher()
        self.busy: list[AgentId] = []
        self.waiting: dict[WorkId, None] = {}
        self.line: list[WorkId] = []
        self.came = 0
        self.steps = [self._steps(number) for number in range(queues)]
        self.spent_ns: dict[str, list[int]] = {}
        self.matches = 0
        for number in range(AGENTS):
            start = 5 * self.chance.randrange(SKILLS // 5)
            trained = self.chance.sample(range(start, start + 5), self.chance.choice((1, 2, 2, 3)))
            skills = {f"skill:{skill}": 1 for skill in range(start, start + 5)}
            skills.update({f"skill:{skill}": self.chance.randint(2, 5) for skill in trained})
            agent = AgentId(f"agent{number}")
            self.matcher.log_on(agent, skills, now=0.0)
            self.busy.append(agent)

    def _steps(self, number: int) -> tuple[Step, ...]:
        """With more queues than skills, each has a different second skill or level."""
        skill = number % SKILLS
        variant = number // SKILLS
        also: tuple[Need, ...] = ()
        if variant:
            other = skill - skill % 5 + (skill + 1 + variant % 4) % 5
            also = (Need(f"skill:{other}", 1 + variant // 4 % 5),)
        return tuple(
            Step(needs=(Need(f"skill:{skill}", level), *(also if level == 3 else ())), from_s=from_s)
            for level, from_s in ((3, 0.0), (2, 5.0), (1, 10.0))
        )

    def timed(self, what: str, decide: Callable[..., Any], *given: Any, **named: Any) -> Any:
        began = time.thread_time_ns()
        result = decide(*given, **named)
        self.spent_ns.setdefault(what, []).append(time.thread_time_ns() - began)
        if what != "withdraw" and what != "unavailable":
            self.take(result)
        return result

    def take(self, matches: Sequence[Match]) -> None:
        self.matches += len(matches)
        for match in matches:
            self.waiting.pop(match.work.id, None)
            self.busy.append(match.agent)

    def arrive(self) -> None:
        self.came += 1
        queue = self.chance.randrange(len(self.steps))
        tier = self.chance.choices((0, 1, 2), (5, 15, 80))[0]
        work = Work(
            id=WorkId(f"w{self.came}"),
            queue=QueueId(f"queue{queue}"),
            queued_at=self.now,
            steps=self.steps[queue],
            tier=tier,
            handle_s=HANDLE_S,
        )
        self.waiting[work.id] = None
        self.line.append(work.id)
        self.timed("enqueue", self.matcher.enqueue, work, now=self.now)

    def free(self) -> None:
        """Somebody's call ends."""
        index = self.chance.randrange(len(self.busy))
        agent, self.busy[index] = self.busy[index], self.busy[-1]
        self.busy.pop()
        matches = self.timed("available", self.matcher.available, agent, idle_since=self.now, now=self.now)
        if not matches and self.chance.random() < 0.1:  # a break
            self.timed("unavailable", self.matcher.unavailable, agent)
            self.busy.append(agent)

    def hang_up(self) -> None:
        while self.line:
            index = self.chance.randrange(len(self.line))
            work, self.line[index] = self.line[index], self.line[-1]
            self.line.pop()
            if work in self.waiting:
                del self.waiting[work]
                self.timed("withdraw", self.matcher.withdraw, work)
                return

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        while (wake := self.matcher.wake_at()) is not None and wake <= self.now:
            self.timed("tick", self.matcher.tick, now=wake)

    def fill(self, waiting: int) -> None:
        """Callers, until so many wait."""
        while len(self.waiting) < waiting:
            self.arrive()
            self.pass_time(0.01)

    def run(self, events: int) -> None:
        """A second has 40 of them. One in twelve hangs up; the others keep the floor as full as it is meant to be."""
        for _ in range(events):
            self.pass_time(0.025)
            if self.waiting and self.chance.random() < 0.08:
                self.hang_up()
            elif self.to_arrive():
                self.arrive()
            else:
                self.free()

    def to_arrive(self) -> bool:
        return len(self.waiting) < WAITING


class Roomy(Floor):
    """A tenth of the agents is free."""

    def to_arrive(self) -> bool:
        return len(self.busy) < AGENTS * 0.9


def clock_ns() -> float:
    began = time.thread_time_ns()
    for _ in range(10_000):
        time.thread_time_ns()
    return (time.thread_time_ns() - began) / 10_000


def decisions(floor: Floor, events: int) -> list[Figure]:
    """Of all calls to the matcher together, and the slowest kind's."""
    floor.spent_ns.clear()
    gc.collect()
    gc.freeze()
    floor.run(events)
    figures = []
    everything = [spent for times in floor.spent_ns.values() for spent in times]
    for what, times in (("all", everything), *sorted(floor.spent_ns.items())):
        figures.append(Figure(f"{what}: p50", percentile(times, 50) / 1e3, f"us, CPU, of {len(times):,}"))
        figures.append(Figure(f"{what}: p99", percentile(times, 99) / 1e3, "us"))
    figures.append(Figure("the clock", clock_ns() / 1e3, "us, in each of these"))
    figures.append(Figure("longest", max(everything) / 1e6, "ms"))
    figures.append(Figure("events a second, the clock's cost taken off", _rate(everything), "/s"))
    return figures


def _rate(times: Sequence[int]) -> float:
    return len(times) * 1e9 / (sum(times) - len(times) * clock_ns())


def restoring(floor: Floor) -> list[Figure]:
    began = time.process_time()
    data = floor.matcher.snapshot()
    saved = time.process_time()
    restored = Matcher.restore(data)
    ended = time.process_time()
    assert restored.waiting() == floor.matcher.waiting()
    assert restored.available_agents == floor.matcher.available_agents
    return [
        Figure("snapshot", len(data) / 1e6, "MB"),
        Figure("snapshot taken in", (saved - began) * 1e3, "ms CPU"),
        Figure("restored in", (ended - saved) * 1e3, "ms CPU"),
    ]


def memory_mib(queues: int) -> tuple[float, float]:
    """Resident memory of a process that holds one floor: (the matcher and what it was given, the process)."""
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.routing.speed", "--memory", str(queues)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return float(said[0]), float(said[1])


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["--memory"]:
        gc.collect()
        before = resident_mib(os.getpid())
        floor = Floor(1, int(arguments[1]))
        floor.fill(WAITING)
        after = resident_mib(os.getpid())
        sys.stdout.write(f"{after - before} {after}\n")
        return 0
    for title, kind, queues in (
        (f"{AGENTS:,} agents, {SKILLS} skills and queues, {WAITING:,} callers wait", Floor, SKILLS),
        (f"the same agents, about 600 of them free, {SKILLS} queues", Roomy, SKILLS),
        (f"{MANY_QUEUES:,} queues, {WAITING:,} callers wait", Floor, MANY_QUEUES),
    ):
        say(title)
        floor = kind(1, queues)
        if kind is Floor:
            floor.fill(WAITING)
        floor.run(20_000)  # warm: rates are known, lists have their sizes
        figures = decisions(floor, EVENTS if queues == SKILLS else EVENTS // 4)
        figures.append(Figure("callers waiting at the end", len(floor.waiting), ""))
        figures.append(Figure("agents free at the end", len(floor.matcher.available_agents), ""))
        figures += restoring(floor)
        if kind is Floor:
            mine, process = memory_mib(queues)
            figures.append(Figure("memory of the matcher, its agents and works", mine, f"MiB of {process:.0f}"))
        show(title, figures)
        gc.unfreeze()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
