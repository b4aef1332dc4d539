"""Agents of a campaign without a browser: log in, go Ready, are put through, dispose; they come back when the server
was away, as pages do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.seat_views import CallView, CampaignCard

_decode = msgspec.json.Decoder(m.ServerMessage).decode
_encode = msgspec.json.Encoder().encode
DISPOSITION = "balance"
_AGAIN_S = 0.2
_READY_S = 0.5


@dataclass(slots=True, eq=False)
class Agent:
    """``works``: goes back to Ready by himself. ``on_talk`` is asked once per call what he says while he talks."""

    login: str
    device: str
    wrap_up_s: float = 0.2
    works: bool = True
    disposes: bool = True
    on_talk: Callable[[CallView], Iterable[m.PageCommand]] = lambda call: ()
    shown: m.Seat | None = None
    refused: list[str] = field(default_factory=list)
    talked: list[str] = field(default_factory=list)
    cards: dict[str, CampaignCard] = field(default_factory=dict)
    """Of each call that was put through to him."""
    _line: ClientConnection | None = None
    _commands: int = 0
    _wrapped: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        return "" if self.shown is None else self.shown.agent.state

    @property
    def idle(self) -> bool:
        return self.shown is not None and self.state == "ready" and self.shown.call is None

    def number(self) -> int:
        self._commands += 1
        return self._commands

    async def send(self, command: m.PageCommand) -> None:
        assert self._line is not None
        await self._line.send(_encode(command), text=True)

    async def leave(self) -> None:
        """Not Ready, as soon as he may."""
        self.works = False
        await self.send(m.SetNotReady(id=self.number(), reason="break"))

    async def come_back(self) -> None:
        self.works = True
        await self.send(m.SetReady(id=self.number()))


class CampaignSeats:
    def __init__(self, agents: Iterable[Agent], *, http_port: int, seat_port: int) -> None:
        self.by_login = {agent.login: agent for agent in agents}
        self._http, self._socket = f"http://127.0.0.1:{http_port}", f"ws://127.0.0.1:{seat_port}/"
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> list[Agent]:
        return list(self.by_login.values())

    async def open(self, password: str) -> None:
        """All log in and go Ready. Raises TimeoutError."""
        for agent in self.all:
            cookie = await self._log_in(agent.login, password)
            self._tasks.add(asyncio.create_task(self._sit(agent, cookie)))
        await self.idle()

    async def idle(self, timeout_s: float = 60.0) -> None:
        """Until everybody who works is. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not all(agent.idle for agent in self.all if agent.works):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _log_in(self, login: str, password: str) -> str:
        asked = {"login": login, "password": password}
        async with (
            aiohttp.ClientSession(headers={"Origin": self._http}) as http,
            http.post(f"{self._http}/api/login", json=asked) as answer,
        ):
            answer.raise_for_status()
            return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())

    async def _sit(self, agent: Agent, cookie: str) -> None:
        while True:
            with suppress(OSError, InvalidHandshake, ConnectionClosed, TimeoutError, ExceptionGroup):
                headers = {"Cookie": cookie}
                async with connect(
                    self._socket, origin=Origin(self._http), additional_headers=headers, ping_interval=None
                ) as line:
                    agent._line = line
                    on_call = agent.shown is not None and agent.shown.call is not None
                    await line.send(_encode(m.Hello(protocol=m.PROTOCOL, view="seat", on_call=on_call)), text=True)
                    agent._wrapped.clear()
                    async with asyncio.TaskGroup() as clicks:
                        clicks.create_task(_stay_ready(agent))
                        while True:
                            _hear(agent, _decode(await line.recv(decode=False)), clicks)
            await asyncio.sleep(_AGAIN_S)


def _hear(agent: Agent, message: object, clicks: asyncio.TaskGroup) -> None:
    if isinstance(message, m.Reply) and message.error is not None:
        agent.refused.append(message.error.code)
    if not isinstance(message, m.Seat):
        return
    agent.shown = message
    call, wrap_up = message.call, message.wrap_up
    if call is not None and call.campaign is not None:
        agent.cards[call.id] = call.campaign
    if call is not None and call.phase == "talking" and call.id not in agent.talked:
        agent.talked.append(call.id)
        for command in agent.on_talk(call):
            clicks.create_task(agent.send(command))
    if wrap_up is not None and agent.disposes and wrap_up.call not in agent._wrapped:
        agent._wrapped.add(wrap_up.call)
        clicks.create_task(_wrap_up(agent, wrap_up.call))


async def _stay_ready(agent: Agent) -> None:
    while True:
        if agent.works and agent.state == "not_ready":
            await agent.send(m.SetReady(id=agent.number()))
        await asyncio.sleep(_READY_S)


async def _wrap_up(agent: Agent, call: str) -> None:
    await asyncio.sleep(agent.wrap_up_s)
    await agent.send(m.WrapUp(id=agent.number(), call=call, disposition=DISPOSITION, notes=""))
