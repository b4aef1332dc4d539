"""A queue's steps and a caller's own needs, put together."""

from __future__ import annotations

from functools import lru_cache

from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.acd.work import Step
from tandem.routing.core.plan import StepPlan

LANGUAGE = "language:"


@lru_cache(maxsize=16_384)
def steps_of(steps: tuple[StepPlan, ...], own: Needs) -> tuple[Step, ...]:
    """The steps of a call that brings ``own`` needs (from its flow) into a queue with these steps.

    Each step asks for both, the higher level where both name a skill. A later step that asks for nobody in particular
    (``anyone``) keeps of the call's own needs only the language: who cannot talk to the caller is no help. Equal input
    gives the very same tuple, so that the matcher finds their class quickly.
    """
    languages = tuple(need for need in own if need.skill.startswith(LANGUAGE))
    return tuple(
        Step(needs=_both(step.needs, own if step.needs or number == 0 else languages), from_s=step.after_s)
        for number, step in enumerate(steps)
    )


def _both(one: Needs, other: Needs) -> Needs:
    level: dict[str, int] = {}
    for need in (*one, *other):
        level[need.skill] = max(need.minimum, level.get(need.skill, 0))
    return tuple(Need(skill, level[skill]) for skill in sorted(level))
