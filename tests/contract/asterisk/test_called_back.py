"""Customers whom we call, and callers who are recorded alone: the fake and the real switch."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.asked import new_connection, until
from tests.contract.asterisk.customers_called import ANSWERS, BUSY, RINGS, UNALLOCATED, agent, attempt, reached
from tests.contract.asterisk.rig import Rig, caller_waits

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Failed,
    Joined,
    MediaEnded,
    Party,
    RouteRequested,
)
from tandem.cti.model.ids import DeviceId, RecordingId, Token
from tandem.cti.model.requests import (
    ClearConnection,
    Join,
    Play,
    Record,
    Remember,
    Retake,
    SetFallbackMember,
    StartMusic,
    StopRecording,
)
from tandem.cti.model.states import ConnectionState

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def talking(rig: Rig) -> tuple[RouteRequested, RouteRequested]:
    """The agent first, then the customer; joined."""
    request = attempt(ANSWERS)
    leg = agent(request.call)
    await rig.switch.request(leg)
    agents = await rig.heard.wait(RouteRequested, connection=leg.connection)
    await rig.switch.request(StartMusic(call=leg.call, connection=leg.connection))
    await rig.switch.request(request)
    at = await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=at.connection)
    await rig.heard.wait(Joined, connection=leg.connection)
    return at, agents


async def test_the_agent_first_then_the_customer_and_joined(rig: Rig) -> None:
    at, agents = await talking(rig)
    rig.heard.forget()
    await rig.phone_hangs_up("1001")
    await rig.heard.wait(ConnectionCleared, connection=agents.connection)
    back = await rig.heard.wait(RouteRequested, connection=at.connection)
    assert back.party is Party.CUSTOMER
    await rig.switch.request(Play(call=at.call, connection=at.connection, prompts=(rig.good,), token=Token("after")))
    await rig.heard.wait(MediaEnded, token="after", ok=True)
    await rig.switch.request(ClearConnection(call=at.call, connection=at.connection))
    await rig.heard.wait(ConnectionCleared, connection=at.connection)


@pytest.mark.parametrize(
    ("number", "cause"),
    [(BUSY, Cause.BUSY), (UNALLOCATED, Cause.INVALID_NUMBER), (RINGS, Cause.NO_ANSWER)],
)
async def test_a_customer_who_is_not_reached(rig: Rig, number: str, cause: Cause) -> None:
    request = attempt(number, timeout_s=4.0)
    await rig.switch.request(request)
    failed = await rig.heard.wait(Failed, connection=request.connection)
    assert failed.cause is cause


async def test_a_repeated_dial_rings_once_also_by_a_successor(rig: Rig) -> None:
    rig.heard.forget()
    request = attempt(RINGS, timeout_s=20.0, memory="b=cb-contract")
    await rig.switch.request(request)
    await rig.switch.request(request)
    await rig.heard.wait(Delivered, connection=request.connection)
    assert len(rig.heard.all(Delivered)) == 1
    await rig.controller_dies()
    found = await rig.controller_returns()
    [leg] = [each for each in found.snapshot.connections if each.connection == request.connection]
    assert (leg.call, leg.party, leg.device) == (request.call, Party.CUSTOMER, RINGS)
    assert (leg.state, leg.controlled, leg.memory) == (ConnectionState.ALERTING, False, "b=cb-contract")
    rig.heard.forget()
    await rig.switch.request(request)
    await asyncio.sleep(0.3)
    assert not rig.heard.all(Delivered)
    assert not rig.heard.all(Failed)
    await rig.switch.request(ClearConnection(call=request.call, connection=request.connection))
    await rig.heard.wait(Failed, connection=request.connection)


async def test_a_reached_customer_is_not_left_alone_by_a_server_that_stays_away(rig: Rig) -> None:
    await rig.phone("1002", Behaviour.ANSWER)
    await rig.switch.request(SetFallbackMember(device=DeviceId("1001"), ready=False))
    await rig.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=True))
    at = await reached(rig, memory="b=cb")
    await rig.switch.request(Remember(call=at.call, connection=at.connection, memory="b=cb;p=queued"))
    await rig.controller_dies()
    await asyncio.sleep(rig.guard_s + rig.slack_s)
    found = await rig.controller_returns()
    one = next(each for each in found.snapshot.connections if each.connection == at.connection)
    other = next(each for each in found.snapshot.connections if each.connection == one.joined_with)
    assert (one.party, one.in_fallback, one.memory) == (Party.CUSTOMER, True, "b=cb;p=queued")
    assert (other.device, other.call, other.in_fallback) == ("1002", at.call, True)
    await rig.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=False))
    await rig.switch.request(Retake(call=at.call, connection=at.connection))
    back = await rig.heard.wait(RouteRequested, connection=at.connection)
    assert (back.party, back.call) == (Party.CUSTOMER, at.call)


async def test_a_talk_after_a_call_back_outlives_the_server(rig: Rig) -> None:
    at, agents = await talking(rig)
    await rig.controller_dies()
    found = await rig.controller_returns()
    one = next(each for each in found.snapshot.connections if each.connection == at.connection)
    assert (one.party, one.joined_with) == (Party.CUSTOMER, agents.connection)


async def test_a_caller_is_recorded_alone(rig: Rig) -> None:
    """A message: nobody is joined with him, and nothing plays."""
    _, at = await caller_waits(rig)
    await rig.switch.request(Play(call=at.call, connection=at.connection, prompts=(rig.good,), token=Token("leave")))
    await rig.heard.wait(MediaEnded, token="leave", ok=True)
    recording = RecordingId(f"message-{new_connection()}")
    await rig.switch.request(Record(call=at.call, connection=at.connection, recording=recording))
    await asyncio.sleep(1.5)
    await rig.switch.request(StopRecording(call=at.call, connection=at.connection, recording=recording))
    await until(lambda: rig.recorded_bytes(recording) > 30_000)
