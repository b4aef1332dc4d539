"""The flows to learn from: checked against the demo's routing plan, tested, and covered to the last exit."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.unit.ivr.flows import ROOT

from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.flow_files import load_flow_file, review_flow_file
from tandem.ivr.testing import Report, load_tests, run_tests
from tandem.ivr.testing.schema import file_schema
from tandem.routing.plan_file import parse_plan

FLOWS = ROOT / "examples/flows"
LIBRARY = ("after_hours", "bank", "delivery", "survey", "vip")
ALL = (FLOWS / "main.yaml", *(FLOWS / name / "main.yaml" for name in LIBRARY))
DEMO_PLAN = parse_plan((ROOT / "src/tandem/cti/app/demo_routing.yaml").read_text(encoding="utf-8"), "demo_routing.yaml")
CATALOG = Catalog(
    queues=frozenset(DEMO_PLAN.queues),
    skills=frozenset(skill for agent in DEMO_PLAN.agents.values() for skill in agent.skills),
    agents=frozenset(DEMO_PLAN.agents),
    tiers=frozenset(tier.name for tier in DEMO_PLAN.tiers),
)
EACH = pytest.mark.parametrize("path", ALL, ids=[path.parent.name for path in ALL])


def report_of(path: Path) -> Report:
    flow = load_flow_file(path, CATALOG)
    tests = path.with_suffix(".test.yaml")
    return run_tests(flow, load_tests(tests.read_text(encoding="utf-8"), tests.name, flow))


def test_there_are_as_many_as_there_are_folders() -> None:
    assert sorted(each.name for each in FLOWS.iterdir() if each.is_dir()) == list(LIBRARY)


@EACH
def test_it_has_no_problem(path: Path) -> None:
    review = review_flow_file(path, CATALOG)
    assert (list(map(str, review.errors)), list(map(str, review.warnings))) == ([], [])
    assert review.flow is not None
    assert set(review.flow.languages) == {"zh", "en"}


@EACH
def test_its_tests_pass_and_cover_all_of_it(path: Path) -> None:
    report = report_of(path)
    assert [(case.name, failure.text["en"]) for case in report.cases for failure in case.failures] == []
    assert (report.coverage.missing_nodes, report.coverage.missing_edges) == ((), ())


@EACH
def test_its_test_file_fits_the_schema(path: Path) -> None:
    file = yaml.safe_load(path.with_suffix(".test.yaml").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(file_schema()).iter_errors(file)) == []
