"""Leads for the dialer: what it wants is read from the store, one reading per campaign at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace

from tandem.cti.adapters.postgres.leads import OpensAt, Reading
from tandem.cti.app.campaign_desk.ground import Ground
from tandem.cti.app.dialer.days import next_midnight
from tandem.cti.app.dialer.pool import in_hand
from tandem.cti.app.floor_plan import LeadsRead, LeadsWanted
from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.lead_zones import ways_of, zones_key
from tandem.routing.core.dialer.calling_hours import CommonHours

log = logging.getLogger(__name__)

AWAY_S = 5.0
"""After a reading that failed the dialer may ask again."""
COUNT_EVERY_S = 10.0
COUNT_SHARE = 20.0
"""A count may take one part in so many of the time."""


class LeadReader:
    """``away``: campaigns whose last reading failed, with the reason."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._one: dict[CampaignId, asyncio.Lock] = {}
        self._count_at: dict[CampaignId, float] = {}
        self.away: dict[CampaignId, str] = {}

    async def read(self, wanted: LeadsWanted) -> LeadsRead:
        """Never raises: who asked gets an answer, perhaps without leads and with the time to ask again."""
        campaign = wanted.campaign
        lock = self._one.setdefault(campaign, asyncio.Lock())
        try:
            async with lock:
                answer = await self._read(wanted)
            self.away.pop(campaign, None)
            return answer
        except CtiError as error:
            if campaign not in self.away:
                log.warning("leads of the campaign %s are not read: %s", campaign, error)
            self.away[campaign] = str(error)
            return LeadsRead(campaign=campaign, leads=(), again_at=self._ground.now + AWAY_S)

    async def _read(self, wanted: LeadsWanted) -> LeadsRead:
        ground, campaign = self._ground, wanted.campaign
        run = ground.run(campaign)
        if run is None:
            await self._reading(wanted, (), lambda _: None, "list")
            return LeadsRead(campaign=campaign, leads=())
        opens_at = self.opens_at(run.campaign)
        # what an earlier reading gave him since he asked is his as well
        reading = await self._reading(wanted, in_hand(ground.center, run), opens_at, run.campaign.order)
        answer = LeadsRead(
            campaign=campaign, leads=reading.leads, again_at=reading.again_at, promise_at=reading.promise_at
        )
        if ground.now >= self._count_at.get(campaign, 0.0):
            answer = await self._counted(answer, run.campaign, opens_at)
        return answer

    async def _reading(
        self, wanted: LeadsWanted, in_hand_now: tuple[str, ...], opens_at: OpensAt, order: str
    ) -> Reading:
        return await self._ground.leads.read(
            wanted.campaign,
            wanted.count,
            in_hand=in_hand_now,
            order=order,
            now=self._ground.now,
            opens_at=opens_at,
            promised=wanted.promised,
        )

    async def _counted(self, answer: LeadsRead, campaign: Campaign, opens_at: OpensAt) -> LeadsRead:
        ground, began = self._ground, self._ground.now
        zones: set[str] = set()

        def seen(key: str) -> float | None:
            zones.add(key)
            return opens_at(key)

        left, callable_now = await ground.counted.left(campaign.id, now=began, opens_at=seen)
        run = ground.run(campaign.id)
        for held in () if run is None else run.pool.values():
            zones.add(zones_key(held.lead.zone, (number.zone for number in held.lead.numbers)))
        fields = dict.fromkeys(quota.field for quota in campaign.quotas)
        successes, by_value = await ground.outlook.successes(campaign.id, list(fields))
        ended = ground.now
        self._count_at[campaign.id] = ended + max(COUNT_EVERY_S, COUNT_SHARE * (ended - began))
        return replace(
            answer,
            left=left,
            callable_now=callable_now + len(answer.leads) + (0 if run is None else len(run.pool)),
            closes_at=self.closes_at(campaign, zones),
            successes=successes,
            quotas=tuple(by_value),
        )

    def closes_at(self, campaign: Campaign, zones: Iterable[str]) -> float | None:
        """When, on the campaign's day, the last lead with one of these texts of zones may be called no more; the next
        midnight when it goes on then, None when none may be called any more today."""
        terms, now = self._ground.center.gate.terms(campaign), self._ground.now
        midnight = next_midnight(campaign, now)
        hours = [terms.hours("", "|".join(way), "") for key in zones for way in ways_of(key)]
        found = [each.last_close(now, midnight) for each in hours if each is not None]
        ends = [at for at in found if at is not None]
        return max(ends, default=None)

    def opens_at(self, campaign: Campaign) -> OpensAt:
        """When leads with a text of zones may be called: by rule book and campaign. What the routing plan says of
        single numbers is asked when one is dialled."""
        terms, now = self._ground.center.gate.terms(campaign), self._ground.now

        def opens(zones: str) -> float | None:
            found = [_opening(terms.hours("", "|".join(way), ""), now) for way in ways_of(zones)]
            known = [at for at in found if at is not None]
            return min(known) if known else None

        return opens


def _opening(hours: CommonHours | None, now: float) -> float | None:
    """None: never, or nobody knows."""
    if hours is None:
        return None
    closed = hours.closed(now)
    return now if closed is None else closed[1]
