"""Virtual calls through every kind of step: data, secrets, messages, promises, lines, agents, surveys, transfers."""

from __future__ import annotations

import pytest
from tests.unit.ivr.flow_tests import codes, run
from tests.unit.ivr.walking import flow_of

from tandem.ivr.testing import load_tests, run_tests, runner

FLOW = """\
format: 1
name: everything
languages: [en]
default_language: en
start: which_line
on_error: service
calendars:
  office: {timezone: Asia/Shanghai, weekly: {mon-fri: 09:00-18:00}}
prompts:
  ask: {en: Press a key}
  pin: {en: Your PIN}
  beep: {en: After the tone}
  sorry: {en: Sorry}
  thanks: {en: Thanks}
  place: {en: You wait}
  rate: {en: Rate us}
steps:
  which_line:
    type: condition
    cases: [{when: call.dnis == "1", goto: pin, name: pin}]
    otherwise: menu
  pin:
    type: collect
    prompts: pin
    into: pin
    min_digits: 4
    max_digits: 4
    sensitive: true
    no_input: {goto: bye}
    no_match: {goto: bye}
    goto: verify
  verify:
    type: http
    method: POST
    url: https://api.example.com/verify
    body: {pin: pin, who: call.ani}
    timeout_s: 2
    cache_s: 0
    outputs: {name: {path: name, as: text}}
    goto: thank
    not_found: sorry
    fallback: unavailable
  thank: {type: play, prompts: thanks, barge_in: true, goto: menu}
  menu:
    type: menu
    prompts: ask
    attempts: 1
    choices:
      "1": {goto: agents, label: {en: Agents}}
      "2": {goto: message, label: {en: Message}}
      "3": {goto: promise, label: {en: Callback}}
      "4": {goto: other, label: {en: Transfer}}
      "5": {goto: which, label: {en: Split}}
      "6": {goto: open, label: {en: Hours}}
      "7": {goto: crm, label: {en: Customer}}
    no_input: {goto: bye}
    no_match: {goto: bye}
  sorry: {type: play, prompts: sorry, goto: bye}
  unavailable: {type: play, prompts: sorry, goto: menu}
  message:
    type: record
    prompts: beep
    most_s: 30
    min_s: 3
    queue: loans
    goto: bye
    too_short: sorry
    fallback: sorry
  promise: {type: callback, queue: loans, goto: bye, refused: sorry, fallback: sorry}
  other: {type: transfer, number: '"+8687165320018"', prompts: thanks, timeout_s: 20, failed: sorry}
  which:
    type: split
    ways:
      - {share: 99, goto: bye, name: usual}
      - {share: 1, goto: sorry, name: rare}
  open: {type: hours, calendar: office, open: bye, closed: sorry}
  crm:
    type: lookup
    by: phone
    value: call.ani
    timeout_s: 2
    cache_s: 0
    found: gold
    not_found: bye
    fallback: sorry
  gold:
    type: condition
    cases: [{when: customer.tier == "gold", goto: sorry, name: gold}]
    otherwise: bye
  agents: {type: queue, queue: loans, agent: '"mei"', while_waiting: place, after_call: rate}
  place: {type: play, prompts: place, goto: near}
  near:
    type: condition
    cases: [{when: queue.position == 1, goto: soon, name: first}]
    otherwise: music
  soon: {type: play, prompts: thanks, goto: music}
  music:
    type: music
    seconds: 30
    keys: {"1": {goto: promise, label: {en: Callback}}}
    goto: place
  rate: {type: survey, question: good, prompts: rate, scale: 1-5, attempts: 1, goto: bye}
  bye: {type: hangup, reason: done}
"""


PIN = 'dnis: "1"'
"""Given, calls begin with the question for the PIN."""


def test_a_secret_is_seen_by_the_look_up_only() -> None:
    data = f"given: {{{PIN}, data: {{verify: {{values: {{name: Ana}}}}}}}}\n"
    report = run(
        data + 'caller: [{press: "12342"}]\n'
        "expect: {asked: {verify: {pin: '1234', who: '+8613800138000', url: 'https://api.example.com/verify'}}}",
        FLOW,
    )
    assert report.failures == ()
    assert "1234" not in repr(report)
    assert report.path[-1] == "bye", "the surplus digit of a secret answers nothing"
    (failure,) = run(data + 'caller: [{press: "1234"}]\nexpect: {variables: {pin: "1234"}}', FLOW).failures
    assert "1234" not in failure.text["en"].partition("not")[0]


@pytest.mark.parametrize(
    ("answer", "way"),
    [
        ("{values: {name: Ana}}", "thank"),
        ("{status: not_found}", "sorry"),
        ("{status: failed}", "unavailable"),
        ("{status: refused}", "unavailable"),
        ("{takes_s: 3}", "unavailable"),
    ],
)
def test_what_a_look_up_gets(answer: str, way: str) -> None:
    case = (
        f"given: {{{PIN}, data: {{verify: {answer}}}}}\ncaller: [{{press: '1234'}}]\nexpect: {{path: [verify, {way}]}}"
    )
    assert run(case, FLOW).failures == ()


def test_data_that_is_missing_or_unknown_fails_the_test() -> None:
    pin = "caller: [{press: '1234'}]"
    assert codes(f"given: {{{PIN}}}\n{pin}", FLOW) == ["no_data"]
    assert codes(f"given: {{{PIN}, fail: verify}}\n{pin}\nexpect: {{path: unavailable}}", FLOW) == []
    assert codes(f"given: {{{PIN}, data: {{verify: {{values: {{nam: x}}}}}}}}\n{pin}", FLOW) == ["no_output"]


def test_data_are_of_the_outputs_types_as_on_the_phone() -> None:
    outputs = "name: {path: name, as: text}, due: {path: due, as: date}, sum: {path: sum, as: money}"
    flow = FLOW.replace("name: {path: name, as: text}", outputs)

    def given(values: str) -> str:
        return f"given: {{{PIN}, data: {{verify: {{values: {{{values}}}}}}}}}\ncaller: [{{press: '1234'}}]\n"

    kept = "expect: {variables: {name: '7', due: '2026-11-30', sum: '12.50'}}"
    assert codes(given("name: 7, due: '20261130', sum: '12.5'") + kept, flow) == []
    assert codes(given("due: tomorrow"), flow) == ["no_output"], "on the phone it would be left out"


def test_answers_are_given_visit_by_visit() -> None:
    data = "data: {verify: [{status: failed}, {status: not_found}]}"
    report = run(f"given: {{{PIN}, {data}}}\ncaller: [{{press: '1234'}}]", FLOW)
    assert report.path == ("which_line", "pin", "verify", "unavailable", "menu", "bye")


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        ('caller: [{press: "2"}, {speak: 10}]\nexpect: {queue: loans, reason: done}', "message"),
        ('caller: [{press: "2"}, {speak: 2}]\nexpect: {path: sorry}', "hangup"),
        ('caller: [{press: "2"}]\nexpect: {path: [message, bye]}', "message"),
        ('caller: [{press: "2"}, {wait: 8}, hang_up]', "hung_up"),
        ('given: {fail: message}\ncaller: [{press: "2"}]\nexpect: {path: sorry}', "hangup"),
        ('caller: [{press: "3"}]\nexpect: {queue: loans, number: "+8613800138000"}', "callback"),
        ('given: {refuse: promise}\ncaller: [{press: "3"}]\nexpect: {path: sorry}', "hangup"),
        ('given: {fail: promise}\ncaller: [{press: "3"}]\nexpect: {path: sorry}', "hangup"),
        ('caller: [{press: "4"}]\nexpect: {number: "+8687165320018", heard: thanks}', "transferred"),
        ('given: {fail: other}\ncaller: [{press: "4"}]\nexpect: {path: [other, sorry]}', "hangup"),
        ('given: {split: {which: rare}}\ncaller: [{press: "5"}]\nexpect: {path: [which, sorry]}', "hangup"),
        ('given: {split: {which: usual}}\ncaller: [{press: "5"}]\nexpect: {not_visited: sorry}', "hangup"),
        ('given: {time: "2026-11-20 17:59"}\ncaller: [{press: "6"}]\nexpect: {not_visited: sorry}', "hangup"),
        ('given: {time: "2026-11-20 18:00"}\ncaller: [{press: "6"}]\nexpect: {path: sorry}', "hangup"),
        ('given: {customer: {tier: gold}}\ncaller: [{press: "7"}]\nexpect: {path: [crm, gold, sorry]}', "hangup"),
        ('caller: [{press: "7"}]\nexpect: {not_visited: gold}', "hangup"),
        ('caller: [{press: "1"}]\nexpect: {heard: place, queue: loans, agent: mei}', "queue"),
        ('caller: [{press: "1"}, {press: "1"}]\nexpect: {path: [music, promise, bye]}', "callback"),
        ('caller: [{press: "1"}, {wait: 70}, hang_up]\nexpect: {heard: [place, place, place]}', "hung_up"),
        ('caller: [{press: "1"}, {wait: 5}, {agent: mei}, {press: "4"}]\nexpect: {survey: {good: 4}}', "answered"),
        ('caller: [{press: "1"}, {agent: mei}, silence]\nexpect: {survey: {good: none}, reason: done}', "answered"),
        ('caller: [{press: "1"}, {agent: mei}, hang_up]\nexpect: {not_visited: bye}', "answered"),
    ],
)
def test_how_calls_end(case: str, outcome: str) -> None:
    report = run(case, FLOW, top="timezone: Asia/Shanghai\n")
    assert report.failures == ()
    assert report.outcome == outcome


def test_the_place_in_line_changes_as_time_goes_by() -> None:
    given = "given: {queue: [{position: 3}, {after: 40, position: 1}]}\n"
    report = run(given + 'caller: [{press: "1"}, {wait: 65}, {agent: mei}]\nexpect: {path: [music, soon]}', FLOW)
    assert report.failures == ()


def test_a_way_that_a_split_does_not_have() -> None:
    assert codes('given: {split: {which: other}}\ncaller: [{press: "5"}]', FLOW) == ["no_way"]


def test_who_waits_to_be_asked_in_line_is_left_there() -> None:
    report = run('caller: [{press: "1"}, silence, silence]', FLOW)
    assert (report.outcome, [failure.code for failure in report.failures]) == ("queue", [])
    report = run('caller: [{press: "1"}, {press: "2"}]', FLOW)
    assert (report.outcome, [failure.code for failure in report.failures]) == ("queue", [])
    report = run('caller: [{press: "1"}, {speak: 2}]', FLOW)
    assert (report.outcome, [failure.code for failure in report.failures]) == ("queue", ["not_done"])
    assert len(report.visits) < 200


def test_a_call_that_takes_the_same_ways_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three ways with one call in a hundred each there may be none among 20,000 calls: that takes a while."""
    looked: list[object] = []
    monkeypatch.setattr(runner, "call_that_takes", lambda flow, ways: looked.append(ways))
    flow = flow_of(
        "s: {type: split, ways: [{share: 1, goto: done, name: rare}, {share: 99, goto: done, name: usual}]}\n"
    )
    case = "  - {name: NAME, given: {split: {s: rare}}, expect: {outcome: hangup}}\n"
    text = "format: 1\ntests:\n" + "".join(case.replace("NAME", f"t{number}") for number in range(9))
    report = run_tests(flow, load_tests(text, "main.test.yaml", flow))
    assert len(report.cases) == 9
    assert len(looked) == 1
