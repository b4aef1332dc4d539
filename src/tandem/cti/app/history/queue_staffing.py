"""Staffing of a queue for a day, for the pages: expected calls, agents that they take, agents who were there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from tandem.agent_desktop.core import study_resources as shapes
from tandem.agent_desktop.core.fields import Texts
from tandem.cti.app.history.day_store import HALF_HOURS, local_timezone
from tandem.cti.app.history.whatif import midnights
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import unmet
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.routing.core.day import HALF_HOUR_S
from tandem.routing.core.forecast import DayForecast, forecast
from tandem.routing.core.patience import Fit, Wait, fit
from tandem.routing.core.plan import Plan, QueuePlan
from tandem.routing.core.staffing import Load, Target, staff

log = logging.getLogger(__name__)

_QUERIES = load("tandem.cti.app.history", "studies.sql")
HISTORY_DAYS = 7 * 12
_PATIENCE_DAYS = 28
_MOST_WAITS = 4_000
"""The newest are enough for a mean, and fitted in a fraction of a second."""
_ON_SHIFT_WEEKS = 4
_FEW = 0.05
"""Half hours with fewer calls expected need nobody."""


async def staffing(
    database: Database, plan: Plan, queue: QueuePlan, day: date, *, now: float, handle_s: float
) -> shapes.Staffing:
    """``now``: epoch seconds. Raises DatabaseDown."""
    begins_at, ends_at = midnights(day)
    today = datetime.fromtimestamp(now).astimezone().date()
    past_until = min(day, today)
    history = await _counts(database, queue.id, past_until)
    came = (await _half_hours_of(database, queue.id, begins_at, ends_at)).get(day) or [0] * HALF_HOURS
    fitted = await asyncio.to_thread(fit, await _waits(database, queue.id, past_until))
    made = await asyncio.to_thread(_forecast, history, day)
    agents = [agent.login for agent in plan.agents.values() if unmet(queue.steps[0].needs, agent.skills) is None]
    on_shift = await _on_shift(database, agents, day, today)
    half_hours = await asyncio.to_thread(
        _half_hours,
        queue,
        made,
        came[: max(0, int((now - begins_at) // HALF_HOUR_S) + 1)],
        on_shift,
        handle_s=handle_s,
        patience_s=fitted.patience.mean_s if fitted else None,
    )
    return shapes.Staffing(
        queue=queue.id,
        day=day.isoformat(),
        target_s=queue.target_s,
        target_share=queue.target_share,
        handle_s=handle_s,
        patience_s=fitted.patience.mean_s if fitted else None,
        history_days=len(history),
        half_hours=half_hours,
        notes=_notes(made, fitted, on_shift),
    )


async def _counts(database: Database, queue: QueueId, until: date) -> dict[date, list[int]]:
    """Calls per half hour of the weeks before ``until``; from its first day on, a day without calls is all zeros."""
    begins_at, ends_at = midnights(until - timedelta(days=HISTORY_DAYS))[0], midnights(until)[0]
    days = await _half_hours_of(database, queue, begins_at, ends_at)
    day = min(days, default=until)
    while day < until:
        days.setdefault(day, [0] * HALF_HOURS)
        day += timedelta(days=1)
    return days


async def _half_hours_of(database: Database, queue: QueueId, begins_at: float, ends_at: float) -> dict[date, list[int]]:
    zone = local_timezone(begins_at)
    days: dict[date, list[int]] = {}
    for row in await database.fetch(_QUERIES["queue_half_hours"], queue, begins_at, ends_at, zone):
        days.setdefault(date.fromisoformat(row["day"]), [0] * HALF_HOURS)[row["half_hour"]] = row["calls"]
    return days


async def _waits(database: Database, queue: QueueId, until: date) -> list[Wait]:
    begins_at, ends_at = midnights(until - timedelta(days=_PATIENCE_DAYS))[0], midnights(until)[0]
    rows = await database.fetch(_QUERIES["queue_waits"], queue, begins_at, ends_at, _MOST_WAITS)
    return [Wait(row["wait_s"], row["gave_up"]) for row in rows]


def _forecast(history: Mapping[date, Sequence[int]], day: date) -> DayForecast | None:
    try:
        return forecast(history, day) if history else None
    except ValueError as error:
        log.info("no forecast of %s: %s", day, error)
        return None


async def _on_shift(database: Database, agents: Sequence[AgentId], day: date, today: date) -> list[float] | None:
    """Mean number of these agents who were there, per half hour, over the last weeks' same weekday; weeks in which
    nobody was there are left out."""
    weeks: list[list[float]] = []
    last = day - timedelta(days=7)
    while last >= today:
        last -= timedelta(days=7)
    for week in range(_ON_SHIFT_WEEKS):
        begins_at, ends_at = midnights(last - timedelta(days=7 * week))
        rows = await database.fetch(_QUERIES["staffed_half_hours"], begins_at, ends_at, [*agents])
        if rows:
            there = {row["half_hour"]: row["agents"] for row in rows}
            weeks.append([there.get(half, 0.0) for half in range(HALF_HOURS)])
    if not weeks:
        return None
    return [sum(each) / len(weeks) for each in zip(*weeks, strict=True)]


def _half_hours(
    queue: QueuePlan,
    made: DayForecast | None,
    came: Sequence[int],
    on_shift: Sequence[float] | None,
    *,
    handle_s: float,
    patience_s: float | None,
) -> list[shapes.StaffingHalfHour]:
    """``came``: as far as the day has come."""
    expected = made.expected if made else tuple(map(float, came))
    # a share of 1 has no answer in Erlang's formulas
    target = Target(service_level=min(queue.target_share, 0.999), in_s=queue.target_s)
    rows = []
    for number, calls in enumerate(expected):
        level, patient, endless = None, 0, 0
        if calls > _FEW:
            rate = calls / HALF_HOUR_S
            with_patience = staff(Load(calls_per_s=rate, handle_s=handle_s, patience_s=patience_s), target).performance
            level, patient = with_patience.service_level, with_patience.agents
            endless = staff(Load(calls_per_s=rate, handle_s=handle_s), target).performance.agents
        rows.append(
            shapes.StaffingHalfHour(
                minute=number * 30,
                forecast=calls,
                low=made.low[number] if made else calls,
                high=made.high[number] if made else calls,
                actual=float(came[number]) if number < len(came) else None,
                erlang_a=patient,
                erlang_c=endless,
                service_level=level,
                on_shift=None if on_shift is None else on_shift[number],
            )
        )
    return rows


def _notes(made: DayForecast | None, fitted: Fit | None, on_shift: Sequence[float] | None) -> list[Texts]:
    notes: list[Texts] = []
    if made is None:
        notes.append(
            {
                "en": "A forecast needs two weeks with calls; the figures are for the calls that came that day.",
                "zh": "预测至少需要两周的来电记录；以下数字按当天实际来电计算。",
            }
        )
    if fitted is None:
        notes.append(
            {
                "en": "Nobody hung up in the weeks before: Erlang-A is Erlang-C.",
                "zh": "此前数周无人放弃：Erlang-A 等于 Erlang-C。",
            }
        )
    else:
        notes.append(
            {
                "en": (
                    "Patience is fitted, not observed: "
                    f"{fitted.gave_up} of the last {fitted.waits} callers gave up, "
                    "how long the others would have waited nobody knows."
                ),
                "zh": f"耐心是拟合的，不是观测的：最近 {fitted.waits} 次等待中有 {fitted.gave_up} 次放弃，"
                "其余来电者的耐心无从得知。",
            }
        )
    notes.append(
        {
            "en": "The formulas suppose that the queue has agents of its own, who take nothing else.",
            "zh": "公式假设该队列有专属座席，不接其他来电。",
        }
    )
    if on_shift is not None:
        notes.append(
            {
                "en": (
                    f"On shift: agents who meet the queue's first step and were not NotReady, mean of the last "
                    f"{_ON_SHIFT_WEEKS} such weekdays; who serves several queues counts in each."
                ),
                "zh": f"在班：满足该队列第一步且未置忙的座席，取最近 {_ON_SHIFT_WEEKS} 个同星期日的平均；"
                "服务多个队列者在每个队列都计入。",
            }
        )
    return notes
