"""Is the recording being written? Asterisk says "Success" also when it cannot open the file, and nothing when the disk
is full: the only proof is a file that grows.

    state     | seen growing | seen, not growing | not there | ended
    ----------|--------------|-------------------|-----------|---------
    STARTED   | GROWING      | STALLED *         | MISSING * | FINISHED
    GROWING   | -            | STALLED *         | MISSING * | FINISHED
    STALLED   | GROWING *    | -                 | MISSING * | FINISHED
    MISSING   | GROWING *    | STALLED *         | -         | FINISHED
    FINISHED  | -            | -                 | -         | -

``*`` tells the change to whoever listens. A look before its time changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Phase(StrEnum):
    STARTED = "started"
    GROWING = "growing"
    STALLED = "stalled"
    MISSING = "missing"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTimes:
    first_look_s: float = 3.0
    """Asterisk keeps up to 32 KiB (1 s of two channels) back before it writes."""
    next_look_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    phase: Phase
    bytes: int
    look_at: float
    """When the next look is due, in the caller's seconds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A look at the file: its size, None when it is not there."""

    bytes: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The recording was stopped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``told`` is the new phase when somebody should know of it. ``wake_at``: the next look, None when it is over."""

    state: WatchState
    told: Phase | None
    wake_at: float | None


def begin(times: WatchTimes, *, now: float) -> WatchState:
    return WatchState(phase=Phase.STARTED, bytes=0, look_at=now + times.first_look_s)


def step(state: WatchState, event: Seen | Ended, times: WatchTimes, *, now: float) -> Outcome:
    if state.phase is Phase.FINISHED:
        return Outcome(state, None, None)
    if isinstance(event, Ended):
        return Outcome(replace(state, phase=Phase.FINISHED), None, None)
    if now < state.look_at:
        return Outcome(state, None, state.look_at)
    phase = _phase(state, event.bytes)
    after = WatchState(phase=phase, bytes=event.bytes or 0, look_at=now + times.next_look_s)
    as_hoped = state.phase is Phase.STARTED and phase is Phase.GROWING
    return Outcome(after, None if phase is state.phase or as_hoped else phase, after.look_at)


def _phase(state: WatchState, size: int | None) -> Phase:
    if size is None:
        return Phase.MISSING
    return Phase.GROWING if size > state.bytes else Phase.STALLED
