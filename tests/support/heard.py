"""What a switch has told, and waiting for what it will tell."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from tandem.cti.model.events import SwitchEvent

E = TypeVar("E")


class Heard:
    """Give it to a switch as its listener. ``wait`` looks from ``mark`` on; ``forget`` moves the mark to now."""

    def __init__(self) -> None:
        self.events: list[SwitchEvent] = []
        self.mark = 0
        self._more = asyncio.Event()

    def __call__(self, event: SwitchEvent) -> None:
        self.events.append(event)
        self._more.set()

    def forget(self) -> None:
        self.mark = len(self.events)

    def all(self, kind: type[E], **match: object) -> list[E]:
        """Those since the mark, of this kind, with these attributes."""
        return [
            event
            for event in self.events[self.mark :]
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in match.items())
        ]

    async def wait(self, kind: type[E], *, timeout_s: float = 30.0, **match: object) -> E:
        """The first such event since the mark, now or later. Raises AssertionError with what came instead."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := self.all(kind, **match)):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            lines = "\n".join(f"  {event}" for event in self.events[self.mark :])
            raise AssertionError(f"no {kind.__name__} {match} within {timeout_s:g} s; heard:\n{lines}") from None
        return found[0]

    def order(self, *kinds: type[object], **match: object) -> list[str]:
        """Names of the events of these kinds since the mark, in order."""
        return [
            type(event).__name__
            for event in self.events[self.mark :]
            if isinstance(event, kinds) and all(getattr(event, name, None) == value for name, value in match.items())
        ]
