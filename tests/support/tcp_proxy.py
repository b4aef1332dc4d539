"""A wire on loopback that can be cut, stalled and made to deliver in small pieces."""

from __future__ import annotations

import asyncio

from tandem.cti.runtime.stream_server import StreamServer


class TcpProxy:
    """Listens on ``port`` and forwards to ``target_port``.

    ``stall()`` keeps the connections but nothing passes any more, in both directions or only towards the client; what
    arrives is kept and passes after ``flow()``. ``cut()`` resets all connections. ``piece`` bytes at most are written
    at a time, with a pause between. ``connections`` counts how many were made.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.piece = 1 << 16
        self.connections = 0
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._server = StreamServer(self._accept)
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self.flow()

    async def __aenter__(self) -> TcpProxy:
        self.port = await self._server.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    def flow(self) -> None:
        self._up.set()
        self._down.set()

    def stall(self, *, only_answers: bool = False) -> None:
        self._down.clear()
        if not only_answers:
            self._up.clear()

    def cut(self) -> None:
        for pair in self._pairs:
            for writer in pair:
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        pair = writer, far_writer
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, far_writer, self._up))
                group.create_task(self._pass_on(far_reader, writer, self._down))
        except* ConnectionError:
            pass
        finally:
            self._pairs.discard(pair)
            for each in pair:
                each.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event) -> None:
        while data := await reader.read(1 << 16):
            await gate.wait()
            for start in range(0, len(data), self.piece):
                writer.write(data[start : start + self.piece])
                await writer.drain()
                if self.piece < len(data):
                    await asyncio.sleep(0.0005)
        raise ConnectionResetError  # one side has closed: so does the other
