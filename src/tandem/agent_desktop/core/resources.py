"""Shapes of the REST interface under ``/api`` (JSON; described by OpenAPI at ``/api/openapi.json``)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tandem.agent_desktop.core.fields import FilledLine, Id, Language, Line, Moment, Secret, Text
from tandem.cti.model.records import CallbackRecord, ContactLine, CustomerMatch


class LogIn(msgspec.Struct, frozen=True, kw_only=True):
    login: Line
    password: Secret


class SetLanguage(msgspec.Struct, frozen=True, kw_only=True):
    language: Language


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    login: str
    name: str
    role: str
    language: str
    device: str | None


class Softphone(msgspec.Struct, frozen=True, kw_only=True):
    """How the page registers its phone (SIP over WebSocket, RFC 7118). Only for users with a device."""

    socket_url: str
    uri: str
    user: str
    password: str
    display_name: str


class NotReadyChoice(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    zh: str
    en: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    user: UserView
    seat_socket_url: str
    softphone: Softphone | None
    not_ready_reasons: list[NotReadyChoice]
    may: list[str]
    """What this user is allowed to do (names of ``core.permissions.Action``): the page offers nothing else."""
    version: str


class Disposition(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the disposition tree; only leaves (no ``children``) can be chosen."""

    code: str
    zh: str
    en: str
    children: list[Disposition]


class TransferTargets(msgspec.Struct, frozen=True, kw_only=True):
    agents: list[UserView]
    queues: list[dict[str, str]]
    """``{"id", "zh", "en"}``."""


class CallLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list of calls."""

    id: str
    started_at: float
    ended_at: float | None
    number: str
    caller_name: str
    customer: str | None
    customer_name: str | None
    dnis: str
    queue: str | None
    language: str
    phase: str
    outcome: str | None
    agent: str | None
    agent_name: str | None
    wait_s: float
    talk_s: float
    recordings: int


class CallsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls: ``before`` = started before that moment; ``q`` = part of a number or name."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    before: Moment | None = None
    queue: Id | None = None
    agent: Id | None = None
    outcome: Id | None = None
    q: Line | None = None


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    calls: list[CallLine]
    next_before: Moment | None
    """Pass as ``before`` to get the next (older) page; None at the end."""


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    at: float
    kind: str
    text: str
    data: dict[str, Any]


class RecordingLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    agent: str | None
    started_at: float
    duration_s: float
    bytes: int
    state: str
    detail: str


class CallDetail(msgspec.Struct, frozen=True, kw_only=True):
    call: CallLine
    timeline: list[TimelineLine]
    recordings: list[RecordingLine]
    contacts: list[ContactLine]
    """What was written to the history for this call: disposition and notes."""


class CustomersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``q``: part of a name, company or number."""

    q: Line = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20


class CustomerPage(msgspec.Struct, frozen=True, kw_only=True):
    customers: list[CustomerMatch]


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    name: FilledLine
    number: FilledLine
    company: Line = ""
    email: Line = ""
    city: Line = ""
    language: Language = "zh"
    tier: Literal["vip", "gold", "standard"] = "standard"
    note: Text = ""


class CallbackList(msgspec.Struct, frozen=True, kw_only=True):
    callbacks: list[CallbackRecord]


class CheckTexts(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    detail: str
    remedy: str


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, in English; ``texts``: the same by language."""

    name: str
    ok: bool
    detail: str
    remedy: str
    texts: dict[str, CheckTexts] = {}


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    checks: list[CheckLine]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    switch_up: bool
    database_up: bool
    version: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every answer that is not 2xx.

    ``reason``, ``values``: which refusal of this ``code`` it is, and what it names, for programs ('' when there is only
    one); ``message`` says the same in English. ``texts``: the part of it that is a sentence of its own, by language.
    """

    code: str
    message: str
    retryable: bool
    reason: str = ""
    values: dict[str, str | float] = {}
    texts: dict[str, str] = {}
