"""The simulator of pacing policies: who is abandoned, who is connected, the same contacts for all, the bound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.dialer.figures import figures
from benchmarks.dialer.rivals import Progressive, Ratio, Vicidial, clairvoyant
from benchmarks.dialer.simulate import DayFigures, Floor, Silent, Simulation
from benchmarks.dialer.tandem import Tandem
from benchmarks.dialer.world import Design, Visit, World, make

SMALL = Design(agents=4, day_s=1800.0, drift=0.0, profile=(0.3, 0.3))


class Burst(Silent):
    """So many calls at the first moment, none after."""

    def __init__(self, calls: int, reserved: bool = False) -> None:
        self.calls, self.reserved = calls, reserved

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        calls, self.calls = self.calls, 0
        return [(0, calls)], self.reserved, 1e12


def _everybody_answers(agents: int, visit_s: float = 1e6) -> World:
    world = make(
        replace(SMALL, agents=agents, answer_spread=0.0, short_share=0.0, tail_share=0.0, long_spread=0.0), 1, 1
    )
    world.days[0].rates = [0.6] * len(world.days[0].rates)
    world.days[0].visits = [Visit(agent, 0.0, visit_s, True) for agent in range(agents)]
    return world


def test_who_finds_no_agent_in_two_seconds_is_abandoned() -> None:
    day = Simulation(_everybody_answers(3), Burst(40)).run()[0]
    assert day.launched == 40
    assert day.connected == 3
    assert day.answered - day.connected == day.abandoned > 5


def test_a_reserved_agent_is_there_for_his_call() -> None:
    day = Simulation(_everybody_answers(3), Burst(40, reserved=True)).run()[0]
    assert (day.launched, day.abandoned) == (3, 0)
    assert day.connected == day.answered


def test_talk_idle_and_wrap_up_fill_the_time_that_agents_are_there() -> None:
    world = make(SMALL, 3, 1)
    day = Simulation(world, Progressive(world)).run()[0]
    wrap_s = day.staffed_s - day.talk_s - day.idle_s
    assert 2.0 < wrap_s / day.connected < 20.0
    assert 0.2 < day.talk_s / day.staffed_s < 0.8


def test_the_same_contacts_for_every_policy_and_again() -> None:
    first, again = make(SMALL, 3, 1), make(SMALL, 3, 1)
    assert [next(first.contacts(0)) for _ in range(5)] == [next(again.contacts(0)) for _ in range(5)]
    assert first.days[0].rates == again.days[0].rates
    assert Simulation(first, Tandem(first)).run() == Simulation(again, Tandem(again)).run()


def test_nobody_is_above_the_bound() -> None:
    world = make(replace(SMALL, day_s=7200.0), 4, 1)
    bound = figures([clairvoyant(world)])
    assert bound.abandoned == 0.0
    for policy in (Progressive(world), Ratio(world, 6.0), Vicidial(world), Tandem(world)):
        assert figures([Simulation(world, policy).run()]).utilisation < bound.utilisation + 0.01


def test_vicidial_is_at_level_one_once_the_day_is_over_its_limit() -> None:
    world = make(SMALL, 3, 1)
    rule = Vicidial(world, limit=0.03)
    floor = Floor(1800.0)
    rule.begin_day(floor, 0.0)
    floor.agents = floor.idle = 4
    rule.dial(60.0)
    assert rule.level == 3.0
    floor.answered, floor.abandoned = 100, 4
    rule.dial(75.0)
    assert rule.level == 1.0


def test_figures_of_the_worst_day_and_window() -> None:
    def day(answered: int, abandoned: int) -> DayFigures:
        return DayFigures(answered=answered, abandoned=abandoned, connected=answered, talk_s=60.0, staffed_s=100.0)

    row = figures([[day(100, 4), day(300, 2)], [day(100, 0)]])
    assert (row.over, row.days) == (1, 3)
    assert row.worst_day == pytest.approx(0.04)
    assert row.worst_window == pytest.approx(0.015)
    assert row.abandoned == pytest.approx(0.012)
