"""Days out of the database's rows: the same day as out of the journal of inputs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.support.history import RecordedFloor
from tests.support.orderly import orderly_day

from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.history.center_state import HouseCode
from tandem.cti.app.history.day_store import DayStore
from tandem.cti.app.history.input_files import parts_of
from tandem.cti.app.history.whatif import from_journal
from tandem.cti.app.history.whatif_report import forecast_lines
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry
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
    assert any("no forecast" in line for line in await forecast_lines(store, date(2026, 11, 24), "en"))
    assert await forecast_lines(store, DAY, "en") == ["there are no calls in the 84 days before 2026-11-22"]
