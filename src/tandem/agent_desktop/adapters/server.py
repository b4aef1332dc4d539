"""The desktop's server: both listeners and what keeps them, as one async context manager."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import AsyncExitStack
from types import TracebackType

from aiohttp import web

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.guards import Guards
from tandem.agent_desktop.adapters.http import make_app
from tandem.agent_desktop.adapters.pages import Pages
from tandem.agent_desktop.adapters.passwords import Argon2Passwords
from tandem.agent_desktop.adapters.seat_socket import SeatSocket
from tandem.agent_desktop.errors import BadSetting, PortTaken
from tandem.agent_desktop.ports import (
    CampaignDesk,
    Center,
    FlowDesk,
    Library,
    Operations,
    RoutingDesk,
    SessionStore,
    Studies,
)
from tandem.agent_desktop.services.authentication import Authentication
from tandem.agent_desktop.services.hub import PageHub
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.ports import Journal

_BACKLOG = 1024
_SHUTDOWN_S = 3.0


class DesktopServer:
    """Serves pages, REST and the live channel while it is entered.

    The hub is made first (it needs nothing), then the center with the hub, then this with both. Entering raises
    PortTaken or BadSetting; leaving sends all pages away with 1012 ("restart") and tells the center nothing: the
    agents keep their states until they are back.
    """

    def __init__(
        self,
        settings: DesktopSettings,
        *,
        hub: PageHub,
        center: Center,
        sessions: SessionStore,
        library: Library,
        operations: Operations,
        journal: Journal,
        routing: RoutingDesk | None = None,
        studies: Studies | None = None,
        flows: FlowDesk | None = None,
        campaigns: CampaignDesk | None = None,
    ) -> None:
        self._settings = settings
        self.hub = hub
        self._center = center
        self._sessions = sessions
        self._library = library
        self._operations = operations
        self._journal = journal
        self._routing = routing
        self._studies = studies
        self._flows = flows
        self._campaigns = campaigns
        self._stack = AsyncExitStack()
        self.http_port = settings.http_port
        self.seat_port = settings.seat_port

    async def __aenter__(self) -> DesktopServer:
        async with AsyncExitStack() as stack:
            settings = self._settings
            web_socket = _bound(settings.listen, settings.http_port, "http_port")
            stack.callback(web_socket.close)
            seat_socket = _bound(settings.listen, settings.seat_port, "seat_port")
            stack.callback(seat_socket.close)
            self.http_port, self.seat_port = web_socket.getsockname()[1], seat_socket.getsockname()[1]
            await self._start(stack, web_socket, seat_socket)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the desktop."""
        return f"{self._settings.scheme}://{self._settings.names[0]}:{self.http_port}/"

    async def _start(self, stack: AsyncExitStack, web_socket: socket.socket, seat_socket: socket.socket) -> None:
        passwords = await asyncio.to_thread(Argon2Passwords)
        stack.callback(passwords.close)
        authentication = Authentication(self._sessions, passwords, self._settings)
        seats = SeatSocket(
            self._settings,
            http_port=self.http_port,
            authentication=authentication,
            center=self._center,
            hub=self.hub,
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(tasks.create_task(self.hub.run(), name="desktop.hub").cancel)
        stack.callback(tasks.create_task(seats.watch(), name="desktop.sessions").cancel)
        stack.push_async_callback(seats.stop, await seats.listen(seat_socket))
        runner = web.AppRunner(
            make_app(
                Api(
                    settings=self._settings,
                    authentication=authentication,
                    center=self._center,
                    hub=self.hub,
                    library=self._library,
                    operations=self._operations,
                    journal=self._journal,
                    seat_port=self.seat_port,
                    routing_desk=self._routing,
                    study_desk=self._studies,
                    flow_desk=self._flows,
                    campaign_desk=self._campaigns,
                ),
                Pages(self._settings.web_dist),
                Guards(self._settings, http_port=self.http_port, seat_port=self.seat_port),
            ),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_SHUTDOWN_S,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, web_socket, ssl_context=self._settings.tls, backlog=_BACKLOG).start()


def _bound(address: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        bound = socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(address=address, port=port, setting=setting) from None
        raise BadSetting.because(
            "cannot_listen_port", address=address, port=port, setting=setting, texts=reason_of(error)
        ) from None
    bound.setblocking(False)
    # asyncio turns Nagle's algorithm off only for sockets made with their protocol named, which create_server does not;
    # accepted connections inherit it from here. Else the second of two short messages waits 40 ms for an ACK.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound
