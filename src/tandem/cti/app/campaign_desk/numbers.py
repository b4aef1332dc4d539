"""The numbers of a campaign's day, and what its pacing decided."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta

from tandem.agent_desktop.core import campaign_day_resources as shapes
from tandem.cti.adapters.postgres.campaigns import NEWEST
from tandem.cti.adapters.postgres.campaigns import Stretch as Counts
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.app.campaign_desk.samples import KEPT_DAYS, STEP_S
from tandem.cti.app.dialer.days import day_of, midnight, zone_of
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.leads import CampaignSample
from tandem.cti.storage.errors import DatabaseDown
from tandem.routing.core.dialer.carriers import Carriers

log = logging.getLogger(__name__)


_NOTHING = Counts(
    at=0.0,
    dialled=0,
    answered=0,
    abandoned=0,
    machines=0,
    talked=0,
    busy=0,
    no_answer=0,
    failed=0,
    talk_s=0.0,
    cost=0.0,
)


class Numbers(Part):
    async def day(self, campaign: str, day: str | None) -> shapes.DaySeries:
        """Stretches in which something was dialled or somebody worked; a day to come has none."""
        record = self._book.known(campaign)
        document, now = record.document, self._ground.now
        day = day or day_of(document, now)
        try:
            following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        except (ValueError, OverflowError):
            raise BadRequest.because("no_day", day=day) from None
        since, until = midnight(document, day), min(midnight(document, following), now)
        begin = since - since % STEP_S
        counts = await self._ground.campaigns.series(campaign, since=since, until=until, step_s=STEP_S)
        samples = await self._ground.campaigns.samples(campaign, since=begin, until=until)
        counted = {round(each.at): each for each in counts}
        sampled = {round(each.at): each for each in samples}
        going_on = self._ground.samples.of(campaign)
        if going_on is not None and begin <= going_on.at < until:
            sampled[round(going_on.at)] = going_on
        points = [_point(at, counted.get(at), sampled.get(at)) for at in sorted(counted.keys() | sampled.keys())]
        run = self._ground.run(campaign) if day == day_of(document, now) else None
        return shapes.DaySeries(
            campaign=campaign,
            day=day,
            zone=str(zone_of(document)),
            step_s=STEP_S,
            points=points,
            caller_ids=None if run is None else _caller_ids(run, now, day),
            carriers=None if run is None else _carriers(self._ground.center.dialer.carriers, run, now),
        )

    async def decisions(self, campaign: str, *, before: int | None, limit: int) -> shapes.PacingDecisions:
        self._book.known(campaign)
        newest = NEWEST if before is None else before
        found = await self._ground.campaigns.decisions(campaign, before=newest, limit=limit + 1)
        shown = found[:limit]
        return shapes.PacingDecisions(
            decisions=[
                shapes.PacingDecision(
                    number=each.number, at=each.at, launched=each.launched, why=each.why, evidence=each.evidence
                )
                for each in shown
            ],
            before=shown[-1].number if len(found) > limit else None,
        )

    async def forget_samples(self) -> None:
        """What is too old for a plot, once a day; until cancelled."""
        while True:
            try:
                await self._ground.campaigns.forget_samples(before=self._ground.now - KEPT_DAYS * DAY_S)
            except DatabaseDown as error:
                log.warning("old samples of campaigns are not forgotten yet: %s", error)
            await asyncio.sleep(DAY_S)


def _caller_ids(run: Running, now: float, day: str) -> list[shapes.CallerIdLine]:
    return [
        shapes.CallerIdLine(
            number=row.number,
            calls_today=row.calls_today,
            answer_rate=row.answer_rate,
            rests_until=row.rests_until,
            rested_rate=None if row.rested_for is None else row.rested_for[0],
            others_rate=None if row.rested_for is None else row.rested_for[1],
        )
        for row in run.caller_ids.rows(now, day)
    ]


def _carriers(carriers: Carriers, run: Running, now: float) -> list[shapes.CarrierLine]:
    used = carriers.name(run.campaign.carrier)
    return [
        shapes.CarrierLine(
            name=row.name,
            used=row.name == used,
            in_use=row.in_use,
            lines=row.lines,
            rate_share=row.rate_share,
            rests_until=row.resting_until,
        )
        for row in carriers.rows(now)
    ]


def _point(at: float, counts: Counts | None, sample: CampaignSample | None) -> shapes.DayPoint:
    counts = counts or _NOTHING
    looks = 1 if sample is None else sample.looks
    return shapes.DayPoint(
        at=float(at),
        dialled=counts.dialled,
        answered=counts.answered,
        abandoned=counts.abandoned,
        machines=counts.machines,
        talked=counts.talked,
        agents_idle=None if sample is None else sample.idle / looks,
        agents_talking=None if sample is None else sample.talking / looks,
        agents_wrapping=None if sample is None else sample.wrapping / looks,
        lines_per_agent=None if sample is None or not sample.lines_looks else sample.lines / sample.lines_looks,
        answer_rate=counts.answered / counts.dialled if counts.dialled else None,
    )
