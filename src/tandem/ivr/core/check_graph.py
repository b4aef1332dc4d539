"""Where the steps of a flow lead: whether all are reached, and whether every caller comes to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from tandem.cti.documents.document import Mapping as MappingNode
from tandem.cti.documents.document import Node, Scalar, Sequence
from tandem.cti.documents.graph import circles, reachable
from tandem.cti.documents.problems import closest
from tandem.cti.documents.reading import MAX_GUESSES
from tandem.ivr.core.check_modes import ways_of
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FlowReading


def check_graph(flow: Flow, findings: Findings) -> None:
    ways = {name: [exit_.target for exit_ in exits] for name, exits in ways_of(flow).items()}
    found = reachable(flow.start, ways)
    for name in flow.steps:
        if name not in found:
            findings.error(name, "unreachable_step", "nothing leads to it", "Lead a goto: to it, or remove it.")
    _check_silence(flow, findings)


def _check_silence(flow: Flow, findings: Findings) -> None:
    """Each circle of exits that a call can take without a word from the caller. While he waits in a queue, a circle is
    what is wanted, so long as it takes time: music.

    As every step but those that end a flow has an exit that silence takes, this also finds every tangle of steps that
    no caller gets out of, whatever he presses.
    """
    ways = {
        name: [] if step.kind == "music" else [exit_.target for exit_ in step.exits() if exit_.silent]
        for name, step in flow.steps.items()
    }
    for circle in circles(ways):
        shown = " -> ".join(circle if len(circle) <= 8 else (*circle[:6], "...", circle[-1]))
        what = f"a caller who says nothing goes round for ever: {shown}"
        fix = "Let one of these steps lead to a queue or hangup; while waiting in a queue, put music between them."
        findings.error(circle[0], "endless_loop", what, fix)


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
