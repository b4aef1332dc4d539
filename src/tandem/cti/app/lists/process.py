"""The process that reads a file: started, listened to, ended."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import msgspec

from tandem.cti.app.lists import worker
from tandem.cti.app.lists.worker import Answer, Line, News, Order

log = logging.getLogger(__name__)
_MOST_BYTES = 16 << 20
_LAST_BYTES, _LAST_LINES = 4 << 10, 8
_ENDING_S = 0.5
INSPECT_S = 120.0


async def run(
    name: str, order: Order, on_news: Callable[[News], None] | None = None, *, limit_s: float | None = None
) -> Answer:
    """The worker's answer; ``problem`` ``ended`` when it died: the log has its last words, under ``name``. Cancelled,
    it takes the process with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", worker.__name__, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=_MOST_BYTES
    )
    last_words = asyncio.create_task(_last_lines(process))
    try:
        async with _ended_after(process), asyncio.timeout(limit_s):
            answer = await _listen(process, order, on_news)
        if answer is None:
            said = await last_words
            log.error("%s: the process that read the list ended early, exit code %s%s", name, process.returncode, said)
    except TimeoutError:
        return Answer(problem="not_a_list")
    finally:
        last_words.cancel()
    return answer or Answer(problem="ended")


@asynccontextmanager
async def _ended_after(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    try:
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_S):  # killed while it ends, its exit code would be lost
                await process.wait()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _last_lines(process: asyncio.subprocess.Process) -> str:
    """Of standard error, each on a line of its own; read to its end, so that the process never waits for us."""
    if process.stderr is None:
        raise AssertionError("it is a pipe")
    last = b""
    while piece := await process.stderr.read(_LAST_BYTES):
        last = (last + piece)[-_LAST_BYTES:]
    return "".join(f"\n  {line}" for line in last.decode(errors="replace").splitlines()[-_LAST_LINES:])


async def _listen(
    process: asyncio.subprocess.Process, order: Order, on_news: Callable[[News], None] | None
) -> Answer | None:
    """None: it ended without an answer, or said something else."""
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
    return None
