"""What goes into the center, what comes out of it, and what it is told of the house. Only data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tandem.agent_desktop.core import messages as m
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.ids import (
    AgentId,
    CallId,
    CampaignId,
    CustomerId,
    DeviceId,
    LeadId,
    ListId,
    QueueId,
    RecordingId,
    Token,
)
from tandem.cti.model.leads import AttemptRecord, CallerIdUse, CampaignDay, CampaignExperience, DoNotCallEntry, Lead
from tandem.cti.model.records import (
    AgentStateRecord,
    CallbackRecord,
    CallRecord,
    CustomerMatch,
    Record,
    TaskRecord,
)
from tandem.cti.model.requests import SwitchRequest
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.plan import Plan, Texts

# ---- inputs besides the switch's events --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedOn:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class LoggedOut:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class SeatOpened:
    agent: AgentId
    on_call: bool


@dataclass(frozen=True, slots=True)
class SeatClosed:
    agent: AgentId
    page_gone: bool


@dataclass(frozen=True, slots=True)
class Commanded:
    agent: AgentId
    command: m.PageCommand


@dataclass(frozen=True, slots=True)
class CustomersFound:
    """The directory's answer; ``complete`` is False when the time budget ran out (the answer follows).

    ``unknown_contacts``: earlier contacts from this number that belong to no customer.
    """

    call: CallId
    customers: tuple[CustomerMatch, ...]
    complete: bool
    unknown_contacts: int = 0


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """``detail``, ``code``: of the error by which it failed. ``duration_s``: of one that is saved."""

    call: CallId
    recording: RecordingId
    state: str
    detail: str = ""
    code: str = ""
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What the store knows, at start: before the switch is found."""

    calls: tuple[CallRecord, ...]
    agent_states: Mapping[AgentId, AgentStateRecord]
    callbacks: tuple[CallbackRecord, ...]
    counts: Mapping[QueueId, QueueCounts]
    closures: tuple[Closure, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    campaigns: tuple[CampaignRecord, ...] = ()
    """That are not drafts."""
    attempts: tuple[AttemptRecord, ...] = ()
    """Under way when the store last heard of them."""
    leads: tuple[Lead, ...] = ()
    """Of these attempts."""
    campaign_days: tuple[CampaignDay, ...] = ()
    """Of the last 31 days."""
    caller_ids: tuple[CallerIdUse, ...] = ()
    """How the campaigns' own numbers were answered lately."""
    experience: tuple[CampaignExperience, ...] = ()
    """What the campaigns' attempts of the last days teach the pacing."""
    ended: tuple[CallId, ...] = ()
    """Calls that are over since lately: news of them that comes late begins none anew."""


@dataclass(frozen=True, slots=True)
class Healed:
    """A snapshot taken while all is well: finds what an event that never came would have told.

    ``asked_at``: when it was asked for; contacts that changed since are left alone.
    """

    snapshot: ev.Snapshot
    asked_at: float


Sounds = tuple[tuple[Prompt, str], ...]
"""What may be said -> its media name at the switch."""


@dataclass(frozen=True, slots=True)
class PlanApplied:
    """From now on this plan counts. ``sounds``: its prompts -> media names at the switch, besides the house's."""

    plan: Plan
    sounds: Sounds
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A queue (None: all) is closed by hand. ``text``: said to callers instead of the plan's; {}: the plan's."""

    queue: QueueId | None
    by: str
    at: float
    reason: str = ""
    text: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A closure begins, at once: emergency closure by one click."""

    closure: Closure
    sounds: Sounds


@dataclass(frozen=True, slots=True)
class Reopened:
    """A closure ends; the plan's hours count again."""

    queue: QueueId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """Somebody promises a customer to call him back. ``id`` is new; ``window``: (from, until)."""

    id: str
    number: str
    queue: QueueId
    first: Literal["agent", "customer"]
    by: str
    name: str = ""
    note: str = ""
    call: CallId | None = None
    window: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAltered:
    id: str
    number: str
    first: Literal["agent", "customer"]
    window: tuple[float, float] | None
    note: str


@dataclass(frozen=True, slots=True)
class CallbackCancelled:
    id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAsked:
    """Work that is not a call comes into the line. ``id`` is new; ``needs`` in words, besides the queue's."""

    id: str
    queue: QueueId
    title: str
    by: str
    text: str = ""
    customer: CustomerId | None = None
    number: str = ""
    language: str = ""
    needs: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class TaskCancelled:
    id: str
    by: str


@dataclass(frozen=True, slots=True)
class CampaignsApplied:
    """From now on these are the campaigns that are not drafts, all of them. ``sounds``: what they say to callees."""

    campaigns: tuple[CampaignRecord, ...]
    sounds: Sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsRead:
    """The answer to ``LeadsWanted``: leads that the store has put ``in_hand``, in the order to dial them. ``left``,
    ``callable_now``: counts of the campaign, None = not counted this time. ``again_at``: when the next one's time comes
    (None = none is left). What is not counted leaves what was known as it is."""

    campaign: CampaignId
    leads: tuple[Lead, ...]
    left: int | None = None
    callable_now: int | None = None
    again_at: float | None = None
    closes_at: float | None = None
    """When, on the campaign's day, the last one of all who are left may not be called any more."""
    successes: int | None = None
    """Of the campaign since it began."""
    quotas: tuple[tuple[str, str, int], ...] = ()
    """(field, value, successes) of the campaign's quotas."""
    promise_at: float | None = None
    """When the time of the next promised call comes."""


@dataclass(frozen=True, slots=True)
class CallsForbidden:
    """Entered or lifted: from this moment on. Whoever is being dialled is let go on; nobody else is begun."""

    entries: tuple[DoNotCallEntry, ...]


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The machine's clock says so much later than the one that the center goes by; 0.0: the same again."""

    off_s: float


@dataclass(frozen=True, slots=True)
class ForbiddenFound:
    """The answer to ``ForbiddenAsked``: all entries of the store that keep us from calling ``number``."""

    number: str
    entries: tuple[DoNotCallEntry, ...]


@dataclass(frozen=True, slots=True)
class LeadsRemoved:
    """A list was taken back: what is in hand of it is not dialled."""

    list: ListId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDialled:
    """An agent (by hand, by click) or the API dials ``lead.numbers[0]``: everything the gate needs was looked up.
    ``call`` is new. ``campaign`` of the lead: '' = none's."""

    call: CallId
    agent: AgentId
    lead: Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAgain:
    """An operator wants something else of a lead that is in hand, and not being dialled. ``promised``: a callback of
    ``agent``, or of the team (None), at ``at``, on ``number`` ('': any of his); ``opened``: to be called from ``at``
    on; ``cancelled``: what he was promised is not."""

    campaign: CampaignId
    lead: LeadId
    at: float
    what: Literal["promised", "opened", "cancelled"]
    agent: AgentId | None = None
    note: str = ""
    number: str = ""
    why: str


@dataclass(frozen=True, slots=True)
class FlowsDeployed:
    """From now on these flows answer; calls in progress stay with theirs. ``sounds``: their prompts -> media names."""

    flows: tuple[DeployedFlow, ...]
    sounds: Sounds
    by: str


@dataclass(frozen=True, slots=True)
class DraftCalled:
    """Ring ``device`` with this draft: at its answer the flow begins, for its author to listen. ``call`` is new."""

    call: CallId
    device: DeviceId
    flow: FlowText
    sounds: Sounds
    by: str


@dataclass(frozen=True, slots=True)
class DipAnswered:
    """The answer to ``DipAsked``. ``status``, ``values``: see ``ivr.core.dialogue.Fetched``."""

    call: CallId
    token: Token
    status: str
    values: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class SpeechMade:
    """The answer to ``SpeechAsked``. ``sounds``: what could be made."""

    call: CallId
    token: Token
    sounds: Sounds


@dataclass(frozen=True, slots=True)
class Tick:
    pass


Input = (
    ev.SwitchEvent
    | LoggedOn
    | LoggedOut
    | SeatOpened
    | SeatClosed
    | Commanded
    | CustomersFound
    | RecordingChanged
    | Restored
    | Healed
    | PlanApplied
    | Closed
    | Reopened
    | CallbackAsked
    | CallbackAltered
    | CallbackCancelled
    | TaskAsked
    | TaskCancelled
    | CampaignsApplied
    | LeadsRead
    | CallsForbidden
    | ClockSet
    | ForbiddenFound
    | LeadsRemoved
    | LeadDialled
    | LeadAgain
    | FlowsDeployed
    | DraftCalled
    | DipAnswered
    | SpeechMade
    | Tick
)

# ---- outputs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToSwitch:
    request: SwitchRequest


@dataclass(frozen=True, slots=True)
class Keep:
    record: Record


@dataclass(frozen=True, slots=True)
class LookUp:
    call: CallId
    number: str


@dataclass(frozen=True, slots=True)
class ForbiddenAsked:
    """Look up whether this number (E.164) may not be called by anybody; ``ForbiddenFound`` follows, if the store can
    be asked."""

    number: str


@dataclass(frozen=True, slots=True)
class StartRecording:
    call: CallId
    recording: RecordingId
    agent: AgentId | None


@dataclass(frozen=True, slots=True)
class FinishRecording:
    call: CallId
    recording: RecordingId


@dataclass(frozen=True, slots=True)
class ShowSeat:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class ShowCallbacks:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsWanted:
    """Read up to ``count`` more leads of this campaign that may be dialled now, put them ``in_hand``; ``LeadsRead``
    follows. ``count`` 0: only look what is left. ``promised``: only those who were promised a call. ``in_hand``: those
    that the dialer has; all others of the campaign that the store believes to be in hand are open again."""

    campaign: CampaignId
    count: int
    in_hand: tuple[LeadId, ...] = ()
    promised: bool = False


@dataclass(frozen=True, slots=True)
class ShowCampaigns:
    """Something that the campaigns' page shows has changed by an input, not by the course of time."""


@dataclass(frozen=True, slots=True)
class DipAsked:
    """Fetch this for a call; ``DipAnswered`` with ``token`` follows, or is not waited for any more."""

    call: CallId
    token: Token
    dip: Dip


@dataclass(frozen=True, slots=True)
class SpeechAsked:
    """Make sounds of these prompts, which are known only now; ``SpeechMade`` with ``token`` follows."""

    call: CallId
    token: Token
    prompts: tuple[Prompt, ...]


Output = (
    ToSwitch
    | Keep
    | LookUp
    | ForbiddenAsked
    | StartRecording
    | FinishRecording
    | ShowSeat
    | ShowCallbacks
    | LeadsWanted
    | ShowCampaigns
    | DipAsked
    | SpeechAsked
)
