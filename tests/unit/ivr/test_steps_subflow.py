"""Sub-flows: parameters go in, results come out, nothing else does."""

from __future__ import annotations

from tests.unit.ivr.flows import QUEUES
from tests.unit.ivr.walking import ENDS, HEAD, Call, said

from tandem.ivr.core.check import load_bundle
from tandem.ivr.core.dialogue import Collect, Digits, Enqueue, HangUp, NoInput, Play, Played
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.interpreter import is_over

MAIN = """\
use: {identify: identify.yaml}
commands: {repeat: "*"}
start: who
steps:
  who:
    type: subflow
    use: identify
    with: {tries: '"2"', name: customer.name}
    results: {card: number}
    exits: {known: again, unknown: other}
  again:
    type: condition
    cases: [{when: card == "99", goto: who}]
    otherwise: line
  line: {type: queue, queue: loans}
"""
IDENTIFY = """\
format: 1
kind: subflow
name: identify
parameters: [tries, name]
results: [number]
start: hello
steps:
  hello: {type: play, prompts: [{zh: 您好, en: Hello}, {say: name, as: text}], goto: ask}
  ask:
    type: collect
    prompts: {zh: 卡号, en: Card}
    into: number
    min_digits: 2
    max_digits: 4
    no_input: {goto: lost}
    no_match: {goto: lost}
    goto: check
  check: {type: set, compute: {note: number + "-" + tries}, goto: found}
  found: {type: return, exit: known}
  lost: {type: return, exit: unknown}
"""


def flow() -> Flow:
    files = {"main.yaml": HEAD + MAIN + ENDS.splitlines(keepends=True)[1], "identify.yaml": IDENTIFY}
    return load_bundle(files, "main.yaml", Catalog(queues=frozenset(QUEUES)))


def test_parameters_go_in_and_results_come_out() -> None:
    call = Call(flow(), customer={"name": "Li"})
    assert call.effect == Play(said("Hello", "Li"))
    assert call.variables == {"who/tries": "2", "who/name": "Li"}
    call.tell(Played(), Digits("42"))
    assert isinstance(call.effect, Enqueue)
    assert call.variables == {"card": "42"}, "what belongs to the sub-flow is forgotten"
    assert call.effect.variables == (("card", "42"),)
    assert call.way == [
        "who.enter", "who/hello.goto", "who/ask.goto", "who/check.goto", "who/found.known", "again.otherwise",
        "line.queued",
    ]  # fmt: skip


def test_it_begins_anew_each_time() -> None:
    call = Call(flow(), customer={"name": "Li"}).tell(Played(), Digits("99"))
    assert call.variables == {"card": "99", "who/tries": "2", "who/name": "Li"}
    assert call.effect == Play(said("Hello", "Li"))


def test_a_result_without_a_value_takes_the_old_one_away() -> None:
    call = Call(flow(), customer={"name": "Li"}).tell(Played(), Digits("99"), Played(), *[NoInput()] * 3)
    assert call.effect == HangUp("other")
    assert call.variables == {}


def test_the_commands_of_the_flow_around_are_heard_there_too() -> None:
    call = Call(flow(), customer={"name": "Li"}).tell(Played(), Digits("*"))
    assert call.effect == Collect(said("Card"), 4, 5.0)


def test_what_the_agent_sees_has_nothing_of_the_sub_flow() -> None:
    call = Call(flow(), customer={"name": "Li"})
    while not is_over(call.flow, call.outcome.state):
        call.tell(Digits("99") if isinstance(call.effect, Collect) else Played())
    assert isinstance(call.effect, Enqueue)
    assert call.effect.failure == "step_limit"
    assert [name for name, _ in call.effect.variables] == ["card"]


def test_a_mask_goes_with_its_digits_through_a_sub_flow_and_into_what_is_worked_out_of_them() -> None:
    again = "  again: {type: set, compute: {copy: card, end: '\"no. \" + card', count: length(card)}, goto: line}"
    main = MAIN[: MAIN.index("  again:")] + again + MAIN[MAIN.index("\n  line:") :]
    part = IDENTIFY.replace("    into: number\n", "    into: number\n    mask: 1\n")
    files = {"main.yaml": HEAD + main + ENDS.splitlines(keepends=True)[1], "identify.yaml": part}
    flow = load_bundle(files, "main.yaml", Catalog(queues=frozenset(QUEUES)))
    call = Call(flow).tell(Played(), Digits("4216"))
    assert isinstance(call.effect, Enqueue)
    assert call.variables["end"] == "no. 4216"
    shown = dict(call.effect.variables)
    assert shown == {"card": "•••6", "copy": "•••6", "end": "•••••••6", "count": 4}
