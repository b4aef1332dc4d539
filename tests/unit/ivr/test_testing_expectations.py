"""What a test expects: each kind is seen to fail, and says what happened instead."""

from __future__ import annotations

import pytest
from tests.unit.ivr.flow_tests import DIPPING, codes, run

TO_QUEUE = 'caller: [{press: "1"}, {press: "1234"}]\n'

MET = (
    "heard: [hello, first, second, second]",
    'heard: ["Welcome to the test", "press 1 Second, PRESS", {text: second}]',
    "heard: [welcome, one, two]",
    "not_heard: pardon",
    "path: [one, two, wait]",
    "not_visited: bye",
    "variables: {number: '1234', done: true}",
    "queue: loans",
    "needs: language:en>=3",
    "priority: 7",
    "language: en",
    "outcome: queue",
    "tier: ''",
    "asked: {crm: {value: '+8613800138000'}}",
)
MISSED = (
    ("heard: [first, hello]", "not_heard"),
    ('heard: "Goodbye"', "not_heard"),
    ("heard: [second, second, second]", "not_heard"),
    ("not_heard: hello", "heard"),
    ("not_heard: ['press 2']", "heard"),
    ("path: [two, one]", "not_visited"),
    ("not_visited: two", "visited"),
    ("variables: {number: 1234}", "differs"),
    ("variables: {done: 1}", "differs"),
    ("variables: {other: x}", "differs"),
    ("queue: service", "differs"),
    ("needs: language:en>=4", "differs"),
    ("priority: 8", "differs"),
    ("language: zh", "differs"),
    ("outcome: hangup", "differs"),
    ("reason: wrong", "differs"),
    ("survey: {kind: 5}", "differs"),
    ("asked: {crm: {value: x}}", "differs"),
)


@pytest.mark.parametrize("expected", MET)
def test_what_is_so_passes(expected: str) -> None:
    assert run(f"{TO_QUEUE}expect: {{{expected}}}", DIPPING).failures == ()


@pytest.mark.parametrize(("expected", "code"), MISSED)
def test_what_is_not_so_fails_and_says_so_in_both_languages(expected: str, code: str) -> None:
    (failure,) = run(f"{TO_QUEUE}expect: {{{expected}}}", DIPPING).failures
    assert failure.code == code
    assert set(failure.text) == {"zh", "en"}
    assert all(text and "{" not in text for text in failure.text.values())


def test_a_failure_tells_what_was_heard_instead() -> None:
    (failure,) = run(f"{TO_QUEUE}expect: {{heard: [first, pardon]}}").failures
    assert '"pardon" after "first"' in failure.text["en"]
    assert "Second, press 2 | Second, press 2" in failure.text["en"]
    assert "“pardon”（在“first”之后）" in failure.text["zh"]


def test_all_failures_of_a_test_are_told() -> None:
    assert codes(f"{TO_QUEUE}expect: {{queue: service, priority: 1, outcome: hangup, heard: pardon}}") == [
        "not_heard",
        "differs",
        "differs",
        "differs",
    ]
