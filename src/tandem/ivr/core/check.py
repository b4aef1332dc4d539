"""A flow file's text -> a checked ``Flow``, or every problem of it with file, line and what to do.

Two passes: the shapes read all values (types, names, texts in each language, queues, skills), then the graph is looked
at as a whole: steps that nothing leads to, ways on which a silent caller would go round for ever, calls whose state
would not fit with the channel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice

from tandem.cti.documents.document import Mapping, Node, Scalar, Sequence, read_document
from tandem.cti.documents.graph import circles, reachable
from tandem.cti.documents.problems import closest
from tandem.cti.documents.reading import MAX_GUESSES, Unreadable
from tandem.cti.documents.shapes import Record
from tandem.cti.model.skills import HIGHEST, Need
from tandem.ivr.core.dialogue import FAILURES
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FLOW_FILE, Catalog, FlowReading
from tandem.ivr.core.state import MAX_COUNT, MAX_ENCODED, MAX_PRESSED, IvrState, encode_state
from tandem.ivr.errors import FlowError

FLOW = Record(Flow)


def load_flow(text: str, file_name: str, queues: Collection[str]) -> Flow:
    """``queues``: the ids of the queues that exist, asked with ``in``.

    Raises FlowError with all problems, in the order of the lines.
    """
    root, problems = read_document(text, file_name, FLOW_FILE)
    if root is None:
        raise FlowError(tuple(problems))
    reading = FlowReading(file_name, problems, catalog=Catalog(queues=queues))
    try:
        flow = FLOW.read(root, reading, edition=sha256(text.encode()).hexdigest()[:8])
    except Unreadable:
        _check_reachable(root, reading)
    else:
        _check_reachable(root, reading)
        _check_silence(flow, reading)
        _check_size(flow, reading)
        if not problems:
            return flow
    raise FlowError(tuple(sorted(set(problems), key=lambda problem: (problem.line, problem))))


def _check_reachable(root: Node, reading: FlowReading) -> None:
    """Steps that nothing leads to. It looks at every ``goto:`` of the text and takes a misspelt name for the one that
    was meant, so that other faults of the file neither hide these nor bring them about."""
    steps = _child(root, "steps")
    start = _child(root, "start")
    if not isinstance(steps, Mapping) or not isinstance(start, Scalar):
        return
    lines = {key.text: key.line for key, _ in steps.entries}
    first = closest(start.text, lines)
    if first is None:
        return
    ways = {key.text: list(_gotos(body)) for key, body in steps.entries}
    misspelt = {name for names in ways.values() for name in names if name not in lines}
    meant = {name: closest(name, lines) for name in islice(sorted(misspelt), MAX_GUESSES)}
    found = reachable(first, {step: [meant.get(name) or name for name in names] for step, names in ways.items()})
    for name, line in lines.items():
        if name not in found:
            reading.part = f"step {name[:32]}"
            reading.report(line, "unreachable_step", "nothing leads to it", "Lead a goto: to it, or remove it.")
    reading.part = ""


def _child(node: Node, name: str) -> Node | None:
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value for key, value in entries if key.text == name), None)


def _gotos(node: Node) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if key.text == "goto" and isinstance(value, Scalar):
                yield value.text
            else:
                yield from _gotos(value)
    elif isinstance(node, Sequence):
        for each in node.items:
            yield from _gotos(each)


def _check_silence(flow: Flow, reading: FlowReading) -> None:
    """Each circle of exits that a call can take without a word from the caller."""
    ways = {name: [exit_.target for exit_ in step.exits() if exit_.silent] for name, step in flow.steps.items()}
    for circle in circles(ways):
        reading.part = f"step {circle[0]}"
        shown = " -> ".join(circle if len(circle) <= 8 else (*circle[:6], "...", circle[-1]))
        what = f"a caller who says nothing goes round for ever: {shown}"
        fix = "Let one of these steps lead to a queue or hangup."
        reading.report(reading.step_lines[circle[0]], "endless_loop", what, fix)
    reading.part = ""


def _check_size(flow: Flow, reading: FlowReading) -> None:
    """The widest state that a call can come to must fit with its channel."""
    empty = IvrState(flow=flow.name, edition=flow.edition, step=flow.start, language=flow.default_language)
    widest = [step.widest(empty) for step in flow.steps.values()]
    variables: dict[str, IvrState] = {}
    for name, value in (pair for state in widest for pair in state.variables):
        alone = replace(empty, variables=((name, value),))
        variables[name] = max(alone, variables.get(name, alone), key=_length)
    state = replace(
        empty,
        step=max(flow.steps, key=len),
        language=max(flow.languages, key=len),
        turn=MAX_COUNT,
        priority=MAX_COUNT,
        tally=max((state.tally for state in widest), key=len),
        needs=tuple(Need(skill, HIGHEST) for skill in sorted({need.skill for s in widest for need in s.needs})),
        variables=tuple(pair for _, alone in sorted(variables.items()) for pair in alone.variables),
        failure=max(FAILURES, key=len),
    )
    if (needed := _length(state) + MAX_PRESSED) > MAX_ENCODED:
        what = f"what a call may have to remember takes {needed} bytes, {MAX_ENCODED} is the limit"
        reading.report(1, "state_too_large", what, "Set fewer variables and skills, or use shorter names and values.")


def _length(state: IvrState) -> int:
    return len(encode_state(state))
