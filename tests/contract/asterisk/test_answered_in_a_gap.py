"""Since when somebody whom we called is on the line, for a server that was not there. The fake and the real switch."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.customers_called import ANSWERS, RINGS, agents_leg, attempt, reached
from tests.contract.asterisk.rig import Rig

from tandem.cti.model.causes import Cause
from tandem.cti.model.events import ConnectionSnapshot, Delivered, Failed
from tandem.cti.model.ids import CallId
from tandem.cti.model.requests import ClearConnection

pytestmark = pytest.mark.asyncio(loop_scope="package")
WAITED_S = 0.5


async def found(rig: Rig, call: CallId) -> ConnectionSnapshot:
    back = await rig.controller_returns()
    [mine] = [each for each in back.snapshot.connections if each.call == call and each.party.is_served]
    return mine


async def test_the_switch_knows_since_when_he_waits(rig: Rig) -> None:
    at = await reached(rig, ANSWERS)
    await asyncio.sleep(WAITED_S)
    await rig.controller_dies()
    mine = await found(rig, at.call)
    assert mine.controlled
    assert mine.answered_for_s is not None
    assert mine.answered_for_s >= WAITED_S * 0.9
    later = await rig.switch.snapshot()
    [again] = [each for each in later.connections if each.connection == at.connection]
    assert again.answered_for_s is not None
    assert again.answered_for_s >= mine.answered_for_s
    await rig.switch.request(ClearConnection(call=at.call, connection=at.connection))


async def test_only_who_rings_is_given_up(rig: Rig) -> None:
    """Asked for both as the giving up does it: who has answered stays, though nobody may have heard of it."""
    at = await reached(rig, ANSWERS)
    await rig.switch.request(
        ClearConnection(call=at.call, connection=at.connection, cause=Cause.CANCELLED, unanswered=True)
    )
    ringing = attempt(RINGS)
    await rig.switch.request(ringing)
    await rig.heard.wait(Delivered, connection=ringing.connection)
    await rig.switch.request(
        ClearConnection(call=ringing.call, connection=ringing.connection, cause=Cause.CANCELLED, unanswered=True)
    )
    await rig.heard.wait(Failed, connection=ringing.connection)
    snapshot = await rig.switch.snapshot()
    assert at.connection in {each.connection for each in snapshot.connections}
    await rig.switch.request(ClearConnection(call=at.call, connection=at.connection))


async def test_who_rings_and_whom_we_did_not_call_has_not_answered(rig: Rig) -> None:
    request = attempt(RINGS)
    await rig.switch.request(request)
    await rig.heard.wait(Delivered, connection=request.connection)
    snapshot = await rig.switch.snapshot()
    [mine] = [each for each in snapshot.connections if each.connection == request.connection]
    assert mine.answered_for_s is None
    at = await agents_leg(rig, request.call)
    snapshot = await rig.switch.snapshot()
    [agents] = [each for each in snapshot.connections if each.connection == at.connection]
    assert agents.answered_for_s is None
    for connection in (request.connection, at.connection):
        await rig.switch.request(ClearConnection(call=request.call, connection=connection))
