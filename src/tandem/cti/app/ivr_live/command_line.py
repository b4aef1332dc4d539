"""``tandem ivr test --live``: what it prints."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tandem.cti.app.ivr_live.ground import FlowOnDisk
from tandem.cti.app.ivr_live.runner import plan, run_live
from tandem.cti.app.ivr_words import say
from tandem.cti.model.errors import BadRequest
from tandem.ivr.core.flow import Flow
from tandem.ivr.testing import CaseReport, FlowTests, Report


def run(flows: Sequence[tuple[Path, Flow, list[FlowTests]]], asked: argparse.Namespace, language: str) -> list[Report]:
    """Progress goes to standard error. Raises CtiError: a part that calls need is missing, or does not start."""
    names: dict[str, Path] = {}
    for file, flow, _ in flows:
        if names.setdefault(flow.name, file) != file:
            raise BadRequest(say("same_name", language, flow=file, name=flow.name))
    began = time.monotonic()

    def progress(text: str) -> None:
        print(f"  {time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)

    planned = plan([(FlowOnDisk(file, flow), tests) for file, flow, tests in flows], asked.longest)
    reports = asyncio.run(run_live(planned, progress=progress, at_once=max(1, asked.at_once)))
    for report in reports:
        print(f"{report.flow}: {say('live', language)}")
        for case in report.cases:
            print(_case(case, language))
    cases = [case for report in reports for case in report.cases]
    skipped = sum(case.skipped is not None for case in cases)
    failed = sum(not case.ok for case in cases)
    seconds = f"{time.monotonic() - began:.1f} s"
    print(say("tested_live", language, cases=len(cases) - skipped, failed=failed, skipped=skipped, seconds=seconds))
    return reports


def _case(case: CaseReport, language: str) -> str:
    if case.skipped is not None:
        return f"  {say('skipped', language)}  {case.name}: {case.skipped.text[language]}"
    if case.ok:
        return f"  {say('passed', language)}  {case.name} ({case.seconds:.1f} s)"
    lines = [f"  {say('failed', language)}  {case.name} ({case.file}:{case.line})"]
    return "\n".join(lines + [f"    {failure.text[language]}" for failure in case.failures])
