"""Nobody stays connected to a server that is gone."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

from tandem.cti.provision.ports import free_port
from tandem.cti.runtime.stream_server import HOST, StreamServer


async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_who_is_served_ends_with_the_server() -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        begun.set()
        try:
            await reader.read()
        finally:
            ended.append("served")

    server = StreamServer(serve)
    reader, writer = await asyncio.open_connection(HOST, await server.open())
    await begun.wait()
    await server.close()
    assert ended == ["served"]
    assert server.port is None
    assert await reader.read() == b""
    writer.close()


def test_who_comes_while_the_server_closes_leaves_no_socket_behind() -> None:
    """In every round of the loop from the kernel's word of a client to the task that serves it."""

    async def one(rounds: int) -> None:
        server = StreamServer(listen)
        with socket.create_connection((HOST, await server.open())):
            for _ in range(rounds):
                await asyncio.sleep(0)
            await server.close()

    for rounds in range(10):
        asyncio.run(one(rounds))
        gc.collect()  # what is left open warns, and a warning fails the test


def test_who_is_cancelled_opening_or_closing_leaves_no_socket_behind() -> None:
    """In every round of the loop; closing is cancelled where a task's group fails while it ends."""

    async def one(rounds: int) -> None:
        server = StreamServer(listen)

        async def open_and_close() -> None:
            with socket.create_connection((HOST, await server.open())):
                await server.close()

        task = asyncio.ensure_future(open_and_close())
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for _ in range(10):
            await asyncio.sleep(0)
        await server.close()

    for rounds in range(16):
        asyncio.run(one(rounds))
        gc.collect()  # what is left open warns, and a warning fails the test


async def test_what_is_said_last_still_arrives() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 1_000_000)

    server = StreamServer(serve)
    reader, writer = await asyncio.open_connection(HOST, await server.open())
    assert len(await reader.read()) == 1_000_000
    writer.close()
    await server.close()


async def test_it_opens_again_on_its_port() -> None:
    server = StreamServer(listen)
    port = await server.open(free_port())
    await server.close()
    await server.close()
    assert await server.open(port) == port == server.port
    await server.close()


async def test_an_error_is_told() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))

    async def serve(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        raise ValueError("no")

    server = StreamServer(serve)
    reader, writer = await asyncio.open_connection(HOST, await server.open())
    assert await reader.read() == b""
    assert isinstance(told[0]["exception"], ValueError)
    writer.close()
    await server.close()
