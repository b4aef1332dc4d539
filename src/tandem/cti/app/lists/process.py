"""The process that reads a file: started, listened to, ended."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from contextlib import suppress

import msgspec

from tandem.cti.app.lists import worker
from tandem.cti.app.lists.worker import Answer, Line, News, Order

log = logging.getLogger(__name__)
_MOST_BYTES = 16 << 20
INSPECT_S = 120.0


async def run(order: Order, on_news: Callable[[News], None] | None = None, *, limit_s: float | None = None) -> Answer:
    """The worker's answer; ``problem`` ``ended`` when it died. Cancelled, it takes the process with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", worker.__name__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=_MOST_BYTES
    )
    try:
        async with asyncio.timeout(limit_s):
            return await _listen(process, order, on_news)
    except TimeoutError:
        return Answer(problem="not_a_list")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _listen(process: asyncio.subprocess.Process, order: Order, on_news: Callable[[News], None] | None) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both are pipes")
    with suppress(ConnectionError):
        process.stdin.write(msgspec.json.encode(order))
        await process.stdin.drain()
    process.stdin.close()
    with suppress(ValueError):  # a line over the limit
        async for text in process.stdout:
            try:
                line = Line.decode(text)
            except msgspec.DecodeError:
                break
            if isinstance(line, Answer):
                return line
            if on_news is not None:
                on_news(line)
    log.error("the process that read a list ended early")
    return Answer(problem="ended")
