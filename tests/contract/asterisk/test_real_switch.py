"""What only the real Asterisk can show: hostile callers, hold, what is heard, a killed controller, a fired switch."""

from __future__ import annotations

import asyncio
import pickle
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from tests.contract.asterisk.asked import ring, until
from tests.contract.asterisk.rig import ANI, RealRig, caller_waits
from tests.support.asterisk_pair import DNIS, RAW_PHONE, asterisk_install, switch_settings
from tests.support.heard import Heard
from tests.support.raw_sip import RawSip, header

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.adapters.asterisk.config import asterisk_files
from tandem.cti.adapters.asterisk.legs import Leg
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.events import (
    BackInService,
    ConnectionCleared,
    Delivered,
    Failed,
    Held,
    Joined,
    MediaEnded,
    Originated,
    Parted,
    Party,
    Retrieved,
    RouteRequested,
    SwitchFound,
)
from tandem.cti.model.ids import ConnectionId, DeviceId, RecordingId, Token
from tandem.cti.model.requests import (
    ClearConnection,
    Join,
    MakeConnection,
    Play,
    Record,
    Remember,
    SetFallbackMember,
    StartMusic,
    StopRecording,
)
from tandem.cti.model.states import ConnectionState
from tandem.cti.provision.asterisk_instance import AsteriskInstance

pytestmark = pytest.mark.asyncio(loop_scope="package")


# -- callers who write what they like


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[AsteriskSwitch, Heard, int]]:
    """An Asterisk whose trunk is whoever comes from this machine; its switch, what it says, its SIP port."""
    home = tmp_path_factory.mktemp("alone")
    settings = switch_settings(home, asterisk_install(), trunk_match_port=False, phones=())
    heard = Heard()
    async with AsteriskInstance(
        asterisk_install(), home, asterisk_files(settings), system_name=settings.system_name
    ) as asterisk:
        switch = AsteriskSwitch(settings, heard)
        run = asyncio.create_task(switch.run())
        await heard.wait(SwitchFound)
        yield switch, heard, settings.sip_port
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        assert asterisk.running


@pytest.mark.parametrize(
    ("sender", "calling", "name"),
    [
        ('"王小明" <sip:+8613800138000@h>', "+8613800138000", "王小明"),
        (r'"O\"Brien \\ ${SHELL(touch pwned)}" <sip:1@h>', "1", 'O"Brien \\ ${SHELL(touch pwned)}'),
        ('"$[1+1]" <sip:${EXTEN}@h>', None, None),
        ('"a, b <c>;d=e&f|g" <sip:a)b,c(d@h>', "a)b,c(d", "a, b <c>;d=e&f|g"),
        ('"two%0d%0aLines: x" <sip:12@h>', "12", "two%0d%0aLines: x"),
        ("<sip:anonymous@anonymous.invalid>", "anonymous", ""),
        ('"adds a header" <sip:1%0d%0aCause%3a%2016@h>', "1", "adds a header"),
        # The first event of these is dropped as forged or torn; from the second on FILTER has done its work.
        ('"doubles one" <sip:1%0d%0aUniqueid%3a%20x@h>', "1Uniqueidx", "doubles one"),
        ('"tears it" <sip:1%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20x@h>', "1EventHangupUniqueidx", "tears it"),
    ],
)
async def test_a_caller_writes_what_he_likes(
    alone: tuple[AsteriskSwitch, Heard, int], sender: str, calling: str | None, name: str | None
) -> None:
    switch, heard, port = alone
    heard.forget()
    sip = await RawSip.open(port)
    try:
        if calling is None:
            with pytest.raises(TimeoutError):  # no SIP at all: not answered
                await sip.invite(f"sip:{DNIS}@127.0.0.1:{port}", sender, timeout_s=5)
            assert not heard.all(Originated)
            return
        assert await sip.invite(f"sip:{DNIS}@127.0.0.1:{port}", sender) == "SIP/2.0 200 OK"
        at = await heard.wait(RouteRequested)
        assert (at.calling, at.name, at.called) == (calling, name, DNIS)
        assert len(heard.all(Originated)) == len(heard.all(RouteRequested)) == 1
        await switch.request(Play(call=at.call, connection=at.connection, prompts=("hello-world",), token=Token("t")))
        await heard.wait(MediaEnded, ok=True)
        await sip.bye()
        await heard.wait(ConnectionCleared, connection=at.connection)
        assert len(heard.events[heard.mark :]) == 4
    finally:
        sip.close()


@pytest.mark.parametrize(
    "number", ["500&PJSIP/x/1900", f"{DNIS};x=y", f"{DNIS}%26", "1001", "s", "loop", "T", "i", "h"]
)
async def test_only_our_numbers_are_answered(alone: tuple[AsteriskSwitch, Heard, int], number: str) -> None:
    _, heard, port = alone
    heard.forget()
    sip = await RawSip.open(port)
    assert await sip.invite(f"sip:{number}@127.0.0.1:{port}", "<sip:1@h>") == "SIP/2.0 404 Not Found"
    sip.close()
    assert not heard.events[heard.mark :]


# -- a phone played by hand


@pytest_asyncio.fixture(loop_scope="package")
async def phone(real: RealRig) -> AsyncIterator[RawSip]:
    sip = await RawSip.open(real.pair.settings.sip_port)
    assert await sip.register(RAW_PHONE, f"pw-{RAW_PHONE}") == "SIP/2.0 200 OK"
    await real.heard.wait(BackInService, device=RAW_PHONE)
    yield sip
    await sip.register(RAW_PHONE, f"pw-{RAW_PHONE}", expires=0)
    sip.close()


async def ring_by_hand(real: RealRig, phone: RawSip, name: str) -> tuple[RouteRequested, ConnectionId, str]:
    _, at = await caller_waits(real)
    leg = ConnectionId(f"raw-{len(real.heard.events)}-{id(phone)}")
    await real.switch.request(
        MakeConnection(
            call=at.call,
            connection=leg,
            party=Party.AGENT,
            device=DeviceId(RAW_PHONE),
            calling="+86 138\r\nX: y",
            name=name,
            timeout_s=20,
        )
    )
    return at, leg, await phone.rung()


async def test_what_the_phone_shows_is_harmless(real: RealRig, phone: RawSip) -> None:
    name = '王小明 "Bob" <sip:x@y>\r\nX-Evil: 1 ${SHELL(touch pwned)} \\ , ; & | \x00'
    _, leg, invite = await ring_by_hand(real, phone, name)
    shown = header(invite, "From")
    assert shown.startswith('"王小明 Bob sip:x@y X-Evil: 1 SHELL(touch pwned) , ; &" <sip:+86138@')
    assert "\nX-Evil" not in invite
    phone.respond(invite, "603 Decline")
    await real.heard.wait(Failed, connection=leg)


async def test_hold_and_retrieve(real: RealRig, phone: RawSip) -> None:
    at, leg, invite = await ring_by_hand(real, phone, "x")
    phone.respond(invite, "180 Ringing")
    phone.respond(invite, "200 OK", sdp="sendrecv")
    await real.heard.wait(RouteRequested, connection=leg)
    await real.switch.request(Join(call=at.call, connection=at.connection, other=leg))
    await real.heard.wait(Joined, connection=leg)
    assert await phone.direct(invite, "sendonly", version=2) == "SIP/2.0 200 OK"
    await real.heard.wait(Held, connection=leg)
    assert await phone.direct(invite, "sendrecv", version=3) == "SIP/2.0 200 OK"
    await real.heard.wait(Retrieved, connection=leg)
    await real.switch.request(ClearConnection(call=at.call, connection=leg))
    await real.heard.wait(ConnectionCleared, connection=leg)


async def test_a_phone_dials_nobody_by_itself(real: RealRig, phone: RawSip) -> None:
    port = real.pair.settings.sip_port
    for number in (DNIS, "1001", "+8613900000001", "loop"):
        first = await phone.invite(f"sip:{number}@127.0.0.1:{port}", f"<sip:{RAW_PHONE}@127.0.0.1>")
        assert first.startswith("SIP/2.0 401")  # asked who it is; and had it answered, its context is empty
    assert "There is no existence" in await real.pair.tandem.rx("dialplan show 1001@from-phones")
    assert not real.heard.all(Originated)


# -- what is heard


def likeness(heard: np.ndarray, sound: np.ndarray) -> float:
    """How like a piece of ``sound`` the most alike quarter of a second of ``heard`` is; 1.0 is the same.

    The most alike: on a busy machine a packet comes too late now and then.
    """
    size = 1 << (len(sound) + 2000).bit_length()
    spectrum = np.fft.rfft(sound, size)
    best = 0.0
    for window in (heard[start : start + 2000] for start in range(0, len(heard) - 2000, 1000)):
        if window.std() < 100:
            continue
        product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(window - window.mean(), size)))
        at = int(np.argmax(product[: len(sound) - 2000]))
        best = max(best, float(np.corrcoef(window, sound[at : at + 2000])[0, 1]))
    return best


async def recorded(real: RealRig, at: RouteRequested, recording: RecordingId) -> np.ndarray:
    """Shape (samples, 2) at 8 kHz, of what this leg says and hears for 1.6 s; it is as long as it was asked for."""
    now = asyncio.get_running_loop().time
    asked_at = now()
    await real.switch.request(Record(call=at.call, connection=at.connection, recording=recording))
    began_at = now()
    await asyncio.sleep(1.6)
    least_s = now() - began_at
    await real.switch.request(StopRecording(call=at.call, connection=at.connection, recording=recording))
    most_s = now() - asked_at
    await until(lambda: real.recorded_bytes(recording) / 32_000 > least_s - 0.25)
    await asyncio.sleep(0.3)
    raw = np.fromfile(real.pair.settings.recordings_dir / f"{recording}.raw", dtype="<i2").astype(float).reshape(-1, 2)
    assert len(raw) / 8_000 < most_s + 0.2
    return raw


async def test_both_sides_are_recorded_and_music_ends_with_the_join(real: RealRig) -> None:
    await real.phone("1001", Behaviour.ANSWER_AT_ONCE)
    _, at = await caller_waits(real)
    await real.switch.request(StartMusic(call=at.call, connection=at.connection))
    leg = ConnectionId("leg-recorded")
    await real.switch.request(
        MakeConnection(
            call=at.call,
            connection=leg,
            party=Party.AGENT,
            device=DeviceId("1001"),
            calling="",
            name="",
            timeout_s=20,
        )
    )
    await real.heard.wait(RouteRequested, connection=leg)
    await real.switch.request(Join(call=at.call, connection=at.connection, other=leg))
    await real.heard.wait(Joined, connection=at.connection)
    raw = await recorded(real, at, RecordingId("stereo"))
    sounds = asterisk_install().data_dir / "sounds" / "en"
    caller, _ = soundfile.read(sounds / "demo-instruct.wav")
    agent, _ = soundfile.read(sounds / "demo-congrats.wav")
    assert likeness(raw[:, 0], caller) > 0.99
    assert likeness(raw[:, 1], agent) > 0.99
    assert likeness(raw[:, 1], caller) < 0.9


async def test_a_message_is_the_callers_voice_from_its_first_second(real: RealRig) -> None:
    """Nobody is joined with him, nothing plays: what he says is recorded all the same, and the other side is silent."""
    _, at = await caller_waits(real)
    raw = await recorded(real, at, RecordingId("message"))
    caller, _ = soundfile.read(asterisk_install().data_dir / "sounds" / "en" / "demo-instruct.wav")
    assert likeness(raw[:, 0], caller) > 0.99
    assert raw[:, 1].std() < 10


# -- controllers that end


async def test_a_killed_controller_costs_no_call(real: RealRig, tmp_path: Path) -> None:
    await real.controller_dies()
    await real.phone("1002", Behaviour.RING)
    settings = tmp_path / "settings"
    settings.write_bytes(pickle.dumps(real.pair.settings))
    command = (sys.executable, "-m", "tests.contract.asterisk.controller", str(settings))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    callers = []
    for _ in range(4):
        callers.append(await real.call_in())
        await asyncio.sleep(0.2)
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"all in their places\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await asyncio.sleep(1)

    found = await real.controller_returns()

    assert not any(caller.gone for caller in callers)
    by_place = {each.memory: each for each in found.snapshot.connections if each.party is Party.CALLER}
    legs = {str(each.device): each for each in found.snapshot.connections if each.party is Party.AGENT}
    assert sorted(by_place) == ["place=0", "place=1", "place=2", "place=3"]
    assert [by_place[f"place={n}"].controlled for n in range(4)] == [True, True, True, False]
    assert legs["1002"].state is ConnectionState.ALERTING
    assert legs["1002"].call == by_place["place=2"].call
    assert legs["1001"].joined_with == by_place["place=3"].connection
    assert by_place["place=3"].joined_with == legs["1001"].connection
    await asyncio.sleep(real.guard_s + 1)
    assert not real.heard.all(ConnectionCleared)
    assert not real.heard.all(Parted)


async def test_a_caller_who_was_served_while_no_server_was_there_is_let_go(real: RealRig) -> None:
    """His agent has hung up, he has not, and still no server: he is not queued a second time."""
    await real.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=True))
    caller, _ = await caller_waits(real)
    await real.controller_dies()
    await until(lambda: real.pair.carrier.talking("1002") == 1)
    await asyncio.sleep(0.7)
    await real.phone_hangs_up("1002")
    await asyncio.sleep(real.guard_s - 1)
    assert not caller.gone
    await until(lambda: caller.gone)
    assert real.pair.carrier.talking("1002") == 0
    await real.controller_returns()
    await real.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=False))


async def test_a_caller_who_was_served_and_is_ours_again_may_be_queued_again(real: RealRig) -> None:
    await real.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=True))
    caller, at = await caller_waits(real)
    await real.controller_dies()
    await until(lambda: real.pair.carrier.talking("1002") == 1)
    await asyncio.sleep(0.7)
    found = await real.controller_returns()
    assert [each.in_fallback for each in found.snapshot.connections] == [True, True]
    await real.phone_hangs_up("1002")
    await real.heard.wait(RouteRequested, connection=at.connection)
    await asyncio.sleep(0.2)
    await real.controller_dies()
    await until(lambda: real.pair.carrier.talking("1002") == 1)
    assert not caller.gone
    await real.controller_returns()
    await real.switch.request(SetFallbackMember(device=DeviceId("1002"), ready=False))


async def test_who_is_vouched_for_while_he_is_joined_talks_on(real: RealRig) -> None:
    """The dead-man switch counts in a talk too, once it is set there."""
    _, at = await caller_waits(real)
    request = ring(at)
    await real.switch.request(request)
    await real.heard.wait(RouteRequested, connection=request.connection)
    join = Join(call=at.call, connection=at.connection, other=request.connection)
    joining = asyncio.create_task(real.switch.request(join))
    for _ in range(2_000):
        await real.switch._vouch()
        if len(real.heard.all(Joined)) == 2:
            break
        await asyncio.sleep(0)
    await joining
    await asyncio.sleep(real.guard_s + 1)
    assert not real.heard.all(Parted)


async def test_a_fired_dead_man_switch_is_undone_while_we_are_here(real: RealRig) -> None:
    """A stall of ours, or a jump of the clock: the caller is in the fallback queue for a moment and then ours again."""
    _, at = await caller_waits(real)
    await real.switch.request(Remember(call=at.call, connection=at.connection, memory="kept"))
    real.heard.forget()
    channel = (await real.pair.tandem.rx("core show channels concise")).partition("!")[0]
    await real.switch._ask(("AbsoluteTimeout", (("Channel", channel), ("Timeout", "0.1"))))
    back = await real.heard.wait(RouteRequested, connection=at.connection)
    assert back.memory == "kept"
    assert (await real.switch.snapshot()).connections[0].controlled


async def test_what_is_told_while_we_look_is_part_of_what_we_see(
    real: RealRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a phone that began to ring during the look seems lost, and is rung a second time."""
    caller, at = await caller_waits(real)
    ring = MakeConnection(
        call=at.call,
        connection=ConnectionId("rung-while-we-looked"),
        party=Party.AGENT,
        device=DeviceId("1001"),
        calling=ANI,
        name="",
        timeout_s=20.0,
        memory="",
    )
    read = real.switch._read_legs

    async def slowly() -> list[Leg]:
        legs = await read()
        await real.switch.request(ring)
        await real.heard.wait(Delivered, connection=ring.connection)
        await caller.hang_up()
        await real.heard.wait(ConnectionCleared, connection=at.connection)
        return legs

    monkeypatch.setattr(real.switch, "_read_legs", slowly)
    seen = {each.connection for each in (await real.switch.snapshot()).connections}
    assert ring.connection in seen
    assert at.connection not in seen


async def test_a_lost_event_is_mended_by_the_sweep(real: RealRig) -> None:
    caller, at = await caller_waits(real)
    hear, real.switch._link._on_event = real.switch._link._on_event, lambda message: None
    await caller.hang_up()
    lost = await real.call_in()
    await asyncio.sleep(0.3)
    real.switch._link._on_event = hear
    real.heard.forget()
    await real.switch._sweep()
    assert not real.heard.events[real.heard.mark :]
    await real.switch._sweep()
    await real.heard.wait(ConnectionCleared, connection=at.connection)
    again = await real.heard.wait(RouteRequested)
    assert again.calling == ANI
    await lost.hang_up()
    await real.heard.wait(ConnectionCleared, connection=again.connection)


async def test_a_ring_is_seen_by_the_next_controller(real: RealRig) -> None:
    await real.phone("1001", Behaviour.RING)
    _, at = await caller_waits(real)
    leg = ConnectionId("leg-late")
    await real.switch.request(
        MakeConnection(
            call=at.call, connection=leg, party=Party.AGENT, device=DeviceId("1001"), calling="", name="", timeout_s=4.0
        )
    )
    await real.heard.wait(Delivered, connection=leg)
    await real.controller_dies()
    await real.controller_returns()
    failed = await real.heard.wait(Failed, connection=leg)
    assert failed.call == at.call
