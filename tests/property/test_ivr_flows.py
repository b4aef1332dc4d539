"""Any caller on any checked flow ends with a person or a hang-up; hostile texts end in a typed error."""

from __future__ import annotations

import re
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ivr.flows import GOOD, QUEUES, ROOT, load

from tandem.ivr.core.check import load_flow
from tandem.ivr.core.dialogue import Collect, Digits, Enqueue, HangUp, IvrEvent, MediaFailed, NoInput, Play, Played
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome, is_over, resume, start, step
from tandem.ivr.core.state import MAX_ENCODED, decode_state, encode_state
from tandem.ivr.core.world import World
from tandem.ivr.errors import BadState, FlowError

NOW = World(now=0.0)
TEXTS = st.text("好您请按一abc ,'\"{}[]$\\:#-é😀", min_size=1, max_size=12).filter(str.strip)
WORDING = st.fixed_dictionaries({"zh": TEXTS, "en": TEXTS})
KEYS = st.sampled_from("0123456789*#")


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Steps s0..sN: silence leads to a later step only, digits to any; what nothing leads to is left out."""
    count = draw(st.integers(1, 8))
    names = [f"s{n}" for n in range(count + 2)]
    steps: dict[str, dict[str, Any]] = {}
    for n in range(count):
        onward = st.sampled_from(names[n + 1 :])
        anywhere = st.sampled_from(names)
        match draw(st.sampled_from(["play", "menu", "set"])):
            case "play":
                body = {"prompts": draw(WORDING), "in_every_language": draw(st.booleans()), "goto": draw(onward)}
                steps[names[n]] = {"type": "play", **body}
            case "set":
                body = {
                    "variables": draw(st.dictionaries(st.sampled_from("ab"), st.text("好z,", min_size=1, max_size=4))),
                    "needs": draw(st.sampled_from(["vip", "language:en>=2", "language:zh>=3 and vip>=5"])),
                    "goto": draw(onward),
                }
                steps[names[n]] = {"type": "set", **body}
            case _:
                choices = draw(st.dictionaries(KEYS, anywhere, min_size=1, max_size=4))
                steps[names[n]] = {
                    "type": "menu",
                    "prompts": draw(WORDING),
                    "barge_in": draw(st.booleans()),
                    "attempts": draw(st.integers(1, 3)),
                    "choices": {key: {"goto": to, "label": draw(WORDING)} for key, to in choices.items()},
                    "no_input": {"goto": draw(onward), "prompts": draw(WORDING)},
                    "no_match": {"goto": draw(anywhere)},
                }
    steps[names[-2]] = {"type": "hangup"}
    steps[names[-1]] = {"type": "queue", "queue": "loans"}
    found, waiting = {"s0"}, ["s0"]
    while waiting:
        for name in re.findall(r"'goto': '(s\d+)'", repr(steps[waiting.pop()])):
            if name not in found:
                found.add(name)
                waiting.append(name)
    document = {
        "format": 1,
        "name": "made_up",
        "languages": ["zh", "en"],
        "default_language": "zh",
        "start": "s0",
        "on_error": "service",
        "step_limit": draw(st.integers(30, 60)),
        "steps": {name: body for name, body in steps.items() if name in found},
    }
    return load_flow(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "made_up.yaml", QUEUES)


ANSWERS = st.one_of(
    KEYS.map(Digits), st.just(NoInput()), st.text(max_size=3).map(Digits), st.just(Played()), st.just(MediaFailed())
)


def sound(flow: Flow, outcome: Outcome) -> None:
    """What must hold at every moment of every call."""
    text = encode_state(outcome.state)
    assert len(text) <= MAX_ENCODED
    assert re.fullmatch(r"[A-Za-z0-9_:=~./-]+", text)
    assert decode_state(text) == outcome.state
    again = resume(flow, outcome.state, NOW)
    assert again.state == outcome.state
    if outcome.effects:
        assert again.effects == outcome.effects
    (effect,) = again.effects
    if isinstance(effect, Play | Collect):
        known = set(flow.spoken())
        assert set(effect.prompts) <= known
    assert isinstance(effect, Enqueue | HangUp) == is_over(flow, outcome.state)


@settings(max_examples=150)
@given(flows(), st.sampled_from(["", "zh", "en", "fr"]), st.lists(ANSWERS, max_size=40))
def test_any_events_whatever_keep_a_call_sound(flow: Flow, language: str, events: list[IvrEvent]) -> None:
    outcome = start(flow, NOW, language=language)
    sound(flow, outcome)
    for event in events:
        over = is_over(flow, outcome.state)
        outcome = step(flow, outcome.state, event, NOW)
        assert not (over and outcome.effects)
        sound(flow, outcome)


@settings(max_examples=150)
@given(flows(), st.data())
def test_any_caller_reaches_an_end_within_the_bound(flow: Flow, data: st.DataObject) -> None:
    outcome = start(flow, NOW)
    for _ in range(flow.step_limit + 1):
        match outcome.effects:
            case (Play(),):
                event: IvrEvent = Played()
            case (Collect(),):
                event = data.draw(st.one_of(KEYS.map(Digits), st.just(NoInput())))
            case _:
                break
        outcome = step(flow, outcome.state, event, NOW)
    assert isinstance(outcome.effects[0], Enqueue | HangUp)


@settings(max_examples=100)
@given(flows())
def test_a_silent_caller_ends_where_the_author_meant(flow: Flow) -> None:
    outcome = start(flow, NOW)
    while not is_over(flow, outcome.state):
        outcome = step(flow, outcome.state, Played() if isinstance(outcome.effects[0], Play) else NoInput(), NOW)
    assert outcome.state.failure == ""


@given(st.text())
def test_any_text_loads_or_is_refused(text: str) -> None:
    refused(text)


LINES = (ROOT / "examples/flows/main.yaml").read_text(encoding="utf-8").splitlines()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 3), st.text(max_size=8)), max_size=6))
def test_a_flow_with_damaged_lines_loads_or_is_refused(damage: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for place, how, text in damage:
        line = lines[place]
        lines[place] = ("", text, line + text, line[: len(line) // 2] + text + line[len(line) // 2 :])[how]
    refused("\n".join(lines))


def refused(text: str) -> None:
    try:
        load_flow(text, "any.yaml", QUEUES)
    except FlowError as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert 1 <= problem.line <= len(text.splitlines()) + 2
        assert problem.what
        assert problem.fix


STATE = encode_state(step(load(), start(load(), NOW).state, Played(), NOW).state.with_press("1"))


@given(
    st.one_of(st.text(), st.tuples(st.integers(0, len(STATE)), st.integers(0, 4), st.text("/=.~:-09az2e", max_size=6)))
)
def test_a_hostile_state_is_refused_or_does_no_harm(hostile: str | tuple[int, int, str]) -> None:
    if isinstance(hostile, str):
        text = hostile
    else:
        place, gone, put = hostile
        text = STATE[:place] + put + STATE[place + gone :]
    try:
        state = decode_state(text)
    except BadState:
        return
    assert encode_state(state) == text
    flow = load(GOOD)
    assert len(resume(flow, state, NOW).effects) == 1
    for event in (Played(), Digits("1"), Digits("x"), NoInput(), MediaFailed()):
        after = step(flow, state, event, NOW).state
        assert len(encode_state(after)) <= MAX_ENCODED + 100
