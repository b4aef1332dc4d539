"""How the command line talks to the server that runs in the same home: a socket that only its owner can open.

One request a connection: a line of JSON ``{"do": NAME, "with": {..}}``, answered by ``{"ok": ..}`` or
``{"error": .., "code": .., "said": {"zh": .., "en": ..}}``. Who may open the folder of the installation may do all of
this anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tandem.agent_desktop.adapters.misfits import misfit
from tandem.cti.app.terminal import LANGUAGES
from tandem.cti.model.errors import BadRequest, CtiError, Unavailable

Handler = Callable[[dict[str, Any]], Awaitable[Any]]
_NAME = "control.sock"
_LONGEST = 8 << 20
_DEADLINE_S = 60.0


class _Asked(msgspec.Struct):
    do: str
    parameters: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class _Answer(msgspec.Struct, omit_defaults=True):
    ok: Any = None
    error: str = ""
    code: str = ""
    said: dict[str, str] = {}


@asynccontextmanager
async def control(home: Path, handlers: Mapping[str, Handler]) -> AsyncIterator[None]:
    """Answer while the ``with`` block runs. A socket that an earlier server left is replaced."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_DEADLINE_S):
                answer = await _answer(handlers, await reader.readuntil(b"\n"))
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, or is none of ours
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    with _folder(home) as at:
        (home / _NAME).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            listener.bind(f"{at}/{_NAME}")
        finally:
            os.umask(before)
        server = await asyncio.start_unix_server(serve, sock=listener, limit=_LONGEST)
    try:
        yield
    finally:
        server.close()
        (home / _NAME).unlink(missing_ok=True)


async def _answer(handlers: Mapping[str, Handler], line: bytes) -> _Answer:
    try:
        asked = msgspec.json.decode(line, type=_Asked)
        handler = handlers.get(asked.do)
        if handler is None:
            raise BadRequest.because("server_other_version", do=asked.do)
        return _Answer(ok=await handler(asked.parameters))
    except msgspec.DecodeError as error:  # no JSON, or not what was asked for
        return _refusal(misfit(error, described_at="docs/reference/command-line.md"))
    except CtiError as error:
        return _refusal(error)


def _refusal(error: CtiError) -> _Answer:
    return _Answer(error=str(error), code=error.code, said={each: error.in_language(each) for each in LANGUAGES})


async def ask(home: Path, do: str, **parameters: Any) -> Any:
    """What the running server answers. Raises Unavailable when none runs in this home, BadRequest when it refuses."""
    with _folder(home) as at:
        try:
            reader, writer = await asyncio.open_unix_connection(f"{at}/{_NAME}", limit=_LONGEST)
        except (FileNotFoundError, ConnectionRefusedError):
            raise Unavailable.because("no_server", home=str(home)) from None
    try:
        async with asyncio.timeout(_DEADLINE_S):
            writer.write(msgspec.json.encode(_Asked(do=do, parameters=parameters)) + b"\n")
            answer = msgspec.json.decode(await reader.readuntil(b"\n"), type=_Answer)
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        raise Unavailable.because("server_silent") from None
    finally:
        writer.close()
    if answer.error:
        refused = BadRequest(answer.error)
        refused.said = answer.said
        raise refused
    return answer.ok


@contextlib.contextmanager
def _folder(home: Path) -> Any:
    """A short name for the folder: the address of a socket has room for 107 bytes only (unix(7))."""
    descriptor = os.open(home, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
