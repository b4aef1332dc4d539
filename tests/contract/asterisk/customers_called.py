"""Customers whom we call, by what they do, and the agent for them."""

from __future__ import annotations

import itertools

from tests.contract.asterisk.rig import ANI, Rig
from tests.support.asterisk_pair import DNIS

from tandem.cti.model.events import Party, RouteRequested
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.requests import MakeConnection

(
    ANSWERS,
    BUSY,
    RINGS,
    UNALLOCATED,
    DECLINES,
    CONGESTED,
    DEAD,
    ANNOUNCED,
    BRIEF,
    PERSON,
    MACHINE,
    SILENT,
    CURT_MACHINE,
    PAUSING_MACHINE,
    DITHERING_MACHINE,
) = (f"+86139000000{number:02}" for number in range(1, 16))
"""Of the carrier beside the switch (``carrier_people``)."""
_numbers = itertools.count(1)


def attempt(
    number: str, *, carrier: str = "", timeout_s: float = 20.0, calling: str = DNIS, memory: str = ""
) -> MakeConnection:
    call = CallId(f"lead-{next(_numbers)}.1")
    return MakeConnection(
        call=call,
        connection=ConnectionId(f"{call}.0"),
        party=Party.CUSTOMER,
        device=DeviceId(number),
        calling=calling,
        name="",
        timeout_s=timeout_s,
        carrier=carrier,
        memory=memory,
    )


def agent(call: CallId) -> MakeConnection:
    return MakeConnection(
        call=call,
        connection=ConnectionId(f"{call}.1"),
        party=Party.AGENT,
        device=DeviceId("1001"),
        calling=ANI,
        name="",
        timeout_s=20.0,
    )


async def reached(rig: Rig, number: str = ANSWERS, *, carrier: str = "", memory: str = "") -> RouteRequested:
    """A customer who has answered and is under our control."""
    request = attempt(number, carrier=carrier, memory=memory)
    await rig.switch.request(request)
    at = await rig.heard.wait(RouteRequested, connection=request.connection)
    assert (at.call, at.party, at.called) == (request.call, Party.CUSTOMER, number)
    return at


async def agents_leg(rig: Rig, call: CallId) -> RouteRequested:
    """An agent who has answered for the customer."""
    request = agent(call)
    await rig.switch.request(request)
    return await rig.heard.wait(RouteRequested, connection=request.connection)
