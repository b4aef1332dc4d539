"""Where the steps of a flow lead: whether all are reached, and whether every caller comes to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from tandem.cti.documents.document import Mapping as MappingNode
from tandem.cti.documents.document import Node, Scalar, Sequence
from tandem.cti.documents.graph import circles, reachable
from tandem.cti.documents.problems import closest
from tandem.cti.documents.reading import MAX_GUESSES
from tandem.ivr.core.check_modes import WAITING, modes_of
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FlowReading

_ENDS = frozenset({"queue", "transfer", "hangup"})


def check_graph(flow: Flow, findings: Findings) -> None:
    ways = {name: [exit_.target for exit_ in flow.exits_of(name)] for name in flow.steps}
    found = reachable(flow.start, ways)
    for name in flow.steps:
        if name not in found:
            findings.error(name, "unreachable_step", "nothing leads to it", "Lead a goto: to it, or remove it.")
    silent = _check_silence(flow, findings)
    _check_ends(flow, found, silent, findings)


def _check_ends(flow: Flow, found: set[str], told: set[str], findings: Findings) -> None:
    """From each step some way leads to an end: a queue, a hangup, a transfer. Steps from which none does stand in
    circles that no caller gets out of. Who waits in a queue is at an end already. ``told``: steps of circles that were
    told of before."""
    back: dict[str, list[str]] = {name: [] for name in flow.steps}
    for name in flow.steps:
        for exit_ in flow.exits_of(name):
            if exit_.target in back:
                back[exit_.target].append(name)
    ends = [name for name, step in flow.steps.items() if step.ends or step.kind in _ENDS]
    good = set(ends)
    waiting = list(ends)
    while waiting:
        for name in back[waiting.pop()]:
            if name not in good:
                good.add(name)
                waiting.append(name)
    modes = modes_of(flow)
    lost = [name for name in flow.steps if name in found - good and modes[name] - {WAITING}]
    if lost and not told & set(lost):
        shown = ", ".join(lost[:6]) + (", ..." if len(lost) > 6 else "")
        what = f"no way leads on to a queue, a hangup or a transfer from here: {shown}"
        findings.error(lost[0], "dead_end", what, "Let one of these steps lead to an end.")


def _check_silence(flow: Flow, findings: Findings) -> set[str]:
    """Each circle of exits that a call can take without a word from the caller. While he waits in a queue, a circle is
    what is wanted, so long as it takes time: music. The steps of the circles."""
    told: set[str] = set()
    ways = {
        name: [] if step.kind == "music" else [exit_.target for exit_ in step.exits() if exit_.silent]
        for name, step in flow.steps.items()
    }
    for circle in circles(ways):
        shown = " -> ".join(circle if len(circle) <= 8 else (*circle[:6], "...", circle[-1]))
        what = f"a caller who says nothing goes round for ever: {shown}"
        fix = "Let one of these steps lead to a queue or hangup; while waiting in a queue, put music between them."
        findings.error(circle[0], "endless_loop", what, fix)
        told.update(circle)
    return told


# -- of a file that could not be read as a whole -----------------------------------------------------------------------


def check_reachable_in_text(root: Node | None, reading: FlowReading) -> None:
    """Steps that nothing leads to. It looks at every text under a step that is the name of one, and takes a misspelt
    ``goto:`` for the one that was meant, so that other faults of the file neither hide these nor bring them about."""
    steps, start = (_child(root, "steps"), _child(root, "start")) if root is not None else (None, None)
    if not isinstance(steps, MappingNode) or not isinstance(start, Scalar):
        return
    lines = {key.text: key.line for key, _ in steps.entries}
    first = closest(start.text, lines)
    if first is None:
        return
    ways = {key.text: list(_ways(body, lines)) for key, body in steps.entries}
    ways[first] += list(_ways(_child(root, "commands"), lines))
    misspelt = {name for names in ways.values() for name in names if name not in lines}
    meant = {name: closest(name, lines) for name in islice(sorted(misspelt), MAX_GUESSES)}
    found = reachable(first, {step: [meant.get(name) or name for name in names] for step, names in ways.items()})
    for name, line in lines.items():
        if name not in found:
            reading.part = f"step {name[:32]}"
            reading.report(line, "unreachable_step", "nothing leads to it", "Lead a goto: to it, or remove it.")
    reading.part = ""


def _child(node: Node | None, name: str) -> Node | None:
    entries = node.entries if isinstance(node, MappingNode) else ()
    return next((value for key, value in entries if key.text == name), None)


def _ways(node: Node | None, steps: Mapping[str, int], key: str = "") -> Iterator[str]:
    match node:
        case MappingNode(entries):
            for name, value in entries:
                yield from _ways(value, steps, name.text)
        case Sequence(items):
            for each in items:
                yield from _ways(each, steps, key)
        case Scalar(text) if key == "goto" or text in steps:
            yield text
