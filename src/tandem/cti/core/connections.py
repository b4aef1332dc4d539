"""Connection states of a call's legs, as ECMA-269 has them (clause 6.1.5), driven by switch events.

``advance`` is tolerant on purpose: an event that does not fit the state (late, doubled, out of order) changes nothing.
"""

from __future__ import annotations

from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Held,
    Joined,
    Originated,
    Parted,
    Retrieved,
    RouteRequested,
)
from tandem.cti.model.states import ConnectionState

S = ConnectionState

TABLE: dict[tuple[ConnectionState, type], ConnectionState] = {
    (S.NULL, Originated): S.INITIATED,
    (S.NULL, RouteRequested): S.CONNECTED,
    (S.NULL, Delivered): S.ALERTING,
    (S.NULL, Established): S.CONNECTED,
    (S.NULL, Failed): S.FAIL,
    (S.INITIATED, RouteRequested): S.CONNECTED,
    (S.INITIATED, Delivered): S.ALERTING,
    (S.INITIATED, Established): S.CONNECTED,
    (S.INITIATED, Failed): S.FAIL,
    (S.INITIATED, ConnectionCleared): S.NULL,
    (S.ALERTING, Established): S.CONNECTED,
    (S.ALERTING, RouteRequested): S.CONNECTED,
    (S.ALERTING, Joined): S.CONNECTED,
    (S.ALERTING, Failed): S.FAIL,
    (S.ALERTING, ConnectionCleared): S.NULL,
    (S.CONNECTED, RouteRequested): S.CONNECTED,
    (S.CONNECTED, Joined): S.CONNECTED,
    (S.CONNECTED, Parted): S.CONNECTED,
    (S.CONNECTED, Held): S.HOLD,
    (S.CONNECTED, ConnectionCleared): S.NULL,
    (S.QUEUED, RouteRequested): S.CONNECTED,
    (S.QUEUED, Joined): S.CONNECTED,
    (S.QUEUED, ConnectionCleared): S.NULL,
    (S.HOLD, Retrieved): S.CONNECTED,
    (S.HOLD, Parted): S.CONNECTED,
    (S.HOLD, ConnectionCleared): S.NULL,
    (S.FAIL, ConnectionCleared): S.NULL,
}


def advance(state: ConnectionState, event: object) -> ConnectionState:
    """The state after ``event``; the same state when the pair is not in the table."""
    return TABLE.get((state, type(event)), state)
