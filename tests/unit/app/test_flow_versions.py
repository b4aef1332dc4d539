"""Versions of flows on their way to the callers: all at once or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.flow_store import Flows

from tandem.agent_desktop.core.flow_resources import FlowFiles, GoCanary, GoLive, NewDraft
from tandem.agent_desktop.errors import FlowRefused
from tandem.cti.adapters.postgres.flows import Deployment
from tandem.cti.app import flow_bundles as bundles
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.flow_start import on_disk, open_shelf
from tandem.cti.app.flow_versions import FlowVersions, back_from
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import DeviceId
from tandem.cti.storage.errors import DatabaseDown
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import FlowError, SpeechUnavailable

FLOW = """
format: 1
name: main
languages: [en]
default_language: en
start: hello
on_error: service
steps:
  hello: {type: play, prompts: {en: Hello.}, goto: wait}
  wait: {type: queue, queue: service}
"""
TESTS = "format: 1\ntests:\n  - name: he waits\n    expect: {queue: service}\n"
QUEUES = frozenset({"service", "loans"})


@dataclass
class Desk:
    versions: FlowVersions
    store: Flows
    published: list[tuple[tuple[DeployedFlow, ...], Mapping[Prompt, str], str]]
    catalog: dict[str, Any] = field(default_factory=lambda: {"queues": QUEUES})
    mute: bool = False


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "main.yaml"
    path.write_text(FLOW, encoding="utf-8")
    path.with_name("main.test.yaml").write_text(TESTS, encoding="utf-8")
    return path


async def desk_on(file: Path, store: Flows | None = None) -> Desk:
    store = store or Flows()
    opened = await open_shelf(store, {DeviceId("95001"): file, DeviceId("95002"): file}, Catalog(queues=QUEUES))  # type: ignore[arg-type]

    async def catalog() -> Catalog:
        return Catalog(**desk.catalog)

    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        if desk.mute:
            raise SpeechUnavailable("no voice")
        return {prompt: f"/sounds/{prompt.text}" for prompt in prompts}

    versions = FlowVersions(
        store,  # type: ignore[arg-type]
        opened.shelf,
        catalog=catalog,
        speak=speak,
        publish=lambda *what: desk.published.append(what),
    )
    desk = Desk(versions, store, [])
    return desk


def draft(text: str = FLOW, tests: str = TESTS, base: int = 1) -> NewDraft:
    return NewDraft(
        base_version=base, main="main.yaml", files={"main.yaml": text}, tests={"main.test.yaml": tests}, note="new"
    )


BETTER = FLOW.replace("Hello.", "Welcome.")
WRONG = FLOW.replace("goto: wait}", "goto: nowhere}")
ELSEWHERE = FLOW.replace("queue: service}", "queue: loans}")
ESCAPED = FLOW.replace("Hello.", '"Hello\\0."')


# ---- at start --------------------------------------------------------------------------------------------------------


async def test_a_flow_that_nobody_knows_is_taken_in_from_its_file(file: Path) -> None:
    desk = await desk_on(file)
    (flow,) = desk.versions.deployed
    assert (flow.name, flow.numbers, flow.live.version, flow.live.main) == ("main", ("95001", "95002"), 1, "main.yaml")
    stored = await desk.store.version("main", 1)
    assert (dict(stored.files), dict(stored.tests)) == ({"main.yaml": FLOW}, {"main.test.yaml": TESTS})
    assert [each.what for each in desk.store.deployments] == ["imported"]


async def test_then_the_database_counts(file: Path) -> None:
    """Also when the file was changed, spoilt or moved away since."""
    store = (await desk_on(file)).store
    for change in (lambda: file.write_text(BETTER), lambda: file.write_text("steps: ["), file.unlink):
        change()
        desk = await desk_on(file, store)
        (flow,) = desk.versions.deployed
        assert dict(flow.live.files)["main.yaml"] == FLOW
        assert flow.numbers == ("95001", "95002")
    assert len(store.deployments) == 1


async def test_a_new_flow_with_errors_is_not_taken_in(file: Path) -> None:
    file.write_text(WRONG)
    store = Flows()
    with pytest.raises(FlowError, match="nowhere"):
        await desk_on(file, store)
    file.write_text(FLOW.replace("service", "sales"))
    with pytest.raises(FlowError, match="sales"):
        await desk_on(file, store)
    assert store.kept == {}


async def test_versions_of_calls_under_way_are_opened(file: Path) -> None:
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="omar")
    await desk.versions.go_live("main", GoLive(version=2), by="omar")
    desk.store.open = [("main", 1), ("main", 2)]
    opened = await open_shelf(desk.store, {DeviceId("95001"): file}, Catalog(queues=QUEUES))  # type: ignore[arg-type]
    assert [flow.live.version for flow in opened.shelf.flows.values()] == [2]
    assert [text.version for text in opened.editions] == [1]
    assert opened.editions[0].edition == on_disk(file).edition


async def test_a_flow_of_an_earlier_tandem_with_an_escaped_control_character_goes_on(file: Path) -> None:
    """It starts, and neither a new plan nor a step back is kept waiting for it."""
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="omar")
    await desk.versions.go_live("main", GoLive(version=2), by="omar")
    files = {"main.yaml": ESCAPED}
    desk.store.kept["main", 1] = replace(desk.store.kept["main", 1], files=files, edition=edition_of(files))
    await desk.versions.roll_back("main", by="omar")
    moved = file.with_name("moved.yaml")
    moved.write_text(ESCAPED)
    again = await desk_on(moved, desk.store)
    again.versions.check_queues(["service"])
    (flow,) = again.versions.deployed
    assert [prompt.text for prompt in load(flow.live).spoken()] == ["Hello\0."]


async def test_a_new_version_with_an_escaped_control_character_does_not_go_live(file: Path) -> None:
    desk = await desk_on(file)
    saved = await desk.versions.save_draft("main", draft(ESCAPED), by="omar")
    assert saved.problems == 1
    with pytest.raises(FlowRefused, match=r"U\+0000"):
        await desk.versions.go_live("main", GoLive(version=2, force=True), by="omar")
    file.write_text(ESCAPED)
    with pytest.raises(FlowError, match=r"U\+0000"):
        await desk_on(file)


# ---- drafts ----------------------------------------------------------------------------------------------------------


async def test_a_draft_is_saved_with_its_problems(file: Path) -> None:
    desk = await desk_on(file)
    saved = await desk.versions.save_draft("main", draft(WRONG), by="omar")
    assert (saved.version, saved.base, saved.state, saved.problems, saved.tested) == (2, 1, "draft", 2, None)
    good = await desk.versions.save_draft("main", draft(BETTER), by="omar")
    assert (good.version, good.problems, good.tested) == (3, 0, True)
    text = await desk.versions.version("main", 2)
    assert (text.main, text.files, text.version.note, text.version.by) == (
        "main.yaml",
        {"main.yaml": WRONG},
        "new",
        "omar",
    )
    with pytest.raises(BadRequest, match="name: main"):
        await desk.versions.save_draft("other", draft(base=0), by="omar")
    with pytest.raises(ResourceMissing):
        await desk.versions.save_draft("main", draft(base=9), by="omar")
    with pytest.raises(BadRequest, match="not among the files"):
        await desk.versions.save_draft("main", NewDraft(base_version=0, main="x.yaml", files={"a.yaml": ""}), by="x")
    assert desk.published == []


async def test_check_and_test(file: Path) -> None:
    desk = await desk_on(file)
    checked = await desk.versions.check(FlowFiles(main="main.yaml", files={"main.yaml": WRONG}))
    assert checked.graph is None
    problem = checked.problems[0]
    assert (problem.file, problem.line, problem.step, problem.severity) == ("main.yaml", 9, "hello", "error")
    assert set(problem.what) == set(problem.fix) == {"zh", "en"}
    good = await desk.versions.check(FlowFiles(main="main.yaml", files={"main.yaml": FLOW}))
    assert good.graph is not None
    assert [(step.name, step.kind, step.line, step.mode) for step in good.graph.steps] == [
        ("hello", "play", 9, "ivr"),
        ("wait", "queue", 10, "ivr"),
    ]
    assert [(way.name, way.to) for way in good.graph.steps[0].exits] == [("goto", "wait")]
    assert good.graph.steps[0].said == {"en": "Hello."}
    tested = await desk.versions.test(
        FlowFiles(main="main.yaml", files={"main.yaml": FLOW}, tests={"main.test.yaml": TESTS})
    )
    assert [(case.name, case.ok, case.heard, case.path) for case in tested.cases] == [
        ("he waits", True, ["Hello."], ["hello", "wait"])
    ]
    assert tested.coverage is not None
    assert (tested.coverage.node_ratio, tested.coverage.edge_ratio) == (1.0, 1.0)
    failing = await desk.versions.test(
        FlowFiles(main="main.yaml", files={"main.yaml": ELSEWHERE}, tests={"main.test.yaml": TESTS})
    )
    assert [case.ok for case in failing.cases] == [False]
    assert set(failing.cases[0].failures[0]) == {"zh", "en"}
    spoilt = await desk.versions.test(
        FlowFiles(main="main.yaml", files={"main.yaml": FLOW}, tests={"main.test.yaml": "tests: 5"})
    )
    assert (spoilt.cases, spoilt.coverage, spoilt.problems[0].file) == ([], None, "main.test.yaml")


# ---- live, canary, rollback ------------------------------------------------------------------------------------------


async def test_live_canary_and_back(file: Path) -> None:
    desk = await desk_on(file)
    for text in (BETTER, BETTER.replace("Welcome", "Good day")):
        await desk.versions.save_draft("main", draft(text), by="omar")
    detail = await desk.versions.go_live("main", GoLive(version=2), by="omar")
    assert [(each.version, each.state) for each in detail.versions] == [(3, "draft"), (2, "live"), (1, "retired")]
    flows, sounds, by = desk.published[-1]
    assert (flows[0].live.version, by, [prompt.text for prompt in sounds]) == (2, "omar", ["Welcome."])

    detail = await desk.versions.go_canary("main", GoCanary(version=3, share=0.1, numbers=["95002"]), by="omar")
    assert detail.deployment is not None
    assert detail.deployment.canary is not None
    assert (detail.deployment.live, detail.deployment.canary.version, detail.rollback_to) == (2, 3, 2)
    (flow,) = desk.published[-1][0]
    assert flow.canary is not None
    assert (flow.live.version, flow.canary.version, flow.share, flow.canary_numbers) == (2, 3, 0.1, ("95002",))
    assert {prompt.text for prompt in desk.published[-1][1]} == {"Welcome.", "Good day."}

    detail = await desk.versions.roll_back("main", by="omar")
    assert (detail.deployment and detail.deployment.what, detail.rollback_to) == ("canary_ended", 1)
    detail = await desk.versions.roll_back("main", by="omar")
    assert (desk.store.live["main"], detail.rollback_to) == (1, None)
    assert desk.published[-1][0][0].live.version == 1
    with pytest.raises(FlowRefused, match="nothing to go back to"):
        await desk.versions.roll_back("main", by="omar")


async def test_the_end_of_a_canary_is_idempotent(file: Path) -> None:
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="omar")
    await desk.versions.go_canary("main", GoCanary(version=2, share=1.0), by="omar")
    await desk.versions.end_canary("main", by="omar")
    await desk.versions.end_canary("main", by="omar")
    assert [each.what for each in desk.store.deployments] == ["imported", "canary", "canary_ended"]
    with pytest.raises(ResourceMissing):
        await desk.versions.end_canary("none", by="omar")


async def test_what_has_errors_or_fails_its_tests_does_not_go_live(file: Path) -> None:
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(WRONG), by="omar")
    await desk.versions.save_draft("main", draft(ELSEWHERE), by="omar")
    for force in (False, True):
        with pytest.raises(FlowRefused, match=r"version 2 has errors: main\.yaml:9"):
            await desk.versions.go_live("main", GoLive(version=2, force=force), by="omar")
    for go in (
        desk.versions.go_live("main", GoLive(version=3), by="omar"),
        desk.versions.go_canary("main", GoCanary(version=3, share=0.5), by="omar"),
    ):
        with pytest.raises(FlowRefused, match="tests of version 3 fail"):
            await go
    assert (desk.store.live, desk.published) == ({"main": 1}, [])
    await desk.versions.go_live("main", GoLive(version=3, force=True), by="omar")
    assert desk.store.live == {"main": 3}


async def test_a_queue_that_is_gone_meanwhile_is_found(file: Path) -> None:
    """Also by a step back; and a plan without a queue that calls are led to is told so."""
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(ELSEWHERE, tests="tests: []"), by="omar")
    await desk.versions.go_live("main", GoLive(version=2, force=True), by="omar")
    with pytest.raises(FlowError, match="loans"):
        desk.versions.check_queues(["service"])
    desk.versions.check_queues(["service", "loans"])
    desk.catalog["queues"] = frozenset({"loans"})
    with pytest.raises(FlowError, match="service"):
        await desk.versions.roll_back("main", by="omar")
    assert desk.store.live == {"main": 2}


async def test_what_fails_on_the_way_leaves_what_is_live(file: Path) -> None:
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="omar")
    desk.mute = True
    with pytest.raises(SpeechUnavailable):
        await desk.versions.go_live("main", GoLive(version=2), by="omar")
    desk.mute, desk.store.down = False, DatabaseDown("away")
    with pytest.raises(DatabaseDown):
        await desk.versions.go_live("main", GoLive(version=2), by="omar")
    assert (desk.store.live, desk.published) == ({"main": 1}, [])
    assert desk.versions.deployed[0].live.version == 1


async def test_a_canary_needs_calls(file: Path) -> None:
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="omar")
    with pytest.raises(BadRequest, match="95003 is not a number"):
        await desk.versions.go_canary("main", GoCanary(version=2, numbers=["95003"]), by="omar")
    with pytest.raises(BadRequest, match="which share"):
        await desk.versions.go_canary("main", GoCanary(version=2), by="omar")
    await desk.versions.save_draft("fresh", draft(FLOW.replace("name: main", "name: fresh"), base=0), by="omar")
    with pytest.raises(FlowRefused, match="nothing of the flow fresh is live"):
        await desk.versions.go_canary("fresh", GoCanary(version=1, share=0.1), by="omar")


def test_two_steps_back_lead_two_versions_back() -> None:
    def history(*what: tuple[str, int]) -> list[Deployment]:
        return [Deployment(flow="main", live=live, what=kind) for kind, live in reversed(what)]

    three = (("imported", 1), ("live", 2), ("live", 3))
    assert back_from(history(*three)) == 2
    assert back_from(history(*three, ("rollback", 2))) == 1
    assert back_from(history(*three, ("rollback", 2), ("rollback", 1))) is None
    assert back_from(history(*three, ("rollback", 2), ("live", 4))) == 2
    assert back_from(history(*three, ("canary_ended", 3))) == 2
    assert back_from([]) is None


# ---- beside other changes --------------------------------------------------------------------------------------------


async def test_a_version_of_another_flow_does_not_go_live_under_this_name(file: Path) -> None:
    """It was saved with errors (of which one is mended by what came later), so its name was not read."""
    desk = await desk_on(file)
    foreign = FLOW.replace("name: main", "name: other").replace("queue: service}", "queue: new}")
    await desk.versions.save_draft("main", draft(foreign, tests=""), by="oli")
    desk.catalog["queues"] = QUEUES | {"new"}
    with pytest.raises(FlowRefused, match="name: other"):
        await desk.versions.go_live("main", GoLive(version=2, force=True), by="oli")
    assert desk.versions.deployed[0].live.version == 1


async def test_a_plan_waits_for_who_puts_a_flow_live(file: Path) -> None:
    """Each is checked against the other: neither may change in between."""
    desk = await desk_on(file)
    await desk.versions.save_draft("main", draft(BETTER), by="oli")
    async with desk.versions.one:
        going = asyncio.create_task(desk.versions.go_live("main", GoLive(version=2), by="oli"))
        await asyncio.sleep(0.05)
        assert not going.done()
        assert not desk.published
    await going
    assert desk.versions.deployed[0].live.version == 2


async def test_tests_that_take_too_long_are_stopped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They run beside the calls: who writes ten thousand does not take the processor from them."""
    desk = await desk_on(file)
    asked = FlowFiles(main="main.yaml", files={"main.yaml": FLOW}, tests={"main.test.yaml": TESTS})
    assert (await desk.versions.test(asked)).cases[0].ok
    monkeypatch.setattr(bundles, "MOST_TESTS_S", -1.0)
    with pytest.raises(BadRequest, match="longer than"):
        await desk.versions.test(asked)
    saved = await desk.versions.save_draft("main", draft(BETTER), by="oli")
    assert saved.tested is False
    with pytest.raises(FlowRefused, match="force"):
        await desk.versions.go_live("main", GoLive(version=2), by="oli")
    await desk.versions.go_live("main", GoLive(version=2, force=True), by="oli")
