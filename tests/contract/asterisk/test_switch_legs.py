"""Legs that we make: rung, answered, joined, cleared, refused. The fake and the real switch."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.asked import collect, new_connection, play, ring, talking
from tests.contract.asterisk.rig import Rig, caller_waits

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField, ResourceMissing
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Joined,
    MediaEnded,
    Parted,
    Party,
    RouteRequested,
)
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.requests import ClearConnection, Join, MakeConnection, Remember

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_an_agent_is_rung_answers_and_is_joined(rig: Rig) -> None:
    _, at, leg = await talking(rig)
    assert rig.heard.order(Delivered, Established, RouteRequested, Joined, connection=leg.connection) == [
        "Delivered",
        "Established",
        "RouteRequested",
        "Joined",
    ]
    assert (leg.call, leg.party, leg.called, leg.memory) == (at.call, Party.AGENT, "1001", "agent=mei")


async def test_a_join_cuts_the_prompt_short_and_nothing_of_it_comes_later(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(play(at, rig.long, tag="cut"))
    await rig.switch.request(play(at, rig.long, tag="never"))
    await asyncio.sleep(0.1)
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=at.connection)
    assert [(e.token, e.ok) for e in rig.heard.all(MediaEnded)] == [("cut", False), ("never", False)]
    rig.heard.forget()
    await rig.phone_hangs_up("1001")
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.switch.request(collect(at, rig.good, timeout_s=0.1, tag="after"))
    await rig.heard.wait(MediaEnded, token="after", timeout_s=20)
    assert len(rig.heard.all(MediaEnded)) == 1


async def test_a_join_right_behind_a_prompt_leaves_nothing_behind(rig: Rig) -> None:
    """The prompt was sent so late that the switch may not have begun it."""
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    await asyncio.gather(
        rig.switch.request(play(at, rig.long, tag="late")),
        rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection)),
    )
    await rig.heard.wait(Joined, connection=at.connection)
    rig.heard.forget()
    await rig.phone_hangs_up("1001")
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.switch.request(collect(at, rig.good, timeout_s=0.1, tag="after"))
    await rig.heard.wait(MediaEnded, token="after", timeout_s=20)


async def test_the_agent_hangs_up_and_the_caller_comes_back(rig: Rig) -> None:
    caller, at, leg = await talking(rig)
    await rig.switch.request(Remember(call=at.call, connection=at.connection, memory="q=service;p=2"))
    rig.heard.forget()
    await rig.phone_hangs_up("1001")
    back = await rig.heard.wait(RouteRequested, connection=at.connection)
    assert back.memory == "q=service;p=2"
    await rig.heard.wait(ConnectionCleared, connection=leg.connection, cause=Cause.NORMAL)
    assert rig.heard.order(Parted, RouteRequested, connection=at.connection) == ["Parted", "RouteRequested"]
    await rig.switch.request(play(at, rig.good))
    await rig.heard.wait(MediaEnded, ok=True)
    assert not caller.gone


async def test_the_caller_hangs_up_and_the_agent_comes_back(rig: Rig) -> None:
    caller, at, leg = await talking(rig)
    rig.heard.forget()
    await caller.hang_up()
    await rig.heard.wait(ConnectionCleared, connection=at.connection)
    await rig.heard.wait(RouteRequested, connection=leg.connection, party=Party.AGENT)
    await rig.switch.request(ClearConnection(call=leg.call, connection=leg.connection))
    await rig.heard.wait(ConnectionCleared, connection=leg.connection)


async def test_the_caller_hangs_up_while_the_phone_rings(rig: Rig) -> None:
    await rig.phone("1001", Behaviour.RING)
    caller, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.heard.wait(Delivered, connection=request.connection, device="1001")
    await caller.hang_up()
    await rig.heard.wait(ConnectionCleared, connection=at.connection)
    clear = ClearConnection(call=at.call, connection=request.connection, cause=Cause.CANCELLED)
    await rig.switch.request(clear)
    assert (await rig.heard.wait(Failed, connection=request.connection)).cause is Cause.CANCELLED
    with pytest.raises(ResourceMissing):
        await rig.switch.request(clear)


async def test_a_leg_called_off_at_once_never_stays(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.switch.request(ClearConnection(call=at.call, connection=request.connection))
    assert (await rig.heard.wait(Failed, connection=request.connection)).cause is Cause.CANCELLED
    assert not rig.heard.all(Established)


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [(Behaviour.BUSY, Cause.BUSY), (Behaviour.DECLINE, Cause.REJECTED), (Behaviour.RING, Cause.NO_ANSWER)],
)
async def test_a_phone_that_does_not_answer(rig: Rig, behaviour: Behaviour, cause: Cause) -> None:
    await rig.phone("1001", behaviour)
    _, at = await caller_waits(rig)
    request = ring(at, timeout_s=3.0)
    await rig.switch.request(request)
    failed = await rig.heard.wait(Failed, connection=request.connection, timeout_s=20)
    assert (failed.cause, failed.call) == (cause, at.call)


async def test_a_phone_that_is_not_there(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at, "1999")
    await rig.switch.request(request)
    assert (await rig.heard.wait(Failed, connection=request.connection)).cause is Cause.UNREACHABLE


async def test_a_repeated_request_rings_once(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.switch.request(request)
    await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(request)
    await asyncio.sleep(0.3)
    assert len(rig.heard.all(Delivered)) == 1
    assert not rig.heard.all(Failed)


async def test_numbers_outside(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at, "+8613900000001")
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    assert (leg.party, leg.called) == (Party.OUTSIDE, "+8613900000001")
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=at.connection)
    busy = ring(at, "+8613900000002")
    await rig.switch.request(busy)
    await rig.heard.wait(Failed, connection=busy.connection, cause=Cause.BUSY)
    unknown = ring(at, "+8613900000004")
    await rig.switch.request(unknown)
    await rig.heard.wait(Failed, connection=unknown.connection, cause=Cause.INVALID_NUMBER)


HOSTILE_NUMBERS = [
    "500&PJSIP/x/1900",
    "+86139@evil",
    "1;2",
    "${SHELL(id)}",
    "12\r\nAction: Logoff",
    "",
    "1" * 30,
    "١٢٣",
]


@pytest.mark.parametrize("number", HOSTILE_NUMBERS)
async def test_only_numbers_are_dialled(rig: Rig, number: str) -> None:
    _, at = await caller_waits(rig)
    for party in (Party.OUTSIDE, Party.AGENT):
        with pytest.raises(InvalidField):
            await rig.switch.request(
                MakeConnection(
                    call=at.call,
                    connection=new_connection(),
                    party=party,
                    device=DeviceId(number if party is Party.OUTSIDE else f"{number}&1002"),
                    calling="",
                    name="",
                    timeout_s=1,
                )
            )
