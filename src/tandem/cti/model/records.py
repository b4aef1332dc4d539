"""What is kept: the rows that the cores write, and what is read back for the screen.

Every record has a key of its own, so writing it twice is the same as once; a record with ``rev`` replaces only older
revisions. Times are seconds since the Unix epoch (the store turns them into ``timestamptz``).
"""

from __future__ import annotations

from typing import Any

import msgspec

from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.ids import AgentId, CallId, ContactId, CustomerId, QueueId, RecordingId
from tandem.cti.model.leads import (
    AttemptRecord,
    CallerIdRest,
    CampaignSample,
    DoNotCallEntry,
    LeadRecord,
    PacingRecord,
)


class CallRecord(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """One contact: the row that lists and reports read; ``state`` holds what is needed to go on after a crash."""

    id: CallId
    rev: int
    ani: str
    ani_e164: str
    caller_name: str
    dnis: str
    phase: str
    outcome: str | None
    cause: str | None
    flow: str
    language: str
    queue: QueueId | None
    priority: int
    customer: CustomerId | None
    agent: AgentId | None
    started_at: float
    queued_at: float | None
    answered_at: float | None
    ended_at: float | None
    wait_s: float
    talk_s: float
    pressed: list[dict[str, str]]
    state: dict[str, Any]
    flow_version: int = 0
    """0: a flow that has no versions."""


class CallEventRecord(msgspec.Struct, frozen=True, kw_only=True, tag="call_event"):
    """One line of a call's timeline. ``(call, number)`` is the key."""

    call: CallId
    number: int
    at: float
    kind: str
    text: str
    data: dict[str, Any]


class SegmentRecord(msgspec.Struct, frozen=True, kw_only=True, tag="segment"):
    """A stretch of a call: ``ivr``, ``queue``, ``ring``, ``talk``, ``hold``, ``rejoin``, ``transfer``, ``wrap_up``."""

    call: CallId
    number: int
    kind: str
    agent: AgentId | None
    queue: QueueId | None
    started_at: float
    ended_at: float
    ended_by: str


class AgentStateRecord(msgspec.Struct, frozen=True, kw_only=True, tag="agent_state"):
    """An agent entered a state. ``(agent, number)`` is the key; the newest row is the agent's state."""

    agent: AgentId
    number: int
    at: float
    state: str
    reason: str | None
    pending: str | None
    call: CallId | None


class ContactRecord(msgspec.Struct, frozen=True, kw_only=True, tag="contact"):
    """An entry of a customer's history. ``customer`` is None for an unknown caller (kept by number)."""

    id: ContactId
    rev: int
    customer: CustomerId | None
    number_e164: str
    call: CallId | None
    agent: AgentId | None
    queue: QueueId | None
    channel: str
    direction: str
    at: float
    duration_s: float
    outcome: str
    disposition: str | None
    notes: str


class RecordingRecord(msgspec.Struct, frozen=True, kw_only=True, tag="recording"):
    """``state``: ``recording``, ``saved``, ``failed``. ``file`` is a name inside the recordings folder."""

    id: RecordingId
    rev: int
    call: CallId
    agent: AgentId | None
    file: str
    started_at: float
    duration_s: float
    bytes: int
    state: str
    detail: str


class CallbackTry(msgspec.Struct, frozen=True, kw_only=True):
    """One time that somebody was called back, or that the gate refused it. ``outcome``: ``dialling``, ``answered``,
    ``busy``, ``no_answer``, ``failed``, ``refused``, ``abandoned``."""

    at: float
    outcome: str


class CallbackRecord(msgspec.Struct, frozen=True, kw_only=True, tag="callback"):
    """Somebody who should be called back, and the place in line that he keeps.

    ``state``: ``open`` (waits for its time, or for a person), ``due`` (stands in the line), ``dialling``, ``talking``,
    ``done``, ``failed``, ``cancelled``, ``expired``. What moves it: ``routing.core.acd.callback``.
    """

    id: str
    rev: int
    call: CallId | None
    number_e164: str
    caller_name: str
    customer: CustomerId | None
    queue: QueueId | None
    reason: str
    created_at: float
    state: str
    done_by: AgentId | None
    done_at: float | None
    created_by: str = ""
    """Login of who asked for it; '' = the caller himself, or a rule."""
    note: str = ""
    dnis: str = ""
    """Our number that he had dialled: what his phone shows when we call."""
    language: str = ""
    needs: str = ""
    """In words: ``language:zh>=3 and product:loans>=2``."""
    priority: int = 0
    tier: int = 2
    queued_at: float | None = None
    """Decides his place. None: as of ``created_at``."""
    first: str = ""
    """Who is rung first: ``agent``, ``customer``; '' = a person calls him by hand, nobody is dialled by itself."""
    window_from: float | None = None
    window_until: float | None = None
    expires_at: float | None = None
    attempts: int = 0
    """How often he was dialled."""
    next_at: float | None = None
    """Not before."""
    last_result: str = ""
    attempt: CallId | None = None
    """The contact of the attempt under way, or of the last one: ``<id>.<number>``."""
    recording: RecordingId | None = None
    """What he left to say."""
    tries: list[CallbackTry] = []


class TaskRecord(msgspec.Struct, frozen=True, kw_only=True, tag="task"):
    """Work that is not a call. ``state``: ``waiting``, ``offered``, ``in_hand``, ``done``, ``cancelled``."""

    id: str
    rev: int
    queue: QueueId
    title: str
    text: str
    customer: CustomerId | None
    number_e164: str
    language: str
    needs: str
    priority: int
    tier: int
    queued_at: float
    """Decides its place; survives every return to the line."""
    state: str
    agent: AgentId | None
    created_by: str
    created_at: float
    offered_until: float | None = None
    accepted_at: float | None = None
    done_at: float | None = None
    note: str = ""
    """What the agent said when it was done or returned."""
    returns: int = 0


class VisitRecord(msgspec.Struct, frozen=True, kw_only=True, tag="visit"):
    """A call left a step of its flow. ``(call, number)`` is the key.

    ``exit``: the name of the way out, ``hung_up`` when the caller hung up there. ``to``: the step it leads to, '' when
    the flow is over. ``heard``: what the step was told, as short texts (``digits 3``, ``no_input``, ``fetched ok``);
    the digits of a sensitive step are ``•``.
    """

    call: CallId
    number: int
    flow: str
    version: int
    edition: str
    step: str
    exit: str
    to: str
    entered_at: float
    left_at: float
    no_inputs: int
    no_matches: int
    heard: list[str]


class SurveyRecord(msgspec.Struct, frozen=True, kw_only=True, tag="survey"):
    """What a caller answered to a question after (or while waiting for) the talk. ``(call, number)`` is the key.

    ``scale``: ``1-5`` or ``yes_no``. ``answer``: 1 to 5; 1 for yes, 0 for no; None: nothing was pressed. ``agent``,
    ``queue``: who talked with him last, and whose queue it was.
    """

    call: CallId
    number: int
    question: str
    scale: str
    answer: int | None
    agent: AgentId | None
    queue: QueueId | None
    at: float


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, tag="audit"):
    id: str
    at: float
    who: str
    action: str
    detail: dict[str, Any]


Record = (
    CallRecord
    | CallEventRecord
    | SegmentRecord
    | AgentStateRecord
    | ContactRecord
    | RecordingRecord
    | CallbackRecord
    | TaskRecord
    | VisitRecord
    | SurveyRecord
    | CampaignRecord
    | LeadRecord
    | AttemptRecord
    | DoNotCallEntry
    | PacingRecord
    | CampaignSample
    | CallerIdRest
    | AuditRecord
)


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One contact of the history, as the agent reads it."""

    id: ContactId
    at: float
    channel: str
    direction: str
    agent_name: str
    queue: str
    outcome: str
    disposition: str
    notes: str
    duration_s: float
    agent: AgentId | None = None


class TicketLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    state: str
    priority: str
    opened_at: float


class CustomerMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who has the caller's number. ``why`` says what matched; matches come ranked, best first."""

    id: CustomerId
    name: str
    company: str
    tier: str
    """``vip``, ``gold`` or ``standard``."""
    language: str
    numbers: list[str]
    email: str
    city: str
    since: float
    note: str
    why: str
    contacts: list[ContactLine]
    tickets: list[TicketLine]
    owner: AgentId | None = None
    """Who looks after him."""
