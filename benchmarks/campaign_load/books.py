"""The carrier's record of each call against our attempts, row by row. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tandem.cti.adapters.asterisk.carrier_calls import CarrierCall
from tandem.cti.adapters.asterisk.carrier_people import Behaviour

RESULTS: dict[Behaviour, frozenset[str]] = {
    Behaviour.PERSON: frozenset({"talked", "abandoned", "hung_up"}),
    Behaviour.MACHINE: frozenset({"talked", "abandoned", "hung_up", "machine", "message_left"}),
    Behaviour.BRIEF: frozenset({"hung_up", "talked", "abandoned"}),
    Behaviour.RING: frozenset({"no_answer"}),
    Behaviour.BUSY: frozenset({"busy"}),
    Behaviour.UNALLOCATED: frozenset({"invalid_number"}),
    Behaviour.DECLINE: frozenset({"rejected"}),
    Behaviour.ANNOUNCEMENT: frozenset({"no_answer"}),
    Behaviour.CONGESTION: frozenset({"congestion"}),
    Behaviour.DEAD: frozenset({"failed", "no_answer"}),
}
"""How an attempt on such a number may end."""
APART_S = 1.0
"""That both may be apart about when something was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """As our database has it; moments in seconds since the epoch."""

    id: str
    number: str
    caller_id: str
    at: float
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    message_at: float | None
    result: str | None
    cause: str | None


Row = TypeVar("Row", CarrierCall, Attempt)


@dataclass(frozen=True, slots=True)
class Pair:
    call: CarrierCall
    attempt: Attempt


def compare(calls: Sequence[CarrierCall], attempts: Sequence[Attempt]) -> tuple[list[Pair], list[str]]:
    """What belongs together, by number and order, and what is wrong."""
    faults = [f"attempt {one.id} on {one.number} is still open" for one in attempts if one.ended_at is None]
    faults += [f"attempt {name} twice" for name, count in Counter(one.id for one in attempts).items() if count > 1]
    pairs: list[Pair] = []
    theirs, ours = _by_number(calls, lambda one: one.began_at), _by_number(attempts, lambda one: one.at)
    for number in sorted(theirs.keys() | ours.keys()):
        if len(theirs[number]) != len(ours[number]):
            faults.append(f"{number}: {len(theirs[number])} calls at the carrier, {len(ours[number])} attempts")
            continue
        pairs += [Pair(call, attempt) for call, attempt in zip(theirs[number], ours[number], strict=True)]
    for pair in pairs:
        faults += _faults(pair)
    return pairs, faults


def _faults(pair: Pair) -> Iterable[str]:
    call, attempt = pair.call, pair.attempt
    what = f"{attempt.id} ({call.does})"
    if call.calling != attempt.caller_id:
        yield f"{what}: shown {call.calling}, not {attempt.caller_id}"
    if (call.answered_at is None) != (attempt.answered_at is None):
        yield f"{what}: answered at the carrier {call.answered_at}, here {attempt.answered_at}"
    elif call.answered_at and attempt.answered_at and abs(call.answered_at - attempt.answered_at) > APART_S:
        yield f"{what}: answers are {attempt.answered_at - call.answered_at:.2f} s apart"
    if attempt.result not in RESULTS[call.does]:
        yield f"{what}: result {attempt.result}, cause {attempt.cause}"


def _by_number(rows: Sequence[Row], moment: Callable[[Row], float]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=moment):
        groups[row.number].append(row)
    return groups
