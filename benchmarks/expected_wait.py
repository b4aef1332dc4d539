"""Expected wait: what P10..P90 covers and how far P50 is off, in simulated centers, beside naive methods.

First centers of our own, whose simulator keeps who hung up in line as a ghost until an agent would have taken him: so
the wait that was predicted is known for everybody, also for those whom a real center never sees answered. The predictor
itself is told only what a center knows. Then the worlds of ``benchmarks.routing`` with the product's own matcher, asked
as the server asks; there the waits of who hung up are not known, and the predictor's own count (a life table) judges.
"""

from __future__ import annotations

import heapq
import math
import random
import statistics
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.report import Figure, percentile, show
from benchmarks.routing import world as worlds
from benchmarks.routing.policy import Pair
from benchmarks.routing.simulate import simulate
from benchmarks.routing.tandem import Tandem

from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.core.acd.expected_wait import Expected, Predictor
from tandem.routing.core.acd.work import Match

COVERED, COVERED_ANSWERED = "covered by P10..P90", "covered, answered callers only"
COVERED_OWN = "covered, by the predictor's own count"
DAY_S = 36_000.0
"""Ten hours open; the line is emptied before the next day."""
HANDLE_CV = 0.8
TIERS = (0.05, 0.20, 1.0)
"""Cumulated shares of VIP, gold and standard."""


@dataclass(frozen=True, kw_only=True)
class Design:
    name: str
    agents: int
    queues: int
    load: float
    """Offered work over the agents' time, mean of the day."""
    peak: float = 0.25
    """Two peaks a day, of so much over the mean."""
    days: int = 10
    handle_s: float = 200.0
    patience_s: float = 240.0
    hasty: float = 0.0
    """Share of the callers whose patience is a tenth."""
    skills: tuple[int, int] = (1, 1)
    """So many queues each group of agents serves, from..to."""
    group: int = 5
    skew: float = 0.7
    widen_s: float | None = None
    """From so many seconds on a second set of groups may take a call."""
    tiers: bool = False
    slower: float = 1.0
    """From the middle of all days on, calls take so much longer."""
    leave_at: float = 2.0
    """Share of the day after which the agents of every third group go home (2: never), each after his call."""
    planned: float = 1.0
    """What the plan says a call takes, as a multiple of the truth."""


DESIGNS = (
    Design(name="5 agents", agents=5, queues=1, load=0.85, days=60),
    Design(name="20 agents, a peak", agents=20, queues=1, load=0.95, days=20),
    Design(name="200 agents, overloaded", agents=200, queues=1, load=1.15, days=6, hasty=0.2, patience_s=150.0),
    Design(name="60 agents, 6 queues shared", agents=60, queues=6, load=0.95, days=20, skills=(1, 3)),
    Design(name="60 agents, tiers, hasty callers", agents=60, queues=6, load=1.0, days=20, skills=(2, 3), tiers=True,
           hasty=0.3),
    Design(name="200 agents, 30 queues, steps", agents=200, queues=30, load=0.95, days=10, skills=(1, 3), widen_s=10.0,
           tiers=True),
    Design(name="40 agents, calls 1.6 x longer from half", agents=40, queues=3, load=0.80, days=20, skills=(1, 2),
           slower=1.6),
    Design(name="60 agents, a third goes home", agents=60, queues=4, load=0.85, days=20, skills=(1, 3), leave_at=0.7),
    Design(name="60 agents, plan says half", agents=60, queues=4, load=0.95, days=20, skills=(1, 3), planned=0.5),
)  # fmt: skip


class Asked(NamedTuple):
    expected: Expected
    naive: tuple[float, ...]


@dataclass(slots=True)
class Caller:
    queue: int
    tier: int
    queued_at: float
    handle_s: float
    gives_up_at: float
    asked: Asked | None = None
    state: int = 0
    """0 waits, 1 ghost, 2 taken."""
    left_after_s: float = 0.0


class Outcome(NamedTuple):
    asked: Asked
    wait_s: float
    """Had he been patient."""
    answered: bool


@dataclass
class Naive:
    """Last wait, mean of the last ten, and places x handling time / agents; the first two per queue."""

    recent: dict[int, deque[float]] = field(default_factory=dict)

    def predict(self, queue: int, ahead: int, agents: int, handle_s: float) -> tuple[float, ...]:
        recent = self.recent.get(queue, deque((0.0,)))
        return recent[-1], statistics.fmean(recent), (ahead + 1) * handle_s / agents

    def answered(self, queue: int, wait_s: float) -> None:
        self.recent.setdefault(queue, deque(maxlen=10)).append(wait_s)


class Center:
    """Longest waiting first within the tier, longest idle agent first; one run over all days."""

    def __init__(self, design: Design, seed: int, predictor: Predictor) -> None:
        self.design, self.predictor, self.naive = design, predictor, Naive()
        self.chance = chance = random.Random(f"{design.name} {seed}")
        count = design.queues
        weights = [1 / (rank + 1) ** design.skew for rank in range(count)]
        groups = max(1, design.agents // design.group)
        self.size = [design.agents // groups + (number < design.agents % groups) for number in range(groups)]
        self.serves: list[list[int]] = []
        self.backs: list[list[int]] = []
        for number in range(groups):
            first = number % count if number < count else chance.choices(range(count), weights)[0]
            mine = {first}
            wanted = min(count, chance.randint(*design.skills))
            while len(mine) < wanted:
                mine.add(chance.choices(range(count), weights)[0])
            self.serves.append(sorted(mine))
            more = set(chance.sample(range(count), min(count, 2))) - mine if design.widen_s is not None else set()
            self.backs.append(sorted(more))
        self.able = [[g for g in range(groups) if q in self.serves[g]] for q in range(count)]
        self.later = [[g for g in range(groups) if q in self.backs[g]] for q in range(count)]
        self.sharing = [sorted({o for g in self.able[q] for o in self.serves[g]}) for q in range(count)]
        # Work goes where agents are, so that no queue is hopeless; the shares are then blurred.
        share = [sum(self.size[g] / len(self.serves[g]) for g in self.able[q]) * math.exp(chance.gauss(0, 0.1))
                 for q in range(count)]  # fmt: skip
        self.rate = [s / sum(share) * design.load * design.agents / design.handle_s for s in share]
        self.logged = [list(range(size)) for size in self.size]
        self.free: list[dict[int, float]] = [dict.fromkeys(range(size), 0.0) for size in self.size]
        self.line: list[list[deque[Caller]]] = [[deque() for _ in TIERS] for _ in range(count)]
        self.live = [[0] * len(TIERS) for _ in range(count)]
        self.logged_on = [len(agents) for agents in self.logged]
        self.outcomes: list[Outcome] = []
        self.ask_s: list[float] = []

    def run(self) -> list[Outcome]:
        for day in range(self.design.days):
            self.day(day)
        return self.outcomes

    def day(self, day: int) -> None:
        design, chance = self.design, self.chance
        begins = day * 86_400.0
        slower = design.slower if day >= design.days / 2 else 1.0
        self.events: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self.sequence = 0
        sigma = math.sqrt(math.log(1 + HANDLE_CV**2))
        total = sum(self.rate)
        now = begins
        most = total * (1 + design.peak)
        # Each day is busier or calmer than planned.
        level = math.exp(chance.gauss(0, 0.05))
        for group in range(len(self.size)):
            self.logged_on[group] = self.size[group]
            self.free[group] = dict.fromkeys(range(self.size[group]), begins)
        while True:
            now += chance.expovariate(most * level)
            if now >= begins + DAY_S:
                break
            phase = (now - begins) / DAY_S
            if chance.random() * (1 + design.peak) > 1 - design.peak * math.cos(4 * math.pi * phase):
                continue
            queue = chance.choices(range(design.queues), self.rate)[0]
            draw = chance.random()
            tier = next(t for t, upto in enumerate(TIERS) if draw < upto) if design.tiers else 2
            handle_s = slower * design.handle_s * math.exp(chance.gauss(-sigma * sigma / 2, sigma))
            patience = chance.expovariate(1 / design.patience_s) * (0.1 if chance.random() < design.hasty else 1.0)
            self.at(now, self.arrives, Caller(queue, tier, now, handle_s, now + patience))
        if design.leave_at < 1:
            for group in range(0, len(self.size), 3):
                self.at(begins + design.leave_at * DAY_S, self.leaves, group)
        while self.events:
            when, _, what, arguments = heapq.heappop(self.events)
            self.now = when
            what(*arguments)

    def at(self, when: float, what: Callable[..., None], *arguments: object) -> None:
        self.sequence += 1
        heapq.heappush(self.events, (when, self.sequence, what, arguments))

    def arrives(self, caller: Caller) -> None:
        groups = [g for g in self.able[caller.queue] if self.free[g]]
        if groups:
            self.take(caller, *self.idlest(groups))
            return
        ahead = sum(sum(self.live[q][: caller.tier + 1]) for q in self.sharing[caller.queue])
        alike = sum(self.live[caller.queue][: caller.tier + 1])
        agents = sum(self.logged_on[g] for g in self.able[caller.queue])
        plan_s = self.design.handle_s * self.design.planned
        began = time.perf_counter()
        expected = self.predictor.wait_left(
            QueueId(f"q{caller.queue}"),
            tier=caller.tier,
            ahead=ahead,
            alike=alike,
            logged_on=agents,
            handle_s=plan_s,
        )
        self.ask_s.append(time.perf_counter() - began)
        if expected is not None:
            caller.asked = Asked(expected, self.naive.predict(caller.queue, ahead, agents, plan_s))
        self.line[caller.queue][caller.tier].append(caller)
        self.live[caller.queue][caller.tier] += 1
        self.at(caller.gives_up_at, self.gives_up, caller)
        if self.design.widen_s is not None:
            self.at(self.now + self.design.widen_s, self.widens, caller)

    def idlest(self, groups: Sequence[int]) -> tuple[int, int]:
        _, group, agent = min((since, g, a) for g in groups for a, since in self.free[g].items())
        return group, agent

    def widens(self, caller: Caller) -> None:
        groups = [g for g in self.later[caller.queue] if self.free[g]]
        if caller.state < 2 and groups:
            if caller.state == 0:
                self.take(caller, *self.idlest(groups))
            else:
                self.taken(caller)
            self.line[caller.queue][caller.tier].remove(caller)

    def take(self, caller: Caller, group: int, agent: int) -> None:
        del self.free[group][agent]
        self.taken(caller)
        self.at(self.now + caller.handle_s, self.freed, group, agent)

    def taken(self, caller: Caller) -> None:
        """An agent takes him, or would have."""
        wait_s = self.now - caller.queued_at
        if caller.asked is not None:
            self.outcomes.append(Outcome(caller.asked, wait_s, caller.state == 0))
            if caller.state == 0:
                self.live[caller.queue][caller.tier] -= 1
                self.predictor.answered(caller.asked.expected, wait_s)
                self.naive.answered(caller.queue, wait_s)
        caller.state = 2

    def gives_up(self, caller: Caller) -> None:
        if caller.state:
            return
        caller.state = 1
        self.live[caller.queue][caller.tier] -= 1
        if caller.asked is not None:
            ahead = {
                q: sum(other.state == 0 and other.queued_at < caller.queued_at for other in self.line[q][caller.tier])
                + sum(self.live[q][: caller.tier])
                for q in self.sharing[caller.queue]
            }
            self.predictor.abandoned(
                caller.asked.expected,
                self.now - caller.queued_at,
                ahead=sum(ahead.values()),
                alike=ahead[caller.queue],
            )

    def freed(self, group: int, agent: int) -> None:
        if agent >= self.logged_on[group]:
            return
        self.free[group][agent] = self.now
        while (caller := self.next_for(group)) is not None:
            self.line[caller.queue][caller.tier].popleft()
            if caller.state == 0:
                self.take(caller, group, agent)
                return
            self.taken(caller)

    def next_for(self, group: int) -> Caller | None:
        best: Caller | None = None
        for queue, from_s in [*((q, 0.0) for q in self.serves[group]),
                              *((q, self.design.widen_s or 0.0) for q in self.backs[group])]:  # fmt: skip
            for line in self.line[queue]:
                if line and self.now - line[0].queued_at >= from_s - 1e-9:
                    head = line[0]
                    if best is None or (head.tier, head.queued_at) < (best.tier, best.queued_at):
                        best = head
        return best

    def leaves(self, group: int) -> None:
        """Free agents at once, the others after their call; one stays."""
        self.logged_on[group] = 1
        for agent in [a for a in self.free[group] if a >= 1]:
            del self.free[group][agent]


def covered(outcomes: Sequence[Outcome]) -> float:
    return statistics.fmean(o.asked.expected.p10_s <= o.wait_s <= o.asked.expected.p90_s for o in outcomes) * 100


def judge(design: Design, seed: int = 1) -> list[Figure]:
    predictor = Predictor()
    center = Center(design, seed, predictor)
    outcomes = center.run()
    answered = [o for o in outcomes if o.answered]
    queues: dict[str, list[Outcome]] = defaultdict(list)
    places: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        queues[outcome.asked.expected.queue].append(outcome)
        size = outcome.asked.expected.places
        places["1" if size < 2 else "2-4" if size < 5 else "5-16" if size < 17 else "17 and more"].append(outcome)
    by_queue = sorted(covered(of) for of in queues.values() if len(of) >= 1000)
    own = Accuracy()
    for accuracy in predictor.accuracy.values():
        own.add(accuracy)
    figures = [
        Figure("who waited", len(outcomes), "callers"),
        Figure("of them gave up", 100 * (1 - len(answered) / len(outcomes)), "%"),
        Figure(COVERED, covered(outcomes), "%"),
        Figure(COVERED_ANSWERED, covered(answered), "%"),
        Figure(COVERED_OWN, 100 * (own.coverage or 0.0), "%"),
        Figure("shorter than P10", 100 * statistics.fmean(o.wait_s < o.asked.expected.p10_s for o in outcomes), "%"),
        Figure("shorter than P50", 100 * statistics.fmean(o.wait_s < o.asked.expected.p50_s for o in outcomes), "%"),
    ]
    if by_queue:
        figures += [
            Figure(f"covered, worst of {len(by_queue)} queues, low", by_queue[0], "%"),
            Figure(f"covered, worst of {len(by_queue)} queues, high", by_queue[-1], "%"),
        ]
    for name in ("1", "2-4", "5-16", "17 and more"):
        if len(places[name]) >= 400:
            figures.append(Figure(f"covered, place {name} ({len(places[name])} callers)", covered(places[name]), "%"))
    return [
        *figures,
        *sharpness(outcomes),
        Figure("one prediction, p50", percentile(center.ask_s, 50) * 1e6, "us"),
        Figure("one prediction, p99", percentile(center.ask_s, 99) * 1e6, "us"),
    ]


def sharpness(outcomes: Sequence[Outcome]) -> list[Figure]:
    """How far the one number is off, by method."""
    methods: dict[str, Callable[[Asked], float]] = {
        "P50": lambda asked: asked.expected.p50_s,
        "the last wait": lambda asked: asked.naive[0],
        "mean of the last 10 waits": lambda asked: asked.naive[1],
        "places x handling time / agents": lambda asked: asked.naive[2],
    }
    figures = []
    for name, of in methods.items():
        off_s = [abs(of(outcome.asked) - outcome.wait_s) for outcome in outcomes]
        relative = [off / max(outcome.wait_s, 1.0) for off, outcome in zip(off_s, outcomes, strict=True)]
        figures.append(Figure(f"{name}: off by (median of the wait)", 100 * statistics.median(relative), "%"))
        figures.append(Figure(f"{name}: off by (mean)", statistics.fmean(off_s), "s"))
    return figures


# ---- with the product's matcher -----------------------------------------------------------------------------------

REAL = {"20": 4800.0, "280": 480.0, "1000": 60.0}
"""World -> minutes."""


class Watched(Tandem):
    """The matcher, and a predictor that is asked for each contact that has to wait."""

    def __init__(self, world: worlds.World) -> None:
        super().__init__(world)
        self.predictor, self.naive = Predictor(), Naive()
        self.asked: dict[int, tuple[Asked, float]] = {}
        self.outcomes: list[Outcome] = []
        self.now = 0.0

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        self.now = now
        pairs = super().enqueue(contact, now=now)
        id_, caller = self.works[contact], self.world.contacts[contact]
        if self.matcher.place(id_) is not None:
            step = self.steps[caller.queue][self.matcher.step_of(id_)]
            ahead, agents = self.matcher.ahead(id_), self.matcher.logged_on(step.needs)
            handle_s = self.world.queues[caller.queue].handle_s
            expected = self.predictor.wait_left(
                self.queues[caller.queue], tier=caller.tier, ahead=ahead, logged_on=agents, handle_s=handle_s
            )
            if expected is not None:
                self.asked[contact] = Asked(expected, self.naive.predict(caller.queue, ahead, agents, handle_s)), now
        return pairs

    def withdraw(self, contact: int, *, now: float) -> None:
        if contact in self.asked:
            asked, since = self.asked.pop(contact)
            self.predictor.abandoned(asked.expected, now - since)
        super().withdraw(contact, now=now)

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        self.now = now
        return super().available(agent, idle_since=idle_since, now=now)

    def tick(self, *, now: float) -> Sequence[Pair]:
        self.now = now
        return super().tick(now=now)

    def pairs(self, matches: Sequence[Match]) -> Sequence[Pair]:
        pairs = super().pairs(matches)
        for pair in pairs:
            if pair.contact in self.asked:
                asked, since = self.asked.pop(pair.contact)
                self.predictor.answered(asked.expected, self.now - since)
                self.naive.answered(self.world.contacts[pair.contact].queue, self.now - since)
                self.outcomes.append(Outcome(asked, self.now - since, True))
        return pairs


def judge_real(name: str, seed: int = 1) -> list[Figure]:
    policy = Watched(worlds.make(worlds.DESIGNS[name], seed, minutes=REAL[name]))
    simulate(policy.world, policy)
    own = Accuracy()
    for accuracy in policy.predictor.accuracy.values():
        own.add(accuracy)
    return [
        Figure("who waited", own.count, "callers"),
        Figure("of them gave up", 100 * sum(own.left) / own.count, "%"),
        Figure(COVERED_ANSWERED, covered(policy.outcomes), "%"),
        Figure(COVERED_OWN, 100 * (own.coverage or 0.0), "%"),
        *sharpness(policy.outcomes),
    ]


def main() -> int:
    """1 when the bands of a world do not cover 78..82 %."""
    outside = []
    for design in DESIGNS:
        figures = judge(design)
        show(f"{design.name} ({design.days} days)", figures)
        outside += [design.name for what, value, _ in figures if what == COVERED and not 78.0 <= value <= 82.0]
    for name, minutes in REAL.items():
        figures = judge_real(name)
        show(f"the product's matcher, {name} agents ({minutes:.0f} min)", figures)
        outside += [name for what, value, _ in figures if what == COVERED_OWN and not 78.0 <= value <= 82.0]
    for name in outside:
        sys.stderr.write(f"not within 78..82 %: {name}\n")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
