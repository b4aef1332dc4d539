"""The worlds: who works, with which skills, and who calls, when, and how patiently.

A world is made from its design and a seed, and from nothing else. Everything that chance decides about a caller (when
he calls, what about, how long he would wait, how long he would talk to a middling agent, how many offers of him nobody
answers) comes with him, and everything that it decides about an agent (skills, breaks) with the agent: every policy
gets the same callers and the same agents (common random numbers).

- **Skills and queues.** Of pattern ``departments``: one queue for each skill; skills belong to departments of four or
  five. Steps: level 3 or better at once; from 5 s, level 2 or better; from 10 s, level 1, which is anyone in the
  department. Every fifth queue asks at first for training in a second skill of the department, too.
- **Agents.** Each is trained in one to three skills of his department (20, 50 and 30 %), at a level of 2 to 5, and has
  the others at level 1. Agents of a team are trained in the same skills: they are each other's *peers*. The first skill
  of a team is drawn by a plan in which the skills' shares differ (``1 / rank ** skew``).
- **Other patterns.** ``random``: no departments; a team has a few skills, drawn by the plan, each agent at a level of
  1 to 5 of his own (20, 20, 25, 20, 15 %), and cannot take anything else. ``languages``: a queue is a product in a
  language, every step asks for the language, and the steps' levels are the product's; a team speaks one or two
  languages and knows a few products.
- **Work.** A queue is planned to get what its trained agents have time for when each shares his time out evenly, less
  for small queues than for large ones (square-root staffing). What comes differs from the plan by ``surprise``
  (log-normal, per queue). All is scaled to ``load``.
- **Handling time.** Log-normal (Brown et al. 2005, Statistical analysis of a telephone call center), talk and wrap-up
  in one, its mean a property of the queue; multiplied by ``PACE`` of the agent's level in the queue's skill.
- **Patience.** Exponential, as Erlang-A has it. Tiers are drawn for each caller: 5, 15 and 80 %.
- **Offers.** Answered at once, but 3 in 100 are not answered: the phone rings for ``RING_S``, the call goes back to its
  place, and the agent is away for ``AWAY_S``.
- **Breaks.** Ten minutes in every two hours, each agent at his own time, after the call that he is in.
"""

from __future__ import annotations

import math
import random
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

PACE = {1: 1.25, 2: 1.12, 3: 1.0, 4: 0.93, 5: 0.86}
"""Handling time at a level, as a multiple of level 3's."""
STEP_FROM_S = (0.0, 5.0, 10.0)
STEP_LEVEL = (3, 2, 1)
TRAINED = 2
TIER_SHARES = (0.05, 0.15, 0.80)
TIERS = ("VIP", "gold", "standard")
TARGET_S = 20.0
NO_ANSWER_SHARE = 0.03
RING_S = 10.0
AWAY_S = 60.0
BREAK_S, BREAK_EVERY_S = 600.0, 7200.0
_LEVEL_WEIGHTS = (25, 30, 27, 18)
"""Of levels 2 to 5."""
_TRAINED_WEIGHTS = (20, 50, 30)
"""Of being trained in one, two, three skills."""
_RANDOM_WEIGHTS = (20, 20, 25, 20, 15)
"""Of levels 1 to 5, where there are no departments."""
_SAFETY = 1.0
"""A queue with time for ``n`` calls at once is planned to get ``n - safety * sqrt(n)``."""
_HANDLE_SIGMA = math.sqrt(math.log(1 + 0.8**2))
"""Coefficient of variation 0.8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    name: str
    agents: int
    skills: int
    load: float
    """Offered work (level-3 seconds at the agents' mean pace) over the agents' time without breaks."""
    team_size: int
    handle_s: float = 360.0
    patience_s: float = 240.0
    skew: float = 0.2
    surprise: float = 0.05
    pattern: Literal["departments", "random", "languages"] = "departments"
    """How skills lie among the agents."""
    department: int = 5
    """Skills in one."""
    languages: int = 0
    trained: tuple[int, int] = (3, 8)
    """Least and most skills (with languages: products) of an agent, where there are no departments."""
    peak: float = 0.05
    """Calls a second swing by this share over the measured time: a slow start, a peak, an end as the start. It is what
    is left of the day's peak when the schedule has followed it as well as it could."""
    minutes: float = 180.0
    """Measured, after ``warm_up_min``."""
    warm_up_min: float = 30.0
    seeds: int = 8
    """In a full run."""


@dataclass(frozen=True, slots=True)
class Contact:
    arrival_s: float
    queue: int
    tier: int
    patience_s: float
    handle_s: float
    """By an agent of level 3."""
    unanswered: int
    """So many offers ring out before one is answered."""


@dataclass(frozen=True, slots=True)
class Queue:
    skill: int
    also: int | None
    """Skill that the first step asks for too."""
    handle_s: float
    """Mean of its calls, at level 3."""
    always: bool = False
    """All steps ask for ``also``, not only the first."""


@dataclass(frozen=True, slots=True)
class Agent:
    team: int
    levels: dict[int, int]
    """Skill -> 1..5."""
    first_break_s: float

    @property
    def trained(self) -> list[int]:
        """Skills that he has more than the lowest level in."""
        return [skill for skill, level in self.levels.items() if level >= TRAINED]

    def first_step(self, queue: Queue) -> int | None:
        """The first step by which he may take its calls; None when he never may."""
        level = self.levels.get(queue.skill, 0)
        also = queue.also is None or self.levels.get(queue.also, 0) >= TRAINED
        if not level or (queue.always and not also):
            return None
        step = next(index for index, needed in enumerate(STEP_LEVEL) if level >= needed)
        return step if also else max(step, 1)


@dataclass(frozen=True, slots=True)
class World:
    design: Design
    seed: int
    queues: Sequence[Queue]
    agents: Sequence[Agent]
    contacts: Sequence[Contact]
    reach: Sequence[dict[int, int]]
    """Agent -> queue -> first step by which he may take its calls."""
    begins_s: float
    ends_s: float
    """Contacts that arrive from the one until the other are counted."""
    rates: Sequence[float]
    """Calls a second by queue, mean."""

    @property
    def pace(self) -> float:
        """The agents' mean multiple of a handling time, over what they are trained in."""
        return _pace(self.agents, self.queues)

    def pace_of(self, agent: int, queue: int) -> float:
        """His multiple of a handling time."""
        return PACE[self.agents[agent].levels[self.queues[queue].skill]]


DESIGNS = {
    design.name: design
    for design in (
        Design(name="20", agents=20, skills=8, load=0.72, team_size=2, department=4, minutes=480, peak=0.1, seeds=40),
        Design(name="280", agents=280, skills=12, load=0.93, department=4, team_size=7, minutes=480, peak=0.1, seeds=8),
        Design(name="1000", agents=1000, skills=60, load=0.915, team_size=5),
        Design(name="6000", agents=6000, skills=200, load=0.965, team_size=6, minutes=60, peak=0.02, seeds=3),
        Design(name="6000-98", agents=6000, skills=200, load=1.0, team_size=6, minutes=60, peak=0.02, seeds=3),
        Design(
            name="1000-random",
            agents=1000,
            skills=60,
            load=0.92,
            team_size=5,
            pattern="random",
            trained=(1, 3),
            skew=0.5,
            surprise=0.15,
            seeds=6,
        ),
        Design(
            name="1000-chained",
            agents=1000,
            skills=60,
            load=0.975,
            team_size=5,
            pattern="random",
            trained=(2, 4),
            skew=0.5,
            surprise=0.15,
            seeds=6,
        ),
        Design(
            name="1000-language",
            agents=1000,
            skills=26,
            load=0.92,
            team_size=5,
            pattern="languages",
            languages=6,
            trained=(1, 3),
            surprise=0.1,
            seeds=6,
        ),
        Design(name="calm", agents=1000, skills=60, load=0.60, team_size=5, minutes=120, seeds=4),
    )
}


def make(design: Design, seed: int, *, minutes: float | None = None) -> World:
    """``minutes`` overrides the design's."""
    if minutes is not None:
        design = replace(design, minutes=minutes)
    chance = random.Random(f"{design.name} {seed}")
    planned = [1.0 / rank**design.skew for rank in range(1, design.skills + 1)]
    chance.shuffle(planned)
    if design.pattern == "departments":
        agents = _agents(design, planned, chance)
        queues = _queues(design, agents, chance)
    elif design.pattern == "random":
        agents = _random_agents(design, planned, chance)
        queues = _queues(design, agents, chance)
    else:
        queues = _language_queues(design, chance)
        agents = _language_agents(design, planned, chance)
    rates = _rates(design, queues, agents, chance)
    begins_s = design.warm_up_min * 60
    ends_s = begins_s + design.minutes * 60
    contacts = _contacts(design, queues, rates, begins_s, ends_s, random.Random(f"callers {design.name} {seed}"))
    return World(design, seed, queues, agents, contacts, _reach(queues, agents), begins_s, ends_s, rates)


def _agents(design: Design, planned: Sequence[float], chance: random.Random) -> list[Agent]:
    teams = design.agents // design.team_size
    total = sum(planned)
    # First skills by systematic sampling, so that every skill has a team when there are enough; the teams' sizes vary.
    marks = list(accumulate(weight / total * teams for weight in planned))
    offset = chance.random()
    firsts = [min(bisect_right(marks, team + offset), design.skills - 1) for team in range(teams)]
    for skill in set(range(design.skills)) - set(firsts):
        firsts[chance.randrange(teams)] = skill
    skills_of = []
    for first in firsts:
        start = first - first % design.department
        department = range(start, min(design.skills, start + design.department))
        count = chance.choices(range(1, len(_TRAINED_WEIGHTS) + 1), weights=_TRAINED_WEIGHTS)[0]
        others = [skill for skill in department if skill != first]
        skills_of.append(([first, *chance.sample(others, count - 1)], department))
    agents = []
    for number in range(design.agents):
        team = number % teams
        trained, department = skills_of[team]
        levels = {skill: chance.choices((2, 3, 4, 5), _LEVEL_WEIGHTS)[0] for skill in trained}
        levels.update({skill: 1 for skill in department if skill not in levels})
        agents.append(Agent(team, levels, chance.random() * BREAK_EVERY_S))
    _somebody_good(agents, range(design.skills))
    return agents


def _queues(design: Design, agents: Sequence[Agent], chance: random.Random) -> list[Queue]:
    queues = []
    for skill in range(design.skills):
        also = None
        if skill % 5 == 4:
            # A skill that some of its good agents have too, so that the step can be met.
            good = [agent for agent in agents if agent.levels.get(skill, 0) >= STEP_LEVEL[0]]
            others = sorted({other for agent in good for other in agent.trained} - {skill})
            also = chance.choice(others) if others else None
        queues.append(Queue(skill, also, design.handle_s * math.exp(chance.gauss(0, 0.2))))
    return queues


def _random_agents(design: Design, planned: Sequence[float], chance: random.Random) -> list[Agent]:
    """Teams of three to eight skills, drawn by the plan; each agent's level in each of them is his own."""
    agents = []
    skills_of = [
        _draw(planned, chance.randint(*design.trained), chance) for _ in range(design.agents // design.team_size)
    ]
    for skill in set(range(design.skills)).difference(*skills_of):
        skills_of[chance.randrange(len(skills_of))].append(skill)
    for number in range(design.agents):
        team = number % len(skills_of)
        levels = {skill: chance.choices((1, 2, 3, 4, 5), _RANDOM_WEIGHTS)[0] for skill in skills_of[team]}
        agents.append(Agent(team, levels, chance.random() * BREAK_EVERY_S))
    _somebody_good(agents, range(design.skills))
    return agents


def _somebody_good(agents: Sequence[Agent], skills: Sequence[int]) -> None:
    """No first step is without anybody."""
    for skill in skills:
        best = max((agent for agent in agents if skill in agent.levels), key=lambda agent: agent.levels[skill])
        best.levels[skill] = max(best.levels[skill], STEP_LEVEL[0])


def _draw(weights: Sequence[float], count: int, chance: random.Random) -> list[int]:
    """So many different ones, the likelier the heavier."""
    keys = {chance.random() ** (1 / weight): index for index, weight in enumerate(weights)}
    return [keys[key] for key in sorted(keys, reverse=True)[:count]]


def _language_queues(design: Design, chance: random.Random) -> list[Queue]:
    """Skills are products and then languages; a queue is a product in a language."""
    products = design.skills - design.languages
    return [
        Queue(product, products + language, design.handle_s * math.exp(chance.gauss(0, 0.2)), always=True)
        for language in range(design.languages)
        for product in range(products)
    ]


def _language_agents(design: Design, planned: Sequence[float], chance: random.Random) -> list[Agent]:
    """Teams of one or two languages, spoken perfectly, and some products, each at a level of his own; the first teams
    see to it that every queue has somebody good."""
    products = design.skills - design.languages
    spoken = [1.0 / rank for rank in range(1, design.languages + 1)]
    teams = design.agents // design.team_size
    skills_of = []
    for team in range(teams):
        first = divmod(team, products) if team < products * design.languages else None
        languages = _draw(spoken, chance.choice((1, 1, 2)), chance)
        chosen = _draw(planned[:products], chance.randint(*design.trained), chance)
        if first is not None:
            languages = [first[0], *(language for language in languages[1:] if language != first[0])]
            chosen = [first[1], *(product for product in chosen[1:] if product != first[1])]
        skills_of.append((languages, chosen))
    agents = []
    for number in range(design.agents):
        team = number % teams
        languages, chosen = skills_of[team]
        levels = {product: chance.choices((1, 2, 3, 4, 5), _RANDOM_WEIGHTS)[0] for product in chosen}
        if number < teams:
            levels[chosen[0]] = max(levels[chosen[0]], STEP_LEVEL[0])
        levels.update({products + language: 5 for language in languages})
        agents.append(Agent(team, levels, chance.random() * BREAK_EVERY_S))
    return agents


def _levels(agents: Sequence[Agent], queues: Sequence[Queue]) -> list[dict[int, int]]:
    """By agent: level in the queues that he is trained for."""
    return [
        {
            number: agent.levels[queue.skill]
            for number, queue in enumerate(queues)
            if agent.levels.get(queue.skill, 0) >= TRAINED and agent.first_step(queue) is not None
        }
        for agent in agents
    ]


def _pace(agents: Sequence[Agent], queues: Sequence[Queue]) -> float:
    return statistics.fmean(PACE[level] for levels in _levels(agents, queues) for level in levels.values())


def _rates(design: Design, queues: Sequence[Queue], agents: Sequence[Agent], chance: random.Random) -> list[float]:
    time_for = [0.0] * len(queues)
    for levels in _levels(agents, queues):
        for queue in levels:
            time_for[queue] += 1 / len(levels)
    work = [
        max(amount - _SAFETY * math.sqrt(amount), amount / 4) * math.exp(chance.gauss(0, design.surprise))
        for amount in time_for
    ]
    staffed = design.agents * (1 - BREAK_S / BREAK_EVERY_S)
    scale = design.load * staffed / (sum(work) * _pace(agents, queues))
    return [amount * scale / queue.handle_s for amount, queue in zip(work, queues, strict=True)]


def _contacts(
    design: Design,
    queues: Sequence[Queue],
    rates: Sequence[float],
    begins_s: float,
    ends_s: float,
    chance: random.Random,
) -> list[Contact]:
    total = sum(rates)
    cumulated = list(accumulate(rates))
    tiers = list(accumulate(TIER_SHARES))
    most = total * (1 + design.peak)
    contacts: list[Contact] = []
    now = 0.0
    stop = ends_s + 300.0
    while True:
        now += chance.expovariate(most)
        if now >= stop:
            return contacts
        phase = min(1.0, max(0.0, (now - begins_s) / (ends_s - begins_s)))
        draws = [chance.random() for _ in range(4)]
        queue = min(bisect_right(cumulated, draws[0] * total), len(queues) - 1)
        handle_s = queues[queue].handle_s * math.exp(chance.gauss(-(_HANDLE_SIGMA**2) / 2, _HANDLE_SIGMA))
        patience_s = chance.expovariate(1 / design.patience_s)
        if draws[2] * most > total * (1 - design.peak * math.cos(2 * math.pi * phase)):
            continue  # thinned out: not the peak
        unanswered = 0
        while draws[3] < NO_ANSWER_SHARE ** (unanswered + 1):
            unanswered += 1
        contacts.append(Contact(now, queue, bisect_right(tiers[:2], draws[1]), patience_s, handle_s, unanswered))


def _reach(queues: Sequence[Queue], agents: Sequence[Agent]) -> list[dict[int, int]]:
    return [
        {number: step for number, queue in enumerate(queues) if (step := agent.first_step(queue)) is not None}
        for agent in agents
    ]
