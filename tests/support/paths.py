"""A floor on which a test can give a contact an event of the center's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.house import Floor

from tandem.cti.app.center import Center
from tandem.cti.model.ids import CallId, WorkId


@dataclass(frozen=True, slots=True)
class Told:
    """An input that only tests have: one event of one contact's machine."""

    call: CallId
    event: Any


def _told(center: Center, told: Told) -> None:
    center.step(center.contacts[told.call], told.event)


class PathFloor(Floor):
    def tell(self, call: CallId, event: Any) -> None:
        """Put in where every input is, so that what comes of it is carried out."""
        rows: Any = self.center
        rows._ROWS = {**Center._ROWS, Told: _told}
        told: Any = Told(call, event)
        self.handle(told)

    def place(self, call: CallId) -> int | None:
        """In the matcher's line."""
        return self.center.matcher.place(WorkId(call))
