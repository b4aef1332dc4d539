"""After a restart: campaigns, their days and the attempts under way, as the store has them. Pure.

An attempt that the store knows as under way is never dialled again. Who is up at the switch is adopted by his contact's
machine; what is not there when the switch was found has failed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tandem.cti.app import acd, blend
from tandem.cti.app.dialer import agents, attempts, campaigns, clearance, days
from tandem.cti.app.dialer.state import Attempt, Running
from tandem.cti.app.dialer.wording import prompts_of
from tandem.cti.app.floor_plan import Restored
from tandem.cti.model.ids import CallId
from tandem.cti.model.leads import AttemptRecord, CallerIdUse, CampaignDay, Lead, LeadNumber
from tandem.cti.model.states import ConnectionState
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.dialer.caller_ids import Rest

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def restore(center: Center, restored: Restored) -> None:
    by_campaign: dict[str, list[CampaignDay]] = defaultdict(list)
    for day in restored.campaign_days:
        by_campaign[day.campaign].append(day)
    experience = {past.campaign: past for past in restored.experience}
    for record in restored.campaigns:
        run = campaigns.put(center, record, experience.get(record.id))
        for day in by_campaign[record.id]:
            run.days[day.day] = day
        run.successes = sum(day.successes for day in by_campaign[record.id])
        run.unserved = run.today.answered - run.today.talked - run.today.abandoned
        days.tell(run)
    for use in restored.caller_ids:
        known = center.dialer.campaigns.get(use.campaign)
        if known is not None:
            known.caller_ids.restore(
                use.caller_id,
                calls=use.calls,
                answered=use.answered,
                today=use.today,
                day=known.day,
                rest=_rest(use),
            )
    # a flow that is deployed lets go of the sounds that no flow has: what campaigns say is kept here
    said = prompts_of(record.document for record in restored.campaigns)
    center.dialer.sounds = {prompt: center.sounds[prompt] for prompt in said if prompt in center.sounds}
    leads = {lead.id: lead for lead in restored.leads}
    for attempt in restored.attempts:
        lead = leads.get(attempt.lead)
        if lead is not None:
            _take_up(center, attempt, lead)


def _rest(use: CallerIdUse) -> Rest | None:
    known = use.rest
    if known is None:
        return None
    return Rest(until=known.until, answer_rate=known.answer_rate, others_rate=known.others_rate)


def _take_up(center: Center, record: AttemptRecord, lead: Lead) -> None:
    number = clearance.number_in(lead, record.number) or LeadNumber(number=record.number)
    contact = center.contacts.get(CallId(record.id))
    attempt = Attempt(
        record=record,
        lead=lead,
        number=number,
        first="agent" if contact is not None and contact.first == "agent" else "customer",
        written=True,
        missed=record.message_at is not None and record.machine != "machine",
    )
    if lead.callback_at is not None and lead.callback_at > record.at:
        promise = attempt.promise
        promise.again_at, promise.again_by = lead.callback_at, lead.callback_agent
        promise.note, promise.number = lead.callback_note, lead.callback_number
    if record.ended_at is not None:
        attempt.lead_kept = True
        center.dialer.talked[CallId(record.id)] = attempt
        return
    center.dialer.attempts[CallId(record.id)] = attempt
    run = center.dialer.campaigns.get(record.campaign)
    clearance.dialled(center, run, attempt)
    if attempt.missed:
        center.gate.met_nobody(record.number, center.now, record.person)
    if run is not None:
        run.attempts[CallId(record.id)] = None
        days.count(run, dialled=1)
        _tell_pacer(center, run, attempt)


def _tell_pacer(center: Center, run: Running, attempt: Attempt) -> None:
    record, now = attempt.record, center.now
    detect = run.campaign.machine_detection.use and attempt.first == "customer"
    # nobody is set aside for him any more
    run.pacer.launched(record.id, record.segment, now=now, reserved=attempt.first == "agent", detect=detect)
    if record.answered_at is None:
        return
    run.pacer.answered(record.id, now=now)
    if record.machine == "machine" or (detect and not record.machine and record.connected_at is None):
        return
    attempt.counted = True
    days.count(run, answered=1)
    run.pacer.person(record.id, now=now)
    if attempt.missed:
        days.count(run, abandoned=1)
        run.pacer.abandoned(record.id, now=now)


def taken_up(center: Center) -> None:
    """The switch was found and its calls adopted: what was under way and is not there any more is over."""
    for call, attempt in list(center.dialer.attempts.items()):
        contact = center.contacts.get(call)
        if contact is not None:
            agents.count_in_air(center, contact)
        if contact is None:
            attempts.lost(center, call, attempt)
        elif contact.ended:
            attempts.over(center, contact)
        elif contact.legs.get(contact.caller) is ConnectionState.CONNECTED:
            attempts.answered(center, call)
    for agent in center.agents.values():
        _have_again(center, agent)
    for run in center.dialer.campaigns.values():
        center.dialer.due[run.record.id] = None


def _have_again(center: Center, agent: Agent) -> None:
    """Who talks for a campaign, or wraps up, is still that campaign's."""
    contact = center.contacts.get(agent.call) if agent.call is not None else None
    campaign = contact.campaign if contact is not None and contact.mode and contact.mode != "manual" else None
    if campaign in center.dialer.campaigns and agent.id not in center.held and blend.does_outbound(center, agent.id):
        center.held[agent.id] = campaign
        acd.skills_changed(center, agent.id)
