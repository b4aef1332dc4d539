"""A reference for the classes of leads that the database makes: as coarse as the gate lets them be.

What makes no difference to the verdict is left out (who may not be called at all has no hours any more), counts are the
limit or nothing, and moments that block are rounded up to ``STEP_S``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from math import ceil

import msgspec

from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.ids import LeadId, ListId
from tandem.cti.model.leads import Lead, LeadNumber
from tandem.routing.core.dialer.attempt_plan import counted
from tandem.routing.core.dialer.gate import CALLABLE_STATES, MACHINE_RESULTS
from tandem.routing.core.dialer.terms import Terms
from tandem.routing.core.dialer.waterfall import LeadClass

STEP_S = 300.0
BEGINNING = 5
"""So many characters of a number (``+1212``) tell its country, tariff and the plan's hours."""


def classes_of(leads: Iterable[Lead], now: float, campaign: Campaign, terms: Terms) -> list[LeadClass]:
    """The leads by class at ``now``; ``terms`` are the campaign's."""
    counts: dict[Hashable, int] = {}
    of: dict[Hashable, Lead] = {}
    for lead in leads:
        first = representative(lead, now, campaign, terms)
        key = _key(first)
        counts[key] = counts.get(key, 0) + 1
        of.setdefault(key, first)
    return [LeadClass(count=count, lead=of[key]) for key, count in counts.items()]


def representative(lead: Lead, now: float, campaign: Campaign, terms: Terms) -> Lead:
    """The lead as the gate sees it at ``now``; it gets the same verdict, its ``again_at`` up to ``STEP_S`` later."""
    plan = campaign.attempts
    forbidden = "person" if lead.do_not_call or lead.state == "do_not_call" else ""
    consent = lead.consent is True or (lead.consent is None and not terms.consent_needed)
    over = lead.state not in CALLABLE_STATES
    if forbidden or not consent or over:
        numbers = tuple(_outline(each, terms) for each in lead.numbers)
        state = "open" if forbidden or not consent or not over else lead.state
        return _bare(lead, numbers, state=state, do_not_call=forbidden, consent=consent)
    due = lead.callback_at is not None and lead.callback_at <= now
    often = not due and lead.day >= plan.most_per_person_a_day
    waits = not due and lead.last_at is not None and now < lead.last_at + plan.gap_s
    rest_s = terms.rules.abandoned_rest_s
    rests = lead.abandoned_at is not None and now < lead.abandoned_at + rest_s
    wanted = {quota.field for quota in terms.quotas}
    return _bare(
        lead,
        tuple(_number(each, now, campaign, terms, free=due) for each in lead.numbers),
        zone=lead.zone,
        fields={name: value for name, value in lead.fields.items() if name in wanted},
        consent=True,
        attempts=plan.most_per_person if not due and counted(lead) >= plan.most_per_person else 0,
        day=plan.most_per_person_a_day if often else 0,
        last_at=_up(lead.last_at) if often or waits else None,
        next_at=_up(lead.next_at) or 0.0 if not due and lead.next_at > now else 0.0,
        callback_at=0.0 if due else None,
        callback_number=lead.callback_number,
        abandoned_at=_up(lead.abandoned_at) if rests else None,
    )


def _bare(lead: Lead, numbers: tuple[LeadNumber, ...], **kept: object) -> Lead:
    bare = Lead(id=LeadId(""), rev=0, campaign=lead.campaign, list=ListId(""), person="", numbers=numbers)
    return msgspec.structs.replace(bare, **kept)


def _outline(number: LeadNumber, terms: Terms) -> LeadNumber:
    """What is asked before the lead's own state is."""
    forbidden = "global" if number.do_not_call or number.number in terms.calling.never else ""
    return LeadNumber(number=number.number, country=number.country, do_not_call=forbidden, bad=number.bad)


def _number(number: LeadNumber, now: float, campaign: Campaign, terms: Terms, *, free: bool) -> LeadNumber:
    if number.bad or number.do_not_call or number.number in terms.calling.never:
        return _outline(number, terms)
    rules, most = terms.rules, campaign.attempts.most_per_number
    often = number.day >= terms.per_day
    often_week = rules.per_week is not None and number.week >= rules.per_week
    rests = (
        number.last_result in MACHINE_RESULTS
        and number.last_at is not None
        and now < number.last_at + rules.machine_rest_s
    )
    return LeadNumber(
        number=number.number,
        country=number.country,
        zone=number.zone,
        attempts=most if not free and number.attempts >= most else 0,
        day=terms.per_day if often else 0,
        week=rules.per_week or 0 if often_week else 0,
        last_at=_up(number.last_at) if often or often_week or rests else None,
        last_result=number.last_result if rests else "",
    )


def _up(at: float | None) -> float | None:
    return None if at is None else ceil(at / STEP_S) * STEP_S


def _key(lead: Lead) -> Hashable:
    """Equal for representatives of one class: of numbers only the beginning and the length count."""
    numbers = tuple(
        (each.number[:BEGINNING], len(each.number), *msgspec.structs.astuple(each)[1:]) for each in lead.numbers
    )
    return (
        numbers,
        lead.zone,
        tuple(sorted(lead.fields.items())),
        lead.state,
        lead.attempts,
        lead.day,
        lead.last_at,
        lead.next_at,
        lead.callback_at,
        next((place for place, each in enumerate(lead.numbers) if each.number == lead.callback_number), None),
        lead.abandoned_at,
        lead.do_not_call,
        lead.consent,
    )
