"""Coverage of steps and exits, and the report for CI systems."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from tests.unit.ivr.flow_tests import flow

from tandem.ivr.testing import Report, load_tests, run_tests
from tandem.ivr.testing.failures import failure
from tandem.ivr.testing.junit import junit_xml

ONE_WAY = 'format: 1\ntests:\n  - {name: one, caller: [{press: "2"}]}\n'
ALL_WAYS = """\
format: 1
tests:
  - {name: one, caller: [{press: "2"}]}
  - {name: two, caller: [{press: "1"}, {press: "1234"}]}
  - {name: three, caller: [{silence: 2}]}
  - {name: four, caller: [{press: "7"}, {press: "8"}]}
  - {name: five, caller: [{press: "1"}, {silence: 2}]}
  - {name: six, caller: [{press: "1"}, {press: "1#"}, {press: "*#"}]}
"""


def report(text: str = ONE_WAY) -> Report:
    return run_tests(flow(), load_tests(text, "it.test.yaml", flow()))


def test_what_no_test_takes_is_missing() -> None:
    coverage = report().coverage
    assert coverage.nodes == {"welcome": 1, "one": 1, "two": 0, "note": 0, "wait": 0, "bye": 1}
    assert coverage.missing_nodes == ("two", "note", "wait")
    assert (coverage.node_ratio, coverage.edge_ratio, coverage.ratio) == (0.5, 2 / 9, 2 / 9)
    assert ("one", "2", "bye", 1) in [(e.step, e.exit, e.to, e.count) for e in coverage.edges]
    assert ("one", "no_input", "wait") in [(e.step, e.exit, e.to) for e in coverage.missing_edges]


def test_tests_together_cover_what_each_does() -> None:
    coverage = report(ALL_WAYS).coverage
    assert (coverage.missing_nodes, coverage.missing_edges, coverage.ratio) == ((), (), 1.0)
    assert coverage.nodes["welcome"] == 6
    files = [load_tests(text, "it.test.yaml", flow()) for text in (ONE_WAY, ALL_WAYS)]
    assert run_tests(flow(), *files).coverage.nodes["welcome"] == 7


def test_ci_systems_can_read_the_report() -> None:
    text = ONE_WAY.replace("caller", "expect: {queue: loans}, caller") + "  - {name: two}\n"
    for language, told in (("en", 'the queue is "", not "loans"'), ("zh", "队列应为")):
        root = ET.fromstring(junit_xml([report(text)], language))  # noqa: S314 - written here
        (suite,) = root
        assert (suite.get("tests"), suite.get("failures"), suite.get("name")) == ("2", "1", "menus")
        first, second = suite.findall("testcase")
        found = first.find("failure")
        assert found is not None
        assert told in (found.get("message") or "")
        assert (first.get("file"), first.get("line")) == ("it.test.yaml", "3")
        assert second.find("failure") is None


def test_a_name_cannot_add_to_the_report() -> None:
    evil = '</testcase><testcase name="x"/>\x00\x1b]]>"&'
    made = report()
    case = replace(made.cases[0], name=evil, file=evil, failures=(failure("heard", wanted=evil, heard=evil),))
    root = ET.fromstring(junit_xml([replace(made, flow=evil, cases=(case,))]))  # noqa: S314 - written here
    (suite,) = root
    (only,) = suite.findall("testcase")
    assert only.get("name") == evil.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
    assert suite.get("name") == only.get("name")
