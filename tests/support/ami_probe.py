"""A link with everything that happens to it written down, and what a suite needs of whatever stands behind AMI."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, Self

from tandem.cti.adapters.asterisk.codec import Fields, Message
from tandem.cti.adapters.asterisk.link import Alarm, AmiLink, AmiSettings, Down


class AmiServer(Protocol):
    """The fake or the real manager."""

    host: str
    port: int
    username: str
    secret: str
    system_name: str

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def kill(self) -> None: ...
    async def restart(self) -> None: ...


class Probe:
    """Runs a link while entered. ``while_syncing`` is awaited in ``on_up``, ``on_event`` called with each event."""

    def __init__(
        self,
        settings: AmiSettings,
        *,
        while_syncing: Callable[[], Awaitable[object]] | None = None,
        on_event: Callable[[Message], None] | None = None,
    ) -> None:
        self.ups = 0
        self.downs: list[Down] = []
        self.events: list[Message] = []
        self.alarms: list[Alarm] = []
        self._while_syncing = while_syncing
        self._also = on_event
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.link = AmiLink(
            settings, on_up=self._on_up, on_down=self._on_down, on_event=self._on_event, on_alarm=self._on_alarm
        )

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.link.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def send(self, action: str, fields: Fields = (), *, timeout_s: float = 20.0) -> Message:
        return await self.link.send(action, fields, timeout_s=timeout_s)

    async def send_list(self, action: str, fields: Fields, complete_event: str) -> Sequence[Message]:
        return await self.link.send_list(action, fields, complete_event)

    async def until(self, true: Callable[[], object], timeout_s: float = 20.0) -> None:
        """Wait until ``true()``; looks again whenever something happens, and every 20 ms."""
        async with asyncio.timeout(timeout_s):
            while not true():
                self._news.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def until_up(self, times: int = 1, timeout_s: float = 30.0) -> None:
        await self.until(lambda: self.ups >= times and self.link.state == "up", timeout_s)

    def user_events(self, name: str) -> list[Message]:
        return [each for each in self.events if each.name == "UserEvent" and each.get("UserEvent") == name]

    def of_channel(self, uniqueid: str) -> list[Message]:
        return [each for each in self.events if each.get("Uniqueid") == uniqueid]

    async def _on_up(self, link: AmiLink) -> None:
        self.ups += 1
        self._news.set()
        if self._while_syncing is not None:
            await self._while_syncing()

    def _on_down(self, down: Down) -> None:
        self.downs.append(down)
        self._news.set()

    def _on_event(self, message: Message) -> None:
        self.events.append(message)
        self._news.set()
        if self._also is not None:
            self._also(message)

    def _on_alarm(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)
        self._news.set()
