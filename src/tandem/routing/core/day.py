"""A day of a contact centre as data: who called for what, who worked when, and what became of it. Only data.

It is what a simulation needs to run the day again under another plan: arrivals as they were, with what is known of each
caller's patience (exactly, when he hung up; at least so long, when he was answered) and of the work that he made.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.cti.model.ids import AgentId, DeviceId, QueueId
from tandem.cti.model.skills import Needs

HALF_HOUR_S = 1800.0


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody joined a queue. Times ``_at`` are seconds since the Unix epoch."""

    id: str
    at: float
    queue: QueueId
    """The first one, when he was moved on while he waited."""
    needs: Needs = ()
    """His own, besides the queue's."""
    tier: str = ""
    """Name of the customer's tier; '' when he is unknown."""
    priority: int = 0
    """His own, besides the queue's and the tier's."""
    language: str = ""
    number: DeviceId = DeviceId("")
    """That he dialled; tells the site."""
    end: Literal["answered", "abandoned", "left"]
    """``left``: his wait ended in another way (voicemail, a callback, a message, a failure)."""
    waited_s: float
    """Until the answer, the hang-up or the other end."""
    agent: AgentId | None = None
    """Who answered."""
    handle_s: float | None = None
    """Talk and wrap-up, when he was answered and it was seen to its end."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """An agent was logged on, but for ``breaks`` ready for calls (or at work on one)."""

    agent: AgentId
    begins_at: float
    ends_at: float
    breaks: tuple[tuple[float, float], ...] = ()
    """Within the shift, in order, apart."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """``begins_at`` is local midnight. ``arrivals`` and ``shifts`` are in order of time."""

    name: str
    """Such as ``2026-11-22``."""
    begins_at: float
    ends_at: float
    arrivals: tuple[Arrival, ...]
    shifts: tuple[Shift, ...]
    answer_delays_s: tuple[float, ...] = ()
    """From the decision to the answer: the pop, and the ringing. As observed, sorted."""
    offers: int = 0
    refusals: int = 0
    """Offers that an agent did not answer, or declined."""
    refused_after_s: float = 20.0
    """How long such an offer lasted (mean)."""
    pause_s: float = 60.0
    """How long the agent was away after it (mean)."""
    source: Literal["journal", "database"] = "journal"
