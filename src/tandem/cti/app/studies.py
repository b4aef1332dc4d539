"""What takes long and changes nothing, for the pages: simulations of stored days, staffing, accuracy of predictions.

Implements ``agent_desktop.ports.Studies``. One simulation runs at a time, in a process of its own; what is asked for
meanwhile waits its turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from secrets import token_hex

import msgspec

from tandem.agent_desktop.core import study_resources as shapes
from tandem.agent_desktop.core.routing_resources import Texts
from tandem.cti.app.day_store import DayStore
from tandem.cti.app.whatif import StoredDay, midnights, read_change, study_day
from tandem.cti.model.errors import BadRequest, CtiError, LimitReached, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.routing.core.acd.accuracy import Accuracy
from tandem.routing.core.day import HALF_HOUR_S, Day
from tandem.routing.core.forecast import DayForecast, forecast
from tandem.routing.core.patience import fit
from tandem.routing.core.plan import Plan, QueuePlan
from tandem.routing.core.staffing import Load, Target, staff
from tandem.routing.core.whatif import Study, WhatIfResult

log = logging.getLogger(__name__)

MOST_WAITING = 10
MOST_KEPT = 20
_DAYS = 60
_WEEKS = 12
_PATIENCE_DAYS = 28
_FEW = 0.05
"""Half hours with fewer calls expected need nobody."""

EXAMPLES = [
    shapes.ChangeExample(
        title={"en": "One more agent in the afternoon", "zh": "下午增加一名坐席"},
        change='agents:\n  new: {skills: {language:zh: 5}, shift: "13:00-18:00"}\n',
    ),
    shapes.ChangeExample(
        title={"en": "A queue goes first", "zh": "提高某队列优先级"},
        change="queues:\n  QUEUE: {priority: 10}\n",
    ),
    shapes.ChangeExample(
        title={"en": "Anyone after 15 seconds", "zh": "15 秒后任何坐席均可接听"},
        change="queues:\n  QUEUE:\n    steps: [SKILL>=3, {after: 15 s, needs: anyone}]\n",
    ),
]


@dataclass(slots=True)
class _Job:
    view: shapes.WhatIfJob
    task: asyncio.Task[None] | None = None

    def set(self, **changes: object) -> None:
        self.view = msgspec.structs.replace(self.view, **changes)


@dataclass(slots=True)
class StudyDesk:
    """``now``: epoch seconds. ``plan``, ``handle_s`` (by queue), ``accuracy``: of the running center."""

    store: DayStore
    now: Callable[[], float]
    plan: Callable[[], Plan]
    handle_s: Callable[[QueueId], float]
    accuracy: Callable[[], Mapping[QueueId, Accuracy]]
    since: float
    _jobs: dict[str, _Job] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    # ---- what-if ----

    async def what_if_desk(self) -> shapes.WhatIfDesk:
        today = self._today()
        rows = await self.store.stored_days(today - timedelta(days=_DAYS))
        days = [
            shapes.StoredDay(
                day=row["day"], calls=row["calls"], agents=row["agents"], complete=row["day"] < today.isoformat()
            )
            for row in rows
        ]
        jobs = [msgspec.structs.replace(job.view, result=None) for job in reversed(self._jobs.values())]
        return shapes.WhatIfDesk(days=days, examples=EXAMPLES, jobs=jobs)

    async def start_what_if(self, new: shapes.NewWhatIf, *, by: str) -> shapes.WhatIfJob:
        """Raises BadRequest, ResourceMissing, LimitReached."""
        day = _day(new.day)
        if sum(job.view.state in ("queued", "running") for job in self._jobs.values()) >= MOST_WAITING:
            raise LimitReached("enough simulations wait their turn; try again when one is done")
        begins_at, ends_at = midnights(day)
        plan = await self.store.plan(ends_at)
        empty = Day(name=new.day, begins_at=begins_at, ends_at=ends_at, arrivals=(), shifts=())
        await asyncio.to_thread(read_change, new.change, StoredDay(empty, plan, None), "the change")
        job = _Job(
            shapes.WhatIfJob(
                id=token_hex(8),
                day=new.day,
                change=new.change,
                state="queued",
                runs=new.runs,
                runs_done=0,
                started_at=self.now(),
                remaining_s=None,
                by=by,
                problem={},
                result=None,
            )
        )
        self._jobs[job.view.id] = job
        self._forget_old()
        job.task = asyncio.create_task(self._carry_out(job, day), name=f"what-if {job.view.id}")
        return job.view

    async def what_if(self, job_id: str) -> shapes.WhatIfJob:
        return self._job(job_id).view

    async def cancel_what_if(self, job_id: str) -> None:
        job = self._jobs.pop(job_id, None)
        if job is not None and job.task is not None:
            job.task.cancel()

    async def close(self) -> None:
        """Stop everything that runs."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, job: _Job, day: date) -> None:
        try:
            async with self._turn:
                job.set(state="running")
                began = self.now()
                stored = await self.store.day(day, now=self.now())
                study = await asyncio.to_thread(_study, stored, job.view.change)

                def on_run(done: int) -> None:
                    left_s = (self.now() - began) / done * (job.view.runs - done)
                    job.set(runs_done=done, remaining_s=left_s)

                result = await study_day(study, runs=max(2, job.view.runs), on_run=on_run)
            job.set(state="done", runs_done=job.view.runs, remaining_s=0.0, result=_shaped(result))
        except asyncio.CancelledError:
            job.set(state="cancelled", remaining_s=None)
            raise
        except CtiError as error:
            job.set(state="failed", remaining_s=None, problem={"en": str(error), "zh": f"无法模拟：{error}"})
        except Exception as error:
            log.exception("a what-if failed")
            said = f"a defect of Tandem ended the simulation ({type(error).__name__}); the log says more"
            job.set(state="failed", remaining_s=None, problem={"en": said, "zh": "模拟因程序缺陷中止，详见日志"})

    def _job(self, job_id: str) -> _Job:
        job = self._jobs.get(job_id)
        if job is None:
            raise ResourceMissing("there is no such simulation (any more)")
        return job

    def _forget_old(self) -> None:
        over = [key for key, job in self._jobs.items() if job.view.state not in ("queued", "running")]
        for key in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[key]

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now()).astimezone().date()

    # ---- staffing ----

    async def staffing(self, queue: str, day: str) -> shapes.Staffing:
        """Raises ResourceMissing, BadRequest."""
        asked, id_ = _day(day), QueueId(queue)
        plan = self.plan().queues.get(id_)
        if plan is None:
            raise ResourceMissing(f"there is no queue {queue}")
        past_until = min(asked, self._today())
        counts = await self.store.counts(past_until, days=7 * _WEEKS)
        history = counts.get(id_, {})
        came = (await self.store.counts(asked + timedelta(days=1), days=1)).get(id_, {}).get(asked)
        fitted = await asyncio.to_thread(fit, await self.store.waits(id_, past_until, days=_PATIENCE_DAYS))
        patience_s = fitted.patience.mean_s if fitted else None
        notes: list[Texts] = []
        made: DayForecast | None = None
        try:
            made = await asyncio.to_thread(forecast, history, asked) if history else None
        except ValueError as error:
            log.info("no forecast for %s: %s", queue, error)
        if made is None:
            notes.append(
                {
                    "en": "A forecast needs two weeks with calls; the figures are for the calls that came that day.",
                    "zh": "预测至少需要两周的来电记录；以下数字按当天实际来电计算。",
                }
            )
        if fitted is not None:
            notes.append(
                {
                    "en": f"Patience is fitted to {fitted.waits} waits, {fitted.gave_up} of which ended in hanging up.",
                    "zh": f"耐心由 {fitted.waits} 次等待拟合，其中 {fitted.gave_up} 次放弃。",
                }
            )
        else:
            notes.append({"en": "Nobody hung up: Erlang-A is Erlang-C.", "zh": "无人放弃：Erlang-A 等于 Erlang-C。"})
        notes.append(
            {
                "en": "The formulas suppose that the queue has agents of its own.",
                "zh": "公式假设该队列有专属坐席。",
            }
        )
        handle_s = self.handle_s(id_)
        halves = await asyncio.to_thread(_half_hours, plan, made, came, handle_s, patience_s)
        return shapes.Staffing(
            queue=queue,
            day=day,
            target_s=plan.target_s,
            target_share=plan.target_share,
            handle_s=handle_s,
            patience_s=patience_s,
            history_days=len(history),
            half_hours=halves,
            notes=notes,
        )

    # ---- accuracy ----

    async def expected_wait(self) -> shapes.ExpectedWait:
        everything = Accuracy()
        rows = []
        for queue, accuracy in self.accuracy().items():
            everything.add(accuracy)
            rows.append(_accuracy(queue, accuracy))
        return shapes.ExpectedWait(since=self.since, queues=[_accuracy(None, everything), *rows])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text} is no day of the calendar") from None


def _study(stored: StoredDay, change: str) -> Study:
    study = Study(day=stored.day, plan=stored.plan, change=read_change(change, stored, "the change"))
    study.notes += stored.notes
    return study


def _shaped(result: WhatIfResult) -> shapes.WhatIfResult:
    """The pages' shape has the same fields."""
    return msgspec.convert(msgspec.to_builtins(result), shapes.WhatIfResult)


def _accuracy(queue: QueueId | None, accuracy: Accuracy) -> shapes.WaitAccuracy:
    late_s = accuracy.bias_s
    return shapes.WaitAccuracy(
        queue=queue,
        count=accuracy.count,
        coverage=accuracy.coverage,
        bias_s=None if late_s is None else -late_s,
        error_s=accuracy.mean_miss_s,
    )


def _half_hours(
    queue: QueuePlan, made: DayForecast | None, came: list[int] | None, handle_s: float, patience_s: float | None
) -> list[shapes.StaffingHalfHour]:
    expected = made.expected if made else tuple(map(float, came or ()))
    rows = []
    for number, calls in enumerate(expected):
        level, patient, endless = None, 0, 0
        if calls > _FEW:
            # a share of 1 has no answer in Erlang's formulas
            target = Target(service_level=min(queue.target_share, 0.999), in_s=queue.target_s)
            rate = calls / HALF_HOUR_S
            with_patience = staff(Load(calls_per_s=rate, handle_s=handle_s, patience_s=patience_s), target).performance
            endless = staff(Load(calls_per_s=rate, handle_s=handle_s), target).performance.agents
            level, patient = with_patience.service_level, with_patience.agents
        rows.append(
            shapes.StaffingHalfHour(
                minute=number * 30,
                forecast=calls,
                low=made.low[number] if made else calls,
                high=made.high[number] if made else calls,
                actual=float(came[number]) if came else None,
                erlang_a=patient,
                erlang_c=endless,
                service_level=level,
                on_shift=None,
            )
        )
    return rows
