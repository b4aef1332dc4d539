"""A center frozen and thawed goes on as if nothing had been; and no bytes but a center's do anything."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from tests.support.history import RecordedFloor, play, recorded_history
from tests.support.house import Floor, make_house

from tandem.cti.app.center import Center
from tandem.cti.app.history.center_state import BadState, HouseCode, freeze, thaw
from tandem.cti.app.history.input_files import PartReader, Recorded, parts
from tandem.cti.app.history.replay import begin
from tandem.cti.app.house import House
from tandem.cti.app.server import number_allowed
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import unmet


@pytest.fixture
def code(floor: Floor) -> HouseCode:
    return HouseCode.of(floor.house)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_a_thawed_center_gives_the_same_outputs_from_any_moment_on(tmp_path: Path) -> None:
    code = HouseCode.of(recorded_history(tmp_path, 4_000, seed=3).house)
    compared = 0
    for part in parts(tmp_path):
        reader = PartReader(part)
        one = begin(reader, lambda _: code)
        other = thaw(freeze(one), code)
        for line in reader.inputs():
            if not isinstance(line, Recorded):
                continue
            if compared % 97 == 0:
                other = thaw(freeze(other), code)
            assert _handle(one, line) == _handle(other, line)
            assert one.wake_at() == other.wake_at()
            compared += 1
        assert vars(one).keys() == vars(other).keys()
    assert compared >= 4_000


def _handle(center: Center, line: Recorded) -> Any:
    try:
        return center.handle(line.input, now=line.now)
    except CtiError as error:
        return str(error)


def test_the_house_comes_along_but_its_functions_are_the_thawers(floor: Floor) -> None:
    def normalise(number: str) -> str:
        return "+" + number

    thawed = thaw(freeze(floor.center), HouseCode(normalise=normalise, number_allowed=bool))
    house: House = thawed.house
    assert house.normalise is normalise
    assert house.number_allowed is bool
    assert (house.plan, house.flows, house.sounds) == (floor.house.plan, floor.house.flows, floor.house.sounds)


def test_code_in_a_center_is_refused(floor: Floor, code: HouseCode) -> None:
    with open(os.devnull) as file:
        surprises: list[object] = [lambda: 1, file, (each for each in ("x",))]
        for surprise in surprises:
            floor.center.surprise = surprise  # type: ignore[attr-defined]
            with pytest.raises(BadState, match="cannot be written"):
                freeze(floor.center)
    for surprise in (floor.center.wake_at, floor.house.normalise.__class__, unmet, os.path):
        floor.center.surprise = surprise  # type: ignore[attr-defined]
        with pytest.raises(BadState):
            thaw(freeze(floor.center), code)


def test_a_large_house_does_not_go_too_deep() -> None:
    skills = {AgentId(f"a{n}"): {f"s{n % 40}": 1 + n % 5, f"s{n % 39 + 1}": 3, "language:zh": 5} for n in range(1500)}
    floor = Floor(house=make_house(skills=skills))
    floor.ready(*skills)
    for n in range(60):
        floor.call(str(n))
    floor.settle(limit=2_000)
    assert thaw(freeze(floor.center), HouseCode.of(floor.house)).agents == floor.center.agents


class _Runs:
    def __init__(self, what: Any, *arguments: Any) -> None:
        self._it = (what, arguments)

    def __reduce__(self) -> Any:
        return self._it


@pytest.mark.parametrize(
    "hostile",
    [
        pickle.dumps(_Runs(os.system, "true")),
        pickle.dumps(_Runs(eval, "1")),
        pickle.dumps(_Runs(getattr, 1, "real")),
        pickle.dumps(_Runs(unmet, (), {})),
        pickle.dumps(_Runs(number_allowed, "1", ())),
        pickle.dumps(Path("/")),
        b"ctandem.cti.model.ids\nNewType\n.",
        b"ctandem.cti.app.shell\nShell\n.",
        b"ctandem.cti.model.states\nStrEnum\n.",
        b"\x80\x04\x8c\x18tandem.cti.model.records\x8c\x14CallRecord.__class__\x93.",
        b"Psecret\n.",
        pickle.dumps({"not": "a center"}),
        b"",
        b"\x80",
        b"nonsense",
    ],
)
def test_no_other_bytes_are_taken(hostile: bytes, code: HouseCode) -> None:
    with pytest.raises(BadState):
        thaw(hostile, code)


def test_cut_and_damaged_states_are_refused_or_make_no_center_of_code(floor: Floor, code: HouseCode) -> None:
    state = freeze(floor.center)
    for length in range(0, len(state) - 1, 61):
        with pytest.raises(BadState):
            thaw(state[:length], code)


def test_a_recorded_floor_meets_everything(tmp_path: Path) -> None:
    """The histories are worth something: what they are made of really happens in them."""
    import random

    floor = RecordedFloor(folder=tmp_path)
    moves = play(floor, 5_000, random.Random(11))
    floor.close()
    assert len(moves) > 20
    assert floor.refused > 10
