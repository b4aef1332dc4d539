"""Studies of stored days, with a real database, real files of inputs and the worker's own process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.desktop_fakes import desktop
from tests.support.history import RecordedFloor
from tests.support.house import make_house
from tests.support.orderly import orderly_day

from tandem.agent_desktop.core.study_resources import NewWhatIf, WhatIfJob
from tandem.agent_desktop.ports import Studies
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.history import studies
from tandem.cti.app.history.input_files import parts
from tandem.cti.app.history.studies import StudyDesk
from tandem.cti.app.history.whatif import BadChange
from tandem.cti.model.errors import BadRequest, LimitReached, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.plan_file import write_plan

NOON = datetime(2026, 11, 22, 12).astimezone().timestamp()
NEXT_DAY = datetime(2026, 11, 23, 12).astimezone().timestamp()
DAY = "2026-11-22"
SERVICE = QueueId("service")
CHANGE = 'agents: {eva: {skills: {"language:zh": 5, "product:accounts": 5}, shift: "12:00-13:00"}}'
GOES_FIRST = "queues: {service: {priority: 3}}"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RecordedFloor]:
    folder = tmp_path_factory.mktemp("inputs")
    return folder, orderly_day(folder, seed=1, begins_at=NOON, hours=1.0, per_hour=60)


@pytest.fixture
async def desk(database: Database, recorded: tuple[Path, RecordedFloor], tmp_path: Path) -> AsyncIterator[StudyDesk]:
    """The recorded day in the database, and no journal."""
    entries = [Entry(number, encode(record)) for number, record in enumerate(recorded[1].records)]
    await JournalStore(database).store("s", entries)
    await PlanStore(database).save(write_plan(recorded[1].house.plan), note="", by="test")
    made = StudyDesk(
        database=database,
        inputs_dir=tmp_path / "inputs",
        now=lambda: NEXT_DAY,
        plan=lambda: make_house().plan,
        handle_s=lambda _: 100.0,
        accuracy=lambda: {SERVICE: Accuracy(ended=[1] * 13, error_s=-26.0, miss_s=39.0)},
        since=NOON,
    )
    yield made
    await made.close()


async def over(desk: Studies, job: WhatIfJob) -> WhatIfJob:
    for _ in range(3000):
        job = await desk.what_if(job.id)
        if job.state not in ("queued", "running"):
            return job
        await asyncio.sleep(0.05)
    raise AssertionError(f"the simulation is still {job.state}")


def measure(job: WhatIfJob, name: str) -> Any:
    assert job.result is not None
    return next(each for each in job.result.measures if each.name == name)


async def test_a_day_of_the_database_is_simulated_with_a_change(desk: StudyDesk) -> None:
    started = await desk.start_what_if(NewWhatIf(day=DAY, change=CHANGE, runs=1), by="sue")
    assert (started.state, started.by, started.runs) == ("queued", "sue", 2)
    job = await over(desk, started)
    assert (job.state, job.runs_done, job.problem, job.remaining_s) == ("done", 2, {}, 0.0)
    assert job.result is not None
    levels = {each.name for each in job.result.measures if each.name.startswith("service_level")}
    assert len(levels - {"service_level:service"}) == 4, "all four definitions, and each queue's"
    assert measure(job, "abandoned_share").after <= measure(job, "abandoned_share").before
    assert measure(job, "asa_s").low <= measure(job, "asa_s").difference <= measure(job, "asa_s").high
    assert len(job.result.half_hours) == 48
    assert job.result.half_hours[24].offered > 10
    assert job.result.actual, "how far to believe it"
    assert any("Patience" in note["en"] and "拟合" in note["zh"] for note in job.result.notes)
    shown = await desk.what_if_desk()
    assert [(day.day, day.complete) for day in shown.days] == [(DAY, True)]
    assert [(each.id, each.result) for each in shown.jobs] == [(job.id, None)]
    await desk.cancel_what_if(job.id)
    await desk.cancel_what_if(job.id)
    with pytest.raises(ResourceMissing):
        await desk.what_if(job.id)


async def test_the_journal_of_inputs_is_the_better_source(
    desk: StudyDesk, recorded: tuple[Path, RecordedFloor], database: Database
) -> None:
    desk.inputs_dir = recorded[0]
    await database.execute("delete from segments")
    job = await over(desk, await desk.start_what_if(NewWhatIf(day=DAY, change=CHANGE, runs=2), by="sue"))
    assert (job.state, job.problem) == ("done", {})
    assert measure(job, "answered").before > 20, "the rows alone would not tell of any wait"


async def test_a_journal_that_cannot_be_replayed_leaves_the_database(desk: StudyDesk, tmp_path: Path) -> None:
    desk.inputs_dir.mkdir()
    (desk.inputs_dir / f"{DAY}-0002.lines").write_text("what is this\n")
    shown = await desk.what_if_desk()
    assert [(day.day, day.complete) for day in shown.days] == [(DAY, False)], "the first file is missing"
    job = await over(desk, await desk.start_what_if(NewWhatIf(day=DAY, change=CHANGE, runs=2), by="sue"))
    assert (job.state, job.problem) == ("done", {})
    assert job.result is not None
    assert any("from the database" in note["en"] for note in job.result.notes)


async def test_a_day_that_only_the_journal_knows_is_listed(desk: StudyDesk) -> None:
    desk.inputs_dir.mkdir()
    (desk.inputs_dir / "2026-11-21-0001.lines").write_text("")
    row = await desk.database.fetch_row("select count(*) as calls from calls where queued_at is not null")
    assert row is not None
    assert [(each.day, each.calls, each.complete) for each in (await desk.what_if_desk()).days] == [
        (DAY, row["calls"], True),
        ("2026-11-21", 0, False),
    ]
    job = await over(desk, await desk.start_what_if(NewWhatIf(day="2026-11-21", change=GOES_FIRST), by="sue"))
    assert job.state == "failed"
    assert "no call waited" in job.problem["en"]
    assert "Choose a day" in job.problem["en"]
    assert "请从列表中选择" in job.problem["zh"]


async def test_what_cannot_be_simulated_is_refused_at_once(desk: StudyDesk) -> None:
    for change in ("nonsense", "queues: {nobody: {handle: 3 min, steps: 7}}"):
        with pytest.raises(BadRequest):
            await desk.start_what_if(NewWhatIf(day=DAY, change=change, runs=2), by="sue")
    with pytest.raises(BadChange):
        await desk.start_what_if(NewWhatIf(day=DAY, change="", runs=2), by="sue")
    with pytest.raises(BadRequest, match="no day of the calendar"):
        await desk.start_what_if(NewWhatIf(day="2026-02-30", change=GOES_FIRST, runs=2), by="sue")
    with pytest.raises(BadRequest, match="out of range"):
        await desk.start_what_if(NewWhatIf(day="9999-12-31", change=GOES_FIRST, runs=2), by="sue")
    with pytest.raises(ResourceMissing, match="2026-11-01"):
        await desk.start_what_if(NewWhatIf(day="2026-11-01", change=GOES_FIRST, runs=2), by="sue")
    assert (await desk.what_if_desk()).jobs == []


async def test_one_runs_the_others_wait_and_no_more_than_so_many(
    desk: StudyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "MOST_WAITING", 2)
    monkeypatch.setattr(studies, "MOST_KEPT", 2)
    many = NewWhatIf(day=DAY, change=GOES_FIRST, runs=200)
    first, second = [await desk.start_what_if(many, by="sue") for _ in range(2)]
    for _ in range(600):
        if (await desk.what_if(first.id)).state != "queued":
            break
        await asyncio.sleep(0.05)
    assert [(await desk.what_if(each.id)).state for each in (first, second)] == ["running", "queued"]
    with pytest.raises(LimitReached):
        await desk.start_what_if(many, by="sue")
    few = replace_runs(many, 2)
    await desk.cancel_what_if(first.id)
    await desk.cancel_what_if(second.id)
    ended = [await over(desk, await desk.start_what_if(few, by="sue")) for _ in range(3)]
    assert [each.state for each in ended] == ["done"] * 3
    assert [each.id for each in (await desk.what_if_desk()).jobs] == [ended[2].id, ended[1].id]


def replace_runs(new: NewWhatIf, runs: int) -> NewWhatIf:
    return NewWhatIf(day=new.day, change=new.change, runs=runs)


async def test_cancelling_ends_the_process(desk: StudyDesk) -> None:
    job = await desk.start_what_if(NewWhatIf(day=DAY, change=GOES_FIRST, runs=200), by="sue")
    (task,) = desk._tasks
    for _ in range(2400):
        job = await desk.what_if(job.id)
        if job.runs_done:
            break
        await asyncio.sleep(0.05)
    assert job.runs_done
    assert job.remaining_s is not None
    children = await workers()
    assert len(children) == 1
    assert os.getpriority(os.PRIO_PROCESS, children[0]) > os.getpriority(os.PRIO_PROCESS, 0)
    await desk.cancel_what_if(job.id)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await workers() == []


async def test_closing_waits_for_the_process_of_a_cancelled_one(desk: StudyDesk) -> None:
    job = await desk.start_what_if(NewWhatIf(day=DAY, change=GOES_FIRST, runs=200), by="sue")
    for _ in range(2400):
        if (await desk.what_if(job.id)).runs_done:
            break
        await asyncio.sleep(0.05)
    (process,) = await workers()
    await desk.cancel_what_if(job.id)
    await asyncio.sleep(0)
    await desk.close()
    assert not Path(f"/proc/{process}").exists()


async def test_a_process_that_dies_is_told_and_the_next_one_runs(desk: StudyDesk) -> None:
    job = await desk.start_what_if(NewWhatIf(day=DAY, change=GOES_FIRST, runs=200), by="sue")
    for _ in range(2400):
        if (await desk.what_if(job.id)).runs_done:
            break
        await asyncio.sleep(0.05)
    for process in await workers():
        os.kill(process, 9)
    job = await over(desk, job)
    assert job.state == "failed"
    assert "ended early" in job.problem["en"]
    assert "意外结束" in job.problem["zh"]
    again = await over(desk, await desk.start_what_if(NewWhatIf(day=DAY, change=GOES_FIRST, runs=2), by="sue"))
    assert again.state == "done"


async def workers() -> list[int]:
    """Process ids of our own children that simulate."""

    def found() -> list[int]:
        own = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                try:
                    mine = f"PPid:\t{os.getpid()}\n" in (folder / "status").read_text()
                    if mine and b"study_worker" in (folder / "cmdline").read_bytes():
                        own.append(int(folder.name))
                except OSError:
                    continue
        return own

    return await asyncio.to_thread(found)


# ---- staffing, accuracy ----------------------------------------------------------------------------------------------


async def test_staffing_of_a_day_that_was(desk: StudyDesk) -> None:
    shown = await desk.staffing("service", DAY)
    assert len(shown.half_hours) == 48
    assert shown.half_hours[24].actual == shown.half_hours[24].forecast > 10
    assert shown.half_hours[24].erlang_c >= shown.half_hours[24].erlang_a >= 1
    assert shown.half_hours[0].erlang_a == 0
    assert "two weeks" in shown.notes[0]["en"]
    assert shown.half_hours[24].on_shift is None, "there is no such weekday before it"
    with pytest.raises(ResourceMissing):
        await desk.staffing("nobody", DAY)
    with pytest.raises(BadRequest):
        await desk.staffing("service", "9999-12-31")


async def test_staffing_of_a_day_to_come_is_forecast_and_says_who_is_usually_there(
    desk: StudyDesk, database: Database, recorded: tuple[Path, RecordedFloor]
) -> None:
    # the recorded hour once more on each day of the three weeks before
    await database.execute(
        """
        insert into calls
        select (jsonb_populate_record(calls, jsonb_build_object(
            'id', id || '-' || days, 'queued_at', queued_at - days * interval '1 day'))).*
        from calls cross join generate_series(1, 21) as days
        """
    )
    shown = await desk.staffing("service", "2026-11-29")
    noon = shown.half_hours[24]
    assert shown.history_days == 22
    assert noon.low <= noon.forecast <= noon.high
    assert noon.forecast > 10
    assert noon.actual is None, "that day has not come"
    assert 1 <= noon.erlang_a <= noon.erlang_c
    assert noon.service_level is not None
    assert noon.service_level >= shown.target_share
    assert noon.on_shift is not None
    assert noon.on_shift == pytest.approx(len(recorded[1].house.agents), abs=0.1)
    assert shown.half_hours[20].on_shift == 0.0
    assert any("On shift" in note["en"] for note in shown.notes)


async def test_today_is_told_as_far_as_it_has_come(desk: StudyDesk) -> None:
    desk.now = lambda: NOON + 1900
    half_hours = (await desk.staffing("service", DAY)).half_hours
    assert [half.minute for half in half_hours if half.actual is not None][-1] == 12 * 60 + 30


async def test_the_accuracy_of_predictions_is_shown(desk: StudyDesk) -> None:
    shown = await desk.expected_wait()
    assert [(row.queue, row.count, row.bias_s, row.error_s) for row in shown.queues] == [
        (None, 13, 2.0, 3.0),
        ("service", 13, 2.0, 3.0),
    ]


# ---- by the pages' interface -----------------------------------------------------------------------------------------


async def test_a_supervisor_simulates_by_http(
    desk: StudyDesk, recorded: tuple[Path, RecordedFloor], tmp_path: Path
) -> None:
    desk.inputs_dir = recorded[0]
    assert parts(desk.inputs_dir), "from the journal"
    async with desktop(tmp_path, real_studies=desk) as server, server.browser("sue") as sue:
        async with sue.get("/api/whatif") as answer:
            shown = await answer.json()
        assert [day["day"] for day in shown["days"]] == [DAY]
        for example in shown["examples"]:
            body = {"day": DAY, "change": example["change"], "runs": 2}
            async with sue.post("/api/whatif", json=body) as answer:
                assert answer.status == 202, await answer.text()
                job = await answer.json()
            for _ in range(3000):
                async with sue.get(f"/api/whatif/{job['id']}") as answer:
                    job = await answer.json()
                if job["state"] not in ("queued", "running"):
                    break
                await asyncio.sleep(0.05)
            assert (job["state"], job["problem"], job["by"]) == ("done", {}, "sue"), example["change"]
            assert len(job["result"]["measures"]) >= 10
            async with sue.delete(f"/api/whatif/{job['id']}") as answer:
                assert answer.status == 204
        async with sue.post("/api/whatif", json={"day": DAY, "change": "queues: {x: 1}"}) as answer:
            assert answer.status == 400
        async with sue.get(f"/api/staffing?queue=service&day={DAY}") as answer:
            assert len((await answer.json())["half_hours"]) == 48
        async with sue.get("/api/expected-wait") as answer:
            assert [row["count"] for row in (await answer.json())["queues"]] == [13, 13]
        async with server.browser("mei") as mei, mei.get("/api/whatif") as answer:
            assert answer.status == 403, "an agent has no business with it"
