"""Work that is not a call, as a machine: ``step(record, event, now) -> record``.

waiting -> offered -> in_hand -> done
   ^---------+----------+            (returned, at its place: ``queued_at`` never changes)
waiting, offered -> cancelled
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import TaskRecord

OVER = frozenset({"done", "cancelled"})


@dataclass(frozen=True, slots=True)
class Offered:
    """``until``: an offer that was not accepted by then goes back into the line."""

    agent: AgentId
    until: float


@dataclass(frozen=True, slots=True)
class Accepted:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class Returned:
    """By the agent, or because he did not accept it, or left."""

    agent: AgentId
    note: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    agent: AgentId
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    by: str


Event = Offered | Accepted | Returned | Done | Cancelled


def step(record: TaskRecord, event: Event, *, now: float) -> TaskRecord:
    """The task after ``event``, with its next revision.

    Raises IllegalTransition: not in this state, or another agent has it.
    """
    row = _TABLE.get((record.state, type(event)))
    if row is None:
        raise IllegalTransition(f"the task is {record.state}: {type(event).__name__} is not possible now")
    if isinstance(event, Accepted | Returned | Done) and event.agent != record.agent:
        raise IllegalTransition("the task is not at your seat")
    return msgspec.structs.replace(record, rev=record.rev + 1, **row(record, event, now))


_Row = Callable[[TaskRecord, Any, float], dict[str, Any]]


def _offered(record: TaskRecord, event: Offered, now: float) -> dict[str, Any]:
    return {"state": "offered", "agent": event.agent, "offered_until": event.until}


def _accepted(record: TaskRecord, event: Accepted, now: float) -> dict[str, Any]:
    return {"state": "in_hand", "offered_until": None, "accepted_at": now}


def _returned(record: TaskRecord, event: Returned, now: float) -> dict[str, Any]:
    return {
        "state": "waiting",
        "agent": None,
        "offered_until": None,
        "accepted_at": None,
        "note": event.note,
        "returns": record.returns + 1,
    }


def _done(record: TaskRecord, event: Done, now: float) -> dict[str, Any]:
    return {"state": "done", "done_at": now, "note": event.note}


def _cancelled(record: TaskRecord, event: Cancelled, now: float) -> dict[str, Any]:
    return {"state": "cancelled", "done_at": now, "offered_until": None}


_TABLE: dict[tuple[str, type], _Row] = {
    ("waiting", Offered): _offered,
    ("offered", Accepted): _accepted,
    ("offered", Returned): _returned,
    ("in_hand", Returned): _returned,
    ("in_hand", Done): _done,
    ("waiting", Cancelled): _cancelled,
    ("offered", Cancelled): _cancelled,
}
