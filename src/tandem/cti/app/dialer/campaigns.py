"""Campaigns begin, pause, drain, stop and are completed; their documents change while they work. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tandem.cti.app.dialer import agents, clearance, days, moving, pool
from tandem.cti.app.dialer.state import Running
from tandem.cti.app.floor_plan import CampaignsApplied, ShowCampaigns
from tandem.cti.model.campaigns import Campaign, CampaignRecord, State
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import CampaignExperience
from tandem.routing.core.dialer.experience import learned_from
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK, Jurisdiction, rules_of
from tandem.routing.core.dialer.pacing import Pacer
from tandem.routing.core.dialer.pacing_settings import PACED_MODES, PacingSettings
from tandem.routing.core.dialer.promise import limit_of
from tandem.routing.core.dialer.quotas import completed

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

NOTHING_NEW = ("paused", "stopped", "completed")
"""States in which nobody who is shown to an agent is dialled any more."""


def apply(center: Center, input_: CampaignsApplied) -> None:
    """From now on these. What the center changed by itself meanwhile (a higher revision) stays."""
    dialer = center.dialer
    dialer.sounds = dict(input_.sounds)
    wanted = {record.id: record for record in input_.campaigns}
    for record in wanted.values():
        put(center, record)
    for campaign in [known for known in dialer.campaigns if known not in wanted]:
        _drop(center, campaign)
    center.put(ShowCampaigns())


def put(center: Center, record: CampaignRecord, past: CampaignExperience | None = None) -> Running:
    """``past``: of a campaign that begins: what its pacing learned before."""
    run = center.dialer.campaigns.get(record.id)
    if run is None:
        run = _new(record, center.now, past)
        center.dialer.campaigns[record.id] = run
        under_way = center.dialer.attempts.items()
        run.attempts.update({call: None for call, attempt in under_way if attempt.record.campaign == record.id})
        for call in run.attempts:
            if call in center.contacts:
                agents.count_in_air(center, center.contacts[call])
        days.turn(run, center.now)
    elif record.rev > run.record.rev:
        _change(center, run, record)
    center.dialer.due[record.id] = None
    return run


def _new(record: CampaignRecord, now: float, past: CampaignExperience | None) -> Running:
    rules = _rules(record.document)
    settings = _settings(record.document, rules, record.document.mode)
    run = Running(
        record=record,
        rules=rules,
        pacer=Pacer(settings, learned_from(past, settings) if past is not None else None),
        mode=record.document.mode,
        since=now,
    )
    run.caller_ids.set(record.document.caller_ids)
    return run


def _change(center: Center, run: Running, record: CampaignRecord) -> None:
    before, run.record = run.record, record
    if record.document != before.document:
        run.rules = _rules(record.document)
        run.caller_ids.set(record.document.caller_ids)
        run.mode, run.rule = record.document.mode, None
        run.pacer.set(settings_of(run))
        days.tell_hours(run, center.now)
        days.tell(run)
        if _claim_terms(record.document) != _claim_terms(before.document):
            moving.anew(center)
        if record.document.mode != before.document.mode or record.document.queue != before.document.queue:
            _agents_anew(center, run)
        _pool_anew(center, run)
    if record.state in NOTHING_NEW:
        stop(center, run)
    if record.state == "running" and before.state != "running":
        run.read_at, run.spoiled, run.dry = center.now, 0, True
        run.called_up_at = run.claimed_at = float("-inf")


def _claim_terms(campaign: Campaign) -> tuple[int, float]:
    """What decides between it and others about an agent."""
    return campaign.priority, campaign.weight


def _pool_anew(center: Center, run: Running) -> None:
    """The leads in hand are held against the new document."""
    held, run.pool = list(run.pool.values()), {}
    for each in held:
        pool.put(center, run, each.lead)
    pool.sort(run, center.now)


def _agents_anew(center: Center, run: Running) -> None:
    for agent in agents.idle(run):
        agents.release(center, agent)


def stop(center: Center, run: Running) -> None:
    """Nobody else is dialled; leads go back; who talks goes on."""
    for call in list(run.attempts):
        attempt = center.dialer.attempts.get(call)
        if attempt is not None and not attempt.written:
            clearance.recall(center, call)
    pool.give_back(center, run)


def _drop(center: Center, campaign: CampaignId) -> None:
    """It was deleted. Calls under way go on as calls of none."""
    run = center.dialer.campaigns[campaign]
    run.record = msgspec.structs.replace(run.record, state="stopped")
    stop(center, run)
    moving.drop(center, run)
    del center.dialer.campaigns[campaign]
    for agent in [agent for agent, held in center.held.items() if held == campaign]:
        agents.release(center, agent)


def move_on(center: Center, run: Running) -> None:
    """What becomes of it by itself: drained, or completed."""
    state = run.record.state
    if state == "draining" and not run.attempts:
        _by_itself(center, run, "stopped", {"zh": "收尾完毕", "en": "drained"})
    elif state == "running" and not run.pool and run.asked_at is None:
        why = completed(run.campaign, successes=run.successes, left=run.left, under_way=len(run.attempts))
        if why is not None:
            _by_itself(center, run, "completed", why)
    elif state == "running" and run.campaign.goal.successes is not None:
        why = completed(run.campaign, successes=run.successes, left=None, under_way=0)
        if why is not None:
            _by_itself(center, run, "completed", why)


def _by_itself(center: Center, run: Running, state: State, why: dict[str, str]) -> None:
    record = msgspec.structs.replace(
        run.record, rev=run.record.rev + 1, state=state, by="", at=center.now, why=f"{why['en']} / {why['zh']}"
    )
    center.keep(record)
    center.put(ShowCampaigns())
    run.record = record
    stop(center, run)


def settings_of(run: Running) -> PacingSettings:
    return _settings(run.campaign, run.rules, run.mode)


def _settings(campaign: Campaign, rules: Jurisdiction, mode: str) -> PacingSettings:
    return PacingSettings(
        mode=mode if mode in PACED_MODES else "progressive",
        abandon_limit=limit_of(campaign.abandon_limit, rules),
        target_wait_s=campaign.target_wait_s,
        ratio=max(1.0, campaign.ratio),
        window_days=rules.window_days,
        answer_within_s=rules.answer_within_s,
        ring_s=max(campaign.ring_s, rules.ring_least_s),
        least_ring_s=rules.ring_least_s,
    )


def _rules(campaign: Campaign) -> Jurisdiction:
    return rules_of(campaign.rules) or RULE_BOOK["none"]
