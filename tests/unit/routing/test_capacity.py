"""Who can be given what."""

from __future__ import annotations

import pytest

from tandem.cti.model.ids import AgentId, CallId, DeviceId
from tandem.cti.model.states import AgentState
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.capacity import BOTH, CAMPAIGN, NOTHING, TASK, VOICE, kinds


def agent(state: AgentState = AgentState.READY, *, call: str | None = None, phone_ok: bool = True) -> Agent:
    return Agent(
        id=AgentId("ana"),
        device=DeviceId("1001"),
        skills={},
        state=state,
        call=CallId(call) if call else None,
        seat_open=True,
        phone_ok=phone_ok,
    )


@pytest.mark.parametrize(("tasks", "most", "expected"), [(0, 1, BOTH), (1, 1, VOICE), (3, 1, VOICE), (0, 0, VOICE)])
def test_tasks_fill_their_own_places_and_never_keep_a_call_away(tasks: int, most: int, expected: object) -> None:
    assert kinds(agent(), tasks=tasks, most_tasks=most) == expected


@pytest.mark.parametrize("state", set(AgentState) - {AgentState.READY})
def test_only_who_is_ready_is_given_anything(state: AgentState) -> None:
    assert kinds(agent(state), tasks=0, most_tasks=3) == NOTHING


def test_not_who_cannot_be_reached_or_has_a_call() -> None:
    assert kinds(agent(phone_ok=False), tasks=0, most_tasks=3) == NOTHING
    assert kinds(agent(call="c1"), tasks=0, most_tasks=3) == NOTHING
    assert kinds(agent(call="c1"), tasks=0, most_tasks=3, held=True) == NOTHING


def test_whom_a_campaign_has_takes_its_calls_alone() -> None:
    assert kinds(agent(), tasks=0, most_tasks=3, held=True) == CAMPAIGN


def test_who_works_for_campaigns_only_gets_no_callers() -> None:
    assert kinds(agent(), tasks=0, most_tasks=1, callers=False) == TASK
    assert kinds(agent(), tasks=1, most_tasks=1, callers=False) == NOTHING
    assert kinds(agent(), tasks=0, most_tasks=1, held=True, callers=False) == CAMPAIGN
