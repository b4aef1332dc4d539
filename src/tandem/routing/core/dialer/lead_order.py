"""Which lead is dialled next of those in hand: promised callbacks whose time has come, then by priority, then as the
campaign wants it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal
from zlib import crc32

from tandem.cti.model.campaigns import AttemptPlan
from tandem.cti.model.leads import Lead, LeadNumber, Verdict
from tandem.routing.core.dialer.attempt_plan import counted, numbers_in_order
from tandem.routing.core.dialer.gate_words import RULES

Order = Literal["list", "newest", "fewest_attempts", "random"]
_PLACE = {rule: place for place, rule in enumerate(RULES)}
Key = tuple[int, float, int, float, int]


def place(lead: Lead, order: Order, now: float, arrival: int = 0) -> Key:
    """Sorts leads. ``arrival``: in which order they were read, for those that are equal otherwise."""
    due = lead.callback_at is not None and lead.callback_at <= now
    by_order = {
        "list": float(lead.position),
        "newest": -float(lead.position),
        "fewest_attempts": float(counted(lead)),
        "random": float(crc32(f"{lead.campaign} {lead.id}".encode())),
    }[order]
    return 0 if due else 1, (lead.callback_at or 0.0) if due else 0.0, -lead.priority, by_order, arrival


def in_order(leads: Iterable[Lead], order: Order, now: float) -> list[Lead]:
    """The one to dial first, first."""
    keyed = [(place(lead, order, now, arrival), lead) for arrival, lead in enumerate(leads)]
    return [lead for _, lead in sorted(keyed, key=lambda pair: pair[0])]


def best_number(
    lead: Lead, plan: AttemptPlan, ask: Callable[[LeadNumber], Verdict]
) -> tuple[LeadNumber | None, Verdict]:
    """The number to dial and the gate's word on it: the first in the plan's order that may be called.

    The number that he was promised a call on goes before all, also when its time comes only later; not when it may
    never be called. When none may, the one that came furthest through the gate; of equals, the one whose time comes
    first. None and a refusal for a lead without numbers.
    """
    wanted = next((each for each in lead.numbers if each.number == lead.callback_number and not each.bad), None)
    if wanted is not None:
        verdict = ask(wanted)
        if verdict.allowed or verdict.again_at is not None:
            return wanted, verdict
    best: tuple[LeadNumber, Verdict] | None = None
    for number in numbers_in_order(lead, plan) or lead.numbers:
        verdict = ask(number)
        if verdict.allowed:
            return number, verdict
        if best is None or _further(verdict, best[1]):
            best = number, verdict
    return best if best is not None else (None, Verdict(allowed=False, rule="bad_number", evidence={"number": ""}))


def _further(one: Verdict, other: Verdict) -> bool:
    if one.rule != other.rule:
        return _PLACE[one.rule] > _PLACE[other.rule]
    return (one.again_at or float("inf")) < (other.again_at or float("inf"))
