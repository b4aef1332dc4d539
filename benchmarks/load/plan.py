"""What is going to happen on the floor, drawn once from a seed: who works there, who calls, how long it takes."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need, unmet
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan

Span = tuple[float, float]
"""Seconds, at least and at most; evenly spread in between."""

_FIRST_DEVICE = 5001
_FIRST_DNIS = 96_001
_SKILLS_EACH = 3
_WIDENS_AFTER_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Shares are 0..1. With the defaults an agent is busy for about 18 s with a call: 90 % of the time."""

    agents: int = 100
    calls_per_s: float = 5.0
    duration_s: float = 600.0
    queues: int = 10
    ring_s: Span = (0.5, 2.0)
    talk_s: Span = (9.0, 20.0)
    wrap_up_s: Span = (1.0, 3.0)
    impatient: float = 0.03
    """Callers who hang up soon, some of them while a phone rings for them."""
    impatient_s: Span = (0.2, 4.0)
    patience_s: Span = (40.0, 120.0)
    no_answer: float = 0.03
    """Of all times that a phone rings."""
    ring_limit_s: float = 6.0
    back_s: Span = (1.0, 3.0)
    """Until an agent who did not answer is Ready again."""
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPlan:
    login: str
    device: str
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerPlan:
    """``rings_at_s`` from the beginning; ``number`` is this caller's alone."""

    number: str
    dnis: str
    rings_at_s: float
    patience_s: float
    talk_s: float
    agent_hangs_up: bool


def dialled(load: Load) -> dict[str, QueueId]:
    """The numbers that callers dial, and the queue behind each."""
    return {str(_FIRST_DNIS + number): QueueId(f"load{number}") for number in range(load.queues)}


def seats(load: Load) -> list[SeatPlan]:
    """Each agent has three of the queues' skills (fewer where that is all), at 3 to 5."""
    plans = []
    for number in range(load.agents):
        chosen = {(number + step * (1 + number // load.queues % 3)) % load.queues for step in range(_SKILLS_EACH)}
        skills = {_skill(queue): 3 + (number + queue) % 3 for queue in sorted(chosen)}
        plans.append(SeatPlan(login=f"load{number:03}", device=str(_FIRST_DEVICE + number), skills=skills))
    return plans


def routing(load: Load) -> Plan:
    """Every other queue wants its skill at 4 at first, and takes any level after five seconds."""
    queues = {}
    for number, queue in enumerate(dialled(load).values()):
        anyone = (Need(_skill(number)),)
        steps: tuple[StepPlan, ...] = (StepPlan(needs=anyone),)
        if number % 2:
            steps = (StepPlan(needs=(Need(_skill(number), 4),)), StepPlan(needs=anyone, after_s=_WIDENS_AFTER_S))
        queues[queue] = QueuePlan(id=queue, name_zh=queue, name_en=queue, handle_s=18.0, steps=steps)
    agents = {AgentId(seat.login): AgentPlan(login=AgentId(seat.login), skills=seat.skills) for seat in seats(load)}
    return Plan(queues=queues, agents=agents)


def eligible_after_s(queue: QueuePlan, skills: Mapping[str, int]) -> float:
    """How long a call must have waited until an agent with these skills may take it; infinite when he never may."""
    return min((step.after_s for step in queue.steps if unmet(step.needs, skills) is None), default=math.inf)


def _skill(number: int) -> str:
    return f"load:{number}"


def callers(load: Load) -> list[CallerPlan]:
    """``calls_per_s * duration_s`` of them, as a Poisson process has them, in order."""
    chance = random.Random(load.seed)
    numbers = list(dialled(load))
    moments = sorted(chance.uniform(0.0, load.duration_s) for _ in range(round(load.calls_per_s * load.duration_s)))
    return [
        CallerPlan(
            number=f"+86139{number:08}",
            dnis=chance.choice(numbers),
            rings_at_s=at,
            patience_s=chance.uniform(*(load.impatient_s if chance.random() < load.impatient else load.patience_s)),
            talk_s=chance.uniform(*load.talk_s),
            agent_hangs_up=chance.random() < 0.5,
        )
        for number, at in enumerate(moments, 1)
    ]
