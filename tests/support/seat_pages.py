"""A page at the seat's socket without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.desktop_fakes import Desk, desktop
from websockets.asyncio.client import ClientConnection

from tandem.agent_desktop.core import messages as m

HELLO = b'{"type":"hello","protocol":2,"view":"seat"}'
SERVICE = m.Service(seq=0, switch_up=True, database_up=True)


async def until(condition: Any, *, within_s: float = 20.0) -> None:
    for _ in range(int(within_s / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen in time")


@asynccontextmanager
async def raw_page(tmp_path: Path, login: str, **changed: Any) -> AsyncIterator[tuple[Desk, ClientConnection]]:
    """Connected and logged in, but without Hello."""
    async with (
        desktop(tmp_path, **changed) as desk,
        desk.browser(login) as browser,
        desk.raw_socket(desk.token(browser)) as connection,
    ):
        yield desk, connection
