"""Reports of tests as JUnit XML, the form that CI systems read (Jenkins, GitLab, GitHub actions, Azure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from tandem.ivr.testing.report import CaseReport, Report

# What XML 1.0 allows (clause 2.2); anything else has no way to be written in it.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(reports: Iterable[Report], language: str = "en") -> str:
    """One suite a flow. ``time`` is how long the call would have lasted. Texts of failures in the language."""
    root = ET.Element("testsuites", name="tandem ivr test")
    for report in reports:
        failed = sum(not case.ok for case in report.cases)
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_suite(report),
            tests=str(len(report.cases)),
            failures=str(failed),
            errors="0",
            skipped=str(sum(case.skipped is not None for case in report.cases)),
            time=_seconds(sum(case.seconds for case in report.cases)),
        )
        properties = ET.SubElement(suite, "properties")
        for name, ratio in (("nodes", report.coverage.node_ratio), ("edges", report.coverage.edge_ratio)):
            ET.SubElement(properties, "property", name=f"coverage.{name}", value=f"{ratio:.4f}")
        for case in report.cases:
            _case(suite, report, case, language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, report: Report, case: CaseReport, language: str) -> None:
    made = ET.SubElement(
        suite,
        "testcase",
        classname=_suite(report),
        name=_text(case.name),
        file=_text(case.file),
        line=str(case.line),
        time=_seconds(case.seconds),
    )
    if case.skipped is not None:
        ET.SubElement(made, "skipped", message=_text(case.skipped.text[language]))
    if not case.ok:
        texts = [failure.text[language] for failure in case.failures]
        failure = ET.SubElement(made, "failure", type=case.failures[0].code, message=_text(texts[0]))
        failure.text = _text("\n".join(texts))
        out = ET.SubElement(made, "system-out")
        out.text = _text("\n".join(f"{prompt.language}: {prompt.text}" for prompt in case.heard))


def _suite(report: Report) -> str:
    return _text(f"{report.flow} (live)" if report.live else report.flow)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
