"""``kill -9`` of the server in the middle of an import: nothing is half there, and the next one says so."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
import pytest
from tests.contract.postgres.test_lists import count, over, until
from tests.support import list_importer
from tests.support import records as some

from tandem.agent_desktop.core.list_resources import NewList
from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.app.lists.files import Begun, ListFiles
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.storage.pool import Database

_ROOT = Path(__file__).parents[3]
SESSIONS = "select pid from pg_stat_activity where application_name = 'tandem import'"
ROWS = 5_000
ENOUGH_LINES = 10_000


@dataclass
class Importing:
    process: asyncio.subprocess.Process
    upload: str
    job: str

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def importing(url: str, folder: Path, rows: int = ROWS) -> AsyncIterator[Importing]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", list_importer.__name__, url, str(folder), str(rows),
        stdout=asyncio.subprocess.PIPE, cwd=_ROOT, env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
    )  # fmt: skip
    begun = Importing(process, "", "")
    try:
        begun.upload, begun.job = await begun.line(), await begun.line()
        assert begun.job
        yield begun
    finally:
        if process.returncode is None:
            await begun.kill()


@asynccontextmanager
async def successor(database: Database, folder: Path) -> AsyncIterator[ListDesk]:
    desk = ListDesk(
        store=LeadImportStore(database), files=ListFiles(folder), now=time.time, region="CN", timezone="Asia/Shanghai"
    )
    await desk.open()
    yield desk
    await desk.close()


async def sessions(database: Database) -> int:
    return len(await database.fetch(SESSIONS))


async def nothing_came_and_it_can_be_begun_again(database: Database, folder: Path, killed: Importing) -> None:
    assert (await count(database), await count(database, "lead_numbers"), await count(database, "lead_lists")) == (
        0, 0, 0,
    )  # fmt: skip
    async with successor(database, folder) as desk:
        view = await desk.import_job(killed.job)
        assert (view.state, view.problem["en"].partition(";")[0]) == ("failed", "The server ended in the middle of it")
        assert [each.id for each in (await desk.lists("k")).cut_off] == [killed.job]
        assert [each.name for each in folder.iterdir()] == [killed.upload], "what was made of the file is cleared away"
        assert await sessions(database) == 0
        new = NewList(upload=killed.upload, campaign="k", name="x", columns=["number"])
        again = await over(desk, await desk.import_list(new, by="sam"))
        assert (again.state, again.accepted) == ("done", ROWS)
    assert await count(database, "lead_numbers") == ROWS
    assert not [file for each in folder.iterdir() for file in each.iterdir() if file.name != "bad-rows.csv"]
    async with successor(database, folder) as desk:
        assert not desk._jobs, "it is said once"


async def test_killed_while_the_file_is_read(database: Database, database_url: str, tmp_path: Path) -> None:
    await CampaignStore(database).create(some.campaign())
    async with importing(database_url, tmp_path) as killed:
        for _ in range(ENOUGH_LINES):
            if (await killed.line()).partition(" ")[2] not in ("", "0"):
                break
        await killed.kill()
    await nothing_came_and_it_can_be_begun_again(database, tmp_path, killed)


@pytest.mark.parametrize("table", ["leads", "lead_numbers", "lead_lists"])
async def test_killed_within_its_transaction(table: str, database: Database, database_url: str, tmp_path: Path) -> None:
    """It waits for a lock that somebody else has on a table into which it writes."""
    await CampaignStore(database).create(some.campaign())
    other = await asyncpg.connect(database_url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(f"lock table {table} in share mode")
    async with importing(database_url, tmp_path) as killed:

        async def waits() -> bool:
            query = (
                "select pid from pg_stat_activity where application_name = 'tandem import' and wait_event_type = 'Lock'"
            )
            return bool(await database.fetch(query))

        await until(waits)
        await killed.kill()
    await transaction.rollback()
    await other.close()
    await nothing_came_and_it_can_be_begun_again(database, tmp_path, killed)


async def test_killed_when_all_of_it_was_there(database: Database, tmp_path: Path) -> None:
    """Between its commit and the word that it is over."""
    await CampaignStore(database).create(some.campaign())
    async with successor(database, tmp_path) as desk:
        seen = await desk.inspect("list.csv", list_importer.pieces(10), by="sam")
        new = NewList(upload=seen.upload, campaign="k", name="x", columns=["number"])
        job = await over(desk, await desk.import_list(new, by="sam"))
        assert job.state == "done"
        (tmp_path / seen.upload).mkdir()
        desk.files.begin(Begun(sent=seen.upload, view=msgspec.structs.replace(job, state="running", accepted=0)))
    async with successor(database, tmp_path) as desk:
        view = await desk.import_job(job.id)
        assert (view.state, view.accepted) == ("done", 10)
        assert [each.name for each in tmp_path.iterdir()] == [job.id], "with its bad rows"
    assert await count(database) == 10


async def test_a_server_that_ends_in_order_leaves_word_as_well(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await CampaignStore(database).create(some.campaign())
    started = asyncio.Event()

    async def bring_in(*_: object) -> None:
        started.set()
        await asyncio.sleep(3_600.0)

    async with successor(database, tmp_path) as desk:
        monkeypatch.setattr(desk.store, "bring_in", bring_in)
        seen = await desk.inspect("list.csv", list_importer.pieces(10), by="sam")
        new = NewList(upload=seen.upload, campaign="k", name="x", columns=["number"])
        job = await desk.import_list(new, by="sam")
        await started.wait()
    async with successor(database, tmp_path) as desk:
        assert (await desk.import_job(job.id)).problem["zh"].startswith("导入途中服务器停止")
        assert [each.name for each in tmp_path.iterdir()] == [seen.upload]


@pytest.mark.parametrize("note", [b"", b'{"sent": "x", "view"', b"\xff\xfe"])
async def test_a_note_that_cannot_be_read_is_said_and_nothing_is_lost(
    note: bytes, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk was full, or somebody else wrote there. One import had come to nothing, the other was all there."""
    await CampaignStore(database).create(some.campaign())
    async with successor(database, tmp_path) as desk:
        kept = await desk.inspect("kept.csv", list_importer.pieces(10), by="sam")
        seen = await desk.inspect("list.csv", list_importer.pieces(10), by="sam")
        new = NewList(upload=seen.upload, campaign="k", name="autumn", columns=["number"])
        done = await over(desk, await desk.import_list(new, by="sam"))
    for made in (done.id, "0"):
        (tmp_path / made).mkdir(exist_ok=True)
        (tmp_path / made / "begun.json").write_bytes(note)
    async with successor(database, tmp_path) as desk:
        lost, there = (await desk.lists("k")).cut_off
        assert (lost.id, lost.state, lost.campaign) == ("0", "failed", "")
        assert lost.problem["zh"].startswith("导入途中服务器停止，导入记录已损坏，没有写入任何内容")
        assert (there.state, there.accepted, there.name, there.campaign) == ("done", 10, "autumn", "k")
        assert "need not be imported again" in there.problem["en"]
        assert (await desk.import_job("0")).state == "failed", "a page that watches it hears it, too"
        assert [each.id for each in (await desk.lists("other")).cut_off] == ["0"], "it may have been its own"
        assert "cannot be read" in caplog.text
        assert "autumn" in caplog.text
        again = NewList(upload=kept.upload, campaign="k", name="kept", columns=["number"])
        assert (await over(desk, await desk.import_list(again, by="sam"))).state == "done", "files are still there"
    assert await count(database) == 10
    async with successor(database, tmp_path) as desk:
        assert not (await desk.lists("k")).cut_off, "it is said once"
