"""One connection of a page: its writer, its replies, its rate, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tandem.agent_desktop.adapters.problems import error_view
from tandem.agent_desktop.core.messages import Replaced, Reply
from tandem.agent_desktop.core.rate_limit import Rate, RateLimit
from tandem.agent_desktop.services.hub import EndReason, Page
from tandem.cti.model.errors import CtiError

_log = logging.getLogger(__name__)
_UNREAD_REPLIES = 64
"""Replies that a page may leave unread before it is dropped."""
_PATIENCE = 100
"""Messages beyond the rate that are refused one by one before the page is closed."""
_REASON_BYTES = 120
"""RFC 6455 section 5.5: a close frame holds 123 bytes of reason."""

_encode = msgspec.json.Encoder().encode


class Over(Exception):
    """The page is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:_REASON_BYTES].decode(errors="ignore")


class PageLine:
    """One connection and its writer. Implements ``hub.Line``."""

    def __init__(self, connection: ServerConnection, rate: Rate) -> None:
        self._connection = connection
        self._replies: deque[bytes] = deque()
        """Replies: they belong to the connection, not to the session."""
        self._woken = asyncio.Event()
        self._ending: Over | None = None
        self.rate = RateLimit(rate)
        self.patience = RateLimit(Rate(burst=_PATIENCE, interval_s=rate.interval_s))

    def wake(self) -> None:
        self._woken.set()

    def cut(self) -> None:
        self._connection.transport.abort()

    def end(self, code: int, reason: str) -> None:
        self._ending = Over(code, reason)
        self._woken.set()

    def reply(self, number: int, error: CtiError | None, *, our_fault: bool = False) -> None:
        refused = None if error is None and not our_fault else error_view(error)
        self._replies.append(_encode(Reply(id=number, error=refused)))
        self._woken.set()
        if len(self._replies) > _UNREAD_REPLIES:
            self.cut()

    async def write(self, page: Page, welcome: bytes) -> None:
        """Send what there is, wait for more. Ends when the connection does."""
        try:
            await self._connection.send(welcome, text=True)
            while self._ending is None:
                await self._send_all(page)
                await self._woken.wait()
                self._woken.clear()
            await self._bid_farewell(page, self._ending)
        except ConnectionClosed:
            return
        except Exception:
            _log.exception("Writing to a page of %s failed", page.user.login)
            self.cut()

    async def _send_all(self, page: Page) -> None:
        """Replies last: what a command brought about comes before its reply."""
        send = self._connection.send
        while page.line is self and (text := page.session.next()) is not None:
            await send(text, text=True)
        while self._replies:
            await send(self._replies.popleft(), text=True)

    async def _bid_farewell(self, page: Page, ending: Over) -> None:
        if ending.code == EndReason.REPLACED:
            await self._connection.send(_encode(Replaced(seq=page.session.last_seq + 1)), text=True)
        await self._connection.close(ending.code, ending.reason)
