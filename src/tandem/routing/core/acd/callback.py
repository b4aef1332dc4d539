"""The ledger's entry of somebody who is to be called back, as a machine: ``step(record, event, now, rule) -> record``.

    open -> due -> dialling -> talking -> done
     ^-------+--------+-----------+             (to be tried again: not before ``next_at``)
    open, due -> cancelled | expired | failed | done by hand

``open`` waits for its time (window, retry, allowed hours) or, with ``first`` = '', for a person. ``due`` stands in the
line, for one attempt with an id of its own (``attempt``: the contact's, the same however often the server restarts).
That it is dialled is entered here before the switch is asked, and only once: an attempt that is entered is never
dialled (again), whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.records import CallbackRecord, CallbackTry
from tandem.routing.core.dialer.gate import Refusal
from tandem.routing.core.plan import CallbackRule

Result = Literal["answered", "busy", "no_answer", "failed", "invalid_number", "abandoned", "withdrawn"]
"""How an attempt ended. ``answered``: an agent and he have talked. ``abandoned``: he hung up while he waited for one.
``withdrawn``: he was never dialled."""
AGAIN_AT_LEAST_S = 1.0
LOOK_AGAIN_S = 60.0
"""The gate is asked again so often while he stands in the line."""
_IN_LINE = ("open", "due")
OVER = frozenset({"done", "failed", "cancelled", "expired"})


@dataclass(frozen=True, slots=True)
class TimeCame:
    """``refusal``: what the may-call gate says now."""

    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Dialled:
    """The attempt ``call`` is about to be dialled."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate refused the dial at the last moment."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Answered:
    pass


@dataclass(frozen=True, slots=True)
class AttemptOver:
    call: CallId
    result: Result


@dataclass(frozen=True, slots=True)
class Cancelled:
    by: AgentId | None


@dataclass(frozen=True, slots=True)
class DoneByHand:
    by: AgentId | None


@dataclass(frozen=True, slots=True)
class CalledAgain:
    """He has called himself, and has his place back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Asked for by a person; takes him out of the line until his (new) time comes, at his place."""

    number: str
    first: Literal["agent", "customer"]
    window: tuple[float, float] | None
    note: str


Event = TimeCame | Dialled | Refused | Answered | AttemptOver | Cancelled | DoneByHand | CalledAgain | Changed


def place_of(record: CallbackRecord) -> float:
    return record.created_at if record.queued_at is None else record.queued_at


def wake_at(record: CallbackRecord, now: float) -> float | None:
    """When ``TimeCame`` is due; None = never."""
    if record.state == "open" and record.first:
        return max(record.next_at or 0.0, record.window_from or 0.0)
    if record.state == "due":
        ends = [end for end in (record.window_until, record.expires_at) if end is not None]
        return min([now + LOOK_AGAIN_S, *ends])
    return None


def step(record: CallbackRecord, event: Event, *, now: float, rule: CallbackRule) -> CallbackRecord:
    """The entry after ``event``, with its next revision; the same object when that changes nothing.

    Raises IllegalTransition where the table has no row.
    """
    row = _TABLE.get((record.state, type(event)))
    if row is None:
        raise IllegalTransition(f"the call back is {record.state}: {type(event).__name__} is not possible now")
    changes = row(record, event, now, rule)
    return msgspec.structs.replace(record, rev=record.rev + 1, **changes) if changes else record


_Row = Callable[[CallbackRecord, Any, float, CallbackRule], dict[str, Any]]


def _time_came(record: CallbackRecord, event: TimeCame, now: float, rule: CallbackRule) -> dict[str, Any]:
    if not record.first:
        return {}
    ends = [end for end in (record.expires_at, record.window_until) if end is not None]
    if ends and now >= min(ends):
        return {"state": "expired", "done_at": now, "last_result": "expired"}
    if event.refusal is not None:
        return _refused(record, Refused(event.refusal), now, rule)
    if now < max(record.next_at or 0.0, record.window_from or 0.0):
        return {}
    if record.state == "due":
        return {}
    return {"state": "due", "next_at": None, "attempt": CallId(f"{record.id}.{record.rev + 1}")}


def _refused(record: CallbackRecord, event: Refused, now: float, rule: CallbackRule) -> dict[str, Any]:
    refusal = event.refusal
    if refusal.again_at is None:
        return {
            "state": "failed",
            "done_at": now,
            "last_result": refusal.reason,
            "tries": _tried(record, now, "refused"),
        }
    return {
        "state": "open",
        "last_result": refusal.reason,
        "next_at": max(refusal.again_at, now + AGAIN_AT_LEAST_S),
    }


def _dialled(record: CallbackRecord, event: Dialled, now: float, rule: CallbackRule) -> dict[str, Any]:
    if event.call != record.attempt:
        raise IllegalTransition(f"{event.call} is not the attempt that stands in the line")
    return {
        "state": "dialling",
        "attempts": record.attempts + 1,
        "tries": _tried(record, now, "dialling"),
    }


def _answered(record: CallbackRecord, event: Answered, now: float, rule: CallbackRule) -> dict[str, Any]:
    return {"state": "talking"}


def _attempt_over(record: CallbackRecord, event: AttemptOver, now: float, rule: CallbackRule) -> dict[str, Any]:
    if event.call != record.attempt:
        return {}  # news of an attempt that is long over
    if record.state == "due":  # nobody was dialled
        return {"state": "open", "next_at": now + AGAIN_AT_LEAST_S} if event.result == "withdrawn" else {}
    result = "failed" if event.result == "withdrawn" else event.result
    tried = [*record.tries[:-1], CallbackTry(at=record.tries[-1].at if record.tries else now, outcome=result)]
    changes: dict[str, Any] = {"last_result": result, "tries": tried}
    if result == "answered":
        return changes | {"state": "done", "done_at": now}
    if result == "invalid_number" or record.attempts >= rule.attempts:
        return changes | {"state": "failed", "done_at": now}
    after_s = rule.busy_retry_s if result in ("busy", "failed") else rule.no_answer_retry_s
    return changes | {"state": "open", "next_at": now + max(after_s, AGAIN_AT_LEAST_S)}


def _cancelled(record: CallbackRecord, event: Cancelled, now: float, rule: CallbackRule) -> dict[str, Any]:
    return {"state": "cancelled", "done_by": event.by, "done_at": now}


def _by_hand(record: CallbackRecord, event: DoneByHand, now: float, rule: CallbackRule) -> dict[str, Any]:
    return {"state": "done", "done_by": event.by, "done_at": now, "last_result": "by_hand"}


def _called_again(record: CallbackRecord, event: CalledAgain, now: float, rule: CallbackRule) -> dict[str, Any]:
    return {"state": "done", "done_at": now, "last_result": "called_again"}


def _changed(record: CallbackRecord, event: Changed, now: float, rule: CallbackRule) -> dict[str, Any]:
    start, end = event.window or (None, None)
    return {
        "state": "open",
        "number_e164": event.number,
        "first": event.first,
        "window_from": start,
        "window_until": end,
        "expires_at": max(now + rule.expires_s, end or 0.0),
        "next_at": now,
        "note": event.note,
    }


def _tried(record: CallbackRecord, at: float, outcome: str) -> list[CallbackTry]:
    return [*record.tries, CallbackTry(at=at, outcome=outcome)]


_TABLE: dict[tuple[str, type], _Row] = {
    **{(state, TimeCame): _time_came for state in _IN_LINE},
    **{(state, Cancelled): _cancelled for state in _IN_LINE},
    **{(state, DoneByHand): _by_hand for state in _IN_LINE},
    **{(state, CalledAgain): _called_again for state in _IN_LINE},
    **{(state, Changed): _changed for state in _IN_LINE},
    ("due", Dialled): _dialled,
    ("due", Refused): _refused,
    ("dialling", Answered): _answered,
    **{(state, AttemptOver): _attempt_over for state in ("due", "dialling", "talking")},
}
