"""The gate's answers as the pages show them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.agent_desktop.core import lead_resources as shapes
from tandem.cti.app.campaign_desk.ground import Ground
from tandem.cti.app.dialer.clearance import cost_left
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.leads import Lead, LeadNumber, Verdict
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.gate_words import RULES, explained
from tandem.routing.core.dialer.lead_order import best_number
from tandem.routing.core.dialer.quotas import full

LANGUAGES = ("zh", "en")


def of_number(ground: Ground, lead: Lead, number: LeadNumber, record: CampaignRecord) -> Verdict:
    """May the campaign dial it now?"""
    run = ground.run(record.id)
    return ground.center.gate.may_call(
        lead,
        number,
        ground.now,
        campaign=record.document,
        state=record.state,
        allowed=ground.center.house.number_allowed,
        quotas_full=() if run is None else full(record.document.quotas, run.quotas),
        cost_left=None if run is None else cost_left(run),
    )


def by_hand(ground: Ground, lead: Lead, record: CampaignRecord | None) -> Verdict:
    """May an agent who is there for it dial the first number now? ``record`` None: for no campaign."""
    run = None if record is None else ground.run(record.id)
    return ground.center.gate.may_call(
        lead,
        lead.numbers[0],
        ground.now,
        campaign=None if record is None else record.document,
        state="running" if record is None else record.state,
        allowed=ground.center.house.number_allowed,
        quotas_full=() if run is None else full(run.campaign.quotas, run.quotas),
        cost_left=None if run is None else cost_left(run),
        reserved=True,
        by_hand=True,
    )


def of_lead(ground: Ground, lead: Lead, record: CampaignRecord) -> Verdict:
    """Of the number that would be dialled."""
    return best_number(lead, record.document.attempts, lambda number: of_number(ground, lead, number, record))[1]


def shown(verdict: Verdict, zone: str) -> shapes.GateVerdict:
    """``zone``: of the campaign; without one, of the callee."""
    return shapes.GateVerdict(
        allowed=verdict.allowed,
        rule=verdict.rule,
        text={language: explained(verdict, language, zone) for language in LANGUAGES},
        evidence=dict(verdict.evidence),
        again_at=verdict.again_at,
        zone=zone,
    )


def kept(why: object, zone: str) -> shapes.GateVerdict | None:
    """A verdict as an attempt keeps it."""
    if not isinstance(why, dict) or why.get("rule") not in RULES:
        return None
    evidence = why.get("evidence")
    verdict = Verdict(
        allowed=why["rule"] == "yes", rule=why["rule"], evidence=evidence if isinstance(evidence, dict) else {}
    )
    return shown(verdict, zone)


def local_time(zone: str, now: float) -> str:
    """``14:05``; '' when the zone is not known, both with ``/`` between when it may be either."""
    known = [name for name in zone.split("|") if name and known_timezone(name)]
    return "/".join(dict.fromkeys(datetime.fromtimestamp(now, ZoneInfo(name)).strftime("%H:%M") for name in known))
