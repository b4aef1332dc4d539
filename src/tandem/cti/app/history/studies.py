"""What takes long and changes nothing, for the pages: simulations of stored days, staffing, accuracy of predictions.

Implements ``agent_desktop.ports.Studies``. One simulation runs at a time, in a process of its own (``study_worker``);
what is asked for meanwhile waits its turn.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import msgspec

from tandem.agent_desktop.core import study_resources as shapes
from tandem.cti.app.history import study_worker
from tandem.cti.app.history.day_store import DayStore
from tandem.cti.app.history.input_files import Part, parts
from tandem.cti.app.history.queue_staffing import staffing
from tandem.cti.app.history.study_examples import examples
from tandem.cti.app.history.study_worker import DEFECT, News, Order
from tandem.cti.app.history.whatif import StoredDay, midnights, read_change
from tandem.cti.model.errors import BadRequest, LimitReached, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.pool import Database
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.core.day import Day
from tandem.routing.core.plan import Plan

log = logging.getLogger(__name__)

MOST_WAITING = 10
MOST_KEPT = 20
DAYS = 60
"""How far back days are offered."""
_DAYS_FRESH_S = 30.0
_LEAST_RUNS = 2
"""One run has no interval."""
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_MOST_NEWS_BYTES = 64 << 20

_ENDED: Mapping[str, str] = {
    "en": "The process of the simulation ended early. Is there enough memory? Run it again, with fewer runs.",
    "zh": "模拟进程意外结束。请检查内存是否足够，减少次数后重新运行。",
}


@dataclass(slots=True)
class _Job:
    view: shapes.WhatIfJob
    task: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        return self.view.state in ("queued", "running")

    def set(self, **changes: object) -> None:
        self.view = msgspec.structs.replace(self.view, **changes)


@dataclass(slots=True)
class StudyDesk:
    """``database``: one with patience, apart from the calls' (counting months takes longer than a call may wait).

    ``now``: epoch seconds. ``plan``, ``handle_s`` (by queue), ``accuracy``: of the running center; ``since`` when the
    accuracy is counted.
    """

    database: Database
    inputs_dir: Path
    now: Callable[[], float]
    plan: Callable[[], Plan]
    handle_s: Callable[[QueueId], float]
    accuracy: Callable[[], Mapping[QueueId, Accuracy]]
    since: float
    _jobs: dict[str, _Job] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _days: tuple[float, list[shapes.StoredDay]] | None = None

    # ---- what-if ----

    async def what_if_desk(self) -> shapes.WhatIfDesk:
        """Raises DatabaseDown."""
        jobs = [msgspec.structs.replace(job.view, result=None) for job in reversed(self._jobs.values())]
        return shapes.WhatIfDesk(days=await self._stored_days(), examples=examples(self.plan()), jobs=jobs)

    async def _stored_days(self) -> list[shapes.StoredDay]:
        """Newest first. Of the journal's files, and of the database where there are none."""
        if self._days is not None and self.now() - self._days[0] < _DAYS_FRESH_S:
            return self._days[1]
        asked_at = self.now()
        today = datetime.fromtimestamp(asked_at).astimezone().date()
        files: dict[str, list[Part]] = {}
        for part in await asyncio.to_thread(parts, self.inputs_dir):
            files.setdefault(part.day, []).append(part)
        counts = {row["day"]: row for row in await DayStore(self.database).stored_days(today - timedelta(days=DAYS))}
        days = [
            shapes.StoredDay(
                day=day,
                calls=counts[day]["calls"] if day in counts else 0,
                agents=counts[day]["agents"] if day in counts else 0,
                complete=day < today.isoformat() and day in counts and _whole(files.get(day, [])),
            )
            for day in sorted({*counts, *files}, reverse=True)
        ]
        self._days = (asked_at, days)
        return days

    async def start_what_if(self, new: shapes.NewWhatIf, *, by: str) -> shapes.WhatIfJob:
        """Raises BadRequest, ResourceMissing, LimitReached, DatabaseDown."""
        day = _day(new.day)
        self._room_for_one()
        if all(stored.day != new.day for stored in await self._stored_days()):
            raise ResourceMissing.because("day_empty", day=new.day, days=DAYS)
        begins_at, ends_at = midnights(day)
        plan = await DayStore(self.database).plan(ends_at)
        empty = Day(name=new.day, begins_at=begins_at, ends_at=ends_at, arrivals=(), shifts=())
        await asyncio.to_thread(read_change, new.change, StoredDay(empty, plan, None), "the change")
        self._room_for_one()  # others may have come meanwhile
        job = _Job(
            shapes.WhatIfJob(
                id=token_hex(8),
                day=new.day,
                change=new.change,
                state="queued",
                runs=max(_LEAST_RUNS, new.runs),
                runs_done=0,
                started_at=self.now(),
                remaining_s=None,
                by=by,
                problem={},
                result=None,
            )
        )
        self._forget_old()
        self._jobs[job.view.id] = job
        job.task = asyncio.create_task(self._carry_out(job), name=f"what-if {job.view.id}")
        self._tasks.add(job.task)
        job.task.add_done_callback(self._tasks.discard)
        return job.view

    def _room_for_one(self) -> None:
        if sum(job.open for job in self._jobs.values()) >= MOST_WAITING:
            raise LimitReached.because("studies_waiting", most=MOST_WAITING)

    def _forget_old(self) -> None:
        over = [key for key, job in self._jobs.items() if not job.open]
        for key in over[: max(0, len(self._jobs) - MOST_KEPT + 1)]:
            del self._jobs[key]

    async def what_if(self, job_id: str) -> shapes.WhatIfJob:
        """Raises ResourceMissing."""
        job = self._jobs.get(job_id)
        if job is None:
            raise ResourceMissing.because("no_study")
        return job.view

    async def cancel_what_if(self, job_id: str) -> None:
        """Stop it and forget it. Idempotent."""
        job = self._jobs.pop(job_id, None)
        if job is not None and job.task is not None:
            job.task.cancel()

    async def close(self) -> None:
        """Stop everything that runs."""
        tasks = list(self._tasks)
        for task in tasks:
            if not task.cancelling():  # cancelled again it would not wait for its process
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, job: _Job) -> None:
        try:
            async with self._turn:
                job.set(state="running")
                await self._follow(job)
        except Exception:
            log.exception("a what-if failed")
            job.set(state="failed", problem=DEFECT)
        if job.open:
            job.set(state="failed", remaining_s=None, problem=dict(_ENDED))

    async def _follow(self, job: _Job) -> None:
        order = Order(
            day=job.view.day,
            change=job.view.change,
            runs=job.view.runs,
            inputs_dir=str(self.inputs_dir),
            database_url=self.database.url,
            now=self.now(),
        )
        ready_at = self.now()
        async with aclosing(_work(order)) as all_news:
            async for news in all_news:
                if news.problem:
                    job.set(state="failed", remaining_s=None, problem=news.problem)
                elif news.result is not None:
                    job.set(state="done", remaining_s=0.0, result=news.result)
                elif news.runs_done:
                    each_s = (self.now() - ready_at) / news.runs_done
                    left = job.view.runs - news.runs_done
                    job.set(runs_done=news.runs_done, remaining_s=max(0.0, each_s * left))
                else:
                    ready_at = self.now()

    # ---- staffing and accuracy ----

    async def staffing(self, queue: str, day: str) -> shapes.Staffing:
        """Raises ResourceMissing, BadRequest, DatabaseDown."""
        plan = self.plan()
        asked = plan.queues.get(QueueId(queue))
        if asked is None:
            raise ResourceMissing.because("no_queue", queue=queue)
        handle_s = self.handle_s(asked.id)
        return await staffing(self.database, plan, asked, _day(day), now=self.now(), handle_s=handle_s)

    async def expected_wait(self) -> shapes.ExpectedWait:
        everything = Accuracy()
        rows = []
        for queue, accuracy in self.accuracy().items():
            everything.add(accuracy)
            rows.append(_accuracy(queue, accuracy))
        return shapes.ExpectedWait(since=self.since, queues=[_accuracy(None, everything), *rows])


async def _work(order: Order) -> AsyncGenerator[News, None]:
    """What the worker's process tells. It is killed when nobody listens any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the current folder is no part of us
        "-m",
        study_worker.__name__,
        stdin=PIPE,
        stdout=PIPE,
        limit=_MOST_NEWS_BYTES,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(ConnectionError):
            process.stdin.write(msgspec.json.encode(order))
            await process.stdin.drain()
            process.stdin.close()
        async for line in process.stdout:
            yield msgspec.json.decode(line, type=News)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest.because("no_day", day=text) from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise BadRequest.because("day_far", day=text, first=str(_FIRST_DAY), last=str(_LAST_DAY))
    return day


def _whole(files: list[Part]) -> bool:
    """No file between the first and the last is missing. True for none: then the day is the database's."""
    return [part.number for part in files] == list(range(1, len(files) + 1))


def _accuracy(queue: QueueId | None, accuracy: Accuracy) -> shapes.WaitAccuracy:
    late_s = accuracy.bias_s
    return shapes.WaitAccuracy(
        queue=queue,
        count=accuracy.count,
        coverage=accuracy.coverage,
        bias_s=None if late_s is None else -late_s,
        error_s=accuracy.mean_miss_s,
    )
