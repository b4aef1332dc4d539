"""Days of which the truth is known: callers with their patience and work, served in order by equal agents."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

from tandem.cti.model.ids import AgentId, QueueId
from tandem.routing.core.day import Arrival, Day, Shift
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan

MIDNIGHT = 1_795_276_800.0
SALES = QueueId("sales")
HOURS = 10


@dataclass(frozen=True)
class TrueCaller:
    at: float
    patience_s: float
    handle_s: float


def callers(seed: int, *, per_hour: float, handle_s: float, patience_s: float) -> list[TrueCaller]:
    random = Random(seed)
    found: list[TrueCaller] = []
    at = MIDNIGHT + 8 * 3600
    while (at := at + random.expovariate(per_hour / 3600)) < MIDNIGHT + (8 + HOURS) * 3600:
        found.append(TrueCaller(at, random.expovariate(1 / patience_s), random.expovariate(1 / handle_s)))
    return found


def agent(number: int) -> AgentId:
    return AgentId(f"a{number:02}")


def plan(agents: int, *, target_s: float = 20.0, steps: tuple[StepPlan, ...] = (StepPlan(needs=()),)) -> Plan:
    queue = QueuePlan(id=SALES, name_zh="销售", name_en="Sales", target_s=target_s, steps=steps)
    return Plan(queues={SALES: queue}, agents={agent(n): AgentPlan(login=agent(n)) for n in range(agents)})


def shifts(agents: int) -> tuple[Shift, ...]:
    return tuple(
        Shift(agent=agent(n), begins_at=MIDNIGHT + 8 * 3600, ends_at=MIDNIGHT + (8 + HOURS) * 3600)
        for n in range(agents)
    )


def served_in_order(true: list[TrueCaller], agents: int) -> Day:
    """What a day with so many agents would have shown: the truth, as far as it can be seen."""
    free = [(0.0, agent(n)) for n in range(agents)]
    heapify(free)
    arrivals = []
    for number, caller in enumerate(true):
        free_at, who = free[0]
        wait_s = max(0.0, free_at - caller.at)
        if wait_s > caller.patience_s:
            seen = Arrival(id=f"c{number}", at=caller.at, queue=SALES, end="abandoned", waited_s=caller.patience_s)
        else:
            heappop(free)
            heappush(free, (caller.at + wait_s + caller.handle_s, who))
            seen = Arrival(
                id=f"c{number}", at=caller.at, queue=SALES, end="answered", waited_s=wait_s, agent=who,
                handle_s=caller.handle_s,
            )  # fmt: skip
        arrivals.append(seen)
    return Day(
        name="2026-11-22", begins_at=MIDNIGHT, ends_at=MIDNIGHT + 86_400, arrivals=tuple(arrivals),
        shifts=shifts(agents),
    )  # fmt: skip
