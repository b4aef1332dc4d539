"""Lists come in whole or not at all, are told apart from what is there, and go out without formulas."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.support import records as some

from tandem.agent_desktop.core.list_resources import ImportJob, Inspected, NewList
from tandem.cti.adapters.postgres import lead_import
from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.adapters.postgres.leads import LeadStore
from tandem.cti.app.lists import list_desk, process
from tandem.cti.app.lists.export import export
from tandem.cti.app.lists.files import ListFiles
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.model.errors import BadRequest, LimitReached, ResourceMissing, WrongState
from tandem.cti.storage.pool import Database

_TABLE = """客户编号,姓名,手机号,备用电话,备注
C1,王小明,13800000001,,=1+1
C2,李雷,13800000002,13800000003,"两行
备注"
C3,韩梅梅,abc,,
C1,王小明又来,13800000009,,
C4,同号,13800000002,,
C5,一半同号,13800000005,13800000003,
C6,不要打,13800000006,,
"""


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[ListDesk]:
    await CampaignStore(database).create(some.campaign())
    desk = a_desk(database, tmp_path)
    await desk.open()
    yield desk
    await desk.close()


def a_desk(database: Database, folder: Path, **given: Any) -> ListDesk:
    return ListDesk(
        store=LeadImportStore(database), files=ListFiles(folder / "lists"), now=time.time, region="CN",
        timezone="Asia/Shanghai", **given,
    )  # fmt: skip


async def sent(desk: ListDesk, text: str | bytes = _TABLE, **given: Any) -> Inspected:
    content = text if isinstance(text, bytes) else text.encode()
    return await desk.inspect("../客户.csv", pieces(content), by="sam", **given)


def asked(seen: Inspected, campaign: str = "k", **given: Any) -> NewList:
    uses = [column.use for column in seen.columns]
    return NewList(upload=seen.upload, campaign=campaign, name="春季", columns=uses, **given)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(6_000):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to it")


async def over(desk: ListDesk, job: ImportJob) -> ImportJob:
    async def is_over() -> bool:
        return (await desk.import_job(job.id)).state not in ("waiting", "running")

    await until(is_over)
    return await desk.import_job(job.id)


async def imported(desk: ListDesk, text: str | bytes = _TABLE) -> ImportJob:
    return await over(desk, await desk.import_list(asked(await sent(desk, text)), by="sam"))


async def count(database: Database, table: str = "leads") -> int:
    [row] = await database.fetch(f"select count(*) as rows from {table}")  # noqa: S608 - a name from this file
    return int(row["rows"])


async def no_leads(database: Database) -> bool:
    return await count(database) == 0


async def text_of(chunks: AsyncIterator[bytes]) -> str:
    return b"".join([chunk async for chunk in chunks]).decode("utf-8-sig")


async def test_a_list_comes_in(desk: ListDesk, database: Database) -> None:
    await DoNotCallStore(database).put(some.do_not_call(number="+8613800000006"))
    seen = await sent(desk)
    assert (seen.name, seen.encoding, seen.rows) == ("客户.csv", "utf-8", 8)
    assert [column.use for column in seen.columns] == ["person", "name", "number.mobile", "number", "field.备注"]
    job = await over(desk, await desk.import_list(asked(seen), by="sam"))
    assert (job.state, job.rows, job.accepted, job.bad, job.duplicates, job.do_not_call) == ("done", 7, 4, 1, 2, 1)
    rows = await database.fetch(
        "select person, state, fields->>'备注' as note, "
        "(select array_agg(number order by position) from lead_numbers where lead = id) as numbers "
        "from leads order by sequence"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("C1", "open", "=1+1", ["+8613800000001"]),
        ("C2", "open", "两行\n备注", ["+8613800000002", "+8613800000003"]),
        ("C5", "open", None, ["+8613800000005"]),
        ("C6", "do_not_call", None, ["+8613800000006"]),
    ]
    bad = list(csv.reader(io.StringIO(await text_of(desk.bad_rows(job.list_id)))))
    assert [row[0] for row in bad[1:]] == ["5"]
    assert bad[1][2:5] == ["不是有效的电话号码", "It is no valid telephone number.", "C3"]
    [known] = (await desk.lists("k")).lists
    assert (known.name, known.file, known.rows, known.left, known.state) == ("春季", "客户.csv", 7, 3, "ready")


async def test_duplicates_across_lists_but_not_across_campaigns(desk: ListDesk, database: Database) -> None:
    await imported(desk)
    again = await imported(desk)
    assert (again.accepted, again.duplicates) == (0, 6)
    await CampaignStore(database).create(some.campaign("k2"))
    other = await over(desk, await desk.import_list(asked(await sent(desk), "k2"), by="sam"))
    assert (other.accepted, other.duplicates) == (4, 2)
    by_number = await imported(desk, "phone\n13800000003\n13800000099\n")
    assert (by_number.accepted, by_number.duplicates) == (1, 1)


async def test_what_was_taken_back_may_come_again(desk: ListDesk, database: Database) -> None:
    removed: list[str] = []
    desk.on_removed = removed.append
    first = await imported(desk)
    await desk.undo_list(first.list_id, by="mei")
    assert removed == [first.list_id]
    await until(lambda: no_leads(database))
    assert await count(database, "lead_numbers") == 0
    assert (await imported(desk)).accepted == first.accepted
    with pytest.raises(WrongState):
        await desk.undo_list(first.list_id, by="mei")
    with pytest.raises(ResourceMissing):
        await desk.undo_list("none", by="mei")


async def test_a_taking_back_that_was_cut_off_is_carried_on(desk: ListDesk, database: Database, tmp_path: Path) -> None:
    job = await imported(desk)
    await LeadImportStore(database).take_back(job.list_id, by="sam", at=some.AT)
    successor = a_desk(database, tmp_path)
    await successor.open()
    await until(lambda: no_leads(database))
    await successor.close()


async def test_a_cancelled_import_leaves_nothing_and_can_be_begun_again(desk: ListDesk, database: Database) -> None:
    seen = await sent(desk, "phone\n" + "".join(f"138{n:08d}\n" for n in range(20_000)))
    job = await desk.import_list(asked(seen), by="sam")

    async def begun() -> bool:
        return (await desk.import_job(job.id)).rows_done >= 2_000

    await until(begun)
    await desk.cancel(job.id)
    view = await over(desk, job)
    assert (view.state, view.problem["en"]) == ("failed", "Cancelled; nothing of it is there.")
    assert (await count(database), await count(database, "lead_lists")) == (0, 0)
    with pytest.raises(WrongState):
        await desk.cancel(job.id)
    assert (await desk.import_list(asked(seen), by="sam")).state == "waiting"


async def test_cut_off_in_the_middle_of_its_transaction(
    desk: ListDesk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = {**lead_import._QUERIES, "put_numbers": "select pg_terminate_backend(pg_backend_pid()), $1::text"}
    monkeypatch.setattr(lead_import, "_QUERIES", queries)
    job = await imported(desk)
    assert (job.state, job.problem["en"].partition(";")[0]) == ("failed", "The database did not answer")
    assert (await count(database), await count(database, "lead_lists")) == (0, 0)


async def test_a_workbook_comes_in(desk: ListDesk, database: Database) -> None:
    """What was sent lies in a file without a suffix: nothing may depend on one."""
    book = openpyxl.Workbook()
    for cells in (["客户编号", "姓名", "手机号"], ["C1", "王小明", 13800000001], ["C2", "李雷", "abc"]):
        book.active.append(cells)
    content = io.BytesIO()
    book.save(content)
    seen = await sent(desk, content.getvalue())
    assert (seen.encoding, [column.use for column in seen.columns]) == ("xlsx", ["person", "name", "number.mobile"])
    job = await over(desk, await desk.import_list(asked(seen), by="sam"))
    assert (job.state, job.accepted, job.bad) == ("done", 1, 1)
    [row] = await database.fetch("select person, number from leads join lead_numbers on lead = id")
    assert tuple(row.values()) == ("C1", "+8613800000001")


async def test_what_a_worker_said_before_it_died_is_in_the_log(
    desk: ListDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen = await sent(desk)
    real = asyncio.create_subprocess_exec

    async def broken(program: str, *_: str, **given: Any) -> asyncio.subprocess.Process:
        code = "import sys; print('x' * 200_000, file=sys.stderr); raise OSError('no room')"
        return await real(program, "-c", code, **given)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", broken)
    job = await over(desk, await desk.import_list(asked(seen), by="sam"))
    assert job.problem["en"].startswith("The process of the import ended early")
    [logged] = [record.getMessage() for record in caplog.records if record.name == process.__name__]
    assert logged.startswith(f"{job.id}: the process that read the list ended early, exit code 1\n")
    assert logged.endswith("\n  OSError: no room")
    assert len(logged) < 5_000


async def test_a_worker_that_dies(desk: ListDesk, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real = asyncio.create_subprocess_exec

    async def doomed(*arguments: Any, **given: Any) -> asyncio.subprocess.Process:
        started = await real(*arguments, **given)
        os.kill(started.pid, signal.SIGKILL)
        return started

    seen = await sent(desk)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", doomed)
    job = await over(desk, await desk.import_list(asked(seen), by="sam"))
    assert (job.state, "ended early" in job.problem["en"]) == ("failed", True)
    assert await count(database) == 0


async def test_a_campaign_that_is_gone(desk: ListDesk, database: Database) -> None:
    seen = await sent(desk)
    job = await over(desk, await desk.import_list(asked(seen, "nobody's"), by="sam"))
    assert (job.state, job.problem["en"]) == ("failed", "The campaign was deleted.")


async def test_files_that_are_no_lists_are_not_kept(desk: ListDesk, tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 no zip", bytes(range(32)) * 50):
        with pytest.raises(BadRequest):
            await sent(desk, content)
    assert list((tmp_path / "lists").iterdir()) == []
    with pytest.raises(ResourceMissing):
        await desk.import_list(NewList(upload="../../etc", campaign="k", name="x", columns=["number"]), by="sam")
    with pytest.raises(ResourceMissing):
        await anext(desk.bad_rows("../../etc/passwd"))


async def test_imports_wait_their_turn(desk: ListDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [await sent(desk, f"phone\n1380000000{n}\n") for n in range(3)]
    jobs = [await desk.import_list(asked(one), by="sam") for one in seen[:2]]
    with pytest.raises(BadRequest, match="already"):
        await desk.import_list(asked(seen[0]), by="sam")
    monkeypatch.setattr(list_desk, "MOST_WAITING", 2)
    with pytest.raises(LimitReached):
        await desk.import_list(asked(seen[2]), by="sam")
    assert [(await over(desk, job)).state for job in jobs] == ["done", "done"]


async def test_a_do_not_call_list_comes_in(desk: ListDesk, database: Database) -> None:
    told: list[Any] = []
    desk.on_forbidden = told.extend
    await imported(desk)
    await LeadStore(database).read(
        "k", 1, in_hand=(), order="list", now=some.AT, opens_at=lambda zones: some.AT
    )  # C1 is in hand
    seen = await sent(desk, "电话,编号\n13800000001,\n13800000002,\n,C5\nabc,\n13800000002,\n", forbidden=True)
    uses = [column.use for column in seen.columns]
    assert uses == ["number", "person"]
    job = await over(desk, await desk.import_forbidden(seen.upload, uses, by="sam"))
    assert (job.state, job.accepted, job.bad) == ("done", 3, 1)
    assert [entry.number for entry in told] == ["+8613800000001"]
    rows = await database.fetch("select person, state from leads order by sequence")
    assert [(row["person"], row["state"]) for row in rows] == [
        ("C1", "in_hand"), ("C2", "open"), ("C5", "do_not_call"), ("C6", "open"),
    ]  # fmt: skip
    assert await DoNotCallStore(database).count() == 3


async def test_what_goes_out_holds_no_formula(desk: ListDesk, database: Database, tmp_path: Path) -> None:
    await imported(desk, "phone,name,=cmd\n13800000001,@evil,-1+2\n13800000002,王,x\n")
    text = await text_of(export(LeadStore(database), "k", zone="Asia/Shanghai", language="zh"))
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][3:6] == ["客户", "姓名", "号码"]
    assert lines[0][-1] == "'=cmd"
    assert (lines[1][4], lines[1][5], lines[1][-1]) == ("'@evil", "+8613800000001", "'-1+2")
    assert len(lines) == 3


async def test_ten_thousand_rows_with_a_tenth_bad(desk: ListDesk, database: Database) -> None:
    lines = [f"139{n:08d},王{n}" if n % 10 else f"bad{n},王{n}" for n in range(10_000)]
    job = await imported(desk, "手机号,姓名\n" + "\n".join(lines))
    assert (job.state, job.rows_done, job.accepted, job.bad) == ("done", 10_000, 9_000, 1_000)
    assert await count(database) == 9_000


async def test_what_cannot_bring_anybody_in_is_refused(desk: ListDesk, database: Database) -> None:
    """A country that there is not would make every row bad; a file without rows an empty list."""
    seen = await sent(desk)
    with pytest.raises(BadRequest, match="XX is no country"):
        await desk.import_list(asked(seen, country="XX"), by="sam")
    with pytest.raises(BadRequest, match="XX is no country"):
        await desk.import_forbidden(seen.upload, ["number", "", "", "", ""], by="sam", country="XX")
    header = await sent(desk, "手机号,姓名\n")
    job = await over(desk, await desk.import_list(asked(header), by="sam"))
    assert (job.state, job.problem["en"]) == ("failed", "There is only a header: no people.")
    assert await count(database, "lead_lists") == 0
