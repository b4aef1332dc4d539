"""What a caller hears while he stands in line, and after the talk: queue, music, leave, survey."""

from __future__ import annotations

import pytest
from tests.unit.ivr.walking import Call, flow_of, said

from tandem.ivr.core import interpreter
from tandem.ivr.core.check_modes import edges_of
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Enqueue,
    HangUp,
    MediaFailed,
    Music,
    NoInput,
    OfferCallback,
    Play,
    Played,
    SurveyAnswer,
)
from tandem.ivr.core.interpreter import is_over, left
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.spoken_values import words_for
from tandem.ivr.errors import FlowError

QUEUE = """
    ask: {type: play, prompts: {zh: 请稍候, en: Please hold}, goto: line}
    line: {type: queue, queue: loans, agent: customer.owner, while_waiting: place, after_call: rate}
    place: {type: play, prompts: [{zh: 位置, en: You are number}, {say: queue.position, as: number}], goto: tune}
    tune:
      type: music
      seconds: 30
      keys:
        "1": {goto: promise, label: {zh: 回电, en: Call back}}
        "2": {goto: away, label: {zh: 离开, en: Leave}}
        "3": {goto: move, label: {zh: 换队, en: Move}}
        "4": {goto: gone, label: {zh: 再见, en: Bye}}
      goto: line
    promise: {type: callback, queue: loans, goto: done, refused: line}
    away: {type: leave, goto: ask}
    move: {type: queue, queue: support, while_waiting: tune}
    gone: {type: hangup, reason: gave_up}
    rate: {type: survey, question: happy, prompts: {zh: 满意吗, en: Happy}, scale: 1-5, goto: solved}
    solved: {type: survey, question: solved, prompts: {zh: 好了吗, en: Solved}, scale: yes_no, attempts: 1, goto: done}
"""


def at_place(number: int) -> tuple[Prompt, ...]:
    return said("You are number", *words_for("number", number, "en"))


def in_line(**queue: int) -> Call:
    return Call(flow_of(QUEUE), customer={"owner": "alice"}).tell(Played()).wait(**(queue or {"position": 3}))


def test_the_queue_says_that_it_has_branches() -> None:
    call = Call(flow_of(QUEUE), customer={"owner": "alice"}).tell(Played())
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.queue, call.effect.agent, call.effect.waits, call.effect.after_call) == (
        "loans", "alice", True, True
    )  # fmt: skip
    assert is_over(call.flow, call.outcome.state)
    assert call.way == ["ask.goto", "line.queued"]


def test_the_branch_begins_and_goes_round() -> None:
    call = in_line(position=3)
    assert call.outcome.state.mode == "waiting"
    assert call.effect == Play(at_place(3))
    assert call.tell(Played()).effect == Music(30.0, "1234")
    call.world = call.world.__class__(now=call.world.now + 30, queue={"position": 2})
    assert call.tell(Played()).effect == Play(at_place(2))
    assert call.way[-4:] == ["line.while_waiting", "place.goto", "tune.goto", "line.while_waiting"]


def test_who_waits_for_hours_is_no_runaway() -> None:
    call = in_line()
    for _ in range(1000):
        call.tell(Played(), after_s=5.0)
        assert call.outcome.state.failure == ""


def test_a_branch_that_spins_ends_in_the_line() -> None:
    call = in_line()
    for _ in range(120):
        call.tell(Played())
        if is_over(call.flow, call.outcome.state):
            break
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.queue, call.effect.failure, call.effect.waits) == ("loans", "step_limit", False)
    assert call.outcome.state.mode == "waiting"


def test_a_branch_that_fails_leaves_the_caller_in_the_line() -> None:
    call = in_line().tell(Played(), MediaFailed())
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.queue, call.effect.failure, call.effect.waits) == ("loans", "media_failed", False)
    assert call.effect.after_call
    assert call.wait().outcome.effects == ()


def test_another_queue_keeps_him_waiting() -> None:
    call = in_line().tell(Played(), Digits("3"))
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.queue, call.effect.waits) == ("support", True)
    assert call.outcome.state.mode == "waiting"
    assert [press.digit for press in call.effect.pressed] == ["3"]
    assert dict(call.effect.pressed[0].labels)["en"] == "Move"
    assert call.wait(position=1).effect == Music(30.0, "1234")
    assert call.tell(Played()).effect != Play(at_place(1)), "line is another queue now"


def test_who_leaves_the_line_is_in_the_flow_again() -> None:
    call = in_line().tell(Played(), Digits("2"))
    assert call.effect == Play(said("Please hold"))
    assert (call.outcome.state.mode, call.outcome.state.line) == ("ivr", "")
    assert isinstance(call.tell(Played()).effect, Enqueue)


def test_a_callback_takes_him_out_of_the_line() -> None:
    call = in_line().tell(Played(), Digits("1"))
    assert isinstance(call.effect, OfferCallback)
    assert call.outcome.state.mode == "ivr"
    assert isinstance(call.tell(CallbackTaken(False)).effect, Enqueue)


def test_so_does_the_end_of_the_call() -> None:
    call = in_line().tell(Played(), Digits("4"))
    assert call.effect == HangUp("gave_up")
    assert call.outcome.state.mode == "ivr"


def test_another_key_than_those_does_nothing_but_end_the_music() -> None:
    assert isinstance(in_line().tell(Played(), Digits("9")).effect, Play)
    assert isinstance(in_line().tell(Played(), NoInput()).effect, Play)


def test_there_is_nothing_to_wait_with_where_there_is_no_branch() -> None:
    call = Call(flow_of("line: {type: queue, queue: loans}"))
    assert call.wait().outcome.effects == ()
    assert call.after().outcome.effects == ()
    assert Call(flow_of(QUEUE)).wait().outcome.effects == ()


@pytest.mark.parametrize("pressed", [(), (Played(),)])
def test_after_the_talk(pressed: tuple[Played, ...]) -> None:
    call = in_line().tell(*pressed).after()
    assert call.outcome.state.mode == "after"
    assert call.effect == Collect(said("Happy"), 1, 5.0, terminator="")
    call.tell(Digits("4"), Digits("2"))
    assert call.answers == [SurveyAnswer("happy", "1-5", 4), SurveyAnswer("solved", "yes_no", 0)]
    assert call.effect == HangUp("done")
    assert call.way[-4:] == ["line.after_call", "rate.goto", "solved.goto", "done.end"]


def test_after_the_talk_with_the_second_queue() -> None:
    call = in_line().tell(Played(), Digits("3"))
    assert call.after().outcome.effects == (), "that one has no branch for it"


def test_who_does_not_answer() -> None:
    call = in_line().after().tell(Digits("9"), NoInput())
    assert call.answers == [SurveyAnswer("happy", "1-5", None)]
    assert call.visits[-1].exit == "goto"
    assert (call.visits[-1].no_inputs, call.visits[-1].no_matches) == (1, 1)
    assert call.tell(Digits("1")).answers[-1] == SurveyAnswer("solved", "yes_no", 1)


def test_a_survey_that_fails_ends_the_call() -> None:
    assert in_line().after().tell(MediaFailed()).effect == HangUp("media_failed")


def test_a_survey_after_a_failure_in_the_branch() -> None:
    call = in_line().tell(MediaFailed()).after()
    assert call.effect == Collect(said("Happy"), 1, 5.0, terminator="")


def test_no_operator_for_who_waits_for_one_or_had_one() -> None:
    flow = flow_of(
        """
        line: {type: queue, queue: loans, while_waiting: ask}
        ask:
          type: menu
          prompts: {zh: 问, en: Ask}
          choices: {"1": {goto: tune, label: {zh: 一, en: One}}}
          no_input: {goto: tune}
          no_match: {goto: tune, attempts: 1}
        tune: {type: music, seconds: 20, goto: line}
        """,
        top='commands: {operator: {key: "0", goto: line}}\n',
    )
    call = Call(flow).wait(position=1).tell(Digits("0"))
    assert call.way[-1] == "ask.no_match"
    assert ("ask", "operator", "line") not in edges_of(flow), "no test could cover it"


def test_the_open_visit_of_who_hangs_up() -> None:
    call = in_line().tell(Played())
    call.world = call.world.__class__(now=call.world.now + 7)
    visit = left(call.flow, call.outcome.state, "hung_up", call.world)
    assert (visit.step, visit.exit, visit.to) == ("tune", "hung_up", "")
    assert visit.left_at - visit.entered_at == 7
    other = flow_of("line: {type: queue, queue: loans}")
    assert left(other, call.outcome.state, "hung_up", call.world).step == "tune"


def test_a_state_of_another_flow_in_the_line() -> None:
    call = in_line().tell(Played())
    other = flow_of("line: {type: queue, queue: loans}")
    for outcome in (
        interpreter.resume(other, call.outcome.state, call.world),
        interpreter.step(other, call.outcome.state, Played(), call.world),
    ):
        (effect,) = outcome.effects
        assert isinstance(effect, Enqueue)
        assert (effect.queue, effect.failure) == ("loans", "flow_changed")
    assert interpreter.wait(other, call.outcome.state, call.world).effects == ()
    assert interpreter.after(other, call.outcome.state, call.world).effects == ()


@pytest.mark.parametrize("scale", ["1-4", "yes"])
def test_scales_are_two(scale: str) -> None:
    with pytest.raises(FlowError):
        flow_of(QUEUE.replace("1-5", scale))
