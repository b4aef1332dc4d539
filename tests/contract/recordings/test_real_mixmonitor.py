"""What a real Asterisk writes with MixMonitor's option D is what ``tandem.recordings.files`` takes it for."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from tandem.cti.model.ids import CallId, RecordingId
from tandem.cti.provision.asterisk import AsteriskInstall, default_cache_dir, find_or_build
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.ports import free_port
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.sound import for_the_line
from tandem.recordings.core.watch import WatchTimes
from tandem.recordings.files import RecordingFile, recover
from tandem.recordings.service import Alarm, RecordingService
from tandem.recordings.settings import RecordingSettings

OWN_HZ, HEARD_HZ = 400, 1500
R = RecordingId("c1-1")


class Monotonic:
    def now(self) -> float:
        return time.monotonic()


def tone(path: Path, hertz: int) -> None:
    samples = np.sin(2 * np.pi * hertz * np.arange(8000 * 30) / 8000) * 16384
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())


def voices(file: RecordingFile) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    with wave.open(str(file.path)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float64)
    return [samples[side::2] for side in (0, 1)]


def pitch(samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / samples.size)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class Probe:
    """A real Asterisk, and the least that is needed to make calls inside it."""

    def __init__(self, instance: AsteriskInstance, ami_port: int) -> None:
        self.instance = instance
        self._ami_port = ami_port

    async def call(self, recorded: str, other: str) -> None:
        """Two ends of a Local channel, one on each extension."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._ami_port)
        actions = (
            {"Action": "Login", "Username": "probe", "Secret": "probe", "Events": "off"},
            {"Action": "Originate", "Channel": f"Local/{recorded}@probe/n", "Async": "true"}
            | {"Context": "probe", "Exten": other, "Priority": "1"},
        )
        for action in actions:
            writer.write("".join(f"{key}: {value}\r\n" for key, value in action.items()).encode() + b"\r\n")
            answer = await reader.readuntil(b"\r\n\r\n")
            assert b"Success" in answer
        writer.close()
        await writer.wait_closed()


@pytest.fixture(scope="session")
def install() -> AsteriskInstall:
    return find_or_build(default_cache_dir(), print)


@pytest.fixture
async def asterisk(install: AsteriskInstall, tmp_path: Path) -> AsyncIterator[Probe]:
    """``own`` speaks low, the recorded ``rec`` hears what it plays: the high tone."""
    tone(tmp_path / "low.wav", OWN_HZ)
    tone(tmp_path / "high.wav", HEARD_HZ)
    (tmp_path / "rec").mkdir()
    dialplan = f"""[probe]
exten => rec,1,Answer()
 same => n,MixMonitor({tmp_path}/rec/{R}.raw,D,touch {tmp_path}/rec.whole)
 same => n,Playback({tmp_path}/high)
 same => n,Wait(30)
exten => own,1,Answer()
 same => n,Playback({tmp_path}/low)
exten => prompt,1,Answer()
 same => n,Playback({tmp_path}/prompt)
 same => n,Wait(30)
"""
    port = free_port()
    manager = f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={port}\n[probe]\nsecret=probe\nwrite=originate,call\n"
    files = {"extensions.conf": dialplan, "manager.conf": manager}
    async with AsteriskInstance(install, tmp_path / "asterisk", files) as instance:
        yield Probe(instance, port)


async def test_two_voices_apart_whole_to_the_end(asterisk: Probe, tmp_path: Path) -> None:
    raw = tmp_path / "rec" / f"{R}.raw"
    alarms: list[Alarm] = []
    times = WatchTimes(first_look_s=2.6, next_look_s=2.3)
    settings = RecordingSettings(folder=raw.parent, times=times)
    service = RecordingService(settings, Monotonic(), alarms.append)
    watching = asyncio.create_task(service.run())
    called_at = time.monotonic()
    await asterisk.call("rec", "own")
    await until(raw.exists)
    began_at = time.monotonic()
    service.started(R, CallId("c1"))
    await until(lambda: time.monotonic() - began_at > 5.2)
    at_least_s = time.monotonic() - began_at
    await asterisk.instance.rx("channel request hangup all")
    at_most_s = time.monotonic() - called_at
    file = await service.stopped(R)
    watching.cancel()
    await asyncio.wait([watching])
    assert alarms == []
    assert at_least_s - 1.0 < file.duration_s <= at_most_s + 0.1
    own, heard = voices(file)
    assert abs(pitch(own) - OWN_HZ) < 5
    assert abs(pitch(heard) - HEARD_HZ) < 5
    assert [round(level.peak, 1) for level in file.levels] == [0.5, 0.5]


async def test_a_killed_asterisk_costs_a_second_at_most(asterisk: Probe, tmp_path: Path) -> None:
    raw = tmp_path / "rec" / f"{R}.raw"
    await asterisk.call("rec", "own")
    await until(raw.exists)
    began = time.monotonic()
    await until(lambda: size(raw) >= 2 * 32 * 1024)
    lasted_s = time.monotonic() - began
    os.kill(asterisk.instance.pid, signal.SIGKILL)
    await until(lambda: not asterisk.instance.running)
    with raw.open("ab") as torn:
        torn.write(b"\x01\x02\x03")
    (found,) = recover(raw.parent, quiet_s=0, now=time.time() + 1)
    assert found.file is not None
    assert found.file.duration_s > lasted_s - 1.5
    own, heard = voices(found.file)
    assert abs(pitch(own) - OWN_HZ) < 5
    assert abs(pitch(heard) - HEARD_HZ) < 5


async def test_callers_hear_the_prompts_that_we_make(asterisk: Probe, tmp_path: Path) -> None:
    speech = for_the_line(await EspeakNg().speak(Prompt("zh", "您好，欢迎致电云岭银行。")))
    (tmp_path / "prompt.wav").write_bytes(speech)
    raw = tmp_path / "rec" / f"{R}.raw"
    await asterisk.call("rec", "prompt")
    await until(lambda: size(raw) >= 5 * 32 * 1024)
    await asterisk.instance.rx("channel request hangup all")
    await until((tmp_path / "rec.whole").exists)
    (found,) = recover(raw.parent, quiet_s=0, now=time.time() + 1)
    assert found.file is not None
    heard = voices(found.file)[0]
    made = np.frombuffer(speech[44:], "<i2").astype(np.float64)
    # In pieces: on a busy machine a packet of 20 ms may come late, which moves what follows.
    pieces = [made[at : at + 1600] for at in range(8000, 16000, 1600)]
    matches = [np.correlate(heard[: 8000 * 6], piece, "valid").max() / (piece**2).sum() for piece in pieces]
    assert sum(match > 0.9 for match in matches) >= 3, matches
