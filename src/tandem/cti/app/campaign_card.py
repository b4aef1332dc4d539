"""What an agent sees of a campaign's call: who it is, which numbers he has, and what is said to him. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tandem.agent_desktop.core.seat_views import CampaignCard, NumberView
from tandem.cti.app.dialer import attempts
from tandem.cti.core.contact import Contact
from tandem.cti.model.leads import Lead, LeadNumber
from tandem.cti.model.states import Phase

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_FIELD = re.compile(r"\{([^{}]+)\}")
SEVERAL = "|"
"""Between the time zones of a number whose area has more than one."""


def card(center: Center, contact: Contact) -> CampaignCard | None:
    """None for a call that is no attempt on a lead."""
    if not contact.mode:
        return None
    campaign, lead = attempts.campaign_of(center, contact), attempts.lead_of(center, contact)
    attempt = attempts.number_of(center, contact)
    found = attempts.attempt_of(center, contact.id)
    promised = None if found is not None and found.promise.again_at is not None else lead  # this call, not the next one
    reads = contact.phase is Phase.PREVIEW
    return CampaignCard(
        campaign=contact.campaign,
        name=campaign.name if campaign else "",
        mode=contact.mode,
        lead=contact.lead,
        lead_name=lead.name if lead else contact.name,
        number=contact.ani_e164,
        numbers=[_number(center, contact, number, reads) for number in lead.numbers] if lead else [],
        fields=dict(lead.fields) if lead else {},
        script=filled_in(campaign.script, lead) if campaign else "",
        attempt=attempt,
        attempts_allowed=max(attempt, campaign.attempts.most_per_person if campaign else attempt),
        preview_until=contact.deadline if reads else None,
        dispositions=list(campaign.dispositions) if campaign else [],
        callback_note=promised.callback_note if promised else "",
        callback_number=promised.callback_number if promised else "",
        machine=contact.machine,
    )


def _number(center: Center, contact: Contact, number: LeadNumber, reads: bool) -> NumberView:
    """``reads``: nobody is dialled yet, so it is of use to know which number may be."""
    return NumberView(
        number=number.number,
        kind=number.kind,
        local_time=local_time(number.zone, center.now),
        refused=attempts.refusal(center, contact, number.number) if reads else {},
        zone=number.zone,
    )


def local_time(zones: str, now: float) -> str:
    """``14:05``, where the number is; ``14:05, 15:05`` where its area has two zones; '' when that is not known."""
    times: dict[str, None] = {}
    for zone in zones.split(SEVERAL):
        try:
            times[f"{datetime.fromtimestamp(now, ZoneInfo(zone)):%H:%M}"] = None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ", ".join(times)


def filled_in(script: str, lead: Lead | None) -> str:
    """``{name}`` and ``{field}`` stand for what the list says of him. What it does not know stays as it is written."""
    known: Mapping[str, str] = {"name": lead.name, **lead.fields} if lead else {}
    return _FIELD.sub(lambda found: known.get(found[1].strip(), found[0]), script)
