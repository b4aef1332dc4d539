"""A TCP server all of whose connections end with it.

``asyncio.start_server`` forgets the tasks that it starts, so that whoever is connected outlives the server; and a
client whom the kernel let in just before ``Server.close`` is left half open (CPython 3.11: ``_attach`` asserts in
``_accept_connection2``, which drops the error and the socket).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

HOST = "127.0.0.1"
_ROUNDS = 4
"""Of the loop, from the kernel's word of a client to the end of its transport: task, transport, ``_accept``, end."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class StreamServer:
    """Each connection is one call of ``serve``, and ends with it: what was written goes out, then it is closed."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._connected: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int | None:
        """None: it is not open."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else None

    async def open(self, port: int = 0) -> int:
        """Listens on loopback; its port, a free one for 0. Raises OSError."""
        server = await asyncio.start_server(self._accept, HOST, port, reuse_address=True, start_serving=False)
        try:
            await server.start_serving()
        except asyncio.CancelledError:
            server.close()
            raise
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Every connection is cut and its ``serve`` cancelled."""
        server, self._server = self._server, None
        if server is None:
            return
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        try:
            await self._pause()  # whoever is let in already comes up, and is turned away
        finally:  # also for one who is cancelled twice, as tasks are whose group fails while it ends
            server.close()
            connected = dict(self._connected)
            for task, writer in connected.items():
                writer.transport.abort()
                task.cancel()
        await asyncio.gather(*connected, return_exceptions=True)
        await self._pause()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connected[task] = writer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._connected.pop(task).close()
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": "a connection's task failed", "exception": error, "task": task}
            )

    @staticmethod
    async def _pause() -> None:
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
