"""Agents at their pages: they log in, go Ready, are shown calls, wrap up after a while and go on."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

import aiohttp
import msgspec
from benchmarks.load.plan import Load, SeatPlan
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tandem.agent_desktop.core import messages as m

_decode = msgspec.json.Decoder(m.ServerMessage).decode
_encode = msgspec.json.Encoder().encode
_OPENING_AT_ONCE = 10


@dataclass(slots=True, eq=False)
class Place:
    """One agent's place of work. ``shown``: what the page shows now; None before the first message."""

    agent: SeatPlan
    shown: m.Seat | None = None
    freed_at: float | None = None
    """When he clicked what made him free (Ready, or the disposition); None once his phone has been rung since."""
    wrap_ups: set[str] = field(default_factory=set)
    """Calls that were disposed of here."""
    lost: str = ""
    """Why the page was closed, if it was."""

    @property
    def idle(self) -> bool:
        """Ready, with no call and nothing to wrap up."""
        seat = self.shown
        ready = seat is not None and seat.agent.state == "ready" and seat.call is None and seat.wrap_up is None
        return ready and not self.lost


class Seats:
    """``replies_s``: from each command to its reply. ``refused``: codes of commands that were not accepted."""

    def __init__(self, load: Load, *, http_port: int, seat_port: int, disposition: str) -> None:
        self.by_device: dict[str, Place] = {}
        self.replies_s: list[float] = []
        self.refused: list[str] = []
        self.load, self.disposition = load, disposition
        self._http, self._socket = f"http://127.0.0.1:{http_port}", f"ws://127.0.0.1:{seat_port}/"
        self._chance = random.Random(load.seed + 2)
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, agents: list[SeatPlan], password: str) -> None:
        """Log in and go Ready. Raises TimeoutError when not all are Ready within two minutes."""
        turns = asyncio.Semaphore(_OPENING_AT_ONCE)

        async def one(agent: SeatPlan) -> None:
            async with turns:
                place = self.by_device[agent.device] = Place(agent)
                cookie = await self._log_in(agent.login, password)
                task = asyncio.create_task(self._page(place, cookie))
                self._tasks.add(task)
                while not place.idle:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

        async with asyncio.timeout(120):
            await asyncio.gather(*(one(agent) for agent in agents))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def all_idle(self, timeout_s: float) -> bool:
        """Whether they were within the time."""
        deadline = time.monotonic() + timeout_s
        while not (idle := all(place.idle for place in self.by_device.values())):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        return idle

    def freed(self, device: str) -> float | None:
        """When the agent became free; asked again: None, until he does so again."""
        place = self.by_device.get(device)
        if place is None:
            return None
        at, place.freed_at = place.freed_at, None
        return at

    async def _log_in(self, login: str, password: str) -> str:
        headers = {"Origin": self._http}
        async with aiohttp.ClientSession() as http:
            asked = {"login": login, "password": password}
            async with http.post(f"{self._http}/api/login", json=asked, headers=headers) as answer:
                answer.raise_for_status()
                return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())

    async def _page(self, place: Place, cookie: str) -> None:
        async with connect(
            self._socket,
            origin=Origin(self._http),
            additional_headers={"Cookie": cookie},
            compression=None,
            ping_interval=None,
            max_size=None,
        ) as line:
            await line.send(_encode(m.Hello(protocol=m.PROTOCOL, view="seat")), text=True)
            try:
                async with asyncio.TaskGroup() as clicks:
                    await _Page(self, place, line, clicks).work()
            except* ConnectionClosed:
                place.lost = f"{line.close_code} {line.close_reason}"

    def pause_s(self, span: tuple[float, float]) -> float:
        return self._chance.uniform(*span)


class _Page:
    def __init__(self, seats: Seats, place: Place, line: ClientConnection, clicks: asyncio.TaskGroup) -> None:
        self._seats, self._place, self._line, self._clicks = seats, place, line, clicks
        self._sent: dict[int, float] = {}
        self._commands = 0
        self._returning = False

    async def work(self) -> None:
        await self._ready()
        offer = ("", 0)
        while True:
            message = _decode(await self._line.recv(decode=False))
            if isinstance(message, m.Reply):
                self._seats.replies_s.append(time.monotonic() - self._sent.pop(message.id))
                if message.error is not None:
                    self._seats.refused.append(message.error.code)
            if not isinstance(message, m.Seat):
                continue
            self._place.shown = message
            call, wrap_up = message.call, message.wrap_up
            if call is not None and call.phase == "offered" and (call.id, call.offer) != offer:
                offer = (call.id, call.offer)
                await self._send(m.PopShown(id=self._next(), call=call.id, offer=call.offer))
            if wrap_up is not None and wrap_up.call not in self._place.wrap_ups:
                self._place.wrap_ups.add(wrap_up.call)
                self._clicks.create_task(self._wrap_up(wrap_up.call))
            if message.agent.state != "not_ready":
                self._returning = False
            elif not self._returning and message.agent.reason != "logged_on":
                self._returning = True
                self._clicks.create_task(self._return())

    async def _wrap_up(self, call: str) -> None:
        await asyncio.sleep(self._seats.pause_s(self._seats.load.wrap_up_s))
        self._place.freed_at = time.time()
        click = m.WrapUp(id=self._next(), call=call, disposition=self._seats.disposition, notes="")
        await self._send(click)

    async def _return(self) -> None:
        await asyncio.sleep(self._seats.pause_s(self._seats.load.back_s))
        await self._ready()

    async def _ready(self) -> None:
        self._place.freed_at = time.time()
        await self._send(m.SetReady(id=self._next()))

    def _next(self) -> int:
        self._commands += 1
        return self._commands

    async def _send(self, command: m.PageCommand) -> None:
        self._sent[command.id] = time.monotonic()
        await self._line.send(_encode(command), text=True)
