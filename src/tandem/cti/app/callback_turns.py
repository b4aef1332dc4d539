"""So many entries of people to call back are looked at in one turn; the others wait a moment, best place first. Pure.

At a start thousands may be due at once. To look all of them up, or to put all of them into the line, takes a second in
which no caller is heard. Who has the best place is looked at first: no agent waits for the rest, and nobody is given an
agent before somebody who has waited longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import WorkId
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.states import Phase
from tandem.routing.core.acd import callback as cb

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

MOST = 50
"""In one turn."""
PAUSE_S = 0.01
"""Between two turns, for everything else."""

Place = tuple[int, int, float, str]
"""As in the ledger: tier, priority, since when he waits, id; the least is the best."""


def place(record: CallbackRecord) -> Place:
    return record.tier, -record.priority, cb.place_of(record), record.id


def put_off(center: Center, records: Iterable[CallbackRecord]) -> None:
    """They are to be looked at as soon as it is their turn."""
    for record in records:
        heappush(center.callbacks_put_off, place(record))
        center.callback_looks[record.id] = center.now
    end(center)


def time_came(center: Center, id_: str) -> None:
    """The timer of an entry."""
    if _is_due(center, id_):
        heappush(center.callbacks_put_off, place(center.callbacks[id_]))


def begin(center: Center) -> None:
    """Of a turn."""
    center.callbacks_in_turn = 0 if _pause(center) else MOST


def next_one(center: Center) -> str | None:
    """Whom to look at in this turn."""
    while center.callbacks_put_off and center.callbacks_in_turn > 0:
        id_ = heappop(center.callbacks_put_off)[-1]
        if _is_due(center, id_):
            center.callbacks_in_turn -= 1
            return id_
    return None


def end(center: Center) -> None:
    """Of a turn: when the next one is, if somebody is left."""
    if center.callbacks_put_off and not _pause(center):
        center.callback_turn_at = center.now + PAUSE_S
        center.wake(center.callback_turn_at, "callbacks", "")


def stands_nowhere(center: Center, record: CallbackRecord) -> bool:
    """After a gap: he waits for an agent, and is not in the line yet."""
    if (record.state, record.first) != ("due", "agent") or record.attempt is None or not center.switch_up:
        return False
    contact = center.contacts.get(record.attempt)
    return contact is None or (contact.phase is Phase.QUEUED and center.matcher.place(WorkId(contact.id)) is None)


def stands_in_turn(center: Center, contact: Contact) -> bool:
    """After a gap: he waits for an agent and is put into the line with the others who do, a few at a time."""
    record = center.callbacks.get(contact.callback)
    if record is None or (record.state, record.first, record.attempt) != ("due", "agent", contact.id):
        return False
    return contact.absent and contact.phase is Phase.QUEUED and contact.leg is None


def _is_due(center: Center, id_: str) -> bool:
    return id_ in center.callbacks and center.callback_looks.get(id_, center.now) <= center.now


def _pause(center: Center) -> bool:
    """A clock that was set back makes none longer; moments of today are rounded to less than a microsecond."""
    return 0.0 < center.callback_turn_at - center.now < 2.0 * PAUSE_S
