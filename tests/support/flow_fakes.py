"""What stands behind the pages of flows, faked: one flow of one version."""

from __future__ import annotations

from dataclasses import dataclass, field

from tandem.agent_desktop.core import flow_resources as f
from tandem.agent_desktop.core.resources import UserView
from tandem.agent_desktop.errors import FlowRefused
from tandem.cti.model.errors import BadRequest, ResourceMissing

FILES = {"main.yaml": "format: 1\n"}


def flow_version(version: int = 1) -> f.FlowVersion:
    return f.FlowVersion(
        version=version,
        base=0,
        note="",
        by="oli",
        at=1.0,
        state="live",
        edition="0a1b2c3d",
        problems=0,
        tested=None,
    )


def recording(language: str = "zh", text: str = "您好") -> f.PromptRecording:
    return f.PromptRecording(language=language, text=text, seconds=2.0, gain_db=0.0, warnings=[], by="oli", at=1.0)


@dataclass
class FakeFlows:
    """``done``: what was asked for that changes something, in order: (what, by whom, about what)."""

    done: list[tuple[str, str, object]] = field(default_factory=list)
    refuses: str = ""

    def detail(self, name: str) -> f.FlowDetail:
        if name != "main":
            raise ResourceMissing(f"there is no flow {name}")
        now = f.FlowDeployment(number=1, live=1, canary=None, by="oli", at=1.0, what="live")
        return f.FlowDetail(
            name=name, numbers=["95001"], versions=[flow_version()], deployment=now, history=[now], rollback_to=None
        )

    def _did(self, what: str, by: str, about: object) -> None:
        if self.refuses:
            raise FlowRefused(self.refuses)
        self.done.append((what, by, about))

    async def flows(self) -> f.FlowCatalogue:
        return f.FlowCatalogue(flows=[])

    async def flow(self, name: str) -> f.FlowDetail:
        return self.detail(name)

    async def version(self, name: str, version: int) -> f.FlowVersionText:
        if (name, version) != ("main", 1):
            raise ResourceMissing(f"there is no version {version} of the flow {name}")
        return f.FlowVersionText(version=flow_version(), main="main.yaml", files=FILES, tests={})

    async def save_draft(self, name: str, new: f.NewDraft, *, by: str) -> f.FlowVersion:
        self._did("draft", by, new)
        return flow_version(2)

    async def go_live(self, name: str, asked: f.GoLive, *, by: str) -> f.FlowDetail:
        self._did("live", by, asked)
        return self.detail(name)

    async def go_canary(self, name: str, asked: f.GoCanary, *, by: str) -> f.FlowDetail:
        self._did("canary", by, asked)
        return self.detail(name)

    async def end_canary(self, name: str, *, by: str) -> f.FlowDetail:
        self._did("end_canary", by, name)
        return self.detail(name)

    async def roll_back(self, name: str, *, by: str) -> f.FlowDetail:
        self._did("roll_back", by, name)
        return self.detail(name)

    async def check(self, bundle: f.FlowFiles) -> f.FlowChecked:
        return f.FlowChecked(problems=[], graph=None)

    async def test(self, bundle: f.FlowFiles) -> f.FlowTested:
        return f.FlowTested(problems=[], cases=[], coverage=None)

    async def numbers(self, name: str, *, version: int | None, days: int) -> f.FlowNumbers:
        none = f.Containment(calls=0, contained=0, ends=[], ratio=None)
        return f.FlowNumbers(name=name, version=version, since=0, until=1, nodes=[], containment=none, journeys=[])

    async def replay(self, name: str, asked: f.NewReplay) -> f.ReplayReport:
        return f.ReplayReport(
            name=name,
            version=asked.version,
            since=0,
            until=1,
            calls=0,
            left_out=0,
            same=0,
            moved=0,
            undetermined=0,
            moves=[],
            stops=[],
            dead_ends={},
            examples=[],
            before=None,
            after=None,
            difference=None,
        )

    async def call_me(self, bundle: f.CallMe, *, user: UserView) -> f.DraftCall:
        self._did("call", user.login, bundle)
        return f.DraftCall(call="draft-1")

    async def listen(self, language: str, text: str) -> bytes:
        return b"RIFF"

    async def recordings(self) -> f.PromptRecordings:
        return f.PromptRecordings(recordings=[recording()])

    async def put_recording(self, language: str, text: str, audio: bytes, *, by: str) -> f.PromptRecording:
        if audio != b"RIFF":
            raise BadRequest("no sound")
        self._did("record", by, (language, text))
        return recording(language, text)

    async def drop_recording(self, language: str, text: str) -> None:
        self.done.append(("drop", "", (language, text)))
