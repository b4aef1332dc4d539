"""What stands between the flows of a server and the world, when a test plays the world: given facts, given answers.

A server that serves callers has none. See ``ivr_live`` for the one of live tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId
from tandem.ivr.core.dialogue import Dip, Effect, Fetched, IvrEvent
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.world import World


class Stage(Protocol):
    """The first two are called by the center, between two inputs: they neither wait nor raise."""

    def facts(self, contact: Contact, found: World) -> World:
        """What the flow is told instead of what the house knows."""

    def asked(self, contact: Contact, state: IvrState, effect: Effect) -> IvrEvent | None:
        """Told of every effect before it is carried out; an event is its answer, and nothing is carried out.

        The same effect may come twice: once more when its sounds are made, or when it is resumed.
        """

    async def fetch(self, call: CallId, dip: Dip, *, secrets: Callable[[str], str | None]) -> Fetched:
        """Answers a data dip. ``secrets``: the digits that a reference stands for."""
