"""The asyncio shell: recordings that run are watched by one task; those that end become files that play."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.model.ids import CallId, RecordingId
from tandem.cti.ports import Clock
from tandem.recordings.core.naming import raw_path, wav_path
from tandem.recordings.core.space import Space, judge
from tandem.recordings.core.watch import Ended, Phase, Seen, WatchState, begin, step
from tandem.recordings.files import RecordingFile, Recovered, finalise, finished, recover
from tandem.recordings.settings import RecordingSettings

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class RecordingAlarm:
    """``phase``: what the watch saw (``missing``, ``stalled``, or ``growing``: it is well again)."""

    recording: RecordingId
    call: CallId
    phase: Phase


@dataclass(frozen=True, slots=True)
class SpaceAlarm:
    """The room on the disk has come to another state, for worse or better."""

    space: Space
    free_bytes: int


Alarm = RecordingAlarm | SpaceAlarm


@dataclass(slots=True)
class _Watched:
    call: CallId
    state: WatchState
    look_at: float | None
    """None when there is nothing to look at any more."""


class RecordingService:
    """``on_alarm`` is called from the loop, in order, and must not block."""

    def __init__(self, settings: RecordingSettings, clock: Clock, on_alarm: Callable[[Alarm], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._on_alarm = on_alarm
        self._watched: dict[RecordingId, _Watched] = {}
        self._space = Space.ENOUGH
        self._changed = asyncio.Event()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._ending: dict[RecordingId, asyncio.Task[RecordingFile]] = {}

    @property
    def may_record(self) -> bool:
        """False while the disk is too full for a new recording."""
        return self._space is not Space.FULL

    def started(self, recording: RecordingId, call: CallId) -> None:
        """Watch it from now on; said again (after a restart, say) it begins anew. Raises BadRecordingId."""
        raw_path(self._settings.folder, recording)
        state = begin(self._settings.times, now=self._clock.now())
        self._watched[recording] = _Watched(call, state, state.look_at)
        self._changed.set()

    async def stopped(self, recording: RecordingId) -> RecordingFile:
        """Finish the file. Asked again, or by two at once, it gives the same.

        Raises BadRecordingId, RecordingMissing, RecordingDamaged, RecordingNotSaved.
        """
        task = self._ending.get(recording)
        if task is None:
            self._tell(recording, Ended())
            task = asyncio.create_task(self._finish(recording), name=f"finish recording {recording}")
            self._ending[recording] = task
            task.add_done_callback(lambda done: self._ended(recording, done))
        return await asyncio.shield(task)  # whoever gives up waiting does not stop the file from being finished

    def _ended(self, recording: RecordingId, task: asyncio.Task[RecordingFile]) -> None:
        self._watched.pop(recording, None)
        self._ending.pop(recording, None)
        if not task.cancelled():
            task.exception()  # has been seen: the one who asked may have given up

    async def recover(self) -> tuple[Recovered, ...]:
        """Finish what a crash of ours or of the switch left over; see ``files.recover``."""
        active = frozenset(self._watched) | frozenset(self._ending)
        settings = self._settings
        return await asyncio.to_thread(
            recover, settings.folder, active=active, quiet_s=settings.quiet_s, now=time.time()
        )

    async def run(self) -> None:
        """Watch until cancelled, then let the files that are being finished be finished."""
        try:
            while True:
                self._changed.clear()
                await self._look_round()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rest_s()):
                        await self._changed.wait()
        finally:
            await asyncio.gather(*self._ending.values(), return_exceptions=True)

    async def _look_round(self) -> None:
        now = self._clock.now()
        due = [name for name, each in self._watched.items() if each.look_at is not None and each.look_at <= now]
        paths = [raw_path(self._settings.folder, name) for name in due]
        free_bytes, sizes = await asyncio.to_thread(_look, self._settings.folder, paths)
        self._judge_space(free_bytes)
        for name, size in zip(due, sizes, strict=True):
            self._tell(name, Seen(size))

    def _rest_s(self) -> float:
        """Until the next look; the disk is looked at every ``next_look_s`` even when nothing is recorded."""
        looks = [each.look_at for each in self._watched.values() if each.look_at is not None]
        rest_s = min([self._settings.times.next_look_s, *(look - self._clock.now() for look in looks)])
        return max(rest_s, 0.01)

    def _tell(self, recording: RecordingId, event: Seen | Ended) -> None:
        watched = self._watched.get(recording)
        if watched is None:  # finished while we were looking, or never watched by us
            return
        outcome = step(watched.state, event, self._settings.times, now=self._clock.now())
        watched.state, watched.look_at = outcome.state, outcome.wake_at
        if outcome.told is not None:
            self._on_alarm(RecordingAlarm(recording, watched.call, outcome.told))

    def _judge_space(self, free_bytes: int) -> None:
        space = judge(self._space, free_bytes, self._settings.space)
        if space is not self._space:
            self._space = space
            self._on_alarm(SpaceAlarm(space, free_bytes))

    async def _finish(self, recording: RecordingId) -> RecordingFile:
        raw = raw_path(self._settings.folder, recording)
        wav = wav_path(self._settings.folder, recording)
        async with self._turns:
            if await self._settle(raw):
                return await asyncio.to_thread(finalise, raw)
            return await asyncio.to_thread(finished, wav)

    async def _settle(self, raw: Path) -> bool:
        """Wait until the switch has written the last of it; False when there is no file."""
        began = grown_at = self._clock.now()
        size = await asyncio.to_thread(_size, raw)
        while size is not None:
            now = self._clock.now()
            if now - grown_at >= self._settings.settled_s or now - began >= self._settings.settle_limit_s:
                return True
            await asyncio.sleep(self._settings.settled_s / 3)
            newest = await asyncio.to_thread(_size, raw)
            if newest != size:
                size, grown_at = newest, self._clock.now()
        return False


def _size(path: Path) -> int | None:
    try:
        return path.lstat().st_size
    except OSError:
        return None


def _look(folder: Path, paths: list[Path]) -> tuple[int, list[int | None]]:
    """Free bytes on the disk (0 when the folder is gone), and the size of each file."""
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError:
        free_bytes = 0
    return free_bytes, [_size(path) for path in paths]
