"""The journal into PostgreSQL: ``python -m benchmarks.store``.

A durable PostgreSQL of our own (fsync on) and the records of a usual call. Measured side by side in one run: what the
database takes one commit at a time, and what it takes through the journal; how long ``write`` holds the caller up; how
far the database lags behind at a steady load; how long a lot holds the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from tests.support import records as some

from tandem.cti.model.records import Record
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool
from tandem.cti.storage.spool_format import Entry

_CALLS = 600
_ONE_BY_ONE = 400
_STEADY_PER_S = 1_000
_STEADY_S = 5.0

Figure = tuple[str, float, str]
"""What, how much, unit."""


def usual_call(number: int) -> Iterator[Record]:
    """39 records: what one answered call writes."""
    call = f"bench-{number}"
    for step in range(12):
        yield some.call(
            call, rev=step + 1, state={"legs": {"a": "connected"}, "needs": ["language:zh>=3"], "step": step}
        )
    for step in range(15):
        yield some.call_event(step, call=call, text="matched: longest idle of three with language:zh>=3")
    for step in range(4):
        yield some.segment(step, call=call)
        yield some.agent_state(number * 4 + step, call=call)
    for rev in (1, 2):
        yield some.recording(f"{call}-r", rev=rev, call=call)
    yield some.contact(f"{call}-k", call=call, notes="客户询问上周汇往新加坡的汇款，已查明并告知预计两个工作日内入账。")
    yield some.audit(f"{call}-a")


@contextlib.asynccontextmanager
async def _house() -> AsyncIterator[tuple[Database, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="tandem-bench-"))
    server = EmbeddedPostgres(folder / "postgres")
    try:
        await server.start()
        await migrate(server.url)
        database = Database(server.url)
        await database.open()
        try:
            yield database, folder / "journal"
        finally:
            await database.close()
    finally:
        await server.destroy()
        shutil.rmtree(folder, ignore_errors=True)


async def measure() -> list[Figure]:
    async with _house() as (database, folder):
        one_by_one = await _one_by_one(database)
        spool = Spool(folder, JournalStore(database).store)
        spool.open()
        run = asyncio.create_task(spool.run())
        watch = asyncio.create_task(_watch_loop())
        through, writes = await _through(spool)
        lags = await _steady(spool)
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        spool.close()
        stalls = _stalls
    return [
        ("one commit a record", one_by_one, "records/s"),
        ("through the journal", through, "records/s"),
        ("ratio", through / one_by_one, "x"),
        ("write() p50", _percentile(writes, 50) * 1e6, "us"),
        ("write() p99", _percentile(writes, 99) * 1e6, "us"),
        ("write() longest", max(writes) * 1e3, "ms"),
        (f"lag at {_STEADY_PER_S} records/s p50", _percentile(lags, 50) * 1e3, "ms"),
        (f"lag at {_STEADY_PER_S} records/s p99", _percentile(lags, 99) * 1e3, "ms"),
        ("event loop held p50", _percentile(stalls, 50) * 1e3, "ms"),
        ("event loop held p99", _percentile(stalls, 99) * 1e3, "ms"),
    ]


async def _one_by_one(database: Database) -> float:
    store = JournalStore(database)
    records = [record for number in range(_ONE_BY_ONE) for record in usual_call(1_000_000 + number)][:_ONE_BY_ONE]
    before = time.perf_counter()
    for seq, record in enumerate(records, 1):
        await store.store("bench", [Entry(seq, encode(record))])
    return len(records) / (time.perf_counter() - before)


async def _through(spool: Spool) -> tuple[float, list[float]]:
    records = [list(usual_call(number)) for number in range(_CALLS)]
    writes = []
    before = time.perf_counter()
    for call in records:
        for record in call:
            began = time.perf_counter()
            spool.write(record)
            writes.append(time.perf_counter() - began)
        await asyncio.sleep(0)
    if not await spool.drain(120):
        raise RuntimeError("not drained in two minutes")
    return len(writes) / (time.perf_counter() - before), writes


async def _steady(spool: Spool) -> list[float]:
    """How long after ``write`` a record is in the database, sampled ten times a second under a steady load."""
    records = [record for number in range(200) for record in usual_call(2_000_000 + number)]
    lags: list[float] = []
    began = time.perf_counter()
    samples: list[asyncio.Task[None]] = []

    async def sample() -> None:
        before = time.perf_counter()
        if await spool.drain(10):
            lags.append(time.perf_counter() - before)

    written = 0
    while (passed := time.perf_counter() - began) < _STEADY_S:
        while written < passed * _STEADY_PER_S:
            spool.write(records[written % len(records)])
            written += 1
        if len(samples) < passed * 10:
            samples.append(asyncio.create_task(sample()))
        await asyncio.sleep(0.002)
    await asyncio.gather(*samples)
    return lags


_stalls: list[float] = []


async def _watch_loop() -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        _stalls.append(max(0.0, time.perf_counter() - before - 0.001))


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def main() -> None:
    for name, value, unit in asyncio.run(measure()):
        sys.stdout.write(f"{name:<36}{value:>12,.2f} {unit}\n")


if __name__ == "__main__":
    main()
