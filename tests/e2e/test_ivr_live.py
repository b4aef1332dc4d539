"""Tests of flows as real calls: the library's bank and delivery flows, and a wrong prompt that only the ear finds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tandem.cti.app.ivr_live.ground import FlowOnDisk, Ground
from tandem.cti.app.ivr_live.runner import Planned, Runner, people_in, plan
from tandem.cti.app.ivr_live.stage import Given
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.speech import Prompt
from tandem.ivr.flow_files import load_flow_file
from tandem.ivr.media import PromptSounds
from tandem.ivr.testing import load_tests

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

LIBRARY = Path(__file__).parents[2] / "examples" / "flows"
LONGEST_S = 60.0
"""The longer tests of the library are left to ``tandem ivr test --live``."""
AT_ONCE = 10


@dataclass(frozen=True)
class Stand:
    ground: Ground
    runner: Runner
    planned: list[Planned]

    def test(self, flow: str, name: str) -> Planned:
        return next(each for each in self.planned if (each.tested.flow.name, each.case.name) == (flow, name))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stand() -> AsyncIterator[Stand]:
    tested = []
    for name in ("bank", "delivery"):
        file = LIBRARY / name / "main.yaml"
        flow = load_flow_file(file, Catalog())
        tests = file.with_name("main.test.yaml")
        tested.append((FlowOnDisk(file, flow), [load_tests(tests.read_text(encoding="utf-8"), tests.name, flow)]))
    planned = plan(tested, LONGEST_S)
    stage = Given(asyncio.get_running_loop().time)
    async with Ground([each for each, _ in tested], stage, people=people_in(planned)) as ground:
        yield Stand(ground, Runner(ground, stage, at_once=AT_ONCE), planned)


async def test_the_library_on_a_real_line(stand: Stand) -> None:
    reports = await stand.runner.run(stand.planned)
    cases = [case for report in reports for case in report.cases]
    failed = [(case.name, [failure.text["en"] for failure in case.failures]) for case in cases if not case.ok]
    assert failed == []
    called = [case for case in cases if case.skipped is None]
    assert len(called) >= 25
    assert all(case.heard and case.visits for case in called)


async def test_a_wrong_prompt_is_found_by_its_sound(stand: Stand) -> None:
    planned = stand.test("delivery", "The number is never complete")
    played, instead = Prompt("zh", "请输入八位订单号。"), Prompt("zh", "您输入的订单号是")
    servers = PromptSounds(stand.ground.home / "sounds").path(played)
    shutil.copyfile(stand.ground.sounds[instead], servers)
    report = await stand.runner.one(planned)
    assert not report.ok
    assert played not in report.heard, "the server says that it was played, and nobody has heard it"
