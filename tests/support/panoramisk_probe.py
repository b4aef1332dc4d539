"""panoramisk 1.4 behind the face of ``Probe``, wired as well as it can be, to run the link's contract suite on it.

A peer to compare with (docs/adr/0002), never a part of the server. Up is what its ``FullyBooted`` callback says, down
its ``on_disconnect``; a wait that our link does not need (whole seconds between reconnects) is granted (``patience``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Self

from panoramisk import Manager

from tandem.cti.adapters.asterisk.codec import Fields, Message
from tandem.cti.adapters.asterisk.link import ActionRefused, AmiSettings, Down, DownCause
from tandem.cti.model.errors import OutcomeUnknown


class PeerMessage:
    """A panoramisk message with the face of ours."""

    def __init__(self, message: Any) -> None:
        self._message = message
        self.headers: dict[str, Any] = dict(message.items())
        self.name = str(self.headers.get("Event") or self.headers.get("Response"))
        self.text = "\r\n".join(f"{name}: {value}" for name, value in self.headers.items())

    def __getitem__(self, name: str) -> Any:
        return self.headers[name]

    def get(self, name: str, default: str = "") -> Any:
        return self.headers.get(name, default)

    def getall(self, name: str) -> list[str]:
        value = self.headers.get(name, [])
        return value if isinstance(value, list) else [value]


class PanoramiskProbe:
    patience = 4.0

    def __init__(
        self,
        settings: AmiSettings,
        *,
        while_syncing: Callable[[], Awaitable[object]] | None = None,
        on_event: Callable[[Message], None] | None = None,
    ) -> None:
        self.ups = 0
        self.downs: list[Down] = []
        self.events: list[PeerMessage] = []
        self.alarms: list[Any] = []
        counters = SimpleNamespace(dropped={}, ping_s=0.0, queue_peak=0, listener_errors=0, list_items_missing=0)
        self.link = SimpleNamespace(state="idle", last_error="", counters=counters)
        self._while_syncing = while_syncing
        self._also: Any = on_event
        log = logging.getLogger("panoramisk.peer")
        log.setLevel(logging.CRITICAL)
        self._manager = Manager(
            host=settings.host,
            port=settings.port,
            username=settings.username,
            secret=settings.secret,
            events=settings.event_mask,
            ping_delay=1,
            ping_interval=1,
            reconnect_timeout=1,
            on_disconnect=self._on_disconnect,
            log=log,
            loop=asyncio.get_running_loop(),
        )
        self._manager.register_event("*", self._on_event)

    async def __aenter__(self) -> Self:
        self._manager.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._manager.close()
        self._manager.connect = lambda: None  # else it comes back into the next test
        self.link.state = "closed"
        await asyncio.sleep(0.01)

    async def send(self, action: str, fields: Fields = (), *, timeout_s: float = 5.0) -> PeerMessage:
        answer = PeerMessage(await self._ask(action, fields, timeout_s, as_list=False))
        if answer.name == "Error":
            raise ActionRefused(str(answer.get("Message")))
        return answer

    async def send_list(self, action: str, fields: Fields, complete_event: str) -> Sequence[PeerMessage]:
        answers = await self._ask(action, fields, 5.0, as_list=True)
        return [PeerMessage(each) for each in answers][1:-1]

    async def _ask(self, action: str, fields: Fields, timeout_s: float, *, as_list: bool) -> Any:
        asked: dict[str, Any] = {"Action": action}
        for name, value in fields.items() if isinstance(fields, Mapping) else fields:
            asked[name] = [*asked[name], value] if isinstance(asked.get(name), list) else value
            if name == "Variable" and not isinstance(asked[name], list):
                asked[name] = [value]
        try:
            return await asyncio.wait_for(self._manager.send_action(asked, as_list=as_list), timeout_s)
        except TimeoutError:
            raise OutcomeUnknown(f"{action}: no answer from panoramisk") from None

    async def until(self, true: Callable[[], object], timeout_s: float = 5.0) -> None:
        async with asyncio.timeout(timeout_s * self.patience):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def until_up(self, times: int = 1, timeout_s: float = 10.0) -> None:
        await self.until(lambda: self.ups >= times and self.link.state == "up", timeout_s)

    def user_events(self, name: str) -> list[PeerMessage]:
        return [each for each in self.events if each.name == "UserEvent" and each.get("UserEvent") == name]

    def of_channel(self, uniqueid: str) -> list[PeerMessage]:
        return [each for each in self.events if each.get("Uniqueid") == uniqueid]

    def _on_disconnect(self, manager: Any, error: Any) -> None:
        self.link.state = "waiting"
        self.downs.append(Down(DownCause.DISCONNECTED, gone=False, reason=str(error)))

    def _on_event(self, manager: Any, message: Any) -> None:
        event = PeerMessage(message)
        if event.name == "FullyBooted":
            self.ups += 1
            self.link.state = "up"
            if self._while_syncing is not None:
                asyncio.ensure_future(self._while_syncing())  # noqa: RUF006
            return
        self.events.append(event)
        if self._also is not None:
            self._also(event)
