"""May this number of this person be called now? The one gate before every call that we make: of campaigns, callbacks,
by hand, by click, through the API. Pure; ``now`` is seconds since the Unix epoch.

Every rule is asked in the order of ``RULES``; the first that says no is the answer. What cannot be known is a no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tandem.cti.model.campaigns import Campaign, State
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import CampaignId, LeadId, ListId
from tandem.cti.model.leads import DoNotCallEntry, Lead, LeadNumber, Verdict
from tandem.routing.core.dialer.attempt_plan import counted
from tandem.routing.core.dialer.remembered import WEEK_S, Dials, Forbidden
from tandem.routing.core.dialer.terms import NO_CALLING, NO_HOURS, PlanHours, Terms
from tandem.routing.core.dialer.zones import facts_of
from tandem.routing.core.plan import Calling

YES = Verdict(allowed=True, rule="yes")
ANYBODY: Callable[[str], bool] = lambda number: True  # noqa: E731
NO_QUOTAS: Collection[tuple[str, str]] = ()
CALLABLE_STATES = ("open", "in_hand")
MACHINE_RESULTS = ("machine", "message_left")
CLOCKS_S = 900.0
"""A no that only the other clock gives is asked again after so long: by then that one may be set right. More than the
dialler keeps a lead in hand for, so that who is open by both has his place."""
_E164 = re.compile(r"\+[1-9][0-9]{3,14}")


def may_call(
    lead: Lead,
    number: LeadNumber,
    now: float,
    *,
    terms: Terms,
    state: State = "running",
    dialled: Dials | None = None,
    met_nobody: Dials | None = None,
    forbidden: Forbidden | None = None,
    allowed: Callable[[str], bool] = ANYBODY,
    quotas_full: Collection[tuple[str, str]] = NO_QUOTAS,
    cost_left: float | None = None,
    reserved: bool = False,
    by_hand: bool = False,
    clock_off_s: float = 0.0,
) -> Verdict:
    """The verdict; its ``again_at`` is when the rule that said no will not say it any more (others may).

    ``state``: the campaign's. ``dialled``: dials that the lead, when it was read, may not have known of; those after
    ``last_at`` of the number (of the lead, for the person) are counted on top. ``met_nobody``: when somebody answered
    and nobody was there, as far as the lead may not have known of it. ``forbidden``: entries that it may not have
    known of. ``allowed``: E.164 number -> the installation calls there, and it costs no premium. ``quotas_full``:
    (field, value) of which there were enough successes. ``cost_left``: of today's cap. ``reserved``: an agent is there
    for this call before it is dialled. ``by_hand``: a person decided on this very call (manual, click, API): the plan
    of attempts does not bind him, everything else does; nor does it bind a promised callback whose time has come.
    ``clock_off_s``: so much later it is by another clock that may be the right one: hours are open by both. A no that
    only that one gives says so in its evidence (``clock_off_s``), and ``again_at`` is at most ``CLOCKS_S`` away.
    """
    to = number.number
    if not terms.sound or (terms.campaign is not None and state != "running"):
        return _no("state", {"state": state if terms.sound else "draft"})
    if not _E164.fullmatch(to):
        return _no("bad_number", {"number": to[:32]})
    if (terms.countries and number.country not in terms.countries) or not allowed(to):
        return _no("country", {"country": number.country})
    refusal = _forbidden(lead, number, now, terms, forbidden)
    if refusal is not None:
        return refusal
    if lead.consent is False or (lead.consent is None and terms.consent_needed):
        return _no("consent", {"consent": lead.consent})
    if number.bad:
        return _no("bad_number", {"number": to})
    if not by_hand and lead.state not in CALLABLE_STATES:
        return _no("over", {"state": lead.state})
    for quota in terms.quotas:
        if lead.fields.get(quota.field) == quota.value and (quota.field, quota.value) in quotas_full:
            return _no("quota", {"field": quota.field, "value": quota.value, "most": quota.most})
    if not reserved:
        refusal = _resting(lead, number, now, terms, met_nobody)
        if refusal is not None:
            return refusal
    freely = by_hand or (lead.callback_at is not None and lead.callback_at <= now)
    refusal = _closed(lead, number, now, terms, clock_off_s) or _too_often(lead, number, now, terms, dialled, freely)
    if refusal is not None:
        return refusal
    if cost_left is not None and cost_left <= 0.0:
        return _no("cost", {"left": cost_left})
    return YES


def _no(rule: str, evidence: dict[str, Any], again_at: float | None = None) -> Verdict:
    return Verdict(allowed=False, rule=rule, evidence=evidence, again_at=again_at)


def _forbidden(lead: Lead, number: LeadNumber, now: float, terms: Terms, told: Forbidden | None) -> Verdict | None:
    where = lead.do_not_call or number.do_not_call or ("plan" if number.number in terms.calling.never else "")
    if where or lead.state == "do_not_call":
        return _no("do_not_call", {"where": where or "person"})
    if told is not None:
        campaign = terms.campaign.id if terms.campaign is not None else lead.campaign
        entry = told.scope(number.number, lead.person, campaign, now)
        if entry is not None:
            return _no("do_not_call", {"where": entry[0]}, entry[1])
    return None


def _resting(lead: Lead, number: LeadNumber, now: float, terms: Terms, met_nobody: Dials | None) -> Verdict | None:
    rules = terms.rules
    abandoned = [] if lead.abandoned_at is None else [lead.abandoned_at]
    if met_nobody is not None:
        abandoned += met_nobody.of_number(number.number)
        abandoned += met_nobody.of_person(lead.person) if lead.person else []
    if abandoned and now < max(abandoned) + rules.abandoned_rest_s:
        return _no("abandoned", {"at": max(abandoned)}, max(abandoned) + rules.abandoned_rest_s)
    if (
        rules.machine_rest_s
        and number.last_at is not None
        and number.last_result in MACHINE_RESULTS
        and now < number.last_at + rules.machine_rest_s
    ):
        return _no("machine", {"at": number.last_at}, number.last_at + rules.machine_rest_s)
    return None


def _closed(lead: Lead, number: LeadNumber, now: float, terms: Terms, clock_off_s: float) -> Verdict | None:
    hours = terms.hours(number.number, number.zone, lead.zone)
    if hours is None:
        return _no("zone", {"zone": number.zone, "address": lead.zone})
    for off_s in (0.0, clock_off_s) if clock_off_s else (0.0,):
        found = hours.closed(now + off_s)
        if found is not None:
            closed, again_at = found
            rule = "quiet" if closed.name == "quiet" else "hours"
            evidence = {"whose": closed.name, "zone": closed.hours.timezone, "at": now + off_s}
            if off_s:
                evidence["clock_off_s"] = off_s
                again_at = now + CLOCKS_S if again_at is None else min(again_at - off_s, now + CLOCKS_S)
            return _no(rule, evidence, again_at)
    return None


def _too_often(
    lead: Lead, number: LeadNumber, now: float, terms: Terms, dialled: Dials | None, freely: bool
) -> Verdict | None:
    newer = _after(dialled.of_number(number.number), number.last_at) if dialled is not None else ()
    whose = _after(dialled.of_person(lead.person), lead.last_at) if dialled is not None and lead.person else ()
    campaign, rules = terms.campaign, terms.rules
    day, week = _count(newer, now, DAY_S), _count(newer, now, WEEK_S)
    per_day = terms.per_day
    if number.day + day >= per_day:
        again_at = _passes(newer, number.last_at, now, DAY_S, per_day)
        return _no("per_day", {"count": number.day + day, "most": per_day}, again_at)
    if rules.per_week is not None and number.week + week >= rules.per_week:
        again_at = _passes(newer, number.last_at, now, WEEK_S, rules.per_week)
        return _no("per_week", {"count": number.week + week, "most": rules.per_week}, again_at)
    if campaign is None or freely:
        return None
    plan = campaign.attempts
    if number.attempts >= plan.most_per_number:
        return _no("per_number", {"count": number.attempts, "most": plan.most_per_number})
    attempts = counted(lead)
    if attempts >= plan.most_per_person:
        return _no("per_person", {"count": attempts, "most": plan.most_per_person})
    persons = lead.day + _count(whose, now, DAY_S)
    if persons >= plan.most_per_person_a_day:
        again_at = _passes(whose, lead.last_at, now, DAY_S, plan.most_per_person_a_day)
        return _no("per_person_day", {"count": persons, "most": plan.most_per_person_a_day}, again_at)
    last = max((at for at in (lead.last_at, *whose) if at is not None), default=None)
    if last is not None and now < last + plan.gap_s:
        return _no("gap", {"at": last, "gap_s": plan.gap_s}, last + plan.gap_s)
    if now < lead.next_at:
        return _no("not_yet", {"next_at": lead.next_at}, lead.next_at)
    return None


def _after(dials: Collection[float], last_at: float | None) -> Collection[float]:
    """Those that the lead did not know of."""
    return dials if last_at is None else [at for at in dials if at > last_at]


def _count(dials: Collection[float], now: float, within_s: float) -> int:
    return sum(1 for at in dials if at > now - within_s) if dials else 0


def _passes(newer: Collection[float], last_at: float | None, now: float, within_s: float, most: int) -> float | None:
    """When the count has surely gone under the limit: of dials of which only the last is known, that one counts."""
    if most <= 0:
        return None
    known = sorted(at for at in newer if at > now - within_s)
    if len(known) >= most:
        return known[-most] + within_s
    return None if last_at is None else max(last_at, now - within_s) + within_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """For who waits to be called back. ``again_at``: when it may be tried again; None = never."""

    reason: Literal["do_not_call", "not_allowed", "hours", "attempts", "not_looked_up"]
    again_at: float | None


_REASONS: Mapping[str, Literal["do_not_call", "not_allowed", "hours", "attempts"]] = {
    "do_not_call": "do_not_call",
    "consent": "do_not_call",
    "state": "not_allowed",
    "country": "not_allowed",
    "bad_number": "not_allowed",
    "hours": "hours",
    "quiet": "hours",
    "zone": "hours",
    "per_day": "attempts",
    "per_week": "attempts",
}


class Gate:
    """The gate of one center: knows the plan's ``calling:`` rules, the dials of 7 days and who of them met nobody, who
    asked not to be called, and the terms of each campaign. Data only: it can be frozen."""

    def __init__(self, calling: Calling = NO_CALLING, hours: Mapping[str, WeeklyHours] = NO_HOURS) -> None:
        self._dials = Dials()
        self._met_nobody = Dials()
        self.clock_off_s = 0.0
        """So much later it is by the clock of the machine, when that was set anew while we ran."""
        self._forbidden = Forbidden()
        self.set_rules(calling, hours)

    def set_rules(self, calling: Calling, hours: Mapping[str, WeeklyHours]) -> None:
        """From now on these count; what was dialled is not forgotten. ``hours`` by name."""
        self._calling = calling
        self._plan_hours = PlanHours(calling, hours)
        self._terms: dict[CampaignId, Terms] = {}
        self._of_none = Terms(calling=calling, plan_hours=self._plan_hours)

    def terms(self, campaign: Campaign | None) -> Terms:
        """Of this document; remembered until another one with its id comes, or other rules."""
        if campaign is None:
            return self._of_none
        known = self._terms.get(campaign.id)
        if known is None or (known.campaign is not campaign and known.campaign != campaign):
            known = Terms(campaign, calling=self._calling, plan_hours=self._plan_hours)
            self._terms[campaign.id] = known
        return known

    def may_call(
        self,
        lead: Lead,
        number: LeadNumber,
        now: float,
        *,
        campaign: Campaign | None = None,
        state: State = "running",
        allowed: Callable[[str], bool] = ANYBODY,
        quotas_full: Collection[tuple[str, str]] = NO_QUOTAS,
        cost_left: float | None = None,
        reserved: bool = False,
        by_hand: bool = False,
    ) -> Verdict:
        """``may_call`` with all that this gate remembers."""
        self._dials.forget(now)
        self._met_nobody.forget(now)
        self._forbidden.forget(now)
        return may_call(
            lead,
            number,
            now,
            terms=self.terms(campaign),
            state=state,
            dialled=self._dials,
            met_nobody=self._met_nobody,
            forbidden=self._forbidden,
            allowed=allowed,
            quotas_full=quotas_full,
            cost_left=cost_left,
            reserved=reserved,
            by_hand=by_hand,
            clock_off_s=self.clock_off_s,
        )

    def refusal(self, number: str, at: float, *, allowed: Callable[[str], bool] = ANYBODY) -> Refusal | None:
        """For who asked himself to be called back at ``number`` (E.164), on no list of ours. None: yes. Whether we owe
        him an agent who is there before he is dialled does not matter: he wants the call."""
        about = facts_of(number)
        to = LeadNumber(number=number, zone=about.zone, country=about.country)
        verdict = self.may_call(stranger(number), to, at, allowed=allowed, reserved=True, by_hand=True)
        return None if verdict.allowed else Refusal(reason=_REASONS[verdict.rule], again_at=verdict.again_at)

    def dialled(self, number: str, at: float, person: str = "") -> None:
        """The number is being dialled. Called in the order of time."""
        self._dials.add(at, number, person)

    def met_nobody(self, number: str, at: float, person: str = "") -> None:
        """Somebody answered there, and nobody was there for him: whatever campaign has him in hand, the rest that he
        is owed counts. Called in the order of time."""
        self._met_nobody.add(at, number, person)

    def forbid(self, entries: Iterable[DoNotCallEntry]) -> None:
        """Entered or lifted: from this moment on."""
        self._forbidden.add(entries)


def stranger(number: str) -> Lead:
    """Somebody on no list, of whom only the number is known."""
    numbers = (LeadNumber(number=number),)
    return Lead(id=LeadId(""), rev=0, campaign=CampaignId(""), list=ListId(""), person="", numbers=numbers)
