"""What the matcher is given and what it gives back. Only data.

*Work* is whatever waits for an agent: a caller on the line, a callback that is due, a ticket. All of it stands in one
line; ``kind`` says which free agents can take it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need, Needs

Kind = Literal["voice", "task", "campaign"]
"""``voice``: somebody who called. ``task``: no call. ``campaign``: somebody whom a campaign calls."""
KINDS: tuple[Kind, ...] = ("voice", "task", "campaign")
VOICE: frozenset[Kind] = frozenset({"voice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From ``from_s`` seconds after ``Work.queued_at`` on, agents who meet ``needs`` may take it, and (``only``) nobody
    else than this one. A later step adds to the earlier ones. A step that no logged-on agent meets is skipped at once:
    the next one counts from then on."""

    needs: Needs
    from_s: float = 0.0
    only: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """``queued_at`` (seconds, same clock as ``now``) decides its place and survives every requeue."""

    id: WorkId
    queue: QueueId
    queued_at: float
    steps: tuple[Step, ...]
    """At least one, ``from_s`` ascending. Works of one queue with equal steps share a class: keep the tuples equal."""
    tier: int = 2
    """Rank of the customer's tier; 0 is served first."""
    priority: int = 0
    """Higher goes first within the tier's rank."""
    target_s: float = 20.0
    """Service-level target: to be answered within so many seconds."""
    target_share: float = 0.8
    handle_s: float = 180.0
    """Expected handling time by an agent of middling proficiency."""
    kind: Kind = "voice"
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who could have been given this work and was not. ``reason`` is one of REASONS in ``reasons.py``."""

    agent: AgentId
    idle_s: float
    reason: str
    cost: float
    """What taking him would have cost, in seconds of idle time (the taken agent's is ``Match.cost``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """Work that stood before this one in line and that this agent could have taken, and the rule that let it pass."""

    id: WorkId
    queue: QueueId
    waited_s: float
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One decision with everything that explains it."""

    work: Work
    agent: AgentId
    step: int
    """Index of the step by which this agent may take it."""
    rule: str
    """The rule that chose, one of RULES in ``reasons.py``."""
    place: int
    """Place in the one line, from 1, when it was taken."""
    waited_s: float
    idle_s: float
    cost: float
    eligible: int
    """Free agents who could have taken it (1 or more)."""
    waiting: int
    """Waiting works that this agent could have taken (1 or more)."""
    candidates: tuple[Candidate, ...] = ()
    """The others, cheapest first; at most ``Policy.explain`` of them."""
    overtaken: tuple[Overtaken, ...] = ()
    skipped: tuple[int, ...] = ()
    """Steps passed over because no logged-on agent meets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The one change that would answer a waiting work now.

    ``agent_ready`` (``agent`` is logged on, meets the step, has no call, but is not Ready), ``lower_need`` (``need`` of
    the step down to ``to``: ``agent`` is free), ``next_step`` (the next step, in ``in_s`` seconds, has a free agent),
    ``other_site``... or ``none``: only a freed agent helps.
    """

    kind: Literal["agent_ready", "lower_need", "next_step", "none"]
    agent: AgentId | None = None
    need: Need | None = None
    to: int = 0
    in_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why a work still waits."""

    id: WorkId
    place: int
    step: int
    step_needs: Needs
    next_step_in_s: float | None
    logged_on: int
    """Logged-on agents who meet the present step (or an earlier one)."""
    free: int
    """Of those, free now (0 whenever it waits, but for the instant of a decision)."""
    ahead: int
    """Works before it in the line that one of those agents could take."""
    skipped: tuple[int, ...]
    change: Change
