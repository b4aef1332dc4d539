"""The journal: takes everything at once, hands it on once and in order, keeps what is not handed on."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support import records as some
from tests.support.killed import run_and_kill

from tandem.cti.model.errors import Unavailable
from tandem.cti.model.records import CallEventRecord
from tandem.cti.storage.errors import DatabaseDown, SpoolInUse
from tandem.cti.storage.journal_rows import decode, encode
from tandem.cti.storage.spool import LOT, Spool
from tandem.cti.storage.spool_format import Entry

pytestmark = pytest.mark.own_time


class Shelf:
    """Stands in for the database: keeps what it is given, can be away."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.away = False
        self.lots = 0

    async def store(self, spool: str, lot: Sequence[Entry]) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise DatabaseDown("away")
        self.lots += 1
        self.entries += lot

    @property
    def numbers(self) -> list[int]:
        records = (decode(entry.payload) for entry in self.entries)
        return [record.number for record in records if isinstance(record, CallEventRecord)]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@contextlib.asynccontextmanager
async def running(folder: Path, shelf: Shelf, **settings: Any) -> AsyncIterator[Spool]:
    spool = Spool(folder, shelf.store, **settings)
    spool.open()
    task = asyncio.create_task(spool.run())
    try:
        yield spool
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        spool.close()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("journal-"))


async def test_everything_once_and_in_order(tmp_path: Path, shelf: Shelf) -> None:
    async with running(tmp_path, shelf) as spool:
        for number in range(3 * LOT):
            spool.write(some.call_event(number))
        assert spool.status.pending == 3 * LOT
        assert await spool.drain(5)
        assert spool.status.pending == 0
    assert shelf.numbers == list(range(3 * LOT))
    assert shelf.lots == 3


async def test_an_idle_journal_wakes_at_once(tmp_path: Path, shelf: Shelf) -> None:
    async with running(tmp_path, shelf) as spool:
        await asyncio.sleep(0.02)
        for number in range(20):
            spool.write(some.call_event(number))
            assert await spool.drain(0.1)
    assert shelf.numbers == list(range(20))


async def test_the_database_is_away_for_a_while(tmp_path: Path, shelf: Shelf) -> None:
    alarms: list[str] = []
    shelf.away = True
    async with running(tmp_path, shelf, on_alarm=alarms.append) as spool:
        for number in range(10):
            spool.write(some.call_event(number))
        assert not await spool.drain(0.2)
        shelf.away = False
        spool.write(some.call_event(10))
        assert await spool.drain(5)
    assert shelf.numbers == list(range(11))
    assert len(alarms) == 1, "one alarm for one outage"


async def test_a_long_journal_is_waited_for_as_long_as_it_shrinks(tmp_path: Path, shelf: Shelf) -> None:
    left: list[int] = []
    shelf.away = True
    async with running(tmp_path, shelf) as spool:
        for number in range(6 * LOT):
            spool.write(some.call_event(number))

    async def slow(spool: str, lot: Sequence[Entry]) -> None:
        await asyncio.sleep(0.03)
        shelf.entries += lot

    shelf.store = slow  # type: ignore[method-assign]
    async with running(tmp_path, shelf) as spool:
        await spool.drain_all(left.append, look_s=0.01, patience_s=0.15)  # as long as all lots take, nearly
        assert spool.status.pending == 0
    assert shelf.numbers == list(range(6 * LOT))
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1] > 0


async def test_a_journal_that_nobody_takes_is_not_waited_for(tmp_path: Path, shelf: Shelf) -> None:
    left: list[int] = []
    shelf.away = True
    async with running(tmp_path, shelf) as spool:
        await spool.drain_all(left.append)
        assert left == [], "there is nothing in it"
        spool.write(some.call_event(1))
        with pytest.raises(Unavailable, match="1 records wait"):
            await spool.drain_all(left.append, look_s=0.01, patience_s=0.03)
    assert set(left) == {1}


async def test_a_mistake_in_the_store_loses_nothing(tmp_path: Path, shelf: Shelf) -> None:
    async def store(spool: str, lot: Sequence[Entry]) -> None:
        if not shelf.entries:
            shelf.entries.append(lot[0])
            raise RuntimeError("half way")
        await shelf.store(spool, lot)

    spool = Spool(tmp_path, store)
    spool.open()
    task = asyncio.create_task(spool.run())
    spool.write(some.call_event(1))
    assert await spool.drain(5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    spool.close()
    assert shelf.numbers == [1, 1], "again: the store makes once of it"


async def test_a_successor_goes_on(tmp_path: Path, shelf: Shelf) -> None:
    async with running(tmp_path, shelf) as spool:
        spool.write(some.call_event(0))
        assert await spool.drain(5)
        shelf.away = True
        for number in range(1, 6):
            spool.write(some.call_event(number))
    shelf.away = False
    async with running(tmp_path, shelf) as spool:
        spool.write(some.call_event(6))
        assert await spool.drain(5)
    assert shelf.numbers == list(range(7))
    assert [entry.seq for entry in shelf.entries] == list(range(1, 8))


async def test_killed_in_the_middle_of_writing(tmp_path: Path, shelf: Shelf) -> None:
    _, written = run_and_kill("tests.support.journal_writer", str(tmp_path), after_lines=2_000)
    async with running(tmp_path, shelf) as spool:
        assert await spool.drain(10)
    assert len(written) >= 2_000
    # one more than was said may have been written: it was killed between writing and saying so
    assert shelf.numbers in (list(range(len(written))), list(range(len(written) + 1)))


async def test_a_torn_end_is_cut_off(tmp_path: Path, shelf: Shelf) -> None:
    shelf.away = True
    async with running(tmp_path, shelf) as spool:
        for number in range(3):
            spool.write(some.call_event(number))
    [name] = files(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:-20] + b"\0" * 300)
    shelf.away = False
    async with running(tmp_path, shelf) as spool:
        spool.write(some.call_event(9))
        assert await spool.drain(5)
        assert spool.status.damaged == 0
    assert shelf.numbers == [0, 1, 9]


async def test_damage_in_the_middle_costs_one_record_and_is_kept(tmp_path: Path, shelf: Shelf) -> None:
    shelf.away = True
    async with running(tmp_path, shelf) as spool:
        for number in range(3):
            spool.write(some.call_event(number))
    [name] = files(tmp_path)
    lines = (tmp_path / name).read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"queued", b"Queued")
    (tmp_path / name).write_bytes(b"".join(lines))
    shelf.away = False
    async with running(tmp_path, shelf) as spool:
        assert await spool.drain(5)
        assert spool.status.damaged == 1
    assert shelf.numbers == [0, 2]
    assert (tmp_path / "damaged.lines").read_bytes() == lines[1]


async def test_what_is_stored_is_forgotten(tmp_path: Path, shelf: Shelf) -> None:
    shelf.away = True
    async with running(tmp_path, shelf, segment_bytes=2_000) as spool:
        for number in range(100):
            spool.write(some.call_event(number))
        assert len(files(tmp_path)) > 5
        assert spool.status.bytes == sum((tmp_path / name).stat().st_size for name in files(tmp_path))
        shelf.away = False
        assert await spool.drain(5)
        assert len(files(tmp_path)) == 1
        assert spool.status.bytes < 2_500
    assert shelf.numbers == list(range(100))


async def test_two_processes_cannot_share_a_folder(tmp_path: Path, shelf: Shelf) -> None:
    async with running(tmp_path, shelf):
        with pytest.raises(SpoolInUse, match="another process"):
            Spool(tmp_path, shelf.store).open()


def _full_disk(*_: object) -> int:
    raise OSError(28, "No space left on device")


def _half_a_line(real: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    return lambda fd, data: real(fd, data[: len(data) // 2])


async def test_a_full_disk_is_bridged_in_memory(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    alarms: list[str] = []
    real = os.write
    async with running(tmp_path, shelf, on_alarm=alarms.append, held_records=50) as spool:
        shelf.away = True
        spool.write(some.call_event(0))
        monkeypatch.setattr(os, "write", _full_disk)
        for number in range(1, 5):
            spool.write(some.call_event(number))
        monkeypatch.setattr(os, "write", _half_a_line(real))
        spool.write(some.call_event(5))
        assert spool.status.held == 5
        monkeypatch.undo()
        spool.write(some.call_event(6))
        assert spool.status.held == 0, "the disk has them now"
        monkeypatch.setattr(os, "write", _full_disk)
        spool.write(some.call_event(7))
        shelf.away = False
        assert await spool.drain(5), "from memory, while the disk is still full"
    assert shelf.numbers == list(range(8))
    assert sum("cannot be written" in alarm for alarm in alarms) == 2


async def test_the_bounds_are_kept_and_what_is_lost_is_counted(tmp_path: Path, shelf: Shelf) -> None:
    alarms: list[str] = []
    shelf.away = True
    bound = 5_000
    async with running(
        tmp_path, shelf, on_alarm=alarms.append, max_bytes=bound, segment_bytes=1_000, held_records=10
    ) as spool:
        for number in range(100):
            spool.write(some.call_event(number))
        status = spool.status
        assert status.bytes < bound + 500
        assert status.held == 10
        assert status.lost == 100 - status.pending
        assert [alarm.split(":")[0].split(" of ")[0] for alarm in alarms] == [
            "the journal's folder is filled to 80 %",
            f"the journal's folder holds {bound} bytes, its bound",
            "records are lost",
        ]
        shelf.away = False
        assert await spool.drain(5)
        spool.write(some.call_event(100))
        assert await spool.drain(5)
    assert shelf.numbers == [*range(status.pending), 100]


@pytest.mark.parametrize(
    "text", ["", "\n\r\u2028\u0085", "\0", "\ud800", "\udfff\ud800", "王" * 10_000, '"\\', "\x1b[2J"]
)
async def test_any_text_can_be_taken(tmp_path: Path, shelf: Shelf, text: str) -> None:
    async with running(tmp_path, shelf) as spool:
        spool.write(some.call_event(1, text=text, data={text: object()}))
        spool.write(some.call_event(2))
        assert await spool.drain(5)
    assert shelf.numbers == [1, 2]


def test_a_record_is_what_it_was() -> None:
    for record in (some.call(), some.segment(), some.audit(detail={"a": [1, {"b": None}]})):
        assert decode(encode(record)) == record
