"""Days out of the database's rows: the same day as out of the journal of inputs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.support.history import RecordedFloor
from tests.support.house import make_house
from tests.support.orderly import orderly_day

from tandem.agent_desktop.core.study_resources import NewWhatIf
from tandem.agent_desktop.ports import Studies
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.center_state import HouseCode
from tandem.cti.app.day_store import DayStore
from tandem.cti.app.input_files import parts_of
from tandem.cti.app.studies import StudyDesk
from tandem.cti.app.whatif import BadChange, from_journal
from tandem.cti.app.whatif_report import forecast_lines
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.plan_file import write_plan

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12).astimezone().timestamp()
NEXT_DAY = datetime(2026, 11, 23, 12).astimezone().timestamp()
SERVICE = QueueId("service")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RecordedFloor]:
    folder = tmp_path_factory.mktemp("inputs")
    return folder, orderly_day(folder, seed=1, begins_at=NOON, hours=1.0, per_hour=60)


@pytest.fixture
async def store(database: Database, recorded: tuple[Path, RecordedFloor]) -> DayStore:
    entries = [Entry(number, encode(record)) for number, record in enumerate(recorded[1].records)]
    await JournalStore(database).store("s", entries)
    await PlanStore(database).save(write_plan(recorded[1].house.plan), note="", by="test")
    return DayStore(database)


@pytest.fixture
async def desk(store: DayStore) -> AsyncIterator[StudyDesk]:
    made = StudyDesk(
        store=store,
        now=lambda: NEXT_DAY,
        plan=lambda: make_house().plan,
        handle_s=lambda _: 100.0,
        accuracy=lambda: {SERVICE: Accuracy(ended=[1] * 13, error_s=-26.0, miss_s=39.0)},
        since=NOON,
    )
    yield made
    await made.close()


async def test_the_rows_tell_the_same_day_as_the_inputs(store: DayStore, recorded: tuple[Path, RecordedFloor]) -> None:
    house = recorded[1].house
    replayed = from_journal(parts_of(recorded[0], DAY), DAY, code=lambda _: HouseCode.of(house))
    rows = await store.day(DAY, now=NEXT_DAY)
    assert rows.plan.queues == replayed.plan.queues == house.plan.queues
    assert rows.day.source == "database"
    assert len(rows.day.arrivals) == len(replayed.day.arrivals) > 40
    for row, input_ in zip(rows.day.arrivals, replayed.day.arrivals, strict=True):
        assert (row.id, row.queue, row.needs, row.end, row.agent) == (
            (input_.id, input_.queue, input_.needs, input_.end, input_.agent)
        )
        assert row.at == pytest.approx(input_.at, abs=1e-5)
        assert row.waited_s == pytest.approx(input_.waited_s, abs=1e-5)
        assert row.handle_s == (None if input_.handle_s is None else pytest.approx(input_.handle_s, abs=1e-5))


async def test_a_day_without_calls_is_missing(store: DayStore) -> None:
    with pytest.raises(ResourceMissing, match="no call waited on 2026-11-20"):
        await store.day(date(2026, 11, 20), now=NEXT_DAY)


async def test_half_hours_are_counted_by_local_time(store: DayStore) -> None:
    counts = (await store.counts(date(2026, 11, 24), days=5))[SERVICE]
    assert sorted(counts) == [DAY, date(2026, 11, 23)]
    assert sum(counts[DAY]) == sum(counts[DAY][24:26]) > 40
    assert sum(counts[date(2026, 11, 23)]) == 0
    assert any("no forecast" in line for line in await forecast_lines(store, date(2026, 11, 24)))
    assert await forecast_lines(store, DAY) == ["there are no calls in the 84 days before 2026-11-22"]


async def test_a_what_if_is_started_watched_and_done(desk: StudyDesk) -> None:
    studies: Studies = desk
    change = 'agents: {eva: {skills: {"language:zh": 5, "product:accounts": 5}, shift: "12:00-13:00"}}'
    job = await studies.start_what_if(NewWhatIf(day="2026-11-22", change=change, runs=2), by="sue")
    for _ in range(600):
        job = await studies.what_if(job.id)
        if job.state not in ("queued", "running"):
            break
        await asyncio.sleep(0.05)
    assert (job.state, job.runs_done, job.problem) == ("done", 2, {})
    assert job.result is not None
    assert {measure.name for measure in job.result.measures} > {"service_level", "asa_s", "service_level:service"}
    shown = await studies.what_if_desk()
    assert [day.day for day in shown.days] == ["2026-11-22"]
    assert shown.days[0].complete
    assert [each.id for each in shown.jobs] == [job.id]
    assert shown.jobs[0].result is None
    await studies.cancel_what_if(job.id)
    await studies.cancel_what_if(job.id)
    with pytest.raises(ResourceMissing):
        await studies.what_if(job.id)


async def test_what_cannot_be_simulated_is_refused_at_once_or_fails_with_a_reason(desk: StudyDesk) -> None:
    with pytest.raises(BadChange):
        await desk.start_what_if(NewWhatIf(day="2026-11-22", change="nonsense", runs=2), by="sue")
    with pytest.raises(BadRequest, match="no day of the calendar"):
        await desk.start_what_if(NewWhatIf(day="2026-02-30", change="a: 1", runs=2), by="sue")
    job = await desk.start_what_if(
        NewWhatIf(day="2026-11-01", change="queues: {service: {priority: 3}}", runs=2), by="sue"
    )
    for _ in range(200):
        job = await desk.what_if(job.id)
        if job.state == "failed":
            break
        await asyncio.sleep(0.02)
    assert job.state == "failed"
    assert "no call waited" in job.problem["en"]


async def test_a_running_what_if_can_be_cancelled(desk: StudyDesk) -> None:
    new = NewWhatIf(day="2026-11-22", change="queues: {service: {priority: 3}}", runs=200)
    job = await desk.start_what_if(new, by="sue")
    task = desk._jobs[job.id].task
    assert task is not None
    await asyncio.sleep(0.1)
    await desk.cancel_what_if(job.id)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_staffing_of_a_day_that_was(desk: StudyDesk) -> None:
    shown = await desk.staffing("service", "2026-11-22")
    assert len(shown.half_hours) == 48
    assert shown.half_hours[24].actual == shown.half_hours[24].forecast > 10
    assert shown.half_hours[24].erlang_c >= shown.half_hours[24].erlang_a >= 1
    assert shown.half_hours[0].erlang_a == 0
    assert "two weeks" in shown.notes[0]["en"]
    with pytest.raises(ResourceMissing):
        await desk.staffing("nobody", "2026-11-22")


async def test_the_accuracy_of_predictions_is_shown(desk: StudyDesk) -> None:
    shown = await desk.expected_wait()
    assert [(row.queue, row.count, row.bias_s, row.error_s) for row in shown.queues] == [
        (None, 13, 2.0, 3.0),
        ("service", 13, 2.0, 3.0),
    ]
