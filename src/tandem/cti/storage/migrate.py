"""Brings a database to this version's schema: numbered SQL files, each applied once, in order, in one transaction.

``schema_migrations`` keeps number, name and SHA-256 of what was applied. Several servers may start at once: an advisory
lock lets one of them migrate. An edited or missing migration is refused with the file's name, never guessed around.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import asyncpg

from tandem.cti.storage.errors import DatabaseDown, MigrationRefused
from tandem.cti.storage.pool import AWAY, Connection

_LOCK = 0x74616E64656D  # "tandem"
_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def file(self) -> str:
        return f"{self.number:04}_{self.name}.sql"


def shipped() -> list[Migration]:
    """The migrations inside this package, by number. Raises MigrationRefused when the numbers have a gap."""
    folder = resources.files("tandem.cti.storage").joinpath("migrations")
    found = []
    for entry in folder.iterdir():
        if match := _FILE.match(entry.name):
            text = entry.read_text(encoding="utf-8").replace("\r\n", "\n")
            found.append(Migration(int(match[1]), match[2], text))
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused(f"migrations are not numbered 0001, 0002, ...: {[m.file for m in found]}")
    return found


def pending(migrations: Sequence[Migration], applied: Mapping[int, tuple[str, str]]) -> list[Migration]:
    """What is still to be applied. ``applied``: number -> (name, checksum). Raises MigrationRefused."""
    known = {migration.number: migration for migration in migrations}
    for number, (name, checksum) in sorted(applied.items()):
        if number not in known:
            raise MigrationRefused(
                f"the database has migration {number:04}_{name}.sql, which this version does not know: "
                "it was made by a newer version of Tandem; install that one"
            )
        if known[number].checksum != checksum:
            raise MigrationRefused(
                f"migration {known[number].file} was edited after it was applied to this database: "
                "restore the file, and put the change into a new migration"
            )
    last = max(applied, default=0)
    todo = [migration for migration in migrations if migration.number not in applied]
    if todo and todo[0].number < last:
        raise MigrationRefused(f"migration {todo[0].file} was never applied, but {last:04} was")
    return todo


async def migrate(url: str, migrations: Sequence[Migration] | None = None, *, deadline_s: float = 60.0) -> list[str]:
    """Apply what is missing; the file names applied. Raises MigrationRefused, DatabaseDown."""
    migrations = shipped() if migrations is None else migrations
    try:
        async with asyncio.timeout(deadline_s):
            connection = await asyncpg.connect(url, server_settings={"application_name": "tandem migrate"})
            try:
                await connection.execute("select pg_advisory_lock($1)", _LOCK)
                return await _apply(connection, migrations)
            finally:
                connection.terminate()  # frees the lock too
    except AWAY as error:
        raise DatabaseDown(f"cannot migrate: {type(error).__name__} {error}".rstrip()) from error


async def _apply(connection: Connection, migrations: Sequence[Migration]) -> list[str]:
    done = []
    for migration in pending(migrations, await _applied(connection)):
        try:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)",
                    migration.number,
                    migration.name,
                    migration.checksum,
                )
        except asyncpg.PostgresError as error:
            raise MigrationRefused(f"migration {migration.file} failed and was rolled back: {error}") from error
        done.append(migration.file)
    return done


async def _applied(connection: Connection) -> dict[int, tuple[str, str]]:
    with contextlib.suppress(asyncpg.UndefinedTableError):
        rows = await connection.fetch("select number, name, checksum from schema_migrations")
        return {row["number"]: (row["name"], row["checksum"]) for row in rows}
    return {}
