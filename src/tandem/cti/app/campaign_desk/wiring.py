"""Campaigns in the server: read at start, handed to the center, looked after while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tandem.cti.adapters.postgres.campaign_experience import read_experience
from tandem.cti.adapters.postgres.campaign_outlook import CampaignOutlookStore
from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.compliance import SheetStore
from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.adapters.postgres.leads import LeadStore
from tandem.cti.adapters.postgres.promises import PromiseStore
from tandem.cti.app.campaign_desk.board import CampaignBoard
from tandem.cti.app.campaign_desk.desk import CampaignDesk
from tandem.cti.app.campaign_desk.ground import Book, Ground
from tandem.cti.app.campaign_desk.reader import LeadReader
from tandem.cti.app.campaign_desk.samples import STEP_S, Samples
from tandem.cti.app.dialer.days import KEPT_DAYS, day_of, midnight, zone_of
from tandem.cti.app.dialer.rows import campaign_row
from tandem.cti.app.dialer.wording import prompts_of
from tandem.cti.app.floor_plan import CallsForbidden, LeadsRemoved, Restored
from tandem.cti.app.installation import Installation
from tandem.cti.app.lists.files import ListFiles
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.app.plan_desk import Speak
from tandem.cti.app.shell import Shell
from tandem.cti.model.campaigns import CampaignRecord, Hours
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import AttemptRecord, CallerIdUse, CampaignDay, CampaignExperience, CampaignSample, Lead
from tandem.cti.model.profiles import DispositionNode
from tandem.cti.ports import Clock
from tandem.cti.runtime.settings import Settings
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.dialer.carriers import CarrierPlan

log = logging.getLogger(__name__)

CALLER_IDS_S = 7 * DAY_S
"""So far back goes what is known of the campaigns' own numbers."""
UNDISPOSED_S = 12 * 3_600.0
"""So long after a talk an agent can still say what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsAtStart:
    """What the store knows of campaigns. ``records``: drafts too."""

    campaigns: CampaignStore
    leads: LeadStore
    records: Sequence[CampaignRecord]
    attempts: Sequence[AttemptRecord]
    leads_of_attempts: Sequence[Lead]
    days: Sequence[CampaignDay]
    caller_ids: Sequence[CallerIdUse]
    experience: Sequence[CampaignExperience]
    samples: Sequence[CampaignSample]
    """Of the stretch that goes on."""

    @property
    def applied(self) -> list[CampaignRecord]:
        return [record for record in self.records if record.state != "draft"]

    @property
    def prompts(self) -> set[Prompt]:
        """That they may say to callees."""
        return prompts_of(record.document for record in self.applied)

    def within(self, restored: Restored) -> Restored:
        return replace(
            restored,
            campaigns=tuple(self.applied),
            attempts=tuple(self.attempts),
            leads=tuple(self.leads_of_attempts),
            campaign_days=tuple(self.days),
            caller_ids=tuple(self.caller_ids),
            experience=tuple(self.experience),
        )


async def read_campaigns(database: Database, spool: Spool, *, now: float) -> CampaignsAtStart:
    """Raises DatabaseDown."""
    campaigns, leads = CampaignStore(database), LeadStore(database, spool.drain)
    records = await campaigns.all()
    attempts, leads_of_attempts = await leads.restore(now=now)
    known = {lead.id for lead in leads_of_attempts}
    undisposed = await CampaignOutlookStore(database).undisposed(since=now - UNDISPOSED_S)
    rows = await leads.some(list({attempt.lead for attempt in undisposed} - known), now=now)
    days = await campaigns.days(
        [record for record in records if record.state != "draft"],
        zone=Hours().timezone,
        since=now - (KEPT_DAYS + 1) * DAY_S,
    )
    uses = [
        await campaigns.caller_ids(
            document.id, since=now - CALLER_IDS_S, midnight=midnight(document, day_of(document, now))
        )
        for document in (record.document for record in records if record.state != "draft")
        if document.caller_ids.numbers
    ]
    zones = {
        record.id: zone_of(record.document).key for record in records if record.state not in ("draft", "completed")
    }
    return CampaignsAtStart(
        campaigns=campaigns,
        leads=leads,
        records=records,
        attempts=[*attempts, *undisposed],
        leads_of_attempts=[*leads_of_attempts, *(row.lead for row in rows)],
        days=days,
        caller_ids=[use for each in uses for use in each],
        experience=await _experience(database, zones, now=now),
        samples=await campaigns.samples("", since=now // STEP_S * STEP_S, until=now),
    )


async def _experience(
    database: Database, zones: Mapping[CampaignId, str], *, now: float
) -> tuple[CampaignExperience, ...]:
    """Nothing when the database is too slow for it: the pacing learns anew, which is no reason not to start."""
    try:
        return await read_experience(database, zones, now=now)
    except DatabaseDown as error:
        log.warning("the pacing of all campaigns learns anew: %s", error)
        return ()


def campaign_desk(
    start: CampaignsAtStart,
    shell: Shell,
    *,
    installation: Installation,
    studies: Database,
    database: Database,
    journal: Spool,
    clock: Clock,
    speak: Speak,
    dispositions: Sequence[DispositionNode],
    flows: Callable[[], Sequence[str]],
) -> CampaignDesk:
    """``studies``: connections of their own, for what is counted. The shell gets its leads and its board."""
    settings = installation.settings
    lists = ListDesk(
        store=LeadImportStore(database),
        files=ListFiles(installation.lists_dir),
        now=clock.now,
        region=settings.region,
        timezone=Hours().timezone,
        on_removed=lambda list_id: shell.take(LeadsRemoved(list_id)),
        on_forbidden=lambda entries: shell.take(CallsForbidden(tuple(entries))),
        on_imported=lambda campaign: ground.look_again(campaign),
    )
    ground = Ground(
        shell=shell,
        clock=clock,
        journal=journal,
        campaigns=start.campaigns,
        leads=start.leads,
        counted=LeadStore(studies),
        do_not_call=DoNotCallStore(database),
        sheets=SheetStore(studies),
        outlook=CampaignOutlookStore(studies),
        promises=PromiseStore(database),
        lists=lists,
        speak=speak,
        drain=journal.drain,
        carriers=list(settings.all_carriers),
        countries=settings.dial_countries,
        dispositions=dispositions,
        flows=flows,
        samples=Samples(journal.write, start.samples),
    )
    desk = CampaignDesk(ground, Book(ground, start.records))
    reader = LeadReader(ground)
    shell.read_leads = reader.read
    shell.dial_by_hand = desk.dial_from_seat
    shell.forbidding = ground.do_not_call.against
    shell.campaigns = CampaignBoard(
        lambda: shell.center.dialer.campaigns,
        partial(campaign_row, shell.center),
        away=reader.away,
        samples=ground.samples,
        ends=ground.ends,
    )
    return desk


async def look_after(desk: CampaignDesk) -> None:
    """Sheets of days that are over, imports, forecasts. Until cancelled."""
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(desk.keep_lists(), name="lists")
            tasks.create_task(desk.keep_sheets(), name="compliance sheets")
            tasks.create_task(desk.keep_ends(), name="ends of campaigns")
            tasks.create_task(desk.forget_samples(), name="age of samples")
            tasks.create_task(desk.keep_tuned(), name="thresholds of machine detection")
    finally:
        await desk.close_lists()


def carriers_of(settings: Settings) -> tuple[CarrierPlan, ...]:
    """The first one first."""
    return tuple(
        CarrierPlan(name=name, lines=carrier.lines, per_s=carrier.calls_per_s, prices=carrier.prices)
        for name, carrier in settings.all_carriers.items()
    )
