"""What every ``Switch`` does with a caller alone and with single requests. One suite: the fake and a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.asked import collect, new_connection, play, talking, until
from tests.contract.asterisk.rig import ANI, NAME, Rig, caller_waits
from tests.support.asterisk_pair import DNIS, PHONES, RAW_PHONE

from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField, ResourceMissing, WrongState
from tandem.cti.model.events import (
    BackInService,
    ConnectionCleared,
    Joined,
    MediaEnded,
    Originated,
    OutOfService,
    Party,
    RouteRequested,
)
from tandem.cti.model.ids import CallId, ConnectionId, RecordingId, Token
from tandem.cti.model.requests import ClearConnection, Join, Play, Record, Remember, Retake, StartMusic, StopRecording

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_caller_is_announced_and_then_handed_over(rig: Rig) -> None:
    _, waiting = await caller_waits(rig)
    announced = await rig.heard.wait(Originated)
    assert rig.heard.order(Originated, RouteRequested) == ["Originated", "RouteRequested"]
    assert (waiting.party, waiting.calling, waiting.name, waiting.called) == (Party.CALLER, ANI, NAME, DNIS)
    assert (announced.call, announced.connection) == (waiting.call, waiting.connection)
    assert (announced.calling, announced.name, announced.called) == (ANI, NAME, DNIS)


async def test_prompts_are_played_in_order_and_their_end_is_told(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    await rig.switch.request(play(at, rig.good, rig.good, tag="a"))
    await rig.switch.request(play(at, rig.good, tag="b"))
    await rig.heard.wait(MediaEnded, token="b", ok=True)
    assert [event.token for event in rig.heard.all(MediaEnded)] == ["a", "b"]


async def test_a_prompt_that_is_not_there(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    await rig.switch.request(play(at, "no-such-prompt", tag="a"))
    await rig.heard.wait(MediaEnded, token="a", ok=False)
    await rig.switch.request(collect(at, "no-such-prompt", tag="b"))
    await rig.heard.wait(MediaEnded, token="b", ok=False)
    with pytest.raises(InvalidField):
        await rig.switch.request(play(at, "../etc/passwd,skip&x"))


async def test_a_digit_stops_the_prompt(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(StartMusic(call=at.call, connection=at.connection))
    await rig.switch.request(collect(at, rig.long))
    await asyncio.sleep(0.2)
    await caller.press("2")
    assert (await rig.heard.wait(MediaEnded, timeout_s=20)).digits == "2"


@pytest.mark.parametrize(("keys", "digits"), [("12#", "12"), ("#", "#"), ("*7", "*7"), ("1234", "123")])
async def test_digits_end_with_hash_or_when_there_are_enough(rig: Rig, keys: str, digits: str) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(collect(at, rig.good, digits=2 if keys == "*7" else 3))
    await asyncio.sleep(0.1)
    await caller.press(keys)
    assert (await rig.heard.wait(MediaEnded)).digits == digits


async def test_no_digit_is_no_failure(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    await rig.switch.request(collect(at, rig.good, timeout_s=0.3))
    ended = await rig.heard.wait(MediaEnded)
    assert (ended.ok, ended.digits) == (True, "")


@pytest.mark.parametrize("state", ["idle", "prompt", "digits", "music"])
async def test_the_caller_hangs_up(rig: Rig, state: str) -> None:
    caller, at = await caller_waits(rig)
    if state == "prompt":
        await rig.switch.request(play(at, rig.long))
    elif state == "digits":
        await rig.switch.request(collect(at, rig.long))
    elif state == "music":
        await rig.switch.request(StartMusic(call=at.call, connection=at.connection))
    await asyncio.sleep(0.1)
    await caller.hang_up()
    cleared = await rig.heard.wait(ConnectionCleared, connection=at.connection)
    assert cleared.cause is Cause.NORMAL
    with pytest.raises(ResourceMissing):
        await rig.switch.request(play(at, rig.good))


async def test_we_clear_a_caller(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(ClearConnection(call=at.call, connection=at.connection))
    await rig.heard.wait(ConnectionCleared, connection=at.connection)
    await until(lambda: caller.gone)


# -- rules of requests


async def test_a_request_at_the_wrong_moment_is_refused_and_harmless(rig: Rig) -> None:
    _, at, leg = await talking(rig)
    for request in (
        play(at, rig.good),
        StartMusic(call=at.call, connection=at.connection),
        Join(call=at.call, connection=at.connection, other=leg.connection),
    ):
        with pytest.raises(WrongState):
            await rig.switch.request(request)
    state = {each.connection: each for each in (await rig.switch.snapshot()).connections}
    assert state[at.connection].joined_with == leg.connection


async def test_a_connection_that_never_was(rig: Rig) -> None:
    call, gone = CallId("c"), ConnectionId("nobody")
    _, at = await caller_waits(rig)
    for request in (
        Play(call=call, connection=gone, prompts=(rig.good,), token=Token("t")),
        Join(call=call, connection=at.connection, other=gone),
        Retake(call=call, connection=gone),
        ClearConnection(call=call, connection=gone),
        Remember(call=call, connection=gone, memory="x"),
        Record(call=call, connection=gone, recording=RecordingId("r")),
    ):
        with pytest.raises(ResourceMissing):
            await rig.switch.request(request)


@pytest.mark.parametrize("memory", ["a,b", "x\r\nVariable: y", "王", "m" * 701, "${X}", 'a"b'])
async def test_memory_is_plain_text(rig: Rig, memory: str) -> None:
    _, at = await caller_waits(rig)
    with pytest.raises(InvalidField):
        await rig.switch.request(Remember(call=at.call, connection=at.connection, memory=memory))


async def test_seven_hundred_bytes_are_remembered(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    memory = ("q=service;n=3;t=1795309187.25;l=zh%2Dcn;x=a+b/c~d:" * 14)[:700]
    await rig.switch.request(Remember(call=at.call, connection=at.connection, memory=memory))
    assert (await rig.switch.snapshot()).connections[0].memory == memory


async def test_retake_from_a_bridge_brings_both_back(rig: Rig) -> None:
    _, at, leg = await talking(rig)
    rig.heard.forget()
    await rig.switch.request(Retake(call=at.call, connection=at.connection))
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.heard.wait(RouteRequested, connection=leg.connection)
    with pytest.raises(WrongState):
        await rig.switch.request(Retake(call=at.call, connection=at.connection))
    rig.heard.forget()
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=at.connection)


async def test_retake_of_the_agent_brings_both_back(rig: Rig) -> None:
    _, at, leg = await talking(rig)
    rig.heard.forget()
    await rig.switch.request(Retake(call=at.call, connection=leg.connection))
    await rig.heard.wait(RouteRequested, connection=at.connection)
    await rig.heard.wait(RouteRequested, connection=leg.connection)


async def test_a_recording_is_written_and_stopped(rig: Rig) -> None:
    _, at, _leg = await talking(rig)
    recording = RecordingId(f"rec-{new_connection()}")
    await rig.switch.request(Record(call=at.call, connection=at.connection, recording=recording))
    await asyncio.sleep(1.2)
    await rig.switch.request(StopRecording(call=at.call, connection=at.connection, recording=recording))
    await until(lambda: rig.recorded_bytes(recording) > 10_000)


async def test_phones_come_and_go(rig: Rig) -> None:
    await rig.sign_on(RAW_PHONE)
    await rig.heard.wait(BackInService, device=RAW_PHONE)
    assert (await rig.switch.snapshot()).in_service == {*PHONES, RAW_PHONE}
    await rig.sign_off(RAW_PHONE)
    await rig.heard.wait(OutOfService, device=RAW_PHONE)
    assert (await rig.switch.snapshot()).in_service == set(PHONES)
