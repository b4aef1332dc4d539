"""Which steps a caller comes to while he waits in a queue, and which after the talk; and so, which ways there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from tandem.ivr.core.flow import Flow
from tandem.ivr.core.step import Exit

IVR, WAITING, AFTER = "ivr", "waiting", "after"
BRANCHES = {"while_waiting": WAITING, "after_call": AFTER}
"""Exits of a queue step that begin another part of the flow."""


def ways_of(flow: Flow) -> Mapping[str, tuple[Exit, ...]]:
    """The ways out of each step that some caller can take: the operator's key leads nowhere from a question that is
    asked only of those who wait for a person already, or have talked to one."""
    return {
        name: tuple(
            exit_
            for exit_ in flow.exits_of(name)
            if not modes or IVR in modes or exit_ != flow.steps[name].operator(flow.commands_of(name))
        )
        for name, modes in modes_of(flow).items()
    }


def edges_of(flow: Flow) -> tuple[tuple[str, str, str], ...]:
    """(step, exit, step that follows) of these ways, each once."""
    edges = ((name, exit_.name, exit_.target) for name, exits in ways_of(flow).items() for exit_ in exits)
    return tuple(dict.fromkeys(edges))


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
