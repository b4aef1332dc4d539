"""The virtual caller and phone: prompts take their time, keys are taken as on the real line."""

from __future__ import annotations

import pytest
from tests.unit.ivr.flow_tests import MENU, codes, run

HEARD = ("Welcome to the test", "First, press 1", "Second, press 2")


def said(case: str, text: str = MENU) -> list[str]:
    return [prompt.text for prompt in run(case, text).heard]


def test_a_polite_caller_hears_the_prompts_out() -> None:
    assert said('caller: [{press: "2"}]') == list(HEARD)


def test_a_key_in_a_prompt_ends_it_and_those_behind_it() -> None:
    assert said('caller: [{press: "2", during: first}]') == list(HEARD[:2])


def test_keys_that_nobody_asked_for_yet_answer_the_next_questions() -> None:
    report = run('caller: [{press: "11234", during: hello}]')
    assert [prompt.text for prompt in report.heard] == [HEARD[0]]
    assert report.path == ("welcome", "one", "two", "note", "wait")


def test_a_wait_makes_the_next_thing_happen_at_that_moment() -> None:
    assert said('caller: [{wait: 0.3}, {press: "2"}]') == [HEARD[0]], "typed ahead: the menu says nothing more"
    report = run("caller: [{wait: 2.5}, hang_up]")
    assert (report.outcome, report.seconds) == ("hung_up", 2.5)


def test_silence_times_out_once_or_several_times() -> None:
    assert run("caller: [silence, {press: '2'}]").path == ("welcome", "one", "bye")
    assert said("caller: [silence, {press: '2'}]") == [*HEARD, "Pardon", *HEARD[1:]]
    assert run("caller: [{silence: 2}]").path == ("welcome", "one", "wait")
    assert run("caller: []").path == ("welcome", "one", "wait"), "who has nothing to do is silent"


def test_digits_end_by_their_number_by_the_terminator_or_by_silence() -> None:
    assert run('caller: [{press: "1"}, {press: "1234"}]').outcome == "queue"
    assert run('caller: [{press: "1"}, {press: "12#"}, {press: "1234"}]').path[-1] == "wait"
    short = run('caller: [{press: "1"}, {press: "12"}, {press: "1234"}]')
    assert [prompt.text for prompt in short.heard][-2:] == ["Pardon", "Second, press 2"]


def test_what_the_caller_never_comes_to_do_is_a_failure() -> None:
    assert codes('caller: [{press: "2"}, {press: "1"}]') == ["not_done"]
    assert codes("caller: [{silence: 3}]") == ["not_done"]
    assert codes('caller: [{press: "2"}, {press: "1", during: pardon}]') == ["not_done"]


def test_the_same_test_comes_out_the_same() -> None:
    case = 'caller: [silence, {press: "1"}, {wait: 1}, {press: "99"}, {press: "1234"}]'
    assert run(case) == run(case)


@pytest.mark.parametrize("seconds", [0.3, 30])
def test_a_line_that_fails_takes_the_call_to_the_on_error_queue(seconds: float) -> None:
    assert codes(f"given: {{fail: two}}\ncaller: [{{press: '1'}}, {{wait: {seconds}}}]") == ["flow_failed"]
    case = f"given: {{fail: [two]}}\ncaller: [{{press: '1'}}, {{wait: {seconds}}}]\n"
    assert codes(case + "expect: {failure: media_failed, queue: service}") == []


def test_an_agent_answers_who_waits() -> None:
    report = run("caller: [{silence: 2}, {wait: 30}, {agent: mei, talk_s: 120}]")
    assert (report.outcome, report.ok) == ("answered", True)
    assert report.seconds > 150
    assert codes("caller: [{press: '2'}, {agent: mei}]") == ["not_done"], "nobody waits"
