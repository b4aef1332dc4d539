"""A recorded call against another version of its flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ivr.flows import QUEUES, ROOT

from tandem.ivr.core import interpreter
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.dialogue import Collect, Digits, Dip, Enqueue, Fetched, HangUp, IvrEvent, NoInput, Played, Visit
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.journey import End, StepFacts, before_the_talk, end_of, until_queued
from tandem.ivr.core.replay import CHOICE_GONE, DATA_UNKNOWN, MASKED, NEVER_MET, NEW_KEY, Journey, Tried, replay
from tandem.ivr.core.world import World
from tandem.ivr.flow_files import load_flow_file
from tandem.ivr.testing import load_tests
from tandem.ivr.testing.call import Call
from tandem.ivr.testing.given import call_facts, customer_facts
from tandem.ivr.testing.runner import call_that_takes

LIBRARY = sorted((ROOT / "examples/flows").glob("**/main.yaml"))

MENU = """
format: 1
name: main
languages: [en]
default_language: en
start: hello
on_error: loans
steps:
  hello: {type: play, prompts: {en: Hello.}, goto: services}
  services:
    type: menu
    prompts: {en: What do you want?}
    attempts: 2
    choices:
      "1": {goto: hours, label: {en: Opening hours}}
      "2": {goto: loans, label: {en: Loans}}
    no_input: {goto: loans}
    no_match: {goto: loans}
  hours: {type: play, prompts: {en: We are open.}, goto: bye}
  bye: {type: hangup, reason: completed}
  loans: {type: queue, queue: loans}
"""
NOW = World(now=1_800_000_000.0)


def flow(text: str = MENU) -> Flow:
    return load_flow(text, "main.yaml", QUEUES)


def facts(of: Flow) -> dict[str, StepFacts]:
    return {name: StepFacts(step.kind, getattr(step, "queue", "")) for name, step in of.steps.items()}


def recorded(of: Flow, does: Sequence[str], answers: Sequence[Fetched] = ()) -> Journey:
    """What the flow writes down of a caller who presses these keys, '' for silence; then he hangs up. ``answers``: to
    its dips, in order."""
    keys, found = list(does), list(answers)
    outcome = interpreter.start(of, NOW)
    visits: list[Visit] = [*outcome.visits]
    for _ in range(200):
        event: IvrEvent
        match outcome.effects[0]:
            case Enqueue() | HangUp():
                break
            case Collect() if not keys:
                visits.append(interpreter.left(of, outcome.state, "hung_up", NOW))
                break
            case Collect():
                key = keys.pop(0)
                event = Digits(key) if key else NoInput()
            case Dip():
                event = found.pop(0)
            case _:
                event = Played()
        outcome = interpreter.step(of, outcome.state, event, NOW)
        visits += outcome.visits
    return Journey(call="c1", world=NOW, language="", visits=visits, flow=of)


def ends(does: Sequence[str], now: Flow, before: Flow | None = None) -> Tried:
    return replay(now, recorded(before or flow(), does))


def test_the_same_version_does_the_same() -> None:
    for does, end in (
        (["1"], End("served")),
        (["2"], End("queue", "loans")),
        (["", ""], End("queue", "loans")),
        (["7", "1"], End("served")),
        ([""], End("hung_up")),
        ([], End("hung_up")),
    ):
        journey = recorded(flow(), does)
        assert end_of(until_queued(journey.visits), facts(flow())) == end
        tried = replay(flow(), journey)
        assert tried.end == end, (does, tried)
    assert ends(["1"], flow()).path == ("hello", "services", "hours", "bye")


def test_a_choice_is_found_again_by_its_label() -> None:
    turned = MENU.replace('"1": {goto: hours', '"x": {goto: hours').replace('"2": {goto: loans', '"1": {goto: loans')
    turned = turned.replace('"x"', '"2"')
    assert ends(["1"], flow(turned)).end == End("served")
    assert ends(["2"], flow(turned)).end == End("queue", "loans")


def test_what_nobody_knows_is_said() -> None:
    no_hours = MENU.replace('"1": {goto: hours, label: {en: Opening hours}}', '"1": {goto: hours, label: {en: Cards}}')
    gone = ends(["1"], flow(no_hours))
    assert (gone.end, gone.at, gone.why) == (None, "services", CHOICE_GONE)
    third = MENU.replace("    no_input:", '      "3": {goto: bye, label: {en: Nothing}}\n    no_input:')
    new = ends(["3", "1"], flow(third))
    assert (new.end, new.at, new.why) == (None, "services", NEW_KEY)
    asks = MENU.replace("goto: services}", "goto: language}").replace(
        "  bye:",
        "  language:\n    type: menu\n    prompts: {en: Which language?}\n"
        "    choices: {'1': {goto: services, label: {en: English}}}\n"
        "    no_input: {goto: services}\n    no_match: {goto: services}\n  bye:",
    )
    met = ends(["1"], flow(asks))
    assert (met.end, met.at, met.why) == (None, "language", NEVER_MET)


def test_who_hung_up_at_a_step_that_is_gone_goes_on() -> None:
    """He hung up at the menu; the new version asks nothing."""
    straight = MENU.replace("goto: services}", "goto: hours}")
    straight = straight[: straight.index("  services:")] + straight[straight.index("  hours:") :]
    straight = straight.replace("  loans: {type: queue, queue: loans}\n", "")
    assert ends([], flow(straight)).end == End("served")
    assert ends([], flow()).end == End("hung_up")


COLLECT = """
format: 1
name: main
languages: [en]
default_language: en
start: card
on_error: loans
steps:
  card:
    type: collect
    prompts: {en: Your number?}
    into: card
    max_digits: 6
    FIELDS
    no_input: {goto: loans}
    no_match: {goto: loans}
    goto: bye
  bye: {type: hangup}
  loans: {type: queue, queue: loans}
"""


def test_digits_that_were_not_kept_stay_unknown() -> None:
    masked = flow(COLLECT.replace("FIELDS", "mask: 2"))
    journey = recorded(masked, ["123456"])
    assert "123456" not in repr(journey.visits)
    shorter = flow(COLLECT.replace("FIELDS", "mask: 2").replace("max_digits: 6", "max_digits: 5"))
    assert replay(shorter, journey).why == MASKED
    open_ = flow(COLLECT.replace("FIELDS", "min_digits: 2"))
    assert replay(open_, recorded(open_, ["123456"])).end == End("served")


JUDGED = COLLECT.replace("FIELDS", 'mask: 2\n    min_digits: 4\n    validate: ends_with(value, "56")')
JUDGED = JUDGED.replace("goto: bye\n", "goto: which\n").replace(
    "  bye:",
    "  which:\n    type: condition\n    cases:\n      - {when: 'starts_with(card, \"1\")', goto: loans}\n"
    "    otherwise: bye\n  bye:",
)


@given(st.lists(st.sampled_from(["123456", "923456", "123450", "12", "3456", ""]), max_size=4))
def test_digits_that_were_not_kept_are_judged_as_they_were(does: list[str]) -> None:
    """And what they decided later, they decide again."""
    masked = flow(JUDGED)
    journey = recorded(masked, does)
    assert replay(masked, journey).end == end_of(until_queued(journey.visits), facts(masked))
    elsewhere = flow(JUDGED.replace("goto: loans}\n    otherwise", "goto: bye}\n    otherwise"))
    if journey.visits[0].exit == "goto":
        assert replay(elsewhere, journey).end == End("served")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"56"', '"57"'),
        ("min_digits: 4", "min_digits: 5"),
        ("max_digits: 6", "max_digits: 7"),
        ("mask: 2", 'mask: 2\n    terminator: "*"'),
        ("mask: 2", "mask: 2\n    confirm: {prompts: {en: Right?}}"),
    ],
)
def test_digits_that_were_not_kept_are_not_judged_by_another_rule(old: str, new: str) -> None:
    journey = recorded(flow(JUDGED), ["923456"])
    assert replay(flow(JUDGED.replace(old, new)), journey).why == MASKED
    assert replay(flow(JUDGED), replace(journey, flow=None)).why == MASKED


def test_what_was_not_kept_and_not_taken_may_have_been_a_command() -> None:
    commands = flow(JUDGED.replace("start: card", 'start: card\ncommands: {repeat: "*"}'))
    assert replay(commands, recorded(commands, ["*23450", "923456"])).why == MASKED
    assert replay(commands, recorded(commands, ["923456"])).end == End("served")


def test_a_callback_to_a_number_that_was_not_found_is_refused_again() -> None:
    text = DIPS[: DIPS.index("  code:")].replace("goto: code", "goto: back")
    text += "  back: {type: callback, queue: loans, number: no, goto: bye, refused: loans}\n"
    promising = flow(text + "  bye: {type: hangup}\n  loans: {type: queue, queue: loans}\n")
    journey = recorded(promising, [], [Fetched("ok")])
    assert journey.visits[-2].heard == ()
    assert replay(promising, journey).end == End("queue", "loans")


DIPS = """
format: 1
name: main
languages: [en]
default_language: en
start: who
on_error: loans
steps:
  who:
    type: http
    url: https://a.example/who
    timeout_s: 2
    cache_s: 0
    outputs: {no: {path: no, as: text}, pin: {path: pin, as: text}}
    goto: code
    fallback: loans
  code:
    type: collect
    prompts: {en: Your code?}
    into: code
    max_digits: 4
    validate: value == pin
    attempts: 2
    goto: what
    no_input: {goto: loans}
    no_match: {goto: loans}
  what:
    type: http
    url: https://a.example/{no}
    timeout_s: 2
    cache_s: 0
    outputs: {sum: {path: sum, as: money}}
    goto: rich
    not_found: bye
    fallback: loans
  rich:
    type: condition
    cases: [{when: sum > 100, goto: bye}]
    otherwise: loans
  bye: {type: hangup}
  loans: {type: queue, queue: loans}
"""


@given(
    st.lists(st.sampled_from(["1234", "4321", "12#", ""]), max_size=3),
    st.sampled_from([Fetched("ok", {"no": "7", "pin": "1234"}), Fetched("ok"), Fetched("timeout")]),
    st.sampled_from([Fetched("ok", {"sum": "120.00"}), Fetched("ok", {"sum": "1.00"}), Fetched("not_found")]),
)
def test_what_was_looked_up_decides_as_it_did(does: list[str], who: Fetched, what: Fetched) -> None:
    """How the code is judged, what is asked with what was found, and where it leads: though none of it was kept."""
    journey = recorded(flow(DIPS), does, [who, what])
    assert replay(flow(DIPS), journey).end == end_of(until_queued(journey.visits), facts(flow(DIPS)))
    if any(text.startswith("digits") for visit in journey.visits for text in visit.heard):
        other = flow(DIPS.replace("value == pin", "value != pin"))
        assert replay(other, journey).why == DATA_UNKNOWN


@given(st.lists(st.sampled_from(["1", "2", "3", "#", ""]), max_size=6))
def test_any_caller_ends_as_he_did(does: list[str]) -> None:
    journey = recorded(flow(), does)
    assert replay(flow(), journey).end == end_of(until_queued(journey.visits), facts(flow()))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.parent.name)
def test_the_callers_of_the_librarys_tests_end_as_they_did(path: Path) -> None:
    """Also those for whom something failed, and those who hang up at any moment."""
    whole = load_flow_file(path, Catalog())
    for case in load_tests(path.with_suffix(".test.yaml").read_text(encoding="utf-8"), "main.test.yaml", whole).cases:
        call_id = call_that_takes(whole, case.given.split) or ""
        call = Call(whole, case, call_id)
        call.run()
        visits = until_queued(before_the_talk(call.visits))
        world = World(now=case.given.now, call=call_facts(case.given, call_id), customer=customer_facts(case.given))
        journey = Journey(call="c1", world=world, language=case.given.language, visits=visits, flow=whole)
        tried = replay(whole, journey)
        assert tried.end == end_of(visits, facts(whole)) or tried.why == MASKED, (case.name, tried)
        for place, visit in enumerate(visits):
            gone = replace(journey, visits=[*visits[:place], replace(visit, exit="hung_up", to="", heard=())])
            if not whole.steps[visit.step].passes and visit.exit not in ("end", "queued", "on_error"):
                tried = replay(whole, gone)
                end = end_of(gone.visits[: place + 1], facts(whole))
                assert tried.end == end or tried.why == MASKED, (case.name, visit, tried)


def test_a_visit_that_fits_nothing_does_not_raise() -> None:
    strange = Visit(step="services", exit="?", to="nowhere", entered_at=0, left_at=0, heard=("digits ?", "x", ""))
    journey = Journey(call="c1", world=NOW, language="xx", visits=[strange], flow=None)
    assert replay(flow(), journey).end is not None or replay(flow(), journey).why
