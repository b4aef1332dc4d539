"""The desktop's server on loopback with everything behind it faked: center, sessions, library, operations, journal."""

from __future__ import annotations

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from argon2 import PasswordHasher
from tests.support.campaign_fakes import FakeCampaigns
from tests.support.customers import customer
from tests.support.flow_fakes import FakeFlows
from tests.support.routing_fakes import FakeRouting, FakeStudies
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tandem.agent_desktop.adapters.server import DesktopServer
from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core import resources as r
from tandem.agent_desktop.core.seat_views import AgentView
from tandem.agent_desktop.core.survey_resources import SurveyLine, SurveyQuery
from tandem.agent_desktop.ports import SeatHub, Studies
from tandem.agent_desktop.services.hub import PageHub
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.errors import CtiError, ResourceMissing
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import AuditRecord, CallbackRecord, CustomerMatch, Record

PASSWORD = "correct horse"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def user(login: str, role: str, device: str | None = None) -> r.UserView:
    return r.UserView(login=login, name=login.title(), role=role, language="en", device=device)


USERS = {
    one.login: one
    for one in (
        user("mei", "agent", "1001"),
        user("tom", "agent", "1002"),
        user("sue", "supervisor"),
        user("oli", "operator"),
        user("ada", "admin"),
        user("eve", "janitor"),
    )
}


def agent_view(login: str, *, state: str = "ready", since: float = 0.0) -> AgentView:
    return AgentView(
        login=login,
        name=login.title(),
        device="1001",
        state=state,
        reason=None,
        pending=None,
        since=since,
        phone_ok=True,
        skills={},
    )


def seat(login: str = "mei", *, state: str = "ready", since: float = 0.0) -> m.Seat:
    return m.Seat(seq=0, agent=agent_view(login, state=state, since=since), call=None, wrap_up=None)


def board(*, whole: bool = True, gone: Sequence[str] = ()) -> m.Board:
    return m.Board(seq=0, whole=whole, seats=[], queues=[], calls=[], gone_seats=[], gone_calls=list(gone))


def call_line(call: str, agent: str | None) -> r.CallLine:
    return r.CallLine(
        id=call,
        started_at=1.0,
        ended_at=2.0,
        number="13800138000",
        caller_name="<b>王小明</b>",
        customer=None,
        customer_name=None,
        dnis="95001",
        queue="service",
        language="zh",
        phase="ended",
        outcome="answered",
        agent=agent,
        agent_name=agent,
        wait_s=1.0,
        talk_s=2.0,
        recordings=1,
    )


def recording_line(recording: str, agent: str) -> r.RecordingLine:
    return r.RecordingLine(
        id=recording, agent=agent, started_at=1.0, duration_s=1.0, bytes=16044, state="saved", detail=""
    )


@dataclass
class FakeCenter:
    hub: SeatHub
    heard: list[tuple[Any, ...]] = field(default_factory=list)
    refuse: CtiError | None = None
    """Raised by ``command``."""
    refuse_log_out: CtiError | None = None
    refuse_seat: Exception | None = None
    switch_up: bool = True
    database_up: bool = True

    def seat_opened(self, agent: AgentId, *, on_call: bool) -> None:
        self.heard.append(("seat_opened", agent, on_call))
        if self.refuse_seat is not None:
            raise self.refuse_seat
        self.hub.to_seat(agent, seat(agent))

    def seat_closed(self, agent: AgentId, *, page_gone: bool) -> None:
        self.heard.append(("seat_closed", agent, page_gone))

    def board_opened(self, user: str) -> None:
        self.heard.append(("board_opened", user))
        self.hub.to_board(user, board())

    def command(self, agent: AgentId, command: m.PageCommand) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.heard.append(("command", agent, command))
        self.hub.to_seat(agent, seat(agent, since=float(command.id)))

    def logged_out(self, agent: AgentId) -> None:
        if self.refuse_log_out is not None:
            raise self.refuse_log_out
        self.heard.append(("logged_out", agent))

    def transfer_targets(self) -> r.TransferTargets:
        return r.TransferTargets(agents=[USERS["tom"]], queues=[{"id": "service", "zh": "服务", "en": "Service"}])

    def said(self, what: str) -> list[tuple[Any, ...]]:
        return [entry for entry in self.heard if entry[0] == what]


@dataclass
class FakeSessions:
    """``broken``: raised by every method; ``stalled``: they never answer."""

    users: dict[str, r.UserView] = field(default_factory=lambda: dict(USERS))
    open: dict[bytes, tuple[str, float]] = field(default_factory=dict)
    broken: CtiError | None = None
    stalled: bool = False
    asked: int = 0

    async def _answer(self) -> None:
        self.asked += 1
        if self.stalled:
            await asyncio.Event().wait()
        if self.broken is not None:
            raise self.broken

    async def user(self, login: str) -> tuple[r.UserView, str] | None:
        await self._answer()
        return (self.users[login], _HASH) if login in self.users else None

    async def open_session(self, token_hash: bytes, login: str, *, until: float) -> None:
        await self._answer()
        self.open[token_hash] = (login, until)

    async def session_user(self, token_hash: bytes, *, now: float) -> r.UserView | None:
        await self._answer()
        login, until = self.open.get(token_hash, ("", 0.0))
        return self.users.get(login) if now < until else None

    async def close_session(self, token_hash: bytes) -> None:
        await self._answer()
        self.open.pop(token_hash, None)

    async def set_language(self, login: str, language: str) -> r.UserView:
        await self._answer()
        self.users[login] = msgspec.structs.replace(self.users[login], language=language)
        return self.users[login]


@dataclass
class FakeLibrary:
    """Two calls: ``c-mei`` was Mei's alone; ``c-both`` went from Mei (recording ``r-both-mei``) to Tom."""

    files: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    created: list[tuple[r.NewCustomer, str]] = field(default_factory=list)

    async def calls(self, query: r.CallsQuery) -> r.CallPage:
        self.asked.append(msgspec.structs.asdict(query))
        return r.CallPage(calls=[call_line("c-mei", "mei")], next_before=None)

    async def call(self, call_id: str) -> r.CallDetail:
        found = {
            "c-mei": (call_line("c-mei", "mei"), [recording_line("r-mei", "mei")]),
            "c-both": (
                call_line("c-both", "tom"),
                [recording_line("r-both-mei", "mei"), recording_line("r-both-tom", "tom")],
            ),
        }
        if call_id not in found:
            raise ResourceMissing(f"There is no call {call_id}.")
        line, recorded = found[call_id]
        matched = r.TimelineLine(
            at=1.5, kind="matched", text="", data={"why": {"en": "Because"}, "decision": {"agent": "mei"}}
        )
        return r.CallDetail(call=line, timeline=[matched], recordings=recorded, contacts=[])

    async def recording(self, recording_id: str) -> tuple[str, str | None]:
        if recording_id not in self.files:
            raise ResourceMissing(f"There is no recording {recording_id}.")
        return self.files[recording_id]

    async def customers(self, text: str, *, limit: int) -> Sequence[CustomerMatch]:
        self.asked.append({"text": text, "limit": limit})
        return [customer("cu1", name="王小明")]

    async def customer(self, customer_id: str) -> CustomerMatch:
        return customer("cu1", name=customer_id)

    async def create_customer(self, new: r.NewCustomer, *, by: str) -> CustomerMatch:
        self.created.append((new, by))
        return customer("cu1", name=new.name)

    async def open_callbacks(self) -> Sequence[CallbackRecord]:
        return []

    async def survey_lines(self, query: SurveyQuery, *, since: float, until: float, limit: int) -> Sequence[SurveyLine]:
        self.asked.append({**msgspec.structs.asdict(query), "since": since, "until": until})
        counts = {"5": 3, "4": 0, "3": 0, "2": 0, "1": 1}
        line = SurveyLine(question="=satisfied", scale="1-5", name="mei", asked=6, answered=4, mean=4.0, counts=counts)
        return [line] * min(limit, 2)


@dataclass
class FakeOperations:
    recordings_dir: Path

    async def check(self) -> r.CheckReport:
        return r.CheckReport(checks=[r.CheckLine(name="switch", ok=True, detail="", remedy="")])


@dataclass
class FakeJournal:
    records: list[Record] = field(default_factory=list)

    def write(self, record: Record) -> None:
        self.records.append(record)

    def audit(self) -> list[tuple[str, str]]:
        return [(record.who, record.action) for record in self.records if isinstance(record, AuditRecord)]


@dataclass
class Desk:
    """A running desktop server and what is behind it."""

    server: DesktopServer
    hub: PageHub
    center: FakeCenter
    sessions: FakeSessions
    library: FakeLibrary
    journal: FakeJournal
    folder: Path
    routing: FakeRouting
    studies: FakeStudies
    flows: FakeFlows
    campaigns: FakeCampaigns

    @property
    def url(self) -> str:
        return self.server.url.rstrip("/")

    @property
    def origin(self) -> str:
        return self.url

    @asynccontextmanager
    async def browser(self, login: str | None = None) -> AsyncIterator[aiohttp.ClientSession]:
        """A client with a cookie jar, logged in as ``login``."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar) as browser:
            if login is not None:
                async with browser.post("/api/login", json={"login": login, "password": PASSWORD}) as answer:
                    assert answer.status == 200, await answer.text()
            yield browser

    def token(self, browser: aiohttp.ClientSession) -> str:
        return next(cookie.value for cookie in browser.cookie_jar if cookie.key == "tandem_session")

    @asynccontextmanager
    async def raw_socket(
        self, token: str | None, *, origin: str | None = "", **options: Any
    ) -> AsyncIterator[ClientConnection]:
        headers = {} if token is None else {"Cookie": f"other=a b; tandem_session={token}"}
        async with connect(
            f"ws://127.0.0.1:{self.server.seat_port}/",
            origin=self.origin if origin == "" else origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            proxy=None,
            **options,
        ) as socket:
            yield socket

    @asynccontextmanager
    async def page(
        self,
        token: str,
        view: str = "seat",
        *,
        resume: tuple[str, int] | None = None,
        on_call: bool = False,
        **options: Any,
    ) -> AsyncIterator[FakePage]:
        """A page that has said Hello and read its Welcome."""
        async with self.raw_socket(token, **options) as socket:
            hello: dict[str, Any] = {"type": "hello", "protocol": 2, "view": view, "on_call": on_call}
            if resume is not None:
                hello["resume"] = {"session": resume[0], "seq": resume[1]}
            page = FakePage(socket)
            await page.send(hello)
            page.welcome = await page.read()
            assert page.welcome["type"] == "welcome"
            yield page


@dataclass
class FakePage:
    socket: ClientConnection
    welcome: dict[str, Any] = field(default_factory=dict)

    async def send(self, message: dict[str, Any]) -> None:
        await self.socket.send(msgspec.json.encode(message), text=True)

    async def read(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            text = await self.socket.recv()
        assert isinstance(text, str), "the live channel is text"
        message: dict[str, Any] = msgspec.json.decode(text)
        return message

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a command and read on to its reply."""
        await self.send(message)
        while (answer := await self.read())["type"] != "reply":
            pass
        return answer

    async def closed(self) -> tuple[int | None, str | None]:
        """Read to the end: close code and reason."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(20):
                while True:
                    await self.socket.recv()
        return self.socket.close_code, self.socket.close_reason


def write_wav(path: Path, *, seconds: float = 1.0) -> bytes:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(256)) * int(seconds * 8000 * 2 / 256))
    return path.read_bytes()


def built_pages(folder: Path) -> Path:
    """A folder as Vite leaves it."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<!doctype html><div id="root"></div>')
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "app-abc123.js").write_text("'use strict'")
    return folder


@asynccontextmanager
async def desktop(
    tmp_path: Path, *, hub: PageHub | None = None, real_studies: Studies | None = None, **changed: Any
) -> AsyncIterator[Desk]:
    """A server on free ports of 127.0.0.1; ``real_studies`` instead of the faked ones; ``changed``: settings."""
    recorded = tmp_path / "recordings"
    recorded.mkdir(exist_ok=True)
    hub = hub or PageHub()
    center, sessions, library, journal = FakeCenter(hub), FakeSessions(), FakeLibrary(), FakeJournal()
    routing, studies, flows, campaigns = FakeRouting(), FakeStudies(), FakeFlows(), FakeCampaigns()
    settings = DesktopSettings(
        **{
            "http_port": 0,
            "seat_port": 0,
            "sip_secret": b"0123456789abcdef",
            "web_dist": tmp_path / "web_dist",
            **changed,
        }
    )
    server = DesktopServer(
        settings,
        hub=hub,
        center=center,
        sessions=sessions,
        library=library,
        operations=FakeOperations(recorded),
        journal=journal,
        routing=routing,
        studies=real_studies or studies,
        flows=flows,
        campaigns=campaigns,
    )
    async with server:
        yield Desk(server, hub, center, sessions, library, journal, recorded, routing, studies, flows, campaigns)


@asynccontextmanager
async def logged_in_page(desk: Desk, login: str = "mei", view: str = "seat", **options: Any) -> AsyncIterator[FakePage]:
    async with desk.browser(login) as browser, desk.page(desk.token(browser), view, **options) as page:
        yield page
