"""Leads, numbers and campaigns for the tests of the dialer's cores."""

from __future__ import annotations

from typing import Any

from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.ids import CampaignId, LeadId, ListId, QueueId
from tandem.cti.model.leads import AttemptRecord, CampaignDay, Lead, LeadNumber

NUMBER = "+12125550100"
NOON = 1_781_539_200.0
"""2026-06-15 16:00 UTC, a Monday: noon in New York, 9:00 in Los Angeles, 17:00 in London, midnight in Shanghai."""


def number(number: str = NUMBER, **more: Any) -> LeadNumber:
    return LeadNumber(**{"number": number, "zone": "America/New_York", "country": "US", **more})


def lead(*numbers: LeadNumber, **more: Any) -> Lead:
    usual: dict[str, Any] = {
        "id": LeadId("l1"),
        "rev": 1,
        "campaign": CampaignId("c"),
        "list": ListId("x"),
        "person": "p1",
        "numbers": numbers or (number(),),
    }
    return Lead(**(usual | more))


def campaign(**more: Any) -> Campaign:
    return Campaign(**{"id": CampaignId("c"), "name": "Loans", "queue": QueueId("loans"), "rules": "us", **more})


def day(day: str, **counts: Any) -> CampaignDay:
    usual: dict[str, Any] = dict.fromkeys(
        ("dialled", "answered", "abandoned", "machines", "talked", "successes"), 0
    ) | {"cost": 0.0}
    return CampaignDay(campaign=CampaignId("c"), day=day, **(usual | counts))


def attempt(result: str | None, **more: Any) -> AttemptRecord:
    usual: dict[str, Any] = {
        "id": "l1.1",
        "rev": 1,
        "campaign": "c",
        "lead": "l1",
        "list": "x",
        "person": "p1",
        "number_of": 1,
        "number": NUMBER,
        "caller_id": "",
        "carrier": "",
        "mode": "predictive",
        "segment": "",
        "reserved": False,
        "at": NOON,
        "ringing_at": None,
        "answered_at": None,
        "connected_at": None,
        "ended_at": None,
        "result": result,
        "machine": "",
        "agent": None,
        "message_at": None,
        "cause": None,
        "disposition": None,
        "cost": 0.0,
        "why": {},
    }
    return AttemptRecord(**(usual | more))
