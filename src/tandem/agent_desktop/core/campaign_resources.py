"""Shapes of the REST interface to campaigns: their documents and states, what these may name, the rules by law."""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.agent_desktop.core.fields import Count, FilledLine, Texts
from tandem.cti.model.campaigns import Campaign, Mode

CAMPAIGN_BYTES = 512 * 1024
"""The largest document of a campaign."""


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
    warning: Texts = {}
    """Of one that does not dial any more: today's share of abandoned calls stands over the limit. {}: it does not."""


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
