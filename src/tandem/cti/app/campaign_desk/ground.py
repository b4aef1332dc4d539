"""What every part of the campaigns' desk stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tandem.cti.adapters.postgres.campaign_outlook import CampaignOutlookStore
from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.compliance import SheetStore
from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.leads import LeadStore
from tandem.cti.adapters.postgres.promises import PromiseStore
from tandem.cti.app.campaign_desk.samples import Samples
from tandem.cti.app.center import Center
from tandem.cti.app.dialer.state import Running
from tandem.cti.app.floor_plan import LeadsRead
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.app.plan_desk import Speak
from tandem.cti.app.shell import Shell
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.profiles import DispositionNode
from tandem.cti.ports import Clock, Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``carriers``: names, the first one first. ``countries``: ISO 3166, where the installation may call. ``flows``:
    names of those that are live."""

    shell: Shell
    clock: Clock
    journal: Journal
    campaigns: CampaignStore
    leads: LeadStore
    counted: LeadStore
    """The same by connections of its own: what is looked at by pages, and may take long."""
    do_not_call: DoNotCallStore
    sheets: SheetStore
    outlook: CampaignOutlookStore
    promises: PromiseStore
    lists: ListDesk
    speak: Speak
    drain: Callable[[float], Awaitable[bool]]
    """Until the journal is in the database; False: not within so many seconds."""
    carriers: Sequence[str]
    countries: Sequence[str]
    dispositions: Sequence[DispositionNode]
    flows: Callable[[], Sequence[str]]
    samples: Samples
    ends: dict[str, float | None] = field(default_factory=dict)
    """Campaign -> when its list will be through, as it was worked out last."""

    @property
    def center(self) -> Center:
        return self.shell.center

    @property
    def now(self) -> float:
        return self.clock.now()

    def run(self, campaign: str) -> Running | None:
        """As the center has it; None for a draft."""
        return self.center.dialer.campaigns.get(CampaignId(campaign))

    def look_again(self, campaign: str) -> None:
        """There may be leads for it that were not there when it looked last."""
        run = self.run(campaign)
        if run is not None and run.record.state == "running":
            self.shell.take(LeadsRead(campaign=run.record.id, leads=(), again_at=self.now))


class Book:
    """The records of all campaigns, drafts too. The center changes the state of some by itself: the higher revision
    counts."""

    def __init__(self, ground: Ground, records: Sequence[CampaignRecord]) -> None:
        self._ground = ground
        self._records = {record.id: record for record in records}

    def get(self, campaign: str) -> CampaignRecord | None:
        known = self._records.get(CampaignId(campaign))
        run = self._ground.run(campaign)
        if known is None or run is None or run.record.rev <= known.rev:
            return known
        return run.record

    def known(self, campaign: str) -> CampaignRecord:
        """Raises ResourceMissing."""
        record = self.get(campaign)
        if record is None:
            raise ResourceMissing.because("no_campaign", campaign=campaign)
        return record

    def all(self) -> list[CampaignRecord]:
        found = (self.get(campaign) for campaign in self._records)
        return [record for record in found if record is not None]

    def put(self, record: CampaignRecord) -> None:
        self._records[record.id] = record

    def drop(self, campaign: str) -> None:
        self._records.pop(CampaignId(campaign), None)


class Part:
    """A part of the desk."""

    def __init__(self, ground: Ground, book: Book) -> None:
        self._ground = ground
        self._book = book
