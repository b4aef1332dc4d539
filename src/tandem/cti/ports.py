"""What the shell needs from the world, as Protocols. Adapters keep them; one contract suite runs on fake and real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tandem.cti.model.events import Snapshot, SwitchEvent
from tandem.cti.model.records import CustomerMatch, Record
from tandem.cti.model.requests import SwitchRequest


class Switch(Protocol):
    """A telephone switch. Events go to the listener given at construction: called in order, must not block."""

    async def run(self) -> None:
        """Keep the link for ever (until cancelled): SwitchFound, events, SwitchLost, SwitchFound, ..."""

    async def request(self, request: SwitchRequest) -> None:
        """Have one request carried out; returns when the switch has accepted it.

        Raises ResourceMissing (the connection is gone), LinkDown, OutcomeUnknown, InvalidField, WrongState.
        """

    async def snapshot(self) -> Snapshot:
        """What the switch has now. Raises LinkDown, OutcomeUnknown."""


SwitchListener = Callable[[SwitchEvent], None]


class Journal(Protocol):
    """Durable, in order, never blocking: what was taken is stored in the end, once, also after a crash."""

    def write(self, record: Record) -> None: ...


class CustomerDirectory(Protocol):
    """Where customers are looked up; the built-in CRM or a connector."""

    async def find(self, number_e164: str) -> Sequence[CustomerMatch]:
        """Customers with this number, best first, each with the last ten contacts and open tickets."""


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the Unix epoch; never goes back within a process (monotonic with a wall-clock origin)."""
