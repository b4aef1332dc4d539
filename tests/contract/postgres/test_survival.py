"""PostgreSQL stalls, restarts, crashes; the server is killed: every record is stored, once, in order."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support import records as some
from tests.support.killed import run_and_kill
from tests.support.lists import bring_in, person

from tandem.cti.app.campaign_desk.wiring import read_campaigns
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool

_STALL_S = 3.0


@contextlib.asynccontextmanager
async def journal(database: Database, folder: Path) -> AsyncIterator[Spool]:
    spool = Spool(folder, JournalStore(database, deadline_s=1.0).store)
    spool.open()
    tasks = [asyncio.create_task(spool.run()), asyncio.create_task(database.run())]
    try:
        yield spool
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        spool.close()


async def numbers(database: Database) -> list[int]:
    # ctid is where a row lies: rows of a table that only grows lie in the order in which they came
    return [row["number"] for row in await database.fetch("select number from call_events order by ctid")]


async def write_while(spool: Spool, outage: asyncio.Task[None]) -> int:
    """Write a record a millisecond until the outage is over; how many. No write may take long."""
    for number in itertools.count(1):
        before = time.perf_counter()
        spool.write(some.call_event(number))
        assert time.perf_counter() - before < _STALL_S / 2
        if outage.done():
            await outage
            return number
        await asyncio.sleep(0.001)
    raise AssertionError


async def stall(server: EmbeddedPostgres) -> None:
    await asyncio.sleep(0.2)
    server.stall()
    try:
        await asyncio.sleep(_STALL_S)
    finally:
        server.resume()


async def restart(server: EmbeddedPostgres) -> None:
    await asyncio.sleep(0.2)
    await server.restart()


async def crash(server: EmbeddedPostgres) -> None:
    await asyncio.sleep(0.2)
    await server.kill()
    await asyncio.sleep(0.5)
    await server.start()


@pytest.mark.parametrize("outage", [stall, restart, crash])
async def test_an_outage_of_the_database(outage: object, tmp_path: Path) -> None:
    changes: list[bool] = []
    async with EmbeddedPostgres.temporary() as server:
        await migrate(server.url)
        database = Database(server.url, on_change=changes.append)
        await database.open()
        async with journal(database, tmp_path) as spool:
            written = await write_while(spool, asyncio.create_task(outage(server)))  # type: ignore[operator]
            assert await spool.drain(60)
            assert await numbers(database) == list(range(1, written + 1))
            assert spool.status.lost == 0
            for _ in range(200):
                if changes[-1]:
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(1.5)  # longer than between two looks at the server
        await database.close()
    assert changes in ([True, False, True], [True]), "a fast restart may fall between two looks"
    assert outage is not stall or len(changes) == 3


async def test_a_killed_server(database: Database, database_url: str, tmp_path: Path) -> None:
    """kill -9 while it writes and drains; twice in a row; the third one stores what is left."""
    expected: dict[str, int] = {}
    for _ in range(2):
        pid, printed = run_and_kill("tests.support.journal_writer", str(tmp_path), database_url, after_lines=1_500)
        expected[f"w{pid}"] = len(printed)
    async with journal(database, tmp_path) as spool:
        assert await spool.drain(60)
    rows = await database.fetch("select call, array_agg(number order by ctid) as numbers from call_events group by 1")
    stored = {row["call"]: row["numbers"] for row in rows}
    assert set(stored) == set(expected)
    for call, printed_lines in expected.items():
        assert stored[call] in (list(range(printed_lines)), list(range(printed_lines + 1)))


async def test_reading_from_a_stalled_database_ends_at_the_deadline(
    postgres: EmbeddedPostgres, database: Database
) -> None:
    await database.fetch("select 1")
    postgres.stall()
    try:
        before = time.monotonic()
        with pytest.raises(DatabaseDown):
            await database.fetch("select 1", deadline_s=0.3)
        assert 0.25 < time.monotonic() - before < 5.0
    finally:
        postgres.resume()
    assert (await database.fetch("select 1 as one"))[0]["one"] == 1


async def test_a_slow_statement_does_not_block_the_connections(database: Database) -> None:
    for _ in range(10):  # more often than there are connections
        with pytest.raises(DatabaseDown):
            await database.fetch("select pg_sleep(5)", deadline_s=0.05)
    assert (await database.fetch("select 1 as one"))[0]["one"] == 1


async def test_a_cancelled_reader_gives_its_connection_back(database: Database) -> None:
    for _ in range(10):
        task = asyncio.create_task(database.fetch("select pg_sleep(5)"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await database.fetch("select 1 as one"))[0]["one"] == 1


async def test_an_attempt_behind_a_long_journal_is_known_at_start(database: Database, tmp_path: Path) -> None:
    """It was being dialled when the server was killed; the database had been away for a while before."""
    await bring_in(database, tmp_path, [person(1)])
    spool = Spool(tmp_path / "journal", JournalStore(database).store)
    spool.open()
    for number in range(2_000):
        spool.write(some.call_event(number))
    spool.write(some.attempt("list-1.1"))
    spool.close()
    async with journal(database, tmp_path / "journal") as successor:
        await successor.drain_all(lambda _: None, look_s=0.01)
        start = await read_campaigns(database, successor, now=some.AT)
    assert [attempt.id for attempt in start.attempts] == ["list-1.1"]
    assert [lead.id for lead in start.leads_of_attempts] == ["list-1"]
