"""The benchmark's own simulator, worlds and rivals: figures are worth something only if these are right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from benchmarks.routing import figures
from benchmarks.routing.__main__ import RIVALS, policy_named
from benchmarks.routing.policy import Pair, Policy
from benchmarks.routing.rivals import AppQueue, LongestIdle, Pooled, QueueAndIdleness, Targets
from benchmarks.routing.simulate import Run, simulate
from benchmarks.routing.tandem import steps_of
from benchmarks.routing.world import DESIGNS, STEP_FROM_S, Agent, Contact, Design, Queue, World, make

from tandem.routing.core.staffing import Load, perform

SMALL = replace(DESIGNS["20"], warm_up_min=10)
NEVER_S = 1e9


def world(agents: Sequence[dict[int, int]], contacts: Sequence[Contact], queues: int = 2) -> World:
    """By hand: agents by their levels (all of team 0), nobody takes a break."""
    reach = [{skill: {1: 2, 2: 1}.get(level, 0) for skill, level in levels.items()} for levels in agents]
    return World(
        design=SMALL,
        seed=0,
        queues=[Queue(skill, None, 100.0) for skill in range(queues)],
        agents=[Agent(0, levels, NEVER_S) for levels in agents],
        contacts=contacts,
        reach=reach,
        begins_s=0.0,
        ends_s=3600.0,
        rates=[0.01] * queues,
    )


def caller(at_s: float, queue: int = 0, *, tier: int = 2, patience_s: float = 900.0, unanswered: int = 0) -> Contact:
    return Contact(at_s, queue, tier, patience_s, 100.0, unanswered)


# ---- worlds ----


def test_a_world_comes_from_its_seed_alone() -> None:
    assert make(SMALL, 7, minutes=30) == make(SMALL, 7, minutes=30)
    assert make(SMALL, 7, minutes=30).contacts != make(SMALL, 8, minutes=30).contacts


def test_a_world_offers_the_load_that_its_design_says() -> None:
    made = make(DESIGNS["1000"], 1)
    work_s = sum(contact.handle_s for contact in made.contacts) * made.pace
    offered = work_s / made.contacts[-1].arrival_s / (len(made.agents) * 11 / 12)
    assert offered == pytest.approx(made.design.load, abs=0.03)
    shares = [sum(contact.tier == tier for contact in made.contacts) / len(made.contacts) for tier in range(3)]
    assert shares == pytest.approx([0.05, 0.15, 0.80], abs=0.01)
    unanswered = sum(contact.unanswered > 0 for contact in made.contacts) / len(made.contacts)
    assert unanswered == pytest.approx(0.03, abs=0.005)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_queue_has_somebody_at_every_step(name: str) -> None:
    made = make(DESIGNS[name], 3, minutes=1)
    for queue in range(len(made.queues)):
        steps = {reach[queue] for reach in made.reach if queue in reach}
        assert 0 in steps


def test_a_queue_of_a_language_asks_for_it_at_every_step() -> None:
    queue = Queue(0, 7, 100.0, always=True)
    speaks, learns, foreign = Agent(0, {0: 3, 7: 5}, 0.0), Agent(0, {0: 1, 7: 5}, 0.0), Agent(0, {0: 5}, 0.0)
    assert [agent.first_step(queue) for agent in (speaks, learns, foreign)] == [0, 2, None]
    assert [agent.first_step(replace(queue, always=False)) for agent in (speaks, learns, foreign)] == [0, 2, 1]
    needed = [{need.skill for need in step.needs} for step in steps_of(queue)]
    assert needed == [{"skill:0", "skill:7"}] * 3
    made = make(DESIGNS["1000-language"], 1, minutes=1)
    for agent, reach in zip(made.agents[:50], made.reach, strict=False):
        assert all({made.queues[number].skill, made.queues[number].also} <= agent.levels.keys() for number in reach)


# ---- simulator ----


class Scripted:
    """Says what it was told to say, whatever happens."""

    name = "scripted"

    def __init__(self, on_enqueue: dict[int, Sequence[Pair]] | None = None) -> None:
        self.on_enqueue = on_enqueue or {}

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        return self.on_enqueue.get(contact, ())

    def withdraw(self, contact: int, *, now: float) -> None:
        pass

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        return ()

    def unavailable(self, agent: int, *, now: float) -> None:
        pass

    def tick(self, *, now: float) -> Sequence[Pair]:
        return ()

    def wake_at(self) -> float | None:
        return None


@pytest.mark.parametrize(
    ("agents", "contacts", "said", "fault"),
    [
        ([{1: 3}], [caller(1.0)], {0: [Pair(0, 0)]}, "does not have the skill"),
        ([{0: 2}], [caller(1.0)], {0: [Pair(0, 0)]}, "step 1 is not due"),
        ([{0: 1}], [caller(1.0)], {0: [Pair(0, 0)]}, "step 2 is not due"),
        ([{0: 3}], [caller(1.0), caller(2.0)], {0: [Pair(0, 0)], 1: [Pair(1, 0)]}, "the agent is not free (BUSY)"),
        ([{0: 3}, {0: 3}], [caller(1.0)], {0: [Pair(0, 0), Pair(0, 1)]}, "the contact does not wait (ANSWERED)"),
        (
            [{0: 3}],
            [caller(1.0, patience_s=5.0), caller(9.0)],
            {1: [Pair(0, 0)]},
            "the contact does not wait (GONE)",
        ),
    ],
)
def test_what_may_not_be_is_found(
    agents: Sequence[dict[int, int]], contacts: Sequence[Contact], said: dict[int, Sequence[Pair]], fault: str
) -> None:
    run = simulate(world(agents, contacts), Scripted(said))
    assert len(run.illegal) == 1
    assert fault in run.illegal[0]


@pytest.mark.parametrize(("passed", "unlogged"), [((), 1), ((1,), 1), ((0, 1), 0)])
def test_who_is_overtaken_must_be_named(passed: Sequence[int], unlogged: int) -> None:
    contacts = [caller(1.0), caller(2.0), caller(3.0, 1), caller(4.0, tier=1), caller(5.0)]
    run = simulate(world([{0: 3, 1: 3}], contacts), Scripted({4: [Pair(4, 0, passed)]}))
    assert (run.overtaking, run.unlogged, run.decisions) == (1, unlogged, 1)


def test_other_queues_and_tiers_are_not_overtaken() -> None:
    contacts = [caller(2.0, 1), caller(3.0, tier=0), caller(4.0)]
    run = simulate(world([{0: 3, 1: 3}], contacts), Scripted({2: [Pair(2, 0)]}))
    assert run.overtaking == 0


def test_an_offer_that_nobody_answers_goes_back_to_its_place() -> None:
    made = world([{0: 3}, {0: 3}], [caller(100.0, unanswered=1)])
    run = simulate(made, LongestIdle(made))
    assert run.answered == [True]
    assert run.wait_s == [10.0]
    assert sorted(run.busy_s) == [0.0, 100.0]
    assert sorted(run.staffed_s) == [3540.0, 3600.0]


def test_who_hangs_up_while_it_rings_frees_the_agent() -> None:
    made = world([{0: 3}], [caller(100.0, patience_s=4.0, unanswered=1), caller(105.0)])
    run = simulate(made, LongestIdle(made))
    assert run.answered == [False, True]
    assert run.wait_s == [4.0, 0.0]


class Watched:
    """A policy of the simulator's, and after every event a look at whether somebody waits for whom an agent is free."""

    def __init__(self, made: World, policy: Policy) -> None:
        self.made, self.policy, self.name = made, policy, policy.name
        self.free: set[int] = set()
        self.waiting: set[int] = set()
        self.idle_pairs = 0

    def look(self, pairs: Sequence[Pair], now: float) -> Sequence[Pair]:
        for pair in pairs:
            self.free.discard(pair.agent)
            self.waiting.discard(pair.contact)
        for contact in self.waiting:
            caller = self.made.contacts[contact]
            for agent in self.free:
                step = self.made.reach[agent].get(caller.queue)
                # A step that is due at this very instant has its tick still to come.
                self.idle_pairs += step is not None and now - caller.arrival_s > STEP_FROM_S[step] + 1e-6
        return pairs

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        self.waiting.add(contact)
        return self.look(self.policy.enqueue(contact, now=now), now)

    def withdraw(self, contact: int, *, now: float) -> None:
        self.waiting.discard(contact)
        self.policy.withdraw(contact, now=now)

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]:
        self.free.add(agent)
        return self.look(self.policy.available(agent, idle_since=idle_since, now=now), now)

    def unavailable(self, agent: int, *, now: float) -> None:
        self.free.discard(agent)
        self.policy.unavailable(agent, now=now)

    def tick(self, *, now: float) -> Sequence[Pair]:
        return self.look(self.policy.tick(now=now), now)

    def wake_at(self) -> float | None:
        return self.policy.wake_at()


SMALL_OF_LANGUAGES = replace(
    SMALL, name="small-languages", agents=40, skills=5, pattern="languages", languages=2, trained=(1, 2)
)


@pytest.mark.parametrize("name", [*RIVALS, "tandem"])
@pytest.mark.parametrize(("design", "seed"), [(SMALL, 1), (SMALL, 2), (SMALL_OF_LANGUAGES, 1)])
def test_policies_keep_the_rules(name: str, design: Design, seed: int) -> None:
    made = make(design, seed, minutes=120)
    watched = Watched(made, policy_named(name, made))
    run = simulate(made, watched)
    assert run.illegal == []
    assert watched.idle_pairs == 0
    assert run.decisions > 200
    decided = figures.figures(run)
    assert decided.overtaking <= 0.5
    assert decided.unlogged == 0
    undecided = [
        n for n, c in enumerate(made.contacts) if not run.answered[n] and run.wait_s[n] != pytest.approx(c.patience_s)
    ]
    assert undecided == []


def test_the_pooled_bound_is_erlang_a() -> None:
    """A world without breaks and unanswered offers and with exponential calls, against the formula."""
    made = make(replace(DESIGNS["280"], load=0.97, peak=0.0, minutes=600), 5)
    contacts = [replace(contact, unanswered=0) for contact in made.contacts]
    made = replace(
        made, contacts=contacts, agents=[replace(agent, first_break_s=NEVER_S) for agent in made.agents[:250]]
    )
    got = figures.figures(simulate(made, Pooled(made), pooled=True))
    load = Load(
        calls_per_s=got.offered / (made.ends_s - made.begins_s),
        handle_s=sum(contact.handle_s for contact in contacts) / len(contacts) * made.pace,
        patience_s=made.design.patience_s,
    )
    wanted = perform(load, 250)
    assert got.service_level == pytest.approx(100 * wanted.service_level, abs=4.0)
    assert got.occupancy == pytest.approx(100 * wanted.occupancy, abs=1.5)


# ---- rivals ----


def order_of_service(
    policy: Callable[..., Policy], contacts: Sequence[Contact], agents: Sequence[dict[int, int]], **named: object
) -> list[int]:
    made = world(agents, contacts)
    run = simulate(made, policy(made, **named))
    return sorted(range(len(contacts)), key=lambda number: contacts[number].arrival_s + run.wait_s[number])


def test_longest_idle_serves_the_oldest_but_for_tiers() -> None:
    contacts = [caller(1.0), caller(50.0, 1), caller(51.0), caller(52.0, 1, tier=0)]
    assert order_of_service(LongestIdle, contacts, [{0: 3, 1: 3}]) == [0, 3, 1, 2]
    assert order_of_service(LongestIdle, contacts, [{0: 3, 1: 3}], bonus_s=(1.5, 0, 0)) == [0, 1, 3, 2]


def test_targets_serve_by_priority_first() -> None:
    contacts = [caller(1.0), caller(97.0, 1), caller(80.0), caller(98.0, tier=1)]
    contacts.sort(key=lambda contact: contact.arrival_s)  # 80 s has risen two targets, 97 and 98 s none
    agents = [{0: 3, 1: 3}]
    assert order_of_service(Targets, contacts, agents, tier_priority=(20, 5, 0), rise=4) == [0, 1, 3, 2]
    assert order_of_service(Targets, contacts, agents, tier_priority=(20, 9, 0), rise=4) == [0, 3, 1, 2]


def test_app_queue_takes_the_lowest_penalty_and_not_the_longest_idle() -> None:
    contacts = [caller(100.0)]
    made = world([{0: 5}, {0: 3}], contacts)  # the second begins the day idle longest
    for by_level, agent in ((False, 1), (True, 0)):
        run = simulate(made, AppQueue(made, by_level=by_level))
        assert run.busy_s[agent] > 0


def test_queue_and_idleness_takes_from_the_idlest_team() -> None:
    made = world([{0: 3}, {0: 3}, {0: 3}, {0: 3}], [caller(100.0), caller(101.0)])
    teams = [0, 0, 1, 1]
    made = replace(made, agents=[replace(a, team=t) for a, t in zip(made.agents, teams, strict=True)])
    run = simulate(made, QueueAndIdleness(made))
    busy = [n for n, spent in enumerate(run.busy_s) if spent]
    assert {teams[n] for n in busy} == {0, 1}


# ---- figures ----


def test_the_four_service_levels() -> None:
    contacts = [caller(float(n)) for n in range(10)]
    made = world([{0: 3}], contacts)
    waits = [5.0] * 5 + [30.0] * 2 + [10.0, 10.0] + [40.0]
    run = Run(made, "by hand", waits, [True] * 7 + [False] * 3, [1800.0], [3600.0])
    got = figures.figures(run)
    assert got.service_level == pytest.approx(100 * 5 / 8)
    assert got.of_offered == pytest.approx(50.0)
    assert got.of_answered == pytest.approx(100 * 5 / 7)
    assert got.with_abandoned == pytest.approx(70.0)
    assert got.abandoned == pytest.approx(30.0)
    assert got.asa_s == pytest.approx(85 / 7)
    assert got.excess_s == pytest.approx(4.0)
    assert got.occupancy == pytest.approx(50.0)


def test_gini() -> None:
    assert figures.gini([0.8, 0.8, 0.8]) == pytest.approx(0.0)
    assert figures.gini([1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.75)
    assert figures.gini([1.0, 3.0]) == pytest.approx(0.25)


def test_the_interval_of_a_mean() -> None:
    assert figures.half_width([1.0, 2.0, 3.0]) == pytest.approx(4.30 / 3**0.5)
    assert figures.half_width([1.0]) == float("inf")
