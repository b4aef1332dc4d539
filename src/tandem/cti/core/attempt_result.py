"""How an attempt on a lead ended, by its contact. Pure."""

from __future__ import annotations

from tandem.cti.core.contact import Contact
from tandem.cti.model.campaigns import AttemptResult
from tandem.cti.model.causes import Cause
from tandem.cti.model.states import Outcome

_BY_CAUSE: dict[Cause | None, AttemptResult] = {
    Cause.BUSY: "busy",
    Cause.REJECTED: "rejected",
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",
    Cause.INVALID_NUMBER: "invalid_number",
    Cause.CONGESTION: "congestion",
}
"""Of one that nobody answered; a cause that is not here: ``failed``."""


def result_of(contact: Contact) -> AttemptResult:
    """The result of an attempt that is over. Who got an agent too late, or lost the connection while he waited for one
    beyond his time, was abandoned, whatever came after."""
    if not contact.dialled:
        return "withdrawn"
    if contact.outcome is Outcome.MACHINE:
        return "message_left" if contact.heard else "machine"
    if contact.missed:
        return "abandoned"
    if contact.answered_at is not None:
        return "talked"
    if contact.line_at is not None:
        return "served" if contact.as_caller else "hung_up"
    return _BY_CAUSE.get(contact.cause, "failed")
