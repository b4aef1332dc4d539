"""Calls of campaigns: over named carriers, to people, machines and numbers that nobody answers.

The fake and the real switch.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from tests.contract.asterisk.customers_called import (
    ANNOUNCED,
    ANSWERS,
    BRIEF,
    BUSY,
    CONGESTED,
    CURT_MACHINE,
    DEAD,
    DECLINES,
    MACHINE,
    PERSON,
    RINGS,
    SILENT,
    UNALLOCATED,
    agents_leg,
    attempt,
    reached,
)
from tests.contract.asterisk.rig import Rig
from tests.support.asterisk_pair import DEAD_CARRIER, SECOND_CARRIER

from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField, ResourceMissing
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Joined,
    MachineDetected,
    MediaEnded,
    MessageBegun,
    Party,
    RouteRequested,
)
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import (
    ClearConnection,
    DetectMachine,
    Join,
    LeaveMessage,
    Play,
    StartMusic,
)

pytestmark = pytest.mark.asyncio(loop_scope="package")


def detection(at: RouteRequested, **changes: int) -> DetectMachine:
    milliseconds: dict[str, Any] = {
        "initial_silence_ms": 1500,
        "greeting_ms": 1500,
        "after_greeting_silence_ms": 800,
        "total_ms": 3500,
    }
    return DetectMachine(
        call=at.call, connection=at.connection, token=Token("amd"), words=4, **(milliseconds | changes)
    )


async def test_each_way_of_not_being_reached_has_its_cause(rig: Rig) -> None:
    rig.heard.forget()
    causes = {
        attempt(BUSY): Cause.BUSY,
        attempt(DECLINES): Cause.REJECTED,
        attempt(UNALLOCATED): Cause.INVALID_NUMBER,
        attempt(CONGESTED): Cause.CONGESTION,
        attempt(RINGS, timeout_s=4.0): Cause.NO_ANSWER,
        attempt(DEAD, timeout_s=1.0): Cause.UNREACHABLE,
        attempt(ANNOUNCED): Cause.NO_ANSWER,
        attempt(ANSWERS, carrier=DEAD_CARRIER, timeout_s=1.0): Cause.UNREACHABLE,
    }
    for request in causes:
        await rig.switch.request(request)
    for request, cause in causes.items():
        failed = await rig.heard.wait(Failed, connection=request.connection)
        assert (request.device, failed.cause) == (request.device, cause)
    assert not rig.heard.all(Established)
    assert not rig.heard.all(RouteRequested)
    assert [each.device for each in rig.heard.all(Delivered)] == [RINGS]


async def test_who_is_called_off_was_cancelled(rig: Rig) -> None:
    request = attempt(RINGS, timeout_s=20.0)
    await rig.switch.request(request)
    await rig.heard.wait(Delivered, connection=request.connection)
    await rig.switch.request(ClearConnection(call=request.call, connection=request.connection, cause=Cause.CANCELLED))
    assert (await rig.heard.wait(Failed, connection=request.connection)).cause is Cause.CANCELLED


@pytest.mark.parametrize("carrier", ["trunk", SECOND_CARRIER])
async def test_a_customer_is_reached_over_the_carrier_that_is_named(rig: Rig, carrier: str) -> None:
    at = await reached(rig, ANSWERS, carrier=carrier)
    assert (at.party, at.called) == (Party.CUSTOMER, ANSWERS)


@pytest.mark.parametrize(
    ("number", "carrier"),
    [(ANSWERS, "nobody"), ("500&PJSIP/x/1900", ""), ("+86139@other", SECOND_CARRIER), ("sip:a@b", ""), ("", "")],
)
async def test_no_such_carrier_no_such_number(rig: Rig, number: str, carrier: str) -> None:
    rig.heard.forget()
    request = attempt(number, carrier=carrier)
    with pytest.raises(InvalidField):
        await rig.switch.request(request)
    with pytest.raises(ResourceMissing):
        await rig.switch.request(ClearConnection(call=request.call, connection=request.connection))
    assert not rig.heard.all(Failed)


async def test_people_and_machines_are_told_apart(rig: Rig) -> None:
    verdicts = {PERSON: "human", MACHINE: "machine", SILENT: "machine"}
    legs = dict(zip(verdicts, await asyncio.gather(*(reached(rig, number) for number in verdicts)), strict=True))
    for at in legs.values():
        await rig.switch.request(detection(at))
    for number, verdict in verdicts.items():
        found = await rig.heard.wait(MachineDetected, connection=legs[number].connection, token="amd")
        assert (number, found.verdict) == (number, verdict)
        assert found.why
    at = legs[PERSON]
    await rig.switch.request(Play(call=at.call, connection=at.connection, prompts=(rig.good,), token=Token("next")))
    await rig.heard.wait(MediaEnded, connection=at.connection, token="next", ok=True)


async def test_who_hangs_up_while_we_listen_is_gone(rig: Rig) -> None:
    at = await reached(rig, BRIEF)
    with contextlib.suppress(ResourceMissing):  # he may be that quick
        await rig.switch.request(detection(at))
    await rig.heard.wait(ConnectionCleared, connection=at.connection)
    await asyncio.sleep(0.2)
    assert not rig.heard.all(MachineDetected, connection=at.connection, verdict="human")
    with pytest.raises(ResourceMissing):
        await rig.switch.request(detection(at))


async def test_a_leg_that_is_joined_while_we_listen_is_unsure_and_talks(rig: Rig) -> None:
    at = await reached(rig, SILENT)
    agents = await agents_leg(rig, at.call)
    await rig.switch.request(detection(at, initial_silence_ms=5000))
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=agents.connection))
    found = await rig.heard.wait(MachineDetected, connection=at.connection)
    assert (found.verdict, found.why) == ("unsure", "")
    await rig.heard.wait(Joined, connection=agents.connection)


async def test_a_message_is_left_after_the_greeting(rig: Rig) -> None:
    at = await reached(rig, CURT_MACHINE)
    leave = LeaveMessage(call=at.call, connection=at.connection, prompts=(rig.good,), token=Token("left"))
    await rig.switch.request(leave)
    ended = await rig.heard.wait(MediaEnded, connection=at.connection, token="left", timeout_s=60.0)
    assert ended.ok
    [begun] = rig.heard.all(MessageBegun, connection=at.connection)
    assert (begun.why, begun.token, begun.beep_hz > 500) == ("beep", "left", True)


async def test_a_message_that_is_not_there_is_not_left(rig: Rig) -> None:
    at = await reached(rig, ANSWERS)
    leave = LeaveMessage(call=at.call, connection=at.connection, prompts=(rig.missing,), token=Token("no"), wait_s=1.0)
    await rig.switch.request(leave)
    await rig.heard.wait(MediaEnded, connection=at.connection, token="no", ok=False)


@pytest.mark.parametrize("ringing", [False, True])
async def test_a_call_of_a_campaign_begins_with_a_tone_for_the_agent(rig: Rig, ringing: bool) -> None:
    await rig.phone("1001", Behaviour.ANSWER)
    at = await reached(rig, ANSWERS)
    agents = await agents_leg(rig, at.call)
    await rig.switch.request(StartMusic(call=at.call, connection=agents.connection, ringing=ringing))
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=agents.connection, tone=True))
    await rig.heard.wait(Joined, connection=at.connection)
    await rig.heard.wait(Joined, connection=agents.connection)
    await rig.phone_hangs_up("1001")
    await rig.heard.wait(ConnectionCleared, connection=agents.connection)
    await rig.heard.wait(RouteRequested, connection=at.connection, party=Party.CUSTOMER)
