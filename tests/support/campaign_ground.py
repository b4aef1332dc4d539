"""The campaigns' desk on a floor: stores without a database, a journal that only remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from tests.support.campaign_floor import CampaignFloor

from tandem.cti.adapters.postgres.campaign_outlook import CampaignOutlookStore, Times
from tandem.cti.adapters.postgres.campaigns import CampaignStore, Stretch
from tandem.cti.adapters.postgres.compliance import SheetStore, StoredSheet
from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.leads import LeadRow, LeadStore, Reading
from tandem.cti.adapters.postgres.promises import PromisedCall, PromiseOwner, PromiseStore
from tandem.cti.app import floor_plan as c
from tandem.cti.app.campaign_desk.desk import CampaignDesk
from tandem.cti.app.campaign_desk.ground import Book, Ground
from tandem.cti.app.campaign_desk.samples import Samples
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.app.shell import Shell
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.detections import Heard
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import AttemptRecord, CampaignDay, CampaignSample, DoNotCallEntry, Lead, PacingRecord
from tandem.cti.model.profiles import DispositionNode
from tandem.cti.model.records import Record
from tandem.cti.storage.errors import DatabaseDown
from tandem.ivr.core.speech import Prompt


class Campaigns:
    def __init__(self) -> None:
        self.stored: dict[CampaignId, CampaignRecord] = {}
        self.down = False
        self.decided: list[PacingRecord] = []
        self.stretches: list[Stretch] = []
        self.sampled: list[CampaignSample] = []
        self.counted: list[CampaignDay] = []

    def _up(self) -> None:
        if self.down:
            raise DatabaseDown("away")

    async def create(self, record: CampaignRecord) -> bool:
        self._up()
        return self.stored.setdefault(record.id, record) is record

    async def replace(self, record: CampaignRecord, *, expected_rev: int) -> bool:
        self._up()
        if self.stored[record.id].rev != expected_rev:
            return False
        self.stored[record.id] = record
        return True

    async def delete(self, campaign: str) -> bool:
        self._up()
        return self.stored.pop(CampaignId(campaign), None) is not None

    async def series(self, campaign: str, *, since: float, until: float, step_s: float) -> list[Stretch]:
        return [each for each in self.stretches if since <= each.at < until]

    async def samples(self, campaign: str, *, since: float, until: float) -> list[CampaignSample]:
        return [each for each in self.sampled if each.campaign == campaign and since <= each.at < until]

    async def decisions(self, campaign: str, *, before: int, limit: int) -> list[PacingRecord]:
        found = sorted((each for each in self.decided if each.number < before), key=lambda each: -each.number)
        return found[:limit]

    async def days(self, records: Sequence[CampaignRecord], *, zone: str, since: float) -> list[CampaignDay]:
        return self.counted


class Leads:
    def __init__(self) -> None:
        self.rows: list[Lead] = []
        self.readings: list[Reading] = []
        self.asked: list[dict[str, Any]] = []
        self.tried: dict[str, list[AttemptRecord]] = {}
        self.again: list[tuple[str, float, str | None]] = []
        self.recycled: list[tuple[str, tuple[str, ...]]] = []
        self.down = False
        self.zones: list[str] = []
        """Texts of zones of who is left."""

    async def read(self, campaign: str, count: int, **asked: Any) -> Reading:
        if self.down:
            raise DatabaseDown("away")
        self.asked.append({"campaign": campaign, "count": count, **asked})
        return self.readings.pop(0) if self.readings else Reading()

    async def left(self, campaign: str, *, now: float, opens_at: Callable[[str], float | None]) -> tuple[int, int]:
        for zones in self.zones:
            opens_at(zones)
        return len(self.rows), len(self.rows)

    async def page(self, campaign: str, wanted: Any, *, now: float, after: int, limit: int) -> list[LeadRow]:
        rows = [_row(lead) for lead in self.rows if lead.campaign == campaign and lead.position > after]
        return rows[:limit]

    async def classes(self, campaign: str, limits: Any, *, now: float) -> list[tuple[int, Lead]]:
        return [(10, lead) for lead in self.rows]

    async def one(self, lead: str, *, now: float) -> LeadRow | None:
        return next((_row(each) for each in self.rows if each.id == lead), None)

    async def attempts(self, lead: str) -> list[AttemptRecord]:
        return self.tried.get(lead, [])

    async def facts(self, number: str, *, campaign: str, now: float, zone: str, country: str) -> Lead:
        found = next(each for each in self.rows if each.numbers[0].number == number)
        return msgspec.structs.replace(found, campaign=CampaignId(campaign))

    async def call_again(self, lead: str, *, at: float, agent: str | None, **_: Any) -> bool:
        if next(each for each in self.rows if each.id == lead).state == "in_hand":
            return False
        self.again.append((lead, at, agent))
        return True

    async def recycle(self, campaign: str, results: Sequence[str], **_: Any) -> int:
        self.recycled.append((campaign, tuple(results)))
        return 3


def _row(lead: Lead) -> LeadRow:
    return LeadRow(lead=lead, sequence=lead.position, zones="", disposition=None, why="")


class Entries:
    def __init__(self) -> None:
        self.stored: list[DoNotCallEntry] = []

    async def one(self, entry: str) -> DoNotCallEntry | None:
        return next((each for each in self.stored if each.id == entry), None)

    async def search(
        self, text: str, *, lifted: bool, before: tuple[float, str] | None, limit: int
    ) -> list[DoNotCallEntry]:
        found = sorted((each for each in self.stored if text in each.number), key=lambda each: (-each.at, each.id))
        if before is not None:
            found = [each for each in found if (-each.at, each.id) > (-before[0], before[1])]
        return found[:limit]


class Sheets:
    def __init__(self) -> None:
        self.stored: list[StoredSheet] = []

    async def add(self, sheet: StoredSheet) -> bool:
        if any(each.number == sheet.number for each in self.stored):
            return False
        self.stored.append(sheet)
        return True

    async def last(self, campaign: str) -> StoredSheet | None:
        return self.stored[-1] if self.stored else None

    async def of_day(self, campaign: str, day: str) -> StoredSheet | None:
        return next((each for each in self.stored if each.day == day), None)

    async def chain(self, campaign: str) -> list[StoredSheet]:
        return list(self.stored)


class Outlook:
    def __init__(self) -> None:
        self.tried: dict[int, int] = {}
        self.attempts: list[AttemptRecord] = []
        self.succeeded = 0
        self.heard: list[Heard] = []
        self.heard_between: tuple[float, float | None] = (0.0, None)

    async def detections(self, campaign: str, *, since: float, until: float | None = None) -> list[Heard]:
        self.heard_between = (since, until)
        return self.heard

    async def detection_times(self, campaign: str, *, since: float) -> tuple[float | None, float | None]:
        return 1.8, 2.6

    async def open_by_tries(self, campaign: str) -> dict[int, int]:
        return self.tried

    async def over_by_tries(self, campaign: str, results: Sequence[str]) -> dict[int, int]:
        return {2: 30}

    async def by_try(self, campaign: str, *, since: float) -> dict[int, tuple[int, int]]:
        return {1: (1000, 300)}

    async def times(self, campaign: str, *, since: float) -> Times:
        return Times(talk_s=100.0, answer_s=9.0, other_s=20.0, dialled=400, answered=120)

    async def successes(self, campaign: str, fields: Sequence[str]) -> tuple[int, list[tuple[str, str, int]]]:
        return self.succeeded, [(name, "Beijing", 2) for name in fields]

    async def attempts_between(self, campaign: str, since: float, until: float) -> AsyncIterator[AttemptRecord]:
        for attempt in self.attempts:
            if since <= attempt.at < until:
                yield attempt

    async def first_attempt(self, campaign: str, *, since: float) -> float | None:
        return min((each.at for each in self.attempts if each.at >= since), default=None)


class Promised:
    """``changed``: what was moved (to when) and cancelled (None)."""

    def __init__(self) -> None:
        self.calls: list[PromisedCall] = []
        self.changed: list[tuple[str, float | None]] = []
        self.given: list[tuple[str, str | None, str]] = []
        """To whom, and why."""

    async def open(
        self, campaigns: Sequence[str], *, until: float, limit: int, agent: str | None, team: Sequence[str]
    ) -> list[PromisedCall]:
        mine = (c for c in self.calls if c.agent == agent or (c.agent is None and c.campaign in team))
        found = self.calls if agent is None else mine
        return [call for call in found if call.at < until and call.campaign in campaigns][:limit]

    async def one(self, lead: str) -> PromiseOwner | None:
        for call in self.calls:
            if call.id == lead:
                state = "in_hand" if call.in_hand else "open"
                return PromiseOwner(id=call.id, campaign=call.campaign, agent=call.agent, state=state)
        return None

    async def move(self, lead: str, *, at: float, note: str | None, agent: str | None, why: str) -> bool:
        self.changed.append((lead, at))
        self.given.append((lead, agent, why))
        return True

    async def cancel(self, lead: str, *, why: str) -> bool:
        self.changed.append((lead, None))
        return True


class Remembered:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)


class FloorShell:
    """``taken``: what the center was told."""

    def __init__(self, floor: CampaignFloor) -> None:
        self.floor = floor
        self.center = floor.center
        self.taken: list[c.Input] = []

    def take(self, input_: c.Input) -> None:
        self.taken.append(input_)
        if isinstance(input_, c.CampaignsApplied):
            self.floor.campaigns |= {record.id: record for record in input_.campaigns}
        self.floor.handle(input_)


@dataclass
class Desk:
    """``spoken``: what was asked to be spoken; ``speech``: raised then."""

    floor: CampaignFloor = field(default_factory=CampaignFloor)
    records: Sequence[CampaignRecord] = ()
    campaigns: Campaigns = field(default_factory=Campaigns)
    leads: Leads = field(default_factory=Leads)
    entries: Entries = field(default_factory=Entries)
    sheets: Sheets = field(default_factory=Sheets)
    outlook: Outlook = field(default_factory=Outlook)
    promised: Promised = field(default_factory=Promised)
    journal: Remembered = field(default_factory=Remembered)
    spoken: list[Prompt] = field(default_factory=list)
    speech: Exception | None = None

    def __post_init__(self) -> None:
        self.shell = FloorShell(self.floor)
        self.floor.slow = True
        self.campaigns.stored = {record.id: record for record in self.records}
        self.ground = Ground(
            shell=cast(Shell, self.shell),
            clock=self,
            journal=self.journal,
            campaigns=cast(CampaignStore, self.campaigns),
            leads=cast(LeadStore, self.leads),
            counted=cast(LeadStore, self.leads),
            do_not_call=cast(DoNotCallStore, self.entries),
            sheets=cast(SheetStore, self.sheets),
            outlook=cast(CampaignOutlookStore, self.outlook),
            promises=cast(PromiseStore, self.promised),
            lists=cast(ListDesk, None),
            speak=self.speak,
            drain=self.drain,
            carriers=("trunk",),
            countries=("CN", "US"),
            dispositions=(DispositionNode(code="done", zh="完成", en="Done", children=()),),
            flows=lambda: ["main"],
            samples=Samples(self.journal.write),
        )
        self.desk = CampaignDesk(self.ground, Book(self.ground, self.records))

    def now(self) -> float:
        return self.floor.now

    async def drain(self, timeout_s: float) -> bool:
        return not self.campaigns.down

    async def speak(self, prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        if self.speech is not None:
            raise self.speech
        self.spoken += prompts
        return {prompt: f"c/{number}" for number, prompt in enumerate(prompts)}
