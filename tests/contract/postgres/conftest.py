"""One real PostgreSQL for all tests here; each test has a fresh, migrated database of its own."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from tests.support.postgres import MakeDatabase
from tests.support.records import AT

from tandem.cti.app.demo_data import load_demo
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database

_numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    async with EmbeddedPostgres.temporary() as server:
        await migrate(server.url)
        await _create(server, "bank", template="tandem")
        bank = Database(_url(server, "bank"))
        await bank.open()
        await load_demo(bank, now=AT)
        await bank.close()
        yield server


@pytest.fixture
async def make_database(postgres: EmbeddedPostgres) -> AsyncIterator[MakeDatabase]:
    made: list[str] = []

    async def make(template: str) -> str:
        name = f"t{next(_numbers)}"
        await _create(postgres, name, template=template)
        made.append(name)
        return _url(postgres, name)

    yield make
    for name in made:  # five hundred files each: the last test of all would pay for them
        await _say(postgres, f"drop database {name} with (force)")


@pytest.fixture
async def database_url(make_database: MakeDatabase) -> str:
    return await make_database("tandem")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with _opened(database_url) as database:
        yield database


@pytest.fixture
async def bank(make_database: MakeDatabase) -> AsyncIterator[Database]:
    """The demo bank, as of ``tests.support.records.AT``."""
    async with _opened(await make_database("bank")) as database:
        yield database


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def _create(server: EmbeddedPostgres, name: str, *, template: str) -> None:
    await _say(server, f"create database {name} template {template}")


async def _say(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(_url(server, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _url(server: EmbeddedPostgres, name: str) -> str:
    return urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))
