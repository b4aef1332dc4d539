"""Any caller of any flow, replayed against the very version that he was in, ends as he did; or it is said why nobody
knows."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.made_flows import flows
from tests.property.test_ivr_flows import KEYS, NOW

from tandem.ivr.core import interpreter
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Dip,
    Effect,
    Enqueue,
    Fetched,
    HangUp,
    IvrEvent,
    MediaFailed,
    NoInput,
    OfferCallback,
    Play,
    Played,
    Recorded,
    RecordMessage,
    TransferFailed,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.journey import StepFacts, end_of, until_queued
from tandem.ivr.core.replay import STOPS, Journey, replay
from tandem.ivr.core.values import Secret, Value

CALLS = 12
"""Of each flow."""
FOUND: dict[str, list[Value]] = {
    "text": ["a", "7", ""],
    "number": [0, 3, 500],
    "money": ["2.50", "900.00"],
    "flag": [True, False],
    "date": ["2026-11-20"],
}


def answer(effect: Effect, random: Random) -> IvrEvent:
    return random.choice(answers(effect, random))


def answers(effect: Effect, random: Random) -> list[IvrEvent]:
    match effect:
        case Play():
            return [*[Played()] * 6, MediaFailed()]
        case Collect(sensitive=True):
            return [Digits("", Secret("v.1", random.randint(1, 8))), NoInput(), MediaFailed()]
        case Collect(max_digits=most):
            keys = "".join(random.choices(KEYS, k=random.randint(1, most)))
            digits = "".join(random.choices("0123456789", k=most))
            return [Digits(keys), Digits(digits), Digits(digits[:1]), NoInput(), MediaFailed()]
        case Dip(outputs=outputs):
            values = {name: random.choice(FOUND[kind]) for name, _, kind in outputs if random.random() < 0.8}
            return [Fetched("ok", values), Fetched("not_found"), Fetched("timeout")]
        case RecordMessage():
            return [Recorded("r", float(random.randint(0, 30))), MediaFailed()]
        case OfferCallback():
            return [CallbackTaken(accepted=True), CallbackTaken(accepted=False), MediaFailed()]
        case _:
            return [TransferFailed(), Played()]


@settings(max_examples=25, derandomize=True)
@given(flows(), st.integers(0, 2**32))
def test_against_its_own_version_a_call_ends_as_it_did(flow: Flow, seed: int) -> None:
    random = Random(seed)
    facts = {name: StepFacts(step.kind, getattr(step, "queue", "")) for name, step in flow.steps.items()}
    for _ in range(CALLS):
        outcome = interpreter.start(flow, NOW)
        visits = [*outcome.visits]
        while outcome.effects and not isinstance(outcome.effects[0], Enqueue | HangUp):
            if random.random() < 0.03:
                visits.append(interpreter.left(flow, outcome.state, "hung_up", NOW))
                break
            outcome = interpreter.step(flow, outcome.state, answer(outcome.effects[0], random), NOW)
            visits += outcome.visits
        if not outcome.effects or outcome.state.failure in ("step_limit", "state_too_large"):
            continue  # it hangs on how long things were
        heard = until_queued(visits)
        tried = replay(flow, Journey(call="c-1", world=NOW, language="", visits=heard, flow=flow))
        assert tried.end == end_of(heard, facts) if tried.end else tried.why in STOPS, (heard, tried)
