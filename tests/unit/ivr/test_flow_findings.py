"""What the checks find in a flow whose every value is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ivr import test_flow_check, test_subflows
from tests.unit.ivr.flows import GOOD, ROOT

from tandem.cti.documents.problems import Problem
from tandem.ivr.core.check import Review, review_bundle
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.problem_texts import CODES, problem_text, texts_of
from tandem.ivr.core.steps import STEP_KINDS

CATALOG = Catalog(
    queues=frozenset({"service", "loans"}),
    skills=frozenset({"language:zh", "product:loans"}),
    agents=frozenset({"alice"}),
    tiers=frozenset({"vip", "gold"}),
    answers=frozenset({"balances"}),
    credentials=frozenset({"orders_api"}),
)
HEAD = """\
format: 1
name: test
languages: [zh, en]
default_language: zh
on_error: service
calendars: {office: {weekly: {mon-fri: "09:00-18:00"}, holidays: CN}}
commands: {operator: {key: "0", goto: agent}}
prompts: {hello: {zh: 您好, en: Hello}}
start: top
steps:
  agent: {type: queue, queue: service}
  bye: {type: hangup}
  top:
    type: menu
    prompts: {zh: 请按键, en: Press a key}
    no_input: {goto: bye}
    no_match: {goto: bye}
    choices:
      "1": {goto: first, label: {zh: 一, en: One}}
      "2": {goto: agent, label: {zh: 二, en: Two}}
"""


def review(steps: str, head: str = HEAD) -> Review:
    return review_bundle({"test.yaml": head + steps}, "test.yaml", CATALOG)


def found(steps: str, head: str = HEAD) -> list[tuple[str, str]]:
    return [(each.code, each.part.removeprefix("step ")) for each in review(steps, head).errors]


def warned(steps: str, head: str = HEAD) -> set[tuple[str, str]]:
    whole = review(steps, head)
    assert whole.errors == ()
    return {(each.code, each.part.removeprefix("step ")) for each in whole.warnings}


ASK = """\
  first: {type: collect, prompts: hello, into: pin, max_digits: 4, goto: next,
          no_input: {goto: agent}, no_match: {goto: agent}%s}
"""
USUAL = ASK % ""
SECRET = ASK % ", sensitive: true"
DIP = "timeout_s: 3, cache_s: 0"
MISSED = USUAL.replace("no_match: {goto: agent}", "no_match: {goto: next}")
HTTP = "  first: {type: http, timeout_s: 3, cache_s: 0, goto: bye, fallback: agent, %s}\n"
ANSWER = "  next: {type: answer, from: balances, key: '%s', timeout_s: 3, cache_s: 0,\n"
ANSWER += "         goto: bye, not_found: bye, fallback: agent}\n"
TEST = "  next: {type: condition, cases: [{when: %s, goto: bye}], otherwise: agent}\n"
SAY = "  %s: {type: play, prompts: %s, goto: %s}\n"

# (steps, code, step); '' where nothing is wrong
CASES = [
    # where steps lead
    ("  first: {type: play, prompts: hello, goto: agent}\n  lost: {type: hangup}\n", "unreachable_step", "lost"),
    ("  first: {type: play, prompts: hello, goto: next}\n  next: {type: set, goto: first}\n", "endless_loop", "first"),
    (
        "  first: {type: menu, prompts: hello, no_input: {goto: bye}, no_match: {goto: next},\n"
        '          choices: {"1": {goto: next, label: {zh: 一, en: One}}}}\n'
        '  next: {type: menu, prompts: hello, no_input: {goto: next}, no_match: {goto: next}, fallback: next,\n'
        '         choices: {"0": {goto: next, label: {zh: 一, en: One}}}}\n',
        "endless_loop",
        "next",
    ),
    # what is known where
    (USUAL + TEST % "pin == 1", "", ""),
    (USUAL + TEST % "pni == 1", "unknown_variable", "next"),
    (
        MISSED
        + TEST % "pin == 1",
        "unset_variable",
        "next",
    ),
    (
        MISSED
        + TEST % "known(pin) and pin == 1",
        "",
        "",
    ),
    (
        MISSED
        + "  next: {type: condition, cases: [{when: known(pin), goto: say}], otherwise: agent}\n"
        + "  say: {type: play, prompts: {say: pin, as: digits}, goto: bye}\n",
        "",
        "",
    ),
    (
        MISSED
        + "  next: {type: condition, cases: [{when: not known(pin), goto: agent}], otherwise: say}\n"
        + "  say: {type: play, prompts: {say: pin, as: digits}, goto: bye}\n",
        "",
        "",
    ),
    (ASK % ", confirm: {prompts: {say: pin, as: digits}}" + "  next: {type: hangup}\n", "", ""),
    (ASK % ", validate: length(value) == 4" + "  next: {type: hangup}\n", "", ""),
    (ASK % ", validate: length(pin) == 4" + "  next: {type: hangup}\n", "unset_variable", "first"),
    (
        f"  first: {{type: answer, from: balances, key: call.ani, {DIP}, outputs: {{sum: {{field: b, as: money}}}},\n"
        "          goto: say, not_found: say, fallback: agent}\n"
        "  say: {type: play, prompts: {say: sum, as: money}, goto: bye}\n",
        "unset_variable",
        "say",
    ),
    ("  first: {type: play, prompts: {say: queue.position, as: number}, goto: agent}\n", "unset_variable", "first"),
    ("  first: {type: play, prompts: {say: agent.name, as: text}, goto: agent}\n", "unset_variable", "first"),
    # secrets
    (SECRET + "  next: {type: play, prompts: {say: pin, as: digits}, goto: bye}\n", "secret_used", "next"),
    (SECRET + TEST % "pin == 1", "secret_used", "next"),
    (SECRET + TEST % "length(pin) == 4", "", ""),
    (SECRET + "  next: {type: set, compute: {copy: pin}, goto: agent}\n", "secret_used", "next"),
    (ASK % ", sensitive: true, validate: luhn(value)" + "  next: {type: hangup}\n", "secret_used", "first"),
    (
        ASK % ", sensitive: true, confirm: {prompts: {say: pin, as: digits}}" + "  next: {type: hangup}\n",
        "secret_used",
        "first",
    ),
    (SECRET + ANSWER % "pin", "", ""),
    (
        SECRET + ANSWER % "last(pin, 2)",
        "secret_used",
        "next",
    ),
    # steps where they cannot be
    ("  first: {type: music, seconds: 5, goto: agent}\n", "not_allowed_here", "first"),
    ("  first: {type: leave, goto: agent}\n", "not_allowed_here", "first"),
    ("  first: {type: return, exit: done}\n", "not_allowed_here", "first"),
    (
        "  first: {type: queue, queue: loans, after_call: again}\n  again: {type: queue, queue: loans}\n",
        "not_allowed_here",
        "again",
    ),
    # waiting in line
    (
        "  first: {type: queue, queue: loans, while_waiting: hold}\n"
        "  hold: {type: music, seconds: 30, goto: place}\n"
        "  place: {type: play, prompts: {say: queue.position, as: number}, goto: hold}\n",
        "",
        "",
    ),
    (
        "  first: {type: queue, queue: loans, while_waiting: place}\n"
        "  place: {type: play, prompts: {say: queue.position, as: number}, goto: place}\n",
        "endless_loop",
        "place",
    ),
    (
        "  first: {type: queue, queue: loans, while_waiting: out}\n  out: {type: leave, goto: say}\n"
        "  say: {type: play, prompts: hello, goto: first}\n",
        "endless_loop",
        "first",
    ),
    # what exists outside
    ("  first: {type: queue, queue: lons}\n", "unknown_queue", "first"),
    ('  first: {type: queue, queue: loans, needs: "product:loan>=2"}\n', "unknown_skill", "first"),
    ("  first: {type: queue, queue: loans, tier: gould}\n", "unknown_tier", "first"),
    ("  first: {type: queue, queue: loans, agent: '\"alcie\"'}\n", "unknown_agent", "first"),
    ("  first: {type: queue, queue: loans, agent: '\"alice\"'}\n", "", ""),
    (
        f"  first: {{type: answer, from: balance, key: call.ani, {DIP}, goto: bye, not_found: bye, fallback: agent}}\n",
        "unknown_table",
        "first",
    ),
    (
        HTTP % "url: 'https://a.example/{call.ani}', credentials: orders",
        "unknown_credentials",
        "first",
    ),
    (HTTP % "url: 'ftp://a.example/x'", "bad_url", "first"),
    (HTTP % "url: 'https://a.example{call.ani}'", "bad_url", "first"),
    (f"  first: {{type: http, url: 'https://a.example/x', {DIP}, goto: bye}}\n", "unwired_exit", "first"),
    (HTTP.replace("timeout_s: 3, ", "") % "url: 'https://a.example/x'", "missing_field", "first"),
    (
        HTTP % "url: 'https://a.example/x', outputs: {a: {path: '$.a'}}",
        "bad_data_path",
        "first",
    ),
    ("  first: {type: hours, calendar: office, open: agent, closed: bye}\n", "", ""),
    ("  first: {type: hours, calendar: offices, open: agent, closed: bye}\n", "unknown_calendar", "first"),
    # fields that do not go together
    ("  first: {type: split, ways: [{share: 50, goto: agent}, {share: 40, goto: bye}]}\n", "shares", "first"),
    ("  first: {type: transfer, failed: agent}\n", "one_of", "first"),
    # texts
    (TEST.replace("next", "first") % "call.ani = 1", "bad_expression", "first"),
    (SAY % ("first", "{say: call.ani, as: phone}", "agent"), "unknown_word", "first"),
    (SAY % ("first", "[{say: call.ani, as: digits}, {zh: 好}]", "agent"), "missing_prompt", "first"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "code", "step"), CASES)
def test_findings(steps: str, code: str, step: str) -> None:
    """One fault brings no others about."""
    assert found(steps) == ([(code, step)] if code else [])


def test_the_operators_key_leads_nowhere_from_where_only_those_who_wait_are_asked() -> None:
    head = HEAD.replace(
        'operator: {key: "0", goto: agent}', 'operator: {key: "2", goto: aside}'
    )  # 2 is a choice at top
    steps = (
        "  first: {type: queue, queue: loans, while_waiting: tune}\n  tune: {type: music, seconds: 20, goto: ask}\n"
        "  ask: {type: menu, prompts: hello, no_input: {goto: tune}, no_match: {goto: tune},\n"
        '        choices: {"1": {goto: tune, label: {zh: 一, en: One}}}}\n'
        "  aside: {type: play, prompts: hello, goto: agent}\n"
    )
    assert found(steps, head) == [("unreachable_step", "aside")]


def test_a_tangle_without_a_way_out_is_found_whatever_the_caller_presses() -> None:
    menu = "{{type: menu, prompts: hello, no_input: {{goto: {0}}}, no_match: {{goto: {0}}},\n" + " " * 8
    menu += 'choices: {{"5": {{goto: {0}, label: {{zh: 一, en: One}}}}}}}}\n'
    head = HEAD.replace('commands: {operator: {key: "0", goto: agent}}\n', "")
    assert found("  first: " + menu.format("next") + "  next: " + menu.format("first"), head) == [
        ("endless_loop", "first")
    ]


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        ('{weekly: {mon: "09:00-18:00"}, timezone: Mars/Base}', "unknown_timezone"),
        ('{weekly: {mon: "09:00-18:00"}, holidays: XX}', "unknown_region"),
        ('{weekly: {mon: "18:00-09:00"}}', "bad_hours"),
        ("{weekly: {}}", "never_open"),
    ],
)
def test_calendars_are_checked_as_the_hours_of_a_routing_plan(calendar: str, code: str) -> None:
    head = HEAD.replace('{weekly: {mon-fri: "09:00-18:00"}, holidays: CN}', calendar)
    steps = "  first: {type: hours, calendar: office, open: agent, closed: bye}\n"
    assert [(each.code, each.line) for each in review(steps, head).errors] == [(code, 6)]


def test_two_commands_have_two_keys() -> None:
    head = HEAD.replace("{operator:", '{repeat: "0", operator:')
    assert found("  first: {type: play, prompts: hello, goto: agent}\n", head) == [("same_key", "")]


def test_without_a_catalog_any_name_will_do() -> None:
    text = HEAD + '  first: {type: queue, queue: any, needs: "x>=2", tier: y, agent: \'"z"\'}\n'
    assert review_bundle({"t.yaml": text}, "t.yaml", Catalog()).errors == ()


MENU = "  first: {{type: menu, prompts: {0}, no_input: {{goto: bye}}, no_match: {{goto: bye}}, choices: {{{1}}}}}\n"
ONE = '"1": {goto: bye, label: {zh: 一, en: One}}'


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (MENU.format("hello", ONE), ("no_operator", "first")),
        (
            MENU.format("hello", ", ".join(ONE.replace('"1"', f'"{n}"') for n in range(1, 8))),
            ("many_choices", "first"),
        ),
        (MENU.format("{zh: " + "好" * 200 + ", en: Hello}", ONE), ("long_prompt", "first")),
        (MENU.format("{zh: 好, en: " + "Hello " * 90 + "}", ONE), ("long_prompt", "first")),
        (
            "  first: {type: queue, queue: loans, after_call: thanks}\n"
            "  thanks: {type: play, prompts: hello, goto: bye}\n",
            ("no_survey", "first"),
        ),
        (TEST.replace("next", "first") % "known(pni)", ("never_set", "first")),
        ("  first: {type: hangup}\n", ("unused_prompt", "")),
        ("  first: {type: hangup}\n", ("unused_calendar", "")),
        (
            SECRET + f"  next: {{type: http, url: 'https://a.example/{{pin}}', {DIP}, goto: bye, fallback: agent}}\n",
            ("secret_in_url", "next"),
        ),
    ],
)
def test_warnings(steps: str, expected: tuple[str, str]) -> None:
    head = HEAD.replace('commands: {operator: {key: "0", goto: agent}}\n', "")
    assert expected in warned(steps, head)


def test_a_flow_that_is_as_it_should_be_has_no_warnings() -> None:
    files = {"main.yaml": (ROOT / "examples/flows/main.yaml").read_text(encoding="utf-8")}
    assert review_bundle(files, "main.yaml", Catalog()).warnings == ()


# -- Chinese -----------------------------------------------------------------------------------------------------------

SRC = ROOT / "src/tandem"


def said_in(folder: Path) -> set[str]:
    """Codes, read from the source: a new finding cannot be forgotten in the texts."""
    calls = (
        r'(?:refusal|report|refuse|_refused|_refuse|error|warn|Fault|Problem)\((?:[^"\n]*\n?[^"\n]*,\s*)??"([a-z_]+)"'
    )
    return {code for file in folder.rglob("*.py") for code in re.findall(calls, file.read_text(encoding="utf-8"))}


def test_every_code_has_a_chinese_sentence() -> None:
    of_tests = {code for _, _, code, *_ in test_flow_check.FAULTS}
    of_tests |= {fault[3] for fault in test_subflows.FAULTS} | {code for _, code, _ in CASES if code}
    assert of_tests <= CODES
    source = said_in(SRC / "ivr/core")
    assert len(source) > 40
    assert source - {"step", "flow", "missing_", "empty_"} <= CODES, source - CODES


def test_a_problem_in_both_languages() -> None:
    problem = Problem(
        "m.yaml", 3, "unknown_step", 'there is no step "lons" to go to', 'Did you mean "loans"?', "step ask"
    )
    assert problem_text(problem, "zh") == 'm.yaml:3: 步骤 ask：没有这个步骤（"lons"）。是否应为 loans？'
    assert problem_text(problem, "en") == str(problem)
    assert texts_of(problem)[0] == {"en": problem.what, "zh": '没有这个步骤（"lons"）'}
    other = Problem("m.yaml", 3, "brand_new", "something is odd", "Mend it.")
    assert problem_text(other, "zh") == "m.yaml:3: something is odd。Mend it."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 1", "format: 2", "数值超出范围。请写 1。"),
        ("format: 1", 'format: "1"', '此处的值类型不对（"1"）。请写 1，不加引号。'),
        ("step_limit: 50", "step_limit: 501", "数值超出范围。请写 5 到 500 的整数。"),
        (", en: Hello}", "}", "提示语缺少一种语言（en）。请补上该语言的文字，否则来电者将听不到声音。"),
        ("zh: 您好", 'zh: ""', "提示语为空（zh）。请填写文字，或写上提示语的名称。"),
        ("zh: 您好", f"zh: {'好' * 601}", "文字过长（最多 600 个字符）。请缩短。"),
        ("zh: 您好", 'zh: "\\0"', "含有不允许的字符（U+0000）。请删除该字符。"),
        ("start: top", "start: top\nstart: top", '同一名称出现两次（"start"、首次在第 10 行）。请保留其中一个。'),
        ("call.ani ==", "call.ani =", "步骤 first：表达式写法不正确（第 10 个字符）。"),
    ],
)
def test_the_chinese_sentence_says_where_which_and_how_many(old: str, new: str, said: str) -> None:
    whole = HEAD.replace("calendars:", "step_limit: 50\ncalendars:") + TEST.replace("next", "first") % '"call.ani == 1"'
    assert old in whole
    errors = review_bundle({"test.yaml": whole.replace(old, new, 1)}, "test.yaml", CATALOG).errors
    sentences = [problem_text(each, "zh").partition(": ")[2] for each in errors]
    assert any(sentence.startswith(said) for sentence in sentences), sentences


# -- any text ----------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *(f"type: {kind}" for kind in STEP_KINDS),
        "goto", "first", "agent", "prompts", "hello", "when", "known(x)", "cases", "say", "as", "money", "use", "with",
        "{", "}", "[", "]", ":", ",", "\n  ", "\n    ", '"1"', "&a", "*a", "!!python/object:os.system", "<<", "- ",
        "format: 1", "kind: subflow", "1e999", "null", "\0", "\ud800", "子", "exits", "results", "outputs", "choices",
    ]
)  # fmt: skip
FILE_TEXTS = st.text(max_size=200) | st.lists(WORDS, max_size=40).map(" ".join)


@given(FILE_TEXTS, FILE_TEXTS, st.sampled_from([HEAD, GOOD, test_subflows.MAIN, ""]), st.data())
def test_any_files_are_read_or_refused(more: str, other: str, head: str, data: st.DataObject) -> None:
    """Nothing but problems comes of any text: also of one that begins right, or has a piece cut out."""
    cut = data.draw(st.integers(0, len(head)))
    upto = data.draw(st.integers(cut, len(head)))
    files = {"main.yaml": head[:cut] + head[upto:] + more, "identify.yaml": other}
    whole = review_bundle(files, "main.yaml", CATALOG)
    assert (whole.flow is None) == bool(whole.errors)
    for problem in (*whole.errors, *whole.warnings):
        assert problem.file in files
        assert 1 <= problem.line <= files[problem.file].count("\n") + 2
        assert problem_text(problem, "zh").startswith(f"{problem.file}:{problem.line}: ")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 10_000_000, "too_large"),
        ("a: &a [x, x]\nb: [*a, *a]\n", "alias"),
        ("a: !!python/object/apply:os.system [id]\n", "tag"),
        ("[" * 5000, "too_deep"),
        ("a: b: c\n", "not_yaml"),
        ("- 1\n--- \n- 2\n", "several_documents"),
        ("", "empty"),
        ("a: [" + "1, " * 25_000 + "1]", "too_large"),
    ],
)
def test_bad_files_are_refused_at_once(text: str, code: str) -> None:
    whole = review_bundle({"main.yaml": text}, "main.yaml", CATALOG)
    assert whole.flow is None
    assert code in {problem.code for problem in whole.errors}
