from __future__ import annotations

import time

import pytest
from tests.unit.ivr.flows import GOOD, ROOT, load, problems_of

from tandem.cti.documents.problems import Problem
from tandem.cti.model.skills import Need
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.speech import Prompt, Wording
from tandem.ivr.core.steps.menu import Menu
from tandem.ivr.core.steps.set import Set
from tandem.ivr.errors import FlowError


def test_a_good_flow_loads_with_its_types() -> None:
    flow = load()
    assert (flow.name, flow.version, flow.languages, flow.default_language) == ("test", "7", ("zh", "en"), "zh")
    assert flow.on_error == "service"
    assert list(flow.steps) == ["hello", "ask", "mark", "wait", "bye"]
    menu = flow.steps["ask"]
    assert isinstance(menu, Menu)
    assert (menu.timeout_s, menu.attempts, menu.barge_in, menu.no_match.attempts) == (5.0, 2, True, 1)
    assert menu.choices["1"].label == Wording((("zh", "一"), ("en", "One")))
    assert [(e.name, e.target, e.silent) for e in menu.exits()] == [
        ("1", "mark", False),
        ("2", "hello", False),
        ("*", "ask", False),
        ("no_input", "wait", True),
        ("no_match", "bye", False),
    ]
    mark = flow.steps["mark"]
    assert isinstance(mark, Set)
    assert mark.variables == (("score", 7), ("segment", "retail"), ("vip", True))
    assert mark.needs == (Need("language:en", 3),)
    assert Prompt("zh", "再见") in flow.spoken()
    assert len(flow.spoken()) == 6


def test_the_edition_is_of_the_text() -> None:
    assert load().edition == load().edition != load(GOOD + "# more\n").edition


def test_the_example_flow_loads() -> None:
    flow = load((ROOT / "examples/flows/main.yaml").read_text())
    assert flow.start == "language"


def test_where_the_queues_are_not_known_any_will_do() -> None:
    class AnyQueue(frozenset[str]):
        def __contains__(self, name: object) -> bool:
            return True

    assert load_flow(GOOD.replace("queue: loans,", "queue: elsewhere,"), "test.yaml", AnyQueue()).name == "test"


# (what is replaced, by what, code, line, step)
FAULTS = [
    ("goto: ask\n", "goto: aks\n", "unknown_step", 14, "hello"),
    ("start: hello", "start: hallo", "unknown_step", 6, ""),
    ("type: play", "type: pley", "unknown_step_type", 12, "hello"),
    ("    type: play\n", "", "missing_field", 12, "hello"),
    ("    goto: ask\n", "    got: ask\n    goto: ask\n", "unknown_field", 14, "hello"),
    ("    goto: ask\n", "", "unwired_exit", 12, "hello"),
    ("    no_input: {prompts: hello, goto: wait}\n", "", "unwired_exit", 16, "ask"),
    ("no_input: {prompts: hello, goto: wait}", "no_input: {prompts: hello}", "unwired_exit", 23, "ask"),
    ("on_error: service\n", "", "unwired_exit", 1, ""),
    ("on_error: service", "on_error: servise", "unknown_queue", 7, ""),
    ("queue: loans,", "queue: loands,", "unknown_queue", 32, "wait"),
    (", en: Hello}", "}", "missing_prompt", 9, ""),
    ("zh: 请按一, ", "", "missing_prompt", 17, "ask"),
    (", en: One}", "}", "missing_label", 20, "ask"),
    ("zh: 你好", 'zh: ""', "empty_prompt", 9, ""),
    ("{zh: 你好, en: Hello}", "\n    zh:\n    en: Hello", "empty_prompt", 10, ""),
    ("zh: 你好", "zh: 3", "wrong_type", 9, ""),
    ("zh: 你好", "zh: " + "好" * 601, "too_long", 9, ""),
    ("zh: 你好", "fr: Salut, zh: 你好", "unknown_language", 9, ""),
    ("prompts: hello, goto: wait", "prompts: helo, goto: wait", "unknown_prompt", 23, "ask"),
    ("[hello, {zh: 再见, en: Bye}]", "[]", "empty_prompt", 13, "hello"),
    ("[hello, {zh: 再见, en: Bye}]", "[[hello]]", "wrong_type", 13, "hello"),
    ("languages: [zh, en]", "languages: zh", "wrong_type", 4, ""),
    ("languages: [zh, en]", "languages: [zh, en, fr, de, es, it, nl, pl, ru]", "too_many", 4, ""),
    ("[hello, {zh: 再见, en: Bye}]", "[" + ", ".join(["hello"] * 9) + "]", "too_many", 13, "hello"),
    ("language: en\n", "language: fr\n", "unknown_language", 27, "mark"),
    ("default_language: zh", "default_language: de", "unknown_language", 5, ""),
    ("languages: [zh, en]", "languages: [zh, zh, en]", "duplicate_language", 4, ""),
    ("product:loans>=2", "product:loans=2", "bad_needs", 32, "wait"),
    ("product:loans>=2", "product:loans>=6", "bad_needs", 32, "wait"),
    ("product:loans>=2", "a>=1 or b>=2", "bad_needs", 32, "wait"),
    ("product:loans>=2", "a>=1 and a>=2", "bad_needs", 32, "wait"),
    ("attempts: 2", "attempts: two", "wrong_type", 18, "ask"),
    ("attempts: 2", "attempts: '2'", "wrong_type", 18, "ask"),
    ("attempts: 2", "attempts: 0", "out_of_range", 18, "ask"),
    ("attempts: 2", "attempts: " + "9" * 5000, "out_of_range", 18, "ask"),
    ("attempts: 2", "attempts: 2\n    timeout_s: .nan", "wrong_type", 19, "ask"),
    ("attempts: 2", "attempts: 2\n    timeout_s: 1e9", "out_of_range", 19, "ask"),
    ("attempts: 2", "attempts: 2\n    barge_in: yes", "wrong_type", 19, "ask"),
    ('"2": {', '"22": {', "bad_key", 21, "ask"),
    ('"2": {', '"1": {', "duplicate_key", 21, ""),
    ('"2": {goto: hello, label: {zh: 二, en: Two}}', '"2": hello', "wrong_type", 21, "ask"),
    ("  bye: {", "  Bye: {", "bad_key", 33, "Bye"),
    ("  bye: {", "  alone: {type: hangup}\n  bye: {", "unreachable_step", 33, "alone"),
    ("format: 1", "format: 2", "out_of_range", 1, ""),
    ("name: test", "name: Test Flow", "bad_text", 2, ""),
    ("segment: retail", "segment: " + "x" * 121, "too_long", 28, "mark"),
    ("segment: retail", "segment: 1.5", "wrong_type", 28, "mark"),
    ("{zh: 你好, en: Hello}", "Hello", "wrong_type", 9, ""),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "step"), FAULTS, ids=lambda value: str(value)[:30])
def test_a_fault_is_told_with_its_line(old: str, new: str, code: str, line: int, step: str) -> None:
    assert GOOD.count(old) >= 1
    found = problems_of(GOOD.replace(old, new, 1))
    assert (code, line, step) in found


@pytest.mark.parametrize(
    ("old", "new"),
    [(old, new) for old, new, code, _, _ in FAULTS if code in ("unknown_step", "wrong_type", "bad_needs")],
)
def test_one_fault_brings_no_others_about(old: str, new: str) -> None:
    assert len(problems_of(GOOD.replace(old, new, 1))) == 1


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = GOOD
    for old, new in (
        ("queue: loans,", "queue: lons,"),
        ("zh: 你好", "zh: ''"),
        ("goto: ask\n", "goto: aks\n"),
        ("attempts: 2", "attempts: many"),
        ("  bye: {", "  alone: {type: hangup}\n  bye: {"),
    ):
        text = text.replace(old, new, 1)
    assert [code for code, _, _ in problems_of(text)] == [
        "empty_prompt",
        "unknown_step",
        "wrong_type",
        "unknown_queue",
        "unreachable_step",
    ]


def test_silence_must_lead_out() -> None:
    text = GOOD.replace("no_input: {prompts: hello, goto: wait}", "no_input: {goto: hello}")
    assert ("endless_loop", 11, "hello") in problems_of(text)
    with pytest.raises(FlowError, match="hello -> ask -> hello"):
        load(text)


def test_a_circle_of_steps_that_ask_nothing_is_refused() -> None:
    text = GOOD.replace("    priority: 10\n    goto: wait", "    priority: 10\n    goto: mark")
    assert [code for code, _, _ in problems_of(text)] == ["endless_loop"]


def test_what_a_call_remembers_must_fit_with_its_channel() -> None:
    many = ", ".join(f"variable_number_{n}: {'好' * 120}" for n in range(12))
    assert [code for code, _, _ in problems_of(GOOD.replace("segment: retail", many))] == ["state_too_large"]


def test_a_problem_reads_as_a_sentence() -> None:
    problem = Problem(
        "main.yaml", 12, "unknown_step", 'there is no step "loan" to go to', 'Did you mean "loans"?', "step ask"
    )
    assert str(problem) == 'main.yaml:12: step ask: there is no step "loan" to go to. Did you mean "loans"?'


def test_a_root_that_is_no_mapping() -> None:
    assert problems_of("- 1\n- 2\n") == [("wrong_type", 1, "")]
    assert problems_of("just words\n") == [("wrong_type", 1, "")]


def test_a_file_that_is_wrong_all_over_is_judged_in_little_time() -> None:
    steps = "".join(f"  s{n}: {{type: set, goto: t{n}x}}\n" for n in range(2200))
    began = time.process_time()
    assert len(problems_of(GOOD.replace("  bye: {", steps + "  bye: {"))) > 2200
    assert time.process_time() - began < 5


def test_a_long_chain_needs_no_recursion() -> None:
    steps = "".join(f"  s{n}: {{type: set, goto: s{n + 1}}}\n" for n in range(2000))
    text = GOOD.replace("  bye: {", steps + "  s2000: {type: set, goto: bye}\n  bye: {")
    assert problems_of(text.replace("goto: wait}", "goto: s0}")) == []
