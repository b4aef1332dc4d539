"""The desk of flows: drafts that ring, prompts, numbers, replay, the command line's requests."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.desktop_fakes import FakeJournal
from tests.support.flow_store import Flows
from tests.unit.app.test_flow_versions import BETTER, ELSEWHERE, FLOW, QUEUES, TESTS, WRONG

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.agent_desktop.core.resources import UserView
from tandem.agent_desktop.errors import FlowRefused
from tandem.cti.adapters.postgres.flow_numbers import Asked, RecordedCall, RecordedVisit
from tandem.cti.app import ivr_versions_cli
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.floor_plan import DraftCalled
from tandem.cti.app.flow_desk import FlowDesk, Prompts
from tandem.cti.app.flow_start import open_shelf
from tandem.cti.app.ivr_versions_cli import last_days, share
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import DeviceId
from tandem.ivr.core.check import MAX_FILES
from tandem.ivr.core.flow_reading import FLOW_FILE, Catalog
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.words import WORDING
from tandem.ivr.errors import BadSound, SpeechUnavailable
from tandem.ivr.recorded import Recording

NOW = 1_800_000_000.0
OMAR = UserView(login="omar", name="Omar", role="operator", language="en", device="1090")


class Still:
    def now(self) -> float:
        return NOW


@dataclass
class Counted:
    """Numbers without a database."""

    calls: list[RecordedCall] = field(default_factory=list)

    async def versions(self, asked: Asked) -> list[int]:
        return [1, 99]

    async def containment(self, since: float, steps: Collection[Any]) -> dict[str, tuple[int, int]]:
        return {"main": (4, 1)}

    async def recorded(self, asked: Asked, *, limit: int) -> list[RecordedCall]:
        return self.calls[:limit]

    async def count_recorded(self, asked: Asked) -> int:
        return len(self.calls)


@dataclass
class Voice:
    """Speech and recordings without sounds."""

    folder: Path
    kept: dict[Prompt, Recording] = field(default_factory=dict)

    async def make(self, prompts: tuple[Prompt, ...], *, deadline_s: float) -> tuple[str, ...]:
        if prompts[0].text == "?":
            return ()
        (self.folder / "said.wav").write_bytes(b"RIFF")
        return (str(self.folder / "said"),)

    async def all(self) -> list[Recording]:
        return list(self.kept.values())

    async def accept(self, content: bytes, prompt: Prompt, *, by: str) -> Recording:
        if content != b"RIFF":
            raise BadSound("silent", "no sound")
        self.kept[prompt] = Recording(
            language=prompt.language, text=prompt.text, seconds=1, gain_db=2, warnings=("clipped",), by=by, at=NOW
        )
        return self.kept[prompt]

    async def remove(self, prompt: Prompt) -> bool:
        return self.kept.pop(prompt, None) is not None


@dataclass
class Bench:
    desk: FlowDesk
    store: Flows
    counted: Counted
    rung: list[DraftCalled]
    changed: list[None]


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    file = tmp_path / "main.yaml"
    file.write_text(FLOW, encoding="utf-8")
    file.with_name("main.test.yaml").write_text(TESTS, encoding="utf-8")
    store, counted, rung, changed = Flows(), Counted(), list[DraftCalled](), list[None]()

    async def catalog() -> Catalog:
        return Catalog(queues=QUEUES)

    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        return {prompt: f"/sounds/{prompt.text}" for prompt in prompts}

    async def new_sounds() -> None:
        changed.append(None)

    async def phones() -> list[DeviceId]:
        return [DeviceId("1090"), DeviceId("1001")]

    voice: Any = Voice(tmp_path)
    opened = await open_shelf(store, {DeviceId("95001"): file}, await catalog())  # type: ignore[arg-type]
    desk = FlowDesk(
        store,  # type: ignore[arg-type]
        opened.shelf,
        catalog=catalog,
        speak=speak,
        publish=lambda *_: None,
        clock=Still(),
        numbers=counted,  # type: ignore[arg-type]
        prompts=Prompts(voice, voice, new_sounds),
        call=rung.append,
        phones=phones,
    )
    return Bench(desk, store, counted, rung, changed)


async def test_the_list(bench: Bench) -> None:
    (flow,) = (await bench.desk.flows()).flows
    assert (flow.name, flow.numbers, flow.live_version, flow.versions, flow.languages) == (
        "main",
        ["95001"],
        1,
        1,
        ["en"],
    )
    assert (flow.calls, flow.containment, flow.problems) == (4, 0.25, 0)


async def test_call_me(bench: Bench) -> None:
    bundle = shapes.CallMe(main="main.yaml", files={"main.yaml": BETTER})
    called = await bench.desk.call_me(bundle, user=OMAR)
    (asked,) = bench.rung
    assert (asked.call, asked.device, asked.by, asked.flow.version) == (called.call, "1090", "omar", 0)
    assert [prompt.text for prompt, _ in asked.sounds] == ["Welcome."]
    with pytest.raises(WrongState, match="no phone"):
        await bench.desk.call_me(bundle, user=msgspec.structs.replace(OMAR, device=None))
    with pytest.raises(BadRequest, match="nowhere"):
        await bench.desk.call_me(shapes.CallMe(main="main.yaml", files={"main.yaml": WRONG}), user=OMAR)
    assert len(bench.rung) == 1


def test_what_a_flow_may_have_can_be_sent() -> None:
    assert shapes.MOST_FILES == MAX_FILES
    assert WORDING.longest == shapes.PROMPT_CHARS
    assert FLOW_FILE.max_characters == shapes.FLOW_CHARS


async def test_prompts(bench: Bench) -> None:
    assert await bench.desk.listen("en", "Hello.") == b"RIFF"
    with pytest.raises(SpeechUnavailable):
        await bench.desk.listen("en", "?")
    recorded = await bench.desk.put_recording("en", "Hello.", b"RIFF", by="omar")
    assert (recorded.seconds, recorded.by, set(recorded.warnings[0])) == (1, "omar", {"zh", "en"})
    with pytest.raises(BadRequest, match="quiet"):
        await bench.desk.put_recording("en", "Hello.", b"", by="omar")
    assert [each.text for each in (await bench.desk.recordings()).recordings] == ["Hello."]
    await bench.desk.drop_recording("en", "Hello.")
    await bench.desk.drop_recording("en", "Hello.")
    assert len(bench.changed) == 2, "once for the one that came, once for the one that went"


def recorded(name: str, *visits: tuple[str, str, str]) -> RecordedCall:
    return RecordedCall(
        id=name,
        at=NOW - 60,
        ani="13800138000",
        ani_e164="+8613800138000",
        dnis="95001",
        caller_name="",
        version=1,
        customer={},
        visits=[RecordedVisit(step, exit_, to, NOW - 60, NOW - 58, ["played"]) for step, exit_, to in visits],
    )


async def test_replay_in_a_process_of_its_own(bench: Bench) -> None:
    bench.counted.calls = [
        recorded("c1", ("hello", "goto", "wait"), ("wait", "queued", "")),
        recorded("c2", ("hello", "hung_up", "")),
    ]
    bundle = shapes.FlowFiles(main="main.yaml", files={"main.yaml": ELSEWHERE})
    report = await bench.desk.replay("main", shapes.NewReplay(bundle=bundle, days=7))
    assert (report.calls, report.same, report.moved, report.undetermined) == (2, 1, 1, 0)
    assert {(move.before, move.after): move.calls for move in report.moves} == {
        ("queue:service", "queue:loans"): 1,
        ("hung_up", "hung_up"): 1,
    }
    (example,) = report.examples
    assert (example.call, example.path_before, example.path_after) == ("c1", ["hello", "wait"], ["hello", "wait"])
    assert report.difference is not None
    assert (report.difference.value, report.since, report.until) == (0.0, NOW - 7 * 86_400, NOW)
    same = await bench.desk.replay("main", shapes.NewReplay(version=1))
    assert (same.same, same.moved) == (2, 0)
    wrong = shapes.FlowFiles(main="main.yaml", files={"main.yaml": WRONG})
    with pytest.raises(BadRequest, match="nowhere"):
        await bench.desk.replay("main", shapes.NewReplay(bundle=wrong))
    with pytest.raises(ResourceMissing):
        await bench.desk.replay("none", shapes.NewReplay(bundle=bundle))


async def test_numbers_of_what_does_not_exist(bench: Bench) -> None:
    for name, version in (("none", None), ("main", 9)):
        with pytest.raises(ResourceMissing):
            await bench.desk.numbers(name, version=version, days=7)


async def test_the_command_line_asks_for_the_same(bench: Bench) -> None:
    journal = FakeJournal()
    do = bench.desk.handlers(journal)
    draft = {"base_version": 1, "main": "main.yaml", "files": {"main.yaml": BETTER}, "tests": {}, "note": "x"}
    assert (await do["ivr.draft"]({"name": "main", "by": "root", "draft": draft}))["version"] == 2
    detail = await do["ivr.canary"]({"name": "main", "by": "root", "canary": {"version": 2, "share": 0.1}})
    assert detail["deployment"]["canary"] == {"version": 2, "share": 0.1, "numbers": []}
    await do["ivr.end_canary"]({"name": "main", "by": "root"})
    await do["ivr.live"]({"name": "main", "by": "root", "live": {"version": 2}})
    assert (await do["ivr.rollback"]({"name": "main", "by": "root"}))["deployment"]["live"] == 1
    bundle = {"main": "main.yaml", "files": {"main.yaml": FLOW}}
    await do["ivr.call"]({"bundle": bundle, "device": "1090", "by": "root"})
    assert [call.device for call in bench.rung] == ["1090"]
    with pytest.raises(BadRequest, match="there is no phone 1091; there are 1001, 1090"):
        await do["ivr.call"]({"bundle": bundle, "device": "1091", "by": "root"})
    with pytest.raises(FlowRefused):
        await do["ivr.rollback"]({"name": "main", "by": "root"})
    assert [action for _, action in journal.audit()] == [
        "flow_draft_saved",
        "flow_canary",
        "flow_canary_ended",
        "flow_live",
        "flow_rolled_back",
        "flow_draft_called",
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("100%", 1.0), ("0.5%", 0.005), ("0.25", 0.25), (".5", 0.5), ("1", 1.0)]
)
def test_shares(text: str, value: float) -> None:
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["0", "0%", "101%", "2", "-1%", "ten", "", "1e-3", "10 %"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"write 10% or 0\.1"):
        share(text)


def test_how_far_back() -> None:
    assert (last_days("last-7d"), last_days("last-92d")) == (7, 92)
    for text in ("7", "last-0d", "last-93d", "last-7w", "last-1000d"):
        with pytest.raises(argparse.ArgumentTypeError, match="write last-7d"):
            last_days(text)


def test_every_command_says_what_does_it() -> None:
    parser = CommandParser(prog="tandem ivr")
    parser.chosen("WHAT")
    ivr_versions_cli.add_commands(parser, lambda _: None)
    for line in (
        "draft main.yaml --note x",
        "versions main",
        "live main 2 --force",
        "canary main 2 --share 10% --number 95001 --number 95002",
        "canary main --end",
        "rollback main",
        "numbers main --calls last-1d --json",
        "replay main.yaml --calls last-7d",
        "call main.yaml --device 1090",
    ):
        asked = parser.parse_args(line.split())
        assert callable(asked.ivr), line
    assert parser.parse_args(["canary", "main", "2", "--share", "10%"]).share == pytest.approx(0.1)
