"""Shapes of the REST interface to campaigns: documents, leads and reasons, the numbers of a day, compliance sheets.

``Texts`` are sentences for people by language: ``{"zh": .., "en": ..}``. Moments are seconds since the Unix epoch,
ratios 0..1, numbers E.164. A ``rule`` is a name of the gate's rules; ``yes`` means that nothing forbids it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tandem.agent_desktop.core.fields import Count, FilledLine, Id, Line, Moment
from tandem.cti.model.campaigns import Campaign, Mode

Texts = dict[str, str]
CAMPAIGN_BYTES = 512 * 1024
"""The largest document of a campaign."""
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
"""2026-11-22."""
Cursor = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[A-Za-z0-9._=-]*$(?!\n)")]
"""Where the page before ended; '' = from the beginning."""
Amount = Annotated[int, msgspec.Meta(ge=1, le=500)]
Result = Literal["busy", "no_answer", "machine", "message_left", "abandoned", "hung_up", "rejected", "failed"]
"""How attempts end that may be tried again."""

# ---- campaigns ----------------------------------------------------------------------------------------------------


class CampaignProblem(msgspec.Struct, frozen=True, kw_only=True):
    """``field``: of the document (``attempts.retries.busy.after_s``). With an ``error`` it cannot be started."""

    field: str
    severity: Literal["error", "warning"]
    what: Texts
    fix: Texts


class CampaignSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One of all campaigns; what moves comes in the ``Campaigns`` messages of the live channel."""

    id: str
    rev: int
    name: str
    state: str
    mode: str
    queue: str
    rules: str
    priority: int
    weight: float
    changed_by: str
    changed_at: float
    why: str
    """A sentence for a change that it made itself."""


class CampaignList(msgspec.Struct, frozen=True, kw_only=True):
    campaigns: list[CampaignSummary]


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is set. ``document`` has all its fields, those that have their defaults as well."""

    id: str
    rev: int
    state: str
    document: Campaign
    changed_by: str
    changed_at: float
    why: str
    problems: list[CampaignProblem]
    zone: str
    """In which its days begin and its moments are shown."""


class CampaignDraft(msgspec.Struct, frozen=True, kw_only=True):
    """To be checked, or to be created: then its ``id`` may be '' (the server makes one)."""

    document: Campaign


class ChangeCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """``rev``: that was edited; 409 ``campaign_changed`` when there is a newer one."""

    rev: Count
    document: Campaign


class CampaignChecked(msgspec.Struct, frozen=True, kw_only=True):
    problems: list[CampaignProblem]


class CopyCampaign(msgspec.Struct, frozen=True, kw_only=True):
    """The copy is a draft without lists."""

    name: FilledLine


class SetCampaignState(msgspec.Struct, frozen=True, kw_only=True):
    """``draining``: no new call; stopped when the last one is over."""

    state: Literal["running", "paused", "draining", "stopped"]


class SetCampaignMode(msgspec.Struct, frozen=True, kw_only=True):
    mode: Mode


class CampaignChoice(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Texts


class CampaignChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What the fields of a document may name."""

    queues: list[CampaignChoice]
    flows: list[CampaignChoice]
    carriers: list[CampaignChoice]
    rules: list[CampaignChoice]
    countries: list[str]
    """ISO 3166: where the installation may call."""
    dispositions: list[CampaignChoice]
    defaults: Campaign
    """A document in which nothing was set."""


class RuleSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where rules stand. ``citation``: as it is called there; ``title``: what that is; ``text``: what it says, in our
    words. ``force``: ``law``, ``regulator``, ``code``, or ``ours`` (a cautious default where nothing is written)."""

    citation: str
    title: Texts
    text: Texts
    force: str


class JurisdictionView(msgspec.Struct, frozen=True, kw_only=True):
    """Rules by law. ``window_days``: that the abandon limit is counted over. None = the law says nothing."""

    id: str
    version: str
    name: Texts
    abandon_limit: float
    window_days: int
    answer_within_s: float
    ring_least_s: float
    hours: list[Texts]
    """When people may be called, a sentence a line."""
    quiet: list[Texts]
    """Times within these hours that are left in peace."""
    consent_needed: bool
    holidays: str
    per_day: int | None
    per_week: int | None
    abandoned_rest_s: float
    formula: str
    sources: list[RuleSource]


class Jurisdictions(msgspec.Struct, frozen=True, kw_only=True):
    jurisdictions: list[JurisdictionView]


# ---- why it dials or does not ---------------------------------------------------------------------------------------


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


# ---- numbers of the day ---------------------------------------------------------------------------------------------


class DayQuery(msgspec.Struct, frozen=True, kw_only=True):
    day: Day | None = None
    """In the campaign's zone; None = today."""


class DayPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Five minutes from ``at``: counts in them, agents and lines per agent as means (None = not known)."""

    at: float
    dialled: int
    answered: int
    abandoned: int
    machines: int
    talked: int
    agents_idle: float | None
    agents_talking: float | None
    agents_wrapping: float | None
    lines_per_agent: float | None
    answer_rate: float | None


class DaySeries(msgspec.Struct, frozen=True, kw_only=True):
    campaign: str
    day: str
    zone: str
    step_s: float
    points: list[DayPoint]


class DetectionAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """The next step for the machine detection. ``change``: a field of it; '' = none, and ``text`` says why."""

    text: Texts
    change: Literal["", "initial_silence_ms", "greeting_ms", "after_greeting_silence_ms", "total_ms", "words"]
    before: int
    after: int
    effect: Texts
    more_mistaken: bool
    """It may take more persons for machines."""


class DetectionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine detection did since ``since``, and what its errors cost. ``human``, ``unsure``, ``machines``:
    its verdicts on the calls that are over."""

    campaign: str
    since: float
    human: int
    unsure: int
    machines: int
    connected: int
    """Of human and unsure: with an agent."""
    missed: int
    """Of these, agents said that they were machines."""
    missed_agent_s: float
    """The time of agents on those calls."""
    put_through: int
    """Machines that went to an agent: all, or the sample that the campaign wants."""
    unmarked: int
    """Of these the agent did not say that it was a machine: persons, or he forgot."""
    mistaken_share: float
    """Persons among those who were taken for machines, as the operator found by listening."""
    verdict_p50_s: float | None
    verdict_p90_s: float | None
    """From the answer of a person to the verdict."""
    silence_s: float
    """So much of the promised two seconds is gone when somebody is known to be a person."""
    advice: DetectionAdvice
    mistaken_low: float
    mistaken_high: float
    """The band (95 %) of the share of persons among machines, by those who were put through."""
    cost_s: float
    cost_error_s: float
    """Of the errors, in seconds of an agent for each call that was listened to, and its standard error. A person who is
    hung up on counts as three minutes."""


class DecisionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    before: Count | None = None
    """Number of a decision."""
    limit: Amount = 100


class PacingDecision(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    at: float
    launched: int
    why: Texts
    evidence: dict[str, Any]


class PacingDecisions(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. ``before``: for the page that follows; None = there is none."""

    decisions: list[PacingDecision]
    before: int | None


class CampaignForecast(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes on as things are. None = not known yet."""

    at: float
    left: int
    attempts: float
    """Attempts that are still to be made."""
    attempts_per_hour: float | None
    agent_hours: float | None
    reach_ratio: float | None
    """Of those who are left: how many will be talked with."""
    ends_at: float | None
    text: Texts


class AgentsWhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """``agents``: so many more (or fewer) than work for it now."""

    agents: Annotated[int, msgspec.Meta(ge=-2000, le=2000)]


class PacingFigures(msgspec.Struct, frozen=True, kw_only=True):
    agents: int
    talk_ratio: float
    """Of the agents' time."""
    wait_s: float | None
    connects_per_hour: float
    lines_per_agent: float | None
    abandon_ratio: float | None
    ends_at: float | None


class AgentsWhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Simulated with what the campaign has learned, as means over ``runs`` pairs of runs with the same luck for both.
    ``hours``: of work, of all runs together. ``more_per_hour``: talks; with 95 % certainty it is within ``margin`` of
    that (of the simulation's chance, not of what it assumes); None = one run does not say."""

    now: PacingFigures
    then: PacingFigures
    hours: float
    runs: int
    more_per_hour: float
    margin: float | None
    text: Texts


class Recycle(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that are over with these results are dialled again. ``try_only``: only say what it would bring."""

    results: Annotated[list[Result], msgspec.Meta(min_length=1, max_length=8)]
    try_only: bool = True


class Recycled(msgspec.Struct, frozen=True, kw_only=True):
    leads: int
    agent_hours: float | None
    reach_ratio: float | None
    text: Texts
    done: bool


# ---- the compliance sheet --------------------------------------------------------------------------------------------


class SheetQuery(msgspec.Struct, frozen=True, kw_only=True):
    day: Day | None = None
    format: Literal["html", "csv", "json"] = "json"
    language: Literal["zh", "en"] = "en"


class SheetFormula(msgspec.Struct, frozen=True, kw_only=True):
    """One way to count abandoned calls. ``window``: over the days of the law's window, this one included."""

    id: str
    name: Texts
    abandoned: float
    counted: float
    """What the abandoned calls are divided by."""
    ratio: float | None
    window_days: int
    window_ratio: float | None
    limit: float
    kept: bool
    legal: bool
    """It is the one of the campaign's rules."""


class ComplianceSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one campaign. ``hash``: SHA-256 over the sheet and the hash before; ``provisional``: the day is not
    over, it is in no chain yet (``hash`` is '')."""

    campaign: str
    name: str
    day: str
    zone: str
    rules: str
    rules_version: str
    provisional: bool
    counts: dict[str, int]
    """Of the attempts begun on the day: ``dialled``, ``answered`` (by a person), ``talked``, ``served``, ``abandoned``,
    ``hung_up``, ``machines``, ``busy``, ``no_answer``, ``rejected``, ``invalid_number``, ``congestion``, ``failed``,
    ``unknown``, ``messages_in_time``, ``messages_late``, ``rings_too_short``, ``reserved``."""
    formulas: list[SheetFormula]
    made_at: float
    before: str
    hash: str


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    day: str
    hash: str
    answered: int
    abandoned: int
    ratio: float | None


class SheetList(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. ``chain_holds``: every hash follows from its sheet and the one before."""

    sheets: list[SheetLine]
    chain_holds: bool
