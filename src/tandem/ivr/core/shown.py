"""What people may see of a call's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.ivr.core.heard import DOT, masked
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.steps.collect import Collect
from tandem.ivr.core.values import Secret, Value

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


def shown(flow: Flow, state: IvrState) -> tuple[tuple[str, Value], ...]:
    """By name; secrets and masked digits as dots, what belongs to a sub-flow alone left out."""
    if not state.variables:
        return ()
    masks = {each.into: each.mask for each in flow.steps.values() if isinstance(each, Collect)}
    return tuple((name, _shown(value, masks.get(name))) for name, value in state.variables if "/" not in name)


def _shown(value: Value, mask: int | None) -> Value:
    if isinstance(value, Secret):
        return DOT * value.length
    return masked(value, mask) if isinstance(value, str) else value
