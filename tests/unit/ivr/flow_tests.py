"""A flow and its tests as texts, for the tests of the test runner."""

from __future__ import annotations

from textwrap import indent

from tests.unit.ivr.flows import load

from tandem.ivr.core.flow import Flow
from tandem.ivr.testing import CaseReport, load_tests, run_tests

MENU = """\
format: 1
name: menus
languages: [en, zh]
default_language: en
start: welcome
on_error: service
prompts:
  hello: {zh: 欢迎光临, en: Welcome to the test}
  first: {zh: 第一，请按一, en: "First, press 1"}
  second: {zh: 第二，请按二, en: "Second, press 2"}
  pardon: {zh: 请再说一遍, en: Pardon}
steps:
  welcome: {type: play, prompts: hello, goto: one}
  one:
    type: menu
    prompts: [first, second]
    attempts: 2
    choices:
      "1": {goto: two, label: {zh: 一, en: One}}
      "2": {goto: bye, label: {zh: 二, en: Two}}
    no_input: {prompts: pardon, goto: wait}
    no_match: {prompts: pardon, goto: bye}
  two:
    type: collect
    prompts: second
    into: number
    min_digits: 4
    max_digits: 4
    attempts: 2
    no_input: {goto: wait}
    no_match: {prompts: pardon, goto: bye}
    goto: note
  note: {type: set, variables: {done: true}, needs: language:en>=3, priority: 7, goto: wait}
  wait: {type: queue, queue: loans}
  bye: {type: hangup, reason: wrong}
"""
DIPPING = (
    MENU.replace("goto: wait}\n  wait:", "goto: crm}\n  wait:")
    + "  crm: {type: lookup, by: phone, value: call.ani, timeout_s: 2, cache_s: 0,\n"
    "        found: wait, not_found: wait, fallback: wait}\n"
)
"""The same, with a look-up in front of the queue."""


def flow(text: str = MENU) -> Flow:
    return load(text)


def run(case: str, text: str = MENU, top: str = "") -> CaseReport:
    """``case``: the fields of one test but its name."""
    tested = flow(text)
    file = f"format: 1\n{top}tests:\n  - name: it\n{indent(case, '    ')}"
    return run_tests(tested, load_tests(file, "it.test.yaml", tested)).cases[0]


def codes(case: str, text: str = MENU) -> list[str]:
    return [failure.code for failure in run(case, text).failures]
