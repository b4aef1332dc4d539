"""The interpreter: a flow, a state, an event and the world -> the next state and what to do. Pure; it never raises.

``start`` begins a call, ``step`` takes the answer to the effect in hand, ``resume`` asks for that effect again after a
restart (so the caller hears at most that one prompt twice). ``wait`` begins the branch for those who stand in line at
a queue step, ``after`` the branch for those whose talk is over. An event that answers nothing leaves all as it is.

Every call ends in Enqueue, HangUp or Transfer after at most ``flow.step_limit`` + 1 answers. While the caller waits,
which may be long, that many at most follow each other before a second of ``world.now`` has passed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from msgspec.structs import replace

from tandem.ivr.core.dialogue import (
    FLOW_CHANGED,
    MEDIA_FAILED,
    STATE_TOO_LARGE,
    STEP_LIMIT,
    Effect,
    Enqueue,
    HangUp,
    IvrEvent,
    MediaFailed,
    SurveyAnswer,
    Visit,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.shown import shown
from tandem.ivr.core.state import MAX_KEPT, IvrState, decode_state, encode_state, kept_size
from tandem.ivr.core.step import FALLBACK, Exit, Stay, Take
from tandem.ivr.core.steps.queue import AFTER_CALL, WHILE_WAITING, Queue
from tandem.ivr.core.world import World

__all__ = [
    "Outcome",
    "after",
    "decode_state",
    "encode_state",
    "is_over",
    "left",
    "resume",
    "start",
    "step",
    "wait",
]

ON_ERROR, QUEUED, END = "on_error", "queued", "end"
"""The exits of visits that lead to no step: the flow failed, the caller waits, the call ends."""
_TIME_PASSED_S = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``effects`` holds one effect, or none when the event answered nothing. ``visits``: the steps that were left, for
    reports; a queue or hangup is written down when the call comes there. ``answers``: of a survey."""

    state: IvrState
    effects: tuple[Effect, ...] = ()
    visits: tuple[Visit, ...] = ()
    answers: tuple[SurveyAnswer, ...] = ()


def start(flow: Flow, world: World, *, language: str = "") -> Outcome:
    """``language``: the customer's, if he has one; it counts when the flow speaks it."""
    state = IvrState(
        flow=flow.name,
        edition=flow.edition,
        step=flow.start,
        language=language if language in flow.languages else flow.default_language,
        entered_at=_moment(world),
    )
    return _enter(flow, state, flow.start, world, ())


def step(flow: Flow, state: IvrState, event: IvrEvent, world: World) -> Outcome:
    if is_over(flow, state):
        return Outcome(state)
    if not _fits(flow, state):
        return _fail(flow, state, FLOW_CHANGED, world, ())
    here = flow.steps[state.step]
    move = here.receive(Scene(flow, state, world), event)
    if move is None and isinstance(event, MediaFailed):
        way = _way(flow, here.name, FALLBACK)
        move = Take(way, state) if way else None
    heard = state.with_heard(here.hears(state, event))
    match move:
        case Take(exit_, changed, answers):
            return _follow(flow, state, Take(exit_, replace(changed, heard=heard.heard), answers), world)
        case Stay(changed):
            changed = replace(changed, heard=heard.heard)
            if state.turn >= flow.step_limit and not here.ends:
                return _fail(flow, changed, STEP_LIMIT, world, ())
            if _too_large(state, changed):
                return _fail(flow, heard, STATE_TOO_LARGE, world, ())
            return _arrive(flow, replace(changed, turn=min(state.turn + 1, flow.step_limit)), world, ())
        case _ if isinstance(event, MediaFailed):
            return _fail(flow, heard, MEDIA_FAILED, world, ())
        case _:
            return Outcome(state)


def resume(flow: Flow, state: IvrState, world: World) -> Outcome:
    """The effect in hand once more. A state that this flow no longer knows goes to the on_error queue."""
    if not state.failure and not _fits(flow, state):
        return _fail(flow, state, FLOW_CHANGED, world, ())
    onward = None if state.failure else flow.steps[state.step].enter(Scene(flow, state, world))
    if onward is not None:
        return _follow(flow, state, onward, world)
    return Outcome(state, (_in_hand(flow, state, world),))


def wait(flow: Flow, state: IvrState, world: World) -> Outcome:
    """The caller stands in the line of the queue step that the state is at: its branch for that begins. Nothing
    happens where there is none."""
    way = _way(flow, state.step, WHILE_WAITING)
    if way is None or not is_over(flow, state) or state.failure:
        return Outcome(state)
    waiting = replace(state, mode="waiting", line=state.step, trail=() if state.mode != "waiting" else state.trail)
    return _follow(flow, waiting, Take(way, waiting), world)


def after(flow: Flow, state: IvrState, world: World) -> Outcome:
    """The agent's side of the talk is over and the caller is still there: the branch of the queue step for that begins.
    Nothing happens where there is none."""
    name = _line(flow, state)
    way = _way(flow, name, AFTER_CALL)
    if way is None:
        return Outcome(state)
    talked = replace(state, step=name, mode="after", line="", turn=0, trail=(), tally=(), heard=(), failure="")
    talked = replace(talked, entered_at=_moment(world))
    return _follow(flow, talked, Take(way, talked), world)


def left(flow: Flow, state: IvrState, exit_: str, world: World, *, to: str = "") -> Visit:
    """The visit that is still open, for who ends it from outside: the caller hung up, an agent took him."""
    here = flow.steps.get(state.step)
    no_inputs, no_matches = here.tries(state) if here else (0, 0)
    return Visit(
        step=state.step,
        exit=exit_,
        to=to,
        entered_at=state.entered_at,
        left_at=max(_moment(world), state.entered_at),
        no_inputs=no_inputs,
        no_matches=no_matches,
        heard=state.heard,
    )


def is_over(flow: Flow, state: IvrState) -> bool:
    """The effect in hand is Enqueue or HangUp."""
    return bool(state.failure) or (state.step in flow.steps and flow.steps[state.step].over(state))


# -- the way through the graph -----------------------------------------------------------------------------------------


def _follow(flow: Flow, before: IvrState, taken: Take, world: World) -> Outcome:
    """Out of ``before.step``."""
    if _too_large(before, taken.state):
        fallback = _way(flow, before.step, FALLBACK)
        if fallback is not None and taken.exit.name != FALLBACK:
            return _follow(flow, before, Take(fallback, replace(before, heard=taken.state.heard)), world)
        return _fail(flow, replace(before, heard=taken.state.heard), STATE_TOO_LARGE, world, ())
    visit = left(flow, taken.state, taken.exit.name, world, to=taken.exit.target)
    state = taken.state
    if state.mode == "waiting" and visit.left_at - visit.entered_at >= _TIME_PASSED_S:
        state = replace(state, turn=0)
    outcome = _enter(flow, state, taken.exit.target, world, (visit,))
    return dataclasses.replace(outcome, answers=taken.answers) if taken.answers else outcome


def _enter(flow: Flow, state: IvrState, name: str, world: World, visits: tuple[Visit, ...]) -> Outcome:
    now = _moment(world)
    while True:
        here = flow.steps.get(name)
        if here is None:
            return _fail(flow, state, FLOW_CHANGED, world, visits)
        leaves = here.leaves_line and state.mode == "waiting"
        arrived = replace(
            state,
            step=name,
            tally=(),
            heard=(),
            entered_at=now,
            turn=min(state.turn + 1, flow.step_limit),
            mode="ivr" if leaves else state.mode,
            line="" if leaves else state.line,
            trail=() if leaves else state.trail,
        )
        onward = here.enter(Scene(flow, arrived, world))
        if state.turn >= flow.step_limit and (onward is not None or not here.ends):
            return _fail(flow, state, STEP_LIMIT, world, visits)
        if onward is None:
            return _arrive(flow, arrived.with_trail(name) if here.asks else arrived, world, visits)
        if _too_large(arrived, onward.state):
            return _fail(flow, arrived, STATE_TOO_LARGE, world, visits)
        state, name = onward.state, onward.exit.target
        visits = (*visits, Visit(step=here.name, exit=onward.exit.name, to=name, entered_at=now, left_at=now))


def _way(flow: Flow, name: str, exit_: str) -> Exit | None:
    return next((way for way in flow.steps[name].exits() if way.name == exit_), None) if name in flow.steps else None


def _line(flow: Flow, state: IvrState) -> str:
    """The queue step whose line the caller stands in, or stood in last."""
    here = flow.steps.get(state.step)
    return state.step if isinstance(here, Queue) and not state.failure else state.line


def _fits(flow: Flow, state: IvrState) -> bool:
    """The state is one of this flow: its step waits for something, its language is spoken."""
    known = state.flow == flow.name and state.step in flow.steps and state.language in flow.languages
    return known and not flow.steps[state.step].passes


def _too_large(before: IvrState, after_: IvrState) -> bool:
    same = before.variables is after_.variables and before.customer is after_.customer and before.needs is after_.needs
    return not same and kept_size(after_) > MAX_KEPT


def _fail(flow: Flow, state: IvrState, failure: str, world: World, visits: tuple[Visit, ...]) -> Outcome:
    failed = replace(state, failure=failure)
    return Outcome(failed, (_in_hand(flow, failed, world),), (*visits, left(flow, state, ON_ERROR, world)))


def _arrive(flow: Flow, state: IvrState, world: World, visits: tuple[Visit, ...]) -> Outcome:
    """``state.step`` has something to do; the visit of one that ends the flow is over with that."""
    effect = _in_hand(flow, state, world)
    if isinstance(effect, Enqueue | HangUp):
        visits = (*visits, left(flow, state, QUEUED if isinstance(effect, Enqueue) else END, world))
    return Outcome(state, (effect,), visits)


def _in_hand(flow: Flow, state: IvrState, world: World) -> Effect:
    return _rescue(flow, state, world) if state.failure else flow.steps[state.step].render(Scene(flow, state, world))


def _rescue(flow: Flow, state: IvrState, world: World) -> Effect:
    """A failed flow's last word: the on_error queue; who stands in a line already stays there; who has talked to an
    agent has been served."""
    if state.mode == "after":
        return HangUp(state.failure)
    queue = flow.steps.get(state.line) if state.mode == "waiting" else None
    if isinstance(queue, Queue):
        return dataclasses.replace(queue.render(Scene(flow, state, world)), failure=state.failure, waits=False)
    return Enqueue(
        queue=flow.on_error,
        needs=state.needs,
        priority=state.priority,
        language=state.language,
        pressed=flow.pressed(state),
        variables=shown(flow, state),
        failure=state.failure,
        tier=state.tier,
    )


def _moment(world: World) -> float:
    return round(world.now, 3)
