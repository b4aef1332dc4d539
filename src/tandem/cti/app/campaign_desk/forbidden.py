"""Who is not to be called. The center hears of an entry before anybody is told that it counts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from tandem.agent_desktop.core import list_resources as shapes
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.app.floor_plan import CallsForbidden
from tandem.cti.app.lists.numbers import read_number
from tandem.cti.model.errors import BadRequest, ResourceMissing, Unavailable
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import DoNotCallEntry

AT_ONCE = 1_000
"""Numbers read, and entries told to the center, in one turn of the loop."""
TOLD_WHOLE = 5_000
"""Of more numbers the center hears only those that it has in hand: what it reads later comes from the database."""
STORED_S = 20.0
SHOWN_BAD = 100
LOOKED_AT = 500
MOST_LOOKED_AT = 5_000
"""Entries, for one page."""


class ForbiddenNumbers(Part):
    async def forbidden(self, query: shapes.ForbiddenQuery) -> shapes.ForbiddenPage:
        """Newest first, those that were lifted as well."""
        found: list[DoNotCallEntry] = []
        before, looked_at = _cursor(query.cursor), 0
        while looked_at < MOST_LOOKED_AT:
            rows = await self._ground.do_not_call.search(query.q, lifted=True, before=before, limit=LOOKED_AT)
            looked_at += len(rows)
            for entry in rows:
                if len(found) == query.limit:
                    return _page(found, before)
                before = (entry.at, entry.id)
                if query.scope in (None, entry.scope) and query.campaign in (None, entry.campaign):
                    found.append(entry)
            if len(rows) < LOOKED_AT:
                return _page(found, None)
        return _page(found, before)

    async def forbid(self, asked: shapes.Forbid, *, by: str) -> shapes.ForbiddenLine:
        number = self._number(asked.number) if asked.number else ""
        self._known(asked.campaign)
        entry = self._entry(
            asked.scope, number, asked.person, asked.campaign, until=asked.until, by=by, source="operator"
        )
        self._put([entry])
        return _line(entry)

    async def forbid_many(self, asked: shapes.ForbidMany, *, by: str) -> shapes.ForbiddenMany:
        """Raises Unavailable: of very many the database has not all yet; they are entered nevertheless."""
        self._known(asked.campaign)
        scope = "global" if asked.campaign is None else "campaign"
        normalise = partial(_in_country, asked.country) if asked.country else self._ground.center.house.normalise
        numbers = list(dict.fromkeys(asked.numbers))
        bad: list[str] = []
        entries: dict[str, DoNotCallEntry] = {}
        bad_count = 0
        for begin in range(0, len(numbers), AT_ONCE):
            lot = numbers[begin : begin + AT_ONCE]
            read = await asyncio.to_thread(_read, lot, normalise)
            wrong = [given for given, number in zip(lot, read, strict=True) if not number]
            bad += wrong[: SHOWN_BAD - len(bad)]
            bad_count += len(wrong)
            for number in filter(None, read):
                entry = self._entry(scope, number, "", asked.campaign, until=asked.until, by=by, source="import")
                entries[entry.id] = entry
        found = list(entries.values())
        for begin in range(0, len(found), AT_ONCE):
            self._put(found[begin : begin + AT_ONCE], whole=len(found) <= TOLD_WHOLE)
            await asyncio.sleep(0)
        if len(found) > TOLD_WHOLE:
            if not await self._ground.drain(STORED_S):
                raise Unavailable.because("forbidden_late")
            self._tell(found, whole=False)  # what was read meanwhile
        return shapes.ForbiddenMany(entered=len(found), bad=bad, bad_count=bad_count)

    async def lift(self, entry_id: str, *, by: str) -> None:
        entry = await self._ground.do_not_call.one(entry_id)
        if entry is None:
            raise ResourceMissing.because("no_entry", entry=entry_id)
        if not entry.lifted:
            self._put([msgspec.structs.replace(entry, rev=self._rev(entry.rev), by=by, lifted=True)])

    # ---- inside

    def _put(self, entries: Sequence[DoNotCallEntry], *, whole: bool = True) -> None:
        """First to those who dial, then to the journal."""
        self._tell(entries, whole=whole)
        for entry in entries:
            self._ground.journal.write(entry)

    def _tell(self, entries: Sequence[DoNotCallEntry], *, whole: bool) -> None:
        if not whole:
            in_hand = self._numbers_in_hand()
            entries = [entry for entry in entries if entry.number in in_hand]
        if entries:
            self._ground.shell.take(CallsForbidden(tuple(entries)))

    def _numbers_in_hand(self) -> set[str]:
        dialer, callbacks = self._ground.center.dialer, self._ground.center.callbacks
        leads = [held.lead for run in dialer.campaigns.values() for held in run.pool.values()]
        leads += [attempt.lead for attempt in dialer.attempts.values()]
        promised = {record.number_e164 for record in callbacks.values()}
        return promised | {number.number for lead in leads for number in lead.numbers}

    def _entry(
        self, scope: str, number: str, person: str, campaign: str | None, *, until: float | None, by: str, source: str
    ) -> DoNotCallEntry:
        """One entry for one number or person in one scope: entered again it replaces itself."""
        what = "\n".join((scope, number, person, campaign or ""))
        return DoNotCallEntry(
            id=f"dnc-{hashlib.sha256(what.encode()).hexdigest()[:32]}",
            rev=self._rev(0),
            scope=scope,
            number=number,
            person=person,
            campaign=None if campaign is None else CampaignId(campaign),
            at=self._ground.now,
            by=by,
            source=source,
            until=until,
        )

    def _rev(self, before: int) -> int:
        """Higher than any that was given before: by the clock, which does not go back."""
        return max(before + 1, int(self._ground.now * 1000))

    def _number(self, given: str) -> str:
        number: str = self._ground.center.house.normalise(given)
        if not number:
            raise BadRequest.because("number_without_country", number=given[:40])
        return number

    def _known(self, campaign: str | None) -> None:
        if campaign is not None:
            self._book.known(campaign)


def _in_country(country: str, number: str) -> str:
    """As somebody would dial it there."""
    return read_number(number, country).number


def _read(numbers: list[str], normalise: Callable[[str], str]) -> list[str]:
    return [normalise(number) for number in numbers]


def _page(entries: list[DoNotCallEntry], before: tuple[float, str] | None) -> shapes.ForbiddenPage:
    following = "" if before is None else f"{before[0]!r}={before[1]}"
    return shapes.ForbiddenPage(entries=[_line(entry) for entry in entries], next=following)


def _cursor(cursor: str) -> tuple[float, str] | None:
    if not cursor:
        return None
    at, _, entry = cursor.partition("=")
    try:
        return float(at), entry
    except ValueError:
        raise BadRequest.because("bad_cursor") from None


def _line(entry: DoNotCallEntry) -> shapes.ForbiddenLine:
    return shapes.ForbiddenLine(
        id=entry.id,
        scope=entry.scope,
        number=entry.number,
        person=entry.person,
        campaign=entry.campaign,
        at=entry.at,
        by=entry.by,
        source=entry.source,
        until=entry.until,
        lifted=entry.lifted,
    )
