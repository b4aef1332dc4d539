"""Leads: the people on the lists of campaigns, with everything that decides whether one may be called now.

A Lead is a copy of what the store knew when it was read. Moments are seconds since the Unix epoch.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tandem.cti.model.campaigns import LeadState
from tandem.cti.model.ids import AgentId, CampaignId, CustomerId, LeadId, ListId

PERSONAL_S = 1_800.0
"""So long after its time a promised call waits for the agent who promised it, when he is not at work, or works for
something that comes first; then it is anybody's."""
PERSONAL_EACH = 2
"""So many wait on for one who is at work; the others of whom it is as late are anybody's."""


class LeadNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a person. ``zone``: IANA time zone by the number ('' unknown). ``day``, ``week``: dials of this
    number by anybody in the last 24 hours and 7 days; ``attempts``: by this campaign."""

    number: str
    kind: str = ""
    """``mobile``, ``home``, ``work``; '' unknown."""
    zone: str = ""
    country: str = ""
    attempts: int = 0
    day: int = 0
    week: int = 0
    last_at: float | None = None
    last_result: str = ""
    bad: bool = False
    """Does not exist, or is not to be dialled any more."""
    do_not_call: str = ""
    """'' or where it stands: ``global``, ``campaign``."""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """``person``: the same for one person on several lists. ``zone``: by his address ('' unknown)."""

    id: LeadId
    rev: int
    campaign: CampaignId
    list: ListId
    person: str
    name: str = ""
    language: str = ""
    zone: str = ""
    numbers: tuple[LeadNumber, ...]
    fields: dict[str, str] = {}
    priority: int = 0
    position: int = 0
    """In his list."""
    state: LeadState = "open"
    attempts: int = 0
    day: int = 0
    """Attempts on the person by anybody in the last 24 hours."""
    week: int = 0
    results: dict[str, int] = {}
    """AttemptResult -> how often, in this campaign."""
    last_at: float | None = None
    next_at: float = 0.0
    """Not before."""
    callback_at: float | None = None
    """Somebody promised to call him then."""
    callback_agent: AgentId | None = None
    """Who wants to do it himself; None: the team."""
    callback_note: str = ""
    callback_number: str = ""
    """One of his that he wants to be called on; '' any of them."""
    abandoned_at: float | None = None
    """When he last answered a call of ours (any campaign's) and nobody was there."""
    do_not_call: str = ""
    """``person`` when the person is not to be called on any number."""
    consent: bool | None = None
    """None: not known."""
    customer: CustomerId | None = None
    segment: str = ""
    """What the answer rate is learned by: the list, or a field of it."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's answer. ``rule``: its name (see ``routing.core.dialer.gate.RULES``), ``yes`` when allowed.
    ``evidence``: what the rule was held against. ``again_at``: when it may be asked again; None = not by itself."""

    allowed: bool
    rule: str
    evidence: dict[str, Any] = {}
    again_at: float | None = None


class DoNotCallEntry(msgspec.Struct, frozen=True, kw_only=True, tag="do_not_call"):
    """``scope``: ``global``, ``campaign`` (``campaign`` says which) or ``person`` (``person`` instead of a number).
    ``until``: None = for ever. ``lifted``: it does not count any more."""

    id: str
    rev: int
    scope: str
    number: str
    person: str
    campaign: CampaignId | None
    at: float
    by: str
    source: str
    """``agent``, ``flow``, ``import``, ``operator``, ``api``."""
    until: float | None = None
    lifted: bool = False


class LeadRecord(msgspec.Struct, frozen=True, kw_only=True, tag="lead"):
    """What changed of a lead. Replaces older revisions; names, fields and numbers are not touched but for what is in
    ``bad_numbers``."""

    id: LeadId
    rev: int
    campaign: CampaignId
    state: str
    attempts: int
    results: dict[str, int]
    last_at: float | None
    next_at: float
    callback_at: float | None
    callback_agent: AgentId | None
    callback_note: str
    abandoned_at: float | None
    bad_numbers: list[str]
    disposition: str | None
    why: str
    """A sentence: what follows from the last attempt (``busy: again at 15:20, 2 of 3``)."""
    callback_number: str = ""


class AttemptRecord(msgspec.Struct, frozen=True, kw_only=True, tag="attempt"):
    """One time that a lead was dialled. ``id`` is the call's id, and names its channel at the switch: it is never
    dialled twice. ``number_of``: which attempt on the lead (from 1). Written before the switch is asked."""

    id: str
    rev: int
    campaign: CampaignId
    lead: LeadId
    list: ListId
    person: str
    number_of: int
    number: str
    caller_id: str
    carrier: str
    mode: str
    segment: str
    reserved: bool
    """An agent was there for it before it was dialled."""
    at: float
    ringing_at: float | None
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    result: str | None
    """AttemptResult; None while it is under way."""
    machine: str
    """'' not looked at; ``human``, ``machine``, ``unsure``."""
    agent: AgentId | None
    message_at: float | None
    """When the identifying message began."""
    cause: str | None
    disposition: str | None
    cost: float
    why: dict[str, Any]
    """The pacing's decision and the gate's verdict that led to it."""
    person_at: float | None = None
    """When the machine detection took him for a person: the end of his greeting. None: nothing was detected."""
    machine_why: str = ""
    """The detection's own word for what it found, with what it was held against: ``HUMAN-820-800``,
    ``LONGGREETING-1500-1500``, ``MAXWORDS-4-4``, ``INITIALSILENCE-2520-2500``, ``TOOLONG-6000``. What an agent says of
    the call later changes ``machine``, not this."""
    machine_s: float | None = None
    """From the answer to the detection's verdict."""


class PacingRecord(msgspec.Struct, frozen=True, kw_only=True, tag="pacing"):
    """A decision of the pacing that launched something, or the first of a row that launched nothing for the same
    reason. ``(campaign, number)`` is the key."""

    campaign: CampaignId
    number: int
    at: float
    launched: int
    why: dict[str, str]
    """One sentence in ``zh`` and ``en``."""
    evidence: dict[str, Any]


class CampaignSample(msgspec.Struct, frozen=True, kw_only=True, tag="campaign_sample"):
    """What a campaign's agents did in a stretch of five minutes, as it was looked at now and then: sums over the looks.
    ``(campaign, at)`` is the key; the one with more ``looks`` counts."""

    campaign: CampaignId
    at: float
    """Beginning of the stretch."""
    looks: int = 0
    idle: int = 0
    talking: int = 0
    wrapping: int = 0
    lines: float = 0.0
    """Lines per agent, summed over the ``lines_looks`` in which somebody worked."""
    lines_looks: int = 0


class CampaignDay(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one day (in the campaign's zone) of one campaign, for the promise. ``answered``: by a person (or what
    was taken for one). ``abandoned``: of those."""

    campaign: CampaignId
    day: str
    """2026-11-22."""
    dialled: int
    answered: int
    abandoned: int
    machines: int
    talked: int
    successes: int
    cost: float


class CallerIdRest(msgspec.Struct, frozen=True, kw_only=True, tag="caller_id_rest"):
    """One of a campaign's own numbers is answered less than the others: it rests. ``(campaign, caller_id)`` is the key;
    the newest counts. Rates are 0..1, as they were when the rest began."""

    campaign: CampaignId
    caller_id: str
    at: float
    until: float
    answer_rate: float
    others_rate: float
    """Of the campaign's other numbers, together."""


class CallerIdUse(msgspec.Struct, frozen=True, kw_only=True):
    """How one of a campaign's own numbers fared lately. ``calls``: that reached a callee's network and were over after
    its last rest began; ``answered`` of those, by whomever; ``today``: dialled with it since midnight in the campaign's
    zone."""

    campaign: CampaignId
    caller_id: str
    calls: int
    answered: int
    today: int
    rest: CallerIdRest | None = None
    """Its last one, which may be over."""


class TriesOfHour(msgspec.Struct, frozen=True, kw_only=True):
    """How the leads of a segment were reached in one hour of a day in the campaign's zone. ``days_ago``: 0 is today;
    ``hour``: 0..23; ``answered``: of the tries, by a person; ``abandoned``: of those."""

    segment: str
    days_ago: int
    hour: int
    tries: int
    answered: int
    abandoned: int


class CampaignExperience(msgspec.Struct, frozen=True, kw_only=True):
    """What the pacing of a campaign may learn from its attempts of the last days. ``hours``: oldest first. Seconds of
    the last attempts, oldest first: ``answer_s`` from the dialling to a person's answer (with a machine detection: to
    its verdict), ``other_s`` to the end, or to the machine's answer, of who was not reached, ``talk_s``,
    ``wrap_up_s``."""

    campaign: CampaignId
    hours: tuple[TriesOfHour, ...] = ()
    answer_s: tuple[float, ...] = ()
    other_s: tuple[float, ...] = ()
    talk_s: tuple[float, ...] = ()
    wrap_up_s: tuple[float, ...] = ()
    agents: int = 0
    """Who talked on the last day."""
    dialled: int = 0
    machines: int = 0
    """Of these."""
    persons: int = 0
    """Of those that the machine detection ``judged``."""
    judged: int = 0
    verdict_s: float = 0.0
    """Mean time that it took; 0 without one."""
