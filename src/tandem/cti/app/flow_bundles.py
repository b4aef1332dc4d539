"""A bundle of flow files, looked at for the pages: its problems, its graph, what its tests say. Pure, but slow: for a
thread."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.cti.adapters.postgres.flows import Checked
from tandem.cti.documents.problems import Problem
from tandem.cti.model.errors import BadRequest
from tandem.ivr.core.check import Review, review_bundle
from tandem.ivr.core.check_modes import edges_of, modes_of
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.problem_texts import problem_text, texts_of
from tandem.ivr.core.speech import Wording
from tandem.ivr.core.step import Step
from tandem.ivr.errors import FlowError
from tandem.ivr.testing import FlowTests, Report, load_tests, run_tests

MOST_TESTS_S = 20.0
_STEP = re.compile(r"step (\S+)")
Mode = Literal["ivr", "waiting", "after"]
_MODES: tuple[Mode, ...] = ("ivr", "waiting", "after")


def look(files: Mapping[str, str], main: str, catalog: Catalog) -> Review:
    """Raises FlowError only for a ``main`` that is not among the files."""
    return review_bundle(files, main, catalog)


def problems_of(review: Review) -> list[shapes.BundleProblem]:
    return [
        *(problem_view(problem, "error") for problem in review.errors),
        *(problem_view(problem, "warning") for problem in review.warnings),
    ]


def problem_view(problem: Problem, severity: Literal["error", "warning"]) -> shapes.BundleProblem:
    what, fix = texts_of(problem)
    found = _STEP.match(problem.part)
    return shapes.BundleProblem(
        file=problem.file,
        line=problem.line,
        step=found[1] if found else "",
        severity=severity,
        code=problem.code,
        what=dict(what),
        fix=dict(fix),
    )


# ---- the graph -----------------------------------------------------------------------------------------------------


def graph_of(flow: Flow) -> shapes.FlowGraph:
    modes = modes_of(flow)
    exits: dict[str, list[shapes.GraphExit]] = {name: [] for name in flow.steps}
    for step, exit_, to in edges_of(flow):
        exits[step].append(shapes.GraphExit(name=exit_, to=to))
    return shapes.FlowGraph(
        name=flow.name,
        languages=list(flow.languages),
        start=flow.start,
        on_error=flow.on_error,
        steps=[
            shapes.GraphStep(
                name=name,
                kind=step.kind,
                file=flow.places[name].file,
                line=flow.places[name].line,
                exits=exits[name],
                said=_said(step, flow),
                mode=next((mode for mode in _MODES if mode in modes.get(name, ())), "ivr"),
            )
            for name, step in flow.steps.items()
        ],
    )


def _said(step: Step, flow: Flow) -> dict[str, str]:
    """What the step says first, by language; values that are known only in a call are left as an ellipsis."""
    first = step.speeches()[:1]
    said = {
        language: " ".join(
            dict(part.texts).get(language, "") if isinstance(part, Wording) else "…"
            for speech in first
            for part in speech
        ).strip()
        for language in flow.languages
    }
    return {language: text for language, text in said.items() if text}


# ---- tests ---------------------------------------------------------------------------------------------------------


def tested(files: Mapping[str, str], main: str, tests: Mapping[str, str], catalog: Catalog) -> shapes.FlowTested:
    """Raises BadRequest: the tests take too long."""
    review = look(files, main, catalog)
    problems = problems_of(review)
    if review.flow is None:
        return shapes.FlowTested(problems=problems, cases=[], coverage=None)
    read, refused = _read_tests(review.flow, tests)
    problems += [problem_view(problem, "error") for problem in refused]
    if refused:
        return shapes.FlowTested(problems=problems, cases=[], coverage=None)
    try:
        report = run_tests(review.flow, *read, before_each=_stop_after(MOST_TESTS_S))
    except _TooLongError:
        raise BadRequest.because("tests_long", most_s=round(MOST_TESTS_S)) from None
    return _report_view(problems, report)


def tests_pass(flow: Flow, tests: Mapping[str, str]) -> bool | None:
    """None: there are no tests. Those that take too long do not pass."""
    if not tests:
        return None
    read, refused = _read_tests(flow, tests)
    try:
        return not refused and run_tests(flow, *read, before_each=_stop_after(MOST_TESTS_S)).ok
    except _TooLongError:
        return False


class _TooLongError(Exception):
    pass


def _stop_after(seconds: float) -> Callable[[], None]:
    """The thread that runs the tests takes turns with the one that serves the calls."""
    until = time.monotonic() + seconds

    def stop() -> None:
        if time.monotonic() > until:
            raise _TooLongError

    return stop


def _read_tests(flow: Flow, tests: Mapping[str, str]) -> tuple[list[FlowTests], list[Problem]]:
    read: list[FlowTests] = []
    refused: list[Problem] = []
    for name, text in sorted(tests.items()):
        try:
            read.append(load_tests(text, name, flow))
        except FlowError as error:
            refused.extend(error.problems)
    return read, refused


def _report_view(problems: list[shapes.BundleProblem], report: Report) -> shapes.FlowTested:
    coverage = report.coverage
    return shapes.FlowTested(
        problems=problems,
        cases=[
            shapes.CaseRun(
                file=case.file,
                name=case.name,
                ok=case.ok,
                failures=[dict(failure.text) for failure in case.failures],
                heard=[prompt.text for prompt in case.heard],
                path=list(case.path),
            )
            for case in report.cases
        ],
        coverage=shapes.Coverage(
            nodes=dict(coverage.nodes),
            edges=[
                shapes.EdgeCount(step=edge.step, exit=edge.exit, to=edge.to, count=edge.count)
                for edge in coverage.edges
            ],
            node_ratio=coverage.node_ratio,
            edge_ratio=coverage.edge_ratio,
        ),
    )


def checked_of(review: Review, tests_ok: bool | None) -> Checked:
    return Checked(
        errors=len(review.errors),
        warnings=len(review.warnings),
        tests_ok=tests_ok,
        languages=list(review.flow.languages) if review.flow else [],
    )


def first_of(problems: Sequence[Problem]) -> dict[str, str]:
    """For a refusal: the first problem, and how many more there are, by language."""
    more = len(problems) - 1
    zh, en = (problem_text(problems[0], language) for language in ("zh", "en"))
    return {"zh": f"{zh}（另有 {more} 个）", "en": f"{en} ({more} more)"} if more else {"zh": zh, "en": en}
