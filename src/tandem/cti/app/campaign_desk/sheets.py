"""Compliance sheets: one a day and campaign, hashed with the one before; made when the campaign's day is over."""

from __future__ import annotations

import asyncio
import logging
from datetime import date, timedelta

import msgspec

from tandem.agent_desktop.core import compliance_resources as shapes
from tandem.cti.adapters.postgres.compliance import StoredSheet
from tandem.cti.app.campaign_desk.ground import Book, Ground, Part
from tandem.cti.app.dialer.days import KEPT_DAYS, day_of, empty, midnight, zone_of
from tandem.cti.model.campaigns import CampaignRecord, Hours
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, CtiError, ResourceMissing, WrongState
from tandem.cti.model.leads import AttemptRecord
from tandem.routing.core.dialer import compliance
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK
from tandem.routing.core.dialer.promise import first_day

log = logging.getLogger(__name__)

AFTER_S = 900.0
"""After midnight: the calls of the day are over, and the journal is in the database."""
EVERY_S = 60.0
STORED_S = 10.0
MOST_AT_ONCE = 400
"""Days that are made up for, of one campaign in one go."""
NAMES = {
    "us": {"zh": "美国（呼损 / 真人接听）", "en": "US: abandoned / answered by a person"},
    "ofcom": {"zh": "Ofcom（呼损 / 呼损 + 接通座席）", "en": "Ofcom: abandoned / (abandoned + put through)"},
}


class Sheets(Part):
    def __init__(self, ground: Ground, book: Book) -> None:
        super().__init__(ground, book)
        self._made_until: dict[str, str] = {}
        """Campaign -> the day before which all its sheets are made."""

    async def sheets(self, campaign: str) -> shapes.SheetList:
        """Newest first."""
        self._book.known(campaign)
        chain = await self._ground.sheets.chain(campaign)
        links = [
            compliance.Link(number=each.number, day=each.day, text=each.text, previous=each.previous, hash=each.hash)
            for each in chain
        ]
        broken = await asyncio.to_thread(compliance.verify, links)
        day = None
        if broken is not None:  # a number that was changed may be before its place: then no sheet is behind it
            day = next((each.day for each in chain if each.number >= broken.number), chain[-1].day)
        return shapes.SheetList(
            sheets=[_line(each) for each in reversed(chain)],
            chain_holds=broken is None,
            broken_day=day,
            broken_why=None if broken is None else broken.why,
        )

    async def sheet(self, campaign: str, day: str | None) -> shapes.ComplianceSheet:
        """Raises BadRequest (no day), ResourceMissing (a day to come), WrongState (it was changed since it was
        made)."""
        record = self._book.known(campaign)
        today = day_of(record.document, self._ground.now)
        day = day or today
        _read_day(day)
        if day > today:
            raise ResourceMissing.because("day_not_begun", day=day)
        stored = await self._ground.sheets.of_day(campaign, day)
        if stored is not None:
            kept = _as_hashed(stored)
            if kept is None:
                raise WrongState.because("sheet_changed", day=day)
            return _shown(kept, stored.hash)
        return _shown(await self._made(record, day, number=0, previous=""), "")

    # ---- by itself

    async def keep_sheets(self) -> None:
        """Makes the sheets of days that are over, until cancelled."""
        while True:
            for record in self._book.all():
                try:
                    await self._make_up(record)
                except CtiError as error:
                    log.warning("compliance sheets of %s are not made yet: %s", record.id, error)
                except Exception:
                    log.exception("a compliance sheet of %s could not be made", record.id)
            await asyncio.sleep(EVERY_S)

    async def _make_up(self, record: CampaignRecord) -> None:
        """Days on which nothing was dialled have no sheet."""
        if record.state == "draft":
            return
        document, now = record.document, self._ground.now
        over = day_of(document, now - AFTER_S)
        if self._made_until.get(record.id) == over:
            return
        if not await self._ground.drain(STORED_S):
            return  # attempts of the day may be missing yet
        last = await self._ground.sheets.last(record.id)
        if last is not None and last.day >= _before(over):
            self._made_until[record.id] = over
            return
        first = await self._ground.outlook.first_attempt(
            record.id, since=0.0 if last is None else self._end(record, last.day)
        )
        for _ in range(MOST_AT_ONCE):
            if first is None or day_of(document, first) >= over:
                self._made_until[record.id] = over
                return
            day = day_of(document, first)
            number, previous = (1, "") if last is None else (last.number + 1, last.hash)
            made = await self._made(record, day, number=number, previous=previous)
            text = compliance.text_of(made)
            last = StoredSheet(
                campaign=record.id,
                number=number,
                day=day,
                text=text,
                previous=previous,
                hash=compliance.hash_of(text),
                at=self._ground.now,
            )
            if not await self._ground.sheets.add(last):
                return  # somebody else was faster: looked at again in a minute
            log.info("compliance sheet %d of the campaign %s: %s", number, record.id, day)
            first = await self._ground.outlook.first_attempt(record.id, since=self._end(record, day))

    def _end(self, record: CampaignRecord, day: str) -> float:
        return midnight(record.document, _after(day))

    async def _made(self, record: CampaignRecord, day: str, *, number: int, previous: str) -> compliance.Sheet:
        document = record.document
        rules = RULE_BOOK[document.rules]
        since, until = midnight(document, day), midnight(document, _after(day))
        attempts: list[AttemptRecord] = [
            attempt async for attempt in self._ground.outlook.attempts_between(record.id, since, until)
        ]
        counts = await asyncio.to_thread(compliance.counts_of, attempts, rules)
        days = await self._ground.campaigns.days([record], zone=Hours().timezone, since=since - (KEPT_DAYS + 1) * DAY_S)
        heard = (
            await self._ground.outlook.detections(
                record.id, since=midnight(document, first_day(day, rules.window_days)), until=until
            )
            if document.machine_detection.use
            else []
        )
        of_day = next((each for each in days if each.day == day), None)
        return compliance.sheet(
            document,
            rules,
            of_day or empty(document, day),
            counts,
            days,
            zone=str(zone_of(document)),
            number=number,
            previous=previous,
            made_at=self._ground.now,
            heard=heard,
        )


def _read_day(day: str) -> date:
    """Raises BadRequest."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise BadRequest.because("no_day", day=day) from None
    if not 1970 <= found.year <= 2100:
        raise BadRequest.because("no_day", day=day)
    return found


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _as_hashed(stored: StoredSheet) -> compliance.Sheet | None:
    """None: what stands there is not what was hashed, or another day's."""
    if compliance.hash_of(stored.text) != stored.hash:
        return None
    try:
        made = compliance.read(stored.text)
    except msgspec.DecodeError:
        return None
    return made if made.day == stored.day else None


def _line(stored: StoredSheet) -> shapes.SheetLine:
    made = _as_hashed(stored)
    if made is None:
        return shapes.SheetLine(day=stored.day, hash=stored.hash, answered=None, abandoned=None, ratio=None)
    return shapes.SheetLine(
        day=stored.day,
        hash=stored.hash,
        answered=made.counts.answered,
        abandoned=made.counts.abandoned,
        ratio=next((share.share for share in made.shares if share.legal), None),
    )


def _shown(made: compliance.Sheet, hash_: str) -> shapes.ComplianceSheet:
    counts = made.counts
    return shapes.ComplianceSheet(
        campaign=made.campaign,
        name=made.name,
        day=made.day,
        zone=made.zone,
        rules=made.rules,
        rules_version=made.rules_version,
        provisional=not hash_,
        counts={
            name: getattr(counts, name)
            for name in counts.__struct_fields__
            if name != "machines_heard" or made.mistaken is not None  # both were noted from the same day on
        },
        formulas=[
            shapes.SheetFormula(
                id=each.formula,
                name=dict(NAMES[each.formula]),
                abandoned=each.abandoned,
                counted=each.counted,
                ratio=each.share,
                window_days=made.window_days,
                window_ratio=each.window_share,
                limit=each.limit,
                kept=each.kept,
                legal=each.legal,
            )
            for each in made.shares
        ],
        mistaken=None
        if made.mistaken is None
        else shapes.SheetMistaken(
            **{name: getattr(made.mistaken, name) for name in shapes.SheetMistaken.__struct_fields__}
        ),
        made_at=made.made_at,
        before=made.previous,
        hash=hash_,
    )
