"""What is written down of a call's way through its flow: steps left, answers to surveys. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import flow_shelf, rows
from tandem.cti.app.flow_world import world
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.states import Phase
from tandem.cti.model.timeline import Entry
from tandem.ivr.core import interpreter
from tandem.ivr.core.dialogue import SurveyAnswer, Visit
from tandem.ivr.core.interpreter import Outcome

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_IN_LINE = (Phase.QUEUED, Phase.OFFERED, Phase.RINGING)
_ELSEWHERE = (Phase.PARTING, Phase.VOICEMAIL, Phase.TRANSFERRING)


def keep(center: Center, call: CallId, outcome: Outcome) -> None:
    for visit in outcome.visits:
        _visit(center, call, visit)
    for answer in outcome.answers:
        _answer(center, call, answer)


def _visit(center: Center, call: CallId, visit: Visit) -> None:
    contact = center.contacts[call]
    center.keep(rows.visit_row(contact, visit))
    center.change(call, visits=contact.visits + 1)


def _answer(center: Center, call: CallId, answer: SurveyAnswer) -> None:
    contact = center.contacts[call]
    center.keep(rows.survey_row(contact, answer, at=center.now))
    center.change(call, answers=contact.answers + 1)
    said = Entry.SURVEY_SILENT if answer.answer is None else Entry.SURVEY
    center.note(call, said, question=answer.question, answer=answer.answer)


def left(center: Center, before: Contact, after: Contact) -> None:
    """After every step of a contact: the step of the flow that it was in may be left by what happened outside."""
    exit_ = _exit(before, after)
    flow = flow_shelf.of_call(center, after) if exit_ and after.flow_state else None
    if flow is None or exit_ is None:
        return
    try:
        state = interpreter.decode_state(after.flow_state)
        waiting = before.phase in _IN_LINE
        if state.failure or (waiting and state.mode != "waiting") or interpreter.is_over(flow, state):
            return
        visit = interpreter.left(flow, state, exit_, world(center, after))
    except Exception:  # the state is of another version: nothing is known of the step
        return
    _visit(center, after.id, visit)


def _exit(before: Contact, after: Contact) -> str | None:
    if before.phase is after.phase:
        joined = before.deadline is not None and after.deadline is None
        return "transferred" if after.phase is Phase.TRANSFERRING and after.flow_transfer and joined else None
    ended = "lost" if after.outcome is End.SWITCH_FAILURE else "hung_up"
    if before.phase in _IN_LINE and before.waits:
        if after.ended:
            return ended
        return "agent" if after.phase is Phase.TALKING else "overflow" if after.phase in _ELSEWHERE else None
    unanswered = before.phase is Phase.TRANSFERRING and before.flow_transfer and before.deadline is not None
    return ended if after.ended and (before.phase in (Phase.IVR, Phase.SURVEY) or unanswered) else None
