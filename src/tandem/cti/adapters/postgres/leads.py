"""Leads for the dialer, the pages and the command line.

What the journal has taken comes first: a lead that was just dialled must not be read as it was before. So every read
for the dialer waits until the journal is in the database.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from tandem.cti.model.ids import CampaignId, LeadId, ListId
from tandem.cti.model.leads import PERSONAL_EACH, PERSONAL_S, AttemptRecord, Lead, LeadNumber
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.pool import Connection, Database, Row
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import digits_to_search, like_pattern, storable

_QUERIES = load("tandem.cti.adapters.postgres", "leads.sql")
_FIELDS = msgspec.json.Decoder(dict[str, str])
_RESULTS = msgspec.json.Decoder(dict[str, int])

DRAIN_S = 5.0
ROUNDS = 5
"""How often a read looks further when what it found may not be called."""
SPARE = 20
AGAIN_S = 1.0
"""When some are left that could not be taken just now (another reader has them, or all that were looked at may not be
called)."""
MOST_PERSONAL = 500
"""So many promised calls that wait for one agent are in hand, of all agents together. They come besides those that were
asked for, as they may wait for who is away."""
LONG_S = 60.0
EXPORT_ROWS = 2_000
_Key = Callable[[Row], tuple[float, ...]]
_ORDERS: dict[str, tuple[str, _Key]] = {
    "list": ("next_by_list", lambda row: (-row["priority"], row["sequence"])),
    "newest": ("next_by_newest", lambda row: (-row["priority"], -row["sequence"])),
    "fewest_attempts": ("next_by_attempts", lambda row: (-row["priority"], row["attempts"], row["sequence"])),
    "random": ("next_by_chance", lambda row: (-row["priority"], row["shuffle"])),
}
"""Of a campaign: the query for those whom nothing has become of yet, and how they and the others are put together."""

OpensAt = Callable[[str], float | None]
"""When leads with these zones (``model.lead_zones``) may be called: not after now = now; None = never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``leads``: in hand from now on, in the order to dial them. ``again_at``: when the next one's time comes or its
    zone opens; None = none is left. ``promise_at``: when the time of the next promised call comes."""

    leads: tuple[Lead, ...] = ()
    left: int | None = None
    callable_now: int | None = None
    again_at: float | None = None
    promise_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """``states`` (): all. ``zones`` None: all. ``due_by``, ``due_after``: its time comes until, or after (epoch)."""

    states: tuple[str, ...] = ()
    zones: tuple[str, ...] | None = None
    due_by: float | None = None
    due_after: float | None = None
    list: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead for the pages. ``sequence``: the cursor. ``zones``: see ``model.lead_zones``."""

    lead: Lead
    sequence: int
    zones: str
    disposition: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLimits:
    """From which count, or within how long, something matters to the gate: of the campaign's attempt plan and its rule
    book. Durations in seconds. ``fields``: those that quotas are set on."""

    per_number: int
    per_person: int
    per_person_day: int
    per_day: int
    per_week: int
    machine_rest_s: float
    gap_s: float
    abandoned_rest_s: float
    fields: tuple[str, ...] = ()


async def _nothing_to_wait_for(timeout_s: float) -> bool:
    return True


class LeadStore:
    """Every method raises DatabaseDown. ``now``: epoch seconds."""

    def __init__(self, database: Database, drain: Callable[[float], Awaitable[bool]] = _nothing_to_wait_for) -> None:
        """``drain``: the journal's (``Spool.drain``)."""
        self._database = database
        self._drain = drain

    # ---- the dialer ----

    async def read(
        self,
        campaign: str,
        count: int,
        *,
        in_hand: Sequence[str],
        order: str,
        now: float,
        opens_at: OpensAt,
        promised: bool = False,
    ) -> Reading:
        """Up to ``count`` more leads, put in hand, and besides some who were promised a call by one agent.
        ``promised``: only who was promised one. Those that the store believes in hand but are not in ``in_hand`` are
        open again. ``order``: of the campaign. With ``count`` 0 nothing is read; what is left is counted."""
        if not await self._drain(DRAIN_S):
            raise DatabaseDown("the journal is not in the database yet: leads are not read")
        async with _undisturbed(), self._database.session() as connection, connection.transaction():
            await connection.execute(_QUERIES["reopen"], campaign, list(in_hand))
            found = await _openings(connection, campaign, now, opens_at)
            taken = []
            if count > 0:
                personal = await self._take_personal(connection, campaign, found, now)
                taken = [*personal, *await self._take(connection, campaign, count, found, order, now, promised)]
            leads = [row.lead for row in await _load(connection, taken, now)]
            after = await _openings(connection, campaign, now, opens_at)
            moments = [*after.moments, now if len(taken) >= count else now + AGAIN_S] if after.now else after.moments
            [promise] = await connection.fetch(_QUERIES["next_promise"], campaign, now)
            left = callable_now = None
            if count <= 0:
                left, callable_now = await _count(connection, campaign, found.zones, now)
        return Reading(
            leads=tuple(leads),
            left=left,
            callable_now=callable_now,
            again_at=min(moments) if moments else None,
            promise_at=promise["at"],
        )

    async def _take_personal(self, connection: Connection, campaign: str, openings: _Openings, now: float) -> list[str]:
        rows = await connection.fetch(
            _QUERIES["next_personal"], campaign, openings.zones, MOST_PERSONAL, now, now - PERSONAL_S, PERSONAL_EACH
        )
        if not rows:
            return []
        candidates = [row["id"] for row in rows]
        free = await _free(connection, candidates, now)
        taken = {row["id"] for row in await connection.fetch(_QUERIES["take"], sorted(free))}
        return [lead for lead in candidates if lead in taken]

    async def _take(
        self,
        connection: Connection,
        campaign: str,
        count: int,
        openings: _Openings,
        order: str,
        now: float,
        promised: bool,
    ) -> list[str]:
        query, key = _ORDERS[order]
        found: list[str] = []
        for _ in range(ROUNDS):
            wanted = count - len(found)
            limit = wanted + SPARE
            callbacks = await connection.fetch(
                _QUERIES["next_callbacks"], campaign, openings.zones, limit, now, now - PERSONAL_S
            )
            others: list[Row] = []
            if not promised:
                fresh = await connection.fetch(_QUERIES[query], campaign, openings.zones, limit)
                due = await connection.fetch(
                    _QUERIES["next_due"],
                    campaign,
                    openings.due_zones,
                    openings.due_priorities,
                    limit,
                    now,
                    now - PERSONAL_S,
                )
                others = sorted((*fresh, *due), key=key)
            candidates = list(dict.fromkeys(row["id"] for row in (*callbacks, *others)))[:limit]
            if not candidates:
                break
            free = await _free(connection, candidates, now)
            chosen = [lead for lead in candidates if lead in free][:wanted]
            taken = {row["id"] for row in await connection.fetch(_QUERIES["take"], chosen)}
            found += [lead for lead in chosen if lead in taken]
            if len(found) >= count or len(candidates) < limit or (not taken and len(free) == len(candidates)):
                break
        return found

    async def restore(self, *, now: float) -> tuple[list[AttemptRecord], list[Lead]]:
        """At start: the attempts under way with their leads. All other leads in hand are open again."""
        async with self._database.session(LONG_S) as connection, connection.transaction():
            attempts = [_attempt(row) for row in await connection.fetch(_QUERIES["open_attempts"])]
            await connection.execute(_QUERIES["reopen_all"])
            rows = await _load(connection, [attempt.lead for attempt in attempts], now)
        return attempts, [row.lead for row in rows]

    async def facts(self, number: str, *, campaign: str, now: float, zone: str = "", country: str = "") -> Lead:
        """What the gate needs to know of a number that is dialled by hand, by click or by the API: the campaign's lead
        with this number first in ``numbers``, or a new one that is on no list. ``campaign`` '': none's."""
        async with self._database.session() as connection:
            for row in await connection.fetch(_QUERIES["lead_with_number"], number, campaign):
                for known in await _load(connection, [row["id"]], now):
                    numbers = sorted(known.lead.numbers, key=lambda one: one.number != number)
                    return msgspec.structs.replace(known.lead, numbers=tuple(numbers))
            [facts] = await connection.fetch(_QUERIES["facts_of_number"], number, now, campaign)
        return Lead(
            id=LeadId(f"by-hand-{secrets.token_hex(8)}"),
            rev=0,
            campaign=CampaignId(campaign),
            list=ListId(""),
            person=number,
            numbers=(
                LeadNumber(
                    number=number,
                    zone=zone,
                    country=country,
                    attempts=0,
                    day=facts["day"],
                    week=facts["week"],
                    last_at=facts["last_at"],
                    last_result=facts["last_result"],
                    do_not_call=facts["do_not_call"],
                ),
            ),
            day=facts["day"],
            week=facts["week"],
            last_at=facts["last_at"],
            abandoned_at=facts["abandoned_at"],
            do_not_call=facts["person_do_not_call"],
        )

    # ---- the pages ----

    async def one(self, lead: str, *, now: float) -> LeadRow | None:
        rows = await self.some([lead], now=now)
        return rows[0] if rows else None

    async def some(self, leads: Sequence[str], *, now: float) -> list[LeadRow]:
        async with self._database.session() as connection:
            return await _load(connection, leads, now)

    async def attempts(self, lead: str) -> list[AttemptRecord]:
        """Newest first."""
        return [_attempt(row) for row in await self._database.fetch(_QUERIES["attempts_of"], lead)]

    async def page(
        self, campaign: str, wanted: LeadFilter, *, now: float, after: int = 0, limit: int = 100
    ) -> list[LeadRow]:
        """In the order of coming, those after the one whose ``sequence`` is ``after``."""
        async with self._database.session(LONG_S) as connection:
            rows = await connection.fetch(
                _QUERIES["page"],
                campaign,
                after,
                list(wanted.states),
                None if wanted.zones is None else list(wanted.zones),
                wanted.due_by,
                wanted.due_after,
                wanted.list,
                like_pattern(wanted.text),
                digits_to_search(wanted.text, fewest=4),
                limit,
            )
            return await _load(connection, [row["id"] for row in rows], now)

    async def classes(self, campaign: str, limits: ClassLimits, *, now: float) -> list[tuple[int, Lead]]:
        """All leads of the campaign by what the gate makes of them: how many, and one of them as it is. Finer than the
        gate needs: several may be the same to it."""
        async with self._database.session(LONG_S) as connection, connection.transaction():
            # The planner expects a class per lead, and would sort a million of them.
            await connection.execute("set local enable_sort = off; set local work_mem = '64MB'; set local jit = off")
            rows = await connection.fetch(
                _QUERIES["classes"],
                campaign,
                now,
                limits.per_number,
                limits.per_person,
                limits.per_person_day,
                limits.per_day,
                limits.per_week,
                limits.machine_rest_s,
                limits.gap_s,
                limits.abandoned_rest_s,
                list(limits.fields),
            )
            counts = {row["example"]: row["leads"] for row in rows}
            return [(counts[row.lead.id], row.lead) for row in await _load(connection, list(counts), now)]

    async def left(self, campaign: str, *, now: float, opens_at: OpensAt) -> tuple[int, int]:
        """Leads that may still be dialled, and those of them whose time has come and whose zone is open."""
        async with self._database.session() as connection:
            found = await _openings(connection, campaign, now, opens_at)
            return await _count(connection, campaign, found.zones, now)

    async def recycle(self, campaign: str, results: Sequence[str], *, now: float, why: str) -> int:
        """Leads that are done or exhausted and ended with one of ``results`` are open again, their attempts counted
        anew (``Lead.results["recycled"]``: the attempts before). How many."""
        async with self._database.session(LONG_S) as connection, connection.transaction():
            await connection.execute("set local statement_timeout = 0")
            done: str = await connection.execute(_QUERIES["recycle"], campaign, list(results), now, storable(why))
        return int(done.rpartition(" ")[2])

    async def call_again(
        self,
        lead: str,
        *,
        at: float,
        why: str,
        promised: bool = False,
        agent: str | None = None,
        note: str = "",
    ) -> bool:
        """Open again and due at ``at``; ``promised``: as a callback, of ``agent`` or of the team (None). False when it
        is in hand, forbidden, invalid or removed."""
        rows = await self._database.fetch(
            _QUERIES["call_again"], lead, at, at if promised else None, agent, storable(note), storable(why)
        )
        return bool(rows)

    async def export(self, campaign: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        """All leads as rows of the query ``export``, some at a time, in the order of coming."""
        after = 0
        while True:
            rows = await self._database.fetch(_QUERIES["export"], campaign, after, EXPORT_ROWS)
            if not rows:
                return
            yield rows
            after = rows[-1]["sequence"]

    async def field_names(self, campaign: str) -> list[str]:
        """Of the first leads."""
        return [row["name"] for row in await self._database.fetch(_QUERIES["field_names"], campaign)]


@dataclass(frozen=True, slots=True)
class _Openings:
    """``zones``: open now. ``due_zones``, ``due_priorities``: of those, pairs in which somebody's time has come.
    ``now``: somebody may be dialled now; ``moments``: when others may."""

    zones: list[str]
    due_zones: list[str]
    due_priorities: list[int]
    now: bool
    moments: list[float]


async def _openings(connection: Connection, campaign: str, now: float, opens_at: OpensAt) -> _Openings:
    fresh = [row["zones"] for row in await connection.fetch(_QUERIES["zones"], campaign)]
    resting = await connection.fetch(_QUERIES["resting"], campaign, now, now - PERSONAL_S)
    opening = {zones: opens_at(zones) for zones in dict.fromkeys((*fresh, *(row["zones"] for row in resting)))}
    open_now = {zones for zones, at in opening.items() if at is not None and at <= now}
    due = [row for row in resting if row["due"] and row["zones"] in open_now]
    waiting = {row["zones"] for row in resting if row["due"]} | set(fresh)
    moments = [at for zones in waiting if (at := opening[zones]) is not None and at > now]
    moments += [row["next_at"] for row in resting if row["next_at"] is not None and opening[row["zones"]] is not None]
    return _Openings(
        zones=sorted(open_now),
        due_zones=[row["zones"] for row in due],
        due_priorities=[row["priority"] for row in due],
        now=bool(due) or not open_now.isdisjoint(fresh),
        moments=moments,
    )


@contextlib.asynccontextmanager
async def _undisturbed() -> AsyncIterator[None]:
    """Two transactions that wait for each other's leads: one is rolled back, and may be tried again."""
    try:
        yield
    except asyncpg.TransactionRollbackError as error:
        raise DatabaseDown(f"leads were changed at the same time: {error}") from error


async def _free(connection: Connection, candidates: list[str], now: float) -> set[str]:
    """Those that somebody may call; the others are marked, so that they are not found again."""
    rows = await connection.fetch(_QUERIES["judge"], candidates, now)
    removed = [row["id"] for row in rows if row["removed"]]
    forbidden = [row["id"] for row in rows if row["for_ever"] and not row["removed"]]
    if removed:
        await connection.execute(_QUERIES["remove"], removed)
    if forbidden:
        await connection.execute(_QUERIES["forbid"], forbidden)
    resting = {row["id"]: row["until"] for row in rows if row["until"] is not None}
    for lead in resting.keys() - {*removed, *forbidden}:
        await connection.execute(_QUERIES["rest"], lead, resting[lead])
    return set(candidates) - {*removed, *forbidden} - resting.keys()


async def _count(connection: Connection, campaign: str, zones: list[str], now: float) -> tuple[int, int]:
    ready = {row["zones"]: row["leads"] for row in await connection.fetch(_QUERIES["count_ready"], campaign)}
    [resting] = await connection.fetch(_QUERIES["count_resting"], campaign, now)
    [in_hand] = await connection.fetch(_QUERIES["count_in_hand"], campaign)
    left = sum(ready.values()) + resting["leads"] + in_hand["leads"]
    return left, sum(ready.get(key, 0) for key in zones) + resting["due"]


async def _load(connection: Connection, ids: Sequence[str], now: float) -> list[LeadRow]:
    """In the order of ``ids``; those that do not exist are left out."""
    if not ids:
        return []
    numbers: dict[str, list[LeadNumber]] = {}
    for row in await connection.fetch(_QUERIES["numbers"], ids, now):
        fields = dict(row)
        numbers.setdefault(fields.pop("lead"), []).append(LeadNumber(**fields))
    found = {}
    for row in await connection.fetch(_QUERIES["leads"], ids, now):
        fields = dict(row)
        rest = {name: fields.pop(name) for name in ("sequence", "zones", "disposition", "why")}
        fields |= {"fields": _FIELDS.decode(fields["fields"]), "results": _RESULTS.decode(fields["results"])}
        found[row["id"]] = LeadRow(lead=Lead(**fields, numbers=tuple(numbers.get(row["id"], ()))), **rest)
    return [found[lead] for lead in ids if lead in found]


def _attempt(row: Mapping[str, Any]) -> AttemptRecord:
    return AttemptRecord(**{**row, "why": msgspec.json.decode(row["why"])})
