"""Whether, on which number, from which of our numbers and over which line a lead is dialled at this moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tandem.cti.app.dialer.days import shown_zone
from tandem.cti.app.dialer.state import Attempt, Running, Texts
from tandem.cti.app.dialer.wording import refusal_texts
from tandem.cti.core import contact as ct
from tandem.cti.model.campaigns import AttemptResult
from tandem.cti.model.ids import CallId
from tandem.cti.model.leads import AttemptRecord, CallerIdRest, Lead, LeadNumber, Verdict
from tandem.routing.core.dialer.carriers import WHY, network_result
from tandem.routing.core.dialer.lead_order import best_number
from tandem.routing.core.dialer.quotas import full

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

RESTING = ("abandoned", "machine")
"""Rules that do not bind a call for which an agent is there before it is dialled."""
RING_S = 25.0
"""Of a call by hand that is no campaign's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    verdict: Verdict
    caller_id: str
    carrier: str
    ring_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """``verdict``: the gate's no; None when it is the line that is missing. ``again_at``: see ``Verdict``."""

    why: Texts
    verdict: Verdict | None = None
    again_at: float | None = None


def clear(center: Center, run: Running | None, attempt: Attempt) -> Cleared | Refused:
    """All that a dial needs, at this moment; nothing is taken yet."""
    reserved = attempt.record.reserved
    said = verdict(center, run, attempt.lead, attempt.number, reserved=reserved, by_hand=attempt.by_hand)
    if not said.allowed:
        zone = shown_zone(None if run is None else run.campaign, attempt.lead)
        return Refused(why=refusal_texts(said, zone), verdict=said, again_at=said.again_at)
    wanted = "" if run is None else run.campaign.carrier
    carriers = center.dialer.carriers
    room = carriers.room(wanted, center.now)
    if room.calls <= 0:
        return Refused(why=dict(WHY[room.why]), again_at=room.again_at)
    caller_id = ""
    ring_s = RING_S
    if run is not None:
        ring_s = max(run.campaign.ring_s, run.rules.ring_least_s)
        if run.campaign.caller_ids.numbers:
            chosen = run.caller_ids.choose(attempt.number.number, center.now, run.day)
            if chosen is None:
                return Refused(why=dict(NO_CALLER_ID))
            caller_id = chosen
    return Cleared(verdict=said, caller_id=caller_id, carrier=carriers.name(wanted) or "", ring_s=ring_s)


NO_CALLER_ID: Texts = {
    "zh": "主叫号码今日均已用完",
    "en": "every caller id has had its calls of today",
}


def verdict(
    center: Center, run: Running | None, lead: Lead, number: LeadNumber, *, reserved: bool, by_hand: bool = False
) -> Verdict:
    """The gate's, with all that the center knows."""
    if lead.state == "removed":
        return Verdict(allowed=False, rule="over", evidence={"state": "removed"})
    campaign = None if run is None else run.campaign
    left = None if run is None else cost_left(run)
    state = "running" if run is None else run.record.state
    if by_hand and reserved and state == "draining":
        state = "running"  # what an agent has before him goes on
    return center.gate.may_call(
        lead,
        number,
        center.now,
        campaign=campaign,
        state=state,
        allowed=center.house.number_allowed,
        quotas_full=() if run is None else full(run.campaign.quotas, run.quotas),
        cost_left=left if left is None or run is None else left - _under_way(center, run),
        reserved=reserved,
        by_hand=by_hand,
    )


def cost_left(run: Running) -> float | None:
    cap = run.campaign.cost_cap
    return None if cap is None else cap - run.today.cost


def _under_way(center: Center, run: Running) -> float:
    """What the calls in the air will cost at least, if they are answered."""
    attempts = (center.dialer.attempts.get(call) for call in run.attempts)
    carriers = center.dialer.carriers
    return sum(
        carriers.cost(attempt.record.carrier, attempt.record.number, 1.0)
        for attempt in attempts
        if attempt is not None and attempt.written
    )


def lines_promised(center: Center, run: Running) -> int:
    """Lines of its carrier that agents will want in a moment: whose phones ring, and who are there to make the promised
    calls of other campaigns; where both have some, of those that come first."""
    name = center.dialer.carriers.name(run.campaign.carrier)
    waiting = sum(
        min(other.owed, sum(status == "idle" for status in other.agents.values()))
        for other in center.dialer.campaigns.values()
        if other.owed and _served_before(other, run) and center.dialer.carriers.name(other.campaign.carrier) == name
    )
    for call in center.dialer.to_dial:
        attempt = center.dialer.attempts[call]
        if attempt.record.mode not in ("preview", "manual"):
            other = center.dialer.campaigns.get(attempt.record.campaign)
            waiting += other is not None and center.dialer.carriers.name(other.campaign.carrier) == name
    return waiting


def _served_before(other: Running, run: Running) -> bool:
    if other is run:
        return False
    return not run.owed or (-other.campaign.priority, other.record.id) < (-run.campaign.priority, run.record.id)


def promised(lead: Lead, now: float) -> bool:
    """Somebody promised him this call, and its time has come."""
    return lead.callback_at is not None and lead.callback_at <= now


def number_for(center: Center, run: Running, lead: Lead) -> tuple[LeadNumber, bool, Verdict] | None:
    """The number to dial next, whether an agent must be reserved for it, and the gate's word; None: he has none."""
    by_hand = promised(lead, center.now)
    restricted: set[str] = set()

    def ask(number: LeadNumber) -> Verdict:
        said = verdict(center, run, lead, number, reserved=False, by_hand=by_hand)
        if said.rule not in RESTING:
            return said
        restricted.add(number.number)
        return verdict(center, run, lead, number, reserved=True, by_hand=by_hand)

    number, said = best_number(lead, run.campaign.attempts, ask)
    return None if number is None else (number, number.number in restricted, said)


def number_in(lead: Lead, number: str) -> LeadNumber | None:
    return next((each for each in lead.numbers if each.number == number), None)


# ---- what is taken and given back --------------------------------------------------------------------------------


def dialled(center: Center, run: Running | None, attempt: Attempt) -> None:
    record = attempt.record
    center.gate.dialled(record.number, center.now, record.person)
    center.dialer.carriers.took(record.carrier, record.id, center.now)
    if run is not None and record.caller_id:
        run.caller_ids.dialled(record.caller_id, run.day)


def over(center: Center, run: Running | None, attempt: Attempt, result: AttemptResult) -> float:
    """The line is free again; what the call costs."""
    record = attempt.record
    network = network_result(result, rang=record.ringing_at is not None or record.answered_at is not None)
    carriers = center.dialer.carriers
    carriers.ended(record.carrier, record.id, network, center.now)
    if run is not None and record.caller_id and result not in ("congestion", "failed"):
        _number_used(center, run, record)
    if record.answered_at is None:
        return 0.0
    return carriers.cost(record.carrier, record.number, max(1.0, center.now - record.answered_at))


def _number_used(center: Center, run: Running, record: AttemptRecord) -> None:
    """A number of ours that rests from now on goes on resting after a restart."""
    rest = run.caller_ids.ended(record.caller_id, answered=record.answered_at is not None, now=center.now)
    if rest is None:
        return
    center.keep(
        CallerIdRest(
            campaign=run.record.id,
            caller_id=record.caller_id,
            at=center.now,
            until=rest.until,
            answer_rate=rest.answer_rate,
            others_rate=rest.others_rate,
        )
    )


def recall(center: Center, call: CallId) -> None:
    """Nobody was dialled yet, and nobody is to be any more."""
    contact = center.contacts.get(call)
    if contact is not None and not contact.ended and contact.absent:
        center.step(contact, ct.Recalled())
