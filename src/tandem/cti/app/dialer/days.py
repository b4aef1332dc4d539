"""The counts of a campaign's day, by which its promise is kept. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tandem.cti.app.dialer.state import Running
from tandem.cti.model.campaigns import Campaign, Hours
from tandem.cti.model.hours import spans_of
from tandem.cti.model.leads import CampaignDay, Lead
from tandem.cti.model.public_holidays import known_region
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.calling_hours import weekly_of
from tandem.routing.core.dialer.pacing_settings import DayCount
from tandem.routing.core.dialer.promise import answers_owed, limit_of

KEPT_DAYS = 31
_USUAL_ZONE = Hours().timezone


def zone_of(campaign: Campaign) -> ZoneInfo:
    zone = campaign.hours.timezone if campaign.hours is not None else _USUAL_ZONE
    return ZoneInfo(zone if known_timezone(zone) else _USUAL_ZONE)


def shown_zone(campaign: Campaign | None, lead: Lead) -> str:
    """In which moments about this lead are said: the campaign's; without one, his own, as far as it is known."""
    if campaign is not None:
        return str(zone_of(campaign))
    zones = [zone for number in lead.numbers for zone in number.zone.split("|")]
    return next((zone for zone in (*zones, lead.zone) if known_timezone(zone)), _USUAL_ZONE)


def day_of(campaign: Campaign, at: float) -> str:
    return datetime.fromtimestamp(at, zone_of(campaign)).date().isoformat()


def midnight(campaign: Campaign, day: str) -> float:
    """When this day begins in the campaign's zone."""
    begin = date.fromisoformat(day)
    return datetime(begin.year, begin.month, begin.day, tzinfo=zone_of(campaign)).timestamp()


def next_midnight(campaign: Campaign, now: float) -> float:
    """When the day after that of ``now`` begins in the campaign's zone."""
    tomorrow = date.fromisoformat(day_of(campaign, now)) + timedelta(days=1)
    return midnight(campaign, tomorrow.isoformat())


def ends_at(campaign: Campaign, day: str) -> float | None:
    """When the campaign closes for the last time on this day; None when its hours do not say."""
    try:
        hours = weekly_of(campaign.hours) if campaign.hours is not None else None
    except ValueError:
        return None
    if hours is None or not known_timezone(hours.timezone) or (hours.holidays and not known_region(hours.holidays)):
        return None
    begin = date.fromisoformat(day)
    minutes = [end for _, end in spans_of(hours, begin)]
    if not minutes:
        return None
    midnight_ = datetime(begin.year, begin.month, begin.day)  # noqa: DTZ001 - the zone comes below
    return (midnight_ + timedelta(minutes=max(minutes))).replace(tzinfo=zone_of(campaign)).timestamp()


def turn(run: Running, now: float) -> bool:
    """A new day has begun: the counts start at 0. A day that was counted already does not come back when a clock or the
    campaign's time zone is set back."""
    day = day_of(run.campaign, now)
    if day <= run.day:
        return False
    run.day, run.unserved, run.closes_at = day, 0, None
    run.days.setdefault(day, empty(run.campaign, day))
    oldest = (date.fromisoformat(day) - timedelta(days=KEPT_DAYS)).isoformat()
    run.days = {known: counts for known, counts in sorted(run.days.items()) if known > oldest}
    tell_hours(run, now)
    tell(run)
    return True


def tell_hours(run: Running, now: float) -> None:
    """The pacer hears when the day that is counted began and when it ends, also when the hours were changed on it."""
    campaign, day = run.campaign, run.day
    ends = [at for at in (ends_at(campaign, day), run.closes_at) if at is not None]
    run.pacer.new_day(now, began_at=midnight(campaign, day), ends_at=min(ends, default=None))


def leads_close(run: Running, at: float, now: float) -> None:
    """When the last one of who is left may not be called any more today: the day ends then, if not before. From
    midnight on: it has no end of this kind."""
    closes_at = at if at < next_midnight(run.campaign, now) else None
    if closes_at != run.closes_at:
        run.closes_at = closes_at
        tell_hours(run, now)


def empty(campaign: Campaign, day: str) -> CampaignDay:
    return CampaignDay(
        campaign=campaign.id,
        day=day,
        dialled=0,
        answered=0,
        abandoned=0,
        machines=0,
        talked=0,
        successes=0,
        cost=0.0,
    )


def count(run: Running, *, cost: float = 0.0, **more: int) -> None:
    """One more of each that is named, today."""
    today = run.today
    changes = {name: getattr(today, name) + number for name, number in more.items()}
    run.days[run.day] = msgspec.structs.replace(today, cost=today.cost + cost, **changes)


def tell(run: Running) -> None:
    """The pacer hears of today's counts and of those of the days before, as far as they are in the window."""
    before = [counts for counts in window(run, run.day) if counts.day < run.day]
    today = run.today
    run.pacer.history(
        [DayCount(answered=answered(run, each), abandoned=each.abandoned) for each in before],
        today=DayCount(answered=answered(run, today), abandoned=today.abandoned),
    )


def answered(run: Running, counts: CampaignDay) -> int:
    """Of a day: the calls that the abandoned ones are held against, by the formula of the campaign's rules. Ofcom's
    leaves out who had neither an agent nor the message; who talks at this moment counts."""
    if run.rules.formula == "us":
        return counts.answered
    if counts.day != run.day:
        return counts.talked + counts.abandoned
    return max(counts.abandoned, counts.answered - run.unserved)


def owed(run: Running, now: float) -> int:
    """Answers that today is short of: see ``promise.answers_owed``."""
    today = run.days.get(day_of(run.campaign, now))
    return 0 if today is None else answers_owed(answered(run, today), today.abandoned, limit(run))


def limit(run: Running) -> float:
    """Of the share of abandoned calls, 0..1."""
    return limit_of(run.campaign.abandon_limit, run.rules)


def window(run: Running, day: str) -> list[CampaignDay]:
    """The days that the limit is counted over besides each day itself, up to ``day``, oldest first."""
    length = max(1, run.pacer.settings.window_days)
    first = (date.fromisoformat(day) - timedelta(days=length - 1)).isoformat()
    return [counts for known, counts in sorted(run.days.items()) if first <= known <= day]
