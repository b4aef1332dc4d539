"""The directory of customers, joined with the center."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tandem.crm_bridge.lookup import Found, LookUpService
from tandem.cti.model.records import CustomerMatch


class DirectoryLookUp:
    """Gives the center the directory's answers."""

    def __init__(self, service: LookUpService) -> None:
        self._service = service
        self._running: set[asyncio.Task[None]] = set()

    def __call__(self, number: str, found: Callable[[Sequence[CustomerMatch], int, bool], None]) -> None:
        task = asyncio.get_running_loop().create_task(self._find(number, found))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _find(self, number: str, found: Callable[[Sequence[CustomerMatch], int, bool], None]) -> None:
        def late(answer: Found) -> None:
            found(answer.customers, answer.unknown_contacts, True)

        answer = await self._service.find(number, late)
        found(answer.customers, answer.unknown_contacts, answer.complete)
