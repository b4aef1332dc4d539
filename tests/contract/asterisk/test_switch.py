"""What every ``Switch`` does: one suite, run on the fake and on a real Asterisk."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from tests.contract.asterisk.rig import ANI, NAME, Caller, Rig, caller_waits
from tests.support.asterisk_pair import DNIS, PHONES, RAW_PHONE

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField, LinkDown, ResourceMissing, WrongState
from tandem.cti.model.events import (
    BackInService,
    ConnectionCleared,
    ConnectionSnapshot,
    Delivered,
    Established,
    Failed,
    Joined,
    MediaEnded,
    Originated,
    OutOfService,
    Parted,
    Party,
    RouteRequested,
    SwitchFound,
    SwitchLost,
)
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, RecordingId, Token
from tandem.cti.model.requests import (
    ClearConnection,
    Collect,
    Join,
    MakeConnection,
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

_numbers = itertools.count(1)


def new_connection() -> ConnectionId:
    return ConnectionId(f"leg-{next(_numbers)}-x")


def play(at: RouteRequested, *prompts: str, tag: str = "t") -> Play:
    return Play(call=at.call, connection=at.connection, prompts=prompts, token=Token(tag))


def collect(at: RouteRequested, prompt: str, *, digits: int = 1, timeout_s: float = 3.0, tag: str = "t") -> Collect:
    return Collect(
        call=at.call,
        connection=at.connection,
        prompts=(prompt,),
        max_digits=digits,
        timeout_s=timeout_s,
        token=Token(tag),
    )


def ring(at: RouteRequested, device: str = "1001", *, timeout_s: float = 5.0, memory: str = "") -> MakeConnection:
    return MakeConnection(
        call=at.call,
        connection=new_connection(),
        party=Party.AGENT if len(device) == 4 else Party.OUTSIDE,
        device=DeviceId(device),
        calling=ANI,
        name=NAME,
        timeout_s=timeout_s,
        memory=memory,
    )


async def talking(rig: Rig, device: str = "1001") -> tuple[Caller, RouteRequested, RouteRequested]:
    """A caller joined with an agent."""
    caller, waiting = await caller_waits(rig)
    request = ring(waiting, device, memory="agent=mei")
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(Join(call=waiting.call, connection=waiting.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=waiting.connection)
    await rig.heard.wait(Joined, connection=leg.connection)
    return caller, waiting, leg


def of(found: SwitchFound, connection: ConnectionId) -> ConnectionSnapshot:
    return next(each for each in found.snapshot.connections if each.connection == connection)


# -- a caller alone


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
    assert (await rig.heard.wait(MediaEnded, timeout_s=3)).digits == "2"


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
    await asyncio.sleep(0.1)
    assert caller.gone


# -- legs that we make


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
    await rig.heard.wait(MediaEnded, token="after", timeout_s=3)
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
    await rig.heard.wait(MediaEnded, token="after", timeout_s=3)


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
    request = ring(at, timeout_s=0.5)
    await rig.switch.request(request)
    failed = await rig.heard.wait(Failed, connection=request.connection, timeout_s=3)
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
    recording = RecordingId(f"rec-{next(_numbers)}")
    await rig.switch.request(Record(call=at.call, connection=at.connection, recording=recording))
    await asyncio.sleep(0.7)
    await rig.switch.request(StopRecording(call=at.call, connection=at.connection, recording=recording))
    await asyncio.sleep(0.3)
    assert await rig.recorded_bytes(recording) > 10_000


async def test_phones_come_and_go(rig: Rig) -> None:
    await rig.sign_on(RAW_PHONE)
    await rig.heard.wait(BackInService, device=RAW_PHONE)
    assert (await rig.switch.snapshot()).in_service == {*PHONES, RAW_PHONE}
    await rig.sign_off(RAW_PHONE)
    await rig.heard.wait(OutOfService, device=RAW_PHONE)
    assert (await rig.switch.snapshot()).in_service == set(PHONES)


# -- the controller dies and another takes over


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
    await rig.heard.wait(MediaEnded, token="after", timeout_s=3)


async def test_a_phone_answered_while_nobody_was_there_is_found(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.controller_dies()
    await asyncio.sleep(0.6)
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
    await rig.heard.wait(SwitchLost, gone=True, timeout_s=3)
    found = await rig.heard.wait(SwitchFound, timeout_s=15)
    assert found.restarted
    assert found.snapshot.connections == ()
    with pytest.raises(ResourceMissing):
        await rig.switch.request(play(at, rig.good))
    await caller.hang_up()
    await caller_waits(rig)
