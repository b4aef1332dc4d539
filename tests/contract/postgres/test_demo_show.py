"""The demo's flows and their week of made-up calls: believable, marked, quick, and never in anybody's way."""

from __future__ import annotations

import time

import pytest

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.flow_numbers import Asked, FlowNumbersStore
from tandem.cti.adapters.postgres.flows import FlowStore
from tandem.cti.app.demo_data import load_demo
from tandem.cti.app.demo_journeys import MARK
from tandem.cti.app.demo_library import library
from tandem.cti.app.demo_show import load_show
from tandem.cti.app.flow_numbers import flow_numbers
from tandem.cti.model.timeline import Entry
from tandem.cti.storage.pool import Database
from tandem.ivr.core.flow_reading import Catalog

_NOW = 1_800_000_000.0
_DAY_S = 86_400.0


@pytest.fixture
async def shown(database: Database) -> Database:
    await load_demo(database, now=_NOW)
    await load_show(database, now=_NOW)
    return database


async def test_it_is_quick_and_loading_again_adds_nothing(database: Database) -> None:
    await load_demo(database, now=_NOW)
    before = time.process_time()
    made = await load_show(database, now=_NOW)
    assert time.process_time() - before < 5, "the processor's time: other tests run beside this one"
    assert made > 500
    assert await load_show(database, now=_NOW + 60) == 0
    assert 100 < await load_show(database, now=_NOW + _DAY_S) < made / 4, "a new day has its calls"


async def test_calls_that_nobody_made_say_so(shown: Database) -> None:
    calls = await shown.fetch("select id, queued_at, ended_at from calls")
    notes = {row["call"]: row["text"] for row in await shown.fetch("select call, text from call_events")}
    assert all(row["id"].startswith(MARK) and notes[row["id"]] == Entry.NOBODY_CALLED.sentence for row in calls)
    assert all(row["queued_at"] is None for row in calls), "forecasts and studies are for real calls"
    assert all(row["ended_at"].timestamp() < _NOW for row in calls)
    assert await CallStore(shown).open_calls() == []


async def test_every_flow_has_numbers(shown: Database) -> None:
    for flow in library(Catalog()):
        asked = Asked(flow=flow.name, since=_NOW - 7 * _DAY_S, until=_NOW)
        versions = {each.text.version: each.flow for each in flow.versions}
        found = await flow_numbers(FlowNumbersStore(shown), asked, versions)
        assert found.containment.calls > 50, flow.name
        assert len(found.containment.ends) > 1, flow.name
        steps = {step for version in versions.values() for step in version.steps}
        assert {node.step for node in found.nodes} <= steps
        assert len(found.nodes) > len(steps) / 2, flow.name
        assert found.journeys


async def test_versions_have_a_past_and_a_canary(shown: Database) -> None:
    deployed = await FlowStore(shown).deployed()
    assert {name: (now.live, now.canary) for name, now in deployed.items()} == {
        "main": (1, None),
        "bank": (2, None),
        "delivery": (1, 2),
        "after_hours": (1, None),
        "vip": (1, None),
        "survey": (1, None),
    }
    used = await FlowNumbersStore(shown).versions(Asked(flow="delivery", since=_NOW - 7 * _DAY_S, until=_NOW))
    assert used == [1, 2]
    assert await AnswerStore(shown).answer("balances", "800001", deadline_s=5) == {"available": "73561.37"}


def test_every_version_passes_its_tests() -> None:
    for flow in library(Catalog()):
        for version in flow.versions:
            assert version.checked.errors == version.checked.warnings == 0, flow.name
            assert version.checked.tests_ok is not False, (flow.name, version.text.version)
