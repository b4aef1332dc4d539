"""Menu and collect: keys, tries, type-ahead, confirmation, masks, secrets and the universal commands."""

from __future__ import annotations

import pytest
from tests.unit.ivr.walking import Call, flow_of, said

from tandem.ivr.core.check_modes import edges_of
from tandem.ivr.core.dialogue import Collect, Digits, Enqueue, HangUp, MediaFailed, NoInput, Play, Played
from tandem.ivr.core.interpreter import encode_state
from tandem.ivr.core.spoken_values import words_for
from tandem.ivr.core.values import Secret
from tandem.ivr.errors import FlowError

COLLECT = """
    ask:
      type: collect
      prompts: {zh: 卡号, en: Card}
      into: card
      min_digits: 3
      max_digits: 6
      no_input: {goto: other, prompts: {zh: 请按, en: Please press}}
      no_match: {goto: worse, attempts: 2, prompts: {zh: 不对, en: Wrong}}
      goto: done
"""
PERSON = "    person: {type: queue, queue: support}\n"
QUEUED = COLLECT.replace("goto: done", "goto: person")
MENUS = """
    first:
      type: menu
      prompts: {zh: 一, en: First}
      choices:
        "1": {goto: second, label: {zh: 一, en: One}}
        "9": {goto: other, label: {zh: 九, en: Nine}}
      no_input: {goto: done}
      no_match: {goto: worse}
    second:
      type: menu
      prompts: {zh: 二, en: Second}
      choices: {"1": {goto: third, label: {zh: 一, en: One}}, "0": {goto: done, label: {zh: 零, en: Zero}}}
      no_input: {goto: done}
      no_match: {goto: worse}
    third:
      type: collect
      prompts: {zh: 三, en: Third}
      into: number
      max_digits: 8
      min_digits: 2
      no_input: {goto: done}
      no_match: {goto: worse}
      goto: done
"""
COMMANDS = """
    commands: {repeat: "*", back: "9", operator: {key: "0", goto: person}}
"""


def test_collect_asks_and_keeps_the_digits() -> None:
    call = Call(flow_of(COLLECT))
    assert call.effect == Collect(said("Card"), 6, 5.0)
    call.tell(Digits("1234"))
    assert call.effect == HangUp("done")
    assert call.variables == {"card": "1234"}
    assert call.visits[0].heard == ("digits 1234",)


@pytest.mark.parametrize("digits", ["12", "1234567", "12a4", "１２３", "", " ", "\ud800", "1" * 1000])
def test_what_does_not_fit_is_wrong_or_silence(digits: str) -> None:
    call = Call(flow_of(COLLECT)).tell(Digits(digits))
    assert isinstance(call.effect, Collect)
    assert call.effect.prompts == said("Please press" if digits == "" else "Wrong", "Card")
    assert call.effect.flush is (digits != "")
    assert call.variables == {}


def test_silence_and_wrong_digits_are_counted_apart() -> None:
    call = Call(flow_of(COLLECT)).tell(NoInput(), Digits("1"), NoInput(), NoInput())
    assert call.effect == HangUp("other")
    assert (call.visits[0].no_inputs, call.visits[0].no_matches) == (3, 1)
    assert call.visits[0].heard == ("no_input", "digits 1", "no_input", "no_input")
    assert Call(flow_of(COLLECT)).tell(Digits("1"), Digits("2")).effect == HangUp("worse")


def test_validation_sees_the_value_and_what_is_known() -> None:
    flow = flow_of(COLLECT + '      validate: starts_with(value, "6") and call.ani != value\n')
    assert Call(flow, call={"ani": "777"}).tell(Digits("612")).effect == HangUp("done")
    assert isinstance(Call(flow, call={"ani": "777"}).tell(Digits("712")).effect, Collect)
    assert isinstance(Call(flow, call={"ani": "612"}).tell(Digits("612")).effect, Collect)
    assert isinstance(Call(flow).tell(Digits("612")).effect, Collect), "what makes no sense is not true"


CONFIRMED = (
    COLLECT + "      confirm: {prompts: [{zh: 您按了, en: You pressed}, {say: card, as: digits}], yes: '1', no: '2'}\n"
)


def test_what_was_pressed_is_confirmed() -> None:
    call = Call(flow_of(CONFIRMED)).tell(Digits("345"))
    assert call.effect == Collect(said("You pressed", *words_for("digits", "345", "en")), 1, 5.0, terminator="")
    call.tell(Digits("1"))
    assert call.effect == HangUp("done")
    assert call.variables == {"card": "345"}


def test_who_says_no_is_asked_anew() -> None:
    call = Call(flow_of(CONFIRMED)).tell(Digits("345"), Digits("2"))
    assert call.effect == Collect(said("Card"), 6, 5.0)
    assert call.variables == {}
    assert call.tell(Digits("456"), Digits("1")).variables == {"card": "456"}


def test_what_was_not_confirmed_is_not_kept() -> None:
    call = Call(flow_of(CONFIRMED)).tell(Digits("345"), NoInput())
    prompts = said("Please press", "You pressed", *words_for("digits", "345", "en"))
    assert call.effect == Collect(prompts, 1, 5.0, terminator="", flush=True)
    call.tell(NoInput(), NoInput())
    assert call.effect == HangUp("other")
    assert call.variables == {}
    assert Call(flow_of(CONFIRMED)).tell(Digits("345"), Digits("7"), Digits("8")).variables == {}


def test_without_barge_in_digits_count_after_the_prompts() -> None:
    call = Call(flow_of(COLLECT + "      barge_in: false\n"))
    assert call.effect == Play(said("Card"))
    assert call.tell(Digits("1234")).outcome.effects == ()
    assert call.tell(Played()).effect == Collect((), 6, 5.0, flush=True)
    assert call.tell(Digits("1234")).variables == {"card": "1234"}


def test_type_ahead_can_be_forbidden() -> None:
    effect = Call(flow_of(COLLECT + "      type_ahead: false\n")).effect
    assert isinstance(effect, Collect)
    assert effect.flush


def test_the_way_out_of_what_cannot_be_said() -> None:
    assert Call(flow_of(COLLECT + "      fallback: worse\n")).tell(MediaFailed()).effect == HangUp("worse")
    lost = Call(flow_of(COLLECT)).tell(MediaFailed()).effect
    assert isinstance(lost, Enqueue)
    assert lost.failure == "media_failed"


def test_only_the_last_digits_are_shown_to_people() -> None:
    flow = flow_of(QUEUED + "      mask: 2\n" + PERSON)
    call = Call(flow).tell(Digits("1"), Digits("12345"))
    assert call.visits[0].heard == ("digits 1", "digits •••45")
    assert call.variables == {"card": "12345"}
    assert isinstance(call.effect, Enqueue)
    assert call.effect.variables == (("card", "•••45"),)
    assert flow.steps["ask"].shown("12345") == "•••45"


SENSITIVE = COLLECT + "      sensitive: true\n"


def test_sensitive_digits_are_a_secret_and_dots() -> None:
    flow = flow_of(QUEUED + "      sensitive: true\n" + PERSON)
    call = Call(flow)
    assert isinstance(call.effect, Collect)
    assert call.effect.sensitive
    call.tell(Digits("", Secret("call.1", 4)))
    assert call.variables == {"card": Secret("call.1", 4)}
    assert call.visits[0].heard == ("digits ••••",)
    assert isinstance(call.effect, Enqueue)
    assert call.effect.variables == (("card", "••••"),)


@pytest.mark.parametrize(
    "event", [Digits("1234"), Digits("1234", Secret("r", 4)), Digits("", Secret("r", 2)), Digits("", Secret("a b", 4))]
)
def test_digits_that_should_not_have_come_are_never_kept(event: Digits) -> None:
    call = Call(flow_of(SENSITIVE)).tell(event)
    assert isinstance(call.effect, Collect)
    assert "1234" not in encode_state(call.outcome.state)
    assert call.tell(event).effect == HangUp("worse")
    assert "1234" not in repr(call.visits)


def test_a_secret_may_be_measured_but_not_read() -> None:
    flow = flow_of(SENSITIVE + "      validate: length(value) == 4\n")
    assert Call(flow).tell(Digits("", Secret("r", 4))).effect == HangUp("done")
    assert isinstance(Call(flow).tell(Digits("", Secret("r", 5))).effect, Collect)


def test_a_secret_where_none_was_asked_for_is_wrong() -> None:
    assert isinstance(Call(flow_of(COLLECT)).tell(Digits("", Secret("r", 4))).effect, Collect)


# -- universal commands ------------------------------------------------------------------------------------------------


def test_repeat_says_it_again_and_counts_nothing() -> None:
    call = Call(flow_of(MENUS + PERSON, top=COMMANDS)).tell(NoInput(), *[Digits("*")] * 9)
    assert call.effect == Collect(said("First"), 1, 5.0, terminator="")
    assert call.tell(NoInput(), NoInput()).visits[0].no_inputs == 3


def test_back_leads_to_the_question_before() -> None:
    call = Call(flow_of(MENUS + PERSON, top=COMMANDS)).tell(Digits("1"), Digits("1"))
    assert isinstance(call.effect, Collect)
    assert call.effect.prompts == said("Third")
    call.tell(Digits("9"), Digits("9"))
    assert call.effect == Collect(said("First"), 1, 5.0, terminator="")
    assert call.way == ["first.1", "second.1", "third.back", "second.back"]


def test_back_at_the_first_question_says_it_again() -> None:
    flow = flow_of(MENUS + PERSON, top=COMMANDS.replace('"9"', '"#"'))
    assert Call(flow).tell(Digits("#")).effect == Collect(said("First"), 1, 5.0, terminator="")


def test_the_operators_key_leads_to_a_person() -> None:
    flow = flow_of(MENUS + PERSON, top=COMMANDS)
    call = Call(flow).tell(Digits("0"))
    assert isinstance(call.effect, Enqueue)
    assert call.effect.queue == "support"
    assert call.way == ["first.operator", "person.queued"]
    assert ("first", "operator", "person") in edges_of(flow)
    assert ("second", "operator", "person") not in edges_of(flow), "0 is a choice there"


def test_a_choice_goes_before_a_command() -> None:
    flow = flow_of(MENUS + PERSON, top=COMMANDS)
    assert Call(flow).tell(Digits("9")).effect == HangUp("other")
    assert Call(flow).tell(Digits("1"), Digits("0")).effect == HangUp("done")


@pytest.mark.parametrize(
    ("digits", "way"),
    [("*", []), ("*12", []), ("0", ["third.operator", "person.queued"]), ("012", ["third.goto", "done.end"])],
)
def test_in_collect_a_command_is_the_first_key_and_a_digit_only_when_alone(digits: str, way: list[str]) -> None:
    call = Call(flow_of(MENUS + PERSON, top=COMMANDS)).tell(Digits("1"), Digits("1"), Digits(digits))
    assert call.way[2:] == way


def test_the_terminator_is_no_command() -> None:
    flow = flow_of(MENUS, top='commands: {repeat: "#"}\n')
    call = Call(flow).tell(Digits("1"), Digits("1"), Digits("#1"))
    assert isinstance(call.effect, Collect)
    assert call.effect.flush, "counted as wrong"


def test_commands_without_a_key_do_nothing() -> None:
    call = Call(flow_of(MENUS)).tell(*[Digits("*")] * 3)
    assert call.effect == HangUp("worse")


@pytest.mark.parametrize(
    "fault",
    [
        COLLECT.replace("max_digits: 6", "max_digits: 2"),
        COLLECT + "      confirm: {prompts: {zh: 对吗, en: OK}, yes: '1', no: '1'}\n",
    ],
)
def test_fields_that_do_not_go_together_are_refused(fault: str) -> None:
    with pytest.raises(FlowError):
        flow_of(fault)
