"""The thresholds of the machine detection set by themselves (``tune: by_itself``). Pure.

A step is one that ``machine_tuning.advise`` would suggest to the operator, at most one a day. Afterwards it is on
trial: once enough calls were judged under it the cost of the errors is held against what it was before, and a step
that costs more is taken back. That a change is ever for the better on the same callers again cannot be known, so

- no threshold ever turns round: a second step on it goes the way of the first,
- what was taken back is left alone from then on,

until somebody sets this threshold by hand. Each has a handful of steps within its range, so on callers who stay as
they are everything comes to rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Any

import msgspec

from tandem.cti.model.campaigns import MachineDetection, TuningStep
from tandem.cti.model.detections import Heard
from tandem.cti.model.durations import DAY_S
from tandem.routing.core.dialer.machine_costs import cost, mistaken
from tandem.routing.core.dialer.machine_tuning import Advice, steps

TRIAL_CALLS = 300
"""Listened to under a step, before it is judged."""
TRIAL_HEARD = 20
"""Taken for machines and heard by agents, before and after a step that may take more persons for machines."""
WORSE = 2.33
"""Standard errors by which the cost must have risen: one look in a hundred says so by chance alone."""
MOST_MISTAKEN = 0.10
"""The band of the share of persons among machines must end below, before more are risked."""
MOST_STEPS = 60


def next_step(settings: MachineDetection, heard: Iterable[Heard], *, now: float) -> TuningStep | None:
    """What is to be done now. ``heard``: of the calls since the last step, of two weeks at most."""
    heard = list(heard)
    last = settings.steps[-1] if settings.steps else None
    if last is not None and now - last.at < DAY_S:
        return None
    if last is not None and not last.taken_back and _stands(settings, last):
        if cost(heard).calls < TRIAL_CALLS:
            return None
        back = _taken_back(last, heard, now)
        if back is not None:
            return back
        if _risks_persons(last) and mistaken(heard).heard < TRIAL_HEARD:
            return None
    if len(settings.steps) >= MOST_STEPS:
        return None
    # what the operator has entered says nothing of what a step has brought
    measured = msgspec.structs.replace(settings, mistaken_share=0.0)
    for advice in steps(measured, heard):
        if _may(settings, advice, heard):
            found = cost(heard)
            return TuningStep(
                at=now,
                threshold=advice.change or "",
                before=advice.before,
                after=advice.after,
                why=advice.text,
                cost_s=found.each_s,
                cost_error_s=found.error_s,
            )
    return None


def taken(settings: MachineDetection, step: TuningStep) -> MachineDetection:
    """The settings after it."""
    change: dict[str, Any] = {step.threshold: step.after, "steps": [*settings.steps, step]}
    return msgspec.structs.replace(settings, **change)


def _stands(settings: MachineDetection, step: TuningStep) -> bool:
    """Nobody has set the threshold by hand since."""
    return int(getattr(settings, step.threshold, -1)) == step.after


def _risks_persons(step: TuningStep) -> bool:
    return step.threshold in ("after_greeting_silence_ms", "total_ms") and step.after > step.before


def _steps_of(settings: MachineDetection, threshold: str) -> Sequence[TuningStep]:
    """Those that led to where it stands; none when somebody has set it by hand."""
    steps = [step for step in settings.steps if step.threshold == threshold]
    return steps if steps and _stands(settings, steps[-1]) else ()


def _taken_back(step: TuningStep, heard: list[Heard], now: float) -> TuningStep | None:
    found = cost(heard)
    rise_s = found.each_s - step.cost_s
    if rise_s <= WORSE * sqrt(found.error_s**2 + step.cost_error_s**2):
        return None
    return TuningStep(
        at=now,
        threshold=step.threshold,
        before=step.after,
        after=step.before,
        why={
            "zh": f"误判代价由每通 {step.cost_s:.1f} 座席秒升至 {found.each_s:.1f}（{found.calls} 通）：退回。",
            "en": f"The errors cost {found.each_s:.1f} s of an agent a call instead of {step.cost_s:.1f} "
            f"({found.calls} calls): taken back.",
        },
        taken_back=True,
        cost_s=found.each_s,
        cost_error_s=found.error_s,
    )


def _may(settings: MachineDetection, advice: Advice, heard: list[Heard]) -> bool:
    if advice.change is None:
        return False
    before = _steps_of(settings, advice.change)
    if any(step.taken_back for step in before):
        return False
    if before and (before[-1].after > before[-1].before) != (advice.after > advice.before):
        return False
    if advice.more_mistaken:
        found = mistaken(heard)
        return found.heard >= TRIAL_HEARD and found.high <= MOST_MISTAKEN
    return True
