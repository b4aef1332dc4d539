"""What the page of campaigns shows, made from the center's state. Pure; nothing here decides anything."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tandem.agent_desktop.core.messages import CampaignRow
from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.leads import CampaignDay

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

HOUR_S = 3_600.0


def campaign_row(center: Center, run: Running, now: float) -> CampaignRow:
    campaign, record = run.campaign, run.record
    day = days.day_of(campaign, now)
    today = run.days.get(day) or days.empty(campaign, day)
    gauges = run.pacer.gauges(now)
    at_work = Counter(run.agents.values())
    ringing = waiting = 0
    for call in run.attempts:
        attempt = center.dialer.attempts.get(call)
        if attempt is None or not attempt.written or attempt.record.connected_at is not None or attempt.missed:
            continue
        if attempt.record.answered_at is None:
            ringing += 1
        elif attempt.record.machine != "machine":
            waiting += 1
    seen_s = min(HOUR_S, max(60.0, now - run.since))
    per_hour = sum(at > now - seen_s for at in run.connects) * HOUR_S / seen_s
    return CampaignRow(
        id=campaign.id,
        zone=str(days.zone_of(campaign)),
        name=campaign.name,
        state=record.state,
        mode=run.mode,
        mode_set=campaign.mode,
        agents=sum(at_work.values()) - at_work["away"],
        agents_idle=at_work["idle"],
        agents_talking=at_work["talking"] + at_work["reserved"],
        agents_wrapping=at_work["wrapping"],
        ringing=ringing,
        waiting=waiting,
        lines_per_agent=gauges.lines_per_agent if run.agents else None,
        answer_rate=gauges.answer_rate,
        wait_s=gauges.wait_s,
        connects_per_hour=per_hour,
        dialled_today=today.dialled,
        answered_today=today.answered,
        machines_today=today.machines,
        talked_today=today.talked,
        successes_today=today.successes,
        abandoned_today=today.abandoned,
        abandon_ratio_today=_ratio(today.abandoned, days.answered(run, today)),
        abandon_ratio_window=_window_ratio(run, day),
        abandon_limit=days.limit(run),
        answers_owed=days.owed(run, now),
        budget_today=gauges.budget_today,
        budget_window=gauges.budget_window,
        left=run.left,
        callable_now=run.callable_now,
        ends_at=None,  # the desk works it out
        cost_today=today.cost,
        why=dict(run.why),
        why_not=dict(run.why_not),
    )


def _ratio(abandoned: int, answered: int) -> float | None:
    return abandoned / answered if answered else None


def _window_ratio(run: Running, day: str) -> float | None:
    in_window: list[CampaignDay] = days.window(run, day)
    return _ratio(sum(each.abandoned for each in in_window), sum(days.answered(run, each) for each in in_window))
