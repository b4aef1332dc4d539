"""The product's own matcher in the simulator's terms: numbers to ids and back, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.routing.policy import Pair
from benchmarks.routing.world import STEP_FROM_S, STEP_LEVEL, TARGET_S, TRAINED, Queue, World

from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.matcher import Policy as Weights
from tandem.routing.core.acd.work import Match, Step, Work


def steps_of(queue: Queue) -> tuple[Step, ...]:
    """A queue's steps, as a routing plan has them."""
    first, *others = (
        (Need(f"skill:{queue.skill}", level), from_s) for from_s, level in zip(STEP_FROM_S, STEP_LEVEL, strict=True)
    )
    also = () if queue.also is None else (Need(f"skill:{queue.also}", TRAINED),)
    return (
        Step(needs=(first[0], *also), from_s=first[1]),
        *(Step(needs=(need, *also) if queue.always else (need,), from_s=from_s) for need, from_s in others),
    )


class Tandem:
    name = "tandem"

    def __init__(self, world: World, weights: Weights | None = None) -> None:
        self.world = world
        self.matcher = Matcher() if weights is None else Matcher(weights)
        self.agents = [AgentId(f"agent{number}") for number in range(len(world.agents))]
        self.works = [WorkId(f"w{number:07}") for number in range(len(world.contacts))]
        self.number = {agent: number for number, agent in enumerate(self.agents)}
        self.steps = [steps_of(queue) for queue in world.queues]
        self.queues = [QueueId(f"queue{number}") for number in range(len(world.queues))]
        for agent, id_ in zip(world.agents, self.agents, strict=True):
            self.matcher.log_on(id_, {f"skill:{skill}": level for skill, level in agent.levels.items()}, now=0.0)

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        caller = self.world.contacts[contact]
        work = Work(
            id=self.works[contact],
            queue=self.queues[caller.queue],
            queued_at=caller.arrival_s,
            steps=self.steps[caller.queue],
            tier=caller.tier,
            target_s=TARGET_S,
            handle_s=self.world.queues[caller.queue].handle_s,
        )
        return self.pairs(self.matcher.enqueue(work, now=now))

    def withdraw(self, contact: int, *, now: float) -> None:
        self.matcher.withdraw(self.works[contact])

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        return self.pairs(self.matcher.available(self.agents[agent], idle_since=idle_since, now=now))

    def unavailable(self, agent: int, *, now: float) -> None:
        self.matcher.unavailable(self.agents[agent])

    def tick(self, *, now: float) -> Sequence[Pair]:
        return self.pairs(self.matcher.tick(now=now))

    def wake_at(self) -> float | None:
        return self.matcher.wake_at()

    def pairs(self, matches: Sequence[Match]) -> Sequence[Pair]:
        return [
            Pair(
                int(match.work.id[1:]),
                self.number[match.agent],
                [int(passed.id[1:]) for passed in match.overtaken if passed.rule],
            )
            for match in matches
        ]
