"""One real PostgreSQL for all tests here; each test has a fresh, migrated database of its own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from tests.support.postgres import MakeDatabase

from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database

_numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    async with EmbeddedPostgres.temporary() as server:
        await migrate(server.url)
        yield server


@pytest.fixture
def make_database(postgres: EmbeddedPostgres) -> MakeDatabase:
    async def make(template: str) -> str:
        name = f"t{next(_numbers)}"
        connection = await asyncpg.connect(_url(postgres, "postgres"))
        try:
            await connection.execute(f"create database {name} template {template}")
        finally:
            await connection.close()
        return _url(postgres, name)

    return make


@pytest.fixture
async def database_url(make_database: MakeDatabase) -> str:
    return await make_database("tandem")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.open()
    yield opened
    await opened.close()


def _url(server: EmbeddedPostgres, name: str) -> str:
    return urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))
