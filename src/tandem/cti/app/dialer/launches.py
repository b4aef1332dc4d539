"""An attempt begins: the customer dialled first, or an agent who is there for him. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec

from tandem.cti.app.dialer import agents, clearance, outcome, pool
from tandem.cti.app.dialer.days import zone_of
from tandem.cti.app.dialer.state import Attempt, First, Held, Running
from tandem.cti.app.dialer.wording import refusal_texts
from tandem.cti.app.floor_plan import LeadDialled
from tandem.cti.app.house import Caller
from tandem.cti.core import beginnings
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.model.campaigns import Campaign, Mode
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import CallId
from tandem.cti.model.leads import AttemptRecord, Lead, LeadNumber
from tandem.cti.model.states import Phase
from tandem.ivr.core.shelf import DeployedFlow, choose
from tandem.routing.core.acd.agent import Agent

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

Launch = Literal["begun", "refused", "no_line"]
BY_HAND = {"zh": "座席手动拨号", "en": "dialled by hand"}


def launch(
    center: Center, run: Running, held: Held, agent: Agent | None, why: dict[str, Any], first: First = "customer"
) -> Launch:
    """Dial him now; ``agent``: with this agent, who is free, set aside for him, or rung first. Whom the gate refuses
    leaves the pool, or waits in it for his time."""
    lead = held.lead
    call = CallId(f"{lead.id}.{lead.attempts + 1}")
    if call in center.contacts or center.was_here(call):
        run.pool.pop(lead.id, None)
        outcome.put_back(center, run, lead)  # of a call that a crash has made forget why
        return "refused"
    attempt = _attempt(run, lead, held.number, call, first, now=center.now, why=why, reserved=agent is not None)
    attempt.by_hand = clearance.promised(lead, center.now)
    cleared = clearance.clear(center, run, attempt)
    if isinstance(cleared, clearance.Refused):
        if cleared.verdict is None or cleared.verdict.rule in pool.OURS:
            run.why_not, run.stuck_at = cleared.why, center.now
            return "no_line"
        del run.pool[lead.id]
        if not pool.put(center, run, lead):
            run.why_not = refusal_texts(cleared.verdict, str(zone_of(run.campaign)))
        return "refused"
    del run.pool[lead.id]
    _begin(center, run, attempt, agent, cleared.caller_id)
    return "begun"


def _attempt(
    run: Running | None,
    lead: Lead,
    number: LeadNumber,
    call: CallId,
    first: First,
    *,
    now: float,
    why: dict[str, Any],
    reserved: bool,
) -> Attempt:
    record = AttemptRecord(
        id=call,
        rev=1,
        campaign=lead.campaign,
        lead=lead.id,
        list=lead.list,
        person=lead.person,
        number_of=lead.attempts + 1,
        number=number.number,
        caller_id="",
        carrier="",
        mode="manual" if run is None else run.mode,
        segment=lead.segment,
        reserved=reserved,
        at=now,
        ringing_at=None,
        answered_at=None,
        connected_at=None,
        ended_at=None,
        result=None,
        machine="",
        agent=None,
        message_at=None,
        cause=None,
        disposition=None,
        cost=0.0,
        why=why,
    )
    return Attempt(record=record, lead=lead, number=number, first=first)


def _begin(center: Center, run: Running | None, attempt: Attempt, agent: Agent | None, caller_id: str) -> None:
    """``run`` None: it is no campaign's."""
    lead, mode, call = attempt.lead, cast(Mode, attempt.record.mode), CallId(attempt.record.id)
    center.dialer.attempts[call] = attempt
    center.dialer.to_dial[call] = None
    if run is not None:
        run.attempts[call] = None
    campaign = None if run is None else run.campaign
    flow = _flow_of(center, campaign) if campaign is not None and mode == "agentless" else None
    text = choose(flow, call, flow.numbers[0] if flow.numbers else "") if flow is not None else None
    contact = beginnings.begin_attempt(
        call,
        campaign=lead.campaign,
        lead=lead.id,
        mode=mode,
        first=attempt.first,
        number=attempt.number.number,
        now=center.now,
        name=lead.name,
        language=lead.language,
        queue=None if campaign is None else campaign.queue or None,
        calling=caller_id,
        customer=lead.customer,
        agent=agent.id if agent is not None and attempt.first == "agent" else None,
        preview=mode == "preview",
        preview_s=None if campaign is None else campaign.preview_s,
        flow="" if flow is None else flow.name,
        flow_version=0 if text is None else text.version,
        flow_edition="" if text is None else text.edition,
    )
    center.contacts[call] = contact
    center.callers[call] = Caller()
    if agent is not None and attempt.first == "customer":
        agents.set_aside(center, attempt, agent)
    center.step(contact, ce.AttemptBegun())
    begun = center.contacts[call]
    if agent is None or begun.phase is not Phase.QUEUED:
        return
    if mode == "manual":
        agents.assign(center, call, agent, dict(BY_HAND))
    else:
        center.step(begun, ct.Recalled())  # he was free a moment ago


def _flow_of(center: Center, campaign: Campaign) -> DeployedFlow | None:
    return next((flow for flow in center.flows if flow.name == campaign.flow), None)


def by_hand(center: Center, asked: LeadDialled) -> None:
    """An agent, or somebody for him, dials a number. Raises WrongState: he is not free, the switch is away, the gate
    says no; nothing is changed then."""
    agent = center.agent(asked.agent)
    lead, call = asked.lead, asked.call
    if not agent.available or agent.call is not None or agent.id in center.hanging:
        raise WrongState.because("agent_not_free", agent=agent.id)
    if not center.switch_up or call in center.contacts or center.was_here(call) or not lead.numbers:
        raise WrongState.because("switch_or_call")
    if any(attempt.lead.id == lead.id for attempt in center.dialer.attempts.values() if lead.id):
        raise WrongState.because("lead_being_dialled")
    run = center.dialer.campaigns.get(lead.campaign)
    if run is not None:
        run.pool.pop(lead.id, None)
    why = {"pacing": BY_HAND}
    attempt = _attempt(run, lead, lead.numbers[0], call, "agent", now=center.now, why=why, reserved=True)
    attempt.by_hand = True
    attempt.record = msgspec.structs.replace(attempt.record, mode="manual")
    cleared = clearance.clear(center, run, attempt)
    if isinstance(cleared, clearance.Refused):
        raise WrongState.because("no_line" if cleared.verdict is None else "gate", texts=cleared.why)
    _begin(center, run, attempt, agent, cleared.caller_id)
