"""The recordings room, joined with the center: what it finds becomes rows and inputs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from tandem.cti.app.floor_plan import RecordingChanged
from tandem.cti.app.shell import Shell
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import AgentId, CallId, RecordingId
from tandem.cti.model.records import RecordingRecord
from tandem.cti.runtime.clock import SystemClock
from tandem.cti.storage.spool import Spool
from tandem.recordings.core.naming import wav_path
from tandem.recordings.service import Alarm, RecordingAlarm, RecordingService
from tandem.recordings.settings import RecordingSettings

log = logging.getLogger(__name__)


class Recordings:
    """Joins the recordings room with the center: what it finds becomes rows and inputs."""

    def __init__(self, folder: Path, clock: SystemClock, spool: Spool, unfinished: Sequence[RecordingRecord]) -> None:
        self._unfinished = {record.id: record for record in unfinished}
        self.service = RecordingService(RecordingSettings(folder=folder), clock, self._alarm)
        self.shell: Shell | None = None
        self._clock = clock
        self._spool = spool
        self._known: dict[RecordingId, tuple[CallId, AgentId | None, float]] = {}
        self._finishing: set[asyncio.Task[None]] = set()

    def started(self, recording: RecordingId, call: CallId, agent: AgentId | None) -> None:
        """It runs; said again after a restart, when it keeps its beginning."""
        earlier = self._unfinished.get(recording)
        self._known[recording] = (call, agent, earlier.started_at if earlier else self._clock.now())
        self.service.started(recording, call)
        self._write(recording, 1, "recording")

    async def recover(self) -> None:
        """Finish what was left over: recordings whose calls ended while no server was there. After re-adoption only,
        or the recording of a call that lives would be cut short."""
        for record in self._unfinished.values():
            if record.id not in self._known:
                self._known[record.id] = (record.call, record.agent, record.started_at)
                self.stopped(record.id)
        await self.service.recover()

    def stopped(self, recording: RecordingId) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(recording))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _finish(self, recording: RecordingId) -> None:
        try:
            file = await self.service.stopped(recording)
        except CtiError as error:
            self._write(recording, 2, "failed", detail=str(error))
            self._tell(recording, "failed", detail=str(error), code=error.code)
            return
        self._write(recording, 2, "saved", duration_s=file.duration_s, size=file.bytes)
        self._tell(recording, "saved", duration_s=round(file.duration_s, 1))
        self._known.pop(recording, None)

    def _write(
        self, recording: RecordingId, rev: int, state: str, *, duration_s: float = 0.0, size: int = 0, detail: str = ""
    ) -> None:
        call, agent, started_at = self._known[recording]
        self._spool.write(
            RecordingRecord(
                id=recording,
                rev=rev,
                call=call,
                agent=agent,
                file=wav_path(Path(), recording).name,
                started_at=started_at,
                duration_s=duration_s,
                bytes=size,
                state=state,
                detail=detail,
            )
        )

    def _tell(
        self, recording: RecordingId, state: str, *, detail: str = "", code: str = "", duration_s: float = 0.0
    ) -> None:
        if self.shell is not None:
            call = self._known[recording][0]
            self.shell.take(RecordingChanged(call, recording, state, detail, code, duration_s))

    def _alarm(self, alarm: Alarm) -> None:
        if isinstance(alarm, RecordingAlarm):
            log.log(
                logging.INFO if alarm.phase == "growing" else logging.ERROR,
                "recording %s is %s",
                alarm.recording,
                alarm.phase,
            )
            if alarm.recording in self._known:
                self._tell(alarm.recording, str(alarm.phase))
        else:
            log.error("disk for recordings: %s, %d MB free", alarm.space, alarm.free_bytes >> 20)
