"""The sound of a leg as it comes from Asterisk: only who was asked for is listened to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from tests.support.line_sounds import pcm, quiet, tone

from tandem.cti.adapters.asterisk.ears import Ear, Ears, packets
from tandem.cti.core.beeps import Beep
from tandem.cti.runtime.stream_server import HOST


def packet(kind: int, payload: bytes = b"") -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


class Listener:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.beeps: list[Beep] = []
        self.changed = asyncio.Event()
        self.ear = Ear(
            id=uuid.uuid4(), opened=lambda: self._note("opened"), heard=self._heard, closed=lambda: self._note("closed")
        )

    def _note(self, what: str) -> None:
        self.said.append(what)
        self.changed.set()

    def _heard(self, beep: Beep | None) -> None:
        if beep is not None:
            self.beeps.append(beep)
        self._note("beep" if beep else "cue")

    async def until(self, ready: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not ready():
                self.changed.clear()
                await self.changed.wait()


async def test_a_beep_is_heard_whatever_the_pieces() -> None:
    async with Ears() as ears:
        listener = Listener()
        ears.open("leg", listener.ear)
        reader, writer = await asyncio.open_connection(HOST, ears.port)
        sound = pcm(np.concatenate([quiet(0.3), tone(1000, 0.4), quiet(0.4)]))
        stream = packet(1, listener.ear.id.bytes)
        stream += b"".join(packet(0x10, sound[at : at + 320]) for at in range(0, len(sound), 320))
        for at in range(0, len(stream), 777):
            writer.write(stream[at : at + 777])
            await writer.drain()
        await listener.until(lambda: bool(listener.beeps))
        assert round(listener.beeps[0].hz) == 1000
        writer.write(packet(0))
        await listener.until(lambda: "closed" in listener.said)
        assert listener.said == ["opened", "beep", "closed"]
        assert await reader.read() == b""
        assert "leg" not in ears
        writer.close()


async def test_where_nothing_comes_it_is_silent() -> None:
    """A network that sends nothing while nobody speaks."""
    async with Ears() as ears:
        listener = Listener()
        ears.open("leg", listener.ear)
        _, writer = await asyncio.open_connection(HOST, ears.port)
        sound = pcm(np.concatenate([quiet(0.5), tone(1000, 0.4)]))
        writer.write(packet(1, listener.ear.id.bytes) + packet(0x10, sound))
        await listener.until(lambda: bool(listener.beeps))
        writer.close()


async def test_strangers_are_not_listened_to() -> None:
    async with Ears() as ears:
        listener = Listener()
        ears.open("leg", listener.ear)
        for first in (packet(1, uuid.uuid4().bytes), packet(0x10, bytes(16)), b"GET / HTTP/1.1\r\n\r\n   "):
            reader, writer = await asyncio.open_connection(HOST, ears.port)
            writer.write(first)
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
        assert listener.said == []


async def test_who_is_not_wanted_any_more_is_let_go_without_a_word() -> None:
    async with Ears() as ears:
        listener = Listener()
        ears.open("leg", listener.ear)
        reader, writer = await asyncio.open_connection(HOST, ears.port)
        writer.write(packet(1, listener.ear.id.bytes) + packet(0x10, pcm(quiet(0.02))))
        await listener.until(lambda: "opened" in listener.said)
        ears.close("leg")
        assert await reader.read() == b""
        assert listener.said == ["opened"]
        writer.close()
    assert ears.port is None


def test_packets_that_are_not_whole_yet_stay() -> None:
    buffer = bytearray(packet(0x10, b"abc") + packet(3, b"5") + packet(0x10, b"later")[:-1])
    assert list(packets(buffer)) == [(0x10, b"abc"), (3, b"5")]
    assert bytes(buffer) == packet(0x10, b"later")[:-1]
