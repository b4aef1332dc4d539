"""``tandem ivr check`` and ``tandem ivr test``: on files, without a server or a switch."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from tandem.cti.app.installation import Installation, default_home
from tandem.cti.app.ivr_catalog import known_from, known_here
from tandem.cti.app.ivr_files import flows_in, sub_flows_in, tests_in, text_of
from tandem.cti.app.ivr_words import say
from tandem.cti.documents.problems import Problem
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.system_reasons import reason_of
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.problem_texts import problem_text
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file, review_flow_file
from tandem.ivr.testing import CaseReport, FlowTests, Report, load_tests, run_tests
from tandem.ivr.testing.junit import junit_xml

OpenInstallation = Callable[[], Installation]
OpenDatabase = Callable[[Installation], AbstractAsyncContextManager[str]]


# -- check -------------------------------------------------------------------------------------------------------------


def check(asked: argparse.Namespace, language: str, installation: OpenInstallation, database: OpenDatabase) -> int:
    files = flows_in(asked.flow)
    if asked.plan is not None:
        known = known_from(text_of(asked.plan), asked.plan.name, language)
    else:
        known = asyncio.run(known_here(asked.home or default_home(), installation, database, language))
    errors = warnings = 0
    used: set[Path] = set()
    unread: set[Path] = set()
    for file in files:
        review = review_flow_file(file, known.catalog)
        if review.flow is None:
            unread.add(file.parent.resolve())
        used.update((file.parent / name).resolve() for name in review.files)
        for problem in review.errors:
            print(_line(file, problem, language))
        for problem in review.warnings:
            print(say("warning", language) + _line(file, problem, language))
        if not review.errors:
            print(f"{file}: {say('good', language)}")
        errors += len(review.errors)
        warnings += len(review.warnings)
    for file in sub_flows_in(asked.flow):
        beside = unread.intersection(file.resolve().parents)  # a flow that cannot be read may use it
        if file.resolve() not in used and not beside:
            warnings += 1
            print(say("warning", language) + say("unused", language, file=file))
    print(known.said)
    print(say("checked", language, flows=len(files), errors=errors, warnings=warnings))
    return 1 if errors else 0


def _line(file: Path, problem: Problem, language: str) -> str:
    """The problem with the path of its file, so that editors and CI systems can lead there."""
    return problem_text(replace(problem, file=str(file.parent / problem.file)), language)


# -- test --------------------------------------------------------------------------------------------------------------


def test(asked: argparse.Namespace, language: str) -> int:
    if asked.live:
        from tandem.cti.app.ivr_live.own_network import enter

        enter()
    reports: list[Report] = []
    read_flows: list[tuple[Path, Flow, list[FlowTests]]] = []
    good = True
    seconds = 0.0
    for file, tests in tests_in(asked.flow):
        if not tests:
            print(say("no_tests", language, flow=file, file=file.with_suffix(".test.yaml").name))
            good = False
            continue
        try:
            flow = load_flow_file(file, Catalog())
            read = [_tests(each, flow) for each in tests]
        except FlowError as error:
            print("\n".join(_line(file, problem, language) for problem in error.problems))
            good = False
            continue
        read_flows.append((file, flow, read))
        began = perf_counter()
        report = run_tests(flow, *read)
        seconds += perf_counter() - began
        reports.append(report)
        covered = _covered(report, file, asked, language)
        good = good and report.ok and covered
    cases = [case for report in reports for case in report.cases]
    failed = sum(not case.ok for case in cases)
    rate = len(cases) / seconds if seconds else 0.0
    print(say("tested", language, cases=len(cases), failed=failed, seconds=f"{seconds:.2f} s", rate=f"{rate:,.0f}"))
    if asked.live and read_flows:
        from tandem.cti.app.ivr_live.command_line import run

        called = run(read_flows, asked, language)
        reports += called
        good = good and all(report.ok for report in called)
    if asked.junit is not None:
        _write(asked.junit, junit_xml(reports, language))
    return 0 if good else 1


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest.because("file_unwritable", file=str(file), texts=reason_of(error)) from None


def _tests(file: Path, flow: Flow) -> FlowTests:
    """With its whole path in reports, but for problems with its name, as flows have it."""
    return replace(load_tests(text_of(file), file.name, flow), file=str(file))


def _covered(report: Report, file: Path, asked: argparse.Namespace, language: str) -> bool:
    print(f"{file}: {report.flow}")
    for case in report.cases:
        print(_case(case, language))
    coverage = report.coverage
    print(
        "  "
        + say(
            "coverage",
            language,
            nodes=len(coverage.nodes) - len(coverage.missing_nodes),
            all_nodes=len(coverage.nodes),
            node_share=_share(coverage.node_ratio),
            edges=len(coverage.edges) - len(coverage.missing_edges),
            all_edges=len(coverage.edges),
            edge_share=_share(coverage.edge_ratio),
        )
    )
    least = asked.min_coverage
    too_low = least is not None and 100 * coverage.ratio < least
    if (asked.coverage or too_low) and coverage.missing_nodes:
        print("    " + say("missing_nodes", language, steps=", ".join(coverage.missing_nodes)))
    if (asked.coverage or too_low) and coverage.missing_edges:
        edges = ", ".join(f"{edge.step} {edge.exit} -> {edge.to}" for edge in coverage.missing_edges)
        print("    " + say("missing_edges", language, edges=edges))
    if too_low:
        print("    " + say("too_low", language, share=_share(coverage.ratio), least=f"{least:g}"))
    return not too_low


def _case(case: CaseReport, language: str) -> str:
    if case.ok:
        return f"  {say('passed', language)}  {case.name}"
    lines = [f"  {say('failed', language)}  {case.name} ({case.file}:{case.line})"]
    return "\n".join(lines + [f"    {failure.text[language]}" for failure in case.failures])


def _share(ratio: float) -> str:
    """Rounded down, so that 100 % is all of it."""
    return f"{int(1000 * ratio) / 10:g} %"
