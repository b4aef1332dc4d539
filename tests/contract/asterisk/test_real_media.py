"""What only the real Asterisk can show of media: keys between commands, long sequences, secrets in logs, floods."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
import struct
import wave
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest
from tests.contract.asterisk.asked import new_connection, play
from tests.contract.asterisk.rig import RealCaller, RealRig, caller_waits
from tests.contract.asterisk.test_media import bargeable, ended, music, question
from tests.support.asterisk_pair import DNIS, asterisk_install, switch_settings
from tests.support.heard import Heard
from tests.support.raw_sip import RawSip

from tandem.cti.adapters.asterisk.config import asterisk_files
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import Joined, MediaEnded, Party, RouteRequested, SwitchFound
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.keypad import MOST_KEYS
from tandem.cti.model.requests import Join, MakeConnection
from tandem.cti.provision.asterisk_instance import AsteriskInstance

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def type_quickly(caller: RealCaller, keys: str, chance: random.Random) -> None:
    """Faster than a person: a tone of 0.1 s, and a pause of 0.06 to 0.15 s (below 0.045 s Asterisk holds keys back)."""
    call = caller.call
    for key in keys:
        await call._carrier.act("PlayDTMF", (("Channel", call._channel), ("Digit", key), ("Duration", "100")))
        await asyncio.sleep(chance.choice((0.06, 0.08, 0.15)))


@pytest.mark.parametrize("seed", range(2))
async def test_no_key_is_lost_and_none_counts_twice(real: RealRig, seed: int) -> None:
    """Typed without a pause, across questions, prompts, silences and the gaps between them."""
    chance = random.Random(seed)
    caller, at = await caller_waits(real)
    assert isinstance(caller, RealCaller)
    keys = "".join(chance.choice("0123456789") for _ in range(40))
    typist = asyncio.create_task(type_quickly(caller, keys, chance))
    heard, tags = "", count(1)
    while len(heard) < len(keys):
        tag = f"s{seed}-{next(tags)}"
        kind = chance.randrange(4)
        if kind == 0:
            await real.switch.request(bargeable(at, real.good, tag=tag))
        elif kind == 1:
            await asyncio.sleep(chance.random() / 5)
            continue
        else:
            prompts = (real.good,) * chance.randrange(3)
            digits = min(chance.randrange(1, 4), len(keys) - len(heard))
            await real.switch.request(question(at, *prompts, tag=tag, digits=digits, timeout_s=2, digit_timeout_s=2))
        told = await ended(real, tag)
        heard += told.digits
        if kind > 1 and not told.digits and typist.done():
            break  # nothing more will come
    assert heard == keys
    await typist
    await real.switch.request(question(at, tag="rest", timeout_s=0.3))
    assert (await ended(real, "rest")).digits == ""


async def test_what_is_typed_while_no_server_is_there_counts(real: RealRig) -> None:
    caller, at = await caller_waits(real)
    asked = question(at, real.good, real.long, tag="q", digits=2)
    await real.switch.request(asked)
    await asyncio.sleep(0.3)
    await caller.press("4")
    await real.controller_dies()
    await caller.press("2")
    await real.controller_returns()
    await real.switch.request(asked)
    assert (await ended(real, "q")).digits == "42"
    await real.switch.request(question(at, tag="r", timeout_s=0.3))
    assert (await ended(real, "r")).digits == ""


# -- long sequences


def short_prompts(folder: Path, many: int) -> tuple[str, ...]:
    """Prompts of a tenth of a second, with names as long as ours are."""
    folder = folder / ("spoken-" + "x" * 40)
    folder.mkdir(exist_ok=True)
    for number in range(many):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(1600))
    return tuple(str(folder / str(number)) for number in range(many))


async def test_a_sequence_longer_than_a_command(real: RealRig) -> None:
    caller, at = await caller_waits(real)
    prompts = short_prompts(real.pair.settings.sounds_dir, 40)
    assert len("&".join(prompts)) > 3 * 950
    now = asyncio.get_running_loop().time
    began = now()
    await real.switch.request(play(at, *prompts, tag="p"))
    assert (await ended(real, "p", 60)).ok
    assert now() - began > 3.9
    long = short_prompts(real.pair.settings.sounds_dir, 200)
    await real.switch.request(bargeable(at, *long, tag="b"))
    await asyncio.sleep(2)
    await caller.press("5")
    assert (await ended(real, "b", 10)).ok
    await real.switch.request(question(at, *long, tag="c", digits=2))
    await caller.press("6")
    assert (await ended(real, "c", 10)).digits == "56"
    await real.switch.request(question(at, *prompts[:15], tag="d", digits=2, timeout_s=0.2))
    assert (await ended(real, "d")).digits == ""


async def test_a_file_that_vanishes_is_told(real: RealRig) -> None:
    """It is there when we look, and gone when Asterisk gets to it."""
    _, at = await caller_waits(real)
    first, second, *_ = short_prompts(real.pair.settings.sounds_dir, 3)
    await real.switch.request(bargeable(at, real.long, tag="a"))
    await real.switch.request(play(at, first, second, tag="b"))
    Path(f"{first}.wav").unlink()
    await real.switch.request(bargeable(at, first, tag="gone"))
    assert not (await ended(real, "gone")).ok
    await real.pair.carrier.act("PlayDTMF", (("Channel", real._calls[-1]._channel), ("Digit", "1")))
    assert (await ended(real, "a")).ok
    assert not (await ended(real, "b")).ok


# -- secrets


async def test_a_secret_is_written_nowhere(real: RealRig, caplog: pytest.LogCaptureFixture) -> None:
    """Neither by us nor by Asterisk; a plain answer is, so the search would find it."""
    caplog.set_level(logging.DEBUG)
    caller, at = await caller_waits(real)
    assert isinstance(caller, RealCaller)
    secret, plain = "9473058261", "6158204937"
    await real.switch.request(question(at, real.good, real.good, tag="s", digits=10, sensitive=True))
    await asyncio.sleep(0.3)
    await caller.press(secret + "#")
    told = await ended(real, "s")
    await real.switch.request(question(at, real.good, tag="t", digits=10))
    await caller.press(plain)
    assert (await ended(real, "t")).digits == plain
    assert real.vault.get(told.secret) == secret
    state = await real.pair.tandem.rx("core show channels concise")
    shown = ""
    for line in state.splitlines():
        shown += await real.pair.tandem.rx(f"core show channel {line.partition('!')[0]}")
    assert plain in shown
    assert secret not in shown
    home = real.pair.tandem.folders.home
    texts = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".wav"}
    assert any(plain.encode() in text for text in texts.values())
    assert not [path for path, text in texts.items() if secret.encode() in text]
    entered = re.findall(rb"User entered '([^']*)'", real.pair.tandem.log_file.read_bytes())
    assert plain.encode() in entered
    assert not any(digits and digits.decode() in secret and len(digits) > 3 for digits in entered)
    assert secret not in caplog.text
    assert secret not in repr(real.heard.events)
    await real.controller_dies()
    assert secret not in repr(await real.controller_returns())


# -- addresses


async def test_a_transfer_to_a_sip_address(real: RealRig) -> None:
    _, at = await caller_waits(real)
    leg = new_connection()
    address = f"sip:+8613900000001@127.0.0.1:{real.pair.settings.trunk_port}"

    def to(device: str) -> MakeConnection:
        return MakeConnection(
            call=at.call,
            connection=leg,
            party=Party.OUTSIDE,
            device=DeviceId(device),
            calling="",
            name="",
            timeout_s=20,
        )

    with pytest.raises(InvalidField):
        await real.switch.request(to(f"sip:+8613900000001@127.0.0.1:{real.pair.settings.sip_port}"))
    await real.switch.request(to(address))
    answered = await real.heard.wait(RouteRequested, connection=leg)
    assert (answered.party, answered.called) == (Party.OUTSIDE, address)
    await real.switch.request(Join(call=at.call, connection=at.connection, other=leg))
    await real.heard.wait(Joined, connection=leg)


# -- floods


def tones(number: int, key: int) -> list[bytes]:
    """RTP packets of one key (RFC 4733, payload type 101): one that begins it, three that end it."""
    head = struct.pack("!BBHII", 0x80, 101, 0, 1000 + number * 1000, 0x1234)
    packets = []
    for part, (end, duration) in enumerate(((0, 160), (0x80, 800), (0x80, 800), (0x80, 800))):
        packet = bytearray(head + struct.pack("!BBH", key, end | 10, duration))
        packet[2:4] = struct.pack("!H", (number * 4 + part) & 0xFFFF)
        packets.append(bytes(packet))
    return packets


async def ended_task(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_flood_of_keys_harms_nobody(tmp_path: Path) -> None:
    """A caller sends a thousand keys a second; another is served as ever, and nothing grows."""
    settings = switch_settings(tmp_path, asterisk_install(), trunk_match_port=False, phones=())
    heard = Heard()
    asterisk = AsteriskInstance(
        asterisk_install(), tmp_path, asterisk_files(settings), system_name=settings.system_name
    )
    async with asterisk, AsyncExitStack() as after:
        switch = AsteriskSwitch(settings, heard)
        run = asyncio.create_task(switch.run())
        after.push_async_callback(ended_task, run)
        await heard.wait(SwitchFound)
        hostile, other = await RawSip.open(settings.sip_port), await RawSip.open(settings.sip_port)
        after.callback(hostile.close)
        after.callback(other.close)
        rtp = after.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        rtp.bind(("127.0.0.1", 0))
        hostile.rtp_port = rtp.getsockname()[1]
        target = f"sip:{DNIS}@127.0.0.1:{settings.sip_port}"
        assert await hostile.invite(target, "<sip:1@h>") == "SIP/2.0 200 OK"
        first = await heard.wait(RouteRequested)
        heard.forget()
        assert await other.invite(target, "<sip:2@h>") == "SIP/2.0 200 OK"
        second = await heard.wait(RouteRequested)
        port = int((re.search(r"m=audio (\d+)", hostile.answer) or ["", "0"])[1])
        now = asyncio.get_running_loop().time
        rounds: list[float] = []
        flood_s = 3.0

        async def flood() -> None:
            began = now()
            for number in range(int(1000 * flood_s)):
                for packet in tones(number, number % 10):
                    rtp.sendto(packet, ("127.0.0.1", port))
                await asyncio.sleep(began + number / 1000 - now())

        flooding = asyncio.create_task(flood())
        answers = 0
        while not flooding.done():
            began = now()
            await switch.request(question(second, tag=f"o{len(rounds)}", timeout_s=0.1))
            await heard.wait(MediaEnded, token=f"o{len(rounds)}")
            rounds.append(now() - began)
        await flooding
        for number in range(200):
            await switch.request(question(first, tag=f"h{number}", digits=1, timeout_s=0.2))
            if not (await heard.wait(MediaEnded, token=f"h{number}")).digits:
                break
            answers += 1
        print(f"rounds {len(rounds)}, the slowest {max(rounds):.3f} s; {answers} keys kept of {1000 * flood_s:g}")
        print(f"link: {switch._link.counters}")
        assert 0 < answers <= MOST_KEYS
        assert switch._link.counters.connects == 1
        assert sorted(rounds)[len(rounds) // 2] < 0.5
        await switch.request(music(second, tag="m", seconds=0.1))
        await heard.wait(MediaEnded, token="m")
