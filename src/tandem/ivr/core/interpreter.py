"""The interpreter: a flow, a state and an event -> the next state and what to do. Pure; it raises on no event.

``start`` begins a call, ``step`` takes the answer to the effect in hand, ``resume`` asks for that effect again after a
restart (so the caller hears at most that one prompt twice). An event that answers nothing leaves everything as it is.
Every call ends in Enqueue or HangUp after at most ``flow.step_limit`` + 1 answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tandem.ivr.core.dialogue import (
    FLOW_CHANGED,
    MEDIA_FAILED,
    STEP_LIMIT,
    Effect,
    Enqueue,
    IvrEvent,
    MediaFailed,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.state import IvrState, decode_state, encode_state
from tandem.ivr.core.step import Stay, Take

__all__ = ["Facts", "Hop", "Outcome", "decode_state", "encode_state", "is_over", "resume", "start", "step"]

ON_ERROR = "on_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the call before it begins. ``language``: the customer's, when the flow speaks it."""

    language: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """The call left ``step`` by the exit named ``exit`` for the step ``to`` ('' for the on_error queue)."""

    step: str
    exit: str
    to: str
    at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """``effects`` holds one effect, or none when the event answered nothing. ``hops``: the way taken, for reports."""

    state: IvrState
    effects: tuple[Effect, ...] = ()
    hops: tuple[Hop, ...] = ()


def start(flow: Flow, facts: Facts, *, now: float) -> Outcome:
    """``now``: seconds, on whatever clock the journal uses; only copied into ``hops``."""
    language = facts.language if facts.language in flow.languages else flow.default_language
    state = IvrState(flow=flow.name, edition=flow.edition, step=flow.start, language=language)
    return _enter(flow, state, flow.start, (), now)


def step(flow: Flow, state: IvrState, event: IvrEvent, *, now: float) -> Outcome:
    if is_over(flow, state):
        return Outcome(state)
    if not _fits(flow, state):
        return _fail(flow, state, FLOW_CHANGED, (), now)
    if isinstance(event, MediaFailed):
        return _fail(flow, state, MEDIA_FAILED, (), now)
    match flow.steps[state.step].receive(state, event):
        case None:
            return Outcome(state)
        case Stay(changed):
            if state.turn >= flow.step_limit:
                return _fail(flow, changed, STEP_LIMIT, (), now)
            return _now_do(flow, replace(changed, turn=state.turn + 1), ())
        case Take(exit_, changed):
            return _enter(flow, changed, exit_.target, (Hop(state.step, exit_.name, exit_.target, now),), now)


def resume(flow: Flow, state: IvrState, *, now: float) -> Outcome:
    """The effect in hand once more. A state that this flow no longer knows goes to the on_error queue."""
    if state.failure or _fits(flow, state):
        return _now_do(flow, state, ())
    return _fail(flow, state, FLOW_CHANGED, (), now)


def is_over(flow: Flow, state: IvrState) -> bool:
    """The effect in hand is Enqueue or HangUp."""
    return bool(state.failure) or (state.step in flow.steps and flow.steps[state.step].ends)


def _enter(flow: Flow, state: IvrState, name: str, hops: tuple[Hop, ...], now: float) -> Outcome:
    while True:
        entered = flow.steps[name]
        if state.turn >= flow.step_limit and not entered.ends:
            return _fail(flow, state, STEP_LIMIT, hops, now)
        state = replace(state, step=name, tally=(), turn=state.turn + 1)
        onward = entered.enter(state)
        if onward is None:
            return _now_do(flow, state, hops)
        state, name = onward.state, onward.exit.target
        hops = (*hops, Hop(entered.name, onward.exit.name, name, now))


def _fits(flow: Flow, state: IvrState) -> bool:
    """The state is one of this flow: its step waits for something, its language is spoken."""
    known = state.flow == flow.name and state.step in flow.steps and state.language in flow.languages
    return known and flow.steps[state.step].enter(state) is None


def _fail(flow: Flow, state: IvrState, failure: str, hops: tuple[Hop, ...], now: float) -> Outcome:
    return _now_do(flow, replace(state, failure=failure), (*hops, Hop(state.step, ON_ERROR, "", now)))


def _now_do(flow: Flow, state: IvrState, hops: tuple[Hop, ...]) -> Outcome:
    if not state.failure:
        return Outcome(state, (flow.steps[state.step].render(flow, state),), hops)
    rescue = Enqueue(
        queue=flow.on_error,
        needs=state.needs,
        priority=state.priority,
        language=state.language,
        pressed=flow.pressed(state),
        variables=state.variables,
        failure=state.failure,
    )
    return Outcome(state, (rescue,), hops)
