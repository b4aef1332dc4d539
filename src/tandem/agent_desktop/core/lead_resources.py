"""Shapes of the REST interface to a campaign's leads: why each is or is not dialled, what became of its attempts.

Moments are seconds since the Unix epoch, numbers E.164. A ``rule`` is a name of the gate's rules; ``yes`` means that
nothing forbids it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tandem.agent_desktop.core.fields import Amount, Cursor, Id, Line, Moment, Texts


class GateVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a number may be dialled now. ``again_at``: when it may be asked again; None = not by itself."""

    allowed: bool
    rule: str
    text: Texts
    evidence: dict[str, Any]
    again_at: float | None
    zone: str
    """In which the moments of ``text`` are: the campaign's; without one, the callee's."""


class WaterfallStep(msgspec.Struct, frozen=True, kw_only=True):
    """So many of those who were left are not dialled now for this reason. ``left``: who remains after it."""

    rule: str
    count: int
    left: int
    until: float | None
    """When the first of them may be dialled; None = not by the course of time."""
    text: Texts


class Waterfall(msgspec.Struct, frozen=True, kw_only=True):
    """From all leads down to those who may be dialled now. ``at``: when it was counted."""

    campaign: str
    at: float
    total: int
    steps: list[WaterfallStep]
    callable_now: int
    restricted: int
    """Of those who are left out: may be dialled once an agent is reserved for the call."""
    again_at: float | None
    """When the next one's time comes."""


class LeadsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``reason``: a rule of the waterfall (``yes`` = callable now); ``q``: number, name or field."""

    reason: Id | None = None
    q: Line = ""
    cursor: Cursor = ""
    limit: Amount = 50


class LeadLine(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    campaign: str
    list_id: str
    name: str
    numbers: list[str]
    state: str
    attempts: int
    last_at: float | None
    last_result: str
    next_at: float
    callback_at: float | None
    callback_agent: str | None
    verdict: GateVerdict
    """Of the number that would be dialled."""


class LeadPage(msgspec.Struct, frozen=True, kw_only=True):
    """``next``: cursor of the page that follows; '' = there is none."""

    leads: list[LeadLine]
    next: str


class LeadNumberLine(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    kind: str
    zone: str
    country: str
    local_time: str
    attempts: int
    last_at: float | None
    last_result: str
    bad: bool
    verdict: GateVerdict


class AttemptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One time that he was dialled. ``pacing``: why it was launched; ``gate``: what allowed it."""

    id: str
    number_of: int
    number: str
    caller_id: str
    carrier: str
    mode: str
    reserved: bool
    at: float
    ringing_at: float | None
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    result: str | None
    machine: str
    machine_why: str
    """The machine detection's own word (``HUMAN-820-800``), whatever the agent said later."""
    machine_s: float | None
    """From the answer to its verdict."""
    agent: str | None
    message_at: float | None
    cause: str | None
    disposition: str | None
    cost: float
    pacing: Texts
    gate: GateVerdict | None


class LeadDetail(msgspec.Struct, frozen=True, kw_only=True):
    lead: LeadLine
    person: str
    language: str
    zone: str
    fields: dict[str, str]
    consent: bool | None
    do_not_call: str
    callback_note: str
    why: Texts
    """What follows from the last attempt; {} before the first."""
    numbers: list[LeadNumberLine]
    attempts: list[AttemptLine]
    """Newest first."""


class LeadCallback(msgspec.Struct, frozen=True, kw_only=True):
    """He is promised a call at ``at``. ``agent``: who does it himself; None = the team."""

    at: Moment
    agent: Id | None = None
    note: Line = ""
