"""A server's part in an import, to be killed in the middle: ``python -m tests.support.list_importer URL FOLDER ROWS``.

Prints the id of the file that was sent, that of the import, then a line for each step of it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from tandem.agent_desktop.core.list_resources import NewList
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.app.lists.files import ListFiles
from tandem.cti.app.lists.list_desk import ListDesk
from tandem.cti.storage.pool import Database


async def pieces(rows: int) -> AsyncIterator[bytes]:
    yield b"phone\n"
    for number in range(rows):
        yield b"138%08d\n" % number


async def main(url: str, folder: str, rows: int) -> None:
    database = Database(url)
    await database.open()
    desk = ListDesk(
        store=LeadImportStore(database),
        files=ListFiles(Path(folder)),
        now=time.time,
        region="CN",
        timezone="Asia/Shanghai",
    )
    await desk.open()
    seen = await desk.inspect("list.csv", pieces(rows), by="sam")
    job = await desk.import_list(NewList(upload=seen.upload, campaign="k", name="x", columns=["number"]), by="sam")
    print(seen.upload, job.id, sep="\n", flush=True)
    said = 0
    while True:
        view = await desk.import_job(job.id)
        if view.rows_done != said or view.state == "done":
            said = view.rows_done
            print(view.state, said, flush=True)
        await asyncio.sleep(0.002)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
