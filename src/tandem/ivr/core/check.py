"""The texts of a flow's files -> a checked ``Flow``, or every problem with file, line and what to do.

The shapes read all values (types, names, texts in each language, what exists outside), sub-flows are put in, then the
graph is looked at as a whole by the ``check_*`` modules: where steps lead, what is known where, what was hardly meant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from tandem.cti.documents.document import Scalar
from tandem.cti.documents.problems import Problem, instead_of
from tandem.cti.documents.reading import Unreadable
from tandem.cti.documents.shapes import Record
from tandem.ivr.core.check_graph import check_graph, check_reachable_in_text
from tandem.ivr.core.check_places import check_places
from tandem.ivr.core.check_size import check_size
from tandem.ivr.core.check_variables import check_variables
from tandem.ivr.core.check_warnings import warnings_of
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FLOW_FILE, Catalog, FlowReading
from tandem.ivr.core.steps.queue import Queue
from tandem.ivr.core.subflows import Document, Expansion
from tandem.ivr.errors import FlowError

FLOW = Record(Flow)
MAX_FILES = 64
MAX_PROBLEMS = 5000


@dataclass(frozen=True, slots=True)
class Review:
    """``flow`` is None when there are errors. Problems stand in the order of files (the main file first) and lines.

    ``files``: those of the bundle that the flow uses, the main file first.
    """

    flow: Flow | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()


def load_flow(text: str, file_name: str, queues: Collection[str]) -> Flow:
    """A flow without sub-flows. ``queues``: the ids of the queues that exist, asked with ``in``.

    Raises FlowError with all problems, in the order of the lines.
    """
    known = queues if isinstance(queues, frozenset) else frozenset(queues)
    return load_bundle({file_name: text}, file_name, Catalog(queues=known))


def load_bundle(files: Mapping[str, str], main: str, catalog: Catalog, *, stored: bool = False) -> Flow:
    """``files``: texts by name, as in ``use:``; ``main`` is one of them. The last 64 are remembered. ``stored``: as in
    ``review_bundle``.

    Raises FlowError with all errors (warnings do not count).
    """
    return _loaded(tuple(sorted(files.items())), main, catalog, stored)


@lru_cache(64)
def _loaded(files: tuple[tuple[str, str], ...], main: str, catalog: Catalog, stored: bool) -> Flow:
    review = review_bundle(dict(files), main, catalog, stored=stored)
    if review.flow is None:
        raise FlowError(review.errors)
    return review.flow


def edition_of(files: Mapping[str, str]) -> str:
    """The first 8 hex digits of the SHA-256 of the text; of several files, of their names and texts by name."""
    if len(files) == 1:
        return sha256(next(iter(files.values())).encode(errors="replace")).hexdigest()[:8]
    whole = sha256()
    for name, text in sorted(files.items()):
        content = text.encode(errors="replace")
        whole.update(f"{name}\0{len(content)}\0".encode(errors="replace") + content)
    return whole.hexdigest()[:8]


def review_bundle(files: Mapping[str, str], main: str, catalog: Catalog, *, stored: bool = False) -> Review:
    """Raises nothing: what is wrong is in the review. ``stored``: the version was taken before, perhaps by an earlier
    Tandem (see ``read_document``)."""
    if main not in files:
        what, fix = f'there is no file "{main}"', "Add the file."
        return Review(None, (Problem(main, 1, "missing_file", what, fix),))
    if len(files) > MAX_FILES or sum(map(len, files.values())) > 8 * FLOW_FILE.max_characters:
        what = f"a flow has at most {MAX_FILES} files with {8 * FLOW_FILE.max_characters // 1024} KiB together"
        return Review(None, (Problem(main, 1, "too_large", what, FLOW_FILE.too_large_fix),), files=(main,))
    expansion = Expansion(files, stored)
    flow = _read(expansion, main, catalog, edition_of(files))
    findings = Findings(expansion.problems, flow.places if flow else {})
    if flow is not None:
        check_graph(flow, findings)
        check_places(flow, findings)
        check_variables(flow, findings)
        _check_commands(flow, expansion, findings)
        _check_agents(flow, catalog, findings)
        check_size(flow, findings)
        if not findings.errors:
            warnings_of(flow, expansion.documents, findings)
    else:
        for name, document in expansion.documents.items():
            check_reachable_in_text(document.root, FlowReading(name, expansion.problems))
    order = {name: place for place, name in enumerate(expansion.documents)}
    errors = _in_order(findings.errors, order)
    warnings = _in_order(findings.warnings, order)
    return Review(None if errors else flow, errors, warnings, tuple(order) or (main,))


def _check_commands(flow: Flow, expansion: Expansion, findings: Findings) -> None:
    """Of one file, no two commands have the same key."""
    for step, commands in (("", flow.commands), *flow.sub_commands.items()):
        keys = [key for key in (commands.repeat, commands.back, commands.operator and commands.operator.key) if key]
        if len(set(keys)) < len(keys):
            inside = next(name for name in flow.steps if name.rpartition("/")[0] == step)
            file = flow.places[inside].file
            node = expansion.documents[file].child("commands")
            what, fix = "two commands have the same key", "Give each a key of its own."
            findings.errors.append(Problem(file, node.line if node else 1, "same_key", what, fix))


def _check_agents(flow: Flow, catalog: Catalog, findings: Findings) -> None:
    """A log-in that is written out must exist."""
    for name, step in flow.steps.items():
        login = step.agent.literal() if isinstance(step, Queue) and step.agent else None
        if login is not None and catalog.agents is not None and login not in catalog.agents:
            what = f'there is no agent "{login}"'
            findings.error(name, "unknown_agent", what, instead_of(str(login), catalog.agents))


def _read(expansion: Expansion, main: str, catalog: Catalog, edition: str) -> Flow | None:
    """None when something could not be read: why has been noted."""
    document = expansion.document(main)
    if document.root is None or _is_subflow(document, expansion, main):
        return None
    reading = FlowReading(main, expansion.problems, catalog=catalog)
    try:
        flow = expansion.expanded(FLOW.read(document.root, reading, edition=edition), reading)
    except Unreadable:
        expansion.complete = False
    if expansion.complete:
        return flow
    expansion.read_rest(reading)
    return None


def _is_subflow(document: Document, expansion: Expansion, main: str) -> bool:
    kind = document.child("kind")
    if not isinstance(kind, Scalar) or kind.text != "subflow":
        return False
    what, fix = "this is a sub-flow, which takes no calls", "Check the flow that uses it."
    expansion.problems.append(Problem(main, kind.line, "not_a_flow", what, fix))
    return True


def _in_order(problems: Collection[Problem], order: Mapping[str, int]) -> tuple[Problem, ...]:
    found = sorted(set(problems), key=lambda problem: (order.get(problem.file, 0), problem.line, problem))
    return tuple(found[:MAX_PROBLEMS])
