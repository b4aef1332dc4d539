"""Erlang-C and Erlang-A against published figures, closed forms, sums over states, and a simulation."""

from __future__ import annotations

import heapq
import random
from math import exp, inf

import pytest

from tandem.routing.core.staffing import Load, Target, blocked, delayed, perform, staff


def states(load: Load, agents: int, *, more: int = 3000) -> tuple[float, float, float]:
    """Share who wait, share who give up, ASA: straight from the birth-and-death chain."""
    assert load.patience_s is not None
    release, leave = agents / load.handle_s, 1 / load.patience_s
    weights = [1.0]
    for state in range(1, agents + more):
        weights.append(
            weights[-1] * load.calls_per_s / (min(state, agents) / load.handle_s + max(0, state - agents) * leave)
        )
    total, mean_s = sum(weights), 0.0
    abandoned = waited_s = 0.0
    for ahead in range(more):
        weight = weights[agents + ahead] / total if agents + ahead < len(weights) else 0.0
        rate = release + (ahead + 1) * leave
        mean_s += 1 / rate
        abandoned += weight * (ahead + 1) * leave / rate
        waited_s += weight * release / rate * mean_s
    return sum(weights[agents:]) / total, abandoned, waited_s / (1 - abandoned)


def test_erlang_b_of_published_tables() -> None:
    """Any table of Erlang-B: 10 erlangs on 10 lines lose 21.46 %, 100 on 117 lose 1 %."""
    assert blocked(10.0, 10) == pytest.approx(0.2146, abs=5e-5)
    assert blocked(100.0, 117) == pytest.approx(0.0098, abs=5e-5)
    assert blocked(1.0, 0) == 1.0


def test_erlang_c_of_the_well_known_example() -> None:
    """360 calls in half an hour of 4 minutes each, 55 agents, 15 s (the step-by-step example that Mitan published):
    48 erlangs, 23.9 % wait, 84.6 % in time, ASA 8.2 s, occupancy 87.3 %."""
    load = Load(calls_per_s=360 / 1800, handle_s=240.0)
    found = perform(load, 55, target_s=15.0)
    assert load.erlangs == 48.0
    assert found.wait_share == pytest.approx(0.239, abs=5e-4)
    assert found.service_level == pytest.approx(0.846, abs=5e-4)
    assert found.asa_s == pytest.approx(8.2, abs=0.05)
    assert found.occupancy == pytest.approx(0.873, abs=5e-4)


def test_the_comparison_of_garnett_mandelbaum_and_reiman() -> None:
    """48 calls a minute of one minute each, 50 agents. Patient callers: ASA 20.8 s, 90th percentile 58.1 s, utilisation
    96 %. With a patience of two minutes: 3.1 % give up, mean wait 3.7 s, 90th percentile 12.5 s, utilisation 93 %
    (M&SOM 4(3), 2002, table 1)."""
    patient = Load(calls_per_s=0.8, handle_s=60.0)
    assert perform(patient, 50).asa_s == pytest.approx(20.8, abs=0.05)
    assert perform(patient, 50, target_s=58.1).service_level == pytest.approx(0.9, abs=1e-3)
    assert perform(patient, 50).occupancy == pytest.approx(0.96)
    hasty = Load(calls_per_s=0.8, handle_s=60.0, patience_s=120.0)
    found = perform(hasty, 50, target_s=12.5)
    assert found.abandon_share == pytest.approx(0.031, abs=5e-4)
    assert found.abandon_share * 120.0 == pytest.approx(3.7, abs=0.05), "mean wait of all (Little's law)"
    assert found.answered_in_target + found.abandoned_in_target == pytest.approx(0.9, abs=2e-3)
    assert found.occupancy == pytest.approx(0.93, abs=5e-4)


def test_one_agent_is_m_m_1() -> None:
    found = perform(Load(calls_per_s=0.008, handle_s=100.0), 1, target_s=30.0)
    assert found.wait_share == pytest.approx(0.8)
    assert found.asa_s == pytest.approx(400.0)
    assert found.service_level == pytest.approx(1 - 0.8 * exp(-0.2 * 30 / 100))


@pytest.mark.parametrize(
    ("calls_per_s", "handle_s", "patience_s", "agents"),
    [
        (0.8, 60.0, 120.0, 50),
        (0.01, 100.0, 10.0, 1),
        (1.0, 100.0, 10.0, 1),
        (2.0, 200.0, 90.0, 300),
        (2.0, 200.0, 900.0, 420),
        (0.5, 200.0, 3000.0, 110),
    ],
)
def test_erlang_a_is_the_sum_over_states(calls_per_s: float, handle_s: float, patience_s: float, agents: int) -> None:
    load = Load(calls_per_s=calls_per_s, handle_s=handle_s, patience_s=patience_s)
    found = perform(load, agents)
    assert (found.wait_share, found.abandon_share, found.asa_s) == pytest.approx(states(load, agents), rel=1e-9)


def test_endless_patience_is_erlang_c() -> None:
    patient, nearly = Load(calls_per_s=0.8, handle_s=60.0), Load(calls_per_s=0.8, handle_s=60.0, patience_s=1e9)
    assert perform(nearly, 50).service_level == pytest.approx(perform(patient, 50).service_level, abs=1e-6)
    assert perform(nearly, 50).asa_s == pytest.approx(perform(patient, 50).asa_s, rel=1e-5)


def simulated(load: Load, agents: int, target_s: float, callers: int) -> tuple[float, float, float]:
    """Share answered in time, share who gave up, ASA. First come, first served: each takes the agent who is free first,
    unless that is later than he waits."""
    assert load.patience_s is not None
    chance = random.Random(5)
    free_at = [0.0] * agents
    now = waited_s = 0.0
    answered = in_time = 0
    for _ in range(callers):
        now += chance.expovariate(load.calls_per_s)
        wait_s = max(0.0, free_at[0] - now)
        if wait_s > chance.expovariate(1 / load.patience_s):
            continue
        heapq.heapreplace(free_at, now + wait_s + chance.expovariate(1 / load.handle_s))
        answered += 1
        waited_s += wait_s
        in_time += wait_s <= target_s
    return in_time / callers, 1 - answered / callers, waited_s / answered


@pytest.mark.parametrize("agents", [18, 22])
def test_erlang_a_is_what_a_simulation_finds(agents: int) -> None:
    load = Load(calls_per_s=0.1, handle_s=200.0, patience_s=120.0)
    in_time, abandoned, asa_s = simulated(load, agents, 20.0, 200_000)
    found = perform(load, agents, target_s=20.0)
    assert found.answered_in_target == pytest.approx(in_time, abs=0.01)
    assert found.abandon_share == pytest.approx(abandoned, abs=0.005)
    assert found.asa_s == pytest.approx(asa_s, rel=0.05)


def test_thousands_of_agents() -> None:
    light = perform(Load(calls_per_s=22.5, handle_s=200.0, patience_s=90.0), 5000)
    assert light.wait_share < 1e-12
    heavy = perform(Load(calls_per_s=32.5, handle_s=200.0, patience_s=90.0), 5000)
    assert heavy.abandon_share == pytest.approx(1 - 5000 / 6500)
    assert heavy.occupancy == pytest.approx(1.0)
    assert delayed(9900.0, 10_000) == pytest.approx(0.2233, abs=1e-3), "the limit of Halfin and Whitt"
    assert blocked(1.0, 400) == 0.0


def test_nobody_at_work() -> None:
    hasty = perform(Load(calls_per_s=0.1, handle_s=60.0, patience_s=20.0), 0, target_s=20.0)
    assert (hasty.abandon_share, hasty.service_level, hasty.asa_s) == (1.0, 0.0, inf)
    assert hasty.abandoned_in_target == pytest.approx(1 - exp(-1))
    patient = perform(Load(calls_per_s=0.1, handle_s=60.0), 0)
    assert (patient.wait_share, patient.service_level, patient.asa_s, patient.occupancy) == (1.0, 0.0, inf, 1.0)


def test_the_least_that_meets_the_target_and_what_must_be_rostered() -> None:
    load = Load(calls_per_s=0.2, handle_s=240.0)
    found = staff(load, Target(service_level=0.8, in_s=15.0), shrinkage=0.3)
    agents = found.performance.agents
    assert (
        perform(load, agents, target_s=15.0).service_level
        >= 0.8
        > perform(load, agents - 1, target_s=15.0).service_level
    )
    assert (agents, found.rostered) == (55, 79)


def test_all_targets_hold() -> None:
    load = Load(calls_per_s=0.2, handle_s=240.0, patience_s=180.0)
    for target in (
        Target(service_level=None, asa_s=5.0),
        Target(service_level=None, abandon_share=0.01),
        Target(service_level=None, occupancy=0.8),
        Target(service_level=0.5, asa_s=60.0, abandon_share=0.2, occupancy=0.9),
    ):
        agents = staff(load, target).performance.agents
        assert target.met_by(perform(load, agents)), target
        assert not target.met_by(perform(load, agents - 1)), target


def test_what_cannot_be_is_refused() -> None:
    load = Load(calls_per_s=0.2, handle_s=240.0)
    with pytest.raises(ValueError, match="no number of agents up to 60"):
        staff(load, Target(asa_s=-1.0), most=60)
    with pytest.raises(ValueError, match="shrinkage"):
        staff(load, Target(), shrinkage=1.0)
    with pytest.raises(ValueError, match="over 0"):
        perform(Load(calls_per_s=0.0, handle_s=1.0), 1)
    with pytest.raises(ValueError, match="under 0"):
        perform(load, -1)
