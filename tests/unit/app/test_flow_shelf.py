"""What the center keeps of the versions that come and go, and of what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.kitchen import KITCHEN, KitchenFloor, deployed, edition, text_of

from tandem.cti.app import floor_plan as c
from tandem.cti.app import flow_shelf, flow_wiring
from tandem.cti.app.flow_start import Opened
from tandem.cti.app.flow_versions import Shelf
from tandem.cti.app.flow_wiring import flow_desk, open_flows
from tandem.cti.model.ids import CallId, DeviceId
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import FlowText
from tandem.ivr.core.speech import Prompt


@pytest.fixture
def floor() -> KitchenFloor:
    return KitchenFloor()


def test_sounds_that_nobody_can_hear_any_more_are_let_go(floor: KitchenFloor) -> None:
    """A thousand versions, each with a text of its own, do not leave a thousand sounds."""
    center = floor.center
    first = next(prompt for prompt in center.editions[edition(1).edition].spoken() if prompt.language == "en")
    hello = Prompt("en", "Version 2 says hello.")
    call = floor.arrive()
    kept = dict(center.sounds)
    other = text_of(KITCHEN.read_text(encoding="utf-8").replace(first.text, hello.text), 2)
    floor.handle(c.FlowsDeployed((deployed(other),), ((hello, "/sounds/hello"),), "ada"))
    assert center.sounds[hello] == "/sounds/hello"
    assert first in center.sounds, "a call in progress may still hear it"
    floor.hang_up_caller(call)
    floor.settle()
    floor.handle(c.FlowsDeployed((deployed(other),), (), "ada"))
    assert first not in center.sounds
    back = tuple((prompt, name) for prompt, name in kept.items() if prompt == first)
    floor.handle(c.FlowsDeployed((deployed(edition(3)),), (*back, (Prompt("en", "Nowhere."), "/n")), "ada"))
    assert dict(center.sounds) == kept


def test_what_is_said_of_a_closed_queue_stays(floor: KitchenFloor) -> None:
    text = {"en": "We are closed for a fire drill."}
    closed = c.Closed(c.Closure(queue=None, by="ada", at=0.0, text=text), ((Prompt("en", text["en"]), "/drill"),))
    floor.handle(closed)
    floor.deploy(edition(2))
    assert floor.center.sounds[Prompt("en", text["en"])] == "/drill"


def test_editions_of_drafts_are_let_go(floor: KitchenFloor) -> None:
    for number in range(5):
        call = CallId(f"d{number}")
        floor.handle(c.DraftCalled(call, DeviceId("1001"), edition(number + 10), (), "ada"))
        floor.settle()
        floor.gone(floor.center.contacts[call].caller)
        floor.settle()
    assert len(floor.center.editions) <= 2


def test_what_is_in_use_is_not_read_anew(floor: KitchenFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every new recording gives the center the same flows once more, between two keys of a caller."""

    def load(text: FlowText) -> Flow:
        raise AssertionError(f"version {text.version} was read again")

    monkeypatch.setattr(flow_shelf, "load", load)
    before = floor.center.editions
    floor.deploy(edition(1))
    assert floor.center.editions == before


async def test_a_recording_that_comes_while_a_version_goes_live_does_not_take_it_back(floor: KitchenFloor) -> None:
    async def prepare(prompts: Sequence[Prompt]) -> Mapping[Prompt, str]:
        floor.deploy(edition(2))  # meanwhile
        return {}

    shell: Any = SimpleNamespace(center=floor.center, take=floor.handle)
    out: Any = SimpleNamespace(sounds=SimpleNamespace(prepare=prepare), speech=None, recordings=_NoRecordings())
    start: Any = SimpleNamespace(store=None, opened=SimpleNamespace(shelf=SimpleNamespace(flows={}, numbers={})))
    desk = flow_desk(start, shell, out, clock=None, studies=None)  # type: ignore[arg-type]
    await desk.drop_recording("en", "Hello.")
    assert floor.center.flows[0].live.version == 2


class _NoRecordings:
    async def remove(self, prompt: Prompt) -> bool:
        return True


async def test_a_server_starts_although_what_a_live_flow_names_is_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a table of answers, a skill, a queue: the phone is answered nevertheless."""
    live = deployed(edition(1))

    async def open_shelf(*_: object) -> object:
        return Opened(Shelf({"kitchen": live}, {"kitchen": live.numbers}), ())

    async def catalog_now(*_: object) -> Catalog:
        return replace(Catalog(), queues=frozenset({"service"}))

    monkeypatch.setattr(flow_wiring, "open_shelf", open_shelf)
    monkeypatch.setattr(flow_wiring, "catalog_now", catalog_now)
    nothing: Any = SimpleNamespace(flows={})
    start = await open_flows(nothing, nothing, nothing, nothing)
    assert start.deployed == (live,)
    assert "there is no queue" in caplog.text
