"""The agent machine: states of ECMA-269 clause 6.1.6 (agent state model), as a table.

Reachability (is the page open, is the phone registered) runs beside the state: only a Ready and reachable agent is
``available``. A Ready agent who stays unreachable is set NotReady by the rule that watches the grace time, and
set Ready again when he is back, because leaving was not his doing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId, CallId, DeviceId
from tandem.cti.model.states import AgentState, NotReadyReason

S, R = AgentState, NotReadyReason

RETURN_S = 300.0
"""Who was lost and is back within so long is set Ready again. Later he has been away: he says himself when he is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent. ``idle_since``: when he last became free (what "longest idle" counts from)."""

    id: AgentId
    device: DeviceId
    skills: Mapping[str, int]
    state: AgentState = S.LOGGED_OFF
    reason: NotReadyReason | None = None
    since: float = 0.0
    idle_since: float = 0.0
    pending: AgentState | None = None
    pending_reason: NotReadyReason | None = None
    call: CallId | None = None
    seat_open: bool = False
    phone_ok: bool = False
    number: int = 0
    """Counts state changes; the key of the history row."""

    @property
    def reachable(self) -> bool:
        return self.seat_open and self.phone_ok

    @property
    def available(self) -> bool:
        return self.state is S.READY and self.reachable


# ---- events ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedOn:
    pass


@dataclass(frozen=True, slots=True)
class LoggedOff:
    pass


@dataclass(frozen=True, slots=True)
class ReadyAsked:
    pass


@dataclass(frozen=True, slots=True)
class NotReadyAsked:
    reason: NotReadyReason


@dataclass(frozen=True, slots=True)
class Assigned:
    call: CallId


@dataclass(frozen=True, slots=True)
class Unassigned:
    """The call went away before it was answered, through no fault of the agent's: he keeps his idle time."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Refused:
    """The offer failed at the agent: no answer, declined, phone or page lost."""

    call: CallId
    reason: NotReadyReason


@dataclass(frozen=True, slots=True)
class TalkEnded:
    call: CallId


@dataclass(frozen=True, slots=True)
class Disposed:
    """Wrap-up is done; ``ready`` is what the agent chose next (a pending NotReady wins over Ready)."""

    call: CallId
    ready: bool


@dataclass(frozen=True, slots=True)
class GraceOver:
    """He was unreachable for longer than is tolerated."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Page or phone came (back) or went."""

    seat_open: bool
    phone_ok: bool


AgentEvent = (
    LoggedOn
    | LoggedOff
    | ReadyAsked
    | NotReadyAsked
    | Assigned
    | Unassigned
    | Refused
    | TalkEnded
    | Disposed
    | GraceOver
    | Reached
)


# ---- rows of the table -------------------------------------------------------------------------------------------


def _to(agent: Agent, state: AgentState, now: float, reason: NotReadyReason | None = None) -> Agent:
    return replace(
        agent,
        state=state,
        reason=reason,
        since=now,
        number=agent.number + 1,
        call=agent.call if state in (S.BUSY, S.WORKING_AFTER_CALL) else None,
        pending=agent.pending if state in (S.BUSY, S.WORKING_AFTER_CALL) else None,
        pending_reason=agent.pending_reason if state in (S.BUSY, S.WORKING_AFTER_CALL) else None,
    )


def _ready(agent: Agent, now: float) -> Agent:
    return replace(_to(agent, S.READY, now), idle_since=now)


def _same(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return agent


def _log_on(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return _to(agent, S.NOT_READY, now, R.LOGGED_ON)


def _log_off(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return _to(agent, S.LOGGED_OFF, now)


def _go_ready(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return _ready(agent, now)


def _go_not_ready(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, NotReadyAsked)
    return agent if agent.reason is event.reason else _to(agent, S.NOT_READY, now, event.reason)


def _pend_ready(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return replace(agent, pending=S.READY, pending_reason=None)


def _pend_not_ready(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, NotReadyAsked)
    return replace(agent, pending=S.NOT_READY, pending_reason=event.reason)


def _assign(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, Assigned)
    if not agent.reachable:
        raise IllegalTransition(f"{agent.id} cannot be reached and must not be given a call")
    return _to(replace(agent, call=event.call), S.BUSY, now)


def _about_another(agent: Agent, event: AgentEvent) -> bool:
    return agent.call != getattr(event, "call", None)


def _unassign(agent: Agent, event: AgentEvent, now: float) -> Agent:
    if _about_another(agent, event):
        return agent
    if agent.pending is S.NOT_READY:
        return _to(agent, S.NOT_READY, now, agent.pending_reason)
    return _to(agent, S.READY, now)


def _refuse(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, Refused)
    return agent if _about_another(agent, event) else _to(agent, S.NOT_READY, now, event.reason)


def _wrap_up(agent: Agent, event: AgentEvent, now: float) -> Agent:
    return agent if _about_another(agent, event) else _to(agent, S.WORKING_AFTER_CALL, now)


def _dispose(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, Disposed)
    if _about_another(agent, event):
        return agent
    if agent.pending is S.NOT_READY:
        return _to(agent, S.NOT_READY, now, agent.pending_reason)
    return _ready(agent, now) if event.ready else _to(agent, S.NOT_READY, now, R.OTHER)


def _lose(agent: Agent, event: AgentEvent, now: float) -> Agent:
    if agent.reachable:
        return agent
    return _to(agent, S.NOT_READY, now, R.PHONE_LOST if agent.seat_open else R.SEAT_LOST)


def _reach(agent: Agent, event: AgentEvent, now: float) -> Agent:
    assert isinstance(event, Reached)
    return replace(agent, seat_open=event.seat_open, phone_ok=event.phone_ok)


def _reach_again(agent: Agent, event: AgentEvent, now: float) -> Agent:
    agent = _reach(agent, event, now)
    lost = agent.reason in (R.SEAT_LOST, R.PHONE_LOST) and now - agent.since <= RETURN_S
    return _ready(agent, now) if agent.reachable and lost else agent


_Row = Callable[[Agent, AgentEvent, float], Agent]

TABLE: dict[tuple[AgentState, type], _Row] = {
    (S.LOGGED_OFF, LoggedOn): _log_on,
    (S.LOGGED_OFF, LoggedOff): _same,
    (S.LOGGED_OFF, Reached): _reach,
    (S.NOT_READY, LoggedOn): _same,
    (S.NOT_READY, LoggedOff): _log_off,
    (S.NOT_READY, ReadyAsked): _go_ready,
    (S.NOT_READY, NotReadyAsked): _go_not_ready,
    (S.NOT_READY, Unassigned): _same,
    (S.NOT_READY, Refused): _same,
    (S.NOT_READY, GraceOver): _same,
    (S.NOT_READY, Reached): _reach_again,
    (S.READY, LoggedOn): _same,
    (S.READY, LoggedOff): _log_off,
    (S.READY, ReadyAsked): _same,
    (S.READY, NotReadyAsked): _go_not_ready,
    (S.READY, Assigned): _assign,
    (S.READY, Unassigned): _same,
    (S.READY, Refused): _same,
    (S.READY, GraceOver): _lose,
    (S.READY, Reached): _reach,
    (S.BUSY, LoggedOn): _same,
    (S.BUSY, ReadyAsked): _pend_ready,
    (S.BUSY, NotReadyAsked): _pend_not_ready,
    (S.BUSY, Unassigned): _unassign,
    (S.BUSY, Refused): _refuse,
    (S.BUSY, TalkEnded): _wrap_up,
    (S.BUSY, GraceOver): _same,
    (S.BUSY, Reached): _reach,
    (S.WORKING_AFTER_CALL, LoggedOn): _same,
    (S.WORKING_AFTER_CALL, ReadyAsked): _pend_ready,
    (S.WORKING_AFTER_CALL, NotReadyAsked): _pend_not_ready,
    (S.WORKING_AFTER_CALL, TalkEnded): _same,
    (S.WORKING_AFTER_CALL, Disposed): _dispose,
    (S.WORKING_AFTER_CALL, GraceOver): _same,
    (S.WORKING_AFTER_CALL, Reached): _reach,
}


def step(agent: Agent, event: AgentEvent, *, now: float) -> Agent:
    """The agent after ``event``. Raises IllegalTransition (state unchanged) when the table has no such row."""
    row = TABLE.get((agent.state, type(event)))
    if row is None:
        raise IllegalTransition(f"agent {agent.id} is {agent.state}: {type(event).__name__} is not possible now")
    return row(agent, event, now)
