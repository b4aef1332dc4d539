from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.ivr.flows import GOOD, ROOT, load

from tandem.cti.model.skills import Need
from tandem.ivr.core.dialogue import (
    Collect,
    Digits,
    Effect,
    Enqueue,
    HangUp,
    IvrEvent,
    MediaFailed,
    NoInput,
    Play,
    Played,
    Press,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome, is_over, resume, start, step
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.world import World

NOW, LATER, MUCH_LATER = World(now=0.0), World(now=1.0), World(now=5.0)
HELLO, BYE, ASK = Prompt("zh", "你好"), Prompt("zh", "再见"), Prompt("zh", "请按一")


def walk(flow: Flow, *events: IvrEvent, language: str = "") -> Outcome:
    outcome = start(flow, NOW, language=language)
    for event in events:
        outcome = step(flow, outcome.state, event, LATER)
    return outcome


def asked(*prompts: Prompt, flush: bool = False) -> Collect:
    return Collect(prompts, 1, 5.0, terminator="", flush=flush)


def ways(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(visit.step, visit.exit, visit.to) for visit in outcome.visits]


def effect(outcome: Outcome) -> Effect:
    (only,) = outcome.effects
    return only


def test_it_begins_with_the_first_step_in_the_default_language() -> None:
    assert effect(walk(load())) == Play((HELLO, BYE))


def test_it_begins_in_the_customers_language_if_the_flow_speaks_it() -> None:
    assert effect(walk(load(), language="en")) == Play((Prompt("en", "Hello"), Prompt("en", "Bye")))
    assert walk(load(), language="fr").state.language == "zh"


def test_a_menu_asks_after_the_prompt() -> None:
    assert effect(walk(load(), Played())) == asked(ASK)


def test_a_choice_leads_through_set_to_the_queue() -> None:
    outcome = walk(load(), Played(), Digits("1"))
    assert effect(outcome) == Enqueue(
        queue="loans",
        needs=(Need("language:en", 3), Need("product:loans", 2)),
        priority=10,
        language="en",
        pressed=(Press("ask", "1", (("zh", "一"), ("en", "One"))),),
        variables=(("score", 7), ("segment", "retail"), ("vip", True)),
    )
    assert ways(outcome) == [("ask", "1", "mark"), ("mark", "goto", "wait"), ("wait", "queued", "")]
    assert outcome.visits[0].heard == ("digits 1",)
    assert (outcome.visits[0].entered_at, outcome.visits[0].left_at) == (1.0, 1.0)


def test_silence_repeats_the_menu_with_its_own_words_then_leaves() -> None:
    once = walk(load(), Played(), NoInput())
    assert effect(once) == asked(HELLO, ASK)
    assert once.visits == ()
    assert effect(walk(load(), Played(), NoInput(), NoInput())) == Enqueue(
        queue="loans", needs=(Need("product:loans", 2),), priority=0, language="zh", pressed=(), variables=()
    )


def test_no_digits_are_silence() -> None:
    assert effect(walk(load(), Played(), Digits(""))) == effect(walk(load(), Played(), NoInput()))


@pytest.mark.parametrize("digits", ["9", "12", "#", "x", "１", "1 ", "\n"])
def test_a_wrong_digit_is_counted_apart(digits: str) -> None:
    assert effect(walk(load(), Played(), NoInput(), Digits(digits))) == HangUp("wrong_digits")


def test_a_step_that_is_entered_again_counts_anew() -> None:
    assert effect(walk(load(), Played(), NoInput(), Digits("*"), NoInput())) == asked(HELLO, ASK)


def test_failed_media_sends_the_call_to_the_rescue_queue_with_what_is_known() -> None:
    outcome = walk(load(), Played(), Digits("2"), MediaFailed("no such file"))
    assert effect(outcome) == Enqueue(
        queue="service",
        needs=(),
        priority=0,
        language="zh",
        pressed=(Press("ask", "2", (("zh", "二"), ("en", "Two"))),),
        variables=(),
        failure="media_failed",
    )
    assert ways(outcome) == [("hello", "on_error", "")]
    assert outcome.visits[0].heard == ("failed",)


@pytest.mark.parametrize("event", [Digits("1"), NoInput()])
def test_an_event_that_answers_nothing_changes_nothing(event: IvrEvent) -> None:
    outcome = walk(load())
    assert step(load(), outcome.state, event, LATER) == Outcome(outcome.state)


def test_a_menu_is_not_answered_by_played() -> None:
    outcome = walk(load(), Played())
    assert step(load(), outcome.state, Played(), LATER) == Outcome(outcome.state)


@pytest.mark.parametrize("event", [Played(), Digits("1"), NoInput(), MediaFailed()])
def test_what_is_over_is_over(event: IvrEvent) -> None:
    flow = load()
    for ended in (walk(flow, Played(), Digits("1")), walk(flow, MediaFailed())):
        assert is_over(flow, ended.state)
        assert step(flow, ended.state, event, LATER) == Outcome(ended.state)


def test_without_barge_in_the_menu_is_played_first() -> None:
    flow = load(GOOD.replace("attempts: 2", "attempts: 2\n    barge_in: false"))
    assert effect(walk(flow, Played())) == Play((ASK,))
    assert walk(flow, Played(), Digits("1")).effects == ()
    assert effect(walk(flow, Played(), Played())) == asked(flush=True)
    assert effect(walk(flow, Played(), Played(), NoInput())) == Play((HELLO, ASK))
    assert effect(walk(flow, Played(), Played(), NoInput(), Played(), NoInput())) == effect(
        walk(load(), Played(), NoInput(), NoInput())
    )


def test_in_every_language_one_after_the_other() -> None:
    flow = load(GOOD.replace("    goto: ask\n", "    goto: ask\n    in_every_language: true\n"))
    assert effect(walk(flow)) == Play((HELLO, BYE, Prompt("en", "Hello"), Prompt("en", "Bye")))


def test_a_caller_who_goes_round_for_ever_gets_a_person() -> None:
    flow = load(GOOD.replace("on_error: service", "on_error: service\nstep_limit: 12"))
    outcome = start(flow, NOW)
    answers = 0
    while not is_over(flow, outcome.state):
        outcome = step(flow, outcome.state, Digits("*") if answers else Played(), NOW)
        answers += 1
    assert answers <= 13
    last = effect(outcome)
    assert isinstance(last, Enqueue)
    assert (last.queue, last.failure) == ("service", "step_limit")
    assert last.pressed[-1].digit == "*"


def test_repetitions_count_towards_the_limit_as_well() -> None:
    flow = load(
        GOOD.replace("on_error: service", "on_error: service\nstep_limit: 5").replace("attempts: 2", "attempts: 9")
    )
    assert isinstance(effect(walk(flow, Played(), NoInput(), NoInput(), NoInput())), Collect)
    last = effect(walk(flow, Played(), NoInput(), NoInput(), NoInput(), NoInput()))
    assert isinstance(last, Enqueue)
    assert last.failure == "step_limit"


def test_resume_asks_again_for_the_effect_in_hand_at_any_moment() -> None:
    flow = load()
    for events in (
        (),
        (Played(),),
        (Played(), NoInput()),
        (Played(), Digits("1")),
        (Played(), Digits("9")),
        (MediaFailed(),),
    ):
        outcome = walk(flow, *events)
        assert resume(flow, outcome.state, MUCH_LATER) == Outcome(outcome.state, outcome.effects)


def test_a_state_that_the_flow_no_longer_knows_goes_to_a_person() -> None:
    flow = load()
    state = walk(flow, Played()).state
    for strange in (
        replace(state, step="gone"),
        replace(state, flow="other"),
        replace(state, language="fr"),
        replace(state, step="mark"),
    ):
        for outcome in (resume(flow, strange, MUCH_LATER), step(flow, strange, Digits("1"), MUCH_LATER)):
            last = effect(outcome)
            assert isinstance(last, Enqueue)
            assert (last.queue, last.failure) == ("service", "flow_changed")


def test_a_call_goes_on_in_a_newer_edition_that_still_has_its_step() -> None:
    newer = load(GOOD.replace("请按一", "请按 1"))
    state = walk(load(), Played(), NoInput()).state
    assert effect(resume(newer, state, MUCH_LATER)) == asked(HELLO, Prompt("zh", "请按 1"))


def test_a_press_whose_step_is_gone_has_no_label() -> None:
    flow = load()
    state = replace(walk(flow, Played()).state, pressed=(("gone", "7"),))
    last = effect(step(flow, state, Digits("1"), NOW))
    assert isinstance(last, Enqueue)
    assert last.pressed[0] == Press("gone", "7", ())


@pytest.mark.parametrize(
    ("events", "queue", "needs"),
    [
        ((Digits("2"), Digits("2"), Played()), "loans", "language:en>=3 product:loans>=2"),
        ((Digits("1"), Digits("1"), Played()), "service", "language:zh>=3 product:accounts>=2"),
        ((Digits("1"), Digits("3"), Played()), "support", "language:zh>=3 product:support>=2"),
        ((Digits("2"), Digits("0"), Played()), "service", "language:en>=3"),
        ((NoInput(), NoInput(), Played()), "service", "language:zh>=3"),
        ((Digits("2"), NoInput(), NoInput(), NoInput(), Played()), "service", "language:en>=3"),
    ],
)
def test_the_example_leads_where_it_says(events: tuple[IvrEvent, ...], queue: str, needs: str) -> None:
    flow = load((ROOT / "examples/flows/main.yaml").read_text())
    last = effect(walk(flow, *events))
    assert isinstance(last, Enqueue)
    assert last.queue == queue
    assert " ".join(map(str, last.needs)) == needs
    assert last.failure == ""
