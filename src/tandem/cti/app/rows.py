"""Rows for the store, made from the cores' states. Pure."""

from __future__ import annotations

from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, ContactId
from tandem.cti.model.records import (
    AgentStateRecord,
    CallbackRecord,
    CallEventRecord,
    CallRecord,
    ContactRecord,
    SegmentRecord,
    SurveyRecord,
    VisitRecord,
)
from tandem.cti.model.states import Outcome
from tandem.ivr.core.dialogue import SurveyAnswer, Visit
from tandem.routing.core.acd.agent import Agent


def call_row(c: Contact) -> CallRecord:
    return CallRecord(
        id=c.id,
        rev=c.rev,
        ani=c.ani,
        ani_e164=c.ani_e164,
        caller_name=c.name,
        dnis=c.dnis,
        phase=c.phase,
        outcome=c.outcome,
        cause=c.cause,
        flow=c.flow,
        flow_version=c.flow_version,
        language=c.language,
        queue=c.queue,
        priority=c.priority,
        customer=c.customer,
        agent=c.agent if c.agent is not None else c.served_by,
        started_at=c.started_at,
        # whom a campaign dials is no arrival in its queue: forecasts, counts and studies go by this
        queued_at=None if c.mode and c.mode != "agentless" else c.queued_at,
        answered_at=c.answered_at,
        ended_at=c.ended_at,
        wait_s=c.waited_s,
        talk_s=c.talk_s,
        pressed=list(c.pressed),
        state=ct.encode(c),
    )


def event_row(call: CallId, number: int, note: ct.Note, *, at: float) -> CallEventRecord:
    data = {**note.data, "code": note.entry.code}
    return CallEventRecord(call=call, number=number, at=at, kind=note.kind, text=note.text, data=data)


def segment_row(call: CallId, number: int, stretch: ct.Stretch, *, at: float) -> SegmentRecord:
    return SegmentRecord(
        call=call,
        number=number,
        kind=stretch.kind,
        agent=stretch.agent,
        queue=stretch.queue,
        started_at=stretch.started_at,
        ended_at=at,
        ended_by=stretch.ended_by,
    )


def visit_row(c: Contact, visit: Visit) -> VisitRecord:
    return VisitRecord(
        call=c.id,
        number=c.visits,
        flow=c.flow,
        version=c.flow_version,
        edition=c.flow_edition,
        step=visit.step,
        exit=visit.exit,
        to=visit.to,
        entered_at=visit.entered_at,
        left_at=visit.left_at,
        no_inputs=visit.no_inputs,
        no_matches=visit.no_matches,
        heard=list(visit.heard),
    )


def survey_row(c: Contact, answer: SurveyAnswer, *, at: float) -> SurveyRecord:
    return SurveyRecord(
        call=c.id,
        number=c.answers,
        question=answer.question,
        scale=answer.scale,
        answer=answer.answer,
        agent=c.served_by,
        queue=c.queue,
        at=at,
    )


def agent_row(agent: Agent) -> AgentStateRecord:
    return AgentStateRecord(
        agent=agent.id,
        number=agent.number,
        at=agent.since,
        state=agent.state,
        reason=agent.reason,
        pending=agent.pending,
        call=agent.call,
    )


def contact_row(
    c: Contact, *, agent: AgentId | None, talk_s: float, disposition: str | None, notes: str, rev: int
) -> ContactRecord:
    """The entry of the history: one per agent who talked, or one for a caller whom nobody answered."""
    outcome = Outcome.ANSWERED if agent else c.outcome or Outcome.ANSWERED
    return ContactRecord(
        id=ContactId(f"{c.id}-{agent}" if agent else c.id),
        rev=rev,
        customer=c.customer,
        number_e164=c.ani_e164,
        call=c.id,
        agent=agent,
        queue=c.queue,
        channel="voice",
        direction="outbound" if c.outbound else "inbound",
        at=c.started_at,
        duration_s=talk_s,
        outcome=outcome,
        disposition=disposition,
        notes=notes,
    )


def callback_row(c: Contact, reason: str, *, at: float) -> CallbackRecord:
    return CallbackRecord(
        id=f"cb-{c.id}",
        rev=1,
        call=c.id,
        number_e164=c.ani_e164,
        caller_name=c.name,
        customer=c.customer,
        queue=c.queue,
        reason=reason,
        created_at=at,
        state="open",
        done_by=None,
        done_at=None,
    )
