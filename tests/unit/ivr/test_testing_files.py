"""Test files are read like flows: all problems at once, each with its line; the published schema is the parser's."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.unit.ivr.flow_tests import DIPPING, flow
from tests.unit.ivr.flows import ROOT

from tandem.ivr.core.problem_texts import texts_of
from tandem.ivr.errors import FlowError
from tandem.ivr.testing import load_tests
from tandem.ivr.testing.case_files import flow_named_in
from tandem.ivr.testing.schema import file_schema, schema_text

FLOW = flow(DIPPING)
GOOD = """\
format: 1
flow: main.yaml
timezone: Asia/Shanghai
given: {time: "2026-11-20 10:00", ani: "+8613800138000", fail: [one]}
tests:
  - name: first
    given:
      time: "2026-11-20 9:30:15"
      customer: {name: 王芳, tier: vip}
      data: {crm: [{status: failed}, {values: {x: 1, y: "2", z: true}, takes_s: 2}]}
      queue: [{position: 3, wait_p50_s: 60}, {after: 20, position: 2}]
      fail: []
    caller: [{press: "1", during: first}, {wait: 2}, silence, {silence: 2}, {speak: 8}, {agent: mei}, hang_up]
    expect: {heard: [first, "some text", {text: hello}], path: one, survey: {good: 5, solved: yes, other: none}}
  - name: second
"""
FAULTS = (
    ("format: 1", "format: 2", "out_of_range", 1),
    ("Asia/Shanghai", "Asia/Nowhere", "unknown_timezone", 3),
    ('"2026-11-20 10:00"', "tomorrow", "bad_moment", 4),
    ('"2026-11-20 10:00"', '"2026-13-20 10:00"', "bad_moment", 4),
    ("fail: [one]", "fail: [three]", "unknown_step", 4),
    ("tests:\n", "cases:\n", "unknown_field", 5),
    ("{name: 王芳,", "{nickname: 王芳,", "unknown_field", 9),
    ("status: failed", "status: broken", "unknown_word", 10),
    ("data: {crm:", "data: {nine:", "unknown_step", 10),
    ("position: 3", "position: 0", "out_of_range", 11),
    ('press: "1"', "press: 1", "wrong_type", 13),
    ('press: "1"', 'press: "1A"', "bad_text", 13),
    ("during: first", "during: thirst", "unknown_prompt", 13),
    ("{speak: 8}", "{shout: 8}", "unknown_action", 13),
    ("hang_up]", "hang_on]", "unknown_word", 13),
    ("heard: [first,", "heard: [thirst,", "unknown_prompt", 14),
    ("path: one", "path: eleven", "unknown_step", 14),
    ("good: 5", "good: 6", "out_of_range", 14),
    ("  - name: second", "  - note: second", "missing_field", 15),
    ("data: {crm:", "data: {two:", "wrong_step", 10),
    ("fail: []", "split: {two: a}", "wrong_step", 12),
    ("fail: []", "refuse: two", "wrong_step", 12),
    ("path: one,", "path: one, asked: {two: {key: a}},", "wrong_step", 14),
)


def problems_of(text: str) -> list[tuple[str, int]]:
    try:
        load_tests(text, "it.test.yaml", FLOW)
    except FlowError as error:
        return [(problem.code, problem.line) for problem in error.problems]
    return []


def test_what_is_given_is_read() -> None:
    first, second = load_tests(GOOD, "it.test.yaml", FLOW).cases
    assert (first.name, first.line, second.line) == ("first", 6, 15)
    assert first.given.now - second.given.now == -(30 * 60 - 15)
    assert first.given.customer == {
        "id": "c-1", "name": "王芳", "tier": "vip", "language": "", "company": "", "email": "", "owner": ""
    }  # fmt: skip
    assert [answer.status for answer in first.given.data["crm"]] == ["failed", "ok"]
    assert (first.given.fail, second.given.fail) == (frozenset(), frozenset({"one"})), (
        "a test's own word goes before the file's"
    )
    assert first.expect.survey == {"good": 5, "solved": 1, "other": None}


@pytest.mark.parametrize(("old", "new", "code", "line"), FAULTS)
def test_each_fault_is_told_with_its_line(old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    assert (code, line) in problems_of(GOOD.replace(old, new, 1))


def test_all_faults_are_told_at_once() -> None:
    text = GOOD
    for old, new, *_ in FAULTS[3:5] + FAULTS[8:10]:
        text = text.replace(old, new, 1)
    assert len(problems_of(text)) >= 4


@pytest.mark.parametrize("text", ["", "[", "a: &x 1", "tests: []", "!!python/object:os.system {}", "- 1"])
def test_what_is_no_test_file_is_refused(text: str) -> None:
    assert problems_of(text)


def test_the_flow_that_is_meant() -> None:
    assert flow_named_in(GOOD) == "main.yaml"
    assert [flow_named_in(text) for text in ("", "[", "flow: [1]", "tests: 1")] == [""] * 4


def test_the_published_schema_is_the_one_of_the_parser() -> None:
    published = (ROOT / "docs/reference/flow-test.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "run: python -m tandem.ivr.testing.schema > docs/reference/flow-test.schema.json"


def test_the_schema_accepts_what_the_parser_accepts() -> None:
    Draft202012Validator.check_schema(file_schema())
    assert list(Draft202012Validator(file_schema()).iter_errors(yaml.safe_load(GOOD))) == []


def test_the_schema_refuses_what_it_can_know() -> None:
    validator = Draft202012Validator(file_schema())
    beyond = {"unknown_timezone", "unknown_step", "unknown_prompt", "wrong_step"}
    for old, new, code, _ in FAULTS:
        if code not in beyond and "2026-13" not in new:
            assert list(validator.iter_errors(yaml.safe_load(GOOD.replace(old, new, 1)))), new


def test_every_fault_has_its_sentence_in_chinese() -> None:
    for old, new, *_ in FAULTS:
        with pytest.raises(FlowError) as refused:
            load_tests(GOOD.replace(old, new, 1), "it.test.yaml", FLOW)
        for problem in refused.value.problems:
            what, fix = texts_of(problem)
            assert what["zh"] != what["en"], problem
            assert fix["zh"] != fix["en"], problem
            assert "meant" not in fix["zh"], problem
