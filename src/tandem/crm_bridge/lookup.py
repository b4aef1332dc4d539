"""Looks callers up without ever holding a call up: an answer within the budget, or the promise of a later one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tandem.cti.model.records import CustomerMatch
from tandem.cti.ports import CustomerDirectory

_log = logging.getLogger(__name__)

BUDGET_S = 0.2
PATIENCE_S = 30.0
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 4.0
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """``complete`` is False when there is no answer (yet): the budget ran out, or the directory is away."""

    customers: tuple[CustomerMatch, ...]
    unknown_contacts: int
    """Earlier contacts from this number that belong to no customer."""
    complete: bool
    took_s: float


Deliver = Callable[[Found], None]


class LookUpService:
    """Never raises. A directory that fails is asked again, with pauses, for ``patience_s``."""

    def __init__(
        self,
        directory: CustomerDirectory,
        *,
        count_unknown: Callable[[str], Awaitable[int]] | None = None,
        budget_s: float = BUDGET_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """``count_unknown``: contacts from a number that belong to no customer, where the directory can tell."""
        self._directory = directory
        self._count_unknown = count_unknown
        self._budget_s = budget_s
        self._patience_s = patience_s
        self._running: set[asyncio.Task[Found]] = set()

    async def find(self, number_e164: str, deliver: Deliver) -> Found:
        """The customers with this number, best first, within the budget.

        When it returns ``complete=False``, ``deliver`` is called once later with the real answer; not at all when the
        directory stays away or the service is closed before that.
        """
        started_at = asyncio.get_running_loop().time()
        if not number_e164:
            return Found((), 0, True, 0.0)
        if len(self._running) >= _AT_ONCE:
            _log.warning("a caller is not looked up: %d look-ups are under way", _AT_ONCE)
            return Found((), 0, False, 0.0)
        task = asyncio.create_task(self._ask_until(number_e164, started_at), name="customer look-up")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._budget_s)
        if done:
            return task.result()
        task.add_done_callback(lambda late: _deliver(late, deliver))
        return Found((), 0, False, self._budget_s)

    async def close(self) -> None:
        """Give up what is under way."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _ask_until(self, number: str, started_at: float) -> Found:
        loop = asyncio.get_running_loop()
        give_up_at = started_at + self._patience_s
        pause_s = _FIRST_PAUSE_S
        while True:
            customers: Sequence[CustomerMatch] = ()
            unknown = 0
            failure: Exception | None = None
            try:
                async with asyncio.timeout_at(give_up_at):
                    customers = await self._directory.find(number)
                    if self._count_unknown is not None:
                        unknown = await self._count_unknown(number)
            except Exception as error:
                failure = error
            took_s = loop.time() - started_at
            if failure is None:
                return Found(tuple(customers), unknown, True, took_s)
            _log.warning("customer look-up failed: %s: %s", type(failure).__name__, failure)
            if loop.time() + pause_s >= give_up_at:
                return Found((), 0, False, took_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _deliver(late: asyncio.Task[Found], deliver: Deliver) -> None:
    if late.cancelled() or late.exception() is not None or not late.result().complete:
        return
    try:
        deliver(late.result())
    except Exception:
        _log.exception("the answer of a late look-up could not be delivered")
