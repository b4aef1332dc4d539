"""What the center knows of its campaigns and of the attempts under way. Only data: it is frozen with the center."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

from tandem.cti.model.campaigns import AttemptResult, Campaign, CampaignRecord, Mode
from tandem.cti.model.ids import AgentId, CallId, CampaignId, LeadId, ListId
from tandem.cti.model.leads import AttemptRecord, CampaignDay, Lead, LeadNumber
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.dialer.caller_ids import CallerIdPool
from tandem.routing.core.dialer.carriers import Carriers
from tandem.routing.core.dialer.jurisdictions import Jurisdiction
from tandem.routing.core.dialer.pacing import Pacer
from tandem.routing.core.dialer.pacing_settings import AgentStatus
from tandem.routing.core.plan import Plan
from tandem.routing.core.shifts import Roster

First = Literal["agent", "customer"]
MOST_CONNECTS = 5_000
MOST_TAKEN_BACK = 1_000
Texts = dict[str, str]
"""By language: ``{"zh": .., "en": ..}``."""


@dataclass(slots=True, kw_only=True)
class Promise:
    """What an agent has agreed with the callee, or done with him, besides the result of the call."""

    disposition: str | None = None
    again_at: float | None = None
    again_by: AgentId | None = None
    note: str = ""
    number: str = ""
    """That he wants to be called on; '' any of his."""
    do_not_call: bool = False


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One lead with an agent or on his way to one. ``record`` is what is kept of it once it is ``written``: from then
    on the callee may have been dialled, and never is again under this id."""

    record: AttemptRecord
    lead: Lead
    number: LeadNumber
    first: First
    aside: AgentId | None = None
    """The agent who is set aside for him until he answers; who else answers meanwhile is not given to that agent."""
    by_hand: bool = False
    """A person decided on it: an agent, or whoever promised the call."""
    written: bool = False
    counted: bool = False
    """Its answer by a person is in the counts of the day."""
    missed: bool = False
    result: AttemptResult | None = None
    """When it is known before the call is over."""
    refusal: Texts = field(default_factory=dict)
    """Why it was not dialled after all."""
    wants_line_at: float | None = None
    """Since when an agent waits for a line for him."""
    skipped: bool = False
    """The agent did not want to dial him now."""
    lead_kept: bool = False
    """What becomes of the lead was kept already; what comes later replaces it."""
    promise: Promise = field(default_factory=Promise)


@dataclass(slots=True, kw_only=True)
class Held:
    """A lead in hand that is not being dialled. ``not_before``: the gate said no until then."""

    lead: Lead
    number: LeadNumber
    since: float
    restricted: bool = False
    """Only with an agent reserved."""
    agent: AgentId | None = None
    """Promised a call by this agent."""
    not_before: float = 0.0


@dataclass(slots=True, kw_only=True)
class Running:
    """A campaign that is not a draft."""

    record: CampaignRecord
    rules: Jurisdiction
    pacer: Pacer
    mode: Mode
    """That it works in now."""
    since: float = 0.0
    """When the center began to count for it."""
    connects: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_CONNECTS))
    """When agents were joined with people, lately."""
    rule: int | None = None
    """The rule that says so; None: it is the one that was set."""
    caller_ids: CallerIdPool = field(default_factory=CallerIdPool)
    agents: dict[AgentId, AgentStatus] = field(default_factory=dict)
    """Whom it has, and what they do."""
    leaving: dict[AgentId, float] = field(default_factory=dict)
    """Of these, who is known to go, and when: he takes a break after his call, or his shift ends."""
    attempts: dict[CallId, None] = field(default_factory=dict)
    in_air: dict[CallId, None] = field(default_factory=dict)
    """Of these, who needs an agent when he answers, or now, and for whom none is chosen yet."""
    bereft: dict[CallId, None] = field(default_factory=dict)
    """Attempts whose agent was set aside for them and has left."""
    pool: dict[LeadId, Held] = field(default_factory=dict)
    """In hand and not dialled yet, in the order to dial them."""
    ready: int = 0
    """Of these, who could be dialled when it was looked at last, by whichever agent."""
    promised: dict[AgentId, None] = field(default_factory=dict)
    """Agents for whom somebody waited then whom they themselves have promised a call."""
    owed: int = 0
    """Of those in hand: promised calls whose time has come, which an agent could make now: any, or one whom it has."""
    stuck_at: float = float("-inf")
    """When somebody could not be dialled for want of a line, a number of ours, or money."""
    asked_at: float | None = None
    """When leads were asked for that have not come yet."""
    asked: int = 0
    """How many were asked for then, whoever they are."""
    owes: bool = False
    """Something was given back that the store has not been told of."""
    read_at: float = 0.0
    """When to ask again at the earliest."""
    dry: bool = True
    """The store had none the last time."""
    spoiled: int = 0
    """How often in a row the gate refused all that was read."""
    left: int | None = None
    callable_now: int | None = None
    again_at: float | None = None
    """When the time of the next lead comes."""
    promise_at: float = inf
    """When the store is asked for whom somebody promised a call, however many others are in hand."""
    closes_at: float | None = None
    """When nobody who is left may be called any more on the day that is being counted, as it was counted last."""
    day: str = ""
    """The day that is being counted, in the campaign's zone."""
    days: dict[str, CampaignDay] = field(default_factory=dict)
    """The days of the window, this one included."""
    unserved: int = 0
    """Persons of today who answered and were neither abandoned nor had an agent: they hung up, or heard a flow."""
    successes: int = 0
    quotas: dict[tuple[str, str], int] = field(default_factory=dict)
    """(field, value) -> successes."""
    look_at: float = float("inf")
    """When its next timer comes."""
    called_up_at: float = float("-inf")
    """When all free agents were thought over for it."""
    claimed_at: float = float("-inf")
    """When the agents of others were thought over for it."""
    why: Texts = field(default_factory=dict)
    """The last decision."""
    why_not: Texts = field(default_factory=dict)
    decisions: int = 0
    """Number of the last decision that was kept."""
    decided_at: float = float("-inf")
    kept_idle: bool = False
    """That one launched nothing."""
    launched: int = 0
    """Since the last decision that was kept."""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def campaign(self) -> Campaign:
        return self.record.document

    @property
    def today(self) -> CampaignDay:
        return self.days[self.day]


@dataclass(slots=True)
class Dialer:
    campaigns: dict[CampaignId, Running] = field(default_factory=dict)
    attempts: dict[CallId, Attempt] = field(default_factory=dict)
    """Begun and not over."""
    talked: dict[CallId, Attempt] = field(default_factory=dict)
    """Over, while the agent has still to say what came of it; bounded, the oldest first."""
    due: dict[CampaignId, None] = field(default_factory=dict)
    """Something has changed: to be looked at when the present input is through."""
    aside: dict[AgentId, CallId] = field(default_factory=dict)
    """Agents who are set aside, each for one attempt that is being dialled."""
    claimed: dict[AgentId, CampaignId] = field(default_factory=dict)
    """Agents whom a campaign has and another one, which comes before it, is to have: nobody is dialled for them any
    more, and they go as soon as no call in the air counts on them."""
    free: dict[AgentId, None] = field(default_factory=dict)
    """Agents without a campaign: one is to be looked for when the present input is through."""
    taken_back: deque[ListId] = field(default_factory=lambda: deque(maxlen=MOST_TAKEN_BACK))
    """Lists whose leads may still come with a reading that began before."""
    wanting: dict[CampaignId, None] = field(default_factory=dict)
    """Campaigns that could use another agent when they were looked at last."""
    to_dial: dict[CallId, None] = field(default_factory=dict)
    """Attempts that are begun and not dialled: their agents read, or are rung."""
    sounds: dict[Prompt, str] = field(default_factory=dict)
    """What campaigns say to callees -> its media name at the switch."""
    carriers: Carriers = field(default_factory=Carriers)
    roster: Roster = field(default_factory=lambda: Roster(Plan(queues={})))
    """Who works which shift, by the plan as it is."""
    border_at: float = inf
    """When a shift of it begins, ends, or has a break next."""
