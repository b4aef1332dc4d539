"""Every row of the agent machine's table, and every pair that is not in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId, CallId, DeviceId
from tandem.cti.model.states import AgentState, NotReadyReason
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent, step

S, R = AgentState, NotReadyReason
CALL, OTHER = CallId("c1"), CallId("c2")
NOW = 100.0


def agent(state: AgentState, **changes: object) -> Agent:
    call = CALL if state in (S.BUSY, S.WORKING_AFTER_CALL) else None
    start = Agent(
        id=AgentId("mei"),
        device=DeviceId("1001"),
        skills={},
        state=state,
        since=1.0,
        idle_since=1.0,
        call=call,
        seat_open=True,
        phone_ok=True,
        number=7,
    )
    return replace(start, **changes)  # type: ignore[arg-type]


ROWS: list[tuple[AgentState, ag.AgentEvent, AgentState, NotReadyReason | None]] = [
    (S.LOGGED_OFF, ag.LoggedOn(), S.NOT_READY, R.LOGGED_ON),
    (S.LOGGED_OFF, ag.LoggedOff(), S.LOGGED_OFF, None),
    (S.LOGGED_OFF, ag.Reached(True, True), S.LOGGED_OFF, None),
    (S.NOT_READY, ag.LoggedOn(), S.NOT_READY, None),
    (S.NOT_READY, ag.LoggedOff(), S.LOGGED_OFF, None),
    (S.NOT_READY, ag.ReadyAsked(), S.READY, None),
    (S.NOT_READY, ag.NotReadyAsked(R.MEAL), S.NOT_READY, R.MEAL),
    (S.NOT_READY, ag.Unassigned(CALL), S.NOT_READY, None),
    (S.NOT_READY, ag.Refused(CALL, R.NO_ANSWER), S.NOT_READY, None),
    (S.NOT_READY, ag.GraceOver(), S.NOT_READY, None),
    (S.NOT_READY, ag.Reached(True, True), S.NOT_READY, None),
    (S.READY, ag.LoggedOn(), S.READY, None),
    (S.READY, ag.LoggedOff(), S.LOGGED_OFF, None),
    (S.READY, ag.ReadyAsked(), S.READY, None),
    (S.READY, ag.NotReadyAsked(R.BREAK), S.NOT_READY, R.BREAK),
    (S.READY, ag.Assigned(CALL), S.BUSY, None),
    (S.READY, ag.Unassigned(CALL), S.READY, None),
    (S.READY, ag.Refused(CALL, R.NO_ANSWER), S.READY, None),
    (S.READY, ag.GraceOver(), S.READY, None),
    (S.READY, ag.Reached(False, True), S.READY, None),
    (S.BUSY, ag.LoggedOn(), S.BUSY, None),
    (S.BUSY, ag.ReadyAsked(), S.BUSY, None),
    (S.BUSY, ag.NotReadyAsked(R.MEAL), S.BUSY, None),
    (S.BUSY, ag.Unassigned(CALL), S.READY, None),
    (S.BUSY, ag.Unassigned(OTHER), S.BUSY, None),
    (S.BUSY, ag.Refused(CALL, R.DECLINED), S.NOT_READY, R.DECLINED),
    (S.BUSY, ag.Refused(OTHER, R.DECLINED), S.BUSY, None),
    (S.BUSY, ag.TalkEnded(CALL), S.WORKING_AFTER_CALL, None),
    (S.BUSY, ag.TalkEnded(OTHER), S.BUSY, None),
    (S.BUSY, ag.GraceOver(), S.BUSY, None),
    (S.BUSY, ag.Reached(False, False), S.BUSY, None),
    (S.WORKING_AFTER_CALL, ag.LoggedOn(), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.ReadyAsked(), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.NotReadyAsked(R.MEAL), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.TalkEnded(CALL), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.Disposed(CALL, ready=True), S.READY, None),
    (S.WORKING_AFTER_CALL, ag.Disposed(CALL, ready=False), S.NOT_READY, R.OTHER),
    (S.WORKING_AFTER_CALL, ag.Disposed(OTHER, ready=True), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.GraceOver(), S.WORKING_AFTER_CALL, None),
    (S.WORKING_AFTER_CALL, ag.Reached(False, False), S.WORKING_AFTER_CALL, None),
]
EVENTS = {type(event): event for _, event, _, _ in ROWS}


@pytest.mark.parametrize(("state", "event", "to", "reason"), ROWS)
def test_row(state: AgentState, event: ag.AgentEvent, to: AgentState, reason: NotReadyReason | None) -> None:
    before = agent(state)
    after = step(before, event, now=NOW)
    assert (after.state, after.reason) == (to, reason)
    if to is not state:
        assert (after.since, after.number) == (NOW, before.number + 1)
        assert (after.call is None) == (to not in (S.BUSY, S.WORKING_AFTER_CALL))


def test_every_row_of_the_table_is_tested() -> None:
    assert {(state, type(event)) for state, event, _, _ in ROWS} == set(ag.TABLE)


@pytest.mark.parametrize(("state", "event"), [(s, e) for s in S for t, e in EVENTS.items() if (s, t) not in ag.TABLE])
def test_a_pair_that_is_not_in_the_table_is_illegal(state: AgentState, event: ag.AgentEvent) -> None:
    with pytest.raises(IllegalTransition, match="mei"):
        step(agent(state), event, now=NOW)


def test_an_agent_who_cannot_be_reached_is_given_nothing() -> None:
    for changes in ({"seat_open": False}, {"phone_ok": False}):
        unreachable = agent(S.READY, **changes)
        assert not unreachable.available
        with pytest.raises(IllegalTransition):
            step(unreachable, ag.Assigned(CALL), now=NOW)


def test_idle_time_is_kept_when_the_call_went_away_and_begins_anew_after_work() -> None:
    ready = agent(S.READY, idle_since=50.0)
    busy = step(ready, ag.Assigned(CALL), now=NOW)
    assert step(busy, ag.Unassigned(CALL), now=NOW + 5).idle_since == 50.0
    after = step(step(busy, ag.TalkEnded(CALL), now=NOW + 60), ag.Disposed(CALL, ready=True), now=NOW + 90)
    assert after.idle_since == NOW + 90


@pytest.mark.parametrize("end", [ag.Unassigned(CALL), None])
def test_a_pending_not_ready_is_taken_at_the_end(end: ag.AgentEvent | None) -> None:
    waiting = step(agent(S.BUSY), ag.NotReadyAsked(R.MEAL), now=NOW)
    assert (waiting.pending, waiting.pending_reason) == (S.NOT_READY, R.MEAL)
    if end is None:
        wrapping = step(waiting, ag.TalkEnded(CALL), now=NOW)
        after = step(wrapping, ag.Disposed(CALL, ready=True), now=NOW)
    else:
        after = step(waiting, end, now=NOW)
    assert (after.state, after.reason, after.pending) == (S.NOT_READY, R.MEAL, None)


def test_who_was_lost_comes_back_ready_and_who_left_does_not() -> None:
    gone = step(agent(S.READY, phone_ok=False), ag.GraceOver(), now=NOW)
    assert (gone.state, gone.reason) == (S.NOT_READY, R.PHONE_LOST)
    closed = step(agent(S.READY, seat_open=False), ag.GraceOver(), now=NOW)
    assert closed.reason is R.SEAT_LOST
    for lost in (gone, closed):
        assert step(lost, ag.Reached(True, True), now=NOW + 1).state is S.READY
        assert step(lost, ag.Reached(True, False), now=NOW + 1).state is S.NOT_READY
        assert step(lost, ag.Reached(True, True), now=NOW + ag.RETURN_S + 1).state is S.NOT_READY
    meal = agent(S.NOT_READY, reason=R.MEAL, phone_ok=False)
    assert step(meal, ag.Reached(True, True), now=NOW).state is S.NOT_READY
