"""What a caller's visits of steps amount to: where he went, and whether the flow served him to the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tandem.ivr.core.dialogue import Visit

SERVED, MESSAGE, CALLBACK = "served", "message", "callback"
TRANSFERRED, QUEUE, HUNG_UP, ERROR = "transferred", "queue", "hung_up", "error"
REASONS = (SERVED, MESSAGE, CALLBACK, TRANSFERRED, QUEUE, HUNG_UP, ERROR)
CONTAINED = frozenset({SERVED})
"""Everybody else still wants a person, has got one, or gave up."""
LEAVES_LINE = frozenset({"leave", "record", "callback", "transfer", "hangup"})
"""Kinds of steps that take a caller out of the line that he stands in."""

QUEUED, END, ON_ERROR, LEFT_WAITING, AFTER_CALL = "queued", "end", "on_error", "while_waiting", "after_call"
BRANCHES = frozenset({LEFT_WAITING, AFTER_CALL})
"""Exits by which a branch of a queue step begins: no visit of its own, but the way on from one."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """``queue``: of a queue step; '' else."""

    kind: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """``reason``: one of ``REASONS``. ``queue``: of the reason ``queue``; '' else."""

    reason: str
    queue: str = ""

    @property
    def contained(self) -> bool:
        return self.reason in CONTAINED

    def __str__(self) -> str:
        return f"{self.reason}:{self.queue}" if self.queue else self.reason


def before_the_talk(visits: Sequence[Visit]) -> Sequence[Visit]:
    """Without the branch for after the talk."""
    cut = next((place for place, visit in enumerate(visits) if visit.exit == AFTER_CALL), len(visits))
    return visits[:cut]


def until_queued(visits: Sequence[Visit]) -> Sequence[Visit]:
    """Up to the first time that the caller was put into a line."""
    cut = next((place + 1 for place, visit in enumerate(visits) if visit.exit == QUEUED), len(visits))
    return visits[:cut]


def end_of(visits: Sequence[Visit], steps: Mapping[str, StepFacts]) -> End:
    """Of a call that is over. ``steps``: of the version that it was in.

    In this order: transferred; still in a line (served there, or gave up there); failed; left a message; was promised
    a callback; came to a hangup step; hung up by himself.
    """
    line, seen = None, set()
    for visit in before_the_talk(visits):
        facts = steps.get(visit.step, StepFacts(""))
        if visit.exit == QUEUED:
            line = facts.queue
        elif facts.kind in LEAVES_LINE:
            line = None
        seen.add(visit.exit if visit.exit in (TRANSFERRED, ON_ERROR, END) else "")
        if visit.exit == "goto" and facts.kind in ("record", "callback"):
            seen.add(MESSAGE if facts.kind == "record" else CALLBACK)
    if TRANSFERRED in seen:
        return End(TRANSFERRED)
    if line is not None:
        return End(QUEUE, line)
    for mark, reason in ((ON_ERROR, ERROR), (MESSAGE, MESSAGE), (CALLBACK, CALLBACK), (END, SERVED)):
        if mark in seen:
            return End(reason)
    return End(HUNG_UP)
