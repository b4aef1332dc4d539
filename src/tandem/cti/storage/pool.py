"""Connections to PostgreSQL (asyncpg), each use with a deadline, and whether the database is up.

A deadline cuts the connection instead of asking the server to cancel: a stalled server cannot answer that either.
The pool keeps no session state, so the round trip that asyncpg spends on resetting a connection is saved.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import asyncpg

from tandem.cti.storage.errors import DatabaseDown

_log = logging.getLogger(__name__)

DEADLINE_S = 5.0
_CONNECT_S = 3.0
_PROBE_EVERY_S = 1.0
_PROBE_DEADLINE_S = 1.0

Connection = Any
"""An asyncpg connection (or its pool proxy)."""
Row = Mapping[str, Any]

AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What asyncpg raises when the server is gone, going, stalled or full."""
REFUSED_INPUT = ValueError
"""asyncpg could not even encode an argument: its own DataError is an InterfaceError too, but the argument's fault."""


class Database:
    """A pool of connections. ``open`` does not need the server to be there; ``run`` watches whether it is."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = 8,
        deadline_s: float = DEADLINE_S,
        on_change: Callable[[bool], None] | None = None,
    ) -> None:
        """``url``: ``postgresql://user@/database?host=/socket/folder``. ``on_change(up)`` is called from the loop."""
        self.url = url
        self._size = connections
        self._deadline_s = deadline_s
        self._on_change = on_change
        self._pool: Any = None
        self._probe: Connection = None
        self._up = False
        self._suspect = asyncio.Event()

    @property
    def up(self) -> bool:
        return self._up

    async def open(self) -> None:
        self._pool = asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=self._size,
            timeout=_CONNECT_S,
            reset=_keep,
            server_settings={
                "application_name": "tandem",
                "statement_timeout": str(int(self._deadline_s * 2000)),
                "idle_in_transaction_session_timeout": "30000",
            },
        )
        await self._pool
        await self._probe_once()

    async def close(self) -> None:
        self._drop_probe()
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        try:
            async with asyncio.timeout(2):
                await pool.close()
        except (TimeoutError, *AWAY):
            pool.terminate()

    async def run(self) -> None:
        """Probe the server every second, at once after a failure; until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PROBE_EVERY_S):
                    await self._suspect.wait()
                await asyncio.sleep(0.1)
            self._suspect.clear()
            await self._probe_once()

    @contextlib.asynccontextmanager
    async def session(self, deadline_s: float | None = None) -> AsyncIterator[Connection]:
        """One connection for the ``with`` block, which is over after ``deadline_s``.

        Raises DatabaseDown, also out of the middle of the block: the connection is cut at the deadline. Other errors
        of PostgreSQL (``asyncpg.PostgresError``) pass as they are.
        """
        pool = self._pool  # closing it does not wait for who is in the middle of something
        if pool is None:
            raise DatabaseDown("the pool is not open")
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + (deadline_s or self._deadline_s)
        try:
            connection = await pool.acquire(timeout=give_up_at - loop.time())
        except AWAY as error:
            raise self._away(error) from error
        timer = loop.call_at(give_up_at, _cut, connection)
        try:
            yield connection
        except asyncio.CancelledError:
            _cut(connection)  # a statement may be under way: nobody waits for it to end
            raise
        except REFUSED_INPUT:
            raise
        except AWAY as error:
            _cut(connection)
            raise self._away(error) from error
        finally:
            timer.cancel()
            with contextlib.suppress(*AWAY):
                await pool.release(connection)

    async def fetch(self, query: str, *arguments: Any, deadline_s: float | None = None) -> list[Row]:
        """Rows of a reading query; asked once more when the connection turns out to be dead (server restarted)."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + (deadline_s or self._deadline_s)
        try:
            return await self._fetch(query, arguments, give_up_at - loop.time())
        except DatabaseDown:
            if give_up_at - loop.time() < 0.05:
                raise
            return await self._fetch(query, arguments, give_up_at - loop.time())

    async def fetch_row(self, query: str, *arguments: Any, deadline_s: float | None = None) -> Row | None:
        rows = await self.fetch(query, *arguments, deadline_s=deadline_s)
        return rows[0] if rows else None

    async def execute(self, query: str, *arguments: Any, deadline_s: float | None = None) -> None:
        """A writing statement, tried once: after DatabaseDown it may or may not have been carried out."""
        async with self.session(deadline_s) as connection:
            await connection.execute(query, *arguments)

    async def _fetch(self, query: str, arguments: tuple[Any, ...], deadline_s: float) -> list[Row]:
        async with self.session(deadline_s) as connection:
            rows: list[Row] = await connection.fetch(query, *arguments)
            return rows

    def _away(self, error: BaseException) -> DatabaseDown:
        self._suspect.set()
        return DatabaseDown.because("database_silent", why=f"{type(error).__name__} {error}".rstrip())

    async def _probe_once(self) -> None:
        # A connection of its own: the pool's may all be waiting for a stalled server.
        up = False
        try:
            async with asyncio.timeout(_PROBE_DEADLINE_S):
                if self._probe is None or self._probe.is_closed():
                    self._probe = await asyncpg.connect(self.url, server_settings={"application_name": "tandem probe"})
                await self._probe.execute("select 1")
                up = True
        except (*AWAY, asyncpg.PostgresError) as error:
            self._drop_probe()
            if self._up:
                _log.warning("database is down: %s %s", type(error).__name__, error)
        if up != self._up:
            self._up = up
            if up:
                _log.info("database is up")
            if self._on_change is not None:
                self._on_change(up)

    def _drop_probe(self) -> None:
        if self._probe is not None:
            self._probe.terminate()
            self._probe = None


def _cut(connection: Connection) -> None:
    with contextlib.suppress(asyncpg.InterfaceError):  # it has been cut already
        connection.terminate()


async def _keep(connection: Connection) -> None:
    """Nothing to reset: no session state is ever made on a pooled connection."""
