"""Lists of leads at the pages: see ``cti.app.lists``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from tandem.agent_desktop.core import list_resources as shapes
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.app.dialer.days import zone_of
from tandem.cti.app.lists.export import export
from tandem.cti.model.errors import CtiError

log = logging.getLogger(__name__)

AGAIN_S = 10.0


class CampaignLists(Part):
    async def keep_lists(self) -> None:
        """Carries on what an end of the server cut off, as soon as the database is there."""
        while True:
            try:
                await self._ground.lists.open()
            except CtiError as error:
                log.warning("lists that were taken back are not cleared away yet: %s", error)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def close_lists(self) -> None:
        await self._ground.lists.close()

    async def inspect(
        self, name: str, pieces: AsyncIterator[bytes], *, by: str, forbidden: bool = False
    ) -> shapes.Inspected:
        return await self._ground.lists.inspect(name, pieces, by=by, forbidden=forbidden)

    async def import_list(self, new: shapes.NewList, *, by: str) -> shapes.ImportJob:
        self._book.known(new.campaign)
        return await self._ground.lists.import_list(new, by=by)

    async def import_forbidden(self, new: shapes.ForbidList, *, by: str) -> shapes.ImportJob:
        if new.campaign is not None:
            self._book.known(new.campaign)
        return await self._ground.lists.import_forbidden(
            new.upload, new.columns, by=by, campaign=new.campaign, country=new.country, header=new.header
        )

    async def import_job(self, job_id: str) -> shapes.ImportJob:
        return await self._ground.lists.import_job(job_id)

    async def lists(self, campaign: str | None) -> shapes.LeadLists:
        if campaign is not None:
            self._book.known(campaign)
        return await self._ground.lists.lists(campaign)

    async def undo_list(self, list_id: str, *, by: str) -> None:
        await self._ground.lists.undo_list(list_id, by=by)

    def bad_rows(self, list_id: str) -> AsyncIterator[bytes]:
        return self._ground.lists.bad_rows(list_id)

    async def export(self, campaign: str) -> AsyncIterator[bytes]:
        zone = str(zone_of(self._book.known(campaign).document))
        async for piece in export(self._ground.counted, campaign, zone=zone):
            yield piece
