"""Runs tests of a flow: the interpreter that also serves the phones, on a virtual line with a virtual clock. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tandem.ivr.core.flow import Flow
from tandem.ivr.testing.call import Call
from tandem.ivr.testing.case import Case, FlowTests
from tandem.ivr.testing.coverage import coverage
from tandem.ivr.testing.expectations import facts_of, failures
from tandem.ivr.testing.failures import failure
from tandem.ivr.testing.report import CaseReport, Report

_MOST_IDS = 20_000


def run_tests(flow: Flow, *files: FlowTests, before_each: Callable[[], None] = lambda: None) -> Report:
    """Every test of the files, in order; what they cover together. ``before_each`` may raise, to stop them."""
    ids: dict[frozenset[tuple[str, str]], str | None] = {}
    cases = []
    for file in files:
        for case in file.cases:
            before_each()
            ways = frozenset(case.given.split.items())
            if ways not in ids:
                ids[ways] = call_that_takes(flow, case.given.split)
            cases.append(_run_case(flow, case, file.file, ids[ways]))
    return Report(
        flow=flow.name, cases=tuple(cases), coverage=coverage(flow, ((case.path, case.visits) for case in cases))
    )


def run_case(flow: Flow, case: Case, file: str = "") -> CaseReport:
    return _run_case(flow, case, file, call_that_takes(flow, case.given.split))


def _run_case(flow: Flow, case: Case, file: str, call_id: str | None) -> CaseReport:
    call = Call(flow, case, call_id or "test-0")
    call.run()
    course = call.course
    found = failures(course, case.expect)
    if call_id is None:
        ways = ", ".join(f"{step}: {way}" for step, way in case.given.split.items())
        found = (failure("no_way", ways=ways), *found)
    seconds = call.phone.now - case.given.now
    return CaseReport.of(case, course, found, file=file, seconds=seconds, number=facts_of(course)["number"])


def call_that_takes(flow: Flow, ways: Mapping[str, str]) -> str | None:
    """The id of a call that goes these ways at the split steps, which are chosen by the id; None when none does."""
    splits = [(getattr(flow.steps[name], "way", None), way) for name, way in ways.items()]
    ids = (f"test-{number}" for number in range(_MOST_IDS if ways else 1))
    return next((each for each in ids if all(choose and choose(each).name == way for choose, way in splits)), None)
