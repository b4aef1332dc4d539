"""Erlang-A for any load: shares add up, Little's law holds, each agent helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.routing.core.staffing import Load, Target, perform, staff

loads = st.builds(
    Load,
    calls_per_s=st.floats(0.001, 30),
    handle_s=st.floats(5, 1200),
    patience_s=st.none() | st.floats(2, 3600),
)


@given(loads, st.integers(0, 3000), st.floats(0, 300))
def test_shares_add_up_and_another_agent_helps(load: Load, agents: int, target_s: float) -> None:
    found, more = perform(load, agents, target_s=target_s), perform(load, agents + 1, target_s=target_s)
    for share in (found.wait_share, found.service_level, found.answered_in_target, found.abandon_share):
        assert -1e-9 <= share <= 1 + 1e-9
    assert 0.0 <= found.occupancy <= 1 + 1e-9
    assert found.abandoned_in_target <= found.abandon_share + 1e-9
    assert found.answered_in_target <= 1 - found.abandon_share + 1e-9
    assert found.answered_in_target >= 1 - found.wait_share - 1e-9
    assert more.service_level >= found.service_level - 1e-9
    assert more.abandon_share <= found.abandon_share + 1e-9
    assert more.occupancy <= found.occupancy + 1e-9
    assert more.asa_s <= found.asa_s * (1 + 1e-6) + 1e-9
    if load.patience_s is not None and agents:
        assert found.occupancy * agents == pytest.approx(load.erlangs * (1 - found.abandon_share), rel=1e-6)


@given(loads, st.floats(0.05, 0.99), st.floats(0, 120))
def test_staffing_is_the_least(load: Load, share: float, in_s: float) -> None:
    target = Target(service_level=share, in_s=in_s)
    agents = staff(load, target).performance.agents
    assert target.met_by(perform(load, agents, target_s=in_s))
    assert agents == 0 or not target.met_by(perform(load, agents - 1, target_s=in_s))
