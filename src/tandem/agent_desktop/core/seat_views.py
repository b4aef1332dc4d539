"""What an agent's seat shows: himself, his call with its pop, his wrap-up. Times as in ``messages``."""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.agent_desktop.core.fields import Texts
from tandem.agent_desktop.core.routing_resources import Window
from tandem.cti.model.records import CustomerMatch


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    login: str
    name: str
    device: str
    state: str
    """``not_ready``, ``ready``, ``busy``, ``working_after_call``."""
    reason: str | None
    pending: str | None
    """State asked for during a call; taken when the call is over."""
    since: float
    phone_ok: bool
    skills: dict[str, int]


class PressedKey(msgspec.Struct, frozen=True, kw_only=True):
    step: str
    digit: str
    zh: str
    en: str


class PopView(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling and why it came here. ``customers``: ranked; empty = unknown (the page offers "create")."""

    number: str
    number_e164: str
    caller_name: str
    customers: list[CustomerMatch]
    looked_up: bool
    """False while the look-up is late: the history follows in the next ``Seat``."""
    unknown_contacts: int
    """Earlier contacts from this number that belong to no customer."""
    language: str
    queue: str
    queue_name: dict[str, str]
    pressed: list[PressedKey]
    waited_s: float
    needs: str
    why: dict[str, str]
    """One sentence, in ``zh`` and ``en``: why this agent."""


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: str
    detail: str


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """The call is a callback: the caller kept his place, or somebody promised to call him."""

    attempt: int
    """From 1."""
    attempts_allowed: int
    number: str
    """The number that is (or was) called."""
    asked_at: float
    mode: Literal["agent", "customer"]
    """Who is rung first."""
    window: Window | None
    created_by: str
    """Login of who promised it; '' = the caller asked himself."""
    note: str


class NumberView(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    kind: str
    """``mobile``, ``home``, ``work``; '' unknown."""
    local_time: str
    """Of him who has it: ``14:05``; '' unknown."""
    refused: Texts
    """Why it may not be dialled now; {} = it may."""
    zone: str = ""
    """IANA time zone; '' unknown."""


class CampaignCard(msgspec.Struct, frozen=True, kw_only=True):
    """The call is a campaign's: who is, will be or was dialled, and what the agent says to him."""

    campaign: str
    name: str
    mode: str
    lead: str
    lead_name: str
    number: str
    """That is dialled, or would be."""
    numbers: list[NumberView]
    fields: dict[str, str]
    script: str
    """Filled in."""
    attempt: int
    """From 1."""
    attempts_allowed: int
    preview_until: float | None
    """When it is dialled by itself; None: when the agent says so."""
    dispositions: list[str]
    """Codes that may be chosen; [] = all."""
    callback_note: str
    """What was written down when he was promised this call."""
    machine: str
    """'' not looked at; ``human``, ``unsure``."""
    callback_number: str = ""
    """That he wanted to be called on; '' any of his."""


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """The call at this seat. ``phase``: offered, ringing, talking, rejoining, transferring; of a campaign's call also
    preview, dialling."""

    id: str
    offer: int
    """Which offer of this call; goes back in ``PopShown``."""
    phase: str
    held: bool
    started_at: float
    queued_at: float
    ring_until: float | None
    answered_at: float | None
    rejoin_until: float | None
    recording: RecordingView | None
    pop: PopView
    callback: CallbackView | None = None
    campaign: CampaignCard | None = None
    auto_answer: bool = False
    """The page answers its phone by itself, after a short tone."""


class WrapUpView(msgspec.Struct, frozen=True, kw_only=True):
    call: str
    number: str
    customer: str | None
    customer_name: str
    caller_name: str
    queue: str
    talk_s: float
    started_at: float
    until: float
    """When the timer runs out. The agent is asked until he disposes: a disposition is required."""
    overdue: bool
    pop: PopView
    campaign: CampaignCard | None = None
