"""What the machine detection of a campaign did and cost, and its thresholds set by themselves."""

from __future__ import annotations

import asyncio
import logging

from tandem.agent_desktop.core import campaign_day_resources as shapes
from tandem.cti.app.campaign_desk.documents import Documents
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.durations import DAY_S
from tandem.cti.storage.errors import DatabaseDown
from tandem.routing.core.dialer.machine_costs import cost, mistaken
from tandem.routing.core.dialer.machine_steps import next_step
from tandem.routing.core.dialer.machine_tuning import advise

log = logging.getLogger(__name__)

DETECTIONS_S = 14 * DAY_S
"""What the machine detection did longer ago is not looked at, but for a step that is on trial for longer."""
LOOK_S = 900.0


class Machines(Documents):
    async def detections(self, campaign: str) -> shapes.DetectionReport:
        settings = self._book.known(campaign).document.machine_detection
        since = self._ground.now - DETECTIONS_S
        heard = await self._ground.outlook.detections(campaign, since=since)
        p50_s, p90_s = await self._ground.outlook.detection_times(campaign, since=since)
        machines = [each for each in heard if each.said == "machine"]
        persons = [each for each in heard if each.said != "machine"]
        advice = advise(settings, heard)
        found, costs = mistaken(heard), cost(heard)
        return shapes.DetectionReport(
            campaign=campaign,
            since=since,
            human=sum(each.calls for each in persons if each.said == "human"),
            unsure=sum(each.calls for each in persons if each.said == "unsure"),
            machines=sum(each.calls for each in machines),
            connected=sum(each.connected for each in persons),
            missed=sum(each.marked for each in persons),
            missed_agent_s=sum(each.marked_s for each in persons),
            put_through=found.heard,
            unmarked=found.persons,
            mistaken_share=settings.mistaken_share,
            verdict_p50_s=p50_s,
            verdict_p90_s=p90_s,
            silence_s=settings.after_greeting_silence_ms / 1000.0,
            mistaken_low=found.low,
            mistaken_high=found.high,
            cost_s=costs.each_s,
            cost_error_s=costs.error_s,
            advice=shapes.DetectionAdvice(
                text=advice.text,
                change=advice.change or "",
                before=advice.before,
                after=advice.after,
                effect=advice.effect,
                more_mistaken=advice.more_mistaken,
            ),
        )

    async def keep_tuned(self) -> None:
        """The thresholds of the campaigns that want it so; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            for record in self._book.all():
                try:
                    await self.tune_by_itself(record)
                except DatabaseDown as error:
                    log.warning("thresholds of the machine detection are not looked at: %s", error)
                    break

    async def tune_by_itself(self, record: CampaignRecord) -> bool:
        """Take the next step, or take the last one back, where there is reason; True when something was changed."""
        settings = record.document.machine_detection
        if not settings.use or settings.tune != "by_itself" or record.state != "running":
            return False
        now = self._ground.now
        since = settings.steps[-1].at if settings.steps else now - DETECTIONS_S
        heard = await self._ground.outlook.detections(record.id, since=since)
        step = next_step(settings, heard, now=now)
        if step is None or not await self.tune(record.id, record.rev, step):
            return False
        log.info("campaign %s: %s %d -> %d: %s", record.id, step.threshold, step.before, step.after, step.why["en"])
        return True
