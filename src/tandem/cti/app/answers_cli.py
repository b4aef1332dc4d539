"""``tandem answers``: the tables that flows look up in, loaded from CSV files."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.documents.shapes import NAME
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.ivr.data.answer_file import open_answers, read_answers

OpenDatabase = AbstractAsyncContextManager[str]
"""Its URL while the ``with`` block runs."""


def add_commands(answers: argparse.ArgumentParser, for_all: Callable[[argparse.ArgumentParser], None]) -> None:
    """What ``run`` looks at: ``do``, and ``table``, ``file``, ``key``, ``encoding``."""
    commands = answers.add_subparsers(dest="do", required=True, metavar="WHAT")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        for_all(made)
        return made

    load = command("load", "load a table from a CSV file, in place of what it held")
    load.add_argument("table", help="its name in flows: small letters, digits and _")
    load.add_argument("file", type=Path, help="CSV; the first line names the columns")
    load.add_argument("--key", default="", metavar="COLUMN", help="column of the keys (default: the first)")
    load.add_argument("--encoding", default="utf-8", help="of the file, such as gb18030 (default: utf-8)")
    command("list", "list the tables")
    command("remove", "remove a table").add_argument("table")


async def run(asked: argparse.Namespace, database: OpenDatabase) -> int:
    """One of the commands; 0. Raises CtiError with a sentence for the one who asked."""
    async with _store(database) as answers:
        match asked.do:
            case "load":
                await _load(answers, asked.table, asked.file, key=asked.key, encoding=asked.encoding)
            case "remove":
                if not await answers.remove(asked.table):
                    raise ResourceMissing.because("no_table", table=asked.table)
                print(f"The table {asked.table} is removed: flows that look there take their fallback exit.")
            case _:
                for table in await answers.tables():
                    when = datetime.fromtimestamp(table.loaded_at).astimezone().strftime("%Y-%m-%d %H:%M")
                    columns = ", ".join(table.columns)
                    print(f"{table.name:20} {table.rows:9,} rows  {when}  {table.loaded_by:12}  {columns}")
    return 0


async def _load(answers: AnswerStore, table: str, path: Path, *, key: str, encoding: str) -> None:
    if not NAME.fullmatch(table):
        raise BadRequest.because("table_name", table=table)
    with open_answers(path) as opened:
        file = read_answers(opened, path.name, key=key, encoding=encoding)
        count = await answers.load(table, file.columns, file.rows, by=getpass.getuser())
    print(f"The table {table} has {count:,} rows now; flows look there from now on: {', '.join(file.columns)}.")


@asynccontextmanager
async def _store(database: OpenDatabase) -> AsyncIterator[AnswerStore]:
    async with database as url:
        await migrate(url)
        pool = Database(url, connections=1)
        await pool.open()
        try:
            yield AnswerStore(pool)
        finally:
            await pool.close()
