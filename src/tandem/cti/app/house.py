"""What the center is told of the house, and what it remembers of callers and wrap-ups. Only data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.cti.app.stage import Stage
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.profiles import AgentProfile
from tandem.cti.model.records import CustomerMatch
from tandem.ivr.core.dialogue import Collect, Play, RecordMessage, Transfer
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.acd.expected_wait import Expected
from tandem.routing.core.acd.work import Work
from tandem.routing.core.dialer.carriers import CarrierPlan
from tandem.routing.core.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient the center is, in seconds."""

    grace_s: float = 20.0
    """How long a Ready agent may be unreachable (page or phone) before he is set NotReady."""
    wrap_up_s: float = 60.0
    more_time_s: float = 60.0
    known_s: float = 0.25
    """How long a flow waits for the look-up of its caller before it begins, so that it can greet whom it knows."""
    keep_ended_s: float = 30.0
    """How long an ended contact is kept in memory for late events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Configuration: who works here, which queues and flows there are."""

    agents: Mapping[AgentId, AgentProfile]
    plan: Plan
    """The routing plan to begin with; the center's own is the one that counts from then on."""
    flows: tuple[DeployedFlow, ...]
    """To begin with; the center's own are those that count from then on."""
    sounds: Mapping[Prompt, str]
    """Prompt -> media name at the switch."""
    dispositions: frozenset[str]
    """Codes of the leaves of the tree."""
    normalise: Any
    """``(number) -> E.164 or ''``."""
    number_allowed: Any
    """``(number) -> bool``: may be dialled as the target of a transfer."""
    carriers: tuple[CarrierPlan, ...] = (CarrierPlan(name="trunk"),)
    """Over which campaigns dial; the first is that of campaigns that name none."""
    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)
    editions: tuple[FlowText, ...] = ()
    """What calls in progress began with, besides what is deployed."""
    sip_hosts: frozenset[str] = frozenset()
    """Whose SIP addresses a flow may have dialled, in small letters."""
    stage: Stage | None = None
    """A test that plays the world for the flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpState:
    contact: Contact
    started_at: float
    until: float
    talk_s: float


Speaking = Play | Collect | RecordMessage | Transfer
"""What of a flow has prompts."""


@dataclass(slots=True)
class Caller:
    """What is known of a contact's caller besides its state."""

    customers: tuple[CustomerMatch, ...] = ()
    looked_up: bool = False
    unknown_contacts: int = 0
    why: dict[str, str] = field(default_factory=dict)
    work: Work | None = None
    """As it waits, or waited last."""
    expected: Expected | None = None
    """The wait that was predicted when it came into the line ``expected_at``, until that wait is over."""
    expected_at: float = 0.0
    overflowed: tuple[str, ...] = ()
    """What overflow has done for him already (``queue:rule``): each rule acts once."""
    visited: tuple[QueueId, ...] = ()
    """The queues in which he has waited: overflow never sends him back."""
    look_at: float = 0.0
    """When overflow looks at him next."""
    asked_until: float = 0.0
    """So long he may think about what a closed queue offered him."""
    recording_state: str = ""
    recording_detail: str = ""
    speaks: Speaking | None = None
    """What the flow will say when its sounds are made."""
    flow_moves: int = 0
    """How many moves of his flow are being carried out, one within the other."""
    draft_told: bool = False
    """He has heard where the draft would send a caller."""
