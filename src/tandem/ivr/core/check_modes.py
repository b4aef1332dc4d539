"""Which steps a caller comes to while he waits in a queue, and which after the talk."""

from __future__ import annotations

from collections import deque

from tandem.ivr.core.flow import Flow

IVR, WAITING, AFTER = "ivr", "waiting", "after"
BRANCHES = {"while_waiting": WAITING, "after_call": AFTER}
"""Exits of a queue step that begin another part of the flow."""


def modes_of(flow: Flow) -> dict[str, frozenset[str]]:
    """``ivr``, ``waiting``, ``after``: in which of them each step can be; none of them when nothing leads to it."""
    found: dict[str, set[str]] = {name: set() for name in flow.steps}
    waiting = deque([(flow.start, IVR)])
    while waiting:
        name, mode = waiting.popleft()
        if name not in found or mode in found[name]:
            continue
        found[name].add(mode)
        step = flow.steps[name]
        onward = IVR if mode == WAITING and step.leaves_line else mode
        for exit_ in flow.exits_of(name):
            if mode != IVR and exit_ == step.operator(flow.commands_of(name)):
                continue  # that key is for those who are not waiting for a person yet
            waiting.append((exit_.target, BRANCHES.get(exit_.name, onward) if step.kind == "queue" else onward))
    return {name: frozenset(modes) for name, modes in found.items()}
