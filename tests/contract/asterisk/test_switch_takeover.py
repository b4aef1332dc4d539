"""The controller dies and another takes over: nobody is forgotten or stranded. The fake and the real switch."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.asked import collect, of, play, ring, talking
from tests.contract.asterisk.rig import ANI, NAME, Rig, caller_waits
from tests.support.asterisk_pair import DNIS

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import LinkDown, ResourceMissing
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Failed,
    Joined,
    MediaEnded,
    Parted,
    Party,
    RouteRequested,
    SwitchFound,
    SwitchLost,
)
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.requests import ClearConnection, Join, Remember, Retake, SetFallbackMember, StartMusic
from tandem.cti.model.states import ConnectionState

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_without_a_link_nothing_is_asked(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    await rig.controller_dies()
    for request in (play(at, rig.good), ring(at)):
        with pytest.raises(LinkDown):
            await rig.switch.request(request)
    with pytest.raises(LinkDown):
        await rig.switch.snapshot()


async def test_callers_in_every_place_are_found_again(rig: Rig) -> None:
    await rig.phone("1002", Behaviour.RING)
    _, ivr = await caller_waits(rig)
    await rig.switch.request(Remember(call=ivr.call, connection=ivr.connection, memory="at=ivr"))
    await rig.switch.request(play(ivr, rig.long))
    _, ringing = await caller_waits(rig)
    await rig.switch.request(Remember(call=ringing.call, connection=ringing.connection, memory="at=ringing"))
    await rig.switch.request(StartMusic(call=ringing.call, connection=ringing.connection))
    request = ring(ringing, "1002", memory="for=ringing")
    await rig.switch.request(request)
    await rig.heard.wait(Delivered, connection=request.connection)
    _, at, leg = await talking(rig)

    await rig.controller_dies()
    found = await rig.controller_returns()

    assert not found.restarted
    assert found.snapshot.in_service == {"1001", "1002"}
    assert len(found.snapshot.connections) == 5
    one = of(found, ivr.connection)
    assert (one.call, one.party, one.controlled, one.memory) == (ivr.call, Party.CALLER, True, "at=ivr")
    assert (one.calling, one.name, one.called, one.state) == (ANI, NAME, DNIS, ConnectionState.CONNECTED)
    two = of(found, ringing.connection)
    assert (two.controlled, two.memory, two.joined_with) == (True, "at=ringing", None)
    made = of(found, request.connection)
    assert (made.call, made.party, made.device) == (ringing.call, Party.AGENT, "1002")
    assert (made.state, made.controlled, made.memory) == (ConnectionState.ALERTING, False, "for=ringing")
    three, four = of(found, at.connection), of(found, leg.connection)
    assert (three.joined_with, four.joined_with) == (leg.connection, at.connection)
    assert (three.controlled, four.controlled, four.call) == (False, False, at.call)

    # The found ones obey: the one in the prompt, the one who waits, the phone that rings, the pair that talks.
    await rig.switch.request(Retake(call=at.call, connection=at.connection))
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.switch.request(ClearConnection(call=ringing.call, connection=request.connection))
    await rig.heard.wait(Failed, connection=request.connection, cause=Cause.CANCELLED)
    await rig.switch.request(Join(call=ivr.call, connection=ivr.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=ivr.connection)
    await rig.switch.request(play(ringing, rig.good, tag="again"))
    await rig.heard.wait(MediaEnded, token="again", ok=True)


async def test_what_a_successor_asks_does_not_outlive_a_join_either(rig: Rig) -> None:
    """The leg is still busy with the predecessor's prompt when the successor asks for another and then joins it."""
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(play(at, rig.long, tag="old"))
    await asyncio.sleep(0.1)
    await rig.controller_dies()
    await rig.controller_returns()
    await rig.switch.request(play(at, rig.long, tag="new"))
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=at.connection)
    rig.heard.forget()
    await rig.phone_hangs_up("1001")
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.switch.request(collect(at, rig.good, timeout_s=0.1, tag="after"))
    await rig.heard.wait(MediaEnded, token="after", timeout_s=20)


async def test_a_phone_answered_while_nobody_was_there_is_found(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.controller_dies()
    await rig.phone_has_answered("1001")
    leg = of(await rig.controller_returns(), request.connection)
    assert (leg.controlled, leg.state, leg.call) == (True, ConnectionState.CONNECTED, at.call)
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=request.connection))
    await rig.heard.wait(Joined, connection=request.connection)


async def test_we_hold_callers_longer_than_the_dead_man_switch(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await asyncio.sleep(rig.guard_s * 1.5)
    assert len(rig.heard.all(RouteRequested)) == 1
    assert (await rig.switch.snapshot()).connections[0].controlled
    assert not caller.gone
    _, joined, _leg = await talking(rig)
    await asyncio.sleep(rig.guard_s * 1.5)
    assert not rig.heard.all(Parted)
    assert at.call != joined.call


async def test_a_server_that_stays_away_strands_nobody(rig: Rig) -> None:
    for device, ready in (("1001", False), ("1002", True)):
        await rig.switch.request(SetFallbackMember(device=DeviceId(device), ready=not ready))
        await rig.switch.request(SetFallbackMember(device=DeviceId(device), ready=ready))
    caller, at = await caller_waits(rig)
    await rig.switch.request(Remember(call=at.call, connection=at.connection, memory="q=service"))
    _, other, leg = await talking(rig)
    await rig.phone_hangs_up("1001")  # the second caller is back with us as well, and stays
    await rig.heard.wait(ConnectionCleared, connection=leg.connection)

    await rig.controller_dies()
    await asyncio.sleep(rig.guard_s + rig.slack_s)
    found = await rig.controller_returns()

    assert not caller.gone
    one, two = of(found, at.connection), of(found, other.connection)
    assert one.in_fallback
    assert two.in_fallback
    # One of them talks with the ready phone, the other waits; the phone that was not ready was left in peace.
    agents = [each for each in found.snapshot.connections if each.party is Party.AGENT]
    assert [each.device for each in agents] == ["1002"]
    assert agents[0].in_fallback
    served, waiting = (one, two) if one.joined_with else (two, one)
    assert served.joined_with == agents[0].connection
    assert agents[0].call == served.call
    assert (waiting.joined_with, waiting.state) == (None, ConnectionState.QUEUED)

    await rig.switch.request(Retake(call=waiting.call, connection=waiting.connection))
    back = await rig.heard.wait(RouteRequested, connection=waiting.connection)
    assert back.memory == waiting.memory
    await rig.switch.request(play(back, rig.good))
    await rig.heard.wait(MediaEnded, ok=True)
    await rig.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=False))
    await rig.phone_hangs_up("1002")
    await rig.heard.wait(ConnectionCleared, connection=agents[0].connection)
    await rig.heard.wait(RouteRequested, connection=served.connection)
    await rig.switch.request(play(back, rig.good, tag="u"))
    await rig.heard.wait(MediaEnded, token="u", ok=True)


async def test_a_caller_who_rings_a_ready_phone_is_taken_back(rig: Rig) -> None:
    await rig.phone("1002", Behaviour.RING)
    await rig.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=True))
    _, at = await caller_waits(rig)
    await rig.controller_dies()
    await asyncio.sleep(rig.guard_s + rig.slack_s)
    found = await rig.controller_returns()
    ringing = [each for each in found.snapshot.connections if each.party is Party.AGENT]
    assert [(each.device, each.state) for each in ringing] == [("1002", ConnectionState.ALERTING)]
    await rig.switch.request(Retake(call=at.call, connection=at.connection))
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.heard.wait(Failed, connection=ringing[0].connection)
    await rig.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=False))


async def test_an_agent_left_alone_is_let_go(rig: Rig) -> None:
    caller, _at, leg = await talking(rig)
    await rig.controller_dies()
    await caller.hang_up()
    await asyncio.sleep(rig.guard_s + rig.slack_s)
    found = await rig.controller_returns()
    assert leg.connection not in {each.connection for each in found.snapshot.connections}


async def test_the_switch_itself_ends_and_comes_back(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    rig.heard.forget()
    await rig.crash()
    await rig.heard.wait(SwitchLost, gone=True, timeout_s=20)
    found = await rig.heard.wait(SwitchFound, timeout_s=60)
    assert found.restarted
    assert found.snapshot.connections == ()
    with pytest.raises(ResourceMissing):
        await rig.switch.request(play(at, rig.good))
    await caller.hang_up()
    await caller_waits(rig)
