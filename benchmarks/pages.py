"""Agents' pages without a browser: WebSocket clients that speak the live channel and do an agent's work at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tandem.agent_desktop.core import messages as m

_decode = msgspec.json.Decoder(m.ServerMessage).decode
_encode = msgspec.json.Encoder().encode
_OPENING_AT_ONCE = 20


class Pages:
    """All pages of a benchmark. ``offered``: by caller name, when the first Seat message with the offer was read here
    (CLOCK_MONOTONIC), and how long the caller had waited for an agent by then."""

    def __init__(self, seat_port: int, http_port: int, *, disposition: str) -> None:
        self.offered: dict[str, tuple[float, float]] = {}
        self.refused: list[str] = []
        self.messages = 0
        self._url, self._origin = f"ws://127.0.0.1:{seat_port}/", f"http://127.0.0.1:{http_port}"
        self._disposition = disposition
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, cookies: Iterable[str], view: Literal["seat", "board"] = "seat") -> None:
        """Open a page for each session cookie; agents go Ready. Returns when all are."""
        turns = asyncio.Semaphore(_OPENING_AT_ONCE)

        async def one(cookie: str) -> None:
            async with turns:
                up = asyncio.get_running_loop().create_future()
                task = asyncio.create_task(self._page(cookie, view, up))
                self._tasks.add(task)
                await up

        async with asyncio.timeout(60):
            await asyncio.gather(*(one(cookie) for cookie in cookies))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _page(self, cookie: str, view: Literal["seat", "board"], up: asyncio.Future[None]) -> None:
        async with connect(
            self._url,
            origin=Origin(self._origin),
            additional_headers={"Cookie": cookie},
            compression=None,
            ping_interval=None,
            max_size=None,
        ) as line:
            await line.send(_encode(m.Hello(protocol=m.PROTOCOL, view=view)), text=True)
            with suppress(ConnectionClosed):
                if view == "board":
                    await self._watch(line, up)
                else:
                    await self._work(line, up)
            raise ConnectionError(f"a page was closed: {line.close_code} {line.close_reason}")

    async def _watch(self, line: ClientConnection, up: asyncio.Future[None]) -> None:
        async for _ in line:
            self.messages += 1
            if not up.done():
                up.set_result(None)

    async def _work(self, line: ClientConnection, up: asyncio.Future[None]) -> None:
        """Go Ready, show each offer at once, dispose of each call at once."""
        command, offer, disposed = 1, ("", 0), ""
        await line.send(_encode(m.SetReady(id=command)), text=True)
        while True:
            text = await line.recv(decode=False)
            read_at = time.monotonic()
            self.messages += 1
            message = _decode(text)
            if isinstance(message, m.Reply) and message.error is not None:
                self.refused.append(message.error.code)
            if not isinstance(message, m.Seat):
                continue
            if message.agent.state == "ready" and not up.done():
                up.set_result(None)
            call, wrap_up = message.call, message.wrap_up
            if call is not None and call.phase == "offered" and (call.id, call.offer) != offer:
                offer = (call.id, call.offer)
                self.offered.setdefault(call.pop.caller_name, (read_at, call.pop.waited_s))
                command += 1
                await line.send(_encode(m.PopShown(id=command, call=call.id, offer=call.offer)), text=True)
            elif wrap_up is not None and wrap_up.call != disposed:
                disposed = wrap_up.call
                command += 1
                shown = m.WrapUp(id=command, call=wrap_up.call, disposition=self._disposition, notes="bench")
                await line.send(_encode(shown), text=True)
