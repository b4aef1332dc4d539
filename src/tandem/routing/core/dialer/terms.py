"""What the calls of one campaign (or of none) are held against, worked out once per change of it."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.public_holidays import known_region
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.calling_hours import CommonHours, LocalHours, rules_in, weekly_of
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK, Jurisdiction
from tandem.routing.core.plan import EVERYWHERE, Calling

NO_CALLING = Calling()
NO_HOURS: Mapping[str, WeeklyHours] = {}
MAX_ZONES = 10_000


class PlanHours:
    """The plan's ``calling:`` hours, by the beginning of a number."""

    __slots__ = ("_by_beginning", "_longest")

    def __init__(self, calling: Calling, hours: Mapping[str, WeeklyHours]) -> None:
        self._by_beginning = {
            "" if beginning == EVERYWHERE else beginning: LocalHours("plan", hours[name])
            for beginning, name in calling.hours.items()
            if name in hours
        }
        self._longest = max(map(len, self._by_beginning), default=0)

    def of(self, number: str) -> LocalHours | None:
        """None: at any time."""
        if self._by_beginning:
            for end in range(min(len(number), self._longest), -1, -1):
                found = self._by_beginning.get(number[:end])
                if found is not None:
                    return found
        return None


class Terms:
    """``campaign`` is None for calls of none: what the routing plan's ``calling:`` says counts then, and the rule book
    that it names (but no consent is asked for). Remembers hours by zone. Data only: it can be frozen.

    Not ``sound``: its rule book or its hours do not exist (a draft, or another version): nobody is called.
    """

    __slots__ = (
        "_common",
        "_plan_hours",
        "_week",
        "_zone_needed",
        "calling",
        "campaign",
        "consent_needed",
        "countries",
        "per_day",
        "quotas",
        "rules",
        "sound",
    )

    def __init__(
        self,
        campaign: Campaign | None = None,
        calling: Calling = NO_CALLING,
        plan_hours: PlanHours | None = None,
    ) -> None:
        self.campaign = campaign
        named = RULE_BOOK.get(calling.rules if campaign is None else campaign.rules)
        self.rules = named or RULE_BOOK["none"]
        week = _week_of(campaign)
        self.sound = named is not None and week is not None
        self.calling = calling
        self.per_day = calling.per_day if self.rules.per_day is None else min(self.rules.per_day, calling.per_day)
        """Dials of one number in 24 hours at most."""
        self.countries = frozenset(campaign.countries) if campaign is not None else frozenset()
        self.consent_needed = _consent_needed(self.rules, campaign)
        self.quotas = tuple(campaign.quotas) if campaign is not None else ()
        self._week = week or ()
        self._plan_hours = plan_hours if plan_hours is not None else PlanHours(calling, NO_HOURS)
        self._zone_needed = bool(rules_in(self.rules, "UTC"))
        """Nobody is called of whom it is not known what time it is there."""
        self._common: dict[tuple[str, str, LocalHours | None], CommonHours | None] = {}

    def hours(self, number: str, number_zone: str, address_zone: str) -> CommonHours | None:
        """All that must be open; None when a zone is needed and there is none, or one that does not exist.
        ``number_zone`` may be several with ``|`` between them: the number can be in any of them. ``number`` '': of any,
        without what the routing plan says of it."""
        by_plan = self._plan_hours.of(number) if number else None
        key = number_zone, address_zone, by_plan
        try:
            return self._common[key]
        except KeyError:
            pass
        if len(self._common) >= MAX_ZONES:
            self._common.clear()
        local = self._local(number_zone, address_zone)
        common = None if local is None else CommonHours(local if by_plan is None else (*local, by_plan))
        self._common[key] = common
        return common

    def _local(self, number_zone: str, address_zone: str) -> tuple[LocalHours, ...] | None:
        if not self._zone_needed:
            return self._week
        zones = dict.fromkeys(zone for text in (number_zone, address_zone) for zone in text.split("|") if zone)
        if not zones or not all(map(known_timezone, zones)):
            return None
        return (*(hours for zone in zones for hours in rules_in(self.rules, zone)), *self._week)


def _consent_needed(rules: Jurisdiction, campaign: Campaign | None) -> bool:
    if campaign is None:
        return False
    messages = campaign.mode == "agentless" or any(rule.mode == "agentless" for rule in campaign.mode_rules)
    return rules.consent_needed or campaign.consent_needed or (messages and rules.consent_for_messages)


def _week_of(campaign: Campaign | None) -> tuple[LocalHours, ...] | None:
    """None: hours that make no sense."""
    if campaign is None or campaign.hours is None:
        return ()
    try:
        hours = weekly_of(campaign.hours)
    except ValueError:
        return None
    sound = known_timezone(hours.timezone) and (not hours.holidays or known_region(hours.holidays))
    return (LocalHours("campaign", hours),) if sound else None
