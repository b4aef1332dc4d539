"""``tandem answers``: the tables that flows look up in, loaded from CSV files."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.command_words import say
from tandem.cti.app.terminal import language_of_terminal
from tandem.cti.documents.shapes import NAME
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.ivr.data.answer_file import open_answers, read_answers

OpenDatabase = AbstractAsyncContextManager[str]
"""Its URL while the ``with`` block runs."""


def add_commands(answers: CommandParser, for_all: Callable[[CommandParser], None]) -> None:
    """What ``run`` looks at: ``do``, and ``table``, ``file``, ``key``, ``encoding``."""
    answers.chosen("WHAT", dest="do")
    load, tables, remove = (answers.command(name) for name in ("load", "list", "remove"))
    for each in (load, tables, remove):
        for_all(each)
    load.takes("table")
    load.takes("file", type=Path)
    load.takes("--key", default="", metavar="COLUMN")
    load.takes("--encoding", default="utf-8")
    remove.takes("table")


async def run(asked: argparse.Namespace, database: OpenDatabase) -> int:
    """One of the commands; 0. Raises CtiError with a sentence for the one who asked."""
    language = language_of_terminal()
    async with _store(database) as answers:
        match asked.do:
            case "load":
                await _load(answers, asked.table, asked.file, key=asked.key, encoding=asked.encoding)
            case "remove":
                if not await answers.remove(asked.table):
                    raise ResourceMissing.because("no_table", table=asked.table)
                print(say("removed", language, table=asked.table))
            case _:
                for table in await answers.tables():
                    when = datetime.fromtimestamp(table.loaded_at).astimezone().strftime("%Y-%m-%d %H:%M")
                    facts = {"name": f"{table.name:20}", "rows": f"{table.rows:9,}", "by": f"{table.loaded_by:12}"}
                    print(say("table", language, when=when, columns=", ".join(table.columns), **facts))
    return 0


async def _load(answers: AnswerStore, table: str, path: Path, *, key: str, encoding: str) -> None:
    if not NAME.fullmatch(table):
        raise BadRequest.because("table_name", table=table)
    with open_answers(path) as opened:
        file = read_answers(opened, path.name, key=key, encoding=encoding)
        count = await answers.load(table, file.columns, file.rows, by=getpass.getuser())
    columns = ", ".join(file.columns)
    print(say("loaded", language_of_terminal(), table=table, rows=f"{count:,}", columns=columns))


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
