"""Whether what a call may have to remember fits with its state.

What a flow writes out must fit, or it does not load. What callers and other systems bring can be as long as a variable
may be: that all of it is, at once, is not likely, so this is a warning; a call that does outgrow its state goes to the
``on_error`` queue.
"""

from __future__ import annotations

from msgspec.structs import replace

from tandem.cti.model.skills import HIGHEST, Need
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.state import MAX_KEPT, IvrState, kept_size
from tandem.ivr.core.steps.set import Set
from tandem.ivr.core.values import Value


def check_size(flow: Flow, findings: Findings) -> None:
    empty = IvrState(flow=flow.name, edition=flow.edition, step=flow.start, language=flow.default_language)
    widest = [step.widest(empty) for step in flow.steps.values()]
    skills = sorted({need.skill for state in widest for need in state.needs})
    empty = replace(empty, needs=tuple(Need(skill, HIGHEST) for skill in skills))
    written = [(name, value) for step in flow.steps.values() if isinstance(step, Set) for name, value in step.variables]
    if (needed := _size(empty, written)) > MAX_KEPT:
        what = f"what a call has to remember takes {needed} bytes, {MAX_KEPT} is the limit"
        fix = "Set fewer variables and skills, or use shorter names and values."
        findings.error(flow.start, "state_too_large", what, fix)
        return
    customer = max((state.customer for state in widest), key=len, default=())
    brought = [pair for state in widest for pair in state.variables]
    if (needed := _size(replace(empty, customer=customer), [*written, *brought])) > MAX_KEPT:
        what = f"what a call may have to remember takes up to {needed} bytes, {MAX_KEPT} is the limit"
        fix = "Keep fewer outputs; a call that has more than that goes to the on_error queue."
        findings.warn(flow.start, "state_may_be_too_large", what, fix)


def _size(empty: IvrState, variables: list[tuple[str, Value]]) -> int:
    """With the longest value of each variable."""
    longest: dict[str, IvrState] = {}
    for name, value in variables:
        alone = replace(empty, variables=((name, value),))
        longest[name] = max(alone, longest.get(name, alone), key=kept_size)
    together = tuple(pair for _, alone in sorted(longest.items()) for pair in alone.variables)
    return kept_size(replace(empty, variables=together))
