"""The routing plan: queues, skills, steps, hours, shifts, overflow, sites. One value, applied whole or not at all.

Data only. ``routing.plan_file`` reads it from text and says what is wrong, with file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tandem.cti.model.durations import DAY_S
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, DeviceId, QueueId
from tandem.cti.model.skills import Needs

Texts = Mapping[str, str]
"""By language: ``{"zh": .., "en": ..}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """One step of a queue: from ``after_s`` of waiting on, agents who meet ``needs`` may take the call.

    A later step adds agents to the earlier ones and takes none away. ``()`` is anyone in the team.
    """

    needs: Needs
    after_s: float = 0.0
    predicted_over_s: float | None = None
    """Also as soon as the wait still to come (P50) is predicted to be longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What becomes of a caller who is not served by his queue.

    ``queue`` (``to``: its id), ``number`` (``to``: E.164), ``voicemail``, ``callback`` (he is offered to keep his place
    and be called back), ``message`` (he hears ``text`` and the call ends).
    """

    kind: Literal["queue", "number", "voicemail", "callback", "message"]
    to: str = ""
    text: Texts = field(default_factory=dict)
    """Spoken before (or as) the action; {} for the built-in text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverflowRule:
    """All conditions that are given must hold. Looked at again and again while the caller waits."""

    action: Action
    waited_over_s: float | None = None
    predicted_over_s: float | None = None
    """The whole wait (P50) is predicted to be longer than this."""
    ready_below: int | None = None
    """Fewer agents than this are Ready or at work (not NotReady, not logged off) who meet any step."""
    waiting_over: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """Who talked to him last (or owns him in the CRM) is preferred while that costs less than ``up_to_s``."""

    prefer: Literal["last_agent", "owner"] = "last_agent"
    up_to_s: float = 15.0
    within_days: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRule:
    """How callers who keep their place are called back."""

    first: Literal["agent", "customer"] = "agent"
    """Who is rung first."""
    attempts: int = 3
    busy_retry_s: float = 300.0
    no_answer_retry_s: float = 1800.0
    ring_s: float = 25.0
    expires_s: float = DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """``target_share`` of the calls are to be answered within ``target_s`` seconds. Higher ``priority`` goes first."""

    id: QueueId
    name_zh: str
    name_en: str
    priority: int = 0
    target_s: float = 20.0
    target_share: float = 0.8
    steps: tuple[StepPlan, ...] = (StepPlan(needs=()),)
    handle_s: float = 180.0
    """Expected talk and wrap-up, until enough calls were measured."""
    kind: Literal["voice", "task"] = "voice"
    """``task``: work that is not a call (tickets; later chat and mail)."""
    hours: str = ""
    """Name of its hours; '' is always open."""
    closed: Action | None = None
    """Who calls outside the hours, or during a closure."""
    closing: Literal["serve", "closed"] = "serve"
    """Who still waits when it closes: is served, or treated as ``closed``."""
    overflow: tuple[OverflowRule, ...] = ()
    sticky: Sticky | None = None
    callback: CallbackRule = CallbackRule()
    rejoin_within_s: float = 300.0
    """Who was cut off or gave up and calls again within this time gets his place back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """``skills``: skill -> proficiency 1..5."""

    login: AgentId
    skills: Mapping[str, int] = field(default_factory=dict)
    site: str = ""
    team: str = ""
    tasks: int = 1
    """How many tasks he can have at once beside his calls; 0: none."""
    shift: str = ""
    """The name of his shift; '' for that of his team, if it has one."""
    outbound: bool | Literal["only"] = False
    """May be given to campaigns (blending); ``only``: he works for campaigns alone and gets no callers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlan:
    """When those who work it are expected at work; a break is a gap in its times. Nobody is logged out by it."""

    hours: WeeklyHours
    teams: tuple[str, ...] = ()
    """Whose agents work it, unless they name a shift of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Of customers. ``rank`` 0 is served first; ``priority`` is added to the queue's."""

    name: str
    rank: int
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Blending:
    """Agents with ``outbound`` go to campaigns while inbound is well, and come back before callers wait."""

    yield_below: float = 0.80
    """Share of callers answered in time (last 15 minutes) under which campaigns give agents back."""
    resume_above: float = 0.90
    most: float = 0.6
    """The largest share of the blended agents that campaigns may have (0..1)."""


SECTIONS: Mapping[str, tuple[str, str]] = {
    "queues": ("queue", "队列"),
    "agents": ("agent", "座席"),
    "hours": ("hours", "营业时间"),
    "shifts": ("shift", "班次"),
    "tiers": ("tier", "客户等级"),
    "sites": ("site", "地点"),
}
"""Of the file: what one of each is, in English and Chinese."""
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """When customers may be called: callbacks, and campaigns.

    ``hours``: by the beginning of their number (``+86``; the longest that fits counts, ``everywhere`` is the rest) the
    name of the hours, in whose time zone they live; a number that nothing fits may be called at any time.
    """

    hours: Mapping[str, str] = field(default_factory=dict)
    per_day: int = 10
    """How often one number is dialled in 24 hours at most."""
    never: frozenset[str] = frozenset()
    """Numbers (E.164) that are not called at all."""
    rules: str = "none"
    """The rule book for callbacks and for calls of no campaign; a campaign names its own."""


TIERS = (
    Tier(name="vip", rank=0, priority=20),
    Tier(name="gold", rank=1, priority=5),
    Tier(name="standard", rank=2, priority=0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that routing decides by. ``version`` counts the plans that were applied here."""

    queues: Mapping[QueueId, QueuePlan]
    agents: Mapping[AgentId, AgentPlan] = field(default_factory=dict)
    version: int = 0
    hours: Mapping[str, WeeklyHours] = field(default_factory=dict)
    shifts: Mapping[str, ShiftPlan] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = TIERS
    sites: Mapping[str, frozenset[DeviceId]] = field(default_factory=dict)
    """Site -> the dialled numbers that arrive there."""
    cross_site_s: float = 10.0
    """A call is worth this many seconds less to an agent of another site."""
    blending: Blending = Blending()
    calling: Calling = Calling()

    @property
    def for_calls(self) -> list[QueuePlan]:
        """The queues in which callers wait; tasks have their own."""
        return [queue for queue in self.queues.values() if queue.kind == "voice"]
