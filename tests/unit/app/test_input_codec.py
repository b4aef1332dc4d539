"""Inputs as text: back exactly, and nothing else is taken for one."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.history import recorded_history

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.history.input_codec import INPUTS, NO_OUTPUTS_YET, BadInput, chain, decode, encode, shapes_of
from tandem.cti.app.history.input_files import PartReader, Recorded, parts
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import WrongState
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, CallId, ConnectionId, DeviceId, QueueId, Token
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.plan import ShiftPlan
from tandem.routing.plan_file import read_plan

CALL, LEG = CallId("c-1"), ConnectionId("c-1.0")
NOTHING = ev.Snapshot(connections=(), in_service=frozenset({DeviceId("1001"), DeviceId("1002")}))


def test_every_input_of_a_history_comes_back(tmp_path: Path) -> None:
    recorded_history(tmp_path, 3_000, seed=7)
    kinds = set()
    for part in parts(tmp_path):
        for line in PartReader(part).inputs():
            if isinstance(line, Recorded):
                assert decode(encode(line.input)) == line.input
                kinds.add(type(line.input))
    assert len(kinds) > 15


def test_a_plan_comes_back_with_everything_in_it() -> None:
    demo = Path(c.__file__).parent / "demo_routing.yaml"
    hours = WeeklyHours(
        days={0: ((0, 1440),)}, closed_on=frozenset({date(2026, 10, 1)}), open_on={date(2026, 10, 10): ((0, 60),)}
    )
    plan = dataclasses.replace(read_plan(demo.read_text(encoding="utf-8"), demo.name), hours={"desk": hours})
    plan = dataclasses.replace(plan, shifts={"day": ShiftPlan(hours=hours, teams=("cards",))})
    sounds = ((Prompt("zh", "你好"), "said/1"), (Prompt("en", "hello"), "said/2"))
    for input_ in (
        c.PlanApplied(plan, sounds, "ada"),
        c.Closed(c.Closure(queue=None, by="sofia", at=1.5, text={"zh": "请疏散"}), sounds),
        c.Reopened(None),
        c.CallbackAsked(
            id="k", number="+8613800138000", queue=QueueId("loans"), first="agent", by="mei", window=(1.0, 2.0)
        ),
    ):
        assert decode(encode(input_)) == input_


def test_flows_come_back_with_every_file() -> None:
    text = FlowText(
        version=3, main="a.yaml", files=(("a.yaml", "format: 1\n"), ("b.yaml", "format: 1\n")), edition="0" * 8
    )
    deployed = DeployedFlow(name="main", numbers=("95001",), live=text, canary=text, share=0.25, canary_numbers=("9",))
    sounds = ((Prompt("zh", "你好"), "said/1"),)
    for input_ in (
        c.FlowsDeployed((deployed,), sounds, "ada"),
        c.DraftCalled(CALL, DeviceId("1001"), text, sounds, "ada"),
        c.DipAnswered(CALL, Token("c-1.4"), "ok", {"known": True, "count": 3, "name": "王"}),
        c.SpeechMade(CALL, Token("c-1.4"), sounds),
    ):
        again = decode(encode(input_))
        assert again == input_
        if isinstance(again, c.DipAnswered):
            assert [type(value) for value in again.values.values()] == [bool, int, str]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_to_the_last_bit(value: float) -> None:
    again = decode(encode(c.Healed(NOTHING, asked_at=value)))
    assert isinstance(again, c.Healed)
    assert again.asked_at.hex() == value.hex()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_texts_come_back(text: str) -> None:
    event = ev.Originated(call=CALL, connection=LEG, calling=text, name=text, called=DeviceId("95001"))
    line = encode(event)
    assert decode(line) == event
    assert b"\n" not in line


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_float_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(BadInput, match="finite"):
        encode(c.Healed(NOTHING, asked_at=value))


def test_what_is_no_input_is_refused() -> None:
    with pytest.raises(BadInput, match="ClearConnection is not an input"):
        encode(rq.ClearConnection(call=CALL, connection=LEG))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="cannot be written"):
        encode(ev.Held(call=CallId("\udc80"), connection=LEG))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "no input named"),
        (b"Held", "Held"),
        (b"Held {}", "missing required field"),
        (b'Held {"call":1,"connection":"x"}', "Expected `str`"),
        (b'Held {"call":"a","connection":"x","more":1}', "not ours"),
        (b'Held  {"call":"a","connection":"x"}', "not ours"),
        (b'Nobody {"call":"a"}', "no input named"),
        (b"\xff\xfe {}", "no input named"),
        (b'Commanded {"agent":"mei","command":{"type":"rule_the_world","id":1}}', "Invalid value"),
    ],
)
def test_hostile_text_is_refused(text: bytes, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        decode(text)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(noise: bytes) -> None:
    for text in (noise, b"Held " + noise, b"Commanded " + noise):
        with pytest.raises(BadInput):
            decode(text)


def test_every_input_has_a_reader() -> None:
    for kind in INPUTS.values():
        msgspec.json.Decoder(kind)


def test_the_chain_tells_requests_of_equal_fields_apart() -> None:
    clear = c.ToSwitch(rq.StartMusic(call=CALL, connection=LEG))
    retake = c.ToSwitch(rq.Retake(call=CALL, connection=LEG))
    outcomes: list[list[c.Output]] = [[], [clear], [retake], [clear, retake], [retake, clear]]
    chains = {chain(NO_OUTPUTS_YET, outcome) for outcome in outcomes}
    chains |= {chain(NO_OUTPUTS_YET, WrongState(text)) for text in ("no", "not")}
    assert len(chains) == 7


def test_the_hash_of_the_shapes_sees_a_field_deep_inside() -> None:
    def kinds(inner: type) -> dict[str, type]:
        outer = dataclasses.make_dataclass("Outer", [("inner", dict[str, inner])])  # type: ignore[valid-type]
        return {"Outer": outer}

    one = dataclasses.make_dataclass("Inner", [("a", int)])
    two = dataclasses.make_dataclass("Inner", [("a", float)])
    three = dataclasses.make_dataclass("Inner", [("a", int), ("b", int, 0)])
    assert len({shapes_of(kinds(kind)) for kind in (one, two, three)}) == 3
    assert shapes_of(kinds(one)) == shapes_of(kinds(dataclasses.make_dataclass("Inner", [("a", int)])))


def test_commands_come_back() -> None:
    commanded = c.Commanded(AgentId("mei"), m.WrapUp(id=1, call="c-1", disposition="done", notes="好\u2028"))
    assert decode(encode(commanded)) == commanded
