"""What people may see of a call's variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tandem.ivr.core.heard import DOT, masked
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.steps.collect import Collect
from tandem.ivr.core.steps.set import Set
from tandem.ivr.core.steps.subflow import Return, Subflow
from tandem.ivr.core.values import Secret, Value

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


def shown(flow: Flow, state: IvrState) -> tuple[tuple[str, Value], ...]:
    """By name; secrets and masked digits as dots, what belongs to a sub-flow alone left out."""
    if not state.variables:
        return ()
    masks = masks_of(flow)
    return tuple((name, _shown(value, masks.get(name))) for name, value in state.variables if "/" not in name)


def masks_of(flow: Flow) -> dict[str, int]:
    """How many of the last characters people see, by variable. A mask goes with its digits into what is worked out of
    them and through sub-flows; where several meet, the strictest counts."""
    masks: dict[str, int] = {}
    for step in flow.steps.values():
        if isinstance(step, Collect) and step.mask is not None:
            masks[step.into] = min(step.mask, masks.get(step.into, step.mask))
    if not masks:
        return masks
    handed = [pair for step in flow.steps.values() for pair in _handed(step)]
    grown = True
    while grown:
        grown = False
        for name, sources in handed:
            mask = min((masks[each] for each in sources if each in masks), default=None)
            if mask is not None and mask < masks.get(name, mask + 1):
                masks[name], grown = mask, True
    return masks


def _handed(step: object) -> Iterator[tuple[str, frozenset[str]]]:
    """(variable, those that its value comes from)."""
    match step:
        case Set():
            yield from ((name, expression.opened()) for name, expression in step.compute)
        case Subflow():
            yield from ((name, expression.opened()) for name, expression in step.with_)
        case Return():
            yield from ((there, frozenset({here})) for there, here in step.hands)


def _shown(value: Value, mask: int | None) -> Value:
    if isinstance(value, Secret):
        return DOT * value.length
    if mask is None or isinstance(value, bool):
        return value
    return masked(str(value), mask)
