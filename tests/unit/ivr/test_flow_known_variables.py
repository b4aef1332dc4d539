"""What the check says is known at a step is known there, whatever a caller does: the example flows, gone through."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ivr.flows import ROOT

from tandem.ivr.core import dialogue as d
from tandem.ivr.core.check_variables import known_at
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.interpreter import Outcome, start, step, wait
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.core.world import World
from tandem.ivr.flow_files import load_flow_file

FLOWS = sorted((ROOT / "examples/flows").glob("**/main.yaml"))
VALUES: dict[str, Value] = {"text": "shipped", "number": 3, "money": "2.50", "flag": True, "date": "2026-11-20"}
MOST = 60


def answer(effect: d.Effect, data: st.DataObject) -> d.IvrEvent | None:
    """What the world says to the effect; None when the flow is over."""
    failed: list[d.IvrEvent] = [d.MediaFailed("gone")]
    keys = st.text("0123456789*#", min_size=1, max_size=8)
    match effect:
        case d.Play():
            choices: list[d.IvrEvent] = [d.Played(), *failed]
        case d.Collect(sensitive=True):
            choices = [d.Digits("", Secret("ref", 6)), d.NoInput(), *failed]
        case d.Collect(max_digits=most):
            choices = [d.Digits(data.draw(keys)[:most]), d.Digits("1"), d.Digits("2"), d.NoInput(), *failed]
        case d.Music(keys=some):
            choices = [d.Played(), *(d.Digits(key) for key in some)]
        case d.Dip(outputs=outputs):
            found = d.Fetched("ok", {name: VALUES[kind] for name, _, kind in outputs})
            choices = [found, d.Fetched("not_found"), d.Fetched("timeout")]
        case d.RecordMessage():
            choices = [d.Recorded("r", 8.0), d.Recorded("r", 0.2), *failed]
        case d.OfferCallback():
            choices = [d.CallbackTaken(True), d.CallbackTaken(False)]
        case d.Transfer():
            choices = [d.TransferFailed()]
        case _:
            return None
    return data.draw(st.sampled_from(choices))


def check(flow: Flow, known: dict[str, frozenset[str]], outcome: Outcome) -> None:
    state = outcome.state
    if not state.failure:
        assert known[state.step] <= {name for name, _ in state.variables}, state.step


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_said_to_be_known_is(path: Path, data: st.DataObject) -> None:
    flow = load_flow_file(path, Catalog())
    known = known_at(flow)
    assert set(known) == set(flow.steps)
    world = World(now=1_795_330_000.0, call={"ani": "13800138000", "number": "+8613800138000", "id": "c1"})
    outcome = start(flow, world)
    for _ in range(MOST):
        check(flow, known, outcome)
        (effect,) = outcome.effects
        event = answer(effect, data)
        if isinstance(effect, d.Enqueue) and effect.waits:
            outcome = wait(flow, outcome.state, world)
        elif event is None:
            return
        else:
            outcome = step(flow, outcome.state, event, world)
