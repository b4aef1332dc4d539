"""The live channel: one WebSocket (RFC 6455) per open page, from the handshake to the close code.

Close codes of ours: 4400 a message that fits no shape or another protocol version, 4401 logged out or session over,
4403 not allowed, 4408 no Hello in time, 4409 replaced by another page, 4429 far too many messages; 1012 the server
restarts (come back at once). A page that reads too slowly is dropped without a code (1006) and may resume.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tandem.agent_desktop.adapters.api import COOKIE
from tandem.agent_desktop.adapters.misfits import MISFITS, misfit
from tandem.agent_desktop.adapters.page_line import Over, PageLine
from tandem.agent_desktop.adapters.problems import OUR_FAULT
from tandem.agent_desktop.core.messages import PROTOCOL, Hello, PageMessage, WatchCallbacks
from tandem.agent_desktop.core.permissions import COMMAND_ACTIONS, VIEW_ACTIONS, Reach, reach
from tandem.agent_desktop.core.resources import UserView
from tandem.agent_desktop.ports import Center
from tandem.agent_desktop.services.authentication import Authentication, LoggedIn
from tandem.agent_desktop.services.hub import SEAT, EndReason, Page, PageHub
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.errors import CtiError, Forbidden, Overload, Unavailable
from tandem.cti.model.ids import AgentId

_log = logging.getLogger(__name__)
_MESSAGE_BYTES = 32 * 1024
_CLOSE_S = 2.0
_COMMAND_S = 10.0
_PAGE_GONE = 1001
"""What a browser says when a page is closed or reloaded (RFC 6455 section 7.4.1)."""
_SCHEMA_AT = "/api/schema/live.json"


class _OnlyId(msgspec.Struct, frozen=True):
    id: int


class _Greeting(msgspec.Struct, frozen=True):
    protocol: int


_decode = msgspec.json.Decoder(PageMessage).decode
_decode_id = msgspec.json.Decoder(_OnlyId).decode
_decode_greeting = msgspec.json.Decoder(_Greeting).decode
_decode_hello = msgspec.json.Decoder(Hello).decode
_encode = msgspec.json.Encoder().encode


class _PageConnection(ServerConnection):
    who: LoggedIn | None = None
    """Set during the handshake."""


class SeatSocket:
    """The listener. ``now``: seconds, monotonic; ``clock``: seconds since the Unix epoch."""

    def __init__(
        self,
        settings: DesktopSettings,
        *,
        http_port: int,
        authentication: Authentication,
        center: Center,
        hub: PageHub,
        clock: Callable[[], float] = time.time,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._origins = settings.origins(http_port)
        self._authentication = authentication
        self._center = center
        self._hub = hub
        self._clock = clock
        self._now = now
        self._open = 0
        self._stopping = False
        self._replies: set[asyncio.Future[None]] = set()

    async def listen(self, sock: socket.socket) -> Server:
        settings = self._settings
        return await serve(
            self._serve,
            sock=sock,
            create_connection=_PageConnection,
            process_request=self._admit,
            compression=None,
            max_size=_MESSAGE_BYTES,
            max_queue=8,
            open_timeout=10,
            ping_interval=settings.ping_interval_s,
            ping_timeout=settings.ping_timeout_s,
            close_timeout=_CLOSE_S,
            server_header=None,
            ssl=settings.tls,
        )

    async def stop(self, server: Server) -> None:
        """Send the pages away; they come back when a server is there again. The center keeps its seats."""
        self._stopping = True
        self._hub.end_all(EndReason.RESTART, "The server restarts.")
        server.close()
        await server.wait_closed()

    async def watch(self) -> None:
        """Close the pages whose session has run out, was withdrawn, or whose user may no longer have them."""
        while True:
            await asyncio.sleep(self._settings.session_check_s)
            for token_hash in {page.token_hash for page in self._hub.pages()}:
                with contextlib.suppress(Unavailable):
                    self._look_again(token_hash, await self._authentication.user_of(token_hash))

    def _look_again(self, token_hash: bytes, user: UserView | None) -> None:
        pages = [page for page in self._hub.pages() if page.token_hash == token_hash]
        if user is not None and all(_may_have(user, page.view) for page in pages):
            for page in pages:
                page.user = user
            return
        for page in self._hub.log_out(token_hash, "Your session is over. Log in again."):
            if page.view == SEAT:
                self._away(page, page_gone=False)

    def _away(self, page: Page, *, page_gone: bool) -> None:
        try:
            self._center.seat_closed(AgentId(page.user.login), page_gone=page_gone)
        except Exception:
            _log.exception("The center failed on the closed page of %s", page.user.login)

    # ---- the handshake ---------------------------------------------------------------------------------------------

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away whoever is no page of ours. Whose page it is, is looked up before the handshake is answered; but
        "not logged in" is told as close code 4401 afterwards, because no browser shows a page the status of a
        refused handshake.
        """
        assert isinstance(connection, _PageConnection)
        origins = request.headers.get_all("Origin")
        if len(origins) != 1 or origins[0].lower() not in self._origins:
            return connection.respond(HTTPStatus.FORBIDDEN, "This origin may not open the seat socket.\n")
        if self._open >= self._settings.max_pages:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.\n")
        try:
            connection.who = await self._authentication.by_token(_cookie(request))
        except Unavailable as error:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n")
        return None

    # ---- one page --------------------------------------------------------------------------------------------------

    async def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, _PageConnection)
        self._open += 1
        try:
            if connection.who is None:
                raise Over(EndReason.LOGGED_OUT, "You are not logged in, or your session is over.")
            hello = await self._hello(connection)
            if not _may_have(connection.who.user, hello.view):
                raise Over(EndReason.FORBIDDEN, f"Your role has no {hello.view}.")
            await self._live(connection, connection.who, hello)
        except Over as over:
            await connection.close(over.code, over.reason)
        except ConnectionClosed:
            pass
        finally:
            self._open -= 1

    async def _hello(self, connection: ServerConnection) -> Hello:
        try:
            async with asyncio.timeout(self._settings.hello_timeout_s):
                text = await connection.recv()
        except TimeoutError:
            raise Over(EndReason.NO_HELLO, f"No Hello within {self._settings.hello_timeout_s:.0f} s.") from None
        try:
            if _decode_greeting(text).protocol != PROTOCOL:
                raise Over(EndReason.BAD_MESSAGE, f"This server speaks protocol {PROTOCOL}: reload the page.")
            return _decode_hello(text)
        except MISFITS as error:
            raise Over(EndReason.BAD_MESSAGE, f"The first message must be Hello: {error}") from None

    async def _live(self, connection: ServerConnection, who: LoggedIn, hello: Hello) -> None:
        line = PageLine(connection, self._settings.command_rate)
        page, welcome = self._hub.open(
            who.user, hello.view, who.token_hash, hello.resume, line, server_now=self._clock()
        )
        writer = asyncio.create_task(line.write(page, _encode(welcome)), name=f"page.write {page.user.login}")
        announced = False
        try:
            self._announce(page, hello, resumed=welcome.resumed)
            announced = True
            while True:
                text = await connection.recv()
                if page.line is not line:
                    return
                self._hear(page, line, text)
                await asyncio.sleep(0)  # a page that sends a pile at once takes turns with everybody, its writer too
        finally:
            writer.cancel()
            await asyncio.wait({writer})
            page_gone = not announced or _said_by_page(connection, _PAGE_GONE)
            away = self._hub.leave(page, line, page_gone=page_gone)
            if away and announced and page.view == SEAT and not self._stopping:
                self._away(page, page_gone=page_gone)

    def _announce(self, page: Page, hello: Hello, *, resumed: bool) -> None:
        """Tell the center. A board that resumed has everything; a seat asks anew, for the phone's sake."""
        try:
            if page.view == SEAT:
                self._center.seat_opened(AgentId(page.user.login), on_call=hello.on_call)
            elif not resumed:
                self._center.board_opened(page.user.login)
        except CtiError as error:
            raise Over(EndReason.FORBIDDEN, str(error)) from None
        except Exception as error:
            _log.exception("The center failed on a page of %s", page.user.login)
            raise Over(EndReason.FAULT, OUR_FAULT.message) from error

    def _hear(self, page: Page, line: PageLine, text: str | bytes) -> None:
        now = self._now()
        error: CtiError | None = None
        if line.rate.take(None, now) > 0:
            if line.patience.take(None, now) > 0:
                raise Over(EndReason.TOO_MANY, "Far too many messages.")
            error = Overload("Too many messages at once: wait a second.")
        try:
            message = _decode(text)
        except MISFITS as misfitting:
            line.reply(_id_of(text), error or misfit(misfitting, described_at=_SCHEMA_AT))
            return
        if isinstance(message, Hello):
            raise Over(EndReason.BAD_MESSAGE, "Hello is said once, at first.")
        if error is not None:
            line.reply(message.id, error)
            return
        try:
            if reach(page.user.role, COMMAND_ACTIONS[type(message)]) is Reach.NONE:
                raise Forbidden("Your role may not do this.")
            waiting = None
            if isinstance(message, WatchCallbacks):
                self._hub.watch_callbacks(page, message.first)
            else:
                waiting = self._center.command(AgentId(page.user.login), message)
        except CtiError as refused:
            line.reply(message.id, refused)
        except Exception:
            _log.exception("The center failed on %s of %s", type(message).__name__, page.user.login)
            line.reply(message.id, None, our_fault=True)
        else:
            if waiting is None:
                line.reply(message.id, None)
            else:
                self._reply_later(line, message.id, waiting)

    def _reply_later(self, line: PageLine, id_: int, waiting: Awaitable[None]) -> None:
        async def reply() -> None:
            try:
                async with asyncio.timeout(_COMMAND_S):
                    await waiting
            except TimeoutError:
                line.reply(id_, Unavailable("It took too long. Try again in a few seconds."))
            except CtiError as refused:
                line.reply(id_, refused)
            except Exception:
                _log.exception("a command failed")
                line.reply(id_, None, our_fault=True)
            else:
                line.reply(id_, None)

        task = asyncio.ensure_future(reply())
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)


def _may_have(user: UserView, view: str) -> bool:
    return reach(user.role, VIEW_ACTIONS[view]) is not Reach.NONE


def _said_by_page(connection: ServerConnection, code: int) -> bool:
    received = connection.protocol.close_rcvd
    return received is not None and received.code == code


def _id_of(text: str | bytes) -> int:
    """The number of a command that does not fit its shape. Without one there is nothing to answer to."""
    try:
        return _decode_id(text).id
    except MISFITS as error:
        raise Over(EndReason.BAD_MESSAGE, f"That is no message: {error}") from None


def _cookie(request: Request) -> str | None:
    """The session cookie (RFC 6265 section 4.2.1). Other cookies of the host may be of any kind."""
    for header in request.headers.get_all("Cookie"):
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == COOKIE:
                return value
    return None
