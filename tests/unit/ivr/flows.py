"""Flow texts for tests: one that is right, and ways to make it wrong."""

from __future__ import annotations

from pathlib import Path

from tandem.ivr.core.check import load_flow
from tandem.ivr.core.flow import Flow
from tandem.ivr.errors import FlowError

ROOT = Path(__file__).parents[3]
QUEUES = ("service", "loans", "support")

GOOD = """\
format: 1
name: test
version: "7"
languages: [zh, en]
default_language: zh
start: hello
on_error: service
prompts:
  hello: {zh: 你好, en: Hello}
steps:
  hello:
    type: play
    prompts: [hello, {zh: 再见, en: Bye}]
    goto: ask
  ask:
    type: menu
    prompts: {zh: 请按一, en: Press one}
    attempts: 2
    choices:
      "1": {goto: mark, label: {zh: 一, en: One}}
      "2": {goto: hello, label: {zh: 二, en: Two}}
      "*": {goto: ask, label: {zh: 重复, en: Repeat}}
    no_input: {prompts: hello, goto: wait}
    no_match: {attempts: 1, goto: bye}
  mark:
    type: set
    language: en
    variables: {segment: retail, score: 7, vip: true}
    needs: language:en>=3
    priority: 10
    goto: wait
  wait: {type: queue, queue: loans, needs: "product:loans>=2"}
  bye: {type: hangup, reason: wrong_digits}
"""


def load(text: str = GOOD) -> Flow:
    return load_flow(text, "test.yaml", QUEUES)


def problems_of(text: str) -> list[tuple[str, int, str]]:
    """(code, line, step) of each problem; empty when the flow loads."""
    try:
        load(text)
    except FlowError as error:
        return [(problem.code, problem.line, problem.part.removeprefix("step ")) for problem in error.problems]
    return []
