"""Sub-flows: files of steps that several flows, or several places of one, use.

They are put in when the flow is read: the step ``identify`` that uses ``identify.yaml`` brings the steps
``identify/ask_pin``, ... with variables ``identify/pin``: each file is read once for every step that uses it, with the
scope ``identify/``. So all that comes after - the interpreter, the checks, numbers, coverage - sees one flat graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from tandem.cti.documents.document import Mapping as MappingNode
from tandem.cti.documents.document import Node, Sequence, read_document
from tandem.cti.documents.problems import Problem
from tandem.cti.documents.reading import Unreadable
from tandem.cti.documents.shapes import NAME, Integer, OneOf, Record, Text, item, record
from tandem.cti.model.hours import WeeklyHours
from tandem.ivr.core.commands import Commands
from tandem.ivr.core.flow import FORMAT, Flow, Place
from tandem.ivr.core.flow_reading import FLOW_FILE, FlowReading
from tandem.ivr.core.flow_tables import Calendars, Layout, Names, Uses, files_used
from tandem.ivr.core.speech import Wording
from tandem.ivr.core.step import Step
from tandem.ivr.core.step_table import Steps
from tandem.ivr.core.steps.subflow import Return, Subflow
from tandem.ivr.core.words import Target, Wordings

MAX_STEPS = 2000
MAX_NODES = 100_000
"""Values that are read in all, a file that is used twice counted twice."""
MAX_LEVELS = 5
MAX_ALONE = 16


@record
class SubflowFile:
    """``languages``, ``on_error`` and ``step_limit`` are those of the flow that uses it."""

    format: int = item(Integer(FORMAT, FORMAT), f"the version of this file format: {FORMAT}")
    kind: str = item(OneOf(("subflow",)), "subflow")
    name: str = item(Text(longest=32, pattern=NAME, rule="small letters, digits and _"), "the name of the sub-flow")
    version: str = item(Text(40), "the author's own version, as a text", default="")
    parameters: tuple[str, ...] = item(Names("parameter"), "variables that whoever uses it gives a value", default=())
    results: tuple[str, ...] = item(Names("result"), "variables that whoever uses it can take over", default=())
    use: Mapping[str, str] = item(Uses(), "the files of sub-flows, by the name that steps use", default_factory=dict)
    calendars: Mapping[str, WeeklyHours] = item(
        Calendars(), "opening hours by name, as in a routing plan", default_factory=dict
    )
    prompts: tuple[tuple[str, Wording], ...] = item(Wordings(), "texts that steps refer to by name", default=())
    steps: Mapping[str, Step] = item(Steps(), "the steps by name")
    start: str = item(Target(), "the first step", is_exit=True)
    commands: Commands | None = item(
        Record(Commands), "keys that mean the same in every question; without it those of who uses it", default=None
    )
    layout: tuple[tuple[str, tuple[float, float]], ...] = item(
        Layout(), "where the editor drew the steps; nothing else reads it", default=()
    )


SUBFLOW = Record(SubflowFile)


@dataclass(slots=True)
class Document:
    """One file of the bundle, as YAML; ``root`` is None when it cannot be read."""

    root: Node | None
    nodes: int

    def child(self, name: str) -> Node | None:
        entries = self.root.entries if isinstance(self.root, MappingNode) else ()
        return next((value for key, value in entries if key.text == name), None)


@dataclass(slots=True)
class Expansion:
    """``files``: texts by name, ``stored`` as in ``read_document``. ``problems``: of all files, as they are found.
    ``documents``: those opened."""

    files: Mapping[str, str]
    stored: bool = False
    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    nodes: int = 0
    steps: dict[str, Step] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    calendars: dict[str, WeeklyHours] = field(default_factory=dict)
    commands: dict[str, Commands] = field(default_factory=dict)
    complete: bool = True
    """Every sub-flow that is used could be read and put in."""

    def document(self, file: str) -> Document:
        if file not in self.documents:
            root, problems = read_document(self.files[file], file, FLOW_FILE, stored=self.stored)
            self.problems.extend(problems)
            self.documents[file] = Document(root, _size(root))
        return self.documents[file]

    def expanded(self, flow: Flow, reading: FlowReading) -> Flow:
        """The flow with all sub-flows in it; it makes sense when ``complete``."""
        self._take(flow.steps, flow.calendars, reading, (reading.file,))
        return replace(flow, steps=self.steps, places=self.places, calendars=self.calendars, sub_commands=self.commands)

    def read_rest(self, reading: FlowReading) -> None:
        """Files that faults elsewhere keep from being put in are read all the same, for their own faults."""
        waiting = list(files_used(self.document(reading.file).root))
        while waiting:
            file = waiting.pop()
            if file in self.files and file not in self.documents and len(self.documents) < MAX_ALONE:
                root = self.document(file).root
                waiting.extend(files_used(root))
                own = FlowReading(file, self.problems, catalog=reading.catalog, languages=reading.languages)
                if root is not None:
                    with suppress(Unreadable):
                        SUBFLOW.read(root, own)

    def _take(
        self,
        steps: Mapping[str, Step],
        calendars: Mapping[str, WeeklyHours],
        reading: FlowReading,
        chain: tuple[str, ...],
    ) -> None:
        self.calendars.update(calendars)
        for name, step in steps.items():
            local = name.rpartition("/")[2]
            self.places[name] = Place(reading.file, reading.step_lines[local], local)
            self.steps[name] = step
            if isinstance(step, Subflow):
                reading.part = f"step {local}"
                try:
                    self.steps[name] = self._put_in(step, reading, chain)
                except Unreadable:
                    self.complete = False
                finally:
                    reading.part = ""

    def _put_in(self, step: Subflow, reading: FlowReading, chain: tuple[str, ...]) -> Subflow:
        """Raises Unreadable when the file cannot be put in, which has been reported."""
        at = self.places[step.name].line
        file = reading.uses[step.use]
        root = self._opened(file, at, reading, chain)
        own = FlowReading(
            file, self.problems, catalog=reading.catalog, languages=reading.languages, scope=f"{step.name}/"
        )
        sub = SUBFLOW.read(root, own)
        if len(self.steps) + len(sub.steps) > MAX_STEPS:
            self._refuse(reading, at, "too_many_steps", f"with its sub-flows the flow has more than {MAX_STEPS} steps")
        self._match(step, sub, reading, at)
        if sub.commands is not None:
            self.commands[step.name] = sub.commands
        exits, results = dict(step.exits_), dict(step.results)
        returning = {
            name: replace(
                each,
                goto=exits.get(each.exit, ""),
                hands=tuple((variable, own.scope + result) for variable, result in results.items()),
            )
            if isinstance(each, Return)
            else each
            for name, each in sub.steps.items()
        }
        self._take(returning, sub.calendars, own, (*chain, file))
        given = tuple((own.scope + name, expression) for name, expression in step.with_)
        return replace(step, first=sub.start, with_=given)

    def _opened(self, file: str, at: int, reading: FlowReading, chain: tuple[str, ...]) -> Node:
        if file in chain:
            shown = " -> ".join((*chain[chain.index(file) :], file))
            fix = "Let one of these files do without the next."
            self._refuse(reading, at, "subflow_cycle", f"the sub-flows use each other without end: {shown}", fix)
        if len(chain) > MAX_LEVELS:
            self._refuse(reading, at, "too_deep", f"sub-flows use each other over more than {MAX_LEVELS} levels")
        if file not in self.files:
            fix = "Add the file, or mend its name under use:."
            self._refuse(reading, at, "missing_file", f'there is no file "{file}" beside the flow', fix)
        document = self.document(file)
        self.nodes += document.nodes
        if self.nodes > MAX_NODES:
            self._refuse(reading, at, "too_large", f"with its sub-flows the flow has more than {MAX_NODES} values")
        if document.root is None:
            raise Unreadable
        return document.root

    def _refuse(self, reading: FlowReading, line: int, code: str, what: str, fix: str = "Use fewer sub-flows.") -> None:
        """Raises Unreadable."""
        reading.report(line, code, what, fix)
        raise Unreadable

    def _match(self, step: Subflow, sub: SubflowFile, reading: FlowReading, at: int) -> None:
        """What the step gives and takes must be what the file wants and gives."""
        given = {name for name, _ in step.with_}
        for name in sorted(set(sub.parameters) - given):
            what = f'the sub-flow wants "{name}", which is not given'
            reading.report(at, "missing_parameter", what, f"Add with: {{{name}: ...}}.")
        for name in sorted(given - set(sub.parameters)):
            what, fix = f'the sub-flow has no parameter "{name}"', reading.instead_of(name, sub.parameters)
            reading.report(at, "unknown_parameter", what, fix)
        for _, result in step.results:
            if result not in sub.results:
                what, fix = f'the sub-flow has no result "{result}"', reading.instead_of(result, sub.results)
                reading.report(at, "unknown_result", what, fix)
        ways = {each.exit for each in sub.steps.values() if isinstance(each, Return)}
        wired = {name for name, _ in step.exits_}
        for name in sorted(ways - wired):
            what = f'the exit "{name}" leads nowhere'
            reading.report(at, "unwired_exit", what, f"Add exits: {{{name}: STEP}}.")
        for name in sorted(wired - ways):
            what, fix = f'the sub-flow never returns by the exit "{name}"', reading.instead_of(name, ways)
            reading.report(at, "unknown_exit", what, fix)


def _size(root: Node | None) -> int:
    count = 0
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, MappingNode):
            waiting.extend(value for _, value in node.entries)
            count += len(node.entries)
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
    return count
