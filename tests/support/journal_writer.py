"""A process that writes the journal until it is killed: ``python -m tests.support.journal_writer FOLDER [URL]``.

Prints each record's number after ``write`` has returned. With a database URL it drains as well.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support import records as some

from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool
from tandem.cti.storage.spool_format import Entry


async def _nowhere(spool: str, lot: Sequence[Entry]) -> None:
    raise DatabaseDown("there is none")


async def _main(folder: Path, url: str | None) -> None:
    store = _nowhere
    if url:
        database = Database(url)
        await database.open()
        store = JournalStore(database).store
    spool = Spool(folder, store, segment_bytes=20_000)
    spool.open()
    run = asyncio.create_task(spool.run())
    for number in range(1_000_000):
        spool.write(some.call_event(number, call=f"w{os.getpid()}"))
        os.write(1, b"%d\n" % number)
        if number % 20 == 0:
            await asyncio.sleep(0.001)
    await run


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
