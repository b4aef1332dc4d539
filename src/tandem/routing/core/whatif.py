"""What would have been: a day simulated under its own plan and under another one, many times, and compared. Pure.

Each run draws what nobody can know of the day (see ``simulation``); both plans meet the same draws. The figures are
means over the runs; the interval of each difference is that of a mean of paired differences (Student's t).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, sqrt
from typing import Literal

import msgspec

from tandem.cti.model.ids import QueueId
from tandem.routing.core.day import HALF_HOUR_S, Arrival, Day, Shift
from tandem.routing.core.day_figures import HalfHour, Run, Tally, as_it_was
from tandem.routing.core.draws import uniform
from tandem.routing.core.paces import Paces
from tandem.routing.core.patience import Fit, Patience, Wait, fit
from tandem.routing.core.plan import Plan
from tandem.routing.core.simulation import simulate

Texts = dict[str, str]

DEFINITIONS: Mapping[str, Callable[[Tally], tuple[int, int]]] = {
    "service_level": lambda t: (t.answered_in_target, t.answered + t.abandoned - t.abandoned_in_target),
    "service_level_of_offered": lambda t: (t.answered_in_target, t.answered + t.abandoned),
    "service_level_of_answered": lambda t: (t.answered_in_target, t.answered),
    "service_level_with_abandoned": lambda t: (t.answered_in_target + t.abandoned_in_target, t.answered + t.abandoned),
}
"""The four usual definitions of service level, as (numerator, denominator)."""

_TITLES: Mapping[str, Texts] = {
    "service_level": {"en": "service level (without who hung up in time)", "zh": "服务水平（不计目标时间内放弃者）"},
    "service_level_of_offered": {"en": "service level, of all offered", "zh": "服务水平（占全部来电）"},
    "service_level_of_answered": {"en": "service level, of the answered", "zh": "服务水平（占已接来电）"},
    "service_level_with_abandoned": {
        "en": "service level, hanging up in time counts",
        "zh": "服务水平（目标时间内放弃算达标）",
    },
    "asa_s": {"en": "average speed of answer", "zh": "平均应答时间"},
    "abandoned_share": {"en": "abandoned", "zh": "放弃率"},
    "occupancy": {"en": "occupancy of the agents", "zh": "座席占用率"},
    "answered": {"en": "answered calls", "zh": "接听数"},
    "left": {"en": "served in another way or not at all", "zh": "转其他处理或未处理"},
}


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """``difference`` = after - before; ``low``..``high``: its 95 % confidence interval over the runs."""

    name: str
    """``service_level``, ``service_level:QUEUE``, ``asa_s``, ``abandoned_share``, ``occupancy``, ..."""
    unit: Literal["share", "seconds", "count"]
    better: Literal["higher", "lower", "neither"]
    title: Texts
    before: float
    after: float
    difference: float
    low: float
    high: float


class HalfHourFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Means over the runs; None where nothing was offered, or nobody was there."""

    minute: int
    """After local midnight."""
    offered: float
    service_level_before: float | None
    service_level_after: float | None
    waiting_before: float
    """Callers in line, on average over the half hour."""
    waiting_after: float
    occupancy_before: float | None
    occupancy_after: float | None
    staffed_before: float
    """Agents on duty, on average."""
    staffed_after: float


class WhatIfResult(msgspec.Struct, frozen=True, kw_only=True):
    day: str
    runs: int
    measures: list[Measure]
    half_hours: list[HalfHourFigures]
    actual: list[Measure]
    """``before`` is what really happened, ``after`` what the simulation makes of the day without the change: how far to
    believe it. The interval is that of the simulation's mean less the real value."""
    notes: list[Texts]
    """What is modelled and not observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another plan, and (where ``shifts`` is given) other shifts."""

    plan: Plan
    shifts: tuple[Shift, ...] | None = None
    texts: tuple[Texts, ...] = ()
    """In words, for the notes."""


@dataclass(slots=True, kw_only=True)
class Study:
    """A day made ready to be simulated under two plans. ``run`` may be called in any order, and in any process."""

    day: Day
    plan: Plan
    change: Change
    resample: bool = False
    """Draw the callers of each half hour anew (with replacement) from those who came: a day like this one."""
    paces: Paces = field(init=False)
    patience: Mapping[QueueId, Patience] = field(init=False)
    notes: list[Texts] = field(init=False)

    def __post_init__(self) -> None:
        self.paces = Paces.of(self.day, self.plan)
        self.patience, fitted = patience_of(self.day)
        self.notes = [*_notes(self.day, fitted, resample=self.resample), *self.change.texts]

    def run(self, number: int) -> tuple[Run, Run]:
        """The ``number``-th run (from 0): before and after."""
        day = resampled(self.day, number) if self.resample else self.day
        before = self._simulate(day, self.plan, self.day.shifts, number)
        shifts = self.day.shifts if self.change.shifts is None else self.change.shifts
        return before, self._simulate(day, self.change.plan, shifts, number)

    def _simulate(self, day: Day, plan: Plan, shifts: Sequence[Shift], number: int) -> Run:
        return simulate(
            day, plan, shifts=shifts, paces=self.paces, patience=self.patience, seed=number, known=self.plan
        )

    def result(self, runs: Sequence[tuple[Run, Run]]) -> WhatIfResult:
        """Raises ValueError for less than two runs: they have no interval."""
        if len(runs) < 2:
            raise ValueError("an interval needs two runs or more")
        real = as_it_was(self.day, self.plan)
        came = {arrival.queue for arrival in self.day.arrivals}
        queues = [queue for queue in self.plan.queues if queue in self.change.plan.queues and queue in came]
        before, after = [pair[0] for pair in runs], [pair[1] for pair in runs]
        return WhatIfResult(
            day=self.day.name,
            runs=len(runs),
            measures=_measures(before, after, queues),
            half_hours=[_half_hour(number, before, after) for number in range(len(real.half_hours))],
            actual=[m for m in _measures([real] * len(runs), before, queues) if not m.name.startswith("left")],
            notes=self.notes,
        )


def run_whatif(
    day: Day,
    plan: Plan,
    change: Change,
    *,
    runs: int = 20,
    resample: bool = False,
    on_run: Callable[[int], None] = lambda done: None,
) -> WhatIfResult:
    """All in one call; ``on_run`` hears how many runs are done, and may raise to stop."""
    study = Study(day=day, plan=plan, change=change, resample=resample)
    pairs = []
    for number in range(runs):
        pairs.append(study.run(number))
        on_run(number + 1)
    return study.result(pairs)


# ---- patience --------------------------------------------------------------------------------------------------------

_ENOUGH = 20
"""Hang-ups that a queue needs for a fit of its own."""


@dataclass(frozen=True, slots=True)
class _Endless:
    """Nobody hung up, all day long."""

    mean_s: float = inf

    def longer_than(self, seconds: float) -> float:
        return 1.0

    def sample(self, uniform: float, *, over_s: float = 0.0) -> float:
        return inf


def patience_of(day: Day) -> tuple[dict[QueueId, Patience], Fit | None]:
    """By queue; a queue with few hang-ups takes the fit of all, which comes second (None: nobody hung up)."""
    waits: dict[QueueId, list[Wait]] = {}
    for arrival in day.arrivals:
        waits.setdefault(arrival.queue, []).append(Wait(arrival.waited_s, arrival.end == "abandoned"))
    together = fit([wait for each in waits.values() for wait in each])
    usual: Patience = together.patience if together else _Endless()
    found: dict[QueueId, Patience] = {}
    for queue, each in waits.items():
        own = fit(each) if sum(wait.gave_up for wait in each) >= _ENOUGH else None
        found[queue] = own.patience if own else usual
    return found, together


def resampled(day: Day, seed: int) -> Day:
    """A day like this one: as many callers in each half hour, drawn from those who came then."""
    halves: dict[int, list[Arrival]] = {}
    for arrival in day.arrivals:
        halves.setdefault(int((arrival.at - day.begins_at) // HALF_HOUR_S), []).append(arrival)
    drawn: list[Arrival] = []
    for half, callers in halves.items():
        for number, arrival in enumerate(callers):
            # what was asked for is drawn; when, is kept, so that the peaks within the half hour stay
            other = callers[int(uniform(seed, half * 1_000_003 + number, 77) * len(callers))]
            drawn.append(msgspec.structs.replace(other, id=f"{arrival.id}'", at=arrival.at))
    drawn.sort(key=lambda arrival: arrival.at)
    return msgspec.structs.replace(day, arrivals=tuple(drawn))


# ---- figures ---------------------------------------------------------------------------------------------------------


def _measures(before: Sequence[Run], after: Sequence[Run], queues: Sequence[QueueId]) -> list[Measure]:
    measures = []
    for name, count in DEFINITIONS.items():
        measures.append(_measure(name, "share", "higher", [_share(count(run.all)) for run in before],
                                 [_share(count(run.all)) for run in after]))  # fmt: skip
    tallies: tuple[tuple[str, Literal["share", "seconds", "count"], Literal["higher", "lower", "neither"],
                         Callable[[Tally], float]], ...] = (
        ("asa_s", "seconds", "lower", lambda t: t.waited_s / t.answered if t.answered else 0.0),
        ("abandoned_share", "share", "lower", lambda t: _share((t.abandoned, t.offered))),
        ("answered", "count", "higher", lambda t: float(t.answered)),
        ("left", "count", "neither", lambda t: float(t.left)),
    )  # fmt: skip
    for name, unit, better, value in tallies:
        measures.append(
            _measure(name, unit, better, [value(run.all) for run in before], [value(run.all) for run in after])
        )
    occupancies = [[run.occupancy or 0.0 for run in runs] for runs in (before, after)]
    measures.append(_measure("occupancy", "share", "neither", *occupancies))
    level = DEFINITIONS["service_level"]
    for queue in queues:
        values = [[_share(level(run.queues[queue])) for run in runs] for runs in (before, after)]
        measures.append(_measure(f"service_level:{queue}", "share", "higher", *values))
    return measures


def _share(of: tuple[int, int]) -> float:
    return of[0] / of[1] if of[1] > 0 else 0.0


def _measure(
    name: str,
    unit: Literal["share", "seconds", "count"],
    better: Literal["higher", "lower", "neither"],
    before: Sequence[float],
    after: Sequence[float],
) -> Measure:
    differences = [b - a for a, b in zip(before, after, strict=True)]
    count = len(differences)
    mean = sum(differences) / count
    variance = sum((each - mean) ** 2 for each in differences) / (count - 1)
    half = student_t(count - 1) * sqrt(variance / count)
    kind, _, queue = name.partition(":")
    title = {language: f"{text}: {queue}" if queue else text for language, text in _TITLES[kind].items()}
    return Measure(
        name=name,
        unit=unit,
        better=better,
        title=title,
        before=sum(before) / count,
        after=sum(after) / count,
        difference=mean,
        low=mean - half,
        high=mean + half,
    )


def student_t(freedom: int) -> float:
    """Quantile 0.975 of Student's t (Cornish-Fisher expansion, Abramowitz and Stegun 26.7.5; off by less than 1 % from
    3 degrees of freedom on)."""
    exact = {1: 12.706, 2: 4.303}
    if freedom in exact:
        return exact[freedom]
    z = 1.959963984540054
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))


def _half_hour(number: int, before: Sequence[Run], after: Sequence[Run]) -> HalfHourFigures:
    one, other = [run.half_hours[number] for run in before], [run.half_hours[number] for run in after]
    return HalfHourFigures(
        minute=number * int(HALF_HOUR_S // 60),
        offered=sum(half.tally.offered for half in one) / len(one),
        service_level_before=_level(one),
        service_level_after=_level(other),
        waiting_before=_mean(half.waiting_s for half in one),
        waiting_after=_mean(half.waiting_s for half in other),
        occupancy_before=_occupancy(one),
        occupancy_after=_occupancy(other),
        staffed_before=_mean(half.staffed_s for half in one),
        staffed_after=_mean(half.staffed_s for half in other),
    )


def _level(halves: Sequence[HalfHour]) -> float | None:
    counts = [DEFINITIONS["service_level"](half.tally) for half in halves]
    total = sum(count[1] for count in counts)
    return sum(count[0] for count in counts) / total if total > 0 else None


def _occupancy(halves: Sequence[HalfHour]) -> float | None:
    staffed_s = sum(half.staffed_s for half in halves)
    return sum(half.busy_s for half in halves) / staffed_s if staffed_s > 0 else None


def _mean(seconds: Iterable[float]) -> float:
    values = list(seconds)
    return sum(values) / len(values) / HALF_HOUR_S


# ---- what is not known -----------------------------------------------------------------------------------------------


def _notes(day: Day, fitted: Fit | None, *, resample: bool) -> list[Texts]:
    abandoned = sum(arrival.end == "abandoned" for arrival in day.arrivals)
    notes: list[Texts] = []
    if fitted is None:
        notes.append(
            {
                "en": "Nobody hung up that day: the simulation has callers who wait for ever.",
                "zh": "当天无人放弃：模拟中的来电者会一直等待。",
            }
        )
    else:
        mean_s = fitted.patience.mean_s
        notes.append(
            {
                "en": (
                    f"Patience is modelled, not observed: {abandoned} callers hung up, and how long the others would "
                    f"have waited is drawn from a curve fitted to all waits (mean {mean_s:.0f} s)."
                ),
                "zh": (
                    f"耐心是拟合的，不是观测的：当天有 {abandoned} 位来电者放弃，其余人的耐心"
                    f"由全部等待时间拟合的曲线抽取（平均 {mean_s:.0f} 秒）。"
                ),
            }
        )
    notes.append(
        {
            "en": (
                "A call takes what it took that day, corrected for the pace and proficiency of the agent who gets it; "
                "calls that nobody answered are given the length of another one of their queue."
            ),
            "zh": "通话时长取当天实际值，并按接听座席的速度与熟练度修正；未接来电取同队列其他来电的时长。",
        }
    )
    notes.append(
        {
            "en": "Preferred agents, callbacks and callers who call again are not simulated.",
            "zh": "未模拟：熟客座席、回拨以及重复来电。",
        }
    )
    if resample:
        notes.append(
            {
                "en": "Callers are drawn anew in each run: the figures are for days like this one.",
                "zh": "每次运行都会重新抽取来电者：结果适用于与当天类似的日子。",
            }
        )
    else:
        notes.append(
            {
                "en": "Intervals are for this day's callers; another day differs by more.",
                "zh": "置信区间只针对当天的来电者；换一天差异会更大。",
            }
        )
    if day.source == "database":
        notes.append(
            {
                "en": "There is no journal of inputs for this day: it was taken from the rows of the database.",
                "zh": "当天没有输入日志：数据取自数据库记录。",
            }
        )
    return notes
