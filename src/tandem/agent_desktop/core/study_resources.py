"""Shapes of the REST interface to studies: what-if, staffing, accuracy of the predicted waits."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from tandem.agent_desktop.core.fields import Day, Id, Texts

CHANGE_CHARS = 100_000
ChangeText = Annotated[str, msgspec.Meta(max_length=CHANGE_CHARS, pattern=r"^(?![\s\S]*[\x00-\x08\x0b\x0c\x0e-\x1f])")]
"""A change to a plan, as ``tandem whatif --change`` reads it (YAML)."""


class StoredDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day that the journal holds and that can be run again."""

    day: str
    calls: int
    agents: int
    complete: bool
    """False: the journal has a gap, or the day is not over."""


class ChangeExample(msgspec.Struct, frozen=True, kw_only=True):
    title: Texts
    change: str


class NewWhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """``runs``: how often the day is simulated, each time with other patience and handling times."""

    day: Day
    change: ChangeText
    runs: Annotated[int, msgspec.Meta(ge=1, le=200)] = 20


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """``difference`` = after - before, with its 95 % confidence interval ``low``..``high``.

    ``name``: ``service_level``, ``service_level:QUEUE``, ``asa_s``, ``abandoned_share``, ``occupancy``, ...
    """

    name: str
    unit: Literal["share", "seconds", "count"]
    better: Literal["higher", "lower", "neither"]
    title: Texts
    before: float
    after: float
    difference: float
    low: float
    high: float


class HalfHour(msgspec.Struct, frozen=True, kw_only=True):
    """Means over the runs. None where nothing was offered or nobody was on shift."""

    minute: int
    """After local midnight."""
    offered: float
    service_level_before: float | None
    service_level_after: float | None
    waiting_before: float
    waiting_after: float
    occupancy_before: float | None
    occupancy_after: float | None


class WhatIfResult(msgspec.Struct, frozen=True, kw_only=True):
    measures: list[Measure]
    half_hours: list[HalfHour]
    actual: list[Measure]
    """The day as it really was, beside its simulation without the change: how far to believe the model. In each,
    ``before`` is what happened and ``after`` what the simulation says. Empty when not known."""
    notes: list[Texts]
    """What is modelled and not observed: fitted patience, and so on."""


class WhatIfJob(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: ``queued``, ``running``, ``done``, ``failed``, ``cancelled``."""

    id: str
    day: str
    change: str
    state: str
    runs: int
    runs_done: int
    started_at: float
    remaining_s: float | None
    by: str
    problem: Texts
    """Why it failed and what to do; {} otherwise."""
    result: WhatIfResult | None


class WhatIfDesk(msgspec.Struct, frozen=True, kw_only=True):
    """``days``: newest first. ``jobs``: newest first, without their results."""

    days: list[StoredDay]
    examples: list[ChangeExample]
    jobs: list[WhatIfJob]


class StaffingQuery(msgspec.Struct, frozen=True, kw_only=True):
    queue: Id
    day: Day


class StaffingHalfHour(msgspec.Struct, frozen=True, kw_only=True):
    """``low``..``high``: 80 % band of the forecast."""

    minute: int
    forecast: float
    low: float
    high: float
    actual: float | None
    """Arrivals, where the day has come so far."""
    erlang_a: int
    """Agents needed for the target, callers hang up."""
    erlang_c: int
    """.. if nobody ever hung up."""
    service_level: float | None
    """Expected with ``erlang_a`` agents."""
    on_shift: float | None
    """Agents who were there on the same weekday, on average."""


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    queue: str
    day: str
    target_s: float
    target_share: float
    handle_s: float
    patience_s: float | None
    """Mean, fitted to who hung up and who did not; None: too few calls."""
    history_days: int
    half_hours: list[StaffingHalfHour]
    notes: list[Texts]


class WaitAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """How good the predictions were. ``coverage``: share of waits that ended within P10..P90, which should be 0.8."""

    queue: str | None
    """None: all queues."""
    count: int
    coverage: float | None
    bias_s: float | None
    """Mean of predicted P50 - wait: above 0, callers are told too long a wait."""
    error_s: float | None
    """Mean of the absolute difference."""


class ExpectedWait(msgspec.Struct, frozen=True, kw_only=True):
    since: float
    queues: list[WaitAccuracy]
