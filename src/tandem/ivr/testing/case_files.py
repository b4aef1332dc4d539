"""A test file's text -> its tests, or every problem of it with file and line."""

from __future__ import annotations

from collections.abc import Mapping as TableOf
from dataclasses import fields
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tandem.cti.documents.document import DocumentKind, Mapping, Node, Scalar, Sequence, read_document
from tandem.cti.documents.reading import Schema, Unreadable, read_all
from tandem.cti.documents.shapes import Integer, Number, OneOf, Record, Table, Text, item, named_table, record
from tandem.cti.model.skills import Needs
from tandem.ivr.core.dialogue import FAILURES
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.values import Value
from tandem.ivr.core.words import AnyValue, SkillNeeds
from tandem.ivr.errors import FlowError
from tandem.ivr.testing import case as c
from tandem.ivr.testing.case_words import (
    MONDAY_MORNING,
    STEP,
    STEP_RULE,
    ByStep,
    CaseReading,
    Either,
    Moment,
    OneAction,
    StepName,
    Words,
    YesNo,
    Zone,
)

TEST_FILE = DocumentKind(
    noun="test file",
    max_characters=262_144,
    max_nodes=20_000,
    too_large_fix="Split it into several test files.",
    alias_fix="Put what all tests share under given: at the top.",
    empty_fix="Write tests: and a list of tests.",
)
MOST_CASES = 500
ANI, DNIS = "+8613800138000", "95001"
"""Of a test that does not say otherwise."""
DIPS = ("lookup", "http", "answer")
_SECONDS = Integer(-1, 999_999)


@record
class _Answer:
    status: str = item(OneOf(c.STATUSES), "how the lookup went", default="ok")
    values: TableOf[str, Value] | None = item(named_table(AnyValue()), "what was found, by output", default=None)
    takes_s: float = item(Number(0, 600), "seconds until it is answered", default=0.3)


@record
class _Line:
    after: float = item(Number(0, 86_400), "from so many seconds of waiting on", default=0.0)
    position: int = item(Integer(1, 9_999), "place in the queue", default=1)
    wait_p50_s: int = item(_SECONDS, "expected wait, half of the callers wait less; -1: not known", default=-1)
    wait_p90_s: int = item(_SECONDS, "expected wait, nine of ten callers wait less; -1: not known", default=-1)
    ready: int = item(Integer(0, 9_999), "agents who are ready or at work", default=0)


@record
class _Customer:
    id: str = item(Text(64), "the key in the CRM", default="c-1")
    name: str = item(Text(64), "the name", default="")
    tier: str = item(Text(32), "the tier, such as vip", default="")
    language: str = item(Text(3), "the language", default="")
    company: str = item(Text(64), "the company", default="")
    email: str = item(Text(64), "the address", default="")
    owner: str = item(Text(64), "the login of the agent who looks after the customer", default="")


@record
class _Given:
    ani: str | None = item(Text(64), "the number that the call comes from", default=None)
    dnis: str | None = item(Text(64), "the number that was dialled", default=None)
    time: float | None = item(Moment(), 'when: "2026-11-20 10:00"', default=None)
    language: str | None = item(Text(3), "the customer's language, known before the call", default=None)
    customer: _Customer | None = item(Record(_Customer), "whom the CRM knows by the number", default=None)
    data: TableOf[str, tuple[_Answer, ...]] | None = item(
        ByStep(Either(Record(_Answer)), DIPS),
        "what lookup, http and answer steps get; a list: visit by visit",
        default=None,
    )
    queue: tuple[_Line, ...] | None = item(
        Either(Record(_Line)), "what is known of the queue while he waits; a list: as time goes by", default=None
    )
    split: TableOf[str, str] | None = item(ByStep(Text(32), ("split",)), "which way a split step takes", default=None)
    fail: tuple[str, ...] | None = item(Either(StepName()), "steps whose sound, lookup or dialling fails", default=None)
    refuse: tuple[str, ...] | None = item(
        Either(StepName(("callback",))), "callback steps to whose number no callback may be promised", default=None
    )


class _Optional:
    """A text that may be empty (``""``)."""

    text = Text(64)

    def read(self, node: Node, reading: CaseReading) -> str:
        scalar = reading.scalar(node, "a text")
        return "" if scalar.quoted and not scalar.text else self.text.read(node, reading)

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": 64}


@record
class _Expect:
    heard: tuple[c.Said, ...] = item(
        Either(Words()), "what he hears, in this order; other prompts may lie between", default=()
    )
    not_heard: tuple[c.Said, ...] = item(Either(Words()), "what he never hears", default=())
    path: tuple[str, ...] = item(Either(StepName()), "steps in this order; others may lie between", default=())
    not_visited: tuple[str, ...] = item(Either(StepName()), "steps that the call does not come to", default=())
    variables: TableOf[str, Value] | None = item(Table(STEP, STEP_RULE, AnyValue()), "values at the end", default=None)
    queue: str | None = item(
        Text(64), "the queue that he is sent to (or whose callback or message it is)", default=None
    )
    needs: Needs | None = item(SkillNeeds(), "the skills that the agent must have, all of them", default=None)
    priority: int | None = item(Integer(0, 100), "the priority in the queue", default=None)
    tier: str | None = item(_Optional(), "the tier in the queue", default=None)
    agent: str | None = item(_Optional(), "who is wanted first", default=None)
    language: str | None = item(Text(3), "the language of the call at the end", default=None)
    outcome: str | None = item(OneOf(c.OUTCOMES), "how it ends", default=None)
    reason: str | None = item(Text(32), "the reason of the hangup step", default=None)
    failure: str | None = item(OneOf(FAILURES), "why the call went to the on_error queue", default=None)
    number: str | None = item(Text(128), "where the call is transferred to, or is to be called back", default=None)
    survey: TableOf[str, int | None] | None = item(named_table(YesNo()), "answers, by question", default=None)
    asked: TableOf[str, TableOf[str, Value]] | None = item(
        ByStep(named_table(AnyValue()), DIPS),
        "what a lookup was asked with, by step; url of an http step",
        default=None,
    )


@record
class _Case:
    name: str = item(Text(200), "what is tested, in a few words")
    note: str = item(Text(2000), "why", default="")
    given: _Given = item(Record(_Given), "the circumstances", default=_Given())
    caller: tuple[c.Action, ...] = item(Either(OneAction(), 200), "what the caller does, in order", default=())
    expect: _Expect = item(Record(_Expect), "what must be so", default=_Expect())


class _Cases:
    """A list; each test knows its line."""

    one = Record(_Case)

    def read(self, node: Node, reading: CaseReading) -> tuple[tuple[int, _Case], ...]:
        if not isinstance(node, Sequence) or not node.items:
            raise reading.refusal(node, "wrong_type", "a list of tests belongs here", "Write - name: and so on.")
        if len(node.items) > MOST_CASES:
            raise reading.refusal(node, "too_many", f"more than {MOST_CASES} tests", TEST_FILE.too_large_fix)
        return tuple(read_all(partial(self._case, each, reading) for each in node.items))

    def _case(self, node: Node, reading: CaseReading) -> tuple[int, _Case]:
        names = (value for key, value in getattr(node, "entries", ()) if key.text == "name")
        name = next(names, None)
        reading.part = f'test "{name.text[:60]}"' if isinstance(name, Scalar) else ""
        try:
            return node.line, self.one.read(node, reading)
        finally:
            reading.part = ""

    def schema(self) -> Schema:
        return {"type": "array", "items": self.one.schema(), "minItems": 1, "maxItems": MOST_CASES}


@record
class FileOfTests:
    format: int = item(Integer(1, 1), "the version of this file format: 1")
    flow: str = item(Text(128), "the flow's file, beside this one (else by this file's name)", default="")
    timezone: str = item(Zone(), "of every time in this file", default="UTC")
    given: _Given = item(Record(_Given), "the circumstances of all tests; those of a test go before", default=_Given())
    tests: tuple[tuple[int, _Case], ...] = item(_Cases(), "the tests")


def load_tests(text: str, file_name: str, flow: Flow) -> c.FlowTests:
    """Raises FlowError with all problems, in the order of the lines. Names of steps and prompts must be the flow's."""
    root, problems = read_document(text, file_name, TEST_FILE)
    if root is not None:
        reading = CaseReading(file_name, problems, flow=flow)
        try:
            file = Record(FileOfTests).read(root, reading)
        except Unreadable:
            pass
        else:
            if not problems:
                return c.FlowTests(
                    file=file_name,
                    cases=tuple(_case(line, each, file.given, reading.zone) for line, each in file.tests),
                )
    raise FlowError(tuple(sorted(set(problems), key=lambda problem: (problem.line, problem))))


def flow_named_in(text: str) -> str:
    """What the file says under ``flow:``, '' when it says nothing that can be read."""
    root, _ = read_document(text, "", TEST_FILE)
    entries = root.entries if isinstance(root, Mapping) else ()
    return next((value.text for key, value in entries if key.text == "flow" and isinstance(value, Scalar)), "")


# -- what was read -> a case -------------------------------------------------------------------------------------------


def _case(line: int, read: _Case, shared: _Given, zone: ZoneInfo) -> c.Case:
    given = {each.name: getattr(read.expect, each.name) for each in fields(read.expect)}
    expect = {name: value for name, value in given.items() if value is not None}
    return c.Case(
        name=read.name,
        line=line,
        given=_given(read.given, shared, zone),
        caller=read.caller,
        expect=c.Expect(**expect),
    )


def _given(own: _Given, shared: _Given, zone: ZoneInfo) -> c.Given:
    def first(name: str, otherwise: Any) -> Any:
        found = (value for given in (own, shared) if (value := getattr(given, name)) is not None)
        return next(found, otherwise)

    customer = first("customer", None)
    lines = first("queue", ())
    answers = {step: tuple(map(_answer, each)) for step, each in {**(shared.data or {}), **(own.data or {})}.items()}
    return c.Given(
        ani=first("ani", ANI),
        dnis=first("dnis", DNIS),
        language=first("language", ""),
        now=first("time", MONDAY_MORNING.replace(tzinfo=zone).timestamp()),
        customer=None if customer is None else {each.name: getattr(customer, each.name) for each in fields(customer)},
        data=answers,
        queue=tuple(sorted(map(_line, lines), key=lambda line: line.after)) or (c.Line(),),
        split={**(shared.split or {}), **(own.split or {})},
        fail=frozenset(first("fail", ())),
        refuse=frozenset(first("refuse", ())),
    )


def _answer(read: _Answer) -> c.Answer:
    return c.Answer(status=read.status, values=read.values or {}, takes_s=read.takes_s)


def _line(read: _Line) -> c.Line:
    return c.Line(
        after=read.after,
        position=read.position,
        wait_p50_s=read.wait_p50_s,
        wait_p90_s=read.wait_p90_s,
        ready=read.ready,
    )
