from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tandem.cti.model.ids import CallId, RecordingId
from tandem.recordings.core.space import Space, SpaceLimits
from tandem.recordings.core.watch import Phase, WatchTimes
from tandem.recordings.errors import BadRecordingId, RecordingMissing
from tandem.recordings.service import Alarm, RecordingAlarm, RecordingService, SpaceAlarm
from tandem.recordings.settings import RecordingSettings

pytestmark = pytest.mark.own_time

R, C = RecordingId("c1-1"), CallId("c1")


class LoopsTime:
    def now(self) -> float:
        return asyncio.get_running_loop().time()


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


class Room:
    def __init__(self, folder: Path) -> None:
        self.settings = RecordingSettings(
            folder=folder,
            times=WatchTimes(first_look_s=0.05, next_look_s=0.05),
            space=SpaceLimits(low_bytes=0, full_bytes=0),
            settled_s=0.03,
            quiet_s=0,
        )
        self.raw = folder / f"{R}.raw"
        self.alarms: list[Alarm] = []
        self.service = RecordingService(self.settings, LoopsTime(), self.alarms.append)

    def phases(self) -> list[Phase]:
        return [alarm.phase for alarm in self.alarms if isinstance(alarm, RecordingAlarm)]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    task = asyncio.create_task(room.service.run())
    yield room
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_recording_that_runs_well_raises_no_alarm(room: Room) -> None:
    room.service.started(R, C)
    for size in range(1, 15):
        with room.raw.open("ab") as file:
            file.write(bytes(400 * size))
        await asyncio.sleep(0.02)
    file_ = await room.service.stopped(R)
    assert room.alarms == []
    assert (file_.duration_s, file_.channels) == (400 * 105 / 4 / 8000, 2)


async def test_alarms_say_what_is_wrong_and_when_it_is_well_again(room: Room) -> None:
    room.service.started(R, C)
    await until(lambda: len(room.alarms) == 1)
    room.raw.write_bytes(bytes(40))
    await until(lambda: len(room.alarms) == 2)
    await until(lambda: len(room.alarms) == 3)
    assert room.phases() == [Phase.MISSING, Phase.GROWING, Phase.STALLED]
    assert room.alarms[0] == RecordingAlarm(R, C, Phase.MISSING)


async def test_stopped_waits_for_the_last_bytes_of_the_switch(room: Room) -> None:
    room.service.started(R, C)
    room.raw.write_bytes(bytes(400))
    ending = asyncio.create_task(room.service.stopped(R))
    for _ in range(5):
        await asyncio.sleep(0.015)
        with room.raw.open("ab") as file:
            file.write(bytes(400))
    assert (await ending).bytes == 44 + 2400


async def test_stopped_may_be_asked_by_two_at_once_and_again(room: Room) -> None:
    room.service.started(R, C)
    room.raw.write_bytes(bytes(400))
    one, other = await asyncio.gather(room.service.stopped(R), room.service.stopped(R))
    assert one is other
    again = await room.service.stopped(R)
    assert (again.path, again.duration_s, again.bytes) == (one.path, one.duration_s, one.bytes)


async def test_who_gives_up_waiting_does_not_lose_the_file(room: Room) -> None:
    room.raw.write_bytes(bytes(400))
    waiting = asyncio.create_task(room.service.stopped(R))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not room.raw.exists())
    assert (room.settings.folder / f"{R}.wav").stat().st_size == 444


async def test_a_recording_that_never_was(room: Room) -> None:
    room.service.started(R, C)
    with pytest.raises(RecordingMissing):
        await room.service.stopped(R)
    await asyncio.sleep(0.15)
    assert room.alarms == []  # it is not watched any more


async def test_a_hostile_id_is_refused(room: Room) -> None:
    with pytest.raises(BadRecordingId):
        room.service.started(RecordingId("../x"), C)
    with pytest.raises(BadRecordingId):
        await room.service.stopped(RecordingId("../x"))


async def test_left_over_files_are_finished_but_not_those_that_run(room: Room) -> None:
    room.raw.write_bytes(bytes(400))
    (room.settings.folder / "old-1.raw").write_bytes(bytes(800))
    room.service.started(R, C)
    assert [each.recording for each in await room.service.recover()] == ["old-1"]
    assert room.raw.exists()


@pytest.mark.parametrize(
    ("limits", "space", "may_record"),
    [
        (lambda: SpaceLimits(low_bytes=1 << 62, full_bytes=0), Space.LOW, True),
        (lambda: SpaceLimits(low_bytes=1 << 62, full_bytes=1 << 61), Space.FULL, False),
    ],
)
async def test_little_room_is_told_once(
    tmp_path: Path, limits: Callable[[], SpaceLimits], space: Space, may_record: bool
) -> None:
    alarms: list[Alarm] = []
    settings = RecordingSettings(folder=tmp_path, times=WatchTimes(first_look_s=0.02, next_look_s=0.02), space=limits())
    service = RecordingService(settings, LoopsTime(), alarms.append)
    task = asyncio.create_task(service.run())
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (alarm,) = alarms
    assert isinstance(alarm, SpaceAlarm)
    assert (alarm.space, service.may_record) == (space, may_record)


async def test_a_folder_that_is_gone_counts_as_full(tmp_path: Path) -> None:
    alarms: list[Alarm] = []
    service = RecordingService(RecordingSettings(folder=tmp_path / "gone"), LoopsTime(), alarms.append)
    task = asyncio.create_task(service.run())
    await until(lambda: bool(alarms))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert alarms == [SpaceAlarm(Space.FULL, 0)]
