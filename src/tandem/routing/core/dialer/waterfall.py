"""Why a campaign dials or does not: from all leads down to those who may be called now, rule after rule. Pure.

Leads are looked at in classes: few stand for a million of those that are the same to the gate. A class is judged by the
gate itself, through one of its leads: the waterfall cannot say anything else than the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from tandem.cti.model.campaigns import State
from tandem.cti.model.leads import Lead, LeadNumber, Verdict
from tandem.routing.core.dialer.gate import ANYBODY, NO_QUOTAS, may_call
from tandem.routing.core.dialer.gate_words import RULES, STEPS
from tandem.routing.core.dialer.lead_order import best_number
from tandem.routing.core.dialer.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadClass:
    """``count`` leads that are to the gate what ``lead`` is."""

    count: int
    lead: Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``count`` leads may not be called for this reason; ``left``: who remains of all. ``until``: when the first of
    them may (as far as this rule goes); None = not by itself."""

    rule: str
    count: int
    left: int
    until: float | None
    text: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """``steps`` in the gate's order, only those with somebody. ``restricted``: of the callable, only with an agent
    reserved (after an abandoned call, or a machine). ``again_at``: when the next one's time comes."""

    at: float
    total: int
    callable_now: int
    restricted: int
    steps: tuple[Step, ...] = ()
    again_at: float | None = None


@dataclass(slots=True)
class _Count:
    leads: int = 0
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the gate is told besides the lead, see ``gate.may_call``."""

    terms: Terms
    state: State = "running"
    allowed: Callable[[str], bool] = ANYBODY
    quotas_full: Collection[tuple[str, str]] = NO_QUOTAS
    cost_left: float | None = None
    reserved: bool = False
    clock_off_s: float = 0.0


def verdict_of(lead: Lead, now: float, asked: Asked) -> tuple[LeadNumber | None, Verdict]:
    """Of the number that would be dialled. ``asked.terms`` are those of a campaign."""
    campaign = asked.terms.campaign
    assert campaign is not None

    def ask(number: LeadNumber) -> Verdict:
        return may_call(
            lead,
            number,
            now,
            terms=asked.terms,
            state=asked.state,
            allowed=asked.allowed,
            quotas_full=asked.quotas_full,
            cost_left=asked.cost_left,
            reserved=asked.reserved,
            clock_off_s=asked.clock_off_s,
        )

    return best_number(lead, campaign.attempts, ask)


def waterfall(classes: Iterable[LeadClass], now: float, asked: Asked) -> Waterfall:
    """Each class counts by the one rule that the gate names first for the number that would be dialled."""
    total = callable_now = 0
    again_at: float | None = None
    counts: dict[str, _Count] = {rule: _Count() for rule in RULES}
    for each in classes:
        total += each.count
        _, verdict = verdict_of(each.lead, now, asked)
        if verdict.allowed:
            callable_now += each.count
            continue
        count = counts[verdict.rule]
        count.leads += each.count
        until = verdict.again_at
        if until is not None:
            count.until = until if count.until is None else min(count.until, until)
            again_at = until if again_at is None else min(again_at, until)
    steps, left = [], total
    for rule, count in counts.items():
        if count.leads:
            left -= count.leads
            steps.append(Step(rule=rule, count=count.leads, left=left, until=count.until, text=dict(STEPS[rule])))
    return Waterfall(
        at=now,
        total=total,
        callable_now=callable_now,
        restricted=counts["abandoned"].leads + counts["machine"].leads,
        steps=tuple(steps),
        again_at=again_at,
    )
